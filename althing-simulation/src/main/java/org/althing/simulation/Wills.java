package org.althing.simulation;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What may become of the wills of one client. */
final class Wills {
    /** The broker may notice the end of a connection so much later than the client, or earlier. */
    private static final int LATER_SECONDS = 5;

    private static final int EARLIER_SECONDS = 1;
    private static final Duration WRITTEN = Duration.ofMillis(100);

    private final World world;
    private final Machine machine;
    /** Of the last connection that was lost: its will may still be delayed. */
    private @Nullable ConnectOptions lost;

    private long lostNanos;
    /** What it may be later since then, because the broker was suspended or the clock put back. */
    private long laterNanos;

    Wills(World world, Machine machine) {
        this.world = world;
        this.machine = machine;
    }

    /**
     * A connection is lost.
     *
     * @param from the earliest moment at which the will may have been routed
     */
    void onLost(ConnectOptions options, Publication will, long from) {
        will.routedFrom = Math.min(will.routedFrom, from);
        lost = options;
        lostNanos = world.time().clock().nanos();
        laterNanos = machine.suspendedLeftNanos();
        long seconds = Math.min(options.willDelaySeconds(), options.expirySeconds());
        boolean first = will.sends == 1 && will.notBeforeNanos == 0;
        // If the broker has noticed earlier, its time may have jumped since.
        boolean jumped = world.leastWallMillis(Duration.ofSeconds(EARLIER_SECONDS)) < world.wallMillis();
        if (first && seconds > EARLIER_SECONDS && !jumped) {
            will.notBeforeNanos = lostNanos + (seconds - EARLIER_SECONDS) * 1_000_000_000L;
        }
    }

    /** [MQTT-3.1.3-9] A delayed will is not published if the session goes on before; if it ends, it is at once. */
    void onReturn(ConnectOptions options) {
        ConnectOptions before = lost;
        Publication will = before == null ? null : before.will();
        if (before == null || will == null) {
            return;
        }
        long since = Math.max(lostNanos, machine.startedAtNanos());
        long due = since + (before.willDelaySeconds() + LATER_SECONDS) * 1_000_000_000L + laterNanos;
        if (options.cleanStart()) {
            will.notBeforeNanos = 0;
        } else {
            will.maybeCancelled |=
                    before.willDelaySeconds() > 0 && world.time().clock().nanos() < due;
        }
    }

    /** The wall clock has jumped: what waits for its time comes sooner, or later. */
    void onJump(Duration by) {
        Publication will = lost == null ? null : lost.will();
        if (by.isNegative()) {
            laterNanos += by.negated().toNanos();
        } else if (will != null) {
            will.notBeforeNanos = 0;
        }
    }

    void onSuspended(Duration by) {
        laterNanos += by.toNanos();
    }

    /** [MQTT-3.14.4-3] What DISCONNECT discards is gone for good when the broker has had the time to write that down. */
    void forbidSoon(Publication will, long troublesAtGoodbye) {
        world.time()
                .after(
                        WRITTEN,
                        () -> will.forbidden |= troublesAtGoodbye == machine.troubles() && !machine.isFailing());
    }
}
