package org.althing.broker.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
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
 * what later ones replaced is dropped from the files from time to time.
 *
 * <p>After an error of the disk every commit fails until the broker is started again: the changes that failed are in
 * memory and not in the journal, so going on would leave a hole.
 */
public final class JournalStateStore implements StateStore {
    private static final System.Logger LOG = System.getLogger(JournalStateStore.class.getPackageName());

    private final Journal journal;
    private final @Nullable Owned owned;

    /** What was read at start, until it is given back. */
    private @Nullable StateFold fold;

    /** What a store in a folder opened for itself. */
    private record Owned(Disk disk, CommitterThread committer) {}

    private JournalStateStore(Journal journal, StateFold fold, @Nullable Owned owned) {
        this.journal = journal;
        this.fold = fold;
        this.owned = owned;
    }

    /**
     * Opens the state in this folder, with threads of its own.
     *
     * @throws IOException if the folder is in use by another process, cannot be used, or holds damaged files
     */
    public static JournalStateStore inFolder(Path folder) throws IOException {
        Disk disk = Disk.folder(folder);
        CommitterThread committer = Journal.committerThread("althing-committer");
        try {
            Executor compactor = task ->
                    Thread.ofPlatform().name("althing-compactor").daemon().start(task);
            Journal.Options options = Journal.Options.defaults();
            return open(disk, options, committer, compactor, new Owned(disk, committer));
        } catch (IOException | RuntimeException failure) {
            committer.close();
            disk.close();
            throw failure;
        }
    }

    /**
     * Opens the state on this disk, which stays the caller's, as do the executors: they are closed after the store.
     *
     * @param options without compaction, which the store adds
     * @param committer runs commits one after the other
     * @param compactor runs compactions, which take a while
     * @throws IOException if the disk cannot be used or holds damaged files
     */
    public static JournalStateStore open(Disk disk, Journal.Options options, Executor committer, Executor compactor)
            throws IOException {
        return open(disk, options, committer, compactor, null);
    }

    private static JournalStateStore open(
            Disk disk, Journal.Options options, Executor committer, Executor compactor, @Nullable Owned owned)
            throws IOException {
        StateFold fold = new StateFold();
        Journal.Options compacting = options.compacting(StateForm::keyOf, compactor);
        try {
            Journal journal = Journal.open(disk, compacting, committer, record -> apply(record, fold, disk));
            return new JournalStateStore(journal, fold, owned);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void apply(ByteBuffer record, StateFold fold, Disk disk) {
        try {
            fold.apply(StateForm.read(record));
        } catch (RuntimeException e) {
            throw new UncheckedIOException(new IOException(
                    "a record of the state in " + disk + " cannot be used: " + e.getMessage()
                            + "; was it written by a newer version of this program?",
                    e));
        }
    }

    /** What was found at start: records, bytes, what was cut off. */
    public Recovery recovery() {
        return journal.recovery();
    }

    /** What stopped the journal, if anything did. Any thread. */
    public Optional<IOException> failure() {
        return journal.failure();
    }

    @Override
    public void replay(Consumer<StateChange> consumer) {
        StateFold found = fold;
        if (found == null) {
            throw new IllegalStateException("the state was given back before");
        }
        fold = null;
        List<StateChange> removals = found.dropUnusable(
                change -> LOG.log(System.Logger.Level.WARNING, "names a message that is not there: " + change));
        if (!removals.isEmpty()) {
            // At once: from now on any shard may use the ids of dropped messages again.
            StateLog log = log(0);
            removals.forEach(log::append);
            log.commit(failure -> {}); // what could not be dropped is dropped at the next start
        }
        found.forEach(consumer);
    }

    @Override
    public StateLog log(int shard) {
        return new Handle(journal);
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
            journal.close();
        } finally {
            if (owned != null) {
                owned.committer().close();
                owned.disk().close();
            }
        }
    }
}
