package org.althing.acceptance.crash;

import java.io.IOException;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;

/** Publishes single messages of QoS 1 with a Message Expiry Interval; repeats the last one until it is acknowledged. */
final class CrashSender extends CrashClient {
    private ControlPacket.Publish last = publish("nothing", "", 1);
    private boolean acknowledged = true;

    CrashSender(String clientId, int port) {
        super(clientId, port, CrashSubscriber.DURABLE_SECONDS, null);
    }

    private static ControlPacket.Publish publish(String topic, String payload, long expirySeconds) {
        Properties properties = Properties.builder()
                .set(Property.MESSAGE_EXPIRY_INTERVAL, expirySeconds)
                .build();
        return new ControlPacket.Publish(
                false,
                1,
                0,
                new ApplicationMessage(TopicName.of(topic), Bytes.of(payload), Qos.AT_LEAST_ONCE, false, properties));
    }

    /** After the one before is acknowledged. */
    synchronized void publishExpiring(String topic, String payload, long expirySeconds) {
        last = publish(topic, payload, expirySeconds);
        acknowledged = false;
        try {
            send(last);
        } catch (IOException gone) {
            cut();
        }
    }

    synchronized boolean isAcknowledged() {
        return acknowledged;
    }

    @Override
    void onPacket(ControlPacket packet) throws IOException {
        if (packet instanceof ControlPacket.PubAck) {
            acknowledged = true;
        } else if (packet instanceof ControlPacket.ConnAck && !acknowledged) {
            send(new ControlPacket.Publish(true, 1, 0, last.message()));
        }
    }
}
