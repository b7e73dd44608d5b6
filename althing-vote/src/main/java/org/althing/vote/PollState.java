package org.althing.vote;

/** Where a poll is in its life. */
public enum PollState {
    DRAFT("draft"),
    OPEN("open"),
    CLOSED("closed");

    private final String word;

    PollState(String word) {
        this.word = word;
    }

    /** As at the doors. */
    public String word() {
        return word;
    }
}
