package org.althing.vote;

import java.util.List;

/** What organisers and presenters ask for, at every door. */
public sealed interface PollCommand {
    /** The poll's identifier. */
    String poll();

    /** Makes a poll, as a draft; or changes one that is still a draft. */
    record Define(Poll definition) implements PollCommand {
        @Override
        public String poll() {
            return definition.id();
        }
    }

    /** Says who may vote in a draft with a roster, instead of what was said before. */
    record Enrol(String poll, List<Enrolment> voters) implements PollCommand {}

    /** Makes more one-time codes, 1 to {@value #CODES_MAX} at a time. */
    record IssueCodes(String poll, int count) implements PollCommand {
        /** At a time. */
        public static final int CODES_MAX = 10_000;
    }

    /**
     * Takes ballots from now on: of a draft, after a pause, or a new round of a closed poll.
     *
     * @param seconds after which the round ends by itself; 0 for no end. After a pause, 0 goes on with the time left
     */
    record Open(String poll, long seconds) implements PollCommand {
        /** A month. */
        public static final long SECONDS_MAX = 31L * 86_400;
    }

    /** Takes no ballots for a while. */
    record Pause(String poll) implements PollCommand {}

    /** Ends the round. In a secret poll this destroys the link between voters and ballots. */
    record Close(String poll) implements PollCommand {}

    /** Makes the result final: there will be no other round. */
    record Publish(String poll) implements PollCommand {}

    /** Deletes voters and ballots; question, options and counts remain in the log. */
    record Delete(String poll) implements PollCommand {}

    /** Somebody on a roster. */
    record Enrolment(String name, String pin) {}
}
