package org.althing.mqtt.codec;

import static org.althing.mqtt.ProtocolVersion.MQTT_3_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_3_1_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_5;
import static org.althing.mqtt.ReasonCode.MALFORMED_PACKET;
import static org.althing.mqtt.ReasonCode.PROTOCOL_ERROR;
import static org.althing.mqtt.ReasonCode.TOPIC_ALIAS_INVALID;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

class PublishTest {
    private static void refused(ReasonCode code, ProtocolVersion version, int firstByte, String... contents) {
        for (String content : contents) {
            Wire.assertRefused(code, Sender.CLIENT, version, Wire.packet(firstByte, content));
            Wire.assertRefused(code, Sender.SERVER, version, Wire.packet(firstByte, content));
        }
    }

    private static ApplicationMessage message(String topic, String payload, Qos qos, boolean retain) {
        return new ApplicationMessage(TopicName.of(topic), Bytes.of(payload), qos, retain, Properties.NONE);
    }

    private static void same(ProtocolVersion version, Publish publish, String bytes) throws MalformedPacketException {
        Wire.assertSame(Sender.CLIENT, version, publish, Wire.bytes(bytes));
        Wire.assertSame(Sender.SERVER, version, publish, Wire.bytes(bytes));
    }

    @Normative(value = "MQTT-2.2.1-2", v311 = "MQTT-2.3.1-5")
    @Test
    void qos_0_has_no_packet_identifier() throws MalformedPacketException {
        Publish publish = new Publish(false, 0, 0, message("hello", "salut", Qos.AT_MOST_ONCE, false));
        same(MQTT_3_1, publish, "30 0C \"hello\" 'salut'");
        same(MQTT_3_1_1, publish, "30 0C \"hello\" 'salut'");
        same(MQTT_5, publish, "30 0D \"hello\" 00 'salut'");
    }

    @Normative(value = "MQTT-3.3.2-1", v311 = "MQTT-3.3.2-1")
    @Test
    void flags_topic_and_packet_identifier_stand_where_they_belong() throws MalformedPacketException {
        Publish first = new Publish(false, 1, 0, message("a/b", "x", Qos.AT_LEAST_ONCE, true));
        same(MQTT_3_1_1, first, "33 08 \"a/b\" 0001 'x'");
        Publish again = new Publish(true, 0xFFFE, 0, message("a/b", "", Qos.EXACTLY_ONCE, false));
        same(MQTT_3_1_1, again, "3C 07 \"a/b\" FFFE");
        same(MQTT_5, again, "3C 08 \"a/b\" FFFE 00");
    }

    @Test
    void all_properties_of_an_application_message() throws MalformedPacketException {
        Properties properties = Properties.builder()
                .set(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                .set(Property.MESSAGE_EXPIRY_INTERVAL, 3600)
                .set(Property.CONTENT_TYPE, "t")
                .set(Property.RESPONSE_TOPIC, "r")
                .set(Property.CORRELATION_DATA, Bytes.wrap(new byte[] {7}))
                .user("k", "")
                .user("k", "v")
                .build();
        ApplicationMessage message = message("a", "x", Qos.AT_MOST_ONCE, false).withProperties(properties);
        same(
                MQTT_5,
                new Publish(false, 0, 0, message),
                "30 25 \"a\" 20 0101 0200000E10 03 \"t\" 08 \"r\" 09 0001 07 26 \"k\" \"\" 26 \"k\" \"v\" 'x'");
    }

    @Test
    void a_topic_alias_belongs_to_the_packet_and_may_replace_the_topic_name() throws MalformedPacketException {
        Publish both = new Publish(false, 0, 10, message("a", "x", Qos.AT_MOST_ONCE, false));
        same(MQTT_5, both, "30 08 \"a\" 03 23000A 'x'");
        ApplicationMessage aliased =
                new ApplicationMessage(TopicName.ALIASED, Bytes.of("x"), Qos.AT_MOST_ONCE, false, Properties.NONE);
        same(MQTT_5, new Publish(false, 0, 10, aliased), "30 07 \"\" 03 23000A 'x'");
    }

    @Normative("MQTT-3.3.4-6")
    @Test
    void only_a_server_may_send_subscription_identifiers_and_many_of_them() throws MalformedPacketException {
        Properties identifiers = Properties.builder()
                .set(Property.SUBSCRIPTION_IDENTIFIER, 1)
                .set(Property.SUBSCRIPTION_IDENTIFIER, 268_435_455)
                .build();
        ApplicationMessage message = message("a", "", Qos.AT_MOST_ONCE, false).withProperties(identifiers);
        byte[] bytes = Wire.bytes("30 0B \"a\" 07 0B01 0BFFFFFF7F");
        Wire.assertSame(Sender.SERVER, MQTT_5, new Publish(false, 0, 0, message), bytes);
        Wire.assertRefused(PROTOCOL_ERROR, Sender.CLIENT, MQTT_5, bytes);
    }

    @Normative(value = "MQTT-3.3.1-4", v311 = "MQTT-3.3.1-4")
    @Test
    void qos_3_is_malformed_from_the_first_byte_on() {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            refused(MALFORMED_PACKET, version, 0x36, "\"a\" 0001", "\"a\"");
            Wire.assertRefused(MALFORMED_PACKET, Sender.CLIENT, version, Wire.bytes("37"));
        }
    }

