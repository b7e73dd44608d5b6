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
import org.althing.net.Worker;
import org.althing.vote.VoterName.InvalidNameException;
import org.jspecify.annotations.Nullable;

/**
 * The ballot box: the single place where "one person, one vote" is decided, for all doors.
 *
 * <h2>How a ballot is counted</h2>
 *
 * <pre>
 *   cast ──► index: voted already? ──yes──► the same answer for the same vote id, otherwise AlreadyVoted
 *              │ no
 *              ▼
 *            log line appended, voter in the index ──end of turn──► journal: one write, one fsync for all
 *                                                                        │
 *   answer ◄── counted, shown ◄──────────── back on this loop ◄──────────┘
 * </pre>
 *
 * An answer that says that a ballot counts is given after its line is on the disk, never before. A voter whose ballot
 * waits for the disk is in the index already: a second ballot gets its answer after the first one's commit. Counts and
 * states that are shown are those of durable lines only.
 *
 * <h2>When the disk fails</h2>
 *
 * Every ballot that waits is answered {@link Refusal#DEGRADED} and forgotten: a failed fsync must not be tried again on
 * the same file, so the journal cuts it where it was durable and goes on in a new one, as soon as it can; this is tried
 * again and again, less and less often. Meanwhile voters whose ballots are durable still get their answers, everybody
 * else {@code degraded}. After a crash in between, such a ballot may be found in the log and then counts; a voter who
 * repeats it with its vote id gets the right answer at the end, whatever happened to the first.
 *
 * <p>All methods run on the owning loop.
 */
public final class BallotBox {
    /** How many ballots may wait for the disk before {@link Refusal#BUSY}. */
    public static final int PENDING_MAX = 65_536;

    private static final long REOPEN_FIRST_NANOS = 200_000_000L;
    private static final long REOPEN_LAST_NANOS = 10_000_000_000L;
    private static final System.Logger LOG = System.getLogger(BallotBox.class.getName());

    /** Opens the journal and hands its lines over. */
    @FunctionalInterface
    public interface JournalOpener {
        Journal open(Journal.Replay replay) throws IOException;
    }

    /** A line that is not on the disk yet, and who waits for it. */
    private record Pending(
            LogRecord record,
            LogChain.Mark mark,
            PollLedger.@Nullable Entry entry,
            @Nullable Consumer<Boolean> done) {}

    private final Ledger ledger;
    private final Journal journal;
    private final EventLoop loop;
    private final Worker worker;
    private final List<Consumer<String>> changeListeners = new ArrayList<>();

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

    private BallotBox(Ledger ledger, Journal journal, EventLoop loop, Worker worker) {
        this.ledger = ledger;
        this.journal = journal;
        this.loop = loop;
        this.worker = worker;
        this.durable = ledger.chain().mark();
    }

    /**
     * Opens the log, checks its chain and rebuilds the index from it. Blocks; may run elsewhere, before the loop knows the
     * box. The box closes the journal; the disk stays the caller's.
     *
     * @throws LogDamagedException if a line does not follow from those before it
     * @throws IOException if the log cannot be read or written
     */
    public static BallotBox open(JournalOpener opener, EventLoop loop, Worker worker) throws IOException {
        LogReader reader = new LogReader();
        Journal journal = opener.open(reader);
        try {
            return new BallotBox(reader.ledger(), journal, loop, worker);
        } catch (LogDamagedException damage) {
            journal.close();
            throw damage;
        }
    }

    public EventLoop loop() {
        return loop;
    }

    // ---------------------------------------------------------------------------------------------- votes

    /** Hands in a ballot. The answer comes once, on this loop, now or after the commit. */
    public void cast(Ballot ballot, Consumer<CastResult> answer) {
        PollLedger poll = ledger.poll(ballot.poll());
        if (poll == null) {
            answer.accept(new CastResult.Refused(Refusal.UNKNOWN_POLL));
            return;
        }
        VoterName voter;
        try {
            voter = VoterName.of(ballot.voter());
        } catch (InvalidNameException e) {
            answer.accept(new CastResult.Refused(e.refusal()));
            return;
        }
        if (!ballot.hasValidId()) {
            answer.accept(new CastResult.Refused(Refusal.BAD_VOTE_ID));
            return;
        }
        cast(poll, voter, ballot, answer);
    }

    private void cast(PollLedger poll, VoterName voter, Ballot ballot, Consumer<CastResult> answer) {
        PollLedger.Entry first = poll.ballot(voter.key());
        Refusal refusal = refusal(poll, ballot, first);
        if (refusal != null) {
            answer.accept(new CastResult.Refused(refusal));
        } else if (first == null) {
            append(poll, voter, ballot, answer);
        } else {
            CastResult result = first.id != null && first.id.equals(ballot.id())
                    ? new CastResult.Voted(first.seq)
                    : new CastResult.AlreadyVoted();
            whenDurable(first, result, answer);
        }
    }

    /** Why the ballot is neither taken nor known, or null. */
    private @Nullable Refusal refusal(PollLedger poll, Ballot ballot, PollLedger.@Nullable Entry first) {
        if (ballot.choice().stream().anyMatch(written -> poll.optionNames.option(written) == null)) {
            return Refusal.UNKNOWN_CHOICE;
        }
        if (ballot.choice().size() != 1) {
            return Refusal.WRONG_NUMBER_OF_CHOICES;
        }
        if (first != null) {
            return first.durable || isTakingBallots() ? null : Refusal.DEGRADED;
        }
        return switch (poll.appendedState) {
            case DRAFT -> Refusal.NOT_OPEN;
            case CLOSED -> Refusal.CLOSED;
            case OPEN -> !isTakingBallots() ? Refusal.DEGRADED : pending.size() >= PENDING_MAX ? Refusal.BUSY : null;
        };
    }

