package org.althing.vote;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the log says, and nothing else: a pure function of its lines. Checks each line against those before:
 * one ballot of a voter in a poll, only while it is open, numbers without gaps.
 */
final class Ledger {
    private final LogChain chain = new LogChain();
    private final Map<String, PollLedger> polls = new LinkedHashMap<>();

    LogChain chain() {
        return chain;
    }

    /** Takes a line of the disk. */
    void replay(byte[] line) throws LogDamagedException {
        LogRecord record = chain.read(line);
        String fault = fault(record);
        if (fault != null) {
            throw new LogDamagedException("ballot log, line " + chain.lines() + ": " + fault);
        }
        PollLedger.Entry entry = append(record);
        count(record, entry);
    }

    /** Polls in the order of their definition, also those that are not durable yet. */
    Iterable<PollLedger> polls() {
        return polls.values();
    }

    @Nullable
    PollLedger poll(String id) {
        return polls.get(id);
    }

    /** Takes the record into what the next ones are decided by; returns the ballot's entry. */
    PollLedger.@Nullable Entry append(LogRecord record) {
        switch (record) {
            case LogRecord.Defined defined -> polls.put(record.poll(), new PollLedger(defined.definition()));
            case LogRecord.Opened opened -> {
                PollLedger poll = known(opened.poll());
                poll.appendedState = PollState.OPEN;
                poll.round = opened.round();
            }
            case LogRecord.Counted ballot -> {
                return known(ballot.poll()).append(ballot);
            }
            case LogRecord.Closed closed -> known(closed.poll()).appendedState = PollState.CLOSED;
        }
        return null;
    }

    /** Takes back the youngest record, which was not kept. */
    void forget(LogRecord record) {
        PollLedger poll = known(record.poll());
        switch (record) {
            case LogRecord.Defined _ -> polls.remove(record.poll());
            case LogRecord.Opened opened -> {
                poll.appendedState = poll.state;
                poll.round = opened.round() - 1;
            }
            case LogRecord.Counted ballot -> poll.forget(ballot);
            case LogRecord.Closed _ -> poll.appendedState = poll.state;
        }
    }

    /** Takes the record, which is on the disk, into what is shown. */
    void count(LogRecord record, PollLedger.@Nullable Entry entry) {
        PollLedger poll = known(record.poll());
        switch (record) {
            case LogRecord.Defined _ -> {} // it is shown from its first line on, as a draft without votes
            case LogRecord.Opened _ -> poll.state = PollState.OPEN;
            case LogRecord.Counted ballot -> {
                if (entry == null) {
                    throw new IllegalStateException("a ballot without entry");
                }
                poll.count(ballot, entry);
            }
            case LogRecord.Closed _ -> poll.state = PollState.CLOSED;
        }
    }

    /** Why the record cannot stand here, or null. */
    private @Nullable String fault(LogRecord record) {
        PollLedger poll = polls.get(record.poll());
        if (record instanceof LogRecord.Defined) {
            return poll == null ? null : "poll " + record.poll() + " is defined twice";
        }
        if (poll == null) {
            return "poll " + record.poll() + " is not defined";
        }
        return switch (record) {
            case LogRecord.Defined _ -> null;
            case LogRecord.Opened opened ->
                poll.appendedState == PollState.DRAFT && opened.round() == poll.round + 1
                        ? null
                        : "it cannot open here";
            case LogRecord.Counted ballot -> fault(poll, ballot);
            case LogRecord.Closed _ -> poll.appendedState == PollState.OPEN ? null : "it cannot close here";
        };
    }

    private static @Nullable String fault(PollLedger poll, LogRecord.Counted ballot) {
        if (poll.appendedState != PollState.OPEN || ballot.round() != poll.round) {
            return "a ballot while the poll is not open";
        }
        if (poll.ballot(ballot.key()) != null) {
            return "a second ballot of \"" + ballot.key() + "\"";
        }
        if (ballot.seq() != poll.appendedSeq + 1) {
            return "ballot " + ballot.seq() + " after " + poll.appendedSeq;
        }
        List<String> keys = poll.poll.options().stream().map(PollOption::key).toList();
        if (ballot.choice().size() != 1 || !keys.containsAll(ballot.choice())) {
            return "a choice that the poll does not have: " + ballot.choice();
        }
        return null;
    }

    private PollLedger known(String id) {
        PollLedger poll = polls.get(id);
        if (poll == null) {
            throw new IllegalStateException("no poll " + id);
        }
        return poll;
    }
}
