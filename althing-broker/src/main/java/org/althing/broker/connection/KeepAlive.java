package org.althing.broker.connection;

import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Watches that the client is heard of within a time, by the monotonic clock.
 *
 * <p>The timer is not moved at every packet: when it fires it looks how long the silence has been, and waits for the rest.
 *
 * <p>What counts is a whole packet ([MQTT-3.1.2-22]), and of a large one that is on its way each thousand bytes: single
 * bytes now and then keep nobody's connection open. Mosquitto: of a large packet every byte counts.
 */
final class KeepAlive implements Runnable {
    private static final int PROGRESS_BYTES = 1_000;

    private final EventLoop loop;
    private final Runnable onSilence;
    private EventLoop.@Nullable Timer timer;
    private long silenceNanosMax;
    private long heardNanos;
    private int bytesSinceHeard;

    KeepAlive(EventLoop loop, Runnable onSilence) {
        this.loop = loop;
        this.onSilence = onSilence;
    }

    /** Begins anew, now, with another limit; 0 for none. */
    void limit(long nanos) {
        stop();
        heard();
        silenceNanosMax = nanos;
        if (nanos > 0) {
            timer = loop.schedule(nanos, this);
        }
    }

    /** A packet came. */
    void heard() {
        heardNanos = loop.clock().nanos();
        bytesSinceHeard = 0;
    }

    /** Bytes came, of which nobody knows yet what they will be. */
    void heardBytes(int count) {
        bytesSinceHeard += count;
        if (bytesSinceHeard >= PROGRESS_BYTES) {
            heard();
        }
    }

    /** The silence was ours: the same time begins anew. */
    void again() {
        limit(silenceNanosMax);
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    /** The time has come to look how long the silence has been. */
    @Override
    public void run() {
        long left = heardNanos + silenceNanosMax - loop.clock().nanos();
        if (left > 0) {
            timer = loop.schedule(left, this);
        } else {
            timer = null;
            onSilence.run();
        }
    }
}
