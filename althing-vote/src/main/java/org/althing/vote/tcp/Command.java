package org.althing.vote.tcp;

import org.althing.vote.Ballot;
import org.jspecify.annotations.Nullable;

/** What a line of the verb form asks for. */
sealed interface Command {
    /**
     * A ballot.
     *
     * @param pin as written, or null
     * @param code as written, or null
     */
    record Vote(
            Ballot ballot, @Nullable String pin, @Nullable String code) implements Command {}

    /** Says a PIN once for all later ballots of this name on this connection. */
    record Authenticate(String voter, String pin) implements Command {}

    /** Shows the token of an organiser or presenter. */
    record ShowToken(String token) implements Command {}

    /** What only organisers and presenters may ask for. */
    record Manage(String command) implements Command {}

    /** Who has voted. */
    record Voters(String poll) implements Command {}

    record Polls() implements Command {}

    record PollText(String poll) implements Command {}

    record HasVoted(String poll, String voter) implements Command {}

    /** @param id of an own ballot, for polls that show their counts to those who have voted; or null */
    record Count(String poll, @Nullable String id) implements Command {}

    record Watch(String poll) implements Command {}

    record Speak(String language) implements Command {}

    record Ping() implements Command {}

    record Help() implements Command {}

    record Quit() implements Command {}

    /** A verb, or a part of one, that is in the protocol but not in this server yet. */
    record NotHere(String what) implements Command {}

    /** A line that cannot be understood; {@code usage} is what the verb needs, or empty where the verb is unknown. */
    record Wrong(String usage) implements Command {}
}
