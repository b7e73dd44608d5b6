package org.althing.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.althing.journal.Bench.Later;
import org.althing.journal.memory.FaultyDisk;
import org.althing.journal.memory.MemoryDisk;
import org.althing.testing.Gen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JournalTest {
    private final MemoryDisk disk = new MemoryDisk();

    @Test
    void what_is_committed_comes_back_in_order() throws IOException {
        try (Journal journal = Bench.open(disk)) {
            assertThat(Bench.commit(journal, "a", "b")).isNull();
            assertThat(Bench.commit(journal, "c")).isNull();
        }
        assertThat(Bench.content(disk)).containsExactly("a", "b", "c");
        try (Journal journal = Bench.open(disk)) {
            assertThat(Bench.commit(journal, "d")).isNull();
            assertThat(journal.recovery().records()).isEqualTo(3);
            assertThat(journal.recovery().cut()).isNull();
        }
        assertThat(Bench.content(disk)).containsExactly("a", "b", "c", "d");
    }

    @Test
    void random_batches_come_back_over_many_starts() {
        Gen.forAll(50, gen -> {
            MemoryDisk random = new MemoryDisk();
            List<String> model = new ArrayList<>();
            try {
                for (int start = gen.between(1, 5); start > 0; start--) {
                    assertThat(Bench.content(random)).isEqualTo(model);
                    try (Journal journal = Bench.open(random)) {
                        for (int commit = gen.between(0, 12); commit > 0; commit--) {
                            List<String> batch = gen.list(0, 6, g -> "x" + g.text(200));
                            assertThat(Bench.commit(journal, batch.toArray(String[]::new)))
                                    .isNull();
                            model.addAll(batch);
                        }
                    }
                }
                assertThat(Bench.content(random)).isEqualTo(model);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void records_longer_than_a_segment_are_kept() throws IOException {
        String longest = "l".repeat(5000);
        try (Journal journal = Bench.open(disk)) {
            Bench.commit(journal, "a");
            Bench.commit(journal, longest, longest);
            Bench.commit(journal, "b");
        }
        assertThat(Bench.content(disk)).containsExactly("a", longest, longest, "b");
    }

    @Test
    void a_record_larger_than_the_reading_window_is_kept() throws IOException {
        byte[] large = new byte[3 << 20];
        new SplittableRandom(1).nextBytes(large);
        List<ByteBuffer> back = new ArrayList<>();
        try (Journal journal = Bench.open(disk)) {
            RecordBatch batch = new RecordBatch();
            batch.add(ByteBuffer.wrap(large));
            journal.commit(batch, failure -> assertThat(failure).isNull());
            Bench.commit(journal, "behind");
        }
        Journal.open(
                        disk,
                        Bench.SMALL,
                        Bench.AT_ONCE,
                        r -> back.add(ByteBuffer.allocate(r.remaining()).put(r).flip()))
                .close();
        assertThat(back).containsExactly(ByteBuffer.wrap(large), Bench.record("behind"));
    }

    @Test
    void batches_that_gather_are_one_write_and_one_sync_and_told_in_order() throws IOException {
        FaultyDisk counting = new FaultyDisk(new SplittableRandom(1));
        Later committer = new Later();
        Journal journal = Journal.open(counting, Journal.Options.defaults(), committer, record -> {});
        List<String> told = new ArrayList<>();
        long before = counting.operations();
        for (String record : List.of("a", "b", "c")) {
            journal.commit(Bench.batch(record), failure -> told.add(record + failure));
        }
        journal.commit(new RecordBatch(), failure -> told.add("empty" + failure));
        assertThat(counting.operations()).isEqualTo(before);
        assertThat(journal.waitingBytes()).isEqualTo(15);
        committer.runAll();
        assertThat(counting.operations() - before).isEqualTo(2);
        assertThat(told).containsExactly("anull", "bnull", "cnull", "emptynull");
        assertThat(journal.waitingBytes()).isZero();
    }

    @Test
    void an_empty_batch_touches_no_file() throws IOException {
        FaultyDisk counting = new FaultyDisk(new SplittableRandom(1));
        try (Journal journal = Bench.open(counting)) {
            long before = counting.operations();
            assertThat(Bench.commit(journal)).isNull();
            assertThat(counting.operations()).isEqualTo(before);
        }
    }

    @Test
    void with_durability_of_the_operating_system_a_commit_does_not_sync() throws IOException {
        FaultyDisk counting = new FaultyDisk(new SplittableRandom(1));
        var options = new Journal.Options(1 << 20, Journal.Durability.OPERATING_SYSTEM);
        try (Journal journal = Journal.open(counting, options, Bench.AT_ONCE, record -> {})) {
            long before = counting.operations();
            assertThat(Bench.commit(journal, "a")).isNull();
            assertThat(counting.operations() - before).isEqualTo(1);
        }
    }

    @Test
    void a_batch_is_empty_and_may_be_filled_again_after_commit() throws IOException {
        Later committer = new Later();
        Journal journal = Journal.open(disk, Bench.SMALL, committer, record -> {});
        RecordBatch batch = Bench.batch("a");
        assertThat(batch.size()).isEqualTo(1);
        journal.commit(batch, failure -> assertThat(failure).isNull());
        assertThat(batch.isEmpty()).isTrue();
        batch.add(Bench.record("b"));
        journal.commit(batch, failure -> assertThat(failure).isNull());
        journal.close();
        assertThat(committer.isEmpty()).isFalse();
        committer.runAll();
        assertThat(Bench.content(disk)).containsExactly("a", "b");
    }

    @Test
    void a_listener_may_commit() throws IOException {
        List<String> told = new ArrayList<>();
        try (Journal journal = Bench.open(disk)) {
            journal.commit(
                    Bench.batch("a"), failure -> journal.commit(Bench.batch("b"), again -> told.add("told" + again)));
        }
        assertThat(told).containsExactly("toldnull");
        assertThat(Bench.content(disk)).containsExactly("a", "b");
    }

    @Test
    void a_listener_that_throws_takes_nothing_from_the_others() throws IOException {
        Later committer = new Later();
        Journal journal = Journal.open(disk, Bench.SMALL, committer, record -> {});
        List<@Nullable IOException> told = new ArrayList<>();
        journal.commit(Bench.batch("a"), failure -> {
            throw new IllegalStateException("listener");
        });
        journal.commit(Bench.batch("b"), told::add);
        assertThatThrownBy(committer::runAll).hasMessage("listener");
        journal.commit(Bench.batch("c"), told::add);
        committer.runAll();
        assertThat(told).containsExactly(null, null);
        journal.close();
        assertThat(Bench.content(disk)).containsExactly("a", "b", "c");
    }

    @Test
    void a_listener_must_not_close_the_journal() throws IOException {
        Journal journal = Bench.open(disk);
        List<Throwable> thrown = new ArrayList<>();
        journal.commit(Bench.batch("a"), failure -> {
            try {
                journal.close();
            } catch (IOException | IllegalStateException e) {
                thrown.add(e);
            }
        });
        assertThat(thrown).singleElement().isInstanceOf(IllegalStateException.class);
        journal.close();
    }

    @Test
    void a_commit_after_close_fails_and_closing_twice_is_nothing() throws IOException {
        Journal journal = Bench.open(disk);
        journal.close();
        journal.close();
        assertThat(Bench.commit(journal, "late")).hasMessageContaining("closed");
        assertThat(Bench.content(disk)).isEmpty();
    }

    @Test
    void commits_of_several_threads_are_kept_each_in_its_order() throws Exception {
        CommitterThread committer = Journal.committerThread("test-committer");
        Journal journal = Journal.open(disk, Journal.Options.defaults(), committer, record -> {});
        List<Thread> threads = new ArrayList<>();
        List<CompletableFuture<Void>> acknowledged = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            String name = "t" + t + "-";
            CompletableFuture<Void> last = new CompletableFuture<>();
            acknowledged.add(last);
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 500; i++) {
                    boolean isLast = i == 499;
                    journal.commit(Bench.batch(name + i), failure -> {
                        if (isLast) {
                            last.complete(null);
                        }
                    });
                }
            }));
        }
        for (CompletableFuture<Void> last : acknowledged) {
            last.get(20, TimeUnit.SECONDS);
        }
        journal.close();
        committer.close();
        List<String> content = Bench.content(disk);
        assertThat(content).hasSize(2000);
        for (int t = 0; t < 4; t++) {
            String name = "t" + t + "-";
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                expected.add(name + i);
            }
            assertThat(content.stream().filter(r -> r.startsWith(name))).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void a_committer_closed_too_early_leaves_nobody_waiting() throws IOException {
        CommitterThread committer = Journal.committerThread("test-committer");
        Journal journal = Journal.open(disk, Bench.SMALL, committer, record -> {});
        committer.close();
        assertThat(Bench.commit(journal, "a")).isNull();
        journal.close();
        assertThat(Bench.content(disk)).containsExactly("a");
    }

    @Test
    void a_record_has_one_byte_or_more() {
        assertThatThrownBy(() -> new RecordBatch().add(ByteBuffer.allocate(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to");
    }

    @Test
    void a_file_of_a_newer_format_is_refused() throws IOException {
        try (Journal journal = Bench.open(disk)) {
            Bench.commit(journal, "a");
        }
        byte[] bytes = Bench.read(disk, "00000001.journal");
        bytes[11] = 2;
        Bench.write(disk, "00000001.journal", bytes);
        assertThatThrownBy(() -> Bench.content(disk))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("memory/00000001.journal was written by a newer version")
                .hasMessageContaining("format 2");
    }

    @Test
    void a_full_disk_fails_the_commit_and_reopening_goes_on_when_there_is_space_again() throws IOException {
        FaultyDisk small = new FaultyDisk(new SplittableRandom(3));
        Journal journal = Bench.open(small);
        assertThat(Bench.commit(journal, "a")).isNull();
        small.capacity(small.used());
        assertThat(Bench.commit(journal, "b".repeat(300)))
                .hasMessageContaining("cannot write faulty disk/00000001.journal: No space left");
        assertThat(Bench.commit(journal, "c")).hasMessageContaining("stopped after an error: cannot write");
        assertThat(journal.failure()).isPresent();
        List<@Nullable IOException> reopened = new ArrayList<>();
        journal.reopen(reopened::add);
        assertThat(reopened.removeFirst()).hasMessageContaining("00000002.journal: No space left");
        small.capacity(Long.MAX_VALUE);
        journal.reopen(reopened::add);
        assertThat(reopened).containsOnlyNulls();
        assertThat(journal.failure()).isEmpty();
        assertThat(Bench.commit(journal, "d")).isNull();
        assertThat(Bench.content(small.afterPowerCut())).containsExactly("a", "d");
    }

    @Test
    void reopening_a_journal_that_works_is_nothing() throws IOException {
        try (Journal journal = Bench.open(disk)) {
            List<@Nullable IOException> reopened = new ArrayList<>();
            journal.reopen(reopened::add);
            assertThat(reopened).containsOnlyNulls();
        }
        assertThat(disk.list()).containsExactly("00000001.journal");
    }

    /** The sums were computed by another program, from docs/formats.md. */
    @Test
    void the_file_is_the_documented_one() throws IOException {
        try (Journal journal = Bench.open(disk)) {
            Bench.commit(journal, "a", "bc");
        }
        assertThat(HexFormat.of().formatHex(Bench.read(disk, "00000001.journal")))
                .isEqualTo(
                        "414c54484a524e4c" + "00000001" + "00000002" + "0000000000000001" + "00".repeat(36) + "8e45f28b"
                                + "0000000b" + "00000002" + "562244a3" + "0f4b5a55"
                                + "0000000161" + "000000026263" + "0000000000");
    }
}
