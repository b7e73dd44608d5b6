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
 * @param stranger whether the authenticator refuses it
 */
record ConnectOptions(
        ProtocolVersion version,
        boolean cleanStart,
        long expirySeconds,
        int receiveMaximum,
        int topicAliasMaximum,
        @Nullable Publication will,
        int willDelaySeconds,
        boolean stranger) {
    private static final int SIXTEEN_BITS = 0xFFFF;

    /** The user name of those whom the authenticator refuses. */
    static final String STRANGER = "stranger";

    boolean lasts() {
        return expirySeconds > 0;
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
            if (topicAliasMaximum > 0) {
                properties.set(Property.TOPIC_ALIAS_MAXIMUM, topicAliasMaximum);
            }
        }
        Will message = will == null ? null : new Will(will.message, willDelaySeconds);
        String userName = stranger ? STRANGER : null;
        return new Connect(version, false, clientId, cleanStart, 0, userName, null, message, properties.build());
    }
}
