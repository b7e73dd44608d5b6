package org.althing.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketEncoder;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

/** Whatever one client sends, it harms nobody else, and is no bug of ours: the log has no error line. */
class BadInputProperties {
    @Test
    void no_bytes_harm_another_client() {
        Rig rig = new Rig();
        TestClient bystander = rig.client().speak(ProtocolVersion.MQTT_3_1_1);
        bystander.send(new ControlPacket.Connect(
                ProtocolVersion.MQTT_3_1_1, false, "bystander", true, 0, null, null, null, Properties.NONE));
        bystander.accepted();
        Gen.forAll(3_000, gen -> {
            TestClient bad = rig.client();
            byte[] bytes = session(gen);
            if (gen.oneIn(4)) {
                bytes = gen.bytes(64);
            }
            for (int i = gen.between(0, 3); i > 0 && bytes.length > 0; i--) {
                bytes[gen.between(0, bytes.length - 1)] = (byte) gen.between(0, 255);
            }
            bad.peer.send(bytes);
            rig.idle(); // fails if the log has an error line
            bad.peer.transport().abort();
            rig.idle();
        });
        bystander.subscribe("still/here", Qos.AT_MOST_ONCE);
        bystander.send(PingReq.INSTANCE);
        assertThat(bystander.receive()).contains(ControlPacket.PingResp.INSTANCE);
        assertThat(rig.broker.counters().connections.value()).isEqualTo(1);
        assertThat(rig.broker.counters().clientsConnected.value()).isEqualTo(1);
    }

    /** CONNECT and some packets in an order that no sane client has. */
    private static byte[] session(Gen gen) {
        ProtocolVersion version = gen.pick(ProtocolVersion.values());
        PacketBuffer buffer = new PacketBuffer(64);
        PacketEncoder encoder = new PacketEncoder(version);
        String clientId = gen.pick("a", "b");
        encoder.encode(
                new ControlPacket.Connect(version, false, clientId, gen.bool(), 0, null, null, null, Properties.NONE),
                buffer);
        for (int i = gen.between(0, 12); i > 0; i--) {
            encoder.encode(packet(gen), buffer);
        }
        byte[] bytes = new byte[buffer.length()];
        buffer.view().get(bytes);
        return bytes;
    }

    private static ControlPacket packet(Gen gen) {
        int identifier = gen.between(1, 3);
        return switch (gen.between(0, 9)) {
            case 0, 1, 2 -> {
                Qos qos = gen.pick(Qos.values());
                String topic = gen.pick("t", "t/u", "$SYS/x", "deep/" + "x/".repeat(gen.between(0, 300)));
                yield TestClient.packet(
                        topic, gen.bool() ? "" : "x", qos, gen.bool(), qos == Qos.AT_MOST_ONCE ? 0 : identifier);
            }
            case 3 -> new ControlPacket.PubAck(identifier, ReasonCode.SUCCESS);
            case 4 -> new ControlPacket.PubRec(identifier, ReasonCode.SUCCESS);
            case 5 -> new ControlPacket.PubRel(identifier, ReasonCode.SUCCESS);
            case 6 -> new ControlPacket.PubComp(identifier, ReasonCode.SUCCESS);
            case 7 ->
                new ControlPacket.Subscribe(
                        identifier,
                        List.of(new ControlPacket.Subscribe.Request(
                                TopicFilter.of(gen.pick("#", "t/+", "t", "$share/g/t", "+/" + "+/".repeat(250) + "#")),
                                SubscriptionOptions.of(gen.pick(Qos.values())))),
                        Properties.NONE);
            case 8 ->
                new ControlPacket.Unsubscribe(
                        identifier, List.of(TopicFilter.of(gen.pick("#", "t/+", "t"))), Properties.NONE);
            default -> PingReq.INSTANCE;
        };
    }
}
