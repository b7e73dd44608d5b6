package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
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
 * <p>Any thread hands over requests (a batch, "reopen", "close") through one queue, and reads through another. Whoever has the <em>turn</em> serves
 * them: one at a time, normally a task on the committer. So the files have one writer, without a lock:
 *
 * <pre>
 *   idle ──request──► queued ──committer──► running ──queue empty──► idle
 *     └───────────────────┴──── close() takes the turn itself ──► running
 * </pre>
 *
 * <p>All batches in the queue when a turn begins its work are one block: one write, one sync. While that sync runs the
 * next ones gather. There is no timer, and a lone batch does not wait. Between two blocks a few reads are served, so that
 * neither many reads keep a batch waiting, nor many batches a read.
 *
 * <h2>When the disk fails</h2>
 *
 * <p>After a failed write or sync nobody knows what the disk has, and a second sync that works proves nothing. So the file
 * is cut where it was durable, and writing goes on in a new one ({@link #reopen}). A journal with {@link Retry} does that
 * by itself, later and later, and keeps meanwhile what it was given: its batches are written when the disk works again, in
 * their order, and their listeners hear nothing before that. A journal without fails the batches and all later ones until
 * its user reopens it.
 *
 * <h2>Bounds</h2>
 *
 * <p>The queue takes what it is given. Who hands over batches keeps it short by not reading on from clients whose
 * acknowledgements wait; {@link #waitingBytes} says how much waits.
 */
public final class Journal implements AutoCloseable {
    private static final long SEGMENT_BYTES_MIN = 1 << 10;
    private static final int GROUP_BYTES_MAX = 4 << 20;
    /** Reads that a batch waits for, at most. */
    private static final int READS_MAX = 8;

    private static final long RETRY_FIRST_NANOS = 200_000_000L;
    private static final long RETRY_LAST_NANOS = 10_000_000_000L;

    private final Executor committer;
    private final Recovery recovery;
    private final Log log;

    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
    private final Queue<Read> reads = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.IDLE);
    private final AtomicReference<@Nullable Thread> running = new AtomicReference<>();
    private final AtomicLong waitingBytes = new AtomicLong();

    // Owned by whoever has the turn.
    private final @Nullable Retry retry;
    private final long intervalNanos;
    /** What could not be written, oldest first. */
    private final ArrayDeque<Request.Commit> kept = new ArrayDeque<>();
    /** What was written and acknowledged, and waits for the sync of the interval; oldest first. */
    private final List<Unsynced> unsynced = new ArrayList<>();

    private boolean syncAsked;
    private boolean degraded;
    private long retryNanos = RETRY_FIRST_NANOS;

    /**
     * What a journal is opened with.
     *
     * @param segmentBytes a file is closed and the next one begun when it would become longer; 1 KiB or more
     * @param compaction null for a journal that keeps every record
     * @param retry null for a journal that fails what it cannot write
     */
    public record Options(
            long segmentBytes,
            Durability durability,
            @Nullable Compaction compaction,
            @Nullable Retry retry) {
        public Options {
            if (segmentBytes < SEGMENT_BYTES_MIN) {
                throw new IllegalArgumentException("a segment has at least " + SEGMENT_BYTES_MIN + " bytes");
            }
            if (durability.kind() == Durability.Kind.INTERVAL && retry == null) {
                throw new IllegalArgumentException("an interval needs the timer of a retry");
            }
        }

        /** For a journal that keeps every record and fails what it cannot write. */
        public Options(long segmentBytes, Durability durability) {
            this(segmentBytes, durability, null, null);
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
            return new Options(segmentBytes, durability, new Compaction(keys, executor), retry);
        }

        /** The same, for a journal that keeps what it cannot write and tries again. */
        public Options retrying(Timer timer, Watcher watcher) {
            return new Options(segmentBytes, durability, compaction, new Retry(timer, watcher));
        }

        /** The same with another durability; {@link Durability#every} only after {@link #retrying}. */
        public Options with(Durability other) {
            return new Options(segmentBytes, other, compaction, retry);
        }
    }

    /** How records replace each other, and where the work is done. */
    public record Compaction(Keys keys, Executor executor) {}

    /** How a journal goes on by itself after a failure: with what timer, and who is told. */
    public record Retry(Timer timer, Watcher watcher) {}

    /** Runs a task later, on any thread. */
    @FunctionalInterface
    public interface Timer {
        void after(long nanos, Runnable task);
    }

    /** Told, on the committer, how the disk does. */
    public interface Watcher {
        /** The disk has failed, or still fails; told again for each attempt. Commits wait from now on. */
        void failed(IOException why);

        /** Everything that waited is durable. */
        void recovered();
    }

    /**
     * When a commit counts as done.
     *
     * @param intervalNanos 0 except for an interval
     */
    public record Durability(Kind kind, long intervalNanos) {
        /** Ways of being durable. */
        public enum Kind {
            SYNC,
            INTERVAL,
            OPERATING_SYSTEM
        }

        /** After the data is on the disk. */
        public static final Durability SYNC = new Durability(Kind.SYNC, 0);
        /** After the operating system has it: survives the process, not the machine. */
        public static final Durability OPERATING_SYSTEM = new Durability(Kind.OPERATING_SYSTEM, 0);

        public Durability {
            if (kind == Kind.INTERVAL ? intervalNanos <= 0 : intervalNanos != 0) {
                throw new IllegalArgumentException("an interval of " + intervalNanos + " ns for " + kind);
            }
        }

        /**
         * After the operating system has it, and on the disk at most so much later. A machine that dies loses what was
         * committed in the last interval; a sync that fails loses nothing, since the journal keeps that much in memory.
         */
        public static Durability every(Duration interval) {
            return new Durability(Kind.INTERVAL, interval.toNanos());
        }
    }

    /** Takes a record that was read back. */
    @FunctionalInterface
    public interface ReadListener {
        /**
         * Runs on the committer.
         *
         * @param record valid during the call; null if there is none with this number, or if it could not be read
         * @param failure why it could not be read, or null
         */
        void read(@Nullable ByteBuffer record, @Nullable IOException failure);
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

    /** A record that is asked for. */
    private record Read(long number, ReadListener listener) {}

    /** @param endsAt records of the journal up to its end */
    private record Unsynced(RecordBatch.Content content, long endsAt) {}

    private enum Turn {
        IDLE,
        QUEUED,
        RUNNING
    }

    private Journal(Disk disk, Options options, Executor committer, Replay replay) throws IOException {
        this.committer = committer;
        Recoverer.Recovered recovered = recover(disk, options.compaction(), replay);
        recovery = recovered.report();
        log = new Log(disk, options, recovered, outcome -> request(new Request.Compacted(outcome)));
        retry = options.retry();
        intervalNanos = options.durability().intervalNanos();
        IOException failure = log.failure().orElse(null);
        if (failure != null) {
            degrade(failure); // nothing is handed over yet, so this thread has the turn
        }
        log.compactIfWorthwhile();
    }

    private static Recoverer.Recovered recover(Disk disk, @Nullable Compaction compaction, Replay replay)
            throws IOException {
        if (compaction == null) {
            return new Recoverer(disk, replay).run();
        }
        LiveRecords live = new LiveRecords(compaction.keys());
        Recoverer.Recovered recovered = new Recoverer(disk, live::note).run();
        return recovered.with(live.replay(disk, recovered.closed(), replay));
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

    /**
     * Reads back the record with this number ({@link Keys#numberOf}). Never blocks. What was handed over before is there,
     * if it could be written; what is not durable yet may not be.
     */
    public void read(long number, ReadListener listener) {
        reads.add(new Read(number, listener));
        queueTurn();
    }

    /**
     * Reads back the record with this number on the calling thread, or waits for whoever serves just now. For a start,
     * while nobody else uses the journal.
     *
     * @return a copy, or null if there is none with this number
     * @throws IOException if it cannot be read
     */
    public @Nullable ByteBuffer readNow(long number) throws IOException {
        CompletableFuture<@Nullable ByteBuffer> found = new CompletableFuture<>();
        reads.add(new Read(number, (record, failure) -> {
            if (failure != null) {
                found.completeExceptionally(failure);
            } else {
                found.complete(record == null ? null : copy(record));
            }
        }));
        serveHere();
        return outcome(found);
    }

    private static ByteBuffer copy(ByteBuffer record) {
        return ByteBuffer.allocate(record.remaining()).put(record.duplicate()).flip();
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
        serveHere();
        @Nullable Void ignored = outcome(done);
    }

    /** Serves what is asked on this thread, unless another one does already. */
    private void serveHere() {
        if (turn.compareAndSet(Turn.IDLE, Turn.RUNNING) || turn.compareAndSet(Turn.QUEUED, Turn.RUNNING)) {
            runTurn();
        }
    }

    private static <T extends @Nullable Object> T outcome(CompletableFuture<T> asked) throws IOException {
        try {
            return asked.join();
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
            boolean some;
            do {
                Request request = requests.poll();
                if (request != null) {
                    serve(request);
                }
                some = serveReads(READS_MAX) || request != null;
            } while (some);
        } finally {
            running.set(null);
            turn.set(Turn.IDLE);
            if (!requests.isEmpty() || !reads.isEmpty()) {
                queueTurn();
            }
        }
    }

    /** Serves at most so many reads; returns whether there was any. */
    private boolean serveReads(int most) {
        int served = 0;
        for (Read read = reads.poll(); read != null; read = served < most ? reads.poll() : null) {
            serveRead(read);
            served++;
        }
        return served > 0;
    }

    private void serve(Request request) {
        switch (request) {
            case Request.Commit first -> serveGroup(first);
            case Request.Reopen reopen -> reopen.listener().committed(log.reopen());
            case Request.Compacted compacted -> log.onCompacted(compacted.outcome());
            case Request.TryAgain again -> tryAgain();
            case Request.Sync sync -> serveSync();
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
        if (degraded && !log.isClosed()) {
            kept.addAll(group);
        } else {
            write(group);
        }
    }

    /** Writes them and tells who waits, or keeps them; returns what has failed. */
    private @Nullable IOException write(List<Request.Commit> group) {
        IOException failure = log.write(group);
        if (failure != null && retry != null && !log.isClosed()) {
            kept.addAll(group);
            degrade(failure);
            return failure;
        }
        waitingBytes.addAndGet(-bytes(group));
        if (failure == null && intervalNanos > 0) {
            syncLater(group);
        }
        tell(group, failure);
        return failure;
    }

    private static long bytes(List<Request.Commit> group) {
        long bytes = 0;
        for (Request.Commit commit : group) {
            bytes += commit.bytes();
        }
        return bytes;
    }

    private void syncLater(List<Request.Commit> written) {
        for (Request.Commit commit : written) {
            unsynced.add(new Unsynced(commit.content(), log.endsAt()));
        }
        if (!syncAsked && retry != null) {
            syncAsked = true;
            retry.timer().after(intervalNanos, () -> request(new Request.Sync()));
        }
    }

    private void serveSync() {
        syncAsked = false;
        if (degraded) {
            return;
        }
        IOException failure = log.sync();
        if (failure == null) {
            unsynced.clear();
        } else if (!log.isClosed()) {
            degrade(failure);
        }
    }

    /** From now on batches are kept, until trying again succeeds. */
    private void degrade(IOException failure) {
        degraded = true;
        for (Unsynced written : unsynced.reversed()) {
            if (written.endsAt > log.durableEndsAt()) { // the reopened file is cut before it
                Request.Commit again = new Request.Commit(written.content, told -> {});
                waitingBytes.addAndGet(again.bytes());
                kept.addFirst(again);
            }
        }
        unsynced.clear();
        if (retry != null) {
            retry.watcher().failed(failure);
            retry.timer().after(retryNanos, () -> request(new Request.TryAgain()));
            retryNanos = Math.min(retryNanos * 2, RETRY_LAST_NANOS);
        }
    }

    private void tryAgain() {
        if (!degraded || log.isClosed()) {
            return;
        }
        IOException failure = log.reopen();
        if (failure != null) {
            degrade(failure);
            return;
        }
        degraded = false;
        while (!kept.isEmpty() && !degraded) {
            write(takeKept());
        }
        if (!degraded) {
            retryNanos = RETRY_FIRST_NANOS;
            if (retry != null) {
                retry.watcher().recovered();
            }
        }
    }

    private List<Request.Commit> takeKept() {
        List<Request.Commit> group = new ArrayList<>();
        long bytes = 0;
        while (!kept.isEmpty() && (group.isEmpty() || bytes + kept.getFirst().bytes() <= GROUP_BYTES_MAX)) {
            Request.Commit next = kept.removeFirst();
            group.add(next);
            bytes += next.bytes();
        }
        return group;
    }

    private void serveRead(Read read) {
        ByteBuffer record = null;
        IOException failure = null;
        try {
            record = log.find(read.number());
        } catch (IOException e) {
            failure = e;
        }
        read.listener().read(record, failure);
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
        boolean ignored = serveReads(Integer.MAX_VALUE); // that were asked for before
        try {
            tryAgain(); // the last chance of what is kept
            IOException failure = log.failure().orElse(null);
            log.close();
            if (!kept.isEmpty()) {
                giveUp(failure);
            }
            close.done().complete(null);
        } catch (IOException | RuntimeException e) {
            close.done().completeExceptionally(e);
        }
    }

    private void giveUp(@Nullable IOException failure) throws IOException {
        List<Request.Commit> lost = List.copyOf(kept);
        kept.clear();
        IOException told = failure != null ? failure : new IOException("the journal was closed");
        waitingBytes.addAndGet(-bytes(lost));
        tell(lost, told);
        throw new IOException(
                "the journal was closed, and " + lost.size() + " commits could not be written: " + told.getMessage(),
                told);
    }
}
