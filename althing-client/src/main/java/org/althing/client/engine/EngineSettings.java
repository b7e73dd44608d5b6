package org.althing.client.engine;

import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.Property;

/**
 * What an engine is told once.
 *
 * @param connect the CONNECT to send. At a reconnect its Clean Start is cleared where the session is to survive
 * @param inFlightMax messages of QoS 1 and 2 to have unacknowledged at most, whatever the server allows
 * @param queueMessagesMax messages to hold back at most
 * @param queueBytesMax bytes of topics and payloads to hold back at most
 * @param connAckTimeoutNanos how long the server may take to answer CONNECT
 */
public record EngineSettings(
        Connect connect, int inFlightMax, int queueMessagesMax, long queueBytesMax, long connAckTimeoutNanos) {
    /** What the protocol allows at most: a Remaining Length of four bytes. */
    private static final int PACKET_SIZE_MAX = 268_435_460;

    int receiveMaximum() {
        return (int) connect.properties().integer(Property.RECEIVE_MAXIMUM, 65_535);
    }

    int topicAliasMaximum() {
        return (int) connect.properties().integer(Property.TOPIC_ALIAS_MAXIMUM, 0);
    }

    int packetSizeMax() {
        return (int)
                Math.min(connect.properties().integer(Property.MAXIMUM_PACKET_SIZE, PACKET_SIZE_MAX), PACKET_SIZE_MAX);
    }

    boolean sessionSurvives() {
        return connect.version().hasProperties()
                ? connect.properties().integer(Property.SESSION_EXPIRY_INTERVAL, 0) > 0
                : !connect.cleanStart();
    }
}
