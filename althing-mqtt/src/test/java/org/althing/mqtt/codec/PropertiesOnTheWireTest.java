package org.althing.mqtt.codec;

import static org.althing.mqtt.ProtocolVersion.MQTT_5;
import static org.althing.mqtt.ReasonCode.MALFORMED_PACKET;
import static org.althing.mqtt.ReasonCode.PROTOCOL_ERROR;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** Table 2-4 of MQTT 5.0 and section 2.2.2, for every property in every packet. */
class PropertiesOnTheWireTest {
    /** A packet with room for properties: {@code PROPERTIES} stands for their length and themselves. */
    private record Packet(String name, Sender sender, int firstByte, String content) {
        byte[] with(String properties) {
            int length = Wire.bytes(properties).length;
            return Wire.packet(firstByte, content.replace("PROPERTIES", String.format("%02X ", length) + properties));
        }
    }

    private static final List<Packet> PACKETS = List.of(
            new Packet("CONNECT", Sender.CLIENT, 0x10, "\"MQTT\" 05 02 003C PROPERTIES \"p\""),
            new Packet("Will", Sender.CLIENT, 0x10, "\"MQTT\" 05 06 003C 00 \"p\" PROPERTIES \"t\" \"m\""),
            new Packet("CONNACK", Sender.SERVER, 0x20, "00 00 PROPERTIES"),
            new Packet("PUBLISH", Sender.SERVER, 0x30, "\"a\" PROPERTIES"),
            new Packet("PUBACK", Sender.CLIENT, 0x40, "0001 00 PROPERTIES"),
            new Packet("PUBREC", Sender.CLIENT, 0x50, "0001 00 PROPERTIES"),
            new Packet("PUBREL", Sender.CLIENT, 0x62, "0001 00 PROPERTIES"),
            new Packet("PUBCOMP", Sender.CLIENT, 0x70, "0001 00 PROPERTIES"),
            new Packet("SUBSCRIBE", Sender.CLIENT, 0x82, "0001 PROPERTIES \"p\" 00"),
            new Packet("SUBACK", Sender.SERVER, 0x90, "0001 PROPERTIES 00"),
            new Packet("UNSUBSCRIBE", Sender.CLIENT, 0xA2, "0001 PROPERTIES \"p\""),
            new Packet("UNSUBACK", Sender.SERVER, 0xB0, "0001 PROPERTIES 00"),
            new Packet("DISCONNECT", Sender.CLIENT, 0xE0, "00 PROPERTIES"),
            new Packet("AUTH", Sender.CLIENT, 0xF0, "18 PROPERTIES"));

    private static final String ACKNOWLEDGEMENTS = " PUBACK PUBREC PUBREL PUBCOMP SUBACK UNSUBACK";

    /** The column "Packet / Will Properties" of table 2-4. */
    private static final Map<Integer, String> TABLE = Map.ofEntries(
            Map.entry(0x01, "PUBLISH Will"),
            Map.entry(0x02, "PUBLISH Will"),
            Map.entry(0x03, "PUBLISH Will"),
            Map.entry(0x08, "PUBLISH Will"),
            Map.entry(0x09, "PUBLISH Will"),
            Map.entry(0x0B, "PUBLISH SUBSCRIBE"),
            Map.entry(0x11, "CONNECT CONNACK DISCONNECT"),
            Map.entry(0x12, "CONNACK"),
            Map.entry(0x13, "CONNACK"),
            Map.entry(0x15, "CONNECT CONNACK AUTH"),
            Map.entry(0x16, "CONNECT CONNACK AUTH"),
            Map.entry(0x17, "CONNECT"),
            Map.entry(0x18, "Will"),
            Map.entry(0x19, "CONNECT"),
            Map.entry(0x1A, "CONNACK"),
            Map.entry(0x1C, "CONNACK DISCONNECT"),
            Map.entry(0x1F, "CONNACK DISCONNECT AUTH" + ACKNOWLEDGEMENTS),
            Map.entry(0x21, "CONNECT CONNACK"),
            Map.entry(0x22, "CONNECT CONNACK"),
            Map.entry(0x23, "PUBLISH"),
            Map.entry(0x24, "CONNACK"),
            Map.entry(0x25, "CONNACK"),
            Map.entry(0x26, "CONNECT CONNACK PUBLISH Will SUBSCRIBE UNSUBSCRIBE DISCONNECT AUTH" + ACKNOWLEDGEMENTS),
            Map.entry(0x27, "CONNECT CONNACK"),
            Map.entry(0x28, "CONNACK"),
            Map.entry(0x29, "CONNACK"),
            Map.entry(0x2A, "CONNACK"));

