package org.althing.mqtt;

/**
 * Subscription Options of MQTT 5.0, section 3.8.3.1; earlier versions have the QoS alone.
 *
 * @param qos the maximum QoS at which the Server may send
 * @param noLocal not to be sent what the same client published
 * @param retainAsPublished keep the RETAIN flag as published
 * @param retainHandling which retained messages are sent at subscribing
 */
public record SubscriptionOptions(Qos qos, boolean noLocal, boolean retainAsPublished, RetainHandling retainHandling) {

    /** Retain Handling: which retained messages a SUBSCRIBE asks for, in the order of the wire values 0, 1, 2. */
    public enum RetainHandling {
        SEND,
        SEND_IF_NEW,
        DO_NOT_SEND
    }

    private static final SubscriptionOptions[] PLAIN = {
        plain(Qos.AT_MOST_ONCE), plain(Qos.AT_LEAST_ONCE), plain(Qos.EXACTLY_ONCE)
    };

    private static SubscriptionOptions plain(Qos qos) {
        return new SubscriptionOptions(qos, false, false, RetainHandling.SEND);
    }

    /** The options of a SUBSCRIBE before MQTT 5.0. */
    public static SubscriptionOptions of(Qos qos) {
        return PLAIN[qos.level()];
    }

    /** The same with another QoS. */
    public SubscriptionOptions withQos(Qos other) {
        return other == qos ? this : new SubscriptionOptions(other, noLocal, retainAsPublished, retainHandling);
    }
}
