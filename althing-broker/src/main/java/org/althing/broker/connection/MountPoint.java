package org.althing.broker.connection;

import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;

/**
 * The part of all topics that the clients of a listener live in without seeing it ({@code mount_point}): put before their
 * topics and filters, and taken off what they are sent.
 *
 * <p>Mosquitto: a topic that does not begin with it, of a session that began elsewhere, is sent as it is; Response Topics
 * are not changed.
 */
final class MountPoint {
    private static final MountPoint NONE = new MountPoint("");

    private final String prefix;

    private MountPoint(String prefix) {
        this.prefix = prefix;
    }

    /** @param prefix empty for none */
    static MountPoint of(String prefix) {
        return prefix.isEmpty() ? NONE : new MountPoint(prefix);
    }

    /** Whether anything has to be done at all. */
    boolean isNone() {
        return prefix.isEmpty();
    }

    Publish in(Publish packet) throws MalformedPacketException {
        return isNone()
                ? packet
                : new Publish(packet.duplicate(), packet.packetIdentifier(), packet.topicAlias(), in(packet.message()));
    }

    private ApplicationMessage in(ApplicationMessage message) throws MalformedPacketException {
        try {
            return renamed(message, TopicName.of(prefix + message.topic()));
        } catch (IllegalArgumentException e) {
            throw tooLong();
        }
    }

    Will in(Will will) throws MalformedPacketException {
        return isNone() ? will : new Will(in(will.message()), will.delaySeconds());
    }

    ControlPacket.Subscribe in(ControlPacket.Subscribe packet) throws MalformedPacketException {
        if (isNone()) {
            return packet;
        }
        List<ControlPacket.Subscribe.Request> requests = new ArrayList<>();
        for (ControlPacket.Subscribe.Request request : packet.requests()) {
            requests.add(new ControlPacket.Subscribe.Request(in(request.filter()), request.options()));
        }
        return new ControlPacket.Subscribe(packet.packetIdentifier(), requests, packet.properties());
    }

    ControlPacket.Unsubscribe in(ControlPacket.Unsubscribe packet) throws MalformedPacketException {
        if (isNone()) {
            return packet;
        }
        List<TopicFilter> filters = new ArrayList<>();
        for (TopicFilter filter : packet.filters()) {
            filters.add(in(filter));
        }
        return new ControlPacket.Unsubscribe(packet.packetIdentifier(), filters, packet.properties());
    }

    private TopicFilter in(TopicFilter filter) throws MalformedPacketException {
        String text = filter.toString();
        int from = 0;
        if (filter.isShared()) { // $share/NAME/FILTER
            from = text.indexOf('/', text.indexOf('/') + 1) + 1;
        }
        try {
            return TopicFilter.of(text.substring(0, from) + prefix + text.substring(from));
        } catch (IllegalArgumentException e) {
            throw tooLong();
        }
    }

    private static MalformedPacketException tooLong() {
        return new MalformedPacketException(
                ReasonCode.TOPIC_NAME_INVALID, "with the mount point the topic is too long");
    }

    Publish out(Publish packet) {
        String topic = packet.message().topic().toString();
        if (isNone() || !topic.startsWith(prefix) || topic.length() == prefix.length()) {
            return packet;
        }
        return new Publish(
                packet.duplicate(),
                packet.packetIdentifier(),
                packet.topicAlias(),
                renamed(packet.message(), TopicName.of(topic.substring(prefix.length()))));
    }

    private static ApplicationMessage renamed(ApplicationMessage message, TopicName topic) {
        return new ApplicationMessage(topic, message.payload(), message.qos(), message.retain(), message.properties());
    }
}
