package org.althing.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Whether and when a lost connection is tried again. */
public sealed interface Retry {
    /** Not at all. */
    record Never() implements Retry {}

    /**
     * After a delay that doubles from {@code first} to {@code max}, each one shortened by chance by up to a half, so that
     * the clients of a restarted broker do not come back all at once.
     *
     * @param alsoFirstConnect whether {@code connect} goes on as well until the broker answers
     */
    record Backoff(Duration first, Duration max, boolean alsoFirstConnect) implements Retry {
        /** Checks that the first delay is one and not longer than the longest. */
        public Backoff {
            if (first.isNegative() || first.isZero() || max.compareTo(first) < 0) {
                throw new IllegalArgumentException(
                        "a back-off needs a first delay of more than nothing and a longest one that is not shorter, not "
                                + first + " and " + max);
            }
        }

        /**
         * The delay before this attempt.
         *
         * @param attempt 1 for the first one
         */
        public Duration delay(int attempt, RandomGenerator random) {
            long full = first.toNanos();
            long limit = max.toNanos();
            for (int i = 1; i < attempt && full < limit; i++) {
                full *= 2;
            }
            full = Math.min(full, limit);
            return Duration.ofNanos(full - random.nextLong(full / 2 + 1));
        }
    }

    /** From 250 ms to 30 s; the first connect fails at once. What a client does unless told otherwise. */
    static Retry standard() {
        return new Backoff(Duration.ofMillis(250), Duration.ofSeconds(30), false);
    }
}