    private static boolean isAllowed(Property property, Packet packet) {
        String where = TABLE.get(property.identifier());
        assertThat(where).as(property.name()).isNotNull();
        return List.of(String.valueOf(where).split(" ")).contains(packet.name);
    }

    private static String id(Property property) {
        return String.format("%02X ", property.identifier());
    }

    private static String sample(Property property) {
        return id(property)
                + switch (property.type()) {
                    case BYTE, VARIABLE_BYTE_INTEGER -> "01";
                    case TWO_BYTE_INTEGER -> "0001";
                    case FOUR_BYTE_INTEGER -> "00000001";
                    case STRING, BINARY -> "\"x\"";
                    case STRING_PAIR -> "\"k\" \"v\"";
                }
                + " ";
    }

    /** What the property needs beside it in that packet. */
    private static String company(Property property, Packet packet) {
        boolean needsMethod = packet.name.equals("AUTH") || property == Property.AUTHENTICATION_DATA;
        return needsMethod && property != Property.AUTHENTICATION_METHOD ? "15 \"m\" " : "";
    }

    private static void accepted(Packet packet, String properties) throws MalformedPacketException {
        Wire.decode(packet.sender, MQTT_5, packet.with(properties));
    }

    private static void refused(ReasonCode code, Packet packet, String properties) {
        Wire.assertRefused(code, packet.sender, MQTT_5, packet.with(properties));
    }

    private static Packet packet(String name) {
        return PACKETS.stream().filter(p -> p.name.equals(name)).findFirst().orElseThrow();
    }

    @Test
    void each_property_is_read_where_it_has_its_place_and_malformed_elsewhere() throws MalformedPacketException {
        for (Property property : Property.values()) {
            for (Packet packet : PACKETS) {
                if (isAllowed(property, packet)) {
                    accepted(packet, company(property, packet) + sample(property));
                } else {
                    refused(MALFORMED_PACKET, packet, sample(property));
                }
            }
        }
    }

    @Test
    void all_properties_of_a_packet_fit_together() throws MalformedPacketException {
        for (Packet packet : PACKETS) {
            String all = Stream.of(Property.values())
                    .filter(property -> isAllowed(property, packet))
                    .map(PropertiesOnTheWireTest::sample)
                    .collect(Collectors.joining());
            accepted(packet, all);
        }
    }

    @Test
    void only_user_property_repeats_and_subscription_identifier_in_publish() throws MalformedPacketException {
        for (Property property : Property.values()) {
            for (Packet packet : PACKETS) {
                String twice = company(property, packet) + sample(property) + sample(property);
                boolean repeats = property == Property.USER_PROPERTY
                        || (property == Property.SUBSCRIPTION_IDENTIFIER && packet.name.equals("PUBLISH"));
                if (isAllowed(property, packet) && repeats) {
                    accepted(packet, twice);
                } else if (isAllowed(property, packet)) {
                    refused(PROTOCOL_ERROR, packet, twice);
                }
            }
        }
    }

    @Test
    void a_property_without_its_whole_value_is_malformed() {
        for (Property property : Property.values()) {
            String whole = Wire.hex(Wire.bytes(sample(property))).replace(" ", "");
            for (Packet packet : PACKETS) {
                for (int length = 2; length < whole.length(); length += 2) {
                    refused(MALFORMED_PACKET, packet, whole.substring(0, length));
                }
            }
        }
    }

    @Test
    void identifiers_that_the_standard_does_not_define_are_malformed() {
        for (int identifier = 0; identifier < 0x80; identifier++) {
            if (!TABLE.containsKey(identifier)) {
                assertThat(Property.of(identifier)).isNull();
                for (Packet packet : PACKETS) {
                    refused(MALFORMED_PACKET, packet, String.format("%02X 01", identifier));
                }
            }
        }
        for (String identifier : Set.of("8000", "8100", "8001", "FF7F", "FFFFFF7F", "8080808001", "A600")) {
            PACKETS.forEach(packet -> refused(MALFORMED_PACKET, packet, identifier + " 01"));
        }
    }

