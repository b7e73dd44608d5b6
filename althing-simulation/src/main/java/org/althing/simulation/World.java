package org.althing.simulation;

import java.time.Duration;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.VirtualTime;

/** What everybody in one simulation shares. */
final class World {
    private final VirtualTime time;
    private final MemoryEngine engine;
    private final Ledger ledger = new Ledger();
    private final Trace trace;
    private long lastActivityNanos;
    private long lastJumpNanos;
    private Duration lastJump = Duration.ZERO;

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

    /** Wall time jumps forward. */
    void jump(Duration by) {
        trace.line("world", () -> "the wall clock jumps by " + by);
        time.jumpWallClock(by);
        lastJumpNanos = time.clock().nanos();
        lastJump = by;
    }

    /** The wall time that others may have seen a moment ago. */
    long wallMillisBefore(Duration noticed) {
        return sinceJump().compareTo(noticed) > 0 ? wallMillis() : wallMillis() - lastJump.toMillis();
    }

    Duration sinceJump() {
        return Duration.ofNanos(time.clock().nanos() - lastJumpNanos);
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
