package org.althing.vote;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import org.althing.net.Clock;
import org.althing.net.EventLoop;
import org.althing.net.Worker;
import org.jspecify.annotations.Nullable;

/** A loop, a committer and a worker that a test steps through on its own thread, under its own time. */
public final class ManualLoop implements EventLoop, Clock {
    private static final class Due implements Timer {
        private final long atNanos;
        private final long order;
        private @Nullable Runnable task;

        private Due(long atNanos, long order, Runnable task) {
            this.atNanos = atNanos;
            this.order = order;
            this.task = task;
        }

        @Override
        public void cancel() {
            task = null;
        }
    }

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Queue<Runnable> commits = new ArrayDeque<>();
    private final PriorityQueue<Due> timers = new PriorityQueue<>(
            Comparator.comparingLong((Due due) -> due.atNanos).thenComparingLong(due -> due.order));
    private List<Runnable> atTurnEnd = new ArrayList<>();
    private long nanos;
    private long order;

    /** Where the journal's commits wait until {@link #run} or {@link #commit}. */
    public Executor committer() {
        return commits::add;
    }

    /** Runs tasks at once; answers are tasks of this loop. */
    public Worker worker() {
        return new Worker() {
            @Override
            public <T> void run(Callable<T> task, EventLoop loop, Answer<? super T> answer) {
                try {
                    T value = task.call();
                    loop.execute(() -> answer.answered(value, null));
                } catch (Exception e) {
                    loop.execute(() -> answer.answered(null, e));
                }
            }
        };
    }

    /** Runs the loop and the committer until neither has anything to do. */
    public void run() {
        do {
            turn();
        } while (commit() || !tasks.isEmpty() || !atTurnEnd.isEmpty());
    }

    /** Runs the loop, and nothing of the committer. */
    public void turn() {
        while (!tasks.isEmpty() || !atTurnEnd.isEmpty()) {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
            List<Runnable> last = atTurnEnd;
            atTurnEnd = new ArrayList<>();
            last.forEach(Runnable::run);
        }
    }

    /** Runs what waits on the committer; false if there was nothing. */
    public boolean commit() {
        Runnable commit = commits.poll();
        if (commit != null) {
            commit.run();
        }
        return commit != null;
    }

    /** Lets time pass, and runs everything that falls due. */
    public void advance(long millis) {
        run();
        long until = nanos + millis * 1_000_000;
        for (Due due = timers.peek(); due != null && due.atNanos <= until; due = timers.peek()) {
            timers.remove();
            nanos = Math.max(nanos, due.atNanos);
            Runnable task = due.task;
            if (task != null) {
                task.run();
            }
            run();
        }
        nanos = until;
    }

    @Override
    public Clock clock() {
        return this;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long wallMillis() {
        return 1_700_000_000_000L + nanos / 1_000_000;
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        Due due = new Due(nanos + delayNanos, order++, task);
        timers.add(due);
        return due;
    }

    @Override
    public void atTurnEnd(Runnable task) {
        atTurnEnd.add(task);
    }
}
