package org.althing.vote;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of the ballot log. The log is the truth: polls, votes and counts are what follows from its lines, in their
 * order. Time ({@code at}, wall clock in milliseconds) informs only.
 */
sealed interface LogRecord {
    long at();

    /** The poll's identifier. */
    String poll();

    /** A poll exists from here on. */
    record Defined(long at, Poll definition) implements LogRecord {
        @Override
        public String poll() {
            return definition.id();
        }
    }

    /** Ballots are taken from here on. */
    record Opened(long at, String poll, int round) implements LogRecord {}

    /**
     * A ballot that counts.
     *
     * @param seq from 1 without gaps, in each poll
     * @param voter as written
     * @param key by which one person is one person
     * @param choice option keys
     * @param id the voter's vote id, or null
     */
    record Counted(
            long at,
            String poll,
            int round,
            long seq,
            String voter,
            String key,
            List<String> choice,
            @Nullable String id)
            implements LogRecord {}

    /** No ballot counts from here on. */
    record Closed(long at, String poll) implements LogRecord {}
}
