package org.althing.mqtt.codec;

import static org.althing.mqtt.ProtocolVersion.MQTT_3_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_3_1_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_5;
import static org.althing.mqtt.ReasonCode.MALFORMED_PACKET;
import static org.althing.mqtt.ReasonCode.PROTOCOL_ERROR;
import static org.althing.mqtt.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

class ConnectTest {
    private static void same(ProtocolVersion version, Connect connect, String content) throws MalformedPacketException {
        byte[] bytes = Wire.packet(0x10, content);
        Wire.assertSame(Sender.CLIENT, version, connect, bytes);
        assertThat(Wire.decode(Sender.CLIENT, null, bytes)).isEqualTo(connect);
    }

    private static void refused(ReasonCode code, String... contents) {
        for (String content : contents) {
            Wire.assertRefused(code, Sender.CLIENT, null, Wire.packet(0x10, content));
        }
    }

    private static Connect decoded(String content) throws MalformedPacketException {
        return (Connect) Wire.decode(Sender.CLIENT, null, Wire.packet(0x10, content));
    }

    private static Connect plain(ProtocolVersion version, boolean bridge, String clientId) {
        return new Connect(version, bridge, clientId, true, 60, null, null, null, Properties.NONE);
    }

    @Test
    void the_smallest_connect_of_each_version() throws MalformedPacketException {
        same(MQTT_3_1, plain(MQTT_3_1, false, "p"), "\"MQIsdp\" 03 02 003C \"p\"");
        same(MQTT_3_1_1, plain(MQTT_3_1_1, false, "p"), "\"MQTT\" 04 02 003C \"p\"");
        same(MQTT_5, plain(MQTT_5, false, "p"), "\"MQTT\" 05 02 003C 00 \"p\"");
    }

    @Test
    void the_top_bit_of_the_level_marks_a_bridge() throws MalformedPacketException {
        same(MQTT_3_1, plain(MQTT_3_1, true, "b"), "\"MQIsdp\" 83 02 003C \"b\"");
        same(MQTT_3_1_1, plain(MQTT_3_1_1, true, "b"), "\"MQTT\" 84 02 003C \"b\"");
    }

    @Normative(
            value = {"MQTT-3.1.2-9", "MQTT-3.1.2-17", "MQTT-3.1.2-19", "MQTT-3.1.3-1"},
            v311 = {"MQTT-3.1.2-9", "MQTT-3.1.2-19", "MQTT-3.1.2-21", "MQTT-3.1.3-1"})
    @Test
    void the_payload_has_client_identifier_will_user_name_and_password_in_this_order() throws MalformedPacketException {
        ApplicationMessage message =
                new ApplicationMessage(TopicName.of("t"), Bytes.of("gone"), Qos.AT_LEAST_ONCE, true, Properties.NONE);
        Will will = new Will(message, 0);
        Bytes password = Bytes.wrap(new byte[] {0, (byte) 0xFF});
        Connect connect = new Connect(MQTT_3_1_1, false, "id", false, 10, "user", password, will, Properties.NONE);
        same(MQTT_3_1_1, connect, "\"MQTT\" 04 EC 000A \"id\" \"t\" \"gone\" \"user\" 0002 00FF");
    }

    @Test
    void in_5_properties_of_connection_and_will_stand_apart() throws MalformedPacketException {
        Properties connection = Properties.builder()
                .set(Property.SESSION_EXPIRY_INTERVAL, 0xFFFF_FFFFL)
                .set(Property.RECEIVE_MAXIMUM, 20)
                .user("k", "v")
                .build();
        Properties ofWill =
                Properties.builder().set(Property.CONTENT_TYPE, "text").build();
        ApplicationMessage message =
                new ApplicationMessage(TopicName.of("t"), Bytes.EMPTY, Qos.EXACTLY_ONCE, false, ofWill);
        Connect connect =
                new Connect(MQTT_5, false, "id", true, 0, null, Bytes.of("token"), new Will(message, 30), connection);
        same(
                MQTT_5,
                connect,
                "\"MQTT\" 05 56 0000 0F 11FFFFFFFF 210014 26 \"k\" \"v\" \"id\""
                        + " 0C 180000001E 03 \"text\" \"t\" 0000 \"token\"");
    }

    @Normative(
            value = {"MQTT-3.1.2-1", "MQTT-3.1.2-2"},
            v311 = {"MQTT-3.1.2-1", "MQTT-3.1.2-2"})
    @Test
    void another_protocol_or_version_is_unsupported() {
        refused(
                UNSUPPORTED_PROTOCOL_VERSION,
                "\"MQTT\" 03 02 003C \"p\"",
                "\"MQTT\" 06 02 003C \"p\"",
                "\"MQTT\" 00 02 003C \"p\"",
                "\"MQTT\" 83 02 003C \"p\"",
                "\"MQIsdp\" 04 02 003C \"p\"",
                "\"MQIsdp\" 05 02 003C \"p\"",
                "\"MQTU\" 04 02 003C \"p\"",
                "\"mqtt\" 04 02 003C \"p\"",
                "\"MQT\" 04 02 003C \"p\"",
                "\"MQTTT\" 04 02 003C \"p\"",
                "\"\" 04 02 003C \"p\"");
    }

