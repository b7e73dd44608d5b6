package org.althing.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.journal.RecordBatch;
import org.althing.journal.Recovery;
import org.althing.journal.memory.MemoryDisk;

/**
 * Recovery of a journal whose files were changed: it starts with the beginning of what was written, nothing invented and
 * nothing skipped, and then takes new records and keeps them; or it says that it cannot, and changes nothing.
 *
 * <p>Input: how the journal was written, then the changes: which file, where, how.
 */
public final class JournalFuzzer {
    private static final Executor AT_ONCE = Runnable::run;
    private static final Journal.Options SMALL = new Journal.Options(1_024, Journal.Durability.SYNC);

    private JournalFuzzer() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Choices choices = new Choices(data);
        try {
            MemoryDisk disk = new MemoryDisk();
            List<String> written = write(disk, choices);
            change(disk, choices);
            recover(disk, written);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> write(Disk disk, Choices choices) throws IOException {
        List<String> written = new ArrayList<>();
        Journal journal = Journal.open(disk, SMALL, AT_ONCE, record -> {});
        for (int commits = choices.upTo(15); commits > 0; commits--) {
            RecordBatch batch = new RecordBatch();
            for (int records = choices.upTo(3); records > 0; records--) {
                String text = "record " + written.size() + "x".repeat(choices.upTo(300));
                batch.add(ByteBuffer.wrap(text.getBytes(UTF_8)));
                written.add(text);
            }
            journal.commit(batch, failure -> {});
        }
        if (choices.flag()) {
            journal.close();
        } // otherwise as a kill leaves it
        return written;
    }

    private static void change(Disk disk, Choices choices) throws IOException {
        while (!choices.isEmpty()) {
            List<String> names = disk.list();
            if (names.isEmpty()) {
                return;
            }
            String name = choices.pick(names);
            try (Disk.DiskFile file = disk.open(name)) {
                int place = choices.upTo((int) Math.min(file.size(), 0xFFFF));
                switch (choices.upTo(5)) {
                    case 0 -> file.truncate(place);
                    case 1 -> file.write(ByteBuffer.wrap(choices.bytes(40)), place);
                    case 2 -> file.write(ByteBuffer.wrap(new byte[choices.upTo(200)]), place);
                    case 3 -> disk.delete(name);
                    case 4 -> disk.rename(name, choices.pick("00000001", "00000002", "00000009") + ".journal");
                    default -> {
                        ByteBuffer copied = ByteBuffer.allocate(choices.upTo(200));
                        file.read(copied, choices.upTo(1_000));
                        file.write(copied.flip(), place);
                    }
                }
            }
        }
    }

    private static void recover(Disk disk, List<String> written) throws IOException {
        List<String> found = new ArrayList<>();
        Journal journal;
        try {
            journal = Journal.open(disk, SMALL, AT_ONCE, record -> found.add(text(record)));
        } catch (IOException e) {
            check(String.valueOf(e.getMessage()).length() > 10, "no message: " + e);
            return;
        }
        Recovery recovery = journal.recovery();
        check(recovery.records() == found.size(), "said " + recovery + ", gave " + found);
        check(
                found.size() <= written.size() && found.equals(written.subList(0, found.size())),
                "found " + found + " of " + written);
        RecordBatch batch = new RecordBatch();
        batch.add(ByteBuffer.wrap("new".getBytes(UTF_8)));
        journal.commit(batch, failure -> check(failure == null, "not committed: " + failure));
        journal.close();
        found.add("new");
        List<String> second = new ArrayList<>();
        Journal.open(disk, SMALL, AT_ONCE, record -> second.add(text(record))).close();
        check(found.equals(second), "found " + found + ", and then " + second);
    }

    private static String text(ByteBuffer record) {
        return UTF_8.decode(record.duplicate()).toString();
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        byte[] few = {3, 1, 0, 5, 2, 0, 9, 1, 2, 1, 0, 30, 0};
        byte[] many = new byte[1 + 12 * 3 + 1];
        for (int i = 0; i < 12; i++) {
            many[1 + i * 3] = 1;
            many[3 + i * 3] = (byte) 200;
        }
        many[0] = 12;
        for (byte[] journal : List.of(few, many)) {
            seeds.add(journal);
            for (byte kind = 0; kind <= 5; kind++) {
                seeds.add(Seeds.concat(journal, new byte[] {0, 0, 100, kind, 4, 1, 2, 3, 4}));
            }
        }
        return seeds;
    }
}
