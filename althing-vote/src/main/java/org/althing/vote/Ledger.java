package org.althing.vote;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the log says, and nothing else: a pure function of its lines. Checks each line against those before:
 * one ballot of a voter in a round, only while it is open, numbers without gaps, and a close that counts what was cast.
 */
final class Ledger {
    private static final Runnable NOTHING = () -> {};

    private final KeyRing keys;
    private final LogChain chain;
    private final Map<String, PollLedger> polls = new LinkedHashMap<>();

    /** A record that was taken in, and how it is taken back. */
    record Appended(Round.@Nullable Entry entry, Runnable undo) {}

    Ledger(KeyRing keys, RandomGenerator random) {
        this.keys = keys;
        this.chain = new LogChain(random, this::seal);
    }

    LogChain chain() {
        return chain;
    }

    /** The ballots of a secret poll have a key of their own in each round; everything else has the poll's. */
    private @Nullable Seal seal(String poll, String kind, int round) {
        PollLedger known = polls.get(poll);
        boolean ofRound =
                kind.equals("ballot") && known != null && known.poll.rules().isSecret();
        return keys.seal(ofRound ? KeyRing.ofRound(poll, round) : KeyRing.ofPoll(poll));
    }

    /** Takes a line of the disk. */
    LogChain.Line replay(byte[] stored) throws LogDamagedException {
        LogChain.Line line = chain.read(stored);
        String fault = LineCheck.fault(line.record(), polls.get(line.record().poll()));
        if (fault != null) {
            throw new LogDamagedException("ballot log, line " + chain.lines() + ": " + fault);
        }
        Appended appended = append(line.record());
        count(line.record(), appended.entry(), chain.head());
        return line;
    }

    /**
     * Makes sure that no key is missing which is still needed.
     *
     * @throws LogDamagedException if one is
     */
    void checkKeys() throws LogDamagedException {
        for (PollLedger poll : polls.values()) {
            boolean ballotsMissing = poll.current.sealed > 0 && !poll.state.isFinal();
            if (poll.state != PollState.DELETED && (poll.keyIsMissing || ballotsMissing)) {
                String name = ballotsMissing && poll.poll.rules().isSecret()
                        ? KeyRing.ofRound(poll.poll.id(), poll.current.number)
                        : KeyRing.ofPoll(poll.poll.id());
                throw new LogDamagedException("the file " + name + " is missing or damaged: without this key the"
                        + " voters of poll " + poll.poll.id() + " cannot be read");
            }
        }
    }

    /** Polls in the order of their definition, also those that are not durable yet. */
    Iterable<PollLedger> polls() {
        return polls.values();
    }

    @Nullable
    PollLedger poll(String id) {
        return polls.get(id);
    }

    /** Appends the record to the chain and to what the next ones are decided by. */
    byte[] chained(LogRecord record) {
        int room = 0;
        if (record instanceof LogRecord.Counted ballot && ballot.opening() != null) {
            int written = ballot.opening().choice().stream()
                    .mapToInt(word -> word.length() + 3)
                    .sum();
            room = known(ballot.poll()).choices.lengthMax() - written;
        }
        return chain.append(record, room);
    }

    /** Takes the record into what the next ones are decided by. */
    Appended append(LogRecord record) {
        return switch (record) {
            case LogRecord.Defined defined -> new Appended(null, define(defined.definition()));
            case LogRecord.Enrolled enrolled -> new Appended(null, enrol(enrolled));
            case LogRecord.CodesIssued codes -> {
                PollLedger poll = known(codes.poll());
                poll.codes.addAll(codes.hashes());
                yield new Appended(null, () -> codes.hashes().forEach(poll.codes::remove));
            }
            case LogRecord.Counted ballot -> counted(ballot);
            case LogRecord.Opened opened -> new Appended(null, open(opened));
            case LogRecord.Paused paused -> {
                PollLedger poll = known(paused.poll());
                long left = poll.leftMillis;
                Runnable undo = state(poll, PollState.PAUSED);
                poll.leftMillis = paused.leftMillis();
                yield new Appended(null, () -> {
                    undo.run();
                    poll.leftMillis = left;
                });
            }
            case LogRecord.Closed closed -> new Appended(null, state(known(closed.poll()), PollState.CLOSED));
            case LogRecord.Published published ->
                new Appended(null, state(known(published.poll()), PollState.PUBLISHED));
            case LogRecord.Deleted deleted -> new Appended(null, state(known(deleted.poll()), PollState.DELETED));
        };
    }

