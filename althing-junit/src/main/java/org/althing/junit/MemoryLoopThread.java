package org.althing.junit;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.althing.net.Clock;
import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/** An event loop without sockets: a daemon thread, tasks, and timers by a clock that a test may advance. */
final class MemoryLoopThread implements EventLoop {
    private static final class Alarm implements Timer {
        final long due;
        final long order;
        final Runnable task;
        boolean cancelled;

        Alarm(long due, long order, Runnable task) {
            this.due = due;
            this.order = order;
            this.task = task;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private final TestClock clock;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();

    // Guarded by the lock.
    private ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean closed;

    // The loop's own.
    private final PriorityQueue<Alarm> alarms =
            new PriorityQueue<>(Comparator.<Alarm>comparingLong(it -> it.due).thenComparingLong(it -> it.order));
    private ArrayDeque<Runnable> turnEnd = new ArrayDeque<>();
    private long alarmsMade;

    MemoryLoopThread(String name, TestClock clock) {
        this.clock = clock;
        thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
        clock.onAdvance(() -> execute(() -> {}));
    }

    void start() {
        thread.start();
    }

    private void run() {
        for (ArrayDeque<Runnable> ready = await(); ready != null; ready = await()) {
            fireAlarms(); // before what came after the time was advanced
            ready.forEach(MemoryLoopThread::attempt);
            fireAlarms();
            while (!turnEnd.isEmpty()) {
                ArrayDeque<Runnable> ending = turnEnd;
                turnEnd = new ArrayDeque<>();
                ending.forEach(MemoryLoopThread::attempt);
            }
        }
    }

    private void fireAlarms() {
        for (Alarm next = alarms.peek(); next != null && next.due - clock.nanos() <= 0; next = alarms.peek()) {
            alarms.remove();
            if (!next.cancelled) {
                attempt(next.task);
            }
        }
    }

    /** Waits for tasks or for the next alarm; null at the end. */
    private @Nullable ArrayDeque<Runnable> await() {
        lock.lock();
        try {
            Alarm next = alarms.peek();
            while (tasks.isEmpty() && !closed && (next == null || next.due - clock.nanos() > 0)) {
                if (next == null) {
                    woken.awaitUninterruptibly();
                } else {
                    woken.awaitNanos(next.due - clock.nanos());
                }
            }
            if (closed) {
                return null;
            }
            ArrayDeque<Runnable> ready = tasks;
            tasks = new ArrayDeque<>();
            return ready;
        } catch (InterruptedException interrupt) {
            return null; // nobody has a reason to; whoever does it ends this loop
        } finally {
            lock.unlock();
        }
    }

    private static void attempt(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error failure) { // the contract of EventLoop: it harms no other
            System.getLogger("org.althing.junit")
                    .log(System.Logger.Level.ERROR, "a task of the broker failed", failure);
        }
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public boolean inLoop() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void execute(Runnable task) {
        lock.lock();
        try {
            if (!closed) {
                tasks.add(task);
                woken.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        Alarm alarm = new Alarm(clock.nanos() + delayNanos, ++alarmsMade, task);
        alarms.add(alarm);
        return alarm;
    }

    @Override
    public void atTurnEnd(Runnable task) {
        turnEnd.add(task);
    }

    /** Ends the thread and waits for it. */
    void close() {
        lock.lock();
        closed = true;
        woken.signal();
        lock.unlock();
        try {
            thread.join();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }
}
