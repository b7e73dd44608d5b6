package org.althing.mqtt.codec;

import static org.althing.mqtt.ProtocolVersion.MQTT_3_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_3_1_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_5;
import static org.althing.mqtt.ReasonCode.MALFORMED_PACKET;
import static org.althing.mqtt.ReasonCode.PROTOCOL_ERROR;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** PUBACK, PUBREC, PUBREL, PUBCOMP: one form. */
class AcknowledgementTest {
    private static final int[] FIRST_BYTES = {0x40, 0x50, 0x62, 0x70};

    private static void refused(ReasonCode code, ProtocolVersion version, String... contents) {
        for (int firstByte : FIRST_BYTES) {
            for (String content : contents) {
                Wire.assertRefused(code, Sender.CLIENT, version, Wire.packet(firstByte, content));
                Wire.assertRefused(code, Sender.SERVER, version, Wire.packet(firstByte, content));
            }
        }
    }

    private static void same(ProtocolVersion version, ControlPacket packet, String bytes)
            throws MalformedPacketException {
        Wire.assertSame(Sender.CLIENT, version, packet, Wire.bytes(bytes));
        Wire.assertSame(Sender.SERVER, version, packet, Wire.bytes(bytes));
    }

    @Test
    void success_is_the_packet_identifier_alone_in_all_versions() throws MalformedPacketException {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            same(version, new PubAck(1, ReasonCode.SUCCESS), "40 02 0001");
            same(version, new PubRec(0x1234, ReasonCode.SUCCESS), "50 02 1234");
            same(version, new PubRel(0xFFFF, ReasonCode.SUCCESS), "62 02 FFFF");
            same(version, new PubComp(0x0100, ReasonCode.SUCCESS), "70 02 0100");
        }
    }

    @Test
    void a_reason_code_without_properties_needs_no_property_length() throws MalformedPacketException {
        same(MQTT_5, new PubAck(1, ReasonCode.NOT_AUTHORIZED), "40 03 0001 87");
        same(MQTT_5, new PubRec(1, ReasonCode.NO_MATCHING_SUBSCRIBERS), "50 03 0001 10");
        same(MQTT_5, new PubRel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND), "62 03 0001 92");
        same(MQTT_5, new PubComp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND), "70 03 0001 92");
    }

    @Test
    void properties_follow_the_reason_code() throws MalformedPacketException {
        Properties properties = Properties.builder()
                .set(Property.REASON_STRING, "no")
                .user("a", "b")
                .build();
        same(MQTT_5, new PubAck(1, ReasonCode.QUOTA_EXCEEDED, properties), "40 10 0001 97 0C 1F \"no\" 26 \"a\" \"b\"");
        same(MQTT_5, new PubRel(1, ReasonCode.SUCCESS, properties), "62 10 0001 00 0C 1F \"no\" 26 \"a\" \"b\"");
    }

    @Test
    void longer_forms_than_needed_are_read_too() throws MalformedPacketException {
        PubAck success = new PubAck(1, ReasonCode.SUCCESS);
        assertThat(Wire.decode(Sender.CLIENT, MQTT_5, Wire.bytes("40 03 0001 00")))
                .isEqualTo(success);
        assertThat(Wire.decode(Sender.CLIENT, MQTT_5, Wire.bytes("40 04 0001 00 00")))
                .isEqualTo(success);
    }

    @Normative(
            value = {"MQTT-2.2.1-5"},
            v311 = {"MQTT-2.3.1-6"})
    @Test
    void the_packet_identifier_must_be_there_and_not_0() {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            refused(MALFORMED_PACKET, version, "", "00");
            refused(PROTOCOL_ERROR, version, "0000");
        }
    }

    @Test
    void nothing_may_be_left_over() {
        refused(MALFORMED_PACKET, MQTT_3_1, "0001 00");
        refused(MALFORMED_PACKET, MQTT_3_1_1, "0001 00");
        refused(MALFORMED_PACKET, MQTT_5, "0001 00 00 00", "0001 00 01", "0001 00 04 1F \"p\" 00");
    }

    @Normative({"MQTT-3.4.2-1", "MQTT-3.5.2-1"})
    @Test
    void puback_and_pubrec_carry_their_reason_codes_only() {
        Set<Integer> allowed = Set.of(0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99);
        carriesOnly(0x40, allowed);
        carriesOnly(0x50, allowed);
    }

    @Normative({"MQTT-3.6.2-1", "MQTT-3.7.2-1"})
    @Test
    void pubrel_and_pubcomp_carry_their_reason_codes_only() {
        carriesOnly(0x62, Set.of(0x00, 0x92));
        carriesOnly(0x70, Set.of(0x00, 0x92));
    }

    private static void carriesOnly(int firstByte, Set<Integer> allowed) {
        for (int value = 0; value <= 0xFF; value++) {
            byte[] bytes = {(byte) firstByte, 3, 0, 1, (byte) value};
            if (allowed.contains(value)) {
                ReasonCode code = ReasonCode.of(value);
                try {
                    ControlPacket packet = Wire.decode(Sender.CLIENT, MQTT_5, bytes);
                    assertThat(packet.toString()).contains(String.valueOf(code));
                } catch (MalformedPacketException e) {
                    throw new AssertionError(code + " refused", e);
                }
            } else {
                Wire.assertRefused(PROTOCOL_ERROR, Sender.CLIENT, MQTT_5, bytes);
            }
        }
    }

    @Test
    void a_client_bears_packet_too_large_from_a_server() throws MalformedPacketException {
        byte[] bytes = Wire.bytes("40 03 0001 95");
        assertThat(Wire.decode(Sender.SERVER, MQTT_5, bytes)).isEqualTo(new PubAck(1, ReasonCode.PACKET_TOO_LARGE));
        Wire.assertRefused(PROTOCOL_ERROR, Sender.CLIENT, MQTT_5, bytes);
    }

    @Normative(
            value = {"MQTT-2.1.3-1", "MQTT-3.6.1-1"},
            v311 = {"MQTT-2.2.2-1", "MQTT-2.2.2-2", "MQTT-3.6.1-1"})
    @Test
    void flags_of_the_first_byte_are_fixed_from_3_1_1_on() throws MalformedPacketException {
        for (int type = 4; type <= 7; type++) {
            for (int flags = 0; flags <= 0x0F; flags++) {
                int firstByte = type << 4 | flags;
                if (flags != (type == 6 ? 2 : 0)) {
                    byte[] bytes = Wire.packet(firstByte, "0001");
                    Wire.assertRefused(MALFORMED_PACKET, Sender.CLIENT, MQTT_3_1_1, bytes);
                    Wire.assertRefused(MALFORMED_PACKET, Sender.CLIENT, MQTT_5, bytes);
                }
            }
        }
        // In 3.1 a repeated PUBREL has the DUP flag.
        assertThat(Wire.decode(Sender.CLIENT, MQTT_3_1, Wire.bytes("6A 02 0001")))
                .isEqualTo(new PubRel(1, ReasonCode.SUCCESS));
    }
}