    @Normative(value = "MQTT-3.1.2-3", v311 = "MQTT-3.1.2-3")
    @Test
    void the_reserved_connect_flag_must_be_zero() throws MalformedPacketException {
        refused(MALFORMED_PACKET, "\"MQTT\" 04 03 003C \"p\"", "\"MQTT\" 05 03 003C 00 \"p\"");
        assertThat(decoded("\"MQIsdp\" 03 03 003C \"p\"")).isEqualTo(plain(MQTT_3_1, false, "p"));
    }

    @Normative(
            value = {"MQTT-3.1.2-11", "MQTT-3.1.2-13"},
            v311 = {"MQTT-3.1.2-11", "MQTT-3.1.2-13", "MQTT-3.1.2-15"})
    @Test
    void without_will_there_is_no_will_qos_and_no_will_retain() throws MalformedPacketException {
        refused(
                MALFORMED_PACKET,
                "\"MQTT\" 04 0A 003C \"p\"",
                "\"MQTT\" 04 12 003C \"p\"",
                "\"MQTT\" 04 22 003C \"p\"",
                "\"MQTT\" 05 0A 003C 00 \"p\"",
                "\"MQTT\" 05 22 003C 00 \"p\"");
        assertThat(decoded("\"MQIsdp\" 03 2A 003C \"p\"")).isEqualTo(plain(MQTT_3_1, false, "p"));
    }

    @Normative(value = "MQTT-3.1.2-12", v311 = "MQTT-3.1.2-14")
    @Test
    void will_qos_cannot_be_3() {
        refused(
                MALFORMED_PACKET,
                "\"MQIsdp\" 03 1E 003C \"p\" \"t\" \"m\"",
                "\"MQTT\" 04 1E 003C \"p\" \"t\" \"m\"",
                "\"MQTT\" 05 1E 003C 00 \"p\" 00 \"t\" \"m\"");
    }

    @Normative(v311 = "MQTT-3.1.2-22")
    @Test
    void before_5_a_password_needs_a_user_name() throws MalformedPacketException {
        refused(MALFORMED_PACKET, "\"MQTT\" 04 42 003C \"p\" \"pw\"", "\"MQIsdp\" 03 42 003C \"p\" \"pw\"");
        assertThat(decoded("\"MQTT\" 05 42 003C 00 \"p\" \"pw\"").password()).isEqualTo(Bytes.of("pw"));
    }

    @Normative(
            value = {"MQTT-3.1.2-9", "MQTT-3.1.2-17", "MQTT-3.1.2-19", "MQTT-3.1.4-1"},
            v311 = {"MQTT-3.1.2-9", "MQTT-3.1.2-19", "MQTT-3.1.2-21", "MQTT-3.1.4-1"})
    @Test
    void a_field_that_a_flag_promises_must_be_there() {
        refused(
                MALFORMED_PACKET,
                "\"MQTT\" 04 06 003C \"p\"",
                "\"MQTT\" 04 06 003C \"p\" \"t\"",
                "\"MQTT\" 05 06 003C 00 \"p\"",
                "\"MQTT\" 05 06 003C 00 \"p\" 00 \"t\"",
                "\"MQTT\" 04 82 003C \"p\"",
                "\"MQTT\" 04 C2 003C \"p\" \"u\"",
                "\"MQTT\" 05 82 003C 00 \"p\"",
                "\"MQTT\" 05 C2 003C 00 \"p\" \"u\"");
    }

    @Normative(
            value = {"MQTT-3.1.2-16", "MQTT-3.1.2-18", "MQTT-3.1.4-1"},
            v311 = {"MQTT-3.1.2-18", "MQTT-3.1.2-20", "MQTT-3.1.4-1"})
    @Test
    void a_field_that_no_flag_promises_must_not_be_there() {
        refused(
                MALFORMED_PACKET,
                "\"MQTT\" 04 02 003C \"p\" \"u\"",
                "\"MQTT\" 04 82 003C \"p\" \"u\" \"pw\"",
                "\"MQTT\" 05 02 003C 00 \"p\" \"u\"",
                "\"MQTT\" 05 82 003C 00 \"p\" \"u\" \"pw\"",
                "\"MQIsdp\" 03 02 003C \"p\" 00");
    }

    @Normative(value = "MQTT-3.1.3-3", v311 = "MQTT-3.1.3-3")
    @Test
    void the_client_identifier_must_be_there_but_may_be_empty() throws MalformedPacketException {
        refused(MALFORMED_PACKET, "\"MQTT\" 04 02 003C", "\"MQTT\" 05 02 003C 00");
        assertThat(decoded("\"MQTT\" 04 02 003C \"\"").clientId()).isEmpty();
        assertThat(decoded("\"MQTT\" 04 00 003C \"\"").clientId()).isEmpty();
        assertThat(decoded("\"MQIsdp\" 03 02 003C \"\"").clientId()).isEmpty();
    }

