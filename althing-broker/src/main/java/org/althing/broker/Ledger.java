package org.althing.broker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.althing.broker.Counters.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Where every message went. Written by its shard, read from any thread.
 *
 * <p>What came in: {@code received = intakes + held}. What a match gave to a subscriber, which is a session or a share group:
 * {@code matched = fates + pending}. Both hold whenever nothing is under way. What was restored at the start counts as
 * received or matched.
 */
public final class Ledger {
    /** How many clients are listed with their losses. */
    public static final int CLIENTS_MAX = 64;

    /** The one end of a message for one subscriber. */
    public enum Fate {
        /** QoS 0: given to the connection. */
        SENT,
        /** QoS 1 and 2: the client has it. */
        ACKNOWLEDGED,
        /** The client has it, and said with PUBACK or PUBREC that it does not want it. */
        REFUSED_BY_RECEIVER,
        /** Its queue was full. */
        QUEUE_FULL,
        /** The memory budget of the broker was used up. */
        MEMORY_FULL,
        /** QoS 0: too much waited for the client already. */
        SLOW_READER,
        /** Its Message Expiry Interval passed. */
        EXPIRED,
        /** Access control does not let the subscriber receive it. */
        NOT_AUTHORIZED,
        /** Larger than the client's Maximum Packet Size. */
        PACKET_TOO_LARGE,
        /** QoS 0: the client was not there. */
        CLIENT_GONE,
        /** The session ended before. */
        SESSION_ENDED,
        /** The share group's last member left before. */
        GROUP_ENDED;

        /** Whether the subscriber was to have it and does not. */
        public boolean isLoss() {
            return this != SENT && this != ACKNOWLEDGED && this != REFUSED_BY_RECEIVER;
        }
    }

    /** What became of a message that came in. */
    public enum Intake {
        /** It matched a subscription. */
        ROUTED,
        /** It matched none. */
        NO_SUBSCRIBER,
        /** The publisher must not. */
        NOT_AUTHORIZED,
        /** Its topic, its payload or their size is not taken. */
        INVALID,
        /** More than the broker or the client's limit allows; also by memory budget. */
        QUOTA_EXCEEDED,
        /** An interceptor kept it. */
        INTERCEPTED,
        /** QoS 2: the same message again. */
        REPEATED,
        /** QoS 2: its Message Expiry Interval passed before PUBREL. */
        EXPIRED,
        /** QoS 2: the publisher's session ended before PUBREL. */
        SESSION_ENDED,
        /** QoS 2: the publisher used its packet identifier for another message before PUBREL. */
        REPLACED
    }

    private static final Fate[] FATES = Fate.values();
    private static final Intake[] INTAKES = Intake.values();

    private final Counter matched;
    private final Counter pending;
    private final Counter received;
    private final Counter held;
    private final Counter[] fates = new Counter[FATES.length];
    private final Counter[] intakes = new Counter[INTAKES.length];
    /** Who has lost most, in no order; replaced as a whole. */
    private final AtomicReference<List<Losses>> listed = new AtomicReference<>(List.of());

    private List<Ledger> parts = List.of();
    /** No one in the list has lost less than this. */
    private long listedMin;

    /** A ledger whose numbers are among these counters. */
    Ledger(Counters counters) {
        matched = counters.counter();
        pending = counters.counter();
        received = counters.counter();
        held = counters.counter();
        for (int i = 0; i < fates.length; i++) {
            fates[i] = counters.counter();
        }
        for (int i = 0; i < intakes.length; i++) {
            intakes[i] = counters.counter();
        }
    }

    /** Says which ledgers this one is the sum of; its numbers are summed by its counters. */
    void sumOf(List<Ledger> others) {
        parts = others;
    }

    // ---- to be read

    /** How often a message was to go to a subscriber. */
    public long matched() {
        return matched.value();
    }

    /** How many of those have no fate yet: they wait, or are in flight. */
    public long pending() {
        return pending.value();
    }

    public long count(Fate fate) {
        return fates[fate.ordinal()].value();
    }

    /** How many of those that were matched are lost. */
    public long losses() {
        long losses = 0;
        for (Fate fate : FATES) {
            losses += fate.isLoss() ? count(fate) : 0;
        }
        return losses;
    }

    /** Messages that came in: PUBLISH packets, wills, and what the program published by itself. */
    public long received() {
        return received.value();
    }

    /** How many of those are not decided: QoS 2 before its PUBREL, and what an interceptor has. */
    public long held() {
        return held.value();
    }

    public long count(Intake intake) {
        return intakes[intake.ordinal()].value();
    }

    /**
     * What one subscriber has lost.
     *
     * @param subscriber a client identifier, a shared filter, or {@code others}
     */
    public record ClientLosses(String subscriber, long total, Map<Fate, Long> byFate) {}

