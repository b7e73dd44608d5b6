package org.althing.broker.connection;

import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Watches that the client is heard of within a time, by the monotonic clock.
 *
 * <p>The timer is not moved at every packet: when it fires it looks how long the silence has been, and waits for the rest.
 */
final class KeepAlive {
    private final EventLoop loop;
    private final Runnable onSilence;
    private EventLoop.@Nullable Timer timer;
    private long silenceNanosMax;
    private long heardNanos;

    KeepAlive(EventLoop loop, Runnable onSilence) {
        this.loop = loop;
        this.onSilence = onSilence;
        heardNanos = loop.clock().nanos();
    }

    /** Begins anew with another limit; 0 for none. */
    void limit(long nanos) {
        stop();
        heard();
        silenceNanosMax = nanos;
        if (nanos > 0) {
            timer = loop.schedule(nanos, this::look);
        }
    }

    /** The client was heard of. */
    void heard() {
        heardNanos = loop.clock().nanos();
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void look() {
        long left = heardNanos + silenceNanosMax - loop.clock().nanos();
        if (left > 0) {
            timer = loop.schedule(left, this::look);
        } else {
            timer = null;
            onSilence.run();
        }
    }
}
