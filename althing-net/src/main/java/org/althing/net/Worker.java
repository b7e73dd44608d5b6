package org.althing.net;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The one seam for work that may block (names, password hashes, plain blocking extensions): elsewhere, with the answer
 * back on the loop. Virtual threads in production; seeded order and delay in simulation.
 */
public interface Worker {
    /** Runs the task elsewhere, then {@code answer} on {@code loop}. May be called from any thread. */
    <T> void run(Callable<T> task, EventLoop loop, Answer<? super T> answer);

    /** What comes back: a value, or the failure. */
    @FunctionalInterface
    interface Answer<T> {
        void answered(@Nullable T value, @Nullable Throwable failure);
    }

    /** A virtual thread for each task. */
    static Worker virtualThreads() {
        return VirtualThreadWorker.INSTANCE;
    }
}
