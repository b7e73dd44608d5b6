package org.althing.broker.session;

import java.util.ArrayDeque;
import org.althing.broker.routing.RoutedMessage;
import org.althing.broker.routing.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Retained messages that a new subscription asked for and that are still to be sent.
 *
 * <p>One SUBSCRIBE may match very many. They leave as window and room allow, so that neither the queue nor the connection
 * grows with their number. What has been replaced or cleared meanwhile is not sent: the client has been sent the newer
 * message already.
 */
final class RetainedBacklog {
    private record Entry(RoutedMessage message, Subscription subscription) {}

    private final ArrayDeque<Entry> entries = new ArrayDeque<>(0);

    void add(RoutedMessage message, Subscription subscription) {
        entries.add(new Entry(message, subscription));
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    @Nullable
    RoutedMessage message() {
        return entries.isEmpty() ? null : entries.getFirst().message();
    }

    Subscription subscription() {
        return entries.getFirst().subscription();
    }

    void removeFirst() {
        entries.removeFirst();
    }

    void clear() {
        entries.clear();
    }
}
