package org.althing.broker.migration;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.PacketEncoder;

/** Properties as the file has them: those of a PUBLISH, behind their length; nothing at all where there are none. */
final class DbProperties {
    private static final byte[] TOPIC = {0, 1, 't'};

    private DbProperties() {}

    /** @throws MalformedPacketException if no PUBLISH can have them */
    static Properties read(ByteBuffer properties) throws MalformedPacketException {
        if (!properties.hasRemaining()) {
            return Properties.NONE;
        }
        int length = TOPIC.length + properties.remaining();
        ByteBuffer packet = ByteBuffer.allocate(5 + length).put((byte) 0x30);
        int rest = length;
        do {
            packet.put((byte) (rest > 0x7F ? rest & 0x7F | 0x80 : rest));
            rest >>= 7;
        } while (rest > 0);
        packet.put(TOPIC).put(properties.duplicate()).flip();
        PacketDecoder decoder = new PacketDecoder(PacketDecoder.Sender.SERVER, Integer.MAX_VALUE);
        decoder.version(ProtocolVersion.MQTT_5);
        return decoder.decode(packet) instanceof ControlPacket.Publish publish
                ? publish.message().properties()
                : Properties.NONE;
    }

    static ByteBuffer write(Properties properties) {
        if (properties.isEmpty()) {
            return ByteBuffer.allocate(0);
        }
        PacketBuffer buffer = new PacketBuffer(64);
        new PacketEncoder(ProtocolVersion.MQTT_5)
                .encode(
                        new ControlPacket.Publish(
                                false,
                                0,
                                0,
                                new ApplicationMessage(
                                        TopicName.of(new String(TOPIC, 2, 1, StandardCharsets.UTF_8)),
                                        Bytes.EMPTY,
                                        Qos.AT_MOST_ONCE,
                                        false,
                                        properties)),
                        buffer);
        ByteBuffer packet = buffer.view();
        packet.get();
        while ((packet.get() & 0x80) != 0) {
            continue;
        }
        packet.position(packet.position() + TOPIC.length);
        return ByteBuffer.allocate(packet.remaining()).put(packet).flip();
    }
}
