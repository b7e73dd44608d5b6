package org.althing.junit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.althing.net.Clock;

/** The clock of a broker in memory: the machine's, and as much further as the test says. */
public final class TestClock implements Clock {
    private final AtomicLong ahead = new AtomicLong();
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();

    TestClock() {}

    /**
     * Lets that much time pass at once: what the broker has planned for it (sessions that expire, messages that expire,
     * delayed wills, keep alive) happens soon after this returns, and before anything that a client does after that.
     */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("time does not go back: " + by);
        }
        ahead.addAndGet(by.toNanos());
        watchers.forEach(Runnable::run);
    }

    /** What the broker takes for the present. */
    public Instant now() {
        return Instant.ofEpochMilli(wallMillis());
    }

    @Override
    public long nanos() {
        return Clock.system().nanos() + ahead.get();
    }

    @Override
    public long wallMillis() {
        return Clock.system().wallMillis() + ahead.get() / 1_000_000;
    }

    void onAdvance(Runnable watcher) {
        watchers.add(watcher);
    }
}
