package org.althing.simulation;

import static org.althing.simulation.Publication.NEVER;

import java.time.Duration;

/**
 * When a session that was left may end, and when it surely has, by wall time in milliseconds.
 *
 * <pre>
 *   left ──── there ────┤ from ──── perhaps ──── to ├──── gone
 * </pre>
 */
final class Expiry {
    static final long NO_END = 0xFFFF_FFFFL;

    /** Between the broker's noticing that a connection is gone and the client's, if it has to miss it. */
    private static final long NOTICED_MILLIS = 5_000;

    /** If the network tells it, or it was the broker that ended it. */
    private static final long TOLD_MILLIS = 2_000;

    static final Duration NOTICED = Duration.ofMillis(NOTICED_MILLIS);
    /** It may have ended at an earlier time that was higher, or with a time that nobody knows. */
    private static final long EVER = Long.MIN_VALUE;

    private final World world;
    private final Machine machine;
    private long from = NEVER;
    private long to = NEVER;
    private long longestMillis;
    /** When the broker surely has noticed that the connection is gone, if nothing happened to it meanwhile. */
    private long noticedNanos;
    /** The troubles of the broker by then, or a number that never comes again. */
    private long troublesBefore;

    Expiry(World world, Machine machine) {
        this.world = world;
        this.machine = machine;
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
     * @param told whether the broker is told, or knows already
     */
    void onLeft(boolean confirmed, boolean told, long seconds) {
        boolean ends = seconds != NO_END;
        long millis = seconds * 1_000;
        Duration noticed = Duration.ofMillis(told ? TOLD_MILLIS : NOTICED_MILLIS);
        long earliest = ends ? world.leastWallMillis(noticed) - noticed.toMillis() + millis : NEVER;
        if (confirmed) {
            from = earliest;
            // While the disk fails, acknowledgements wait and nothing is read: the broker may hear of it at any time.
            to = ends && !machine.isFailing() ? world.mostWallMillis(noticed) + noticed.toMillis() + millis : NEVER;
        } else {
            from = Math.min(from, earliest);
            to = NEVER; // perhaps it took nothing over, and the connection before it is still there for the broker
        }
        onSuspended(Duration.ofNanos(machine.suspendedLeftNanos()));
        longestMillis = ends ? Math.max(longestMillis, millis) : longestMillis;
        noticedNanos = world.time().clock().nanos() + machine.suspendedLeftNanos() + noticed.toNanos();
        troublesBefore = machine.isFailing() || !machine.isUp() ? -1 : machine.troubles();
    }

    /** Wall time has jumped. Unless the broker has written down by then when the client left, it may go by the new time. */
    void onJump(Duration by) {
        long millis = by.toMillis();
        if (world.wallMillis() - millis >= from) {
            from = EVER;
        }
        if (millis < 0 && to != NEVER) {
            to = Math.max(to, endAfterStart()); // a later start may have a lower time
        }
        if (!isKnown() && mayEnd()) {
            from += from == EVER || millis > 0 ? 0 : millis;
            to += to == NEVER || millis < 0 ? 0 : millis;
        }
    }

    /** The broker is suspended, and may notice so much later. */
    void onSuspended(Duration by) {
        to += to == NEVER ? 0 : by.toMillis();
    }

    /** Whether the broker surely has written down when the client left. */
    private boolean isKnown() {
        return world.time().clock().nanos() > noticedNanos && machine.troubles() == troublesBefore;
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

    /** Who was connected at a crash has left at the next start. */
    boolean isSurelyOver() {
        return to != NEVER && world.wallMillis() > Math.max(to, endAfterStart());
    }

    private long endAfterStart() {
        return machine.startedAtMillis() + longestMillis + NOTICED_MILLIS;
    }
}
