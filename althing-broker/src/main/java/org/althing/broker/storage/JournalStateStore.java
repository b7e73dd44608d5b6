package org.althing.broker.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.althing.broker.StateChange;
import org.althing.broker.StateLog;
import org.althing.broker.StateStore;
import org.althing.journal.CommitterThread;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.journal.RecordBatch;
import org.althing.journal.Recovery;
import org.jspecify.annotations.Nullable;

/**
 * The broker's state in a journal: one commit is one batch, so a crash leaves whole commits. Every record carries a key;
 * what later ones replaced is dropped from the files from time to time, and not given back at start.
 *
 * <p>After an error of the disk every commit fails until the broker is started again: the changes that failed are in
 * memory and not in the journal, so going on would leave a hole.
 */
public final class JournalStateStore implements StateStore {
    private final Disk disk;
    private final Journal.Options options;
    private final Executor committer;
    private final @Nullable Owned owned;

    /** Null until the state was read. */
    private @Nullable Journal journal;

    /** What a store in a folder opened for itself. */
    private record Owned(Disk disk, CommitterThread committer) {}

    private JournalStateStore(Disk disk, Journal.Options options, Executor committer, @Nullable Owned owned) {
        this.disk = disk;
        this.options = options;
        this.committer = committer;
        this.owned = owned;
    }

    /**
     * Keeps the state in this folder, with threads of its own. It is locked from now on, and read by {@link #replay}.
     *
     * @throws IOException if the folder is in use by another process, or cannot be used
     */
    public static JournalStateStore inFolder(Path folder) throws IOException {
        Disk disk = Disk.folder(folder);
        CommitterThread committer = Journal.committerThread("althing-committer");
        Executor compactor =
                task -> Thread.ofPlatform().name("althing-compactor").daemon().start(task);
        return new JournalStateStore(
                disk, compacting(Journal.Options.defaults(), compactor), committer, new Owned(disk, committer));
    }

    /**
     * Keeps the state on this disk, which stays the caller's, as do the executors: they are closed after the store. The
     * disk is first read by {@link #replay}.
     *
     * @param options without compaction, which the store adds
     * @param committer runs commits one after the other
     * @param compactor runs compactions, which take a while
     */
    public static JournalStateStore on(Disk disk, Journal.Options options, Executor committer, Executor compactor) {
        return new JournalStateStore(disk, compacting(options, compactor), committer, null);
    }

    private static Journal.Options compacting(Journal.Options options, Executor compactor) {
        return options.compacting(StateForm::keyOf, compactor);
    }

    /** @throws IOException if the disk cannot be used, or holds damaged files */
    @Override
    public void replay(Consumer<StateChange> consumer) throws IOException {
        if (journal != null) {
            throw new IllegalStateException("the state was given back before");
        }
        journal = Journal.open(disk, options, committer, record -> consumer.accept(StateForm.read(record)));
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
