package org.althing.client.engine;

import java.util.function.Supplier;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.Property;
import org.jspecify.annotations.Nullable;

/**
 * What an engine is told once; the CONNECT may change between connections ({@link ClientEngine#connectAs}).
 *
 * @param connect the CONNECT to send. At a reconnect its Clean Start is cleared where the session is to survive
 * @param inFlightMax messages of QoS 1 and 2 to have unacknowledged at most, whatever the server allows
 * @param queueMessagesMax messages to hold back at most
 * @param queueBytesMax bytes of topics and payloads to hold back at most
 * @param queueNanosMax for how long to hold a message back; {@link ClientEngine#NEVER} for without end
 * @param connAckTimeoutNanos how long the server may take to answer CONNECT
 * @param queueQos0 whether messages of QoS 0 wait for a connection as well
 * @param topicAliasesMax topic aliases to use at most, however many the server allows; 0 for none
 * @param likeLibmosquitto whether to do as libmosquitto does where that differs: messages under way go on even if the
 *     server says that it has no session, acknowledgements leave whatever Maximum Packet Size, DISCONNECT gives no
 *     words, and what the codec says of itself
 * @param authentication makes one exchange of enhanced authentication; null if there is none
 * @param log what must survive the end of the program
 */
public record EngineSettings(
        Connect connect,
        int inFlightMax,
        int queueMessagesMax,
        long queueBytesMax,
        long queueNanosMax,
        long connAckTimeoutNanos,
        boolean queueQos0,
        int topicAliasesMax,
        boolean likeLibmosquitto,
        @Nullable Supplier<Authentication> authentication,
        SessionLog log) {
    /** What the protocol allows at most: a Remaining Length of four bytes. */
    private static final int PACKET_SIZE_MAX = 268_435_460;

    /** Without what is optional. */
    public EngineSettings(
            Connect connect, int inFlightMax, int queueMessagesMax, long queueBytesMax, long connAckTimeoutNanos) {
        this(
                connect,
                inFlightMax,
                queueMessagesMax,
                queueBytesMax,
                ClientEngine.NEVER,
                connAckTimeoutNanos,
                false,
                0,
                false,
                null,
                SessionLog.NONE);
    }

    EngineSettings withConnect(Connect other) {
        return new EngineSettings(
                other,
                inFlightMax,
                queueMessagesMax,
                queueBytesMax,
                queueNanosMax,
                connAckTimeoutNanos,
                queueQos0,
                topicAliasesMax,
                likeLibmosquitto,
                authentication,
                log);
    }

    boolean hasProperties() {
        return connect.version().hasProperties();
    }

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
