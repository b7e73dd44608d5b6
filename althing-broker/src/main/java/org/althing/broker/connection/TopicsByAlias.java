package org.althing.broker.connection;

import java.util.Arrays;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** The topics that the client has given aliases to, on this connection ([MQTT-3.3.2-7]). */
final class TopicsByAlias {
    private static final @Nullable TopicName[] NONE = {};

    private final int max;
    /** By alias less one; as long as the highest alias so far has asked for. */
    private @Nullable TopicName[] topics = NONE;

    /** @param max Topic Alias Maximum of CONNACK, 0 to 65,535 */
    TopicsByAlias(int max) {
        this.max = max;
    }

    /**
     * The PUBLISH as it would be without an alias. Its alias, if it has one with a topic, is remembered from now on.
     *
     * @throws MalformedPacketException if the alias is larger than the maximum ([MQTT-3.3.2-9]), or stands alone and
     *     was never given a topic (section 3.3.2.3.4: a Protocol Error)
     */
    Publish resolve(Publish packet) throws MalformedPacketException {
        int alias = packet.topicAlias();
        if (alias == 0) {
            return packet;
        }
        if (alias > max) {
            throw new MalformedPacketException(
                    ReasonCode.TOPIC_ALIAS_INVALID, "PUBLISH: topic alias " + alias + ", more than " + max);
        }
        TopicName topic = packet.message().topic();
        if (topic != TopicName.ALIASED) {
            remember(alias, topic); // [MQTT-3.3.2-12]
        } else {
            topic = known(alias);
        }
        ApplicationMessage message = packet.message();
        return new Publish(
                packet.duplicate(),
                packet.packetIdentifier(),
                0,
                new ApplicationMessage(
                        topic, message.payload(), message.qos(), message.retain(), message.properties()));
    }

    private void remember(int alias, TopicName topic) {
        if (alias > topics.length) {
            topics = Arrays.copyOf(topics, Math.min(max, Math.max(alias, 2 * topics.length)));
        }
        topics[alias - 1] = topic;
    }

    private TopicName known(int alias) throws MalformedPacketException {
        TopicName topic = alias > topics.length ? null : topics[alias - 1];
        if (topic == null) {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR, "PUBLISH: topic alias " + alias + " stands for no topic");
        }
        return topic;
    }
}
