package org.althing.tools;

import java.time.Duration;
import org.althing.net.Clock;

/** Equal distances from the moment it was made; the first time is at once. */
final class Schedule {
    private final Clock clock = Clock.system();
    private final long distanceNanos;
    private long nextNanos;

    Schedule(long distanceNanos) {
        this.distanceNanos = distanceNanos;
        this.nextNanos = clock.nanos();
    }

    /** How long until the next time, which is then taken; zero if it is over. */
    Duration untilNext() {
        long left = Math.max(0, nextNanos - clock.nanos());
        nextNanos += distanceNanos;
        return Duration.ofNanos(left);
    }
}
