package org.althing.net.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.althing.net.Clock;
import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until it is told to run, and the events that wait for it.
 *
 * <p>Each loop has its own events, ordered by time and then by when they were asked for. One step is one turn of one loop:
 * the loop whose next event is due first runs all its events due by then (those under way, then timers), those that they
 * add for the same instant, and then its end of turn. Between loops that are due at the same instant the seed decides. Time does not pass
 * within a turn.
 *
 * <p>An event is either <i>under way</i> (a task, bytes in the network, a worker's answer), and then {@link
 * #runUntilIdle} waits for it, or a <i>timer</i>, and then it does not.
 */
public final class VirtualTime {
    /** From one loop to another it takes a microsecond, or time could stand still for ever. */
    static final long CROSSING_NANOS = 1_000;

    private static final int EVENTS_MAX = 50_000_000;
    /** 2026-01-01T00:00:00Z. */
    private static final long WALL_START_MILLIS = 1_767_225_600_000L;

    private final SplittableRandom random;
    private final Clock clock = new VirtualClock();
    private final List<MemoryLoop> loops = new ArrayList<>();
    /** Whose events belong to no loop: the test's own, workers'. Its turns count as outside of all loops. */
    private final MemoryLoop world = new MemoryLoop("world", this);

    private long nanos = 1_000_000_000;
    private long wallJumpMillis;
    private long sequence;
    private int underWay;
    private @Nullable MemoryLoop current;
    private boolean running;
    private long turnNanosMin;
    private long turnNanosMax;
    private Consumer<Throwable> failureHandler = VirtualTime::rethrow;

    public VirtualTime(long seed) {
        random = new SplittableRandom(seed);
        loops.add(world);
    }

    public Clock clock() {
        return clock;
    }

    /** A new generator, seeded by this time's seed and by how many were asked for before. */
    public RandomGenerator newRandom() {
        return random.split();
    }

    /**
     * How long each turn keeps its loop busy; what comes in meanwhile waits for the next turn. Nothing, unless set:
     * then random within these.
     */
    public void turnsTake(Duration min, Duration max) {
        turnNanosMin = min.toNanos();
        turnNanosMax = max.toNanos();
    }

    /**
     * Who is told what a task or listener has thrown. Unless set, the running {@code run...} throws it, and the test
     * fails.
     */
    public void onFailure(Consumer<Throwable> handler) {
        failureHandler = handler;
    }

    /** Runs the action at its time, outside of all loops: where a test cuts links, closes listeners, looks. A timer. */
    public void after(Duration delay, Runnable action) {
        post(world, delay.toNanos(), action, false);
    }

    /** Makes wall time jump, as an administrator may. */
    public void jumpWallClock(Duration by) {
        wallJumpMillis += by.toMillis();
    }

    /** Lets time pass without anything running, as a machine asleep: what fell due meanwhile runs late. */
    public void advance(Duration by) {
        nanos += by.toNanos();
    }

    /**
     * Stops a process for a while, as SIGSTOP does: none of its loops has a turn, and afterwards all that has come and fallen
     * due meanwhile is there at once. Others go on.
     *
     * @param process its loops
     */
    public void stop(Collection<? extends EventLoop> process, Duration by) {
        process.forEach(loop -> ((MemoryLoop) loop).busyUntil(nanos + by.toNanos()));
    }

    /**
     * Lets the machine of a process sleep: as {@link #stop}, but its clock that only runs forward stands still, and its
     * timers with it. Wall time goes on.
     */
    public void sleep(Collection<? extends EventLoop> process, Duration by) {
        stop(process, by);
        process.forEach(loop -> ((MemoryLoop) loop).onSlept(by.toNanos()));
    }

    /** Runs until nothing is under way; timers that fall due meanwhile run too. */
    public void runUntilIdle() {
        run(Long.MAX_VALUE, () -> underWay == 0);
    }

    /** Runs everything due within this time, and then it is that much later. */
    public void runFor(Duration time) {
        long end = nanos + time.toNanos();
        run(end, () -> false);
        nanos = Math.max(nanos, end);
    }

    /** Runs until the condition holds, at most for this time; returns whether it holds. */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        long end = nanos + limit.toNanos();
        run(end, condition);
        boolean holds = condition.getAsBoolean();
        if (!holds) {
            nanos = Math.max(nanos, end);
        }
        return holds;
    }

    private void run(long end, BooleanSupplier enough) {
        if (running) {
            throw new IllegalStateException("time is running already");
        }
        running = true;
        try {
            for (int events = 0; !enough.getAsBoolean(); ) {
                MemoryLoop next = dueFirst();
                if (next == null || next.readyNanos() > end) {
                    return;
                }
                events += turn(next);
                if (events > EVENTS_MAX) {
                    throw new IllegalStateException("does not come to rest: " + events + " events");
                }
            }
        } finally {
            running = false;
            current = null;
        }
    }

    private int turn(MemoryLoop loop) {
        nanos = Math.max(nanos, loop.readyNanos());
        current = loop == world ? null : loop;
        int events = loop.turn(nanos);
        current = null;
        long taken = turnNanosMax == 0 ? 0 : random.nextLong(turnNanosMin, turnNanosMax + 1);
        loop.busyUntil(loop == world ? nanos : nanos + taken);
        return events;
    }

    private @Nullable MemoryLoop dueFirst() {
        MemoryLoop first = null;
        int ties = 1;
        for (MemoryLoop loop : loops) {
            long ready = loop.readyNanos();
            if (ready == Long.MAX_VALUE || (first != null && ready > first.readyNanos())) {
                continue;
            }
            if (first == null || ready < first.readyNanos()) {
                first = loop;
                ties = 1;
            } else if (random.nextInt(++ties) == 0) {
                first = loop;
            }
        }
        return first;
    }

    // For loops, links and workers.

    MemoryLoop newLoop(String name) {
        MemoryLoop loop = new MemoryLoop(name, this);
        loops.add(loop);
        return loop;
    }

    void remove(MemoryLoop loop) {
        loops.remove(loop);
        loop.end();
    }

    long nanos() {
        return nanos;
    }

    MemoryLoop world() {
        return world;
    }

    boolean isRunning(MemoryLoop loop) {
        return current == loop;
    }

    /** Whether what belongs to the loop may be touched: in its turns, and outside of all turns. */
    boolean mayTouch(MemoryLoop loop) {
        return current == null || current == loop;
    }

    /** A task for a loop; see {@link #CROSSING_NANOS}. */
    void execute(MemoryLoop loop, Runnable task) {
        post(loop, current == null || current == loop ? 0 : CROSSING_NANOS, task, true);
    }

    MemoryEvent post(MemoryLoop loop, long delayNanos, Runnable task, boolean isUnderWay) {
        MemoryEvent event = new MemoryEvent(nanos + delayNanos, sequence++, task, isUnderWay);
        if (loop.add(event) && isUnderWay) {
            underWay++;
        }
        return event;
    }

    /** Of an event that has begun, or never will. */
    void settled(MemoryEvent event) {
        if (event.isUnderWay()) {
            underWay--;
        }
    }

    void failed(Throwable failure) {
        failureHandler.accept(failure);
    }

    private static void rethrow(Throwable failure) {
        switch (failure) {
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            default -> throw new IllegalStateException(failure);
        }
    }

    private final class VirtualClock implements Clock {
        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public long wallMillis() {
            return WALL_START_MILLIS + wallJumpMillis + nanos / 1_000_000;
        }
    }
}
