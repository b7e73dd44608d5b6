package org.althing.client.engine;

import java.util.List;
import java.util.Set;
import org.althing.mqtt.ApplicationMessage;

/**
 * What a {@link SessionLog} remembered of a session.
 *
 * @param outgoing in the order in which they are to be sent (again)
 * @param received Packet Identifiers of messages of QoS 2 between their PUBREC and their PUBREL
 */
public record SavedSession(List<Outgoing> outgoing, Set<Integer> received) {
    /** Nothing. */
    public static final SavedSession EMPTY = new SavedSession(List.of(), Set.of());

    /** Keeps copies. */
    public SavedSession {
        outgoing = List.copyOf(outgoing);
        received = Set.copyOf(received);
    }

    /**
     * One message on its way to the server.
     *
     * @param packetIdentifier 0 if it was never sent
     * @param released whether its PUBREC has come
     */
    public record Outgoing(long key, ApplicationMessage message, int packetIdentifier, boolean released) {}
}
