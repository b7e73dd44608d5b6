package org.althing.tools;

/** One run of a command. */
interface Command {
    Outcome run();

    /** Asks it to end soon, from another thread. */
    void stop();
}
