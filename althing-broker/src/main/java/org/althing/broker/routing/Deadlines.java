package org.althing.broker.routing;

import java.util.TreeSet;
import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * What happens at a wall time: sessions and retained messages expire, delayed wills are published.
 *
 * <p>These times outlive the process, so they go by the wall clock, which may jump. Therefore nobody waits for long: while
 * there is anything to wait for, the clock is looked at every ten seconds.
 */
public final class Deadlines {
    private static final long LOOK_MILLIS_MAX = 10_000;

    private final EventLoop loop;
    private final TreeSet<Deadline> pending = new TreeSet<>();
    private long numbers;
    private EventLoop.@Nullable Timer timer;
    /** When the timer is due, by the clock that does not jump. */
    private long timerNanos;

    public Deadlines(EventLoop loop) {
        this.loop = loop;
    }

    /** Runs the task at this wall time, or at once afterwards, on the loop. */
    public Deadline at(long wallMillis, Runnable task) {
        numbers++;
        Deadline deadline = new Deadline(wallMillis, numbers, task);
        pending.add(deadline);
        arm();
        return deadline;
    }

    /** Makes sure that it does not happen, if it has not yet. */
    public void cancel(Deadline deadline) {
        pending.remove(deadline);
    }

    /** The time that they go by. */
    public long wallMillis() {
        return loop.clock().wallMillis();
    }

    /** Lets happen now what is due, where somebody needs to know before the clock is looked at again. */
    public void runDue() {
        long now = loop.clock().wallMillis();
        while (!pending.isEmpty() && pending.first().wallMillis <= now) {
            pending.removeFirst().task.run();
        }
    }

    /** How many are pending. */
    public int size() {
        return pending.size();
    }

    private void arm() {
        if (pending.isEmpty()) {
            return;
        }
        long now = loop.clock().wallMillis();
        long wait = Math.clamp(pending.first().wallMillis - now, 0, LOOK_MILLIS_MAX);
        long dueNanos = loop.clock().nanos() + wait * 1_000_000;
        if (timer != null) {
            if (timerNanos - dueNanos <= 0) {
                return;
            }
            timer.cancel();
        }
        timerNanos = dueNanos;
        timer = loop.schedule(wait * 1_000_000, this::look);
    }

    private void look() {
        timer = null;
        runDue();
        arm();
    }

    /** A task and its time. */
    public static final class Deadline implements Comparable<Deadline> {
        private final long wallMillis;
        private final long number;
        private final Runnable task;

        private Deadline(long wallMillis, long number, Runnable task) {
            this.wallMillis = wallMillis;
            this.number = number;
            this.task = task;
        }

        @Override
        public int compareTo(Deadline other) {
            int byTime = Long.compare(wallMillis, other.wallMillis);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(number);
        }
    }
}
