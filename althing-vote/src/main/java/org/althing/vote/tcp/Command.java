package org.althing.vote.tcp;

import org.althing.vote.Ballot;

/** What a line of the verb form asks for. */
sealed interface Command {
    record Vote(Ballot ballot) implements Command {}

    record Polls() implements Command {}

    record PollText(String poll) implements Command {}

    record HasVoted(String poll, String voter) implements Command {}

    record Count(String poll) implements Command {}

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
