package org.althing.vote;

/**
 * Where a poll is in its life.
 *
 * <pre>
 *   draft ──open──► open ◄──► paused
 *                    │           │
 *                    └───close───┴──► closed ──publish──► published
 *                                      │ open: the next round
 * </pre>
 *
 * Each of them can be deleted; then its number and its counts remain, and its voters do not.
 */
public enum PollState {
    DRAFT("draft"),
    OPEN("open"),
    PAUSED("paused"),
    CLOSED("closed"),
    PUBLISHED("published"),
    DELETED("deleted");

    private final String word;

    PollState(String word) {
        this.word = word;
    }

    /** As at the doors. */
    public String word() {
        return word;
    }

    /** Whether no ballot of this round will count any more. */
    public boolean isFinal() {
        return this == CLOSED || this == PUBLISHED || this == DELETED;
    }
}
