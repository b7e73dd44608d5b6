package org.althing.mqtt.codec;

import static org.althing.mqtt.ProtocolVersion.MQTT_3_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_3_1_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_5;
import static org.althing.mqtt.ReasonCode.MALFORMED_PACKET;
import static org.althing.mqtt.ReasonCode.PROTOCOL_ERROR;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK. */
class SubscriptionTest {
    private static void refused(ReasonCode code, ProtocolVersion version, int firstByte, String... contents) {
        for (String content : contents) {
            Sender sender = (firstByte >> 4) % 2 == 0 ? Sender.CLIENT : Sender.SERVER;
            Wire.assertRefused(code, sender, version, Wire.packet(firstByte, content));
        }
    }

    private static Subscribe.Request request(String filter, Qos qos) {
        return new Subscribe.Request(TopicFilter.of(filter), SubscriptionOptions.of(qos));
    }

    @Test
    void subscribe_has_filters_each_with_its_options() throws MalformedPacketException {
        Subscribe subscribe = new Subscribe(
                0x1234, List.of(request("a/+", Qos.AT_MOST_ONCE), request("#", Qos.EXACTLY_ONCE)), Properties.NONE);
        byte[] bytes = Wire.bytes("82 0C 1234 \"a/+\" 00 \"#\" 02");
        Wire.assertSame(Sender.CLIENT, MQTT_3_1, subscribe, bytes);
        Wire.assertSame(Sender.CLIENT, MQTT_3_1_1, subscribe, bytes);
        Wire.assertSame(Sender.CLIENT, MQTT_5, subscribe, Wire.bytes("82 0D 1234 00 \"a/+\" 00 \"#\" 02"));
    }

    @Test
    void subscription_options_of_5() throws MalformedPacketException {
        SubscriptionOptions options =
                new SubscriptionOptions(Qos.AT_LEAST_ONCE, true, true, RetainHandling.DO_NOT_SEND);
        SubscriptionOptions ifNew = new SubscriptionOptions(Qos.AT_MOST_ONCE, false, false, RetainHandling.SEND_IF_NEW);
        Properties properties = Properties.builder()
                .set(Property.SUBSCRIPTION_IDENTIFIER, 128)
                .user("k", "v")
                .build();
        Subscribe subscribe = new Subscribe(
                1,
                List.of(
                        new Subscribe.Request(TopicFilter.of("a"), options),
                        new Subscribe.Request(TopicFilter.of("$share/g/b"), ifNew)),
                properties);
        Wire.assertSame(
                Sender.CLIENT,
                MQTT_5,
                subscribe,
                Wire.bytes("82 1E 0001 0A 0B8001 26 \"k\" \"v\" \"a\" 2D \"$share/g/b\" 10"));
    }

    @Normative(
            value = {"MQTT-3.8.1-1", "MQTT-3.10.1-1"},
            v311 = {"MQTT-3.8.1-1", "MQTT-3.10.1-1"})
    @Test
    void flags_of_the_first_byte_are_fixed_from_3_1_1_on() throws MalformedPacketException {
        for (int flags : new int[] {0, 1, 3, 6, 0x0A, 0x0F}) {
            refused(MALFORMED_PACKET, MQTT_3_1_1, 0x80 | flags, "0001 \"p\" 00");
            refused(MALFORMED_PACKET, MQTT_5, 0x80 | flags, "0001 00 \"p\" 00");
            refused(MALFORMED_PACKET, MQTT_3_1_1, 0xA0 | flags, "0001 \"p\"");
            refused(MALFORMED_PACKET, MQTT_5, 0xA0 | flags, "0001 00 \"p\"");
        }
        // In 3.1 both have a QoS of 1 and may have DUP.
        assertThat(Wire.decode(Sender.CLIENT, MQTT_3_1, Wire.bytes("8A 06 0001 \"p\" 00")))
                .isInstanceOf(Subscribe.class);
        assertThat(Wire.decode(Sender.CLIENT, MQTT_3_1, Wire.bytes("AA 05 0001 \"p\"")))
                .isInstanceOf(Unsubscribe.class);
    }

    @Normative(
            value = {"MQTT-3.8.3-2", "MQTT-3.10.3-2"},
            v311 = {"MQTT-3.8.3-3", "MQTT-3.10.3-2"})
    @Test
    void at_least_one_filter() {
        for (int firstByte : new int[] {0x82, 0xA2}) {
            refused(PROTOCOL_ERROR, MQTT_3_1, firstByte, "0001");
            refused(PROTOCOL_ERROR, MQTT_3_1_1, firstByte, "0001");
            refused(PROTOCOL_ERROR, MQTT_5, firstByte, "0001 00");
        }
    }

