package org.althing.broker.routing;

import java.util.Arrays;
import org.althing.mqtt.Qos;

/**
 * What one subscriber's matching subscriptions add up to for one publication: a single delivery with the maximum QoS of
 * them and all their identifiers ([MQTT-3.3.4-2], [MQTT-3.3.4-3]).
 *
 * <p>It is the subscriber's scratch paper: reused for each publication, so that the fan-out allocates nothing.
 */
public final class Interest {
    private static final int[] NO_IDENTIFIERS = {};

    private final Subscriber subscriber;
    private long publication;
    private Qos qos = Qos.AT_MOST_ONCE;
    private boolean retainAsPublished;
    private int[] identifiers = NO_IDENTIFIERS;

    public Interest(Subscriber subscriber) {
        this.subscriber = subscriber;
    }

    /** Adds a matching subscription; true if it is this subscriber's first one for this publication. */
    boolean add(Subscription subscription, long number) {
        if (publication != number) {
            publication = number;
            qos = subscription.qos();
            retainAsPublished = subscription.options().retainAsPublished();
            identifiers = subscription.identifiers();
            return true;
        }
        if (subscription.qos().compareTo(qos) > 0) {
            qos = subscription.qos();
        }
        retainAsPublished |= subscription.options().retainAsPublished();
        if (subscription.identifier() != 0) {
            identifiers = Arrays.copyOf(identifiers, identifiers.length + 1);
            identifiers[identifiers.length - 1] = subscription.identifier();
        }
        return false;
    }

    Subscriber subscriber() {
        return subscriber;
    }

    /** The maximum QoS of the subscriptions added last. */
    Qos qos() {
        return qos;
    }

    boolean retainAsPublished() {
        return retainAsPublished;
    }

    /** A new array where they differ from before. */
    int[] identifiers() {
        return identifiers;
    }

    void deliver(RoutedMessage message) {
        subscriber.deliver(
                message,
                Qos.min(qos, message.message().qos()),
                retainAsPublished && message.message().retain(),
                identifiers);
    }
}
