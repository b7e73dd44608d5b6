package org.althing.vote;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of the ballot log. The log is the truth: polls, votes and counts are what follows from its lines, in their
 * order. Time ({@code at}, wall clock in milliseconds) informs only.
 *
 * <p>What a line keeps sealed is null where the key is gone.
 */
sealed interface LogRecord {
    long at();

    /** The poll's identifier. */
    String poll();

    /** A poll exists from here on; again while it is a draft: this replaces it. */
    record Defined(long at, Poll definition) implements LogRecord {
        @Override
        public String poll() {
            return definition.id();
        }
    }

    /**
     * Who may vote, instead of what was said before.
     *
     * @param count how many
     * @param voters sealed with the poll's key
     */
    record Enrolled(
            long at, String poll, int count, @Nullable List<RosterEntry> voters) implements LogRecord {}

    /** More one-time codes, by their hashes, sorted. */
    record CodesIssued(long at, String poll, List<String> hashes) implements LogRecord {}

    /**
     * Ballots are taken from here on: of a new round, or after a pause.
     *
     * @param untilMillis when the round ends by itself, wall clock; 0 if it does not
     */
    record Opened(long at, String poll, int round, long untilMillis) implements LogRecord {}

    /**
     * No ballots for a while.
     *
     * @param leftMillis what is left of the round's time; 0 if it has no end
     */
    record Paused(long at, String poll, long leftMillis) implements LogRecord {}

    /**
     * A ballot that counts.
     *
     * @param at the round's beginning in secret polls, so that the hour tells nothing
     * @param seq from 1 without gaps, in each round
     * @param opening sealed; null where the key is gone
     */
    record Counted(
            long at,
            String poll,
            int round,
            long seq,
            @Nullable Opening opening) implements LogRecord {}

    /**
     * No ballot of this round counts from here on.
     *
     * @param voters whose ballots count
     * @param tally all ballots that count, without their voters, sorted: in a secret poll the only count there is from
     *     here on
     * @param byCode in polls with one-time codes: what each code voted, sorted by the hash of the code
     * @param participation of a secret poll, sealed with the poll's key; null elsewhere and where the key is gone
     */
    record Closed(
            long at,
            String poll,
            int round,
            boolean byTimer,
            long voters,
            List<TallyLine> tally,
            Map<String, List<String>> byCode,
            @Nullable Participation participation)
            implements LogRecord {}

    /**
     * Who took part in a secret poll, without what they voted.
     *
     * @param voters sorted
     * @param receipts the hash of voter and vote id: the number that was told, for those who ask again
     */
    record Participation(List<String> voters, Map<String, Long> receipts) {}

    /** The result is final, and there will be no other round. */
    record Published(long at, String poll) implements LogRecord {}

    /** Voters and ballots are gone; the lines before keep question, options and counts. */
    record Deleted(long at, String poll) implements LogRecord {}
}
