package org.althing.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.althing.mqtt.ReasonCode;

/** What a broker has counted since its start, over all its shards. Each shard writes its own; read from any thread. */
public final class Counters {
    private final List<Counter> all = new ArrayList<>();

    /** Network connections that are open. */
    public final Counter connections = counter();
    /** Clients that are connected: their CONNECT was accepted. */
    public final Counter clientsConnected = counter();
    /** Sessions, with and without a connection. */
    public final Counter sessions = counter();

    /** Sessions that ended because their Session Expiry Interval passed. */
    public final Counter sessionsExpired = counter();
    /** Subscriptions of sessions, without shared ones. */
    public final Counter subscriptions = counter();
    /** Shared subscriptions of sessions: each member of each group. */
    public final Counter sharedSubscriptions = counter();

    public final Counter retainedMessages = counter();
    /** Network connections that were taken, and CONNECTs on them. */
    public final Counter connectionsMade = counter();

    public final Counter connectsReceived = counter();
    public final Counter bytesReceived = counter();
    public final Counter bytesSent = counter();
    public final Counter packetsReceived = counter();
    public final Counter packetsSent = counter();
    public final Counter publishesReceived = counter();
    public final Counter publishesSent = counter();
    /** Payload of those. */
    public final Counter publishBytesReceived = counter();

    public final Counter publishBytesSent = counter();
    /** Messages that were not queued because a queue or the memory was full. */
    public final Counter queueRefusals = counter();
    /** CONNECTs and connections that were refused, by reason; and connections that were ended for their message rate. */
    private final Counter[] refused = new Counter[ReasonCode.values().length];

    /** What messages take. */
    public final MemoryBudget memory = new MemoryBudget(this);

    /** Where every message went. */
    public final Ledger ledger = new Ledger(this);

    public Counters() {
        for (int i = 0; i < refused.length; i++) {
            refused[i] = counter();
        }
    }

    /** How many were refused for this reason. */
    public Counter refused(ReasonCode reason) {
        return refused[reason.ordinal()];
    }

    /** One more, in the order in which all shards make theirs. */
    Counter counter() {
        Counter counter = new Counter();
        all.add(counter);
        return counter;
    }

    /** What all of these have counted together, at any time. Only to be read. */
    public static Counters sumOf(List<Counters> parts) {
        Counters sum = new Counters();
        for (int i = 0; i < sum.all.size(); i++) {
            int number = i;
            sum.all.get(i).parts =
                    parts.stream().map(part -> part.all.get(number)).toList();
        }
        sum.ledger.sumOf(parts.stream().map(part -> part.ledger).toList());
        return sum;
    }

    /** 1 while state cannot be saved, and what depends on it is held back; otherwise 0. */
    public final Counter degraded = counter();

    /** One number. One writer, many readers. */
    public static final class Counter {
        private final AtomicLong value = new AtomicLong();
        /** What it is the sum of; empty for one that counts by itself. */
        private List<Counter> parts = List.of();

        Counter() {}

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
            long sum = value.getAcquire();
            for (Counter part : parts) {
                sum += part.value();
            }
            return sum;
        }
    }
}