    /**
     * Who has lost most, the most first, at most {@link #CLIENTS_MAX}; then, if others have lost anything, all of them as
     * {@code others}. What a client lost in an ended session counts while it is in the list.
     */
    public List<ClientLosses> clientLosses() {
        List<Losses> all = new ArrayList<>();
        (parts.isEmpty() ? List.of(this) : parts).forEach(part -> all.addAll(part.listed.get()));
        List<ClientLosses> found = new ArrayList<>(all.stream()
                .map(Losses::report)
                .sorted(Comparator.comparingLong(ClientLosses::total).reversed())
                .limit(CLIENTS_MAX)
                .toList());
        Map<Fate, Long> others = new EnumMap<>(Fate.class);
        long total = 0;
        for (Fate fate : FATES) {
            if (fate.isLoss()) {
                long rest = count(fate);
                for (ClientLosses each : found) {
                    rest -= each.byFate.getOrDefault(fate, 0L);
                }
                if (rest > 0) {
                    others.put(fate, rest);
                    total += rest;
                }
            }
        }
        if (total > 0) {
            found.add(new ClientLosses("others", total, others));
        }
        return found;
    }

    // ---- to be written, by the owning shard

    /** A message came in and was decided at once. */
    public void received(Intake intake) {
        received.increment();
        intakes[intake.ordinal()].increment();
    }

    /** A message came in, and its fate comes later. */
    public void held(int messages) {
        received.add(messages);
        held.add(messages);
    }

    /** One of those that were held was decided. */
    public void released(Intake intake) {
        held.decrement();
        intakes[intake.ordinal()].increment();
    }

    /** The page of one subscriber. */
    public Account account(String subscriber) {
        return new Account(this, subscriber);
    }

    /** One subscriber's page. Used on the owning shard only. */
    public static final class Account {
        private final Ledger ledger;
        private final String subscriber;
        /** Null until the first loss. */
        private @Nullable Losses losses;

        private Account(Ledger ledger, String subscriber) {
            this.ledger = ledger;
            this.subscriber = subscriber;
        }

        /** A match gave it a message. */
        public void matched() {
            ledger.matched.increment();
        }

        /** The message waits. */
        public void waits() {
            ledger.pending.increment();
        }

        /** A message that did not wait has ended. */
        public void ended(Fate fate) {
            ledger.fates[fate.ordinal()].increment();
            if (fate.isLoss()) {
                lost(fate);
            }
        }

        /** A message that waited has ended. */
        public void settled(Fate fate) {
            ledger.pending.decrement();
            ended(fate);
        }

        /** What was thought to be sent was not, for this reason. */
        public void notSent(Fate fate) {
            ledger.fates[Fate.SENT.ordinal()].decrement();
            ended(fate);
        }

        private void lost(Fate fate) {
            Losses page = losses;
            if (page == null) {
                page = ledger.losses(subscriber);
                losses = page;
            }
            page.add(fate);
            ledger.list(page);
        }
    }

    private Losses losses(String subscriber) {
        for (Losses known : listed.getPlain()) {
            if (known.subscriber.equals(subscriber)) {
                return known;
            }
        }
        return new Losses(subscriber);
    }

    /** Puts it into the list if it belongs there by now. */
    private void list(Losses page) {
        List<Losses> now = listed.getPlain();
        if (page.listed || (now.size() >= CLIENTS_MAX && page.total <= listedMin)) {
            return;
        }
        List<Losses> next = new ArrayList<>(now);
        if (now.size() >= CLIENTS_MAX) {
            Losses least = now.getFirst();
            for (Losses each : now) {
                least = each.total < least.total ? each : least;
            }
            listedMin = least.total;
            if (page.total <= listedMin) {
                return;
            }
            least.listed = false;
            next.remove(least);
        }
        page.listed = true;
        next.add(page);
        listed.set(List.copyOf(next));
    }

    /** What one subscriber has lost. */
    private static final class Losses {
        private final String subscriber;
        private final Counter[] byFate = new Counter[FATES.length];
        private long total;
        private boolean listed;

        Losses(String subscriber) {
            this.subscriber = subscriber;
            for (int i = 0; i < byFate.length; i++) {
                byFate[i] = new Counter();
            }
        }

        void add(Fate fate) {
            total++;
            byFate[fate.ordinal()].increment();
        }

        ClientLosses report() {
            Map<Fate, Long> counts = new EnumMap<>(Fate.class);
            long sum = 0;
            for (Fate fate : FATES) {
                long count = byFate[fate.ordinal()].value();
                if (count > 0) {
                    counts.put(fate, count);
                    sum += count;
                }
            }
            return new ClientLosses(subscriber, sum, counts);
        }
    }
}
