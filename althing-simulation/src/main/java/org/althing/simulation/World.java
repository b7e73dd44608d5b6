package org.althing.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.VirtualTime;

/** What everybody in one simulation shares. */
final class World {
    private final VirtualTime time;
    private final MemoryEngine engine;
    private final Ledger ledger = new Ledger();
    private final Trace trace;
    private final List<Jump> jumps = new ArrayList<>(0);
    private long lastActivityNanos;

    private record Jump(long atNanos, long byMillis) {}

    /** @param traces whether lines of what happens are kept */
    World(long seed, boolean traces) {
        time = new VirtualTime(seed);
        engine = new MemoryEngine(time);
        trace = new Trace(time.clock(), traces);
    }

    VirtualTime time() {
        return time;
    }

    MemoryEngine engine() {
        return engine;
    }

    Ledger ledger() {
        return ledger;
    }

    Trace trace() {
        return trace;
    }

    /** Wall time in milliseconds. */
    long wallMillis() {
        return time.clock().wallMillis();
    }

    /** Wall time jumps, forward or back. */
    void jump(Duration by) {
        trace.line("world", () -> "the wall clock jumps by " + by);
        trace.mix(by.hashCode());
        ledger.onJump(wallMillis(), by.toMillis());
        time.jumpWallClock(by);
        jumps.add(new Jump(time.clock().nanos(), by.toMillis()));
    }

    /** The least wall time that others may have seen at any moment since so long ago, but for the time that passes. */
    long leastWallMillis(Duration ago) {
        long least = 0;
        long offset = 0;
        for (Jump jump : since(ago).reversed()) {
            offset -= jump.byMillis;
            least = Math.min(least, offset);
        }
        return wallMillis() + least;
    }

    /** The most. */
    long mostWallMillis(Duration ago) {
        long most = 0;
        long offset = 0;
        for (Jump jump : since(ago).reversed()) {
            offset -= jump.byMillis;
            most = Math.max(most, offset);
        }
        return wallMillis() + most;
    }

    /** Whether nobody had to look at the clock anew within this time. */
    boolean isSteadySince(Duration ago) {
        return since(ago).isEmpty();
    }

    /** The broker runs on at this time, and finds another wall time. */
    void onSuspended(long untilNanos) {
        jumps.add(new Jump(untilNanos, 0));
    }

    private List<Jump> since(Duration ago) {
        long from = time.clock().nanos() - ago.toNanos();
        return jumps.stream().filter(jump -> jump.atNanos >= from).toList();
    }

    /** Somebody has sent or received something. */
    void onActivity() {
        lastActivityNanos = time.clock().nanos();
    }

    /** How long nobody has sent or received anything. */
    Duration quiet() {
        return Duration.ofNanos(time.clock().nanos() - lastActivityNanos);
    }
}
