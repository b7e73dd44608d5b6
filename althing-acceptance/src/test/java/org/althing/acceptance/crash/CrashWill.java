package org.althing.acceptance.crash;

import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;
import org.jspecify.annotations.Nullable;

/** A client that does nothing but have a will: the kill of the broker is the loss of its connection. */
final class CrashWill extends CrashClient {
    private ControlPacket.@Nullable Disconnect lastWords;

    CrashWill(String clientId, int port, long expirySeconds, String topic, long delaySeconds) {
        super(
                clientId,
                port,
                expirySeconds,
                new Will(
                        new ApplicationMessage(
                                TopicName.of(topic), Bytes.of("died"), Qos.AT_LEAST_ONCE, false, Properties.NONE),
                        delaySeconds));
    }

    @Override
    void onPacket(ControlPacket packet) {
        if (packet instanceof ControlPacket.Disconnect told) {
            lastWords = told;
        }
    }

    /** The last DISCONNECT that the broker sent. */
    synchronized ControlPacket.@Nullable Disconnect lastWords() {
        return lastWords;
    }
}
