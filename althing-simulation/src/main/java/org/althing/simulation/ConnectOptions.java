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
 * @param lasts whether the session outlives the connection
 */
record ConnectOptions(
        ProtocolVersion version,
        boolean cleanStart,
        boolean lasts,
        int receiveMaximum,
        @Nullable Publication will) {
    private static final int SIXTEEN_BITS = 0xFFFF;
    private static final long FOR_EVER = 0xFFFF_FFFFL;
    private static final long AN_HOUR = 3_600;

    Connect packet(String clientId) {
        Properties.Builder properties = Properties.builder();
        if (version == ProtocolVersion.MQTT_5) {
            if (receiveMaximum < SIXTEEN_BITS) {
                properties.set(Property.RECEIVE_MAXIMUM, receiveMaximum);
            }
            if (lasts) {
                properties.set(Property.SESSION_EXPIRY_INTERVAL, receiveMaximum % 2 == 0 ? FOR_EVER : AN_HOUR);
            }
        }
        Will message = will == null ? null : new Will(will.message, 0);
        return new Connect(version, false, clientId, cleanStart, 0, null, null, message, properties.build());
    }
}
