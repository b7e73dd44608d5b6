package org.althing.mqtt.codec;

import static org.althing.mqtt.ProtocolVersion.MQTT_3_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_3_1_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_5;
import static org.althing.mqtt.ReasonCode.MALFORMED_PACKET;
import static org.althing.mqtt.ReasonCode.PROTOCOL_ERROR;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Auth;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.ControlPacket.PingResp;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** CONNACK, PINGREQ, PINGRESP, DISCONNECT, AUTH. */
class SessionEndsTest {
    private static void refused(
            ReasonCode code, Sender sender, ProtocolVersion version, int firstByte, String... contents) {
        for (String content : contents) {
            Wire.assertRefused(code, sender, version, Wire.packet(firstByte, content));
        }
    }

    private static void carriesOnly(Set<Integer> allowed, Sender sender, String before, String after)
            throws MalformedPacketException {
        for (int value = 0; value <= 0xFF; value++) {
            byte[] bytes = Wire.bytes(before + String.format("%02X", value) + after);
            if (allowed.contains(value)) {
                Wire.decode(sender, MQTT_5, bytes);
            } else {
                Wire.assertRefused(PROTOCOL_ERROR, sender, MQTT_5, bytes);
            }
        }
    }

    @Test
    void connack_says_session_present_and_code() throws MalformedPacketException {
        ConnAck present = new ConnAck(true, ReasonCode.SUCCESS, Properties.NONE);
        ConnAck fresh = new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE);
        Wire.assertSame(Sender.SERVER, MQTT_3_1, fresh, Wire.bytes("20 02 00 00"));
        Wire.assertSame(Sender.SERVER, MQTT_3_1_1, present, Wire.bytes("20 02 01 00"));
        Wire.assertSame(Sender.SERVER, MQTT_5, present, Wire.bytes("20 03 01 00 00"));
    }

    @Test
    void connack_of_mosquitto_with_its_properties() throws MalformedPacketException {
        Properties properties = Properties.builder()
                .set(Property.TOPIC_ALIAS_MAXIMUM, 10)
                .set(Property.MAXIMUM_PACKET_SIZE, 2_000_000)
                .set(Property.RECEIVE_MAXIMUM, 20)
                .build();
        Wire.assertSame(
                Sender.SERVER,
                MQTT_5,
                new ConnAck(false, ReasonCode.SUCCESS, properties),
                Wire.bytes("20 0E 00 00 0B 22000A 27001E8480 210014"));
    }

    @Normative(value = "MQTT-3.2.2-1")
    @Test
    void connack_flags_but_the_last_are_reserved() throws MalformedPacketException {
        refused(MALFORMED_PACKET, Sender.SERVER, MQTT_3_1_1, 0x20, "02 00", "80 00");
        refused(MALFORMED_PACKET, Sender.SERVER, MQTT_5, 0x20, "02 00 00", "81 00 00");
        assertThat(Wire.decode(Sender.SERVER, MQTT_3_1, Wire.bytes("20 02 FF 00")))
                .isEqualTo(new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE));
    }

    @Normative(value = "MQTT-3.2.2-6", v311 = "MQTT-3.2.2-4")
    @Test
    void a_refusing_connack_has_no_session_present() {
        refused(PROTOCOL_ERROR, Sender.SERVER, MQTT_3_1_1, 0x20, "01 05");
        refused(PROTOCOL_ERROR, Sender.SERVER, MQTT_5, 0x20, "01 87 00");
    }

    @Test
    void connack_before_5_has_return_codes_0_to_5() throws MalformedPacketException {
        ReasonCode[] codes = {
            ReasonCode.SUCCESS,
            ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
            ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
            ReasonCode.SERVER_UNAVAILABLE,
            ReasonCode.BAD_USER_NAME_OR_PASSWORD,
            ReasonCode.NOT_AUTHORIZED
        };
        for (int value = 0; value <= 0xFF; value++) {
            byte[] bytes = {0x20, 2, 0, (byte) value};
            if (value < codes.length) {
                ConnAck connAck = new ConnAck(false, codes[value], Properties.NONE);
                Wire.assertSame(Sender.SERVER, MQTT_3_1, connAck, bytes);
                Wire.assertSame(Sender.SERVER, MQTT_3_1_1, connAck, bytes);
            } else {
                Wire.assertRefused(PROTOCOL_ERROR, Sender.SERVER, MQTT_3_1_1, bytes);
            }
        }
    }

    @Normative("MQTT-3.2.2-8")
    @Test
    void connack_carries_its_reason_codes_only() throws MalformedPacketException {
        carriesOnly(
                Set.of(
                        0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95, 0x97,
                        0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F),
                Sender.SERVER,
                "20 03 00 ",
                " 00");
    }

    @Test
    void connack_cut_off_or_too_long_is_malformed() {
        refused(MALFORMED_PACKET, Sender.SERVER, MQTT_3_1_1, 0x20, "", "00", "00 00 00");
        refused(MALFORMED_PACKET, Sender.SERVER, MQTT_5, 0x20, "", "00", "00 00", "00 00 00 00", "00 00 01");
    }

    @Test
    void pings_are_two_bytes() throws MalformedPacketException {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            Wire.assertSame(Sender.CLIENT, version, new PingReq(), Wire.bytes("C0 00"));
            Wire.assertSame(Sender.SERVER, version, new PingResp(), Wire.bytes("D0 00"));
            refused(MALFORMED_PACKET, Sender.CLIENT, version, 0xC0, "00");
            refused(MALFORMED_PACKET, Sender.SERVER, version, 0xD0, "00");
        }
        refused(MALFORMED_PACKET, Sender.CLIENT, MQTT_5, 0xC1, "");
        refused(MALFORMED_PACKET, Sender.SERVER, MQTT_3_1_1, 0xD8, "");
    }

    @Test
    void disconnect_before_5_is_two_bytes_from_a_client() throws MalformedPacketException {
        Disconnect disconnect = new Disconnect(ReasonCode.SUCCESS);
        Wire.assertSame(Sender.CLIENT, MQTT_3_1, disconnect, Wire.bytes("E0 00"));
        Wire.assertSame(Sender.CLIENT, MQTT_3_1_1, disconnect, Wire.bytes("E0 00"));
        refused(MALFORMED_PACKET, Sender.CLIENT, MQTT_3_1_1, 0xE0, "00");
        refused(PROTOCOL_ERROR, Sender.SERVER, MQTT_3_1_1, 0xE0, "");
    }

    @Test
    void disconnect_in_5_is_as_short_as_can_be() throws MalformedPacketException {
        Wire.assertSame(Sender.CLIENT, MQTT_5, new Disconnect(ReasonCode.SUCCESS), Wire.bytes("E0 00"));
        Disconnect withWill = new Disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE);
        Wire.assertSame(Sender.CLIENT, MQTT_5, withWill, Wire.bytes("E0 01 04"));
        Properties moved = Properties.builder()
                .set(Property.REASON_STRING, "r")
                .set(Property.SERVER_REFERENCE, "s")
                .build();
        Wire.assertSame(
                Sender.SERVER,
                MQTT_5,
                new Disconnect(ReasonCode.SERVER_MOVED, moved),
                Wire.bytes("E0 0A 9D 08 1F \"r\" 1C \"s\""));
        assertThat(Wire.decode(Sender.CLIENT, MQTT_5, Wire.bytes("E0 02 00 00")))
                .isEqualTo(new Disconnect(ReasonCode.SUCCESS));
        refused(MALFORMED_PACKET, Sender.CLIENT, MQTT_5, 0xE0, "00 00 00", "00 01", "00 05 1100");
    }

    @Normative(value = "MQTT-3.14.1-1", v311 = "MQTT-3.14.1-1")
    @Test
    void flags_of_disconnect_must_be_zero() {
        for (int flags : new int[] {1, 2, 4, 8}) {
            refused(MALFORMED_PACKET, Sender.CLIENT, MQTT_3_1_1, 0xE0 | flags, "");
            refused(MALFORMED_PACKET, Sender.CLIENT, MQTT_5, 0xE0 | flags, "");
            refused(MALFORMED_PACKET, Sender.SERVER, MQTT_5, 0xE0 | flags, "");
        }
    }

    @Normative("MQTT-3.14.2-1")
    @Test
    void disconnect_carries_what_its_sender_may_say() throws MalformedPacketException {
        carriesOnly(
                Set.of(0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99),
                Sender.CLIENT,
                "E0 01 ",
                "");
        carriesOnly(
                Set.of(
                        0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95,
                        0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2),
                Sender.SERVER,
                "E0 01 ",
                "");
    }

    @Normative("MQTT-3.14.2-2")
    @Test
    void a_server_must_not_send_a_session_expiry_interval_in_disconnect() throws MalformedPacketException {
        refused(PROTOCOL_ERROR, Sender.SERVER, MQTT_5, 0xE0, "00 05 1100000001");
        assertThat(Wire.decode(Sender.CLIENT, MQTT_5, Wire.packet(0xE0, "00 05 1100000001")))
                .isInstanceOf(Disconnect.class);
    }

    @Test
    void auth_has_method_and_data() throws MalformedPacketException {
        Properties properties = Properties.builder()
                .set(Property.AUTHENTICATION_METHOD, "SCRAM")
                .set(Property.AUTHENTICATION_DATA, Bytes.of("n"))
                .build();
        Auth auth = new Auth(ReasonCode.CONTINUE_AUTHENTICATION, properties);
        byte[] bytes = Wire.bytes("F0 0E 18 0C 15 \"SCRAM\" 16 \"n\"");
        Wire.assertSame(Sender.CLIENT, MQTT_5, auth, bytes);
        Wire.assertSame(Sender.SERVER, MQTT_5, auth, bytes);
        Auth done = new Auth(ReasonCode.SUCCESS, Properties.NONE);
        Wire.assertSame(Sender.SERVER, MQTT_5, done, Wire.bytes("F0 00"));
        refused(PROTOCOL_ERROR, Sender.CLIENT, MQTT_5, 0xF0, "");
    }

    @Normative("MQTT-3.15.2-1")
    @Test
    void auth_carries_what_its_sender_may_say() throws MalformedPacketException {
        carriesOnly(Set.of(0x18, 0x19), Sender.CLIENT, "F0 06 ", " 04 15 \"m\"");
        carriesOnly(Set.of(0x00, 0x18), Sender.SERVER, "F0 06 ", " 04 15 \"m\"");
    }

    @Normative("MQTT-3.15.1-1")
    @Test
    void flags_of_auth_must_be_zero() {
        for (int flags : new int[] {1, 2, 4, 8}) {
            refused(MALFORMED_PACKET, Sender.CLIENT, MQTT_5, 0xF0 | flags, "18 04 15 \"m\"");
        }
    }

    @Test
    void auth_without_method_is_a_protocol_error() {
        refused(PROTOCOL_ERROR, Sender.CLIENT, MQTT_5, 0xF0, "18", "18 00", "18 04 16 \"d\"", "18 04 1F \"r\"");
    }

    @Test
    void auth_does_not_exist_before_5() {
        for (Sender sender : Sender.values()) {
            refused(MALFORMED_PACKET, sender, MQTT_3_1, 0xF0, "");
            refused(MALFORMED_PACKET, sender, MQTT_3_1_1, 0xF0, "");
        }
    }
}
