package org.althing.simulation;

import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Will;
import org.jspecify.annotations.Nullable;

/**
 * How a client connects. It repeats the same until it is answered, so that it always knows what it asked for.
 *
 * @param expirySeconds Session Expiry Interval; {@link Expiry#NO_END} also stands for a session of older versions that lasts
 * @param willDelaySeconds only with a will, and MQTT 5.0
 * @param maximumPacketSize bytes that it takes; the highest number stands for no limit
 * @param keepAliveSeconds 0 for none
 * @param riddle whether it is authenticated by {@link Riddle}
 * @param stranger whether the authenticator refuses it
 */
record ConnectOptions(
        ProtocolVersion version,
        boolean cleanStart,
        long expirySeconds,
        int receiveMaximum,
        int topicAliasMaximum,
        int maximumPacketSize,
        @Nullable Publication will,
        int willDelaySeconds,
        int keepAliveSeconds,
        boolean riddle,
        boolean stranger) {
    private static final int SIXTEEN_BITS = 0xFFFF;

    /** Of the header and the properties of a PUBLISH, at most. */
    private static final int AROUND_PAYLOAD = 100;

    /** The user name of those whom the authenticator refuses. */
    static final String STRANGER = "stranger";

    boolean lasts() {
        return expirySeconds > 0;
    }

    /** Whether a message may be too large for one who takes so many bytes: then it counts as taken ([MQTT-3.1.2-25]). */
    static boolean mayBeTooLarge(Publication publication, int packetBytesMax) {
        return publication.message.payload().length() > packetBytesMax - AROUND_PAYLOAD;
    }

    Connect packet(String clientId) {
        Properties.Builder properties = Properties.builder();
        if (version == ProtocolVersion.MQTT_5) {
            if (receiveMaximum < SIXTEEN_BITS) {
                properties.set(Property.RECEIVE_MAXIMUM, receiveMaximum);
            }
            if (lasts()) {
                properties.set(Property.SESSION_EXPIRY_INTERVAL, expirySeconds);
            }
            if (riddle) {
                properties.set(Property.AUTHENTICATION_METHOD, Riddle.NAME);
            }
            if (maximumPacketSize < Integer.MAX_VALUE) {
                properties.set(Property.MAXIMUM_PACKET_SIZE, maximumPacketSize);
            }
            if (topicAliasMaximum > 0) {
                properties.set(Property.TOPIC_ALIAS_MAXIMUM, topicAliasMaximum);
            }
        }
        Will message = will == null ? null : new Will(will.message, willDelaySeconds);
        String userName = stranger ? STRANGER : null;
        return new Connect(
                version, false, clientId, cleanStart, keepAliveSeconds, userName, null, message, properties.build());
    }
}
