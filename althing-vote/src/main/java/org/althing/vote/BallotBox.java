package org.althing.vote;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.net.EventLoop;
import org.althing.net.Worker;
import org.althing.vote.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * The ballot box: the single place where "one person, one vote" is decided, for all doors.
 *
 * <h2>How a ballot is counted</h2>
 *
 * <pre>
 *   cast ──► who is it? ──► index: voted already? ──yes──► the same answer for the same vote id, otherwise AlreadyVoted
 *                             │ no
 *                             ▼
 *                           log line appended, voter in the index ──end of turn──► journal: one write, one fsync for all
 *                                                                                       │
 *   answer ◄── counted, shown ◄──────────── back on this loop ◄─────────────────────────┘
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

    private static final long RETENTION_CHECK_NANOS = 600_000_000_000L;
    private static final long DAY_MILLIS = 86_400_000L;
    private static final System.Logger LOG = System.getLogger(BallotBox.class.getName());

    /** Opens the journal and hands its lines over. */
    @FunctionalInterface
    public interface JournalOpener {
        Journal open(Journal.Replay replay) throws IOException;
    }

    private final Ledger ledger;
    private final LogTail tail;
    private final PollDesk desk;
    private final KeyRing keys;
    private final RoundClock rounds;
    private final Electorate electorate;
    private final EventLoop loop;
    private final Worker worker;
    private final List<Consumer<String>> changeListeners = new ArrayList<>();

    private BallotBox(Ledger ledger, Journal journal, KeyRing keys, EventLoop loop, Worker worker) {
        this.ledger = ledger;
        this.keys = keys;
        this.loop = loop;
        this.worker = worker;
        tail = new LogTail(ledger, journal, loop, this::onChanged);
        rounds = new RoundClock(loop, this::onOver);
        desk = new PollDesk(ledger, tail, keys, rounds, loop, worker);
        electorate = new Electorate(loop.clock());
        loop.execute(this::start);
    }

    /**
     * Opens the log, checks its chain and rebuilds the index from it. Blocks; may run elsewhere, before the loop knows the
     * box. The box closes the journal; the disk stays the caller's.
     *
     * @param disk the journal's, where the keys are too
     * @param random a secure one: keys, codes and salts
     * @throws LogDamagedException if a line does not follow from those before it, or a key is missing
     * @throws IOException if the log cannot be read or written
     */
    public static BallotBox open(JournalOpener opener, Disk disk, RandomGenerator random, EventLoop loop, Worker worker)
            throws IOException {
        KeyRing keys = KeyRing.read(disk, random);
        LogReader reader = new LogReader(keys, random);
        Journal journal = opener.open(reader);
        try {
            return new BallotBox(reader.ledger(), journal, keys, loop, worker);
        } catch (LogDamagedException damage) {
            journal.close();
            throw damage;
        }
    }

    public EventLoop loop() {
        return loop;
    }

    /** Goes on with rounds that have an end, and destroys keys whose time was over when the program ended. */
    private void start() {
        for (PollLedger poll : ledger.polls()) {
            rounds.goOn(poll);
            if (poll.state == PollState.DELETED) {
                destroy(KeyRing.ofPoll(poll.poll.id()));
            }
            int secretRounds = poll.state.isFinal() ? poll.current.number : poll.current.number - 1;
            for (int round = 1; poll.poll.rules().isSecret() && round <= secretRounds; round++) {
                destroy(KeyRing.ofRound(poll.poll.id(), round));
            }
        }
        checkRetention();
    }

    private void destroy(String key) {
        if (keys.seal(key) != null) {
            keys.destroy(key, worker, loop, (_, failure) -> {
                if (failure != null) {
                    LOG.log(Level.WARNING, "the key " + key + " cannot be deleted: " + failure.getMessage());
                }
            });
        }
    }

    /** Deletes polls whose time of keeping is over. */
    private void checkRetention() {
        long now = loop.clock().wallMillis();
        for (PollLedger poll : ledger.polls()) {
            int days = poll.poll.rules().retentionDays();
            boolean isKept = poll.state == PollState.CLOSED || poll.state == PollState.PUBLISHED;
            if (isKept && days > 0 && now - poll.closedAtMillis >= days * DAY_MILLIS) {
                LOG.log(Level.INFO, "poll " + poll.poll.id() + " is deleted, " + days + " days after its close");
                desk.run(new PollCommand.Delete(poll.poll.id()), _ -> {});
            }
        }
        loop.schedule(RETENTION_CHECK_NANOS, this::checkRetention);
    }

    // ---------------------------------------------------------------------------------------------- votes

    /** Hands in a ballot. The answer comes once, on this loop, now or after the commit. */
    public void cast(Ballot ballot, Consumer<CastResult> answer) {
        PollLedger poll = ledger.poll(ballot.poll());
        if (poll == null || poll.appendedState == PollState.DELETED) {
            answer.accept(new CastResult.Refused(Refusal.UNKNOWN_POLL));
            return;
        }
        Electorate.Identified who = electorate.identify(poll, ballot);
        VoterName voter = who.voter();
        if (voter == null) {
            answer.accept(new CastResult.Refused(who.refusal() == null ? Refusal.NOT_ELIGIBLE : who.refusal()));
            return;
        }
        Choices.Read choice = poll.choices.read(ballot.choice());
        if (!ballot.hasValidId() || choice.choice() == null) {
            Refusal refusal = choice.refusal() == null ? Refusal.BAD_VOTE_ID : choice.refusal();
            answer.accept(new CastResult.Refused(refusal));
            return;
        }
        cast(poll, new Opening(voter.text(), voter.key(), choice.choice(), ballot.id()), answer);
    }

    /** Whether the voter may vote, whatever the ballot says: null, or why not. A wrong proof counts as a try. */
    public @Nullable Refusal eligibility(Ballot ballot) {
        PollLedger poll = known(ballot.poll());
        return poll == null
                ? Refusal.UNKNOWN_POLL
                : electorate.identify(poll, ballot).refusal();
    }

    private void cast(PollLedger poll, Opening ballot, Consumer<CastResult> answer) {
        if (rounds.isOver(poll)) {
            onOver(poll);
        }
        Round round = poll.current;
        Round.Entry last = round.ballot(ballot.key());
        if (last == null && round.tookPart(ballot.key())) {
            Long told = round.told(ballot.key(), ballot.id());
            answer.accept(told == null ? new CastResult.AlreadyVoted() : new CastResult.Voted(told));
            return;
        }
        Round.Entry same = last == null ? null : last.withId(ballot.id());
        boolean isNew = last == null
                || same == null
                        && poll.poll.rules().change() == Rules.Change.UNTIL_CLOSE
                        && poll.appendedState == PollState.OPEN
                        && !rounds.isOver(poll);
        Refusal refusal = isNew ? refusal(poll) : known(last);
        if (refusal != null) {
            answer.accept(new CastResult.Refused(refusal));
        } else if (isNew) {
            append(poll, ballot, answer);
        } else if (same != null) {
            whenDurable(same, new CastResult.Voted(same.seq), answer);
        } else if (last != null) {
            whenDurable(last, new CastResult.AlreadyVoted(), answer);
        }
    }

    /** Why nothing can be said of a ballot that is in the index, or null. */
    private @Nullable Refusal known(Round.@Nullable Entry entry) {
        return entry == null || entry.durable || tail.isTaking() ? null : Refusal.DEGRADED;
    }

    /** Why no new ballot is taken, or null. */
    private @Nullable Refusal refusal(PollLedger poll) {
        return switch (poll.appendedState) {
            case DRAFT -> Refusal.NOT_OPEN;
            case PAUSED -> Refusal.PAUSED;
            case CLOSED, PUBLISHED -> Refusal.CLOSED;
            case DELETED -> Refusal.UNKNOWN_POLL;
            case OPEN -> {
                if (rounds.isOver(poll)) {
                    yield Refusal.CLOSED;
                }
                yield !tail.isTaking() ? Refusal.DEGRADED : tail.waiting() >= PENDING_MAX ? Refusal.BUSY : null;
            }
        };
    }

    private void append(PollLedger poll, Opening ballot, Consumer<CastResult> answer) {
        long at = poll.poll.rules().isSecret() ? 0 : loop.clock().wallMillis();
        LogRecord.Counted counted =
                new LogRecord.Counted(at, poll.poll.id(), poll.current.number, poll.current.appendedSeq + 1, ballot);
        Round.Entry entry = tail.append(counted, null);
        if (entry == null) {
            throw new IllegalStateException("a ballot without entry");
        }
        whenDurable(entry, new CastResult.Voted(counted.seq()), answer);
    }

    private static void whenDurable(Round.Entry entry, CastResult result, Consumer<CastResult> answer) {
        if (entry.durable) {
            answer.accept(result);
        } else {
            entry.whenDurable(durable -> answer.accept(durable ? result : new CastResult.Refused(Refusal.DEGRADED)));
        }
    }

    /** The time of a round is over: closes it, if the disk takes that now. */
    private void onOver(PollLedger poll) {
        if (tail.isTaking() && poll.state == poll.appendedState) {
            desk.close(poll, true, _ -> {});
        }
    }

    // ---------------------------------------------------------------------------------------------- polls

    /**
     * Does what an organiser or a presenter asks for.
     *
     * @param answer called once, on this loop, when it is on the disk or refused
     */
    public void run(Role role, PollCommand command, Consumer<CommandResult> answer) {
        if (role.allows(command)) {
            desk.run(command, answer);
        } else {
            answer.accept(new CommandResult.Refused(CommandResult.Reason.FORBIDDEN));
        }
    }

    /**
     * Makes sure that the poll exists, and opens it when it is new. A poll that is there already stays as it is, even
     * when it is closed or was deleted.
     *
     * @param done told, on this loop, whether that is on the disk
     */
    public void ensureOpened(Poll poll, Consumer<Boolean> done) {
        desk.ensureOpened(poll, done);
    }

    /** All polls that were not deleted, in the order of definition. */
    public List<Poll> polls() {
        List<Poll> polls = new ArrayList<>();
        ledger.polls().forEach(poll -> {
            if (poll.state != PollState.DELETED) {
                polls.add(poll.poll);
            }
        });
        return polls;
    }

    private @Nullable PollLedger known(String id) {
        PollLedger poll = ledger.poll(id);
        return poll == null || poll.state == PollState.DELETED ? null : poll;
    }

    public @Nullable Poll poll(String id) {
        PollLedger poll = known(id);
        return poll == null ? null : poll.poll;
    }

    /** Whether the identifier belongs to a poll, perhaps to one that was deleted. */
    public boolean isTaken(String id) {
        return ledger.poll(id) != null;
    }

    /** Whether this role may see the poll: drafts are for those who direct polls. */
    public boolean isVisible(String id, Role role) {
        PollLedger poll = known(id);
        return poll != null && (poll.state != PollState.DRAFT || role != Role.NOBODY);
    }

    /** How the options of a poll may be written, or null for an unknown poll. */
    public @Nullable OptionNames optionNames(String id) {
        PollLedger poll = known(id);
        return poll == null ? null : poll.choices.names();
    }

    /** What everybody may see of the poll, or null for an unknown one. */
    public @Nullable Results results(String id) {
        PollLedger poll = known(id);
        return poll == null ? null : poll.results();
    }

    /** What the one may see who cast the ballot with this vote id. */
    public @Nullable Results resultsFor(String id, String voteId) {
        PollLedger poll = known(id);
        return poll == null ? null : poll.resultsFor(voteId);
    }

    /** Results of earlier rounds, oldest first. */
    public List<Results> pastRounds(String id) {
        PollLedger poll = known(id);
        return poll == null ? List.of() : List.copyOf(poll.past);
    }

    /** What the counts decide, as far as they are shown. */
    public Outcome outcome(Results results) {
        PollLedger poll = ledger.poll(results.poll());
        if (poll == null) {
            throw new IllegalArgumentException("no poll " + results.poll());
        }
        return Outcome.of(poll.poll, results);
    }

    /** The results with what they decide and, when the round is over, the {@code checkpoint} that fixes them; JSON. */
    public String json(Results results) {
        return JsonWriter.write(members(results));
    }

    /** The members of {@link #json}. */
    public Map<String, @Nullable Object> members(Results results) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>(results.members(outcome(results)));
        String checkpoint = checkpoint(results.poll());
        if (checkpoint != null && results.state().isFinal()) {
            members.put("checkpoint", checkpoint);
        }
        return members;
    }

    /** SHA-256 of the log up to the line that closed the present round; null while it goes on. */
    public @Nullable String checkpoint(String id) {
        PollLedger poll = known(id);
        return poll == null ? null : poll.checkpoint;
    }

    /**
     * Whether a durable ballot of this voter counts; null where that is not for this role to know: in a secret poll who
     * takes part is the organiser's business.
     */
    public @Nullable Boolean hasVoted(String id, VoterName voter, Role role) {
        PollLedger poll = known(id);
        if (poll == null || !maySeeVoters(poll, role)) {
            return null;
        }
        Round.Entry entry = poll.shown.ballot(voter.key());
        return entry != null && entry.durable || poll.shown.tookPart(voter.key());
    }

    /** Who has voted, sorted; null where that is not for this role to know, or not known by name. */
    public @Nullable List<String> voters(String id, Role role) {
        PollLedger poll = known(id);
        boolean isNamed = poll != null && poll.poll.rules().eligibility() != Rules.Eligibility.CODES;
        return poll == null || !isNamed || !maySeeVoters(poll, role) ? null : poll.shown.voterNames();
    }

    private static boolean maySeeVoters(PollLedger poll, Role role) {
        return role == Role.ORGANISER || !poll.poll.rules().isSecret();
    }

    /** Whether the disk does not take ballots at present. */
    public boolean isDegraded() {
        return tail.isDegraded();
    }

    /** Calls the listener with the poll's identifier after each change of what is shown of it. */
    public void onChange(Consumer<String> listener) {
        changeListeners.add(listener);
    }

    private void onChanged(Set<String> polls) {
        polls.forEach(poll -> changeListeners.forEach(listener -> listener.accept(poll)));
    }

    /**
     * Takes no more ballots, commits and answers those handed in, and closes the journal.
     *
     * @param done on this loop, with the failure, or null
     */
    public void close(Worker.Answer<Boolean> done) {
        tail.close();
        worker.run(
                () -> {
                    tail.closeJournal();
                    return true;
                },
                loop,
                done);
    }
}
