package org.althing.broker.routing;

import org.althing.mqtt.Qos;

/** One who gets messages. */
public interface Subscriber {
    String clientId();

    /** The partition that it belongs to; see {@link Partitions}. */
    int partition();

    /** Whether a message that needs an acknowledgement would be dropped now, because it could neither be sent nor wait. */
    boolean isFull();

    /**
     * Takes a message, once per publication, however many subscriptions match. Called in the middle of a fan-out: nothing
     * here may publish, subscribe or unsubscribe.
     *
     * @param qos at which it is to be sent
     * @param retain the RETAIN flag that is to be sent
     * @param subscriptionIdentifiers of all matching subscriptions; the array is shared, and not to be changed
     */
    void deliver(RoutedMessage message, Qos qos, boolean retain, int[] subscriptionIdentifiers);
}
