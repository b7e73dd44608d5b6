package org.althing.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import org.althing.journal.Bench.Later;
import org.althing.journal.memory.FaultyDisk;
import org.althing.journal.memory.MemoryDisk;
import org.althing.testing.Gen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Records are {@code key=value}, or {@code key=} to remove, or {@code !text} without a key. The first letter of a key is
 * its group, which {@code -letter} removes.
 */
class CompactionTest {
    private static final Keys KEYS = CompactionTest::keyOf;

    private static Keys.@Nullable Key keyOf(ByteBuffer record) {
        String text = Bench.text(record);
        if (text.startsWith("-")) {
            return Keys.Key.removalOf(Bench.record(text.substring(1)));
        }
        int equals = text.indexOf('=');
        return text.startsWith("!")
                ? null
                : Keys.Key.in(
                        Bench.record(text.substring(0, 1)),
                        Bench.record(text.substring(0, equals)),
                        equals == text.length() - 1);
    }

    private static Journal open(Disk disk, Executor compactor) throws IOException {
        return Journal.open(disk, Bench.SMALL.compacting(KEYS, compactor), Bench.AT_ONCE, record -> {});
    }

    /** What an opening gives back that knows the keys. */
    private static List<String> live(Disk disk) throws IOException {
        List<String> live = new ArrayList<>();
        Journal.Options options = Bench.SMALL.compacting(KEYS, task -> {});
        Journal.open(disk, options, Bench.AT_ONCE, record -> live.add(Bench.text(record)))
                .close();
        return live;
    }

    private static Map<String, String> fold(List<String> records) {
        Map<String, String> fold = new LinkedHashMap<>();
        for (String record : records) {
            if (record.startsWith("-")) {
                fold.keySet().removeIf(key -> key.startsWith(record.substring(1)));
                continue;
            }
            String key = record.startsWith("!") ? record : record.substring(0, record.indexOf('='));
            fold.remove(key);
            if (record.startsWith("!") || record.indexOf('=') < record.length() - 1) {
                fold.put(key, record);
            }
        }
        return fold;
    }

    private static void overwrite(Journal journal, List<String> acknowledged, int records) {
        for (int i = 0; i < records; i++) {
            String key = "key" + i % 7;
            String record = i % 11 == 5 ? key + "=" : key + "=" + i + "z".repeat(40);
            if (Bench.commit(journal, record) == null) {
                acknowledged.add(record);
            }
        }
    }

