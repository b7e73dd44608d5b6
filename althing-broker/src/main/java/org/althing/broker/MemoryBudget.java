package org.althing.broker;

import java.util.function.LongSupplier;
import org.althing.broker.Counters.Counter;

/**
 * Bytes that messages take: those that are retained, queued, in flight or held, each once however many refer to it and only while its content is in the heap, some for
 * each reference, and what is written for clients that have not read it. An estimate of the heap, somewhat above the payload.
 *
 * <p>Written by its shard, read from any thread.
 */
public final class MemoryBudget {
    /** What the content of a message takes besides topic and payload. */
    private static final int CONTENT_BYTES = 220;
    /** What has to be known of a message whose content is not in memory. */
    public static final int MESSAGE_BYTES = 80;
    /** What one place in a queue or in flight takes. */
    public static final int REFERENCE_BYTES = 120;

    private final Counter used;
    private final Counter messages;
    private final Counter payload;
    private long bytesMax = Long.MAX_VALUE;
    private LongSupplier waitingForDisk = () -> 0;

    MemoryBudget(Counters counters) {
        used = counters.counter();
        messages = counters.counter();
        payload = counters.counter();
    }

    /**
     * Sets how much may be used; at start.
     *
     * @param waiting bytes that wait for the disk, which count too: normally few, but while the disk takes nothing they
     *     grow with every change, even of things that take no memory themselves
     */
    public void limit(long bytes, LongSupplier waiting) {
        bytesMax = bytes;
        waitingForDisk = waiting;
    }

    /** Bytes in use. */
    public long used() {
        return used.value();
    }

    /** Messages that are kept, in memory or in the journal; with several shards each counts those that it keeps. */
    public long messages() {
        return messages.value();
    }

    /** Bytes of their payloads. */
    public long payloadBytes() {
        return payload.value();
    }

    /** A message more is kept, or with negative numbers one less. Runs on the owning shard. */
    public void count(int change, long payloadBytes) {
        messages.add(change);
        payload.add(payloadBytes);
    }

    /** Whether nothing more may be kept. */
    public boolean isFull() {
        return used.value() + waitingForDisk.getAsLong() >= bytesMax;
    }

    /** More bytes, or fewer, are in use. Runs on the owning shard. */
    public void add(long bytes) {
        used.add(bytes);
    }

    /** What the content of a message of this topic and payload takes. */
    public static long contentBytes(int topicLength, int payloadLength) {
        return CONTENT_BYTES + 2L * topicLength + payloadLength;
    }
}
