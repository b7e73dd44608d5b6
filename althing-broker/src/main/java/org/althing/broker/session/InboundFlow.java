package org.althing.broker.session;

import org.althing.broker.Ledger;
import org.althing.broker.StateChange;
import org.althing.broker.routing.RoutedMessage;
import org.jspecify.annotations.Nullable;

/**
 * QoS 2 messages from one client that wait for PUBREL: method A of MQTT 5.0, figure 4.3, as in Mosquitto. A message is
 * held here and goes on its way at PUBREL; until then a PUBLISH with its packet identifier is a repeat.
 */
final class InboundFlow {
    /** What a packet identifier in use stands for. */
    sealed interface Received {
        /** A message that goes on its way at PUBREL; null for one that goes nowhere. */
        record Held(@Nullable RoutedMessage message) implements Received {}

        /** One that is not decided yet: its PUBREC is still to come. */
        record Undecided(Interception interception) implements Received {}
    }

    private static final Received.Held NOWHERE = new Received.Held(null);

    private final String clientId;
    private final SessionChanges changes;
    private final Ledger ledger;
    /** Null before the first one. */
    private @Nullable IdentifierMap<Received> received;

    InboundFlow(String clientId, SessionChanges changes, Ledger ledger) {
        this.clientId = clientId;
        this.changes = changes;
        this.ledger = ledger;
    }

    @Nullable
    Received get(int packetIdentifier) {
        return received == null ? null : received.get(packetIdentifier);
    }

    private IdentifierMap<Received> received() {
        IdentifierMap<Received> all = received == null ? new IdentifierMap<>() : received;
        received = all;
        return all;
    }

    int size() {
        return received == null ? 0 : received.size();
    }

    void undecided(int packetIdentifier, Interception interception) {
        received().put(packetIdentifier, new Received.Undecided(interception));
    }

    /** Holds the message until PUBREL; null for one that goes nowhere. */
    void hold(int packetIdentifier, @Nullable RoutedMessage message) {
        received().put(packetIdentifier, message == null ? NOWHERE : new Received.Held(message));
        if (message != null) {
            changes.hold(message);
        }
        if (changes.isDurable()) {
            changes.append(
                    new StateChange.ReceivedPut(clientId, packetIdentifier, message == null ? 0 : message.storedId()));
        }
    }

    /** Forgets an undecided one, which was refused. */
    void refuse(int packetIdentifier) {
        received().remove(packetIdentifier);
    }

    /** PUBREL came: what is held goes on its way now, and then {@link #letGo}. */
    void release(int packetIdentifier) {
        received().remove(packetIdentifier);
        if (changes.isDurable()) {
            changes.append(new StateChange.ReceivedRemoved(clientId, packetIdentifier));
        }
    }

    /** What was held has gone on its way, or never will. */
    void letGo(Received removed) {
        if (removed instanceof Received.Held held && held.message() != null) {
            changes.release(held.message());
        }
    }

    /** The session ends; its records go with it, but each message loses a reference. */
    void end() {
        if (received == null) {
            return;
        }
        for (Received each : received.values()) {
            if (each instanceof Received.Held held && held.message() != null) {
                ledger.released(Ledger.Intake.SESSION_ENDED);
            }
            letGo(each);
        }
        received = null;
    }

    /** Puts back what was held before this process began. */
    void restore(int packetIdentifier, @Nullable RoutedMessage message) {
        received().put(packetIdentifier, message == null ? NOWHERE : new Received.Held(message));
        if (message != null) {
            ledger.held(1);
        }
    }
}
