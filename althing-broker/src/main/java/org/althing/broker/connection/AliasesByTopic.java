package org.althing.broker.connection;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * The aliases that the broker gives to topics on one connection: which topics are worth one.
 *
 * <h2>Who gets an alias, and who loses it</h2>
 *
 * <p>As long as aliases are free, the next topic gets one. Then a topic has to earn its place. Each alias has a credit:
 * it begins with 1 and grows by one with every message of its topic, up to {@value #CREDIT_MAX}. A message whose topic has no alias takes
 * one credit from one alias, the next one round the circle; if that had none left, the alias goes to the new topic. This
 * is the "frequent items" sketch of Misra and Gries, with a hand instead of a loop over all counters. So topics that
 * make a good part of the traffic keep their aliases however many rare ones pass by, where the least recently used
 * would lose them all; and since credit is bounded, a client whose topics change is served for the new ones soon.
 *
 * <p>A new meaning costs three bytes more than none, a known alias saves the topic name: names of up to three bytes are
 * not worth one.
 */
final class AliasesByTopic {
    /** One alias. Reused when it changes its topic. */
    static final class Alias {
        final int number;
        private TopicName topic;
        private int credit = CREDIT_OF_A_NEW_ONE;
        private boolean known;

        private Alias(int number, TopicName topic) {
            this.number = number;
            this.topic = topic;
        }

        /** Whether the client has been told, so that the topic name need not be sent again. */
        boolean isKnown() {
            return known;
        }

        /** The client is being told. */
        void told() {
            known = true;
        }
    }

    private static final int CREDIT_MAX = 8;
    /** Without it, topics that take turns would take each other's alias before it was of use to anybody. */
    private static final int CREDIT_OF_A_NEW_ONE = 1;

    private static final int BYTES_OF_AN_ALIAS = 3;

    private final int max;
    private final Map<TopicName, Alias> byTopic = new HashMap<>(4);
    private @Nullable Alias[] all = new @Nullable Alias[0];
    private int hand;

    /** @param max Topic Alias Maximum of the client, within the broker's own: 1 to 65,535 */
    AliasesByTopic(int max) {
        this.max = max;
    }

    /**
     * The alias to send a message of this topic with, or null for none. If it is not known yet it has to be sent with the
     * topic name, and {@link Alias#told} called; or the message is not sent, and the next one tells.
     */
    @Nullable
    Alias of(TopicName topic) {
        if (topic.utf8Length() <= BYTES_OF_AN_ALIAS) {
            return null;
        }
        Alias alias = byTopic.get(topic);
        if (alias != null) {
            alias.credit = Math.min(CREDIT_MAX, alias.credit + 1);
            return alias;
        }
        return byTopic.size() < max ? add(topic) : earn(topic);
    }

    private Alias add(TopicName topic) {
        int count = byTopic.size();
        if (count == all.length) {
            all = Arrays.copyOf(all, Math.min(max, Math.max(4, 2 * count)));
        }
        Alias alias = new Alias(count + 1, topic);
        all[count] = alias;
        byTopic.put(topic, alias);
        return alias;
    }

    private @Nullable Alias earn(TopicName topic) {
        Alias next = all[hand];
        hand = (hand + 1) % max;
        if (next == null) {
            throw new IllegalStateException("no alias " + hand + " among " + max);
        }
        if (next.credit > 0) {
            next.credit--;
            return null;
        }
        byTopic.remove(next.topic);
        next.topic = topic;
        next.known = false;
        next.credit = CREDIT_OF_A_NEW_ONE;
        byTopic.put(topic, next);
        return next;
    }
}