    @Normative(value = "MQTT-2.2.1-3", v311 = "MQTT-2.3.1-1")
    @Test
    void the_packet_identifier_must_be_there_and_not_0() {
        for (int firstByte : new int[] {0x82, 0xA2, 0x90, 0xB0}) {
            refused(PROTOCOL_ERROR, MQTT_3_1_1, firstByte, "0000 \"p\" 00");
            refused(PROTOCOL_ERROR, MQTT_5, firstByte, "0000 00 \"p\" 00");
            refused(MALFORMED_PACKET, MQTT_3_1_1, firstByte, "", "01");
            refused(MALFORMED_PACKET, MQTT_5, firstByte, "", "01", "0001");
        }
    }

    @Normative(v311 = "MQTT-3-8.3-4")
    @Test
    void before_5_the_requested_qos_is_0_to_2_and_nothing_else() throws MalformedPacketException {
        for (String options : new String[] {"03", "04", "08", "10", "20", "40", "80", "FF"}) {
            refused(MALFORMED_PACKET, MQTT_3_1_1, 0x82, "0001 \"p\" " + options);
        }
        refused(MALFORMED_PACKET, MQTT_3_1, 0x82, "0001 \"p\" 03");
        // 3.1 says of the upper bits only that they are not used.
        assertThat(Wire.decode(Sender.CLIENT, MQTT_3_1, Wire.bytes("82 06 0001 \"p\" F1")))
                .isEqualTo(new Subscribe(1, List.of(request("p", Qos.AT_LEAST_ONCE)), Properties.NONE));
    }

    @Normative("MQTT-3.8.3-5")
    @Test
    void reserved_bits_of_subscription_options_are_malformed() {
        refused(MALFORMED_PACKET, MQTT_5, 0x82, "0001 00 \"p\" 40", "0001 00 \"p\" 80", "0001 00 \"p\" F0");
    }

    @Test
    void qos_3_and_retain_handling_3_are_protocol_errors_in_5() {
        refused(PROTOCOL_ERROR, MQTT_5, 0x82, "0001 00 \"p\" 03", "0001 00 \"p\" 30");
    }

    @Normative("MQTT-3.8.3-4")
    @Test
    void no_local_on_a_shared_subscription_is_a_protocol_error() {
        refused(PROTOCOL_ERROR, MQTT_5, 0x82, "0001 00 \"$share/g/t\" 04");
    }

    @Normative(
            value = {"MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-4.7.3-1", "MQTT-4.8.2-1", "MQTT-4.8.2-2"},
            v311 = {"MQTT-4.7.1-2", "MQTT-4.7.1-3", "MQTT-4.7.3-1"})
    @Test
    void invalid_filters_are_malformed() {
        for (String filter : new String[] {
            "",
            "a#",
            "a/#/b",
            "#/",
            "a+",
            "+a/b",
            "a/b+/c",
            "$share/",
            "$share/g",
            "$share//t",
            "$share/g/",
            "$share/+/t"
        }) {
            refused(MALFORMED_PACKET, MQTT_3_1_1, 0x82, "0001 \"" + filter + "\" 00");
            refused(MALFORMED_PACKET, MQTT_5, 0x82, "0001 00 \"" + filter + "\" 00");
            refused(MALFORMED_PACKET, MQTT_3_1_1, 0xA2, "0001 \"" + filter + "\"");
            refused(MALFORMED_PACKET, MQTT_5, 0xA2, "0001 00 \"" + filter + "\"");
        }
    }

    @Test
    void cut_off_or_too_long_is_malformed() {
        refused(MALFORMED_PACKET, MQTT_3_1_1, 0x82, "0001 \"p\"", "0001 00", "0001 0005 'p'", "0001 \"p\" 00 00");
        refused(MALFORMED_PACKET, MQTT_5, 0x82, "0001 00 \"p\"", "0001 02 0B", "0001 \"p\" 00");
        refused(MALFORMED_PACKET, MQTT_3_1_1, 0xA2, "0001 00", "0001 0002 'p'", "0001 \"p\" 00");
    }

    @Test
    void a_subscription_identifier_is_1_to_268435455_and_stands_once() throws MalformedPacketException {
        refused(PROTOCOL_ERROR, MQTT_5, 0x82, "0001 02 0B00 \"p\" 00", "0001 04 0B01 0B01 \"p\" 00");
        refused(MALFORMED_PACKET, MQTT_5, 0x82, "0001 03 0B8000 \"p\" 00", "0001 06 0B8080808001 \"p\" 00");
        Subscribe largest =
                (Subscribe) Wire.decode(Sender.CLIENT, MQTT_5, Wire.packet(0x82, "0001 05 0BFFFFFF7F \"p\" 00"));
        assertThat(largest.properties().subscriptionIdentifiers()).containsExactly(268_435_455);
    }

