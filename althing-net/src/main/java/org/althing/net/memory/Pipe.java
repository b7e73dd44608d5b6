package org.althing.net.memory;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * One direction of a connection: what is under way, in order.
 *
 * <pre>
 *   sender ── send ──► [ segments under way, each with an event ] ── arrived ──► receiver ── taken ──┐
 *      ▲                                                                                             │
 *      └────────────────────────────── window opens, one latency later ──────────────────────────────┘
 * </pre>
 */
final class Pipe {
    static final int SEGMENT_BYTES_MAX = 64 * 1024;

    /** What travels. */
    sealed interface Segment {
        record Bytes(byte[] bytes) implements Segment {}

        enum Mark implements Segment {
            END,
            RESET
        }
    }

    private final VirtualTime time;
    private final LinkConditions conditions;
    private final RandomGenerator random;
    private final MemoryTransport sender;
    private final MemoryTransport receiver;

    private final ArrayDeque<Segment> underWay = new ArrayDeque<>();
    private long lastArrivalNanos;
    private int windowUsed;
    private boolean paused;
    /** How many segments should have arrived since the pause began. */
    private int held;

    private boolean cut;

    Pipe(VirtualTime time, LinkConditions conditions, MemoryTransport sender, MemoryTransport receiver) {
        this.time = time;
        this.conditions = conditions;
        this.random = time.newRandom();
        this.sender = sender;
        this.receiver = receiver;
    }

    int windowLeft() {
        return conditions.windowBytes() - windowUsed;
    }

    /** At most {@link #windowLeft} bytes. */
    void send(byte[] bytes) {
        for (int from = 0; from < bytes.length; ) {
            int most = Math.min(bytes.length - from, SEGMENT_BYTES_MAX);
            if (conditions.pieceBytesMax() > 0) {
                most = Math.min(most, random.nextInt(1, conditions.pieceBytesMax() + 1));
            }
            send(new Segment.Bytes(Arrays.copyOfRange(bytes, from, from + most)));
            from += most;
        }
        windowUsed += bytes.length;
    }

    void send(Segment segment) {
        if (cut) {
            return;
        }
        underWay.add(segment);
        arriveIn(latencyNanos());
    }

    /** The receiver has used these bytes up. */
    void taken(int bytes) {
        windowUsed -= bytes;
        if (sender.isWaitingForWindow()) {
            time.post(sender.memoryLoop(), latencyNanos(), () -> sender.onLoop(sender::onWindow), true);
        }
    }

    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
        for (; held > 0; held--) {
            arriveIn(latencyNanos());
        }
    }

    /** Nothing more arrives. */
    void cut() {
        cut = true;
        underWay.clear();
    }

    long latencyNanos() {
        return random.nextLong(
                conditions.latencyMin().toNanos(), conditions.latencyMax().toNanos() + 1);
    }

    private void arriveIn(long latencyNanos) {
        lastArrivalNanos = Math.max(lastArrivalNanos, time.nanos() + latencyNanos);
        time.post(receiver.memoryLoop(), lastArrivalNanos - time.nanos(), () -> receiver.onLoop(this::onArrival), true);
    }

    private void onArrival() {
        if (cut) {
            return;
        }
        if (paused) {
            held++;
        } else {
            receiver.onArrival(underWay.remove());
        }
    }
}
