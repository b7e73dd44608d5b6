package org.althing.journal;

import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;

/**
 * A program of its own, to be killed: appends numbers and prints each when it is durable. With a second argument, number
 * n replaces number n - 100, and a compactor is at work.
 */
final class AppendingProgram {
    static final int KEYS = 100;
    static final Journal.Options PLAIN = new Journal.Options(16 << 10, Journal.Durability.SYNC);
    static final Journal.Options COMPACTING = PLAIN.compacting(
            record -> Keys.Key.of(ByteBuffer.allocate(8).putLong(0, record.getLong(0) % KEYS), false),
            ForkJoinPool.commonPool());

    private AppendingProgram() {}

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true);
        CommitterThread committer = Journal.committerThread("committer");
        try (Disk disk = Disk.folder(Path.of(args[0]))) {
            long[] next = {0};
            Journal journal = Journal.open(
                    disk,
                    args.length > 1 ? COMPACTING : PLAIN,
                    committer,
                    record -> next[0] = Math.max(next[0], record.getLong(0) + 1));
            out.println("open");
            while (true) {
                CompletableFuture<Void> oneOfMany = new CompletableFuture<>();
                for (int i = 0; i < 20; i++) {
                    long number = next[0]++;
                    RecordBatch batch = new RecordBatch();
                    batch.add(ByteBuffer.allocate(60).putLong(0, number));
                    journal.commit(batch, failure -> {
                        out.println(failure == null ? Long.toString(number) : failure.toString());
                        oneOfMany.complete(null);
                    });
                }
                oneOfMany.join();
            }
        } finally {
            committer.close();
        }
    }
}
