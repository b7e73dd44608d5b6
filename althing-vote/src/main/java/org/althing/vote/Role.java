package org.althing.vote;

/** Who somebody is who directs polls. */
public enum Role {
    /** Votes, and sees what everybody sees. */
    NOBODY,
    /** Opens, pauses, closes; cannot see or change who may vote. */
    PRESENTER,
    /** Everything. */
    ORGANISER;

    /** Whether somebody in this role may ask for it. */
    public boolean allows(PollCommand command) {
        return switch (command) {
            case PollCommand.Open _, PollCommand.Pause _, PollCommand.Close _ -> this != NOBODY;
            case PollCommand.Define _,
                    PollCommand.Enrol _,
                    PollCommand.IssueCodes _,
                    PollCommand.Publish _,
                    PollCommand.Delete _ -> this == ORGANISER;
        };
    }

    /** As at the doors. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
