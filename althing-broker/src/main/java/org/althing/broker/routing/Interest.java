package org.althing.broker.routing;

import java.util.Arrays;
import org.althing.mqtt.Qos;
import org.jspecify.annotations.Nullable;

/**
 * What one subscriber's matching subscriptions add up to for one publication: a single delivery with the maximum QoS of
 * them and all their identifiers ([MQTT-3.3.4-2], [MQTT-3.3.4-3]).
 *
 * <p>It is the subscriber's scratch paper: reused for each publication, so that the fan-out allocates nothing.
 */
public final class Interest {
    private final Subscriber subscriber;
    private long publication;
    private @Nullable Qos qos;
    private boolean retainAsPublished;
    private int[] identifiers = {};

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
        if (qos == null || subscription.qos().compareTo(qos) > 0) {
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

    void deliver(RoutedMessage message) {
        Qos published = message.message().qos();
        Qos granted = qos == null ? published : Qos.min(qos, published);
        subscriber.deliver(
                message, granted, retainAsPublished && message.message().retain(), identifiers);
    }
}
