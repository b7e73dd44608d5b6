package org.althing.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.althing.journal.Journal.Durability;
import org.althing.journal.memory.FaultyDisk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A journal that keeps what it cannot write and goes on by itself. */
class RetryTest {
    private static final Keys NO_KEYS = record -> null;

    /** A timer whose time comes when the test says so. */
    private static final class Times implements Journal.Timer {
        final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
        final List<Long> nanos = new ArrayList<>();

        @Override
        public void after(long delay, Runnable task) {
            nanos.add(delay);
            waiting.add(task);
        }

        void next() {
            waiting.remove().run();
        }
    }

    private static final class Watched implements Journal.Watcher {
        final List<String> told = new ArrayList<>();

        @Override
        public void failed(IOException why) {
            told.add("failed");
        }

        @Override
        public void recovered() {
            told.add("recovered");
        }
    }

    private final Times times = new Times();
    private final Watched watched = new Watched();
    private final List<String> acknowledged = new ArrayList<>();

    private Journal open(FaultyDisk disk, Durability durability) throws IOException {
        return Journal.open(disk, Bench.SMALL.retrying(times, watched).with(durability), Bench.AT_ONCE, record -> {});
    }

    private void commit(Journal journal, String record) {
        journal.commit(Bench.batch(record), failure -> acknowledged.add(failure == null ? record : "failed " + record));
    }

    @Test
    void what_could_not_be_written_is_kept_and_acknowledged_once_when_the_disk_works_again() throws IOException {
        FaultyDisk disk = new FaultyDisk(new SplittableRandom(1));
        Journal journal = open(disk, Durability.SYNC);
        commit(journal, "a");
        disk.failAt(2); // the sync
        commit(journal, "b");
        commit(journal, "c");
        assertThat(acknowledged).containsExactly("a");
        assertThat(journal.waitingBytes()).isEqualTo(10);
        assertThat(watched.told).containsExactly("failed");
        times.next();
        assertThat(acknowledged).containsExactly("a", "b", "c");
        assertThat(journal.waitingBytes()).isZero();
        assertThat(watched.told).containsExactly("failed", "recovered");
        commit(journal, "d");
        assertThat(Bench.content(disk.afterPowerCut())).containsExactly("a", "b", "c", "d");
    }

    @Test
    void attempts_come_later_and_later_and_begin_anew_after_a_success() throws IOException {
        FaultyDisk disk = new FaultyDisk(new SplittableRandom(1));
        Journal journal = open(disk, Durability.SYNC);
        disk.capacity(disk.used());
        commit(journal, "a".repeat(100));
        for (int i = 0; i < 8; i++) {
            times.next();
        }
        assertThat(times.nanos.stream().map(nanos -> nanos / 1_000_000))
                .containsExactly(200L, 400L, 800L, 1600L, 3200L, 6400L, 10_000L, 10_000L, 10_000L);
        disk.capacity(Long.MAX_VALUE);
        times.next();
        assertThat(acknowledged).hasSize(1);
        disk.failAt(1);
        commit(journal, "b");
        assertThat(times.nanos.getLast()).isEqualTo(200_000_000L);
    }

    @Test
    void a_disk_that_is_full_at_the_start_is_waited_for() throws IOException {
        FaultyDisk disk = new FaultyDisk(new SplittableRandom(1));
        disk.capacity(10);
        Journal journal = open(disk, Durability.SYNC);
        assertThat(watched.told).containsExactly("failed");
        assertThat(journal.failure()).isPresent();
        commit(journal, "a");
        times.next();
        assertThat(acknowledged).isEmpty();
        disk.capacity(Long.MAX_VALUE);
        times.next();
        assertThat(acknowledged).containsExactly("a");
        assertThat(journal.failure()).isEmpty();
        journal.close();
        assertThat(Bench.content(disk)).containsExactly("a");
    }

    @Test
    void without_retry_a_disk_that_is_full_at_the_start_stops_it() {
        FaultyDisk disk = new FaultyDisk(new SplittableRandom(1));
        disk.capacity(10);
        assertThatThrownBy(() -> Bench.open(disk)).hasMessageContaining("No space left");
    }

    @Test
    void closing_is_the_last_attempt_and_fails_what_is_left() throws IOException {
        FaultyDisk disk = new FaultyDisk(new SplittableRandom(1));
        Journal lucky = open(disk, Durability.SYNC);
        disk.failAt(1);
        commit(lucky, "a");
        lucky.close();
        assertThat(acknowledged).containsExactly("a");
        Journal unlucky = open(disk, Durability.SYNC);
        disk.capacity(disk.used());
        commit(unlucky, "b".repeat(100));
        commit(unlucky, "c");
        assertThatThrownBy(unlucky::close).isInstanceOf(IOException.class).hasMessageContaining("2 commits");
        commit(unlucky, "d");
        assertThat(acknowledged).containsExactly("a", "failed " + "b".repeat(100), "failed c", "failed d");
    }

    private interface Ending {
        FaultyDisk after(FaultyDisk disk);
    }

    /** One operation fails, or the disk is full; everything is acknowledged in the end, and there after the ending. */
    private void forEveryOperation(Durability durability, Ending ending) throws IOException {
        FaultyDisk quiet = new FaultyDisk(new SplittableRandom(0));
        run(quiet, durability);
        for (int seed = 0; seed < 4; seed++) {
            for (long n = 1; n <= quiet.operations(); n++) {
                FaultyDisk disk = new FaultyDisk(new SplittableRandom(seed * 10_000L + n));
                disk.failAt(n);
                List<String> written = run(disk, durability);
                if (!written.isEmpty()) {
                    assertThat(acknowledged).as("operation " + n).isEqualTo(written);
                    assertThat(Bench.content(ending.after(disk)))
                            .as("seed " + seed + ", operation " + n)
                            .isEqualTo(written);
                }
            }
        }
    }