    @Test
    void values_out_of_their_range_are_protocol_errors() throws MalformedPacketException {
        for (Property property : List.of(
                Property.REQUEST_PROBLEM_INFORMATION,
                Property.REQUEST_RESPONSE_INFORMATION,
                Property.MAXIMUM_QOS,
                Property.RETAIN_AVAILABLE,
                Property.WILDCARD_SUBSCRIPTION_AVAILABLE,
                Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE,
                Property.SHARED_SUBSCRIPTION_AVAILABLE,
                Property.PAYLOAD_FORMAT_INDICATOR)) {
            Packet packet =
                    packet(String.valueOf(TABLE.get(property.identifier())).split(" ")[0]);
            accepted(packet, id(property) + "00");
            accepted(packet, id(property) + "01");
            refused(PROTOCOL_ERROR, packet, id(property) + "02");
            refused(PROTOCOL_ERROR, packet, id(property) + "FF");
        }
        Packet connect = packet("CONNECT");
        refused(PROTOCOL_ERROR, connect, "21 0000");
        accepted(connect, "21 FFFF");
        refused(PROTOCOL_ERROR, connect, "27 00000000");
        accepted(connect, "27 FFFFFFFF");
        accepted(connect, "22 0000");
        accepted(connect, "11 00000000");
        refused(PROTOCOL_ERROR, packet("PUBLISH"), "0B 00");
        refused(PROTOCOL_ERROR, packet("SUBSCRIBE"), "0B 00");
    }

    @Test
    void authentication_data_needs_its_method() throws MalformedPacketException {
        refused(PROTOCOL_ERROR, packet("CONNECT"), "16 \"d\"");
        refused(PROTOCOL_ERROR, packet("CONNACK"), "16 \"d\"");
        accepted(packet("CONNECT"), "16 \"d\" 15 \"m\"");
    }

    @Normative("MQTT-2.2.2-1")
    @Test
    void the_property_length_must_be_there_and_right() {
        byte[] none = Wire.packet(0x82, "0001");
        Wire.assertRefused(MALFORMED_PACKET, Sender.CLIENT, MQTT_5, none);
        byte[] tooLong = Wire.packet(0x82, "0001 7F \"p\" 00");
        Wire.assertRefused(MALFORMED_PACKET, Sender.CLIENT, MQTT_5, tooLong);
        byte[] tooShort = Wire.packet(0x82, "0001 06 26 \"k\" \"v\" \"p\" 00");
        Wire.assertRefused(MALFORMED_PACKET, Sender.CLIENT, MQTT_5, tooShort);
    }

    @Normative("MQTT-1.5.5-1")
    @Test
    void a_variable_byte_integer_has_no_more_bytes_than_needed_and_at_most_four() {
        Wire.assertRefused(MALFORMED_PACKET, Sender.CLIENT, MQTT_5, Wire.packet(0x82, "0001 8000 \"p\" 00"));
        Wire.assertRefused(MALFORMED_PACKET, Sender.CLIENT, MQTT_5, Wire.packet(0x82, "0001 80808000 \"p\" 00"));
        Wire.assertRefused(MALFORMED_PACKET, Sender.CLIENT, MQTT_5, Wire.packet(0x82, "0001 8080808001 \"p\" 00"));
        refused(MALFORMED_PACKET, packet("SUBSCRIBE"), "0B 8100");
        refused(MALFORMED_PACKET, packet("SUBSCRIBE"), "0B FFFFFFFF01");
    }

    @Normative("MQTT-1.5.7-1")
    @Test
    void both_strings_of_a_pair_must_be_well_formed() throws MalformedPacketException {
        for (Packet packet : PACKETS) {
            refused(MALFORMED_PACKET, packet, "26 0001 FF \"v\"");
            refused(MALFORMED_PACKET, packet, "26 \"k\" 0001 00");
        }
        accepted(packet("CONNECT"), "26 \"\" \"\"");
        accepted(packet("CONNECT"), "26 \"k\" 0001 0A");
    }
}
