package org.althing.vote;

import java.util.List;

/** What became of a command. */
public sealed interface CommandResult {
    /** It is on the disk. */
    record Done(PollState state) implements CommandResult {}

    /** The codes, which nobody can read again: only their hashes are kept. */
    record Codes(List<String> codes) implements CommandResult {}

    /** It was not done. */
    record Refused(Reason reason, String detail) implements CommandResult {
        public Refused(Reason reason) {
            this(reason, "");
        }
    }

    /** Why a command was not done. The code is stable, and the same at every door. */
    enum Reason {
        FORBIDDEN("forbidden"),
        UNKNOWN_POLL("unknown-poll"),
        /** The poll is not in the state for it. */
        WRONG_STATE("wrong-state"),
        /** The identifier belongs to another poll, or to one that was deleted. */
        EXISTS("exists"),
        /** The detail says what is wrong. */
        INVALID("invalid"),
        /** Another command on this poll waits for the disk. */
        BUSY("busy"),
        DEGRADED("degraded");

        private final String code;

        Reason(String code) {
            this.code = code;
        }

        public String code() {
            return code;
        }
    }
}
