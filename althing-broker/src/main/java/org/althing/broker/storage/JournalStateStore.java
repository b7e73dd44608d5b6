package org.althing.broker.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.althing.broker.StateChange;
import org.althing.broker.StateLog;
import org.althing.broker.StateStore;
import org.althing.journal.CommitterThread;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.journal.JournalDamagedException;
import org.althing.journal.RecordBatch;
import org.althing.journal.Recovery;
import org.jspecify.annotations.Nullable;

/**
 * The broker's state in a journal: one commit is one batch, so a crash leaves whole commits. Every record carries a key;
 * what later ones replaced is dropped from the files from time to time, and not given back at start.
 *
 * <p>After an error of the disk the journal keeps what it was given, and tries again by itself.
 */
public final class JournalStateStore implements StateStore {
    private final Disk disk;
    private final Journal.Options options;
    private final Executor committer;
    private final @Nullable Owned owned;
    private final Trouble trouble = new Trouble();

    /** Null until the state was read. */
    private @Nullable Journal journal;

    /**
     * Where the work is done, and what tells the time.
     *
     * @param committer runs commits one after the other
     * @param compactor runs compactions, which take a while
     * @param timer runs tasks later, on any thread
     */
    public record Workers(Executor committer, Executor compactor, Journal.Timer timer) {}

    /** What a store in a folder opened for itself. */
    private record Owned(Disk disk, CommitterThread committer) {}

    private JournalStateStore(
            Disk disk, Journal.Options options, Workers workers, Journal.Durability durability, @Nullable Owned owned) {
        this.disk = disk;
        this.committer = workers.committer();
        this.owned = owned;
        this.options = options.compacting(StateForm.KEYS, workers.compactor())
                .retrying(workers.timer(), trouble)
                .with(durability);
    }

    /** The same, with every commit on the disk before anything that depends on it is acknowledged. */
    public static JournalStateStore inFolder(Path folder) throws IOException {
        return inFolder(folder, Journal.Durability.SYNC);
    }

    /**
     * Keeps the state in this folder, with threads of its own. It is locked from now on, and read by {@link #replay}.
     *
     * @param durability what an acknowledgement waits for
     * @throws IOException if the folder is in use by another process, or cannot be used
     */
    public static JournalStateStore inFolder(Path folder, Journal.Durability durability) throws IOException {
        Disk disk = Disk.folder(folder);
        CommitterThread committer = Journal.committerThread("althing-committer");
        Executor compactor =
                task -> Thread.ofPlatform().name("althing-compactor").daemon().start(task);
        Journal.Timer timer = (nanos, task) -> CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, committer)
                .execute(task);
        return new JournalStateStore(
                disk,
                Journal.Options.defaults(),
                new Workers(committer, compactor, timer),
                durability,
                new Owned(disk, committer));
    }

    /**
     * Keeps the state on this disk, which stays the caller's, as do the workers: they are closed after the store. The
     * disk is first read by {@link #replay}.
     *
     * @param segmentBytes as in {@link Journal.Options}
     */
    public static JournalStateStore on(Disk disk, long segmentBytes, Workers workers, Journal.Durability durability) {
        Journal.Options options = new Journal.Options(segmentBytes, Journal.Durability.SYNC);
        return new JournalStateStore(disk, options, workers, durability, null);
    }

    /** @throws IOException if the disk cannot be used, or holds damaged files */
    @Override
    public void replay(Consumer<StateChange> consumer) throws IOException {
        if (journal != null) {
            throw new IllegalStateException("the state was given back before");
        }
        try {
            journal = Journal.open(disk, options, committer, record -> consumer.accept(StateForm.read(record)));
        } catch (JournalDamagedException e) {
            throw new IOException(
                    e.getMessage() + " Or 'althing data repair " + disk
                            + " NEW' makes a copy without what is damaged, and says what that gives up.",
                    e);
        }
    }

    @Override
    public StateChange.@Nullable MessageStored read(long messageId) throws IOException {
        ByteBuffer record = journal().readNow(messageId);
        return record != null && StateForm.read(record) instanceof StateChange.MessageStored stored ? stored : null;
    }

    private Journal journal() {
        if (journal == null) {
            throw new IllegalStateException("the state was not read yet");
        }
        return journal;
    }

    /** What was found at start: records, bytes, what was cut off. */
    public Recovery recovery() {
        return journal().recovery();
    }

    /** What stopped the journal, if anything did. Any thread. */
    public Optional<IOException> failure() {
        return journal().failure();
    }

    @Override
    public StateLog log(int shard) {
        return new Handle(journal());
    }

    /** What one shard writes with: a form and a batch of its own. The journal takes batches from any thread. */
    private static final class Handle implements StateLog {
        private final Journal journal;
        private final StateForm form = new StateForm();
        private final RecordBatch batch = new RecordBatch();

        Handle(Journal journal) {
            this.journal = journal;
        }

        @Override
        public void append(StateChange change) {
            batch.add(form.write(change));
        }

        @Override
        public void commit(Committed done) {
            journal.commit(batch, done::committed);
        }

        @Override
        public void load(long messageId, Loaded loaded) {
            journal.read(messageId, (record, failure) -> {
                if (record != null && StateForm.read(record) instanceof StateChange.MessageStored stored) {
                    loaded.loaded(stored, null);
                } else {
                    loaded.loaded(null, failure);
                }
            });
        }
    }

    @Override
    public long waitingBytes() {
        return journal().waitingBytes();
    }

    @Override
    public void watch(Watcher watcher) {
        trouble.add(watcher);
    }

    /** Whether commits wait at present, and who is told. */
    private static final class Trouble implements Journal.Watcher {
        private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
        private final AtomicReference<@Nullable IOException> present = new AtomicReference<>();

        void add(Watcher watcher) {
            watchers.add(watcher);
            IOException now = present.get();
            if (now != null) {
                watcher.degraded(now);
            }
        }

        @Override
        public void failed(IOException why) {
            present.set(why);
            watchers.forEach(watcher -> watcher.degraded(why));
        }

        @Override
        public void recovered() {
            present.set(null);
            watchers.forEach(Watcher::recovered);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (journal != null) {
                journal.close();
            }
        } finally {
            if (owned != null) {
                owned.committer().close();
                owned.disk().close();
            }
        }
    }

    /** Names the folder, for messages. */
    @Override
    public String toString() {
        return disk.toString();
    }
}