    private Runnable define(Poll definition) {
        PollLedger known = polls.get(definition.id());
        if (known == null) {
            polls.put(definition.id(), new PollLedger(definition));
            return () -> polls.remove(definition.id());
        }
        Poll before = known.poll;
        known.define(definition);
        return () -> known.define(before);
    }

    private Runnable enrol(LogRecord.Enrolled enrolled) {
        PollLedger poll = known(enrolled.poll());
        Map<String, RosterEntry> before = poll.roster;
        Long count = poll.eligible();
        poll.enrol(enrolled.count(), enrolled.voters());
        poll.keyIsMissing |= enrolled.voters() == null;
        return () -> poll.enrol(count == null ? 0 : count, List.copyOf(before.values()));
    }

    private Appended counted(LogRecord.Counted ballot) {
        Round round = known(ballot.poll()).current;
        Opening opening = ballot.opening();
        if (opening == null) {
            return new Appended(null, NOTHING); // of the disk: it is never taken back
        }
        Round.Entry entry = round.append(ballot.seq(), opening);
        return new Appended(entry, () -> round.forget(opening.key(), entry));
    }

    private Runnable open(LogRecord.Opened opened) {
        PollLedger poll = known(opened.poll());
        Round before = poll.current;
        long until = poll.untilMillis;
        Runnable undo = state(poll, PollState.OPEN);
        poll.untilMillis = opened.untilMillis();
        if (opened.round() != before.number) {
            poll.current = new Round(poll.poll, opened.round());
        }
        return () -> {
            undo.run();
            poll.untilMillis = until;
            poll.current = before;
        };
    }

    private static Runnable state(PollLedger poll, PollState next) {
        PollState before = poll.appendedState;
        poll.appendedState = next;
        return () -> poll.appendedState = before;
    }

    /**
     * Takes the record, which is on the disk, into what is shown.
     *
     * @param head SHA-256 of its line
     */
    void count(LogRecord record, Round.@Nullable Entry entry, String head) {
        PollLedger poll = known(record.poll());
        switch (record) {
            case LogRecord.Defined _, LogRecord.Enrolled _, LogRecord.CodesIssued _ -> {
                // Shown from the first line on: a draft without votes.
            }
            case LogRecord.Opened opened -> {
                if (poll.shown.number > 0 && opened.round() != poll.shown.number) {
                    poll.past.add(poll.results());
                }
                poll.state = PollState.OPEN;
                poll.checkpoint = null;
                poll.shown = poll.current;
            }
            case LogRecord.Paused _ -> poll.state = PollState.PAUSED;
            case LogRecord.Counted ballot -> {
                if (entry != null) {
                    poll.shown.count(entry);
                } else {
                    poll.shown.countSealed(ballot.seq());
                }
            }
            case LogRecord.Closed closed -> {
                poll.state = PollState.CLOSED;
                poll.closedAtMillis = closed.at();
                poll.shown.close(closed);
                poll.checkpoint = head;
                poll.keyIsMissing |=
                        poll.poll.rules().isSecret() ? closed.participation() == null : poll.shown.sealed > 0;
            }
            case LogRecord.Published _ -> poll.state = PollState.PUBLISHED;
            case LogRecord.Deleted _ -> {
                poll.state = PollState.DELETED;
                poll.erase();
            }
        }
    }

    private PollLedger known(String id) {
        PollLedger poll = polls.get(id);
        if (poll == null) {
            throw new IllegalStateException("no poll " + id);
        }
        return poll;
    }
}
