package org.althing.net.memory;

import java.util.ArrayDeque;
import java.util.List;
import java.util.PriorityQueue;
import org.althing.net.Clock;
import org.althing.net.EventLoop;

/**
 * A loop of the simulation: events that wait for their time.
 *
 * <p>What is late has the order that it has on a real loop after its process was stopped: first what has arrived, then timers.
 */
final class MemoryLoop implements EventLoop {
    /** More in one turn means that tasks call up each other without end. */
    private static final int TURN_EVENTS_MAX = 10_000_000;

    private final String name;
    private final VirtualTime time;
    /** Tasks, and what comes from the network. */
    private final PriorityQueue<MemoryEvent> arrivals = new PriorityQueue<>();

    private final PriorityQueue<MemoryEvent> timers = new PriorityQueue<>();
    private final ArrayDeque<Runnable> turnEndTasks = new ArrayDeque<>();
    private final Clock clock = new LoopClock();
    private long busyUntilNanos;
    private long sleptNanos;
    private boolean ended;

    MemoryLoop(String name, VirtualTime time) {
        this.name = name;
        this.time = time;
    }

    @Override
    public Clock clock() {
        return clock;
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
        return !ended && (event.isUnderWay() ? arrivals : timers).add(event);
    }

    /** No turn begins before. */
    void busyUntil(long nanos) {
        busyUntilNanos = Math.max(busyUntilNanos, nanos);
    }

    /** The clock that only runs forward has stood still for so long, and so have the timers that go by it. */
    void onSlept(long forNanos) {
        sleptNanos += forNanos;
        List<MemoryEvent> waiting = List.copyOf(timers);
        timers.clear();
        for (MemoryEvent event : waiting) {
            event.delay(forNanos);
            timers.add(event);
        }
    }

    /** When the next turn can begin; {@code Long.MAX_VALUE} if nothing waits. */
    long readyNanos() {
        long first = Math.min(dueFirst(arrivals), dueFirst(timers));
        return first == Long.MAX_VALUE ? first : Math.max(first, busyUntilNanos);
    }

    private long dueFirst(PriorityQueue<MemoryEvent> events) {
        MemoryEvent first = events.peek();
        while (first != null && first.isCancelled()) {
            time.settled(events.remove());
            first = events.peek();
        }
        return first == null ? Long.MAX_VALUE : first.dueNanos();
    }

    /** Runs one turn and returns how many events it had. */
    int turn(long nowNanos) {
        int count = 0;
        for (int ran = -1; ran != 0; count += ran) {
            ran = runDue(arrivals, nowNanos) + runDue(timers, nowNanos);
        }
        for (Runnable task = turnEndTasks.poll(); task != null; task = turnEndTasks.poll()) {
            run(task);
        }
        return count;
    }

    private int runDue(PriorityQueue<MemoryEvent> events, long nowNanos) {
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
        arrivals.forEach(time::settled);
        arrivals.clear();
        timers.clear();
    }

    private final class LoopClock implements Clock {
        @Override
        public long nanos() {
            return time.nanos() - sleptNanos;
        }

        @Override
        public long wallMillis() {
            return time.clock().wallMillis();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
