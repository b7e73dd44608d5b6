package org.althing.vote;

import org.jspecify.annotations.Nullable;

/** Whether a line of the log can stand where it stands. */
final class LineCheck {
    private LineCheck() {}

    /** Why it cannot, or null. */
    static @Nullable String fault(LogRecord record, @Nullable PollLedger poll) {
        if (poll == null) {
            return record instanceof LogRecord.Defined ? null : "poll " + record.poll() + " is not defined";
        }
        PollState state = poll.appendedState;
        return switch (record) {
            case LogRecord.Defined _ -> state == PollState.DRAFT ? null : "poll " + record.poll() + " is defined twice";
            case LogRecord.Enrolled _ -> state == PollState.DRAFT ? null : "a roster after the poll was opened";
            case LogRecord.CodesIssued _ -> state.isFinal() ? "codes after the close" : null;
            case LogRecord.Opened opened -> fault(poll, opened);
            case LogRecord.Paused _ -> state == PollState.OPEN ? null : "it cannot pause here";
            case LogRecord.Counted ballot -> fault(poll, ballot);
            case LogRecord.Closed closed -> fault(poll, closed);
            case LogRecord.Published _ -> state == PollState.CLOSED ? null : "it cannot be published here";
            case LogRecord.Deleted _ ->
                state == PollState.OPEN || state == PollState.PAUSED || state == PollState.DELETED
                        ? "it cannot be deleted here"
                        : null;
        };
    }

    private static @Nullable String fault(PollLedger poll, LogRecord.Opened opened) {
        int expected = poll.appendedState == PollState.PAUSED ? poll.current.number : poll.current.number + 1;
        boolean canOpen = switch (poll.appendedState) {
            case DRAFT, PAUSED, CLOSED -> true;
            case OPEN, PUBLISHED, DELETED -> false;
        };
        return canOpen && opened.round() == expected ? null : "it cannot open here";
    }

    private static @Nullable String fault(PollLedger poll, LogRecord.Counted ballot) {
        if (poll.appendedState != PollState.OPEN || ballot.round() != poll.current.number) {
            return "a ballot while the poll is not open";
        }
        if (ballot.seq() != poll.current.appendedSeq + 1) {
            return "ballot " + ballot.seq() + " after " + poll.current.appendedSeq;
        }
        Opening opening = ballot.opening();
        if (opening == null) {
            return null;
        }
        if (poll.current.ballot(opening.key()) != null && poll.poll.rules().change() == Rules.Change.NO) {
            return "a second ballot of \"" + opening.key() + "\"";
        }
        if (!poll.choices.isCanonical(opening.choice())) {
            return "a choice that the poll does not have: " + opening.choice();
        }
        return null;
    }

    private static @Nullable String fault(PollLedger poll, LogRecord.Closed closed) {
        if (poll.appendedState != PollState.OPEN && poll.appendedState != PollState.PAUSED
                || closed.round() != poll.current.number) {
            return "it cannot close here";
        }
        long ballots = closed.tally().stream().mapToLong(TallyLine::ballots).sum();
        boolean fits = poll.current.sealed > 0
                ? ballots == closed.voters()
                        && (poll.poll.rules().change() == Rules.Change.NO
                                ? ballots == poll.current.appendedSeq
                                : ballots <= poll.current.appendedSeq)
                        && closed.tally().stream().allMatch(line -> poll.choices.isCanonical(line.choice()))
                : closed.tally().equals(poll.current.tally()) && closed.voters() == poll.current.appendedVoters();
        if (!fits) {
            return "the close does not count the ballots before it";
        }
        return null;
    }
}