    @Normative(value = "MQTT-3.3.1-2", v311 = "MQTT-3.3.1-2")
    @Test
    void dup_must_be_zero_when_qos_is_zero() {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            refused(MALFORMED_PACKET, version, 0x38, "\"a\" 00");
        }
    }

    @Normative(
            value = {"MQTT-2.2.1-3", "MQTT-2.2.1-4"},
            v311 = "MQTT-2.3.1-1")
    @Test
    void above_qos_0_the_packet_identifier_must_be_there_and_not_0() {
        refused(PROTOCOL_ERROR, MQTT_3_1_1, 0x32, "\"a\" 0000 'x'");
        refused(PROTOCOL_ERROR, MQTT_5, 0x34, "\"a\" 0000 00 'x'");
        refused(MALFORMED_PACKET, MQTT_3_1_1, 0x32, "\"a\"", "\"a\" 00");
        refused(MALFORMED_PACKET, MQTT_5, 0x32, "\"a\"", "\"a\" 00", "\"a\" 0001");
    }

    @Normative(
            value = {"MQTT-3.3.2-2", "MQTT-4.7.0-1"},
            v311 = {"MQTT-3.3.2-2", "MQTT-4.7.1-1"})
    @Test
    void the_topic_name_must_not_hold_a_wildcard() {
        for (String topic : new String[] {"\"#\"", "\"+\"", "\"a/#\"", "\"a/+/b\"", "\"a+\"", "\"#a\""}) {
            refused(MALFORMED_PACKET, MQTT_3_1, 0x30, topic);
            refused(MALFORMED_PACKET, MQTT_3_1_1, 0x30, topic);
            refused(MALFORMED_PACKET, MQTT_5, 0x30, topic + " 00");
        }
    }

    @Normative(value = "MQTT-4.7.3-1", v311 = "MQTT-4.7.3-1")
    @Test
    void an_empty_topic_name_without_alias_is_refused() {
        refused(MALFORMED_PACKET, MQTT_3_1_1, 0x30, "\"\" 'x'", "", "00");
        refused(PROTOCOL_ERROR, MQTT_5, 0x30, "\"\" 00 'x'");
    }

    @Normative("MQTT-3.3.2-8")
    @Test
    void topic_alias_0_is_invalid() {
        refused(TOPIC_ALIAS_INVALID, MQTT_5, 0x30, "\"a\" 03 230000");
    }

    @Normative("MQTT-3.3.2-14")
    @Test
    void the_response_topic_must_be_a_topic_name() {
        refused(PROTOCOL_ERROR, MQTT_5, 0x30, "\"a\" 06 08 \"r/#\"", "\"a\" 04 08 \"+\"", "\"a\" 03 08 \"\"");
        refused(MALFORMED_PACKET, MQTT_5, 0x30, "\"a\" 04 08 0001 FF");
    }

    @Test
    void a_topic_seen_before_is_the_same_object() throws MalformedPacketException {
        PacketDecoder decoder = Wire.decoder(Sender.CLIENT, MQTT_3_1_1);
        ByteBuffer direct = ByteBuffer.allocateDirect(100);
        direct.put(Wire.bytes("30 05 \"a/b\" 30 06 \"a/b\" '1' 30 05 \"a/c\" 30 05 \"a/b\""))
                .flip();
        TopicName first = topic(decoder, direct);
        assertThat(topic(decoder, direct)).isSameAs(first);
        assertThat(topic(decoder, direct)).isEqualTo(TopicName.of("a/c"));
        assertThat(topic(decoder, direct)).isSameAs(first);
    }

    private static TopicName topic(PacketDecoder decoder, ByteBuffer bytes) throws MalformedPacketException {
        return ((Publish) Objects.requireNonNull(decoder.decode(bytes)))
                .message()
                .topic();
    }

    @Test
    void a_payload_is_a_copy_of_its_own() throws MalformedPacketException {
        byte[] bytes = Wire.bytes("30 06 \"a\" 'xyz'");
        Publish publish = (Publish) Wire.decode(Sender.CLIENT, MQTT_3_1_1, bytes);
        bytes[5] = 'Z';
        assertThat(publish.message().payload()).isEqualTo(Bytes.of("xyz"));
    }

    @Test
    void topics_beyond_ascii_and_of_the_greatest_length_pass() throws MalformedPacketException {
        String[] topics = {"été/ÿ", "日本/語", "🎉/x", "A" + new String(Character.toChars(0x2A6D4)), "a".repeat(65_535)};
        for (String text : topics) {
            Publish publish = new Publish(false, 0, 0, message(text, "", Qos.AT_MOST_ONCE, false));
            byte[] bytes = Wire.encode(MQTT_3_1_1, publish);
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            assertThat(bytes).endsWith(utf8);
            assertThat(publish.message().topic().utf8Length()).isEqualTo(utf8.length);
            assertThat(Wire.decode(Sender.CLIENT, MQTT_3_1_1, bytes)).isEqualTo(publish);
        }
    }
}
