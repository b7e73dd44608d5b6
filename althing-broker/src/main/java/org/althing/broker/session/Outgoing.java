package org.althing.broker.session;

import java.util.ArrayList;
import java.util.List;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.InflightState;
import org.althing.broker.routing.Loan;
import org.althing.broker.routing.RoutedMessage;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Qos;
import org.jspecify.annotations.Nullable;

/** One message on its way to one client: first in the queue, then in flight. */
final class Outgoing {
    private static final int[] NO_IDENTIFIERS = {};

    final long sequence;
    final Qos qos;
    private final boolean retain;
    private final int[] subscriptionIdentifiers;

    /** Null from PUBREC on. */
    private @Nullable RoutedMessage message;

    /** 0 while it is queued. */
    int packetIdentifier;

    @Nullable
    InflightState state;

    /** Where it belongs to a share group until it is acknowledged; null where it is the session's own. */
    @Nullable
    Loan loan;

    /** Whether it takes a place of the window of the present connection. */
    boolean inWindow;

    /** Bytes of payload that it takes of the window. */
    int windowBytes;

    Outgoing(long sequence, @Nullable RoutedMessage message, Qos qos, boolean retain, int[] subscriptionIdentifiers) {
        this.sequence = sequence;
        this.message = message;
        this.qos = qos;
        this.retain = retain;
        this.subscriptionIdentifiers = subscriptionIdentifiers;
    }

    static Outgoing restored(long sequence, StateChange.Delivery delivery, @Nullable RoutedMessage message) {
        int[] identifiers = delivery.subscriptionIdentifiers().isEmpty()
                ? NO_IDENTIFIERS
                : new int[delivery.subscriptionIdentifiers().size()];
        for (int i = 0; i < identifiers.length; i++) {
            identifiers[i] = delivery.subscriptionIdentifiers().get(i);
        }
        return new Outgoing(sequence, message, delivery.qos(), delivery.retain(), identifiers);
    }

    @Nullable
    RoutedMessage message() {
        return message;
    }

    /** The message is no longer needed. */
    @Nullable
    RoutedMessage takeMessage() {
        RoutedMessage taken = message;
        message = null;
        return taken;
    }

    /** 0 when the message is no longer needed. */
    int payloadLength() {
        return message == null ? 0 : message.payloadLength();
    }

    /** Whether it could be sent now: false while its message is being read back. */
    boolean isLoaded() {
        return message == null || message.isLoaded();
    }

    boolean hasExpired(long nowMillis) {
        return message != null && message.hasExpired(nowMillis);
    }

    StateChange.Delivery delivery() {
        List<Integer> identifiers = new ArrayList<>(subscriptionIdentifiers.length);
        for (int identifier : subscriptionIdentifiers) {
            identifiers.add(identifier);
        }
        return new StateChange.Delivery(message == null ? 0 : message.storedId(), qos, retain, identifiers);
    }

    Publish packet(boolean duplicate, long nowMillis) {
        if (message == null) {
            throw new IllegalStateException("the message of packet " + packetIdentifier + " was received already");
        }
        return new Publish(
                duplicate, packetIdentifier, 0, message.forSubscriber(qos, retain, subscriptionIdentifiers, nowMillis));
    }
}
