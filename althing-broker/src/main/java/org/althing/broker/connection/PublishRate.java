package org.althing.broker.connection;

import java.util.concurrent.TimeUnit;

/** Counts how often one client publishes: so many a second in the long run, and as many at once. */
final class PublishRate {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    /** In billionths of a message. */
    private long tokens;

    private long sinceNanos;
    private boolean began;

    /** @param perSecond 1 or more */
    PublishRate(int perSecond) {
        this.perSecond = perSecond;
        tokens = perSecond * SECOND_NANOS;
    }

    int perSecond() {
        return perSecond;
    }

    /** One more; false if it is one too many. */
    boolean take(long nowNanos) {
        if (began) {
            long passed = Math.min(nowNanos - sinceNanos, SECOND_NANOS); // a second fills it
            tokens = Math.min(perSecond * SECOND_NANOS, tokens + passed * perSecond);
        }
        began = true;
        sinceNanos = nowNanos;
        if (tokens < SECOND_NANOS) {
            return false;
        }
        tokens -= SECOND_NANOS;
        return true;
    }
}