    @Test
    void cut_off_anywhere_before_it_is_malformed() {
        refused(
                MALFORMED_PACKET,
                "",
                "00",
                "0004",
                "0004 'MQT'",
                "\"MQTT\"",
                "\"MQTT\" 04",
                "\"MQTT\" 04 02",
                "\"MQTT\" 04 02 00",
                "\"MQTT\" 05 02 003C",
                "\"MQTT\" 05 02 003C 05 11",
                "\"MQTT\" 04 02 003C 0002 'p'",
                "\"MQTT\" 04 02 003C 00");
    }

    @Test
    void in_3_1_user_name_and_password_may_be_missing_at_the_end_despite_their_flags() throws MalformedPacketException {
        assertThat(decoded("\"MQIsdp\" 03 C2 003C \"p\"")).isEqualTo(plain(MQTT_3_1, false, "p"));
        Connect named = decoded("\"MQIsdp\" 03 C2 003C \"p\" \"u\"");
        assertThat(named.userName()).isEqualTo("u");
        assertThat(named.password()).isNull();
    }

    @Normative(
            value = {"MQTT-2.1.3-1"},
            v311 = {"MQTT-2.2.2-1", "MQTT-2.2.2-2"})
    @Test
    void flags_of_the_first_byte_must_be_zero_from_3_1_1_on() throws MalformedPacketException {
        for (int first : new int[] {0x11, 0x12, 0x14, 0x18, 0x1F}) {
            Wire.assertRefused(MALFORMED_PACKET, Sender.CLIENT, null, Wire.packet(first, "\"MQTT\" 04 02 003C \"p\""));
            Wire.assertRefused(
                    MALFORMED_PACKET, Sender.CLIENT, null, Wire.packet(first, "\"MQTT\" 05 02 003C 00 \"p\""));
        }
        byte[] old = Wire.packet(0x18, "\"MQIsdp\" 03 02 003C \"p\"");
        assertThat(Wire.decode(Sender.CLIENT, null, old)).isEqualTo(plain(MQTT_3_1, false, "p"));
    }

    @Normative(
            value = {"MQTT-3.1.3-11", "MQTT-4.7.0-1", "MQTT-4.7.3-1"},
            v311 = {"MQTT-3.1.3-10", "MQTT-4.7.1-1", "MQTT-4.7.3-1"})
    @Test
    void the_will_topic_must_be_a_topic_name() {
        refused(
                MALFORMED_PACKET,
                "\"MQTT\" 04 06 003C \"p\" \"\" \"m\"",
                "\"MQTT\" 04 06 003C \"p\" \"a/#\" \"m\"",
                "\"MQTT\" 05 06 003C 00 \"p\" 00 \"+\" \"m\"",
                "\"MQTT\" 05 06 003C 00 \"p\" 00 0001 FF \"m\"");
    }

    @Test
    void a_refused_connect_leaves_the_version_to_answer_in() {
        PacketDecoder decoder = Wire.decoder(Sender.CLIENT, null);
        ByteBuffer bytes = ByteBuffer.wrap(Wire.packet(0x10, "\"MQTT\" 05 03 003C 00 \"p\""));
        assertThatThrownBy(() -> decoder.decode(bytes)).isInstanceOf(MalformedPacketException.class);
        assertThat(decoder.version()).isEqualTo(MQTT_5);

        PacketDecoder unsupported = Wire.decoder(Sender.CLIENT, null);
        ByteBuffer level6 = ByteBuffer.wrap(Wire.packet(0x10, "\"MQTT\" 06 02 003C 00 \"p\""));
        assertThatThrownBy(() -> unsupported.decode(level6)).isInstanceOf(MalformedPacketException.class);
        assertThat(unsupported.version()).isNull();
    }

    @Normative(value = "MQTT-3.1.0-1", v311 = "MQTT-3.1.0-1")
    @Test
    void no_other_packet_may_come_first() {
        for (String packet : new String[] {"30 03 0001 'a'", "C0 00", "E0 00", "82 06 0001 \"p\" 00", "40 02 0001"}) {
            Wire.assertRefused(PROTOCOL_ERROR, Sender.CLIENT, null, Wire.bytes(packet));
        }
        Wire.assertRefused(PROTOCOL_ERROR, Sender.CLIENT, null, Wire.bytes("'GET / HTTP/1.1'"));
        Wire.assertRefused(MALFORMED_PACKET, Sender.CLIENT, null, Wire.bytes("16 03 01 02 00 01 00"));
    }

    @Test
    void a_second_connect_is_handed_over_and_does_not_change_the_version() throws MalformedPacketException {
        PacketDecoder decoder = Wire.decoder(Sender.CLIENT, MQTT_5);
        ByteBuffer second = ByteBuffer.wrap(Wire.packet(0x10, "\"MQTT\" 04 02 003C \"p\""));
        assertThat(decoder.decode(second)).isEqualTo(plain(MQTT_3_1_1, false, "p"));
        assertThat(decoder.version()).isEqualTo(MQTT_5);
    }
}
