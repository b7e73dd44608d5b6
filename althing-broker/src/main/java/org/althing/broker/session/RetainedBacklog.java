package org.althing.broker.session;

import java.util.ArrayDeque;
import org.althing.broker.routing.RoutedMessage;
import org.althing.broker.routing.Subscription;
import org.althing.mqtt.Qos;
import org.jspecify.annotations.Nullable;

/**
 * Retained messages that a new subscription asked for and that are still to be sent.
 *
 * <p>One SUBSCRIBE may match very many. They leave as window and room allow, so that neither the queue nor the connection
 * grows with their number. What has been replaced or cleared meanwhile is not sent: the client has been sent the newer
 * message already.
 */
final class RetainedBacklog {
    record Entry(RoutedMessage message, Subscription subscription) {
        /** At which it is to be sent. */
        Qos qos() {
            return Qos.min(subscription.qos(), message.qos());
        }
    }

    /** Null while there are none: of most sessions always. */
    private @Nullable ArrayDeque<Entry> entries;

    void add(RoutedMessage message, Subscription subscription) {
        if (entries == null) {
            entries = new ArrayDeque<>();
        }
        entries.add(new Entry(message, subscription));
    }

    boolean isEmpty() {
        return entries == null;
    }

    @Nullable
    Entry first() {
        return entries == null ? null : entries.getFirst();
    }

    void removeFirst() {
        if (entries != null) {
            entries.removeFirst();
            if (entries.isEmpty()) {
                entries = null;
            }
        }
    }

    void clear() {
        entries = null;
    }
}
