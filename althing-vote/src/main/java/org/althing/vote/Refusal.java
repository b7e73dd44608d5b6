package org.althing.vote;

/** Why a ballot is not taken. The code is stable, and the same at every door. */
public enum Refusal {
    UNKNOWN_POLL("unknown-poll"),
    NOT_OPEN("not-open"),
    PAUSED("not-open"),
    CLOSED("closed"),
    UNKNOWN_CHOICE("unknown-choice"),
    /** More or fewer options than the poll allows. */
    WRONG_NUMBER_OF_CHOICES("unknown-choice"),
    /** Points that are no whole number from 0 to the highest. */
    WRONG_SCORE("unknown-choice"),
    /** An empty name, or one with signs that cannot be seen. */
    BAD_NAME("syntax"),
    NAME_TOO_LONG("too-long"),
    /** A vote id must be 1 to 64 of A-Z a-z 0-9 _ -. */
    BAD_VOTE_ID("syntax"),
    /** Not proven in the way that this poll asks for, or not that name's ballot. */
    NOT_ELIGIBLE("not-eligible"),
    /** The code is none of this poll's. */
    BAD_CODE("not-eligible"),
    /** The name is not on the roster, or the PIN is not that name's: which of them is not said. */
    BAD_PIN("bad-pin"),
    /** Too many wrong PINs or codes. */
    RATE("rate"),
    /** More ballots wait for the disk than the box holds. Not counted; may be sent again. */
    BUSY("busy"),
    /** The disk does not take ballots. Not acknowledged; may be sent again. */
    DEGRADED("degraded");

    private final String code;

    Refusal(String code) {
        this.code = code;
    }

    public String code() {
        return code;
    }

    /** Whether the fault is the server's, and the same ballot may be taken when it is sent again. */
    public boolean isTemporary() {
        return this == BUSY || this == DEGRADED;
    }
}