    @Test
    void unsubscribe_has_filters() throws MalformedPacketException {
        List<TopicFilter> filters = List.of(TopicFilter.of("a/+"), TopicFilter.of("b"));
        Unsubscribe unsubscribe = new Unsubscribe(7, filters, Properties.NONE);
        Wire.assertSame(Sender.CLIENT, MQTT_3_1, unsubscribe, Wire.bytes("A2 0A 0007 \"a/+\" \"b\""));
        Wire.assertSame(Sender.CLIENT, MQTT_3_1_1, unsubscribe, Wire.bytes("A2 0A 0007 \"a/+\" \"b\""));
        Properties user = Properties.builder().user("k", "v").build();
        Wire.assertSame(
                Sender.CLIENT,
                MQTT_5,
                new Unsubscribe(7, filters, user),
                Wire.bytes("A2 12 0007 07 26 \"k\" \"v\" \"a/+\" \"b\""));
    }

    @Normative(
            value = {"MQTT-3.8.4-6", "MQTT-3.9.3-1"},
            v311 = {"MQTT-3.8.4-5", "MQTT-3.9.3-1"})
    @Test
    void suback_has_a_code_per_filter_in_order() throws MalformedPacketException {
        List<ReasonCode> codes = List.of(
                ReasonCode.GRANTED_QOS_2, ReasonCode.SUCCESS, ReasonCode.UNSPECIFIED_ERROR, ReasonCode.GRANTED_QOS_1);
        SubAck subAck = new SubAck(7, codes, Properties.NONE);
        Wire.assertSame(Sender.SERVER, MQTT_3_1, subAck, Wire.bytes("90 06 0007 02 00 80 01"));
        Wire.assertSame(Sender.SERVER, MQTT_3_1_1, subAck, Wire.bytes("90 06 0007 02 00 80 01"));
        Wire.assertSame(Sender.SERVER, MQTT_5, subAck, Wire.bytes("90 07 0007 00 02 00 80 01"));
        refused(PROTOCOL_ERROR, MQTT_3_1_1, 0x90, "0007");
        refused(PROTOCOL_ERROR, MQTT_5, 0x90, "0007 00");
    }

    @Normative(value = "MQTT-3.9.3-2", v311 = "MQTT-3.9.3-2")
    @Test
    void suback_carries_its_reason_codes_only() throws MalformedPacketException {
        Set<Integer> before5 = Set.of(0x00, 0x01, 0x02, 0x80);
        Set<Integer> in5 = Set.of(0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2);
        for (int value = 0; value <= 0xFF; value++) {
            carries(before5.contains(value), MQTT_3_1_1, new byte[] {(byte) 0x90, 3, 0, 1, (byte) value});
            carries(in5.contains(value), MQTT_5, new byte[] {(byte) 0x90, 4, 0, 1, 0, (byte) value});
        }
    }

    @Normative("MQTT-3.11.3-2")
    @Test
    void unsuback_carries_its_reason_codes_only() throws MalformedPacketException {
        Set<Integer> in5 = Set.of(0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91);
        for (int value = 0; value <= 0xFF; value++) {
            carries(in5.contains(value), MQTT_5, new byte[] {(byte) 0xB0, 4, 0, 1, 0, (byte) value});
        }
    }

    private static void carries(boolean allowed, ProtocolVersion version, byte[] bytes)
            throws MalformedPacketException {
        if (allowed) {
            Wire.decode(Sender.SERVER, version, bytes);
        } else {
            Wire.assertRefused(PROTOCOL_ERROR, Sender.SERVER, version, bytes);
        }
    }

    @Normative("MQTT-3.11.3-1")
    @Test
    void unsuback_has_a_code_per_filter_in_5_and_none_before() throws MalformedPacketException {
        UnsubAck plain = new UnsubAck(7, List.of(), Properties.NONE);
        Wire.assertSame(Sender.SERVER, MQTT_3_1, plain, Wire.bytes("B0 02 0007"));
        Wire.assertSame(Sender.SERVER, MQTT_3_1_1, plain, Wire.bytes("B0 02 0007"));
        List<ReasonCode> codes = List.of(ReasonCode.SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED);
        Wire.assertSame(
                Sender.SERVER, MQTT_5, new UnsubAck(7, codes, Properties.NONE), Wire.bytes("B0 05 0007 00 00 11"));
        refused(PROTOCOL_ERROR, MQTT_5, 0xB0, "0007 00");
        refused(MALFORMED_PACKET, MQTT_3_1_1, 0xB0, "0007 00");
    }
}
