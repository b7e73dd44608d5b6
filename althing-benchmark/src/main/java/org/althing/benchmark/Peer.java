package org.althing.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.PacketEncoder;

/** A client of the least kind, over any {@link Wire}: it acknowledges what it gets, and counts. */
final class Peer {
    /** How bytes get to a broker and back. */
    interface Wire {
        void send(ByteBuffer bytes) throws IOException;

        /** Waits for more bytes, and gives them. */
        ByteBuffer receive() throws IOException;
    }

    private final Wire wire;
    private final PacketEncoder encoder = new PacketEncoder(ProtocolVersion.MQTT_3_1_1);
    private final PacketDecoder decoder = new PacketDecoder(PacketDecoder.Sender.SERVER, 1 << 20);
    private final PacketBuffer out = new PacketBuffer(1 << 14);
    private int messages;
    private int ended;
    private int answers;
    private int nextIdentifier = 1;

    /** With a session that ends with the connection. */
    Peer(Wire wire, String clientId) throws IOException {
        this(wire, clientId, true);
    }

    Peer(Wire wire, String clientId, boolean cleanSession) throws IOException {
        this.wire = wire;
        decoder.version(ProtocolVersion.MQTT_3_1_1);
        encode(new ControlPacket.Connect(
                ProtocolVersion.MQTT_3_1_1, false, clientId, cleanSession, 0, null, null, null, Properties.NONE));
        flush();
        awaitAnswers(1);
    }

    void subscribe(String filter, Qos qos) throws IOException {
        encode(new Subscribe(
                1,
                List.of(new Subscribe.Request(TopicFilter.of(filter), SubscriptionOptions.of(qos))),
                Properties.NONE));
        flush();
        awaitAnswers(1);
    }

    /** Sends so many messages in one piece, without waiting for anything. */
    void publish(TopicName topic, byte[] payload, Qos qos, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            int identifier = qos == Qos.AT_MOST_ONCE ? 0 : nextIdentifier;
            nextIdentifier = nextIdentifier == 65_535 ? 1 : nextIdentifier + 1;
            encode(new Publish(
                    false,
                    identifier,
                    0,
                    new ApplicationMessage(topic, Bytes.wrap(payload), qos, false, Properties.NONE)));
        }
        flush();
    }

    /** Waits for so many messages since the last call, and acknowledges them. */
    void awaitMessages(int count) throws IOException {
        while (messages < count) {
            read();
        }
        messages -= count;
    }

    /** Waits until so many messages of its own are acknowledged to the end since the last call. */
    void awaitEnded(int count) throws IOException {
        while (ended < count) {
            read();
        }
        ended -= count;
    }

    private void awaitAnswers(int count) throws IOException {
        while (answers < count) {
            read();
        }
        answers -= count;
    }

    private void read() throws IOException {
        ByteBuffer bytes = wire.receive();
        try {
            List<ControlPacket> packets = new ArrayList<>();
            for (ControlPacket next = decoder.decode(bytes); next != null; next = decoder.decode(bytes)) {
                packets.add(next);
            }
            packets.forEach(this::onPacket);
        } catch (MalformedPacketException e) {
            throw new IOException(e);
        }
        flush();
    }

    private void onPacket(ControlPacket packet) {
        switch (packet) {
            case Publish publish -> {
                messages++;
                switch (publish.message().qos()) {
                    case AT_MOST_ONCE -> {}
                    case AT_LEAST_ONCE -> encode(new PubAck(publish.packetIdentifier(), ReasonCode.SUCCESS));
                    case EXACTLY_ONCE -> encode(new PubRec(publish.packetIdentifier(), ReasonCode.SUCCESS));
                }
            }
            case PubRel release -> encode(new PubComp(release.packetIdentifier(), ReasonCode.SUCCESS));
            case PubRec received -> encode(new PubRel(received.packetIdentifier(), ReasonCode.SUCCESS));
            case PubAck acknowledged -> ended++;
            case PubComp completed -> ended++;
            default -> answers++;
        }
    }

    private void encode(ControlPacket packet) {
        encoder.encode(packet, out);
    }

    private void flush() throws IOException {
        if (!out.isEmpty()) {
            wire.send(out.view());
            out.clear();
        }
    }
}
