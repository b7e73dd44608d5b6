package org.althing.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.althing.journal.Bench.Later;
import org.althing.journal.memory.FaultyDisk;
import org.althing.testing.Gen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Records {@code n=text} have the number n; {@code n=} removes it; {@code !text} has none. */
class ReadBackTest {
    private static final Keys KEYS = new Keys() {
        @Override
        public @Nullable Key keyOf(ByteBuffer record) {
            String text = Bench.text(record);
            return text.startsWith("!")
                    ? null
                    : Key.of(Bench.record(text.substring(0, text.indexOf('='))), text.endsWith("="));
        }

        @Override
        public long numberOf(ByteBuffer record) {
            String text = Bench.text(record);
            long number = text.startsWith("!") ? 0 : Long.parseLong(text.substring(0, text.indexOf('=')));
            return text.endsWith("=") ? -number : number;
        }
    };

    private static Journal open(Disk disk, Later compactor) throws IOException {
        return Journal.open(disk, Bench.SMALL.compacting(KEYS, compactor), Bench.AT_ONCE, record -> {});
    }

    private static @Nullable String read(Journal journal, long number) {
        List<@Nullable String> answers = new ArrayList<>();
        journal.read(number, (record, failure) -> {
            assertThat(failure).isNull();
            answers.add(record == null ? null : Bench.text(record));
        });
        assertThat(answers).hasSize(1);
        return answers.getFirst();
    }

    @Test
    void every_record_is_read_back_by_its_number_wherever_compactions_and_starts_have_put_it() {
        Gen.forAll(60, gen -> {
            try {
                check(gen);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void check(Gen gen) throws IOException {
        FaultyDisk disk = new FaultyDisk(new SplittableRandom(1));
        Map<Long, String> model = new HashMap<>();
        for (int start = 0; start < 3; start++) {
            Later compactor = new Later();
            Journal journal = open(disk, compactor);
            for (int i = gen.between(0, 150); i > 0; i--) {
                RecordBatch batch = new RecordBatch();
                for (int j = gen.oneIn(30) ? 400 : gen.between(1, 4); j > 0; j--) {
                    long number = gen.between(1L, 600L);
                    String record = number + (gen.oneIn(3) ? "=" : "=" + "v".repeat(gen.between(1, 30)) + i);
                    if (record.endsWith("=")) {
                        model.remove(number);
                    } else {
                        model.put(number, record);
                    }
                    batch.add(Bench.record(record));
                    batch.add(Bench.record("!" + number));
                }
                journal.commit(batch, failure -> assertThat(failure).isNull());
                if (gen.oneIn(10)) {
                    compactor.runAll();
                }
                long number = gen.between(1L, 600L);
                assertThat(read(journal, number)).isEqualTo(model.get(number));
            }
            for (long number = 1; number <= 600; number++) {
                assertThat(read(journal, number)).isEqualTo(model.get(number));
            }
            if (gen.bool()) {
                journal.close();
            }
            disk = disk.afterKill();
        }
    }

    @Test
    void reading_works_while_the_files_that_were_compacted_are_still_there() throws IOException {
        FaultyDisk disk = new FaultyDisk(new SplittableRandom(1));
        Later compactor = new Later();
        Journal journal = open(disk, compactor);
        for (int i = 1; i <= 100; i++) {
            assertThat(Bench.commit(journal, i + "=" + "x".repeat(80))).isNull();
        }
        compactor.runOne(); // made, and known to the journal; the inputs are not deleted yet
        assertThat(disk.list()).contains("00000001.journal").anyMatch(name -> name.endsWith(".compacted"));
        for (int i = 1; i <= 100; i++) {
            assertThat(read(journal, i)).isEqualTo(i + "=" + "x".repeat(80));
        }
    }

    @Test
    void a_batch_waits_for_few_reads_and_is_one_block_with_others_between_them() throws IOException {
        FaultyDisk disk = new FaultyDisk(new SplittableRandom(1));
        Later committer = new Later();
        Journal journal = Journal.open(disk, Bench.SMALL.compacting(KEYS, new Later()), committer, record -> {});
        journal.commit(batch("1=a"), failure -> assertThat(failure).isNull());
        committer.runAll();
        List<String> answers = new ArrayList<>();
        journal.read(1, (record, failure) -> {
            answers.add("read");
            if (answers.size() == 1) { // while the first is read, others ask for much
                for (int i = 0; i < 100; i++) {
                    journal.read(1, (again, none) -> answers.add("read"));
                    if (i % 10 == 0) {
                        journal.commit(batch("2=b"), none -> answers.add("commit"));
                    }
                }
            }
        });
        long operations = disk.operations();
        committer.runAll();
        assertThat(answers).hasSize(111);
        assertThat(answers.indexOf("commit")).isLessThan(10);
        assertThat(answers.lastIndexOf("commit") - answers.indexOf("commit")).isEqualTo(9);
        long reads = 101;
        assertThat(disk.operations() - operations).isLessThan(reads + 5);
    }

    private static RecordBatch batch(String record) {
        RecordBatch batch = new RecordBatch();
        batch.add(Bench.record(record));
        return batch;
    }

    @Test
    void damage_is_told_and_never_handed_out() throws IOException {
        FaultyDisk disk = new FaultyDisk(new SplittableRandom(1));
        Journal journal = open(disk, new Later());
        assertThat(Bench.commit(journal, "1=aaaa")).isNull();
        byte[] bytes = Bench.read(disk, "00000001.journal");
        bytes[88]++;
        Bench.write(disk, "00000001.journal", bytes);
        List<@Nullable IOException> failures = new ArrayList<>();
        journal.read(1, (record, failure) -> {
            assertThat(record).isNull();
            failures.add(failure);
        });
        assertThat(failures).hasSize(1).first().isInstanceOf(JournalDamagedException.class);
    }

    @Test
    void a_table_of_numbers_is_a_map() {
        Gen.forAll(40, gen -> {
            LongTable table = new LongTable();
            Map<Long, Long> map = new HashMap<>();
            for (int i = gen.between(0, 4000); i > 0; i--) {
                long key = gen.oneIn(3) ? gen.between(1L, 2000L) : gen.between(1L, 40L) * 1_000_000_007L;
                if (gen.oneIn(3)) {
                    table.remove(key);
                    map.remove(key);
                } else {
                    table.put(key, i);
                    map.put(key, (long) i);
                }
                assertThat(table.size()).isEqualTo(map.size());
            }
            Map<Long, Long> found = new HashMap<>();
            table.forEach(found::put);
            assertThat(found).isEqualTo(map);
            for (long key = 1; key <= 2000; key++) {
                assertThat(table.get(key)).isEqualTo(map.getOrDefault(key, LongTable.NONE));
            }
        });
    }

    @Test
    void a_place_is_one_number() {
        Gen.forAll(2000, gen -> {
            long segment = gen.between(1L, 1L << 40);
            long offset = gen.between(4L, 1L << 33) * 16;
            int index = gen.between(0, 70_000);
            long place = Place.of(segment, offset, index);
            assertThat(place).isNotEqualTo(LongTable.NONE);
            assertThat(Place.segment(place, segment + gen.between(0, 4_000_000)))
                    .isEqualTo(segment);
            assertThat(Place.blockOffset(place)).isEqualTo(offset);
            assertThat(Place.index(place)).isEqualTo(Math.min(index, 255));
        });
    }
}
