package org.althing.mqtt.codec;

import static org.althing.mqtt.ProtocolVersion.MQTT_3_1_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_5;
import static org.althing.mqtt.ReasonCode.MALFORMED_PACKET;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.testing.Gen;
import org.althing.testing.Normative;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** UTF-8 Encoded Strings, section 1.5.4. */
class StringsOnTheWireTest {
    private static final String[] ILL_FORMED = {
        "80",
        "BF",
        "C0 80",
        "C1 BF",
        "C2",
        "C2 20",
        "E0 80 80",
        "E0 9F BF",
        "E2 82",
        "ED A0 80",
        "ED BF BF",
        "ED A0 80 ED B0 80",
        "F0 80 80 80",
        "F0 8F BF BF",
        "F0 9F 8E",
        "F4 90 80 80",
        "F5 80 80 80",
        "F8 88 80 80 80",
        "FE",
        "FF",
        "61 FF 62",
        "00",
        "61 00 62"
    };

    private static String string(String hex) {
        return String.format("%04X", Wire.bytes(hex).length) + hex;
    }

    @Normative(
            value = {
                "MQTT-1.5.4-1",
                "MQTT-1.5.4-2",
                "MQTT-3.1.3-4",
                "MQTT-3.1.3-11",
                "MQTT-3.1.3-12",
                "MQTT-3.3.2-1",
                "MQTT-3.8.3-1",
                "MQTT-3.10.3-1"
            },
            v311 = {
                "MQTT-1.5.3-1",
                "MQTT-1.5.3-2",
                "MQTT-3.1.3-4",
                "MQTT-3.1.3-10",
                "MQTT-3.1.3-11",
                "MQTT-3.3.2-1",
                "MQTT-3.8.3-1",
                "MQTT-3.10.3-1"
            })
    @Test
    void ill_formed_strings_are_malformed_wherever_they_stand() {
        for (String hex : ILL_FORMED) {
            refused(0x10, "\"MQTT\" 04 02 003C " + string(hex));
            refused(0x10, "\"MQTT\" 04 82 003C \"p\" " + string(hex));
            refused(0x10, "\"MQTT\" 04 06 003C \"p\" " + string(hex) + " \"m\"");
            refused(0x10, string(hex) + " 04 02 003C \"p\"");
            refused(0x30, string(hex));
            refused(0x82, "0001 " + string(hex) + " 00");
            refused(0xA2, "0001 " + string(hex));
        }
    }

    @Normative({"MQTT-3.3.2-13", "MQTT-3.3.2-19"})
    @Test
    void ill_formed_strings_in_properties_are_malformed() {
        for (String hex : ILL_FORMED) {
            int length = Wire.bytes(string(hex)).length + 1;
            for (String property : new String[] {"03", "08"}) {
                byte[] bytes = Wire.packet(0x30, "\"a\" " + String.format("%02X", length) + property + string(hex));
                Wire.assertRefused(MALFORMED_PACKET, Sender.SERVER, MQTT_5, bytes);
            }
        }
    }

    private static void refused(int firstByte, String content) {
        Wire.assertRefused(
                MALFORMED_PACKET,
                Sender.CLIENT,
                firstByte == 0x10 ? null : MQTT_3_1_1,
                Wire.packet(firstByte, content));
    }

    @Normative(value = "MQTT-1.5.4-3", v311 = "MQTT-1.5.3-3")
    @Test
    void a_byte_order_mark_is_kept() throws MalformedPacketException {
        Publish publish = (Publish) Wire.decode(Sender.CLIENT, MQTT_3_1_1, Wire.packet(0x30, "0004 EFBBBF 61"));
        assertThat(publish.message().topic().toString()).isEqualTo("\uFEFFa");
        Connect connect =
                (Connect) Wire.decode(Sender.CLIENT, null, Wire.packet(0x10, "\"MQTT\" 04 02 003C 0004 EFBBBF 61"));
        assertThat(connect.clientId()).isEqualTo("\uFEFFa");
    }

    @Test
    void a_server_refuses_control_characters_and_noncharacters_in_names_and_a_client_bears_them()
            throws MalformedPacketException {
        String[] unwanted = {
            "01", "0A", "1F", "7F", "C2 80", "C2 9F", "EF BF BF", "EF BF BE", "EF B7 90", "EF B7 AF", "F0 9F BF BE"
        };
        for (String hex : unwanted) {
            refused(0x30, string("61" + hex));
            refused(0x82, "0001 " + string(hex) + " 00");
            refused(0x10, "\"MQTT\" 04 02 003C " + string(hex));
            refused(0x10, "\"MQTT\" 04 82 003C \"p\" " + string(hex));
            Wire.decode(Sender.SERVER, MQTT_3_1_1, Wire.packet(0x30, string(hex)));
        }
        refused(0x82, "0001 0003 610A62 00");
        for (String hex : new String[] {"20", "7E", "C2 A0", "EF B7 8F", "EF B7 B0", "EF BF BD"}) {
            Wire.decode(Sender.CLIENT, MQTT_3_1_1, Wire.packet(0x30, string(hex)));
            Wire.decode(Sender.CLIENT, MQTT_3_1_1, Wire.packet(0x30, string("C3 A9" + hex)));
        }
    }

    @Normative(value = "MQTT-4.7.3-4", v311 = "MQTT-4.7.3-4")
    @Test
    void nothing_is_normalized() throws MalformedPacketException {
        String decomposed = "e\u0301/./../ //é";
        byte[] utf8 = decomposed.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[4 + utf8.length];
        bytes[0] = 0x30;
        bytes[1] = (byte) (2 + utf8.length);
        bytes[3] = (byte) utf8.length;
        System.arraycopy(utf8, 0, bytes, 4, utf8.length);
        Publish publish = (Publish) Wire.decode(Sender.CLIENT, MQTT_3_1_1, bytes);
        assertThat(publish.message().topic().toString()).isEqualTo(decomposed);
        assertThat(Wire.encode(MQTT_3_1_1, publish)).isEqualTo(bytes);
    }

    @Test
    void what_is_accepted_is_exactly_what_the_strict_decoder_of_the_jdk_accepts() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            compare(new byte[] {(byte) (bits >> 8), (byte) bits});
        }
        for (int first = 0xE0; first <= 0xF8; first++) {
            for (int second = 0x70; second <= 0xC8; second++) {
                for (int third : new int[] {0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0}) {
                    compare(new byte[] {(byte) first, (byte) second, (byte) third});
                    compare(new byte[] {(byte) first, (byte) second, (byte) third, (byte) third});
                    compare(new byte[] {'a', (byte) first, (byte) second, (byte) third, (byte) 0x80});
                }
            }
        }
        Gen.forAll(20_000, gen -> compare(gen.bytes(8)));
    }

    private static void compare(byte[] bytes) {
        assertThat(Utf8Bytes.decode(bytes, 0, bytes.length, true)).isEqualTo(reference(bytes));
    }

    private static @Nullable String reference(byte[] bytes) {
        try {
            CharBuffer chars = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            String text = chars.toString();
            return text.indexOf(0) >= 0 ? null : text;
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
