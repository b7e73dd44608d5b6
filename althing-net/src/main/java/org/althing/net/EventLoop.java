package org.althing.net;

/**
 * One thread that owns everything made for it: it reads ready sockets, runs tasks, fires timers, and then, once per
 * turn, what was asked for the end of the turn. A task that throws is logged and harms no other.
 */
public interface EventLoop {
    /** The time this loop goes by. */
    Clock clock();

    /** Whether the caller runs on this loop. */
    boolean inLoop();

    /**
     * Runs the task on this loop, later, in the order of calls of one thread. May be called from any thread. After the
     * engine was closed the task is dropped.
     */
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
     * connection. Tasks run in the order of the calls; what one of them asks for belongs to the same end.
     */
    void atTurnEnd(Runnable task);

    /** A task that waits for its time. */
    interface Timer {
        /** Makes sure that the task does not run, if it has not begun. Called on the loop. */
        void cancel();
    }
}
