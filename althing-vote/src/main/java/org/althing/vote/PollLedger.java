package org.althing.vote;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One poll as the log tells it, up to its last line ({@code appended...}, {@code current}) and up to its last durable
 * line (everything that is shown).
 */
final class PollLedger {
    Poll poll;
    Choices choices;

    PollState appendedState = PollState.DRAFT;
    PollState state = PollState.DRAFT;

    /** The round that ballots go into, and the one that is shown. */
    Round current;

    Round shown;

    /** Results of earlier rounds, oldest first. */
    final List<Results> past = new ArrayList<>();

    Map<String, RosterEntry> roster = new HashMap<>();
    final Set<String> codes = new HashSet<>();
    private long enrolled;

    /** When the round ends by itself, wall clock; 0 if it does not. */
    long untilMillis;

    /** The same by the loop's clock, which does not jump. */
    long deadlineNanos;

    /** What a pause kept of the round's time; 0 for no end. */
    long leftMillis;

    /** Of the last line that closed a round. */
    long closedAtMillis;

    /** SHA-256 of the line that closed the round, and with it of all lines before; null while the round goes on. */
    @Nullable
    String checkpoint;

    /** Whether something that the poll's key sealed can't be read. */
    boolean keyIsMissing;

    PollLedger(Poll poll) {
        this.poll = poll;
        choices = new Choices(poll);
        current = new Round(poll, 0);
        shown = current;
    }

    /** While it is a draft: another definition. */
    void define(Poll definition) {
        poll = definition;
        choices = new Choices(definition);
        current = new Round(definition, 0);
        shown = current;
    }

    void enrol(long count, @Nullable List<RosterEntry> voters) {
        roster = new HashMap<>();
        enrolled = count;
        if (voters != null) {
            voters.forEach(entry -> roster.put(Electorate.key(poll, entry.name()), entry));
        }
    }

    void erase() {
        roster = new HashMap<>();
        codes.clear();
        current.erase();
        shown.erase();
    }

    /** How many may vote, or null where there is no list. */
    @Nullable
    Long eligible() {
        return switch (poll.rules().eligibility()) {
            case ROSTER -> enrolled;
            case CODES -> (long) codes.size();
            case OPEN_NAMES, MQTT_USER, CERTIFICATE -> null;
        };
    }

    /** What everybody may see. */
    Results results() {
        Rules rules = poll.rules();
        boolean isShown = switch (rules.results()) {
            case ALWAYS, BATCHED -> true;
            case AFTER_OWN_VOTE, AT_CLOSE -> state.isFinal();
        };
        return shown.results(state, eligible(), shownUntil(), isShown, rules.isBatched());
    }

    /** What somebody may see who has cast the ballot with this id. */
    Results resultsFor(String voteId) {
        boolean own = poll.rules().results() == Rules.ResultsShown.AFTER_OWN_VOTE && shown.hasVotedWithId(voteId);
        return own
                ? shown.results(
                        state, eligible(), shownUntil(), true, poll.rules().isBatched())
                : results();
    }

    private long shownUntil() {
        return state == PollState.OPEN ? untilMillis : 0;
    }
}
