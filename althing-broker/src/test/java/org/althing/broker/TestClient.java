package org.althing.broker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.PacketEncoder;
import org.althing.net.memory.MemoryPeer;
import org.jspecify.annotations.Nullable;

/** A client that sends exactly what the test says, and answers nothing by itself. */
final class TestClient {
    final MemoryPeer peer;
    private final Rig rig;
    private ProtocolVersion version = ProtocolVersion.MQTT_5;
    private PacketDecoder decoder = new PacketDecoder(PacketDecoder.Sender.SERVER, Integer.MAX_VALUE);

    TestClient(Rig rig) {
        this.rig = rig;
        try {
            peer = rig.engine.peer(Rig.ADDRESS);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        speak(ProtocolVersion.MQTT_5);
    }

    TestClient speak(ProtocolVersion spoken) {
        version = spoken;
        decoder = new PacketDecoder(PacketDecoder.Sender.SERVER, Integer.MAX_VALUE);
        decoder.version(spoken);
        return this;
    }

    // ---- CONNECT in its forms

    /** MQTT 5.0, Clean Start, the session ends with the connection. */
    TestClient connect(String clientId) {
        return connect(clientId, true, 0);
    }

    TestClient connect(String clientId, boolean cleanStart, long expirySeconds) {
        return connect(clientId, cleanStart, expirySeconds, null, Properties.NONE);
    }

    TestClient connect(
            String clientId, boolean cleanStart, long expirySeconds, @Nullable Will will, Properties properties) {
        Properties.Builder all = properties.toBuilder();
        if (expirySeconds > 0) {
            all.set(Property.SESSION_EXPIRY_INTERVAL, expirySeconds);
        }
        send(new ControlPacket.Connect(
                ProtocolVersion.MQTT_5, false, clientId, cleanStart, 60, null, null, will, all.build()));
        return this;
    }

    /** MQTT 5.0, with a user name and no password. */
    TestClient connectAs(String clientId, String userName, boolean cleanStart, long expirySeconds) {
        Properties properties = Properties.builder()
                .set(Property.SESSION_EXPIRY_INTERVAL, expirySeconds)
                .build();
        return send(new ControlPacket.Connect(
                ProtocolVersion.MQTT_5, false, clientId, cleanStart, 60, userName, null, null, properties));
    }

    /** MQTT 3.1.1. */
    TestClient connect311(String clientId, boolean cleanSession) {
        speak(ProtocolVersion.MQTT_3_1_1);
        send(new ControlPacket.Connect(
                ProtocolVersion.MQTT_3_1_1, false, clientId, cleanSession, 60, null, null, null, Properties.NONE));
        return this;
    }

    /** Expects CONNACK with success, and returns it. */
    ControlPacket.ConnAck accepted() {
        ControlPacket.ConnAck answer = connAck();
        if (answer.reasonCode() != ReasonCode.SUCCESS) {
            throw new AssertionError(answer.toString());
        }
        return answer;
    }

    ControlPacket.ConnAck connAck() {
        List<ControlPacket> packets = receive();
        if (packets.size() == 1 && packets.getFirst() instanceof ControlPacket.ConnAck answer) {
            return answer;
        }
        throw new AssertionError("CONNACK expected, not " + packets);
    }

    // ---- packets

    TestClient send(ControlPacket... packets) {
        PacketBuffer buffer = new PacketBuffer(64);
        PacketEncoder encoder = new PacketEncoder(version);
        for (ControlPacket packet : packets) {
            encoder.encode(packet, buffer);
        }
        byte[] bytes = new byte[buffer.length()];
        buffer.view().get(bytes);
        peer.send(bytes);
        return this;
    }

    /** Everything that has come by the time nothing is under way any more. */
    List<ControlPacket> receive() {
        rig.idle();
        return received();
    }

    /** Everything that has come by now. */
    List<ControlPacket> received() {
        ByteBuffer bytes = ByteBuffer.wrap(peer.takeReceived());
        List<ControlPacket> packets = new ArrayList<>();
        try {
            for (ControlPacket packet = decoder.decode(bytes); packet != null; packet = decoder.decode(bytes)) {
                packets.add(packet);
            }
        } catch (MalformedPacketException e) {
            throw new AssertionError(e);
        }
        return packets;
    }

    /** Subscribes and expects that it is granted; retained messages that come along are returned. */
    List<ControlPacket> subscribe(String filter, Qos qos) {
        return subscribe(filter, SubscriptionOptions.of(qos), 0);
    }

    List<ControlPacket> subscribe(String filter, SubscriptionOptions options, int identifier) {
        Properties properties = identifier == 0
                ? Properties.NONE
                : Properties.builder()
                        .set(Property.SUBSCRIPTION_IDENTIFIER, identifier)
                        .build();
        send(new ControlPacket.Subscribe(
                1, List.of(new ControlPacket.Subscribe.Request(TopicFilter.of(filter), options)), properties));
        List<ControlPacket> packets = new ArrayList<>(receive());
        boolean granted = packets.remove(
                (Object) new ControlPacket.SubAck(1, List.of(ReasonCode.granted(options.qos())), Properties.NONE));
        if (!granted) {
            throw new AssertionError("SUBACK expected, not " + packets);
        }
        return packets;
    }

    TestClient publish(String topic, String payload, Qos qos, int packetIdentifier) {
        return send(packet(topic, payload, qos, false, packetIdentifier));
    }

    static ControlPacket.Publish packet(String topic, String payload, Qos qos, boolean retain, int packetIdentifier) {
        return new ControlPacket.Publish(false, packetIdentifier, 0, message(topic, payload, qos, retain));
    }

    static ApplicationMessage message(String topic, String payload, Qos qos, boolean retain) {
        return new ApplicationMessage(TopicName.of(topic), Bytes.of(payload), qos, retain, Properties.NONE);
    }

    static ControlPacket.Publish again(ControlPacket.Publish packet) {
        return new ControlPacket.Publish(true, packet.packetIdentifier(), packet.topicAlias(), packet.message());
    }

    /** Payloads of the PUBLISH packets among these. */
    static List<String> payloads(List<ControlPacket> packets) {
        return packets.stream()
                .filter(ControlPacket.Publish.class::isInstance)
                .map(packet ->
                        ((ControlPacket.Publish) packet).message().payload().text())
                .toList();
    }

    boolean isClosed() {
        rig.idle();
        return peer.isEnded();
    }
}
