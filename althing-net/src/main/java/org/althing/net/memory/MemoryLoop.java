package org.althing.net.memory;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import org.althing.net.Clock;
import org.althing.net.EventLoop;

/** A loop of the simulation: a queue of events. */
final class MemoryLoop implements EventLoop {
    /** More in one turn means that tasks call up each other without end. */
    private static final int TURN_EVENTS_MAX = 10_000_000;

    private final String name;
    private final VirtualTime time;
    private final PriorityQueue<MemoryEvent> events = new PriorityQueue<>();
    private final ArrayDeque<Runnable> turnEndTasks = new ArrayDeque<>();
    private long busyUntilNanos;
    private boolean ended;

    MemoryLoop(String name, VirtualTime time) {
        this.name = name;
        this.time = time;
    }

    @Override
    public Clock clock() {
        return time.clock();
    }

    @Override
    public boolean inLoop() {
        return time.isRunning(this);
    }

    @Override
    public void execute(Runnable task) {
        time.execute(this, task);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        assert time.mayTouch(this) : "called on another loop than " + name;
        return time.post(this, delayNanos, task, false)::cancel;
    }

    @Override
    public void atTurnEnd(Runnable task) {
        assert time.mayTouch(this) : "called on another loop than " + name;
        if (!inLoop()) {
            execute(() -> {}); // from outside: the turn that ends must first begin
        }
        turnEndTasks.add(task);
    }

    boolean add(MemoryEvent event) {
        return !ended && events.add(event);
    }

    void busyUntil(long nanos) {
        busyUntilNanos = nanos;
    }

    /** When the next turn can begin; {@code Long.MAX_VALUE} if nothing waits. */
    long readyNanos() {
        MemoryEvent first = events.peek();
        while (first != null && first.isCancelled()) {
            time.settled(events.remove());
            first = events.peek();
        }
        return first == null ? Long.MAX_VALUE : Math.max(first.dueNanos(), busyUntilNanos);
    }

    /** Runs one turn and returns how many events it had. */
    int turn(long nowNanos) {
        int count = 0;
        for (MemoryEvent event = events.peek(); event != null && event.dueNanos() <= nowNanos; event = events.peek()) {
            events.remove();
            time.settled(event);
            if (!event.isCancelled()) {
                run(event.task());
            }
            if (++count > TURN_EVENTS_MAX) {
                throw new IllegalStateException("a turn of " + name + " does not end");
            }
        }
        for (Runnable task = turnEndTasks.poll(); task != null; task = turnEndTasks.poll()) {
            run(task);
        }
        return count;
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable failure) { // for the test to decide
            time.failed(failure);
        }
    }

    /** Nothing of this loop runs any more. */
    void end() {
        ended = true;
        turnEndTasks.clear();
        events.forEach(time::settled);
        events.clear();
    }

    @Override
    public String toString() {
        return name;
    }
}
