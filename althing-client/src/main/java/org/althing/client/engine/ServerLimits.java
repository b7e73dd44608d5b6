package org.althing.client.engine;

import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/** What the server said in CONNACK that it takes. */
record ServerLimits(int receiveMaximum, Qos qosMax, boolean retainAvailable, int topicAliasMaximum) {
    static ServerLimits of(Properties connAck) {
        return new ServerLimits(
                (int) connAck.integer(Property.RECEIVE_MAXIMUM, 65_535),
                Qos.of((int) connAck.integer(Property.MAXIMUM_QOS, 2)),
                connAck.integer(Property.RETAIN_AVAILABLE, 1) == 1,
                (int) connAck.integer(Property.TOPIC_ALIAS_MAXIMUM, 0));
    }

    /** Why it must not be sent a message, or null ([MQTT-3.2.2-11], [MQTT-3.2.2-14]). */
    @Nullable
    ReasonCode objection(ApplicationMessage message) {
        if (message.qos().compareTo(qosMax) > 0) {
            return ReasonCode.QOS_NOT_SUPPORTED;
        }
        return message.retain() && !retainAvailable ? ReasonCode.RETAIN_NOT_SUPPORTED : null;
    }
}
