package org.althing.broker.routing;

import java.util.List;
import org.althing.mqtt.Qos;
import org.jspecify.annotations.Nullable;

/**
 * Who gets the messages on one topic, and how: what the matching {@link Interest}s add up to, in few objects that lie
 * close together. With very many topics the time goes into waiting for memory, and each subscription, its options and its
 * interest are one more wait. Holds only if no matching subscription says No Local, as it is the same for all publishers.
 */
final class Audience {
    private static final Qos[] QOS = Qos.values();
    private static final int QOS_BITS = 3;
    private static final int RETAIN_AS_PUBLISHED = 4;
    private static final int[] NO_IDENTIFIERS = {};

    private final Subscriber[] subscribers;
    /** Of each the granted QoS and Retain As Published. */
    private final byte[] options;
    /** Subscription Identifiers of each, or null if nobody has any. */
    private final int @Nullable [][] identifiers;
    /** Other shards that have matching subscriptions, as bits. */
    private final long peers;

    Audience(List<Interest> interests, long peers) {
        this.peers = peers;
        int count = interests.size();
        subscribers = new Subscriber[count];
        options = new byte[count];
        int[][] all = new int[count][];
        boolean any = false;
        for (int i = 0; i < count; i++) {
            Interest interest = interests.get(i);
            subscribers[i] = interest.subscriber();
            options[i] = (byte) (interest.qos().level() | (interest.retainAsPublished() ? RETAIN_AS_PUBLISHED : 0));
            all[i] = interest.identifiers();
            any |= all[i].length > 0;
        }
        identifiers = any ? all : null;
    }

    /** Subscribers of this shard. */
    int size() {
        return subscribers.length;
    }

    long peers() {
        return peers;
    }

    void deliver(RoutedMessage message) {
        Qos published = message.message().qos();
        boolean retain = message.message().retain();
        for (int i = 0; i < subscribers.length; i++) {
            int option = options[i];
            subscribers[i].deliver(
                    message,
                    Qos.min(QOS[option & QOS_BITS], published),
                    retain && (option & RETAIN_AS_PUBLISHED) != 0,
                    identifiers == null ? NO_IDENTIFIERS : identifiers[i]);
        }
    }

    /** Whether any of them would refuse a message now because its queue is full. */
    boolean refuses() {
        boolean refuses = false;
        for (Subscriber subscriber : subscribers) {
            refuses |= subscriber.isFull();
        }
        return refuses;
    }

    /** For tests: whether it holds this subscriber. */
    boolean holds(Subscriber subscriber) {
        return List.of(subscribers).contains(subscriber);
    }
}
