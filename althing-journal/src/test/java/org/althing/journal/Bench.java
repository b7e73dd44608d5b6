package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What tests of the journal share: records as text, and an executor that runs when told. */
final class Bench {
    static final Journal.Options SMALL = new Journal.Options(1024, Journal.Durability.SYNC);
    static final Executor AT_ONCE = Runnable::run;

    private Bench() {}

    /** Runs tasks when told, on the calling thread. */
    static final class Later implements Executor {
        private final Deque<Runnable> tasks = new ArrayDeque<>();

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        void runOne() {
            tasks.remove().run();
        }

        void runAll() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }

        boolean isEmpty() {
            return tasks.isEmpty();
        }
    }

    static ByteBuffer record(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(ByteBuffer record) {
        return StandardCharsets.UTF_8.decode(record.duplicate()).toString();
    }

    static RecordBatch batch(String... records) {
        RecordBatch batch = new RecordBatch();
        for (String text : records) {
            batch.add(record(text));
        }
        return batch;
    }

    /** What a journal on this disk holds; the disk is left as opening and closing leave it. */
    static List<String> content(Disk disk, Journal.Options options) throws IOException {
        List<String> content = new ArrayList<>();
        Journal.open(disk, options, AT_ONCE, record -> content.add(text(record)))
                .close();
        return content;
    }

    static List<String> content(Disk disk) throws IOException {
        return content(disk, SMALL);
    }

    static Journal open(Disk disk) throws IOException {
        return Journal.open(disk, SMALL, AT_ONCE, record -> {});
    }

    /** Commits; null if it is durable. Only with an executor that runs at once. */
    static @Nullable IOException commit(Journal journal, String... records) {
        List<@Nullable IOException> told = new ArrayList<>();
        journal.commit(batch(records), told::add);
        if (told.size() != 1) {
            throw new AssertionError("told " + told);
        }
        return told.getFirst();
    }

    static byte[] read(Disk disk, String file) throws IOException {
        try (Disk.DiskFile open = disk.open(file)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) open.size());
            int ignored = open.read(bytes, 0);
            return bytes.array();
        }
    }

    static void write(Disk disk, String file, byte[] bytes) throws IOException {
        try (Disk.DiskFile open = disk.open(file)) {
            open.truncate(0);
            open.write(ByteBuffer.wrap(bytes), 0);
        }
    }
}
