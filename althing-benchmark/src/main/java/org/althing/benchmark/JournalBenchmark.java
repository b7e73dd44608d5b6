package org.althing.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.althing.journal.CommitterThread;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.journal.RecordBatch;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A commit of records of 200 bytes into a folder for temporary files, until it is durable. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class JournalBenchmark {
    /** Records in one commit. */
    @Param({"1", "256"})
    public int records = 1;

    /** Whether each commit is synced. */
    @Param({"true", "false"})
    public boolean sync = true;

    private final ByteBuffer record = ByteBuffer.allocate(200);
    private @Nullable Path folder;
    private @Nullable Journal journal;
    private @Nullable CommitterThread committer;

    /** Opens an empty journal. */
    @Setup
    public void setUp() throws IOException {
        Path made = Files.createTempDirectory("journal-benchmark");
        folder = made;
        CommitterThread thread = Journal.committerThread("committer");
        committer = thread;
        Journal.Durability durability = sync ? Journal.Durability.SYNC : Journal.Durability.OPERATING_SYSTEM;
        journal = Journal.open(Disk.folder(made), Journal.Options.defaults().with(durability), thread, each -> {});
    }

    /** One commit, and its answer. */
    @Benchmark
    public void commit() {
        RecordBatch batch = new RecordBatch();
        for (int i = 0; i < records; i++) {
            batch.add(record.duplicate());
        }
        CompletableFuture<Void> durable = new CompletableFuture<>();
        if (journal != null) {
            journal.commit(batch, failure -> {
                if (failure == null) {
                    durable.complete(null);
                } else {
                    durable.completeExceptionally(failure);
                }
            });
        }
        durable.join();
    }

    /** Deletes it again. */
    @TearDown
    public void tearDown() throws IOException {
        if (journal != null) {
            journal.close();
        }
        if (committer != null) {
            committer.close();
        }
        if (folder != null) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }
}
