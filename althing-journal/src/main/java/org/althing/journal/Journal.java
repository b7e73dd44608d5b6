package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The log. See ARCHITECTURE.md, "Durability"; the files are described in docs/formats.md.
 *
 * <h2>Who runs what</h2>
 *
 * <p>Any thread hands over requests (a batch, "reopen", "close") through one queue. Whoever has the <em>turn</em> serves
 * them: one at a time, normally a task on the committer. So the files have one writer, without a lock:
 *
 * <pre>
 *   idle ──request──► queued ──committer──► running ──queue empty──► idle
 *     └───────────────────┴──── close() takes the turn itself ──► running
 * </pre>
 *
 * <p>All batches in the queue when a turn begins its work are one block: one write, one sync. While that sync runs the
 * next ones gather. There is no timer, and a lone batch does not wait.
 *
 * <h2>When the disk fails</h2>
 *
 * <p>A failed write or sync fails its batches and all later ones: after a failed sync nobody knows what the disk has, and
 * a second sync that works proves nothing. {@link #reopen} cuts the file where it was durable and goes on in a new one;
 * users call it from time to time until it works.
 *
 * <h2>Bounds</h2>
 *
 * <p>The queue takes what it is given. Who hands over batches keeps it short by not reading on from clients whose
 * acknowledgements wait; {@link #waitingBytes} says how much waits.
 */
public final class Journal implements AutoCloseable {
    private static final long SEGMENT_BYTES_MIN = 1 << 10;
    private static final int GROUP_BYTES_MAX = 4 << 20;

    private final Executor committer;
    private final Recovery recovery;
    private final Log log;

    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.IDLE);
    private final AtomicReference<@Nullable Thread> running = new AtomicReference<>();
    private final AtomicLong waitingBytes = new AtomicLong();

    /**
     * What a journal is opened with.
     *
     * @param segmentBytes a file is closed and the next one begun when it would become longer; 1 KiB or more
     * @param compaction null for a journal that keeps every record
     */
    public record Options(
            long segmentBytes,
            Durability durability,
            @Nullable Compaction compaction) {
        public Options {
            if (segmentBytes < SEGMENT_BYTES_MIN) {
                throw new IllegalArgumentException("a segment has at least " + SEGMENT_BYTES_MIN + " bytes");
            }
        }

        /** For a journal that keeps every record. */
        public Options(long segmentBytes, Durability durability) {
            this(segmentBytes, durability, null);
        }

        /** 16 MiB segments, synced at every commit. */
        public static Options defaults() {
            return new Options(16 << 20, Durability.SYNC);
        }

        /**
         * The same, for a journal that drops records which later ones replaced.
         *
         * @param executor runs the compaction, which reads and writes files for a while: not the committer
         */
        public Options compacting(Keys keys, Executor executor) {
            return new Options(segmentBytes, durability, new Compaction(keys, executor));
        }
    }

    /** How records replace each other, and where the work is done. */
    public record Compaction(Keys keys, Executor executor) {}

    /** When a commit counts as done. */
    public enum Durability {
        /** After the data is on the disk. */
        SYNC,
        /** After the operating system has it: survives the process, not the machine. */
        OPERATING_SYSTEM
    }

    /** Takes records back at start, oldest first. */
    @FunctionalInterface
    public interface Replay {
        /**
         * @param record valid during the call
         * @throws IllegalArgumentException if the record means nothing: the journal is not opened, and says where it is
         */
        void record(ByteBuffer record);
    }

    /** What is asked of whoever has the turn. */
    sealed interface Request {
        record Commit(RecordBatch.Content content, CommitListener listener) implements Request {
            int bytes() {
                return content.framed().limit();
            }
        }

        record Reopen(CommitListener listener) implements Request {}

        record Compacted(Compactor.Outcome outcome) implements Request {}

        record Close(CompletableFuture<@Nullable Void> done) implements Request {}
    }

    private enum Turn {
        IDLE,
        QUEUED,
        RUNNING
    }

    private Journal(Disk disk, Options options, Executor committer, Replay replay) throws IOException {
        this.committer = committer;
        Recoverer.Recovered recovered = recover(disk, options.compaction(), replay);
        recovery = recovered.report();
        Queue<Request> queue = requests;
        log = new Log(disk, options, recovered, outcome -> queue.add(new Request.Compacted(outcome)));
    }

    private static Recoverer.Recovered recover(Disk disk, @Nullable Compaction compaction, Replay replay)
            throws IOException {
        if (compaction == null) {
            return new Recoverer(disk, replay).run();
        }
        LiveRecords live = new LiveRecords(compaction.keys());
        Recoverer.Recovered recovered = new Recoverer(disk, live::note).run();
        live.replay(disk, recovered.closed(), replay);
        return recovered;
    }

    /**
     * Opens the folder's journal, cuts off a torn tail, and replays what is there: every record, or, where records replace
     * each other, only those that count. The disk stays the caller's: it is closed after the journal.
     *
     * @param committer runs the commits, one after the other: a thread of its own in production (see {@link
     *     #committerThread}), the virtual time's queue in simulation
     * @throws JournalDamagedException if a record in the middle is damaged
     * @throws IOException if the folder is locked by another process, or cannot be read or written
     */
    public static Journal open(Disk disk, Options options, Executor committer, Replay replay) throws IOException {
        return new Journal(disk, options, committer, replay);
    }

    /** A thread for commits, to be closed after the journal. */
    public static CommitterThread committerThread(String name) {
        return new CommitterThread(name);
    }

    /** What was found when the journal was opened. */
    public Recovery recovery() {
        return recovery;
    }

    /**
     * Hands over the batch, which is empty afterwards and may be filled again. Never blocks. What has gathered while one
     * sync runs is written and synced together by the next. An empty batch takes its place in the order, and is told
     * when all before it are.
     */
    public void commit(RecordBatch batch, CommitListener listener) {
        Request.Commit commit = new Request.Commit(batch.take(), listener);
        waitingBytes.addAndGet(commit.bytes());
        request(commit);
    }

    /** Bytes handed over and not yet durable. */
    public long waitingBytes() {
        return waitingBytes.get();
    }

    /** What stopped the journal, if it did: all commits fail until {@link #reopen} succeeds. */
    public Optional<IOException> failure() {
        return log.failure();
    }

    /**
     * After a failure: tries to go on from the last durable record. Commits handed over before still fail.
     *
     * @param listener told null when the journal works again, or what still prevents it
     */
    public void reopen(CommitListener listener) {
        request(new Request.Reopen(listener));
    }

    /**
     * Commits what was handed over, and closes the files. Waits for a commit or a compaction that runs on another thread.
     * Commits handed over later fail.
     */
    @Override
    public void close() throws IOException {
        if (running.get() == Thread.currentThread()) {
            throw new IllegalStateException("a commit listener must not close the journal");
        }
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        requests.add(new Request.Close(done));
        if (turn.compareAndSet(Turn.IDLE, Turn.RUNNING) || turn.compareAndSet(Turn.QUEUED, Turn.RUNNING)) {
            runTurn();
        }
        try {
            done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    private void request(Request request) {
        requests.add(request);
        queueTurn();
    }

    private void queueTurn() {
        if (turn.compareAndSet(Turn.IDLE, Turn.QUEUED)) {
            try {
                committer.execute(this::onTurn);
            } catch (RejectedExecutionException e) {
                onTurn(); // the committer was closed before the journal: nobody may wait for ever
            }
        }
    }

    /** Runs on the committer. */
    private void onTurn() {
        if (turn.compareAndSet(Turn.QUEUED, Turn.RUNNING)) {
            runTurn();
        }
    }

    private void runTurn() {
        running.set(Thread.currentThread());
        try {
            for (Request request = requests.poll(); request != null; request = requests.poll()) {
                serve(request);
            }
        } finally {
            running.set(null);
            turn.set(Turn.IDLE);
            if (!requests.isEmpty()) {
                queueTurn();
            }
        }
    }

    private void serve(Request request) {
        switch (request) {
            case Request.Commit first -> serveGroup(first);
            case Request.Reopen reopen -> reopen.listener().committed(log.reopen());
            case Request.Compacted compacted -> log.onCompacted(compacted.outcome());
            case Request.Close close -> serveClose(close);
        }
    }

    private void serveGroup(Request.Commit first) {
        List<Request.Commit> group = new ArrayList<>();
        group.add(first);
        long bytes = first.bytes();
        while (requests.peek() instanceof Request.Commit next && bytes + next.bytes() <= GROUP_BYTES_MAX) {
            requests.remove();
            group.add(next);
            bytes += next.bytes();
        }
        IOException failure = log.write(group);
        waitingBytes.addAndGet(-bytes);
        tell(group, failure);
    }

    /** Tells all, also when one of them throws. */
    private static void tell(List<Request.Commit> group, @Nullable IOException failure) {
        RuntimeException thrown = null;
        for (Request.Commit commit : group) {
            try {
                commit.listener().committed(failure);
            } catch (RuntimeException e) {
                if (thrown == null) {
                    thrown = e;
                } else {
                    thrown.addSuppressed(e);
                }
            }
        }
        if (thrown != null) {
            throw thrown;
        }
    }

    private void serveClose(Request.Close close) {
        try {
            log.close();
            close.done().complete(null);
        } catch (IOException | RuntimeException e) {
            close.done().completeExceptionally(e);
        }
    }
}