    @Test
    void what_was_replaced_is_dropped_and_the_fold_is_the_same() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        List<String> written = new ArrayList<>();
        try (Journal journal = open(disk, Bench.AT_ONCE)) {
            Bench.commit(journal, "!stays");
            written.add("!stays");
            overwrite(journal, written, 500);
        }
        assertThat(disk.list()).anyMatch(name -> name.endsWith(".compacted")).hasSizeLessThan(8);
        List<String> content = Bench.content(disk);
        assertThat(content).hasSizeLessThan(written.size() / 4);
        assertThat(fold(content)).isEqualTo(fold(written));
        assertThat(fold(content).keySet())
                .containsExactlyElementsOf(fold(written).keySet());
    }

    @Test
    void what_was_removed_leaves_nothing_behind() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        try (Journal journal = open(disk, Bench.AT_ONCE)) {
            for (int i = 0; i < 2000; i++) {
                Bench.commit(journal, "key" + i + "=value");
                Bench.commit(journal, i % 2 == 0 ? "key" + i + "=" : "-k");
            }
        }
        String compacted = disk.list().getFirst();
        assertThat(compacted).endsWith(".compacted");
        assertThat(Bench.read(disk, compacted)).hasSizeLessThan(200);
    }

    @Test
    void commits_go_on_while_the_compactor_has_not_run() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        Later compactor = new Later();
        List<String> written = new ArrayList<>();
        Journal journal = open(disk, compactor);
        overwrite(journal, written, 200);
        assertThat(written).hasSize(200);
        compactor.runAll();
        overwrite(journal, written, 50);
        journal.close();
        assertThat(disk.list().getFirst()).endsWith(".compacted");
        assertThat(fold(Bench.content(disk))).isEqualTo(fold(written));
    }

    @Test
    void closing_calls_off_a_compaction_that_has_not_begun() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        Later compactor = new Later();
        List<String> written = new ArrayList<>();
        Journal journal = open(disk, compactor);
        overwrite(journal, written, 200);
        journal.close();
        List<String> before = disk.list();
        compactor.runAll();
        assertThat(disk.list()).isEqualTo(before);
        assertThat(Bench.content(disk)).isEqualTo(written);
    }

    @Test
    void a_journal_without_keys_is_never_compacted() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        List<String> written = new ArrayList<>();
        try (Journal journal = Bench.open(disk)) {
            overwrite(journal, written, 300);
        }
        assertThat(Bench.content(disk)).isEqualTo(written);
    }

    @Test
    void damage_is_never_compacted_away() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        List<String> written = new ArrayList<>();
        Later compactor = new Later();
        Journal journal = open(disk, compactor);
        overwrite(journal, written, 200);
        byte[] bytes = Bench.read(disk, "00000002.journal");
        bytes[100] ^= 1;
        Bench.write(disk, "00000002.journal", bytes);
        List<String> before = disk.list();
        compactor.runAll();
        assertThat(disk.list()).containsAll(before).noneMatch(name -> name.endsWith(".compacted"));
        assertThat(Bench.commit(journal, "key=still working")).isNull();
    }

    @Test
    void a_power_cut_at_any_step_leaves_the_same_fold() throws IOException {
        FaultyDisk quiet = new FaultyDisk(new SplittableRandom(0));
        overwrite(open(quiet, Bench.AT_ONCE), new ArrayList<>(), 150);
        assertThat(quiet.list()).anyMatch(name -> name.endsWith(".compacted"));
        for (long n = 1; n <= quiet.operations(); n++) {
            for (boolean power : List.of(true, false)) {
                FaultyDisk disk = new FaultyDisk(new SplittableRandom(n));
                disk.cutPowerAt(n);
                List<String> acknowledged = new ArrayList<>();
                String[] handedOver = {""};
                try {
                    Journal journal = open(disk, Bench.AT_ONCE);
                    for (int i = 0; i < 150 && journal.failure().isEmpty(); i++) {
                        handedOver[0] = "key" + i % 7 + "=" + i + "z".repeat(40);
                        if (Bench.commit(journal, handedOver[0]) == null) {
                            acknowledged.add(handedOver[0]);
                        }
                    }
                } catch (IOException stopped) {
                    assertThat(stopped).hasMessageContaining("no power");
                }
                FaultyDisk next = power ? disk.afterPowerCut() : disk.afterKill();
                List<String> withLast = new ArrayList<>(acknowledged);
                withLast.add(handedOver[0].isEmpty() ? "key=" : handedOver[0]);
                Map<String, String> fold = fold(Bench.content(next));
                assertThat(fold).as("operation " + n).isIn(fold(acknowledged), fold(withLast));
                assertThat(fold(Bench.content(next.afterPowerCut()))).isEqualTo(fold);
            }
        }
    }

    @Test
    void an_operation_that_fails_in_the_compactor_loses_nothing() throws IOException {
        FaultyDisk quiet = new FaultyDisk(new SplittableRandom(0));
        overwrite(open(quiet, Bench.AT_ONCE), new ArrayList<>(), 150);
        for (long n = 1; n <= quiet.operations(); n++) {
            FaultyDisk disk = new FaultyDisk(new SplittableRandom(n));
            List<String> acknowledged = new ArrayList<>();
            disk.failAt(n);
            try (Journal journal = open(disk, Bench.AT_ONCE)) {
                for (int i = 0; i < 150; i++) {
                    String record = "key" + i % 7 + "=" + i + "z".repeat(40);
                    if (Bench.commit(journal, record) == null) {
                        acknowledged.add(record);
                    } else {
                        journal.reopen(failure -> {});
                    }
                }
            } catch (IOException stopped) {
                assertThat(stopped).hasMessageContaining("simulated");
            }
            Map<String, String> fold = fold(Bench.content(disk.afterPowerCut()));
            assertThat(fold).as("operation " + n).isEqualTo(fold(acknowledged));
        }
    }

    @Test
    void random_changes_keep_their_fold_over_compactions_and_crashes() {
        Gen.forAll(60, gen -> {
            FaultyDisk disk = new FaultyDisk(new SplittableRandom(gen.between(0L, Long.MAX_VALUE - 1)));
            List<String> written = new ArrayList<>();
            try {
                for (int start = gen.between(1, 4); start > 0; start--) {
                    Later compactor = new Later();
                    Journal journal = open(disk, compactor);
                    for (int i = gen.between(0, 120); i > 0; i--) {
                        String group = gen.pick("a", "b", "c");
                        String value = gen.oneIn(4) ? "" : "v" + gen.text(60);
                        String record = gen.oneIn(12) ? "-" + group : group + gen.between(0, 5) + "=" + value;
                        assertThat(Bench.commit(journal, record)).isNull();
                        written.add(record);
                        if (gen.oneIn(20)) {
                            compactor.runAll();
                        }
                    }
                    disk = gen.bool() ? disk.afterPowerCut() : disk.afterKill();
                    assertThat(fold(Bench.content(disk))).isEqualTo(fold(written));
                    assertThat(live(disk))
                            .containsExactlyElementsOf(fold(written).values());
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }
}