    private void append(PollLedger poll, VoterName voter, Ballot ballot, Consumer<CastResult> answer) {
        List<String> choice = new ArrayList<>();
        for (String written : ballot.choice()) {
            PollOption option = poll.optionNames.option(written);
            if (option != null) {
                choice.add(option.key());
            }
        }
        LogRecord.Counted counted = new LogRecord.Counted(
                loop.clock().wallMillis(),
                poll.poll.id(),
                poll.round,
                poll.appendedSeq + 1,
                voter.text(),
                voter.key(),
                List.copyOf(choice),
                ballot.id());
        PollLedger.Entry entry = append(counted, null);
        if (entry == null) {
            throw new IllegalStateException("a ballot without entry");
        }
        whenDurable(entry, new CastResult.Voted(counted.seq()), answer);
    }

    private static void whenDurable(PollLedger.Entry entry, CastResult result, Consumer<CastResult> answer) {
        if (entry.durable) {
            answer.accept(result);
        } else {
            entry.whenDurable(durable -> answer.accept(durable ? result : new CastResult.Refused(Refusal.DEGRADED)));
        }
    }

    // ---------------------------------------------------------------------------------------------- polls

    /**
     * Makes sure that the poll exists, and opens it when it is new. A poll that is there already stays as it is, even
     * when it is closed.
     *
     * @param done told, on this loop, whether that is on the disk
     */
    public void ensureOpened(Poll poll, Consumer<Boolean> done) {
        if (ledger.poll(poll.id()) != null) {
            done.accept(true);
        } else if (!isTakingBallots()) {
            done.accept(false);
        } else {
            long now = loop.clock().wallMillis();
            append(new LogRecord.Defined(now, poll), null);
            append(new LogRecord.Opened(now, poll.id(), 1), done);
        }
    }

    /**
     * Closes the poll: ballots handed in before count, later ones do not.
     *
     * @param done told, on this loop, whether that is on the disk; false also if it was not open
     */
    public void close(String pollId, Consumer<Boolean> done) {
        PollLedger poll = ledger.poll(pollId);
        if (poll == null || poll.appendedState != PollState.OPEN || !isTakingBallots()) {
            done.accept(false);
        } else {
            append(new LogRecord.Closed(loop.clock().wallMillis(), pollId), done);
        }
    }

    /** All polls whose definition is known, in the order of definition. */
    public List<Poll> polls() {
        List<Poll> polls = new ArrayList<>();
        ledger.polls().forEach(poll -> polls.add(poll.poll));
        return polls;
    }

    public @Nullable Poll poll(String id) {
        PollLedger poll = ledger.poll(id);
        return poll == null ? null : poll.poll;
    }

    /** The count of durable ballots, or null for an unknown poll. */
    public @Nullable Results results(String pollId) {
        PollLedger poll = ledger.poll(pollId);
        return poll == null ? null : poll.results();
    }

    /** Whether a durable ballot of this voter counts. */
    public boolean hasVoted(String pollId, VoterName voter) {
        PollLedger poll = ledger.poll(pollId);
        PollLedger.Entry entry = poll == null ? null : poll.ballot(voter.key());
        return entry != null && entry.durable;
    }

    /** Whether the disk does not take ballots at present. */
    public boolean isDegraded() {
        return degraded;
    }

    /** Calls the listener with the poll's identifier after each change of what is shown of it. */
    public void onChange(Consumer<String> listener) {
        changeListeners.add(listener);
    }

    // ---------------------------------------------------------------------------------------------- the log

    private boolean isTakingBallots() {
        return !degraded && !closed;
    }

    private PollLedger.@Nullable Entry append(LogRecord record, @Nullable Consumer<Boolean> done) {
        if (gathered++ == 0) {
            loop.atTurnEnd(this::commit);
        }
        batch.add(ByteBuffer.wrap(ledger.chain().append(record)));
        PollLedger.Entry entry = ledger.append(record);
        pending.add(new Pending(record, ledger.chain().mark(), entry, done));
        return entry;
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
            ledger.count(line.record, line.entry);
            durable = line.mark;
            committed.add(line);
            changed.add(line.record.poll());
        }
        committed.forEach(line -> answer(line, true));
        changed.forEach(poll -> changeListeners.forEach(listener -> listener.accept(poll)));
    }

    private static void answer(Pending line, boolean durable) {
        if (line.entry != null) {
            line.entry.takeWaiting().forEach(who -> who.accept(durable));
        }
        if (line.done != null) {
            line.done.accept(durable);
        }
    }

    // ---------------------------------------------------------------------------------------------- failure and end

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
        lost.reversed().forEach(line -> ledger.forget(line.record));
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

    /**
     * Takes no more ballots, commits and answers those handed in, and closes the journal.
     *
     * @param done on this loop, with the failure, or null
     */
    public void close(Worker.Answer<Boolean> done) {
        commit();
        closed = true;
        worker.run(
                () -> {
                    journal.close();
                    return true;
                },
                loop,
                done);
    }
}
