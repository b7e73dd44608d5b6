package org.althing.client;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** On whose threads a client moves. {@link Core} is what it moves. */
interface Driver {
    /** Begins with the first attempt to connect. Under the lock. */
    void start();

    /**
     * Waits until {@code done}, which is asked under the lock, is true; the deadline has come; or the client stands
     * still, if nobody but this thread could move it. Returns what {@code done} says.
     */
    boolean await(BooleanSupplier done, long deadlineNanos) throws InterruptedException;

    /** There may be something to write; not under the lock. */
    void flush();

    /** A stop has been asked for, under the lock, perhaps by another thread. */
    void onStop();

    /** Waits until everything has ended, except for what runs on this very thread. */
    void awaitEnd();

    /** Runs that when the result, which is asked for under the lock, has not come within that time. */
    void watch(BooleanSupplier done, Duration max, Runnable timedOut);

    /** Runs what depends on a future. */
    void execute(Runnable completion);
}
