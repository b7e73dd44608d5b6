package org.althing.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where a decoder of a server's packets does as libmosquitto, and that it does not by default. */
class LikeLibmosquittoTest {
    private static @Nullable ControlPacket decode(boolean like, ProtocolVersion version, String hex)
            throws MalformedPacketException {
        PacketDecoder decoder = new PacketDecoder(PacketDecoder.Sender.SERVER, 1_000);
        decoder.version(version);
        if (like) {
            decoder.likeLibmosquitto();
        }
        return decoder.decode(ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", ""))));
    }

    private static void refused(boolean like, ProtocolVersion version, String hex, ReasonCode code) {
        assertThatThrownBy(() -> decode(like, version, hex))
                .isInstanceOfSatisfying(
                        MalformedPacketException.class,
                        it -> assertThat(it.reasonCode()).isEqualTo(code));
    }

    @Test
    void it_refuses_control_characters_in_topics() throws MalformedPacketException {
        String packet = "30 05 0003 610162";
        refused(true, ProtocolVersion.MQTT_3_1_1, packet, ReasonCode.MALFORMED_PACKET);
        assertThat(decode(false, ProtocolVersion.MQTT_3_1_1, packet)).isInstanceOf(Publish.class);
    }

    @Test
    void it_takes_dup_with_qos_0_before_mqtt_5() throws MalformedPacketException {
        String packet = "38 03 0001 61";
        assertThat(decode(true, ProtocolVersion.MQTT_3_1_1, packet))
                .isInstanceOfSatisfying(
                        Publish.class, it -> assertThat(it.duplicate()).isFalse());
        refused(false, ProtocolVersion.MQTT_3_1_1, packet, ReasonCode.MALFORMED_PACKET);
        refused(true, ProtocolVersion.MQTT_5, "38 04 0001 61 00", ReasonCode.MALFORMED_PACKET);
    }

    @Test
    void it_calls_qos_3_a_protocol_error_where_all_else_is_whole() {
        refused(true, ProtocolVersion.MQTT_5, "36 06 0001 61 0001 00", ReasonCode.PROTOCOL_ERROR);
        refused(true, ProtocolVersion.MQTT_5, "36 05 0001 61 0001", ReasonCode.MALFORMED_PACKET);
        refused(false, ProtocolVersion.MQTT_5, "36 06 0001 61 0001 00", ReasonCode.MALFORMED_PACKET);
        refused(true, ProtocolVersion.MQTT_3_1_1, "36 05 0001 61 0001", ReasonCode.MALFORMED_PACKET);
    }

    @Test
    void it_calls_a_property_out_of_place_a_protocol_error_if_it_is_whole() {
        refused(true, ProtocolVersion.MQTT_5, "30 08 0001 61 04 1f 0001 61", ReasonCode.PROTOCOL_ERROR);
        refused(true, ProtocolVersion.MQTT_5, "30 05 0001 61 01 1f", ReasonCode.MALFORMED_PACKET);
        refused(false, ProtocolVersion.MQTT_5, "30 08 0001 61 04 1f 0001 61", ReasonCode.MALFORMED_PACKET);
    }

    @Test
    void it_refuses_a_second_subscription_identifier() throws MalformedPacketException {
        String packet = "30 08 0001 61 04 0b01 0b02";
        refused(true, ProtocolVersion.MQTT_5, packet, ReasonCode.PROTOCOL_ERROR);
        assertThat(decode(false, ProtocolVersion.MQTT_5, packet)).isInstanceOf(Publish.class);
    }

    @Test
    void it_takes_conn_ack_with_bytes_behind_and_with_data_without_a_method() throws MalformedPacketException {
        String longer = "20 04 00 00 00 00";
        String data = "20 07 00 00 04 16 0001 61";
        assertThat(decode(true, ProtocolVersion.MQTT_5, longer)).isInstanceOf(ConnAck.class);
        assertThat(decode(true, ProtocolVersion.MQTT_5, data)).isInstanceOf(ConnAck.class);
        refused(false, ProtocolVersion.MQTT_5, longer, ReasonCode.MALFORMED_PACKET);
        refused(false, ProtocolVersion.MQTT_5, data, ReasonCode.PROTOCOL_ERROR);
        refused(true, ProtocolVersion.MQTT_3_1_1, "20 03 00 00 00", ReasonCode.MALFORMED_PACKET);
    }

    @Test
    void it_takes_unsub_ack_without_codes_and_with_unknown_ones() throws MalformedPacketException {
        assertThat(decode(true, ProtocolVersion.MQTT_5, "b0 03 0001 00"))
                .isEqualTo(new UnsubAck(1, List.of(), Properties.NONE));
        assertThat(decode(true, ProtocolVersion.MQTT_5, "b0 05 0001 00 00 ff"))
                .isEqualTo(new UnsubAck(1, List.of(ReasonCode.SUCCESS, ReasonCode.UNSPECIFIED_ERROR), Properties.NONE));
        refused(false, ProtocolVersion.MQTT_5, "b0 03 0001 00", ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    void an_encoder_writes_a_topic_alias_where_it_stands() {
        Properties properties = Properties.builder()
                .set(Property.MESSAGE_EXPIRY_INTERVAL, 1)
                .set(Property.TOPIC_ALIAS, 7)
                .build();
        Publish packet = new Publish(
                false,
                0,
                0,
                new ApplicationMessage(TopicName.of("a"), Bytes.EMPTY, Qos.AT_MOST_ONCE, false, properties));
        PacketBuffer out = new PacketBuffer(64);
        PacketEncoder encoder = new PacketEncoder(ProtocolVersion.MQTT_5);
        assertThatThrownBy(() -> encoder.encode(packet, new PacketBuffer(64)))
                .isInstanceOf(IllegalArgumentException.class);
        encoder.likeLibmosquitto();
        encoder.encode(packet, out);
        byte[] bytes = new byte[out.length()];
        out.view().get(bytes);
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("300c" + "000161" + "08" + "0200000001" + "230007");
    }
}
