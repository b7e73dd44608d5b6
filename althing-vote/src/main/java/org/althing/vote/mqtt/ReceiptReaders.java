package org.althing.vote.mqtt;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.althing.broker.AccessControl;
import org.althing.broker.Client;
import org.althing.broker.Denial;
import org.althing.broker.Rights;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Who is sent a receipt: the client that sent the ballot, and nobody else, whatever it subscribed to; where the broker
 * checks user names, the voter's other clients too. All other topics are decided by the rules that stand behind.
 *
 * <p>Two clients may vote under one name within a millisecond, and the broker asks about a topic only. So each receipt
 * has a {@link TopicName} object of its own, and the reader is found by that very object, not by its text.
 */
final class ReceiptReaders implements AccessControl {
    /** After so long every subscriber has been asked about, on the busiest machine. */
    private static final long KEPT_NANOS = 10_000_000_000L;

    /** So many are kept that long; of more, the oldest only {@link #KEPT_OF_MANY_NANOS}: memory is not to be filled. */
    static final int MANY = 20_000;

    private static final long KEPT_OF_MANY_NANOS = 2_000_000_000L;

    private final VoteTopics topics;
    private final boolean usersAreProven;
    private final AccessControl others;
    private final Clock clock;
    private final Map<Very, String> readers = new ConcurrentHashMap<>();
    /** Those of {@link #readers}, the oldest first; owned by the box's loop. */
    private final Deque<Expiring> expiring = new ArrayDeque<>();

    /** An object, by what it is and not by what it says. */
    private record Very(TopicName topic) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Very that && that.topic == topic;
        }

        @Override
        public int hashCode() {
            return topic.hashCode();
        }
    }

    private record Expiring(Very topic, long nanos) {} // since when

    ReceiptReaders(VoteTopics topics, boolean usersAreProven, AccessControl others, Clock clock) {
        this.topics = topics;
        this.usersAreProven = usersAreProven;
        this.others = others;
        this.clock = clock;
    }

    /** Lets the client read the receipt that is now published under this topic object. On the box's loop. */
    void allow(TopicName topic, String clientId) {
        long now = clock.nanos();
        while (!expiring.isEmpty()
                && now - expiring.getFirst().nanos >= (expiring.size() > MANY ? KEPT_OF_MANY_NANOS : KEPT_NANOS)) {
            readers.remove(expiring.removeFirst().topic);
        }
        Very very = new Very(topic);
        readers.put(very, clientId);
        expiring.add(new Expiring(very, now));
    }

    /** How many receipts are remembered. */
    int size() {
        return readers.size();
    }

    @Override
    public Rights rights(Client client) {
        return new Reader(client, others.rights(client));
    }

    private boolean mayRead(Client client, TopicName topic) {
        return client.clientId().equals(readers.get(new Very(topic)))
                || usersAreProven
                        && client.userName() != null
                        && VoteTopics.encode(client.userName())
                                .equals(topic.levels().getLast());
    }

    private final class Reader implements Rights {
        private static final Denial NOT_YOURS = Denial.of("the receipt is another voter's");

        private final Client client;
        private final Rights others;

        Reader(Client client, Rights others) {
            this.client = client;
            this.others = others;
        }

        @Override
        public @Nullable Denial publish(TopicName topic) {
            return others.publish(topic);
        }

        @Override
        public @Nullable Denial receive(TopicName topic) {
            if (topics.isReceipt(topic)) {
                return mayRead(client, topic) ? null : NOT_YOURS;
            }
            return others.receive(topic);
        }

        @Override
        public @Nullable Denial subscribe(TopicFilter filter) {
            return others.subscribe(filter);
        }

        @Override
        public @Nullable Denial unsubscribe(TopicFilter filter) {
            return others.unsubscribe(filter);
        }

        @Override
        public boolean isCurrent() {
            return others.isCurrent();
        }
    }
}
