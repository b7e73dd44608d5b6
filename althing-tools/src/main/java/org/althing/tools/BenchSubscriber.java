package org.althing.tools;

import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Recorder;
import org.althing.client.ReceivedMessage;
import org.althing.mqtt.Bytes;
import org.althing.net.Clock;

/** What a subscriber of bench does with a message: count it, and take its latency from the time it was due. */
final class BenchSubscriber {
    private static final int HEADER_BYTES = 24;

    private final BenchTally[] tallies;
    private final long run;
    private final Clock clock;
    private final Recorder latencies;
    private final LongAdder received;
    private long foreign;

    BenchSubscriber(int publishers, long run, Clock clock, Recorder latencies, LongAdder received) {
        this.tallies = new BenchTally[publishers];
        for (int i = 0; i < publishers; i++) {
            tallies[i] = new BenchTally();
        }
        this.run = run;
        this.clock = clock;
        this.latencies = latencies;
        this.received = received;
    }

    /** Run, publisher and number, and when the message was due. */
    static byte[] payload(int size, long run, int publisher, long number, long dueNanos) {
        byte[] payload = new byte[size];
        put(payload, 0, run);
        put(payload, 8, (long) publisher << 40 | number);
        put(payload, 16, dueNanos);
        return payload;
    }

    private static void put(byte[] bytes, int at, long value) {
        for (int i = 0; i < 8; i++) {
            bytes[at + i] = (byte) (value >> 56 - 8 * i);
        }
    }

    private static long get(Bytes bytes, int at) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | bytes.at(at + i) & 255;
        }
        return value;
    }

    void onMessage(ReceivedMessage message) {
        long now = clock.nanos();
        Bytes payload = message.payload();
        message.ack();
        if (payload.length() < HEADER_BYTES || get(payload, 0) != run) {
            foreign++;
            return;
        }
        long who = get(payload, 8);
        if (tallies[(int) (who >>> 40)].got(who & (1L << 40) - 1)) {
            received.increment();
            latencies.recordValue(Math.max(0, (now - get(payload, 16)) / 1_000));
        }
    }

    BenchTally[] tallies() {
        return tallies;
    }

    /** Messages on the topic that are not of this run. */
    long foreign() {
        return foreign;
    }
}
