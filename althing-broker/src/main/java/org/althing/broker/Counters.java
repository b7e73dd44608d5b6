package org.althing.broker;

import java.util.concurrent.atomic.AtomicLong;

/** What a broker has counted since its start. Written by its shard, read from any thread. */
public final class Counters {
    /** Network connections that are open. */
    public final Counter connections = new Counter();
    /** Clients that are connected: their CONNECT was accepted. */
    public final Counter clientsConnected = new Counter();
    /** Sessions, with and without a connection. */
    public final Counter sessions = new Counter();

    /** Subscriptions of sessions, without shared ones. */
    public final Counter subscriptions = new Counter();
    /** Shared subscriptions of sessions: each member of each group. */
    public final Counter sharedSubscriptions = new Counter();

    public final Counter retainedMessages = new Counter();
    public final Counter bytesReceived = new Counter();
    public final Counter bytesSent = new Counter();
    public final Counter packetsReceived = new Counter();
    public final Counter packetsSent = new Counter();
    public final Counter publishesReceived = new Counter();
    public final Counter publishesSent = new Counter();
    /** Messages not queued because the client's queue was full. */
    public final Counter droppedQueueFull = new Counter();
    /** QoS 0 messages not sent because the client reads too slowly. */
    public final Counter droppedSlowReader = new Counter();
    /** Messages that expired before they could be sent. */
    public final Counter droppedExpired = new Counter();
    /** Messages not sent because they are larger than the client's Maximum Packet Size. */
    public final Counter droppedTooLarge = new Counter();
    /** Messages not sent because access control does not let the subscriber receive them. */
    public final Counter droppedForbidden = new Counter();
    /** Messages that waited in a share group when its last member left. */
    public final Counter droppedGroupEnded = new Counter();
    /** Messages from clients that were not routed: not allowed, or over the payload limit. */
    public final Counter droppedRefused = new Counter();

    /** One number. One writer, many readers. */
    public static final class Counter {
        private final AtomicLong value = new AtomicLong();

        /** Runs on the owning shard. */
        public void add(long amount) {
            value.setRelease(value.getPlain() + amount);
        }

        /** Runs on the owning shard. */
        public void set(long amount) {
            value.setRelease(amount);
        }

        /** Runs on the owning shard. */
        public void increment() {
            add(1);
        }

        /** Runs on the owning shard. */
        public void decrement() {
            add(-1);
        }

        public long value() {
            return value.getAcquire();
        }
    }
}
