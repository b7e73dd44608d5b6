package org.althing.client.engine;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.TopicName;

/**
 * Replaces topics that come again by numbers, as far as the server allows (MQTT 5.0, section 3.3.2.3.4).
 *
 * <p>A topic gets an alias at its second PUBLISH of late, so that one that never comes again costs nothing; when all
 * aliases are in use, the one unused for longest changes its topic. All of it is valid for one connection.
 */
final class TopicAliases {
    /** An alias costs three bytes; a topic as short as that is better sent. */
    private static final int TOPIC_BYTES_MIN = 4;

    private static final int LATELY = 64;

    private final Map<TopicName, Integer> aliases = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<TopicName, Boolean> seen = new LinkedHashMap<>();
    private final ArrayDeque<Integer> free = new ArrayDeque<>();

    /** A new connection, with aliases from 1 to that. */
    void connected(int maximum) {
        aliases.clear();
        seen.clear();
        free.clear();
        for (int alias = 1; alias <= maximum; alias++) {
            free.add(alias);
        }
    }

    /** Sends the packet with an alias if there is one for it. */
    boolean send(Publish packet, PacketSender sender) {
        TopicName topic = packet.message().topic();
        if ((free.isEmpty() && aliases.isEmpty()) || topic.utf8Length() < TOPIC_BYTES_MIN) {
            return sender.send(packet);
        }
        Integer known = aliases.get(topic);
        if (known != null) {
            return sender.send(
                    new Publish(packet.duplicate(), packet.packetIdentifier(), known, withoutTopic(packet.message())));
        }
        if (seen.remove(topic) == null) {
            remember(topic);
            return sender.send(packet);
        }
        int alias = free.isEmpty() ? leastUsed() : free.remove();
        if (sender.send(new Publish(packet.duplicate(), packet.packetIdentifier(), alias, packet.message()))) {
            aliases.put(topic, alias);
            return true;
        }
        free.add(alias);
        return sender.send(packet);
    }

    private static ApplicationMessage withoutTopic(ApplicationMessage message) {
        return new ApplicationMessage(
                TopicName.ALIASED, message.payload(), message.qos(), message.retain(), message.properties());
    }

    private void remember(TopicName topic) {
        if (seen.size() >= LATELY) {
            seen.remove(seen.keySet().iterator().next());
        }
        seen.put(topic, true);
    }

    private int leastUsed() {
        Map.Entry<TopicName, Integer> eldest = aliases.entrySet().iterator().next();
        aliases.remove(eldest.getKey());
        return eldest.getValue();
    }
}