    private List<String> run(FaultyDisk disk, Durability durability) throws IOException {
        acknowledged.clear();
        times.waiting.clear();
        List<String> written = new ArrayList<>();
        Journal journal;
        try {
            journal = open(disk, durability);
        } catch (IOException duringRecovery) {
            return written;
        }
        for (int i = 0; i < 40; i++) {
            String record = i + "-" + "y".repeat(i * 7 % 90);
            commit(journal, record);
            written.add(record);
            if (i % 3 == 2 && !times.waiting.isEmpty()) {
                times.next();
            }
        }
        while (!times.waiting.isEmpty()) {
            times.next();
        }
        return written;
    }

    @Test
    void one_failing_operation_loses_and_doubles_nothing_even_in_a_later_power_cut() throws IOException {
        forEveryOperation(Durability.SYNC, FaultyDisk::afterPowerCut);
    }

    @Test
    void one_failing_operation_loses_and_doubles_nothing_with_an_interval_either() throws IOException {
        forEveryOperation(Durability.every(Duration.ofSeconds(1)), FaultyDisk::afterPowerCut);
    }

    @Test
    void with_the_operating_systems_durability_a_kill_loses_nothing() throws IOException {
        forEveryOperation(Durability.OPERATING_SYSTEM, FaultyDisk::afterKill);
    }

    /** Failed sync, then kill, then power cut: what was acknowledged is there, and the rest is whole commits in order. */
    @Test
    void a_failure_then_a_kill_and_a_power_cut_before_the_next_attempt() throws IOException {
        FaultyDisk quiet = new FaultyDisk(new SplittableRandom(0));
        run(quiet, Durability.SYNC);
        for (int seed = 0; seed < 4; seed++) {
            for (long n = 1; n <= quiet.operations(); n++) {
                FaultyDisk disk = new FaultyDisk(new SplittableRandom(seed * 10_000L + n));
                disk.failAt(n);
                times.waiting.clear();
                acknowledged.clear();
                List<String> written = new ArrayList<>();
                try {
                    Journal journal = open(disk, Durability.SYNC);
                    for (int i = 0; i < 40; i++) {
                        written.add(i + "-" + "y".repeat(i * 7 % 90));
                        commit(journal, written.getLast());
                    }
                } catch (IOException duringRecovery) {
                    continue;
                }
                FaultyDisk killed = disk.afterKill();
                List<String> seen = Bench.content(killed);
                assertThat(seen.subList(0, acknowledged.size())).isEqualTo(acknowledged);
                assertThat(written.subList(0, seen.size())).isEqualTo(seen);
                assertThat(Bench.content(killed.afterPowerCut())).isEqualTo(seen);
            }
        }
    }

    @Test
    void in_an_interval_a_commit_does_not_wait_for_the_sync_and_only_a_power_cut_loses_it() throws IOException {
        for (boolean synced : List.of(true, false)) {
            FaultyDisk disk = new FaultyDisk(new SplittableRandom(3));
            times.waiting.clear();
            acknowledged.clear();
            Journal journal = open(disk, Durability.every(Duration.ofMillis(50)));
            commit(journal, "a");
            commit(journal, "b");
            assertThat(acknowledged).containsExactly("a", "b");
            assertThat(times.nanos).last().isEqualTo(50_000_000L);
            if (synced) {
                times.next();
                assertThat(times.waiting).isEmpty();
                assertThat(Bench.content(disk.afterPowerCut())).containsExactly("a", "b");
            } else {
                assertThat(Bench.content(disk.afterKill())).containsExactly("a", "b");
                assertThat(Bench.content(lastOfManyPowerCuts())).isEmpty();
            }
        }
    }

    /** Some seed loses what was not synced; with a sync none does. */
    private FaultyDisk lastOfManyPowerCuts() throws IOException {
        for (int seed = 0; ; seed++) {
            FaultyDisk disk = new FaultyDisk(new SplittableRandom(seed));
            commit(open(disk, Durability.every(Duration.ofMillis(50))), "a");
            FaultyDisk after = disk.afterPowerCut();
            if (Bench.content(after).isEmpty()) {
                return after;
            }
        }
    }

    @Test
    void a_compaction_on_a_full_disk_gives_its_space_back_and_succeeds_later() throws IOException {
        FaultyDisk disk = new FaultyDisk(new SplittableRandom(1));
        List<@Nullable IOException> failures = new ArrayList<>();
        Bench.Later compactor = new Bench.Later();
        Journal journal = Journal.open(
                disk, Bench.SMALL.retrying(times, watched).compacting(NO_KEYS, compactor), Bench.AT_ONCE, record -> {});
        for (int i = 0; i < 60; i++) {
            journal.commit(Bench.batch("x".repeat(100)), failures::add);
        }
        long used = disk.used();
        disk.capacity(used + 500);
        compactor.runAll();
        assertThat(disk.used()).isEqualTo(used);
        assertThat(disk.list()).noneMatch(name -> name.endsWith(".new"));
        disk.capacity(Long.MAX_VALUE);
        for (int i = 0; i < 30; i++) {
            journal.commit(Bench.batch("x".repeat(100)), failures::add);
        }
        compactor.runAll();
        assertThat(disk.list()).anyMatch(name -> name.endsWith(".compacted"));
        assertThat(failures).hasSize(90).containsOnlyNulls();
    }
}
