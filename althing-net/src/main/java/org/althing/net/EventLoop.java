package org.althing.net;

/**
 * One thread that owns everything made for it: it reads ready sockets, runs tasks, fires timers, and then, once per
 * turn, what was asked for the end of the turn.
 */
public interface EventLoop {
    /** The time this loop goes by. */
    Clock clock();

    /** Whether the caller runs on this loop. */
    boolean inLoop();

    /** Runs the task on this loop, later, in the order of calls of one thread. May be called from any thread. */
    void execute(Runnable task);

    /**
     * Runs the task on this loop after a delay. Called on the loop.
     *
     * @param delayNanos 0 or more
     */
    Timer schedule(long delayNanos, Runnable task);

    /**
     * Runs the task once, when all that is ready in this turn has been handled and before the loop waits again. Called
     * on the loop. This is where writes are flushed and changes are committed, so that a turn costs one system call per
     * connection.
     */
    void atTurnEnd(Runnable task);

    /** A task that waits for its time. */
    interface Timer {
        /** Makes sure that the task does not run, if it has not begun. Called on the loop. */
        void cancel();
    }
}
