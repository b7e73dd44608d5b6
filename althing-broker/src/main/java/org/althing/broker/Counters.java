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

    /** Sessions that ended because their Session Expiry Interval passed. */
    public final Counter sessionsExpired = new Counter();
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
    /** Where every message went. */
    public final Ledger ledger = new Ledger(this);

    Counter counter() {
        return new Counter();
    }

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
