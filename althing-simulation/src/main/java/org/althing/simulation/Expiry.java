package org.althing.simulation;

import static org.althing.simulation.Publication.NEVER;

import java.time.Duration;

/**
 * When a session that was left may end, and when it surely has. Wall time in milliseconds; it only ever jumps forward.
 *
 * <pre>
 *   left ──── there ────┤ from ──── perhaps ──── to ├──── gone
 * </pre>
 */
final class Expiry {
    static final long NO_END = 0xFFFF_FFFFL;

    /** Between the broker's noticing that a connection is gone and the client's. */
    private static final long NOTICED_MILLIS = 5_000;

    static final Duration NOTICED = Duration.ofMillis(NOTICED_MILLIS);
    /** After a jump the broker looks at the clock within ten seconds. */
    private static final Duration LOOKED = Duration.ofSeconds(11);

    private final World world;
    private long from = NEVER;
    private long to = NEVER;
    private long longestMillis;

    Expiry(World world) {
        this.world = world;
    }

    /** The client is there. */
    void onResumed() {
        from = NEVER;
        to = NEVER;
        longestMillis = 0;
    }

    /**
     * A connection is over.
     *
     * @param confirmed whether its CONNACK was seen: if not, what held before may still hold
     */
    void onLeft(boolean confirmed, long seconds) {
        boolean ends = seconds != NO_END;
        long end = ends ? world.wallMillis() + seconds * 1_000 : NEVER;
        long earliest = ends ? world.wallMillisBefore(NOTICED) - NOTICED_MILLIS + seconds * 1_000 : NEVER;
        if (confirmed) {
            from = earliest;
            to = ends ? end + NOTICED_MILLIS : NEVER;
        } else {
            from = Math.min(from, earliest);
            to = NEVER; // perhaps it took nothing over, and the connection before it is still there for the broker
        }
        longestMillis = ends ? Math.max(longestMillis, seconds * 1_000) : longestMillis;
    }

    /**
     * A CONNECT was refused and has taken nothing over: the connection before it, which nobody listens to any more, may
     * still be there for the broker, and the session with it.
     */
    void onRefused() {
        to = NEVER;
    }

    boolean mayBeOver() {
        return world.wallMillis() >= from;
    }

    boolean mayEnd() {
        return from != NEVER;
    }

    /** @param brokerStarted the wall time from which on one that was connected at a crash is left */
    boolean isSurelyOver(long brokerStarted) {
        return to != NEVER
                && world.wallMillis() > Math.max(to, brokerStarted + longestMillis + NOTICED_MILLIS)
                && world.sinceJump().compareTo(LOOKED) > 0;
    }
}
