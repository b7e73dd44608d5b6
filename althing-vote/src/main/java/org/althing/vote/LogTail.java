package org.althing.vote;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.althing.journal.Journal;
import org.althing.journal.RecordBatch;
import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The end of the log, where lines are added: gathers those of a turn into one commit, tells who waits for them, and goes
 * through the failure of the disk. See {@link BallotBox}.
 */
final class LogTail {
    private static final long REOPEN_FIRST_NANOS = 200_000_000L;
    private static final long REOPEN_LAST_NANOS = 10_000_000_000L;
    private static final System.Logger LOG = System.getLogger(BallotBox.class.getName());

    /** A line that is not on the disk yet, and who waits for it. */
    private record Pending(
            LogRecord record,
            LogChain.Mark mark,
            Ledger.Appended appended,
            @Nullable Consumer<Boolean> done) {}

    private final Ledger ledger;
    private final Journal journal;
    private final EventLoop loop;
    private final Consumer<Set<String>> onChanged;

    private RecordBatch batch = new RecordBatch();
    /** Handed over or not, oldest first. */
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();

    /** How many of the youngest are not handed over yet. */
    private int gathered;

    private LogChain.Mark durable;

    /** Grows with each failure: what was handed over before is answered, and no longer listened to. */
    private int generation;

    private boolean degraded;
    private boolean closed;
    private long reopenNanos = REOPEN_FIRST_NANOS;

    /** @param onChanged is told of which polls more is durable now */
    LogTail(Ledger ledger, Journal journal, EventLoop loop, Consumer<Set<String>> onChanged) {
        this.ledger = ledger;
        this.journal = journal;
        this.loop = loop;
        this.onChanged = onChanged;
        this.durable = ledger.chain().mark();
    }

    boolean isTaking() {
        return !degraded && !closed;
    }

    boolean isDegraded() {
        return degraded;
    }

    /** Lines that are not durable yet. */
    int waiting() {
        return pending.size();
    }

    /**
     * Adds a line.
     *
     * @param done told, on this loop, whether it is on the disk
     */
    Round.@Nullable Entry append(LogRecord record, @Nullable Consumer<Boolean> done) {
        if (gathered++ == 0) {
            loop.atTurnEnd(this::commit);
        }
        batch.add(ByteBuffer.wrap(ledger.chained(record)));
        Ledger.Appended appended = ledger.append(record);
        pending.add(new Pending(record, ledger.chain().mark(), appended, done));
        return appended.entry();
    }

    private void commit() {
        if (gathered > 0) {
            int count = gathered;
            int of = generation;
            gathered = 0;
            journal.commit(batch, failure -> loop.execute(() -> onCommitted(of, count, failure)));
        }
    }

    /** The oldest {@code count} lines that wait are on the disk, or none of those that wait will be. */
    private void onCommitted(int of, int count, @Nullable IOException failure) {
        if (of != generation) {
            return; // answered when the first one failed
        }
        if (failure != null) {
            onFailure(failure);
            return;
        }
        List<Pending> committed = new ArrayList<>(count);
        Set<String> changed = new LinkedHashSet<>();
        for (int i = 0; i < count; i++) {
            Pending line = pending.remove();
            ledger.count(line.record, line.appended.entry(), line.mark.head());
            durable = line.mark;
            committed.add(line);
            changed.add(line.record.poll());
        }
        committed.forEach(line -> answer(line, true));
        onChanged.accept(changed);
    }

    private static void answer(Pending line, boolean durable) {
        Round.Entry entry = line.appended.entry();
        if (entry != null) {
            entry.takeWaiting().forEach(who -> who.accept(durable));
        }
        if (line.done != null) {
            line.done.accept(durable);
        }
    }

    private void onFailure(IOException failure) {
        LOG.log(
                Level.ERROR,
                "ballots cannot be written, none is taken until that works again: " + failure.getMessage());
        degraded = true;
        generation++;
        List<Pending> lost = new ArrayList<>(pending);
        pending.clear();
        gathered = 0;
        batch = new RecordBatch();
        ledger.chain().returnTo(durable);
        lost.reversed().forEach(line -> line.appended.undo().run());
        lost.forEach(line -> answer(line, false));
        reopenLater();
    }

    private void reopenLater() {
        if (!closed) {
            loop.schedule(reopenNanos, () -> journal.reopen(failure -> loop.execute(() -> onReopened(failure))));
            reopenNanos = Math.min(reopenNanos * 2, REOPEN_LAST_NANOS);
        }
    }

    private void onReopened(@Nullable IOException failure) {
        if (failure != null) {
            LOG.log(Level.WARNING, "ballots still cannot be written: " + failure.getMessage());
            reopenLater();
            return;
        }
        degraded = false;
        reopenNanos = REOPEN_FIRST_NANOS;
        LOG.log(Level.INFO, "ballots are taken again");
    }

    /** Commits what was handed in; nothing is taken any more. */
    void close() {
        commit();
        closed = true;
    }

    void closeJournal() throws IOException {
        journal.close();
    }
}
