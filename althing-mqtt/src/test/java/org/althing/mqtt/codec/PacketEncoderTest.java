package org.althing.mqtt.codec;

import static org.althing.mqtt.ProtocolVersion.MQTT_3_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_3_1_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_5;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Auth;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingResp;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Utf8;
import org.althing.mqtt.Will;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.testing.Normative;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the encoder decides: forms before 5.0, what is left out for size, what it refuses to write. */
class PacketEncoderTest {
    private static final Properties INFORMATIVE = Properties.builder()
            .set(Property.REASON_STRING, "why")
            .user("key", "value")
            .build();

    private static final Properties REASON =
            Properties.builder().set(Property.REASON_STRING, "why").build();

    private static ApplicationMessage message(Properties properties) {
        return new ApplicationMessage(TopicName.of("a"), Bytes.of("x"), Qos.AT_MOST_ONCE, false, properties);
    }

    private static void written(ProtocolVersion version, ControlPacket packet, String bytes) {
        assertThat(Wire.hex(Wire.encode(version, packet))).isEqualTo(Wire.hex(Wire.bytes(bytes)));
    }

    @Test
    void before_5_a_connack_says_one_of_five_refusals() {
        Map<ReasonCode, Integer> named = Map.ofEntries(
                Map.entry(ReasonCode.SUCCESS, 0),
                Map.entry(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, 1),
                Map.entry(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, 2),
                Map.entry(ReasonCode.SERVER_UNAVAILABLE, 3),
                Map.entry(ReasonCode.SERVER_BUSY, 3),
                Map.entry(ReasonCode.BAD_USER_NAME_OR_PASSWORD, 4),
                Map.entry(ReasonCode.NOT_AUTHORIZED, 5),
                Map.entry(ReasonCode.BANNED, 5));
        for (ReasonCode code : ReasonCode.values()) {
            if (ReasonCodes.CONNACK.allows(code)) {
                byte[] bytes = Wire.encode(MQTT_3_1_1, new ConnAck(false, code, INFORMATIVE));
                assertThat(bytes).hasSize(4).startsWith(0x20, 2, 0);
                assertThat((int) bytes[3]).as(code.name()).isBetween(code == ReasonCode.SUCCESS ? 0 : 1, 5);
                if (named.containsKey(code)) {
                    assertThat((int) bytes[3]).as(code.name()).isEqualTo(named.get(code));
                }
            }
        }
        written(MQTT_3_1, new ConnAck(true, ReasonCode.SUCCESS, Properties.NONE), "20 02 00 00");
    }

    @Test
    void before_5_a_suback_says_granted_qos_or_failure() {
        List<ReasonCode> codes = List.of(
                ReasonCode.SUCCESS,
                ReasonCode.GRANTED_QOS_1,
                ReasonCode.GRANTED_QOS_2,
                ReasonCode.NOT_AUTHORIZED,
                ReasonCode.QUOTA_EXCEEDED);
        written(MQTT_3_1_1, new SubAck(1, codes, INFORMATIVE), "90 07 0001 00 01 02 80 80");
    }

    @Test
    void before_5_acknowledgements_say_nothing_of_failure() {
        written(MQTT_3_1_1, new PubAck(1, ReasonCode.NOT_AUTHORIZED, INFORMATIVE), "40 02 0001");
        written(MQTT_3_1_1, new PubRec(1, ReasonCode.QUOTA_EXCEEDED, INFORMATIVE), "50 02 0001");
        written(MQTT_3_1, new PubRel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND), "62 02 0001");
        written(MQTT_3_1, new PubComp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND), "70 02 0001");
        written(MQTT_3_1_1, new UnsubAck(1, List.of(ReasonCode.NO_SUBSCRIPTION_EXISTED), INFORMATIVE), "B0 02 0001");
    }

    @Test
    void before_5_properties_aliases_and_options_are_left_out() {
        Properties properties = Properties.builder()
                .set(Property.MESSAGE_EXPIRY_INTERVAL, 5)
                .user("k", "v")
                .build();
        written(MQTT_3_1_1, new Publish(false, 0, 9, message(properties)), "30 04 \"a\" 'x'");
        SubscriptionOptions options =
                new SubscriptionOptions(Qos.AT_LEAST_ONCE, true, true, RetainHandling.DO_NOT_SEND);
        Subscribe subscribe =
                new Subscribe(1, List.of(new Subscribe.Request(TopicFilter.of("a"), options)), INFORMATIVE);
        written(MQTT_3_1_1, subscribe, "82 06 0001 \"a\" 01");
        Connect connect = new Connect(
                MQTT_3_1_1, false, "p", true, 0, null, null, new Will(message(properties), 10), INFORMATIVE);
        written(MQTT_3_1_1, connect, "10 13 \"MQTT\" 04 06 0000 \"p\" \"a\" \"x\"");
    }

    @Test
    void before_5_there_is_no_disconnect_with_a_reason_and_no_auth() {
        for (ProtocolVersion version : List.of(MQTT_3_1, MQTT_3_1_1)) {
            refused(version, new Disconnect(ReasonCode.SERVER_SHUTTING_DOWN), "SERVER_SHUTTING_DOWN");
            refused(version, new Disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE), "does not exist");
            refused(version, new Auth(ReasonCode.SUCCESS, Properties.NONE), "AUTH does not exist");
        }
    }

    private static void refused(ProtocolVersion version, ControlPacket packet, String named) {
        PacketBuffer out = new PacketBuffer(16);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PacketEncoder(version).encode(packet, out))
                .withMessageContaining(named);
        assertThat(out.isEmpty()).isTrue();
    }

    @Test
    void what_the_protocol_forbids_is_not_written() {
        refused(MQTT_5, new PubAck(1, ReasonCode.SERVER_BUSY), "SERVER_BUSY");
        refused(MQTT_5, new PubRel(1, ReasonCode.NOT_AUTHORIZED), "PUBREL");
        refused(MQTT_5, new ConnAck(false, ReasonCode.KEEP_ALIVE_TIMEOUT, Properties.NONE), "CONNACK");
        refused(MQTT_5, new ConnAck(true, ReasonCode.BANNED, Properties.NONE), "session present");
        refused(MQTT_5, new SubAck(1, List.of(ReasonCode.NO_SUBSCRIPTION_EXISTED), Properties.NONE), "SUBACK");
        refused(MQTT_5, new UnsubAck(1, List.of(ReasonCode.GRANTED_QOS_1), Properties.NONE), "UNSUBACK");
        refused(MQTT_5, new UnsubAck(1, List.of(), Properties.NONE), "UNSUBACK");
        refused(MQTT_5, new Disconnect(ReasonCode.GRANTED_QOS_1), "DISCONNECT");
        refused(MQTT_5, new Auth(ReasonCode.BANNED, Properties.NONE), "AUTH");
        refused(MQTT_5, new Auth(ReasonCode.CONTINUE_AUTHENTICATION, Properties.NONE), "method");
        refused(MQTT_5, new Publish(true, 0, 0, message(Properties.NONE)), "DUP");
        refused(MQTT_5, new Publish(false, 0, 0, message(REASON)), "REASON_STRING");
        Properties alias = Properties.builder().set(Property.TOPIC_ALIAS, 1).build();
        refused(MQTT_5, new Publish(false, 0, 1, message(alias)), "topic alias");
        Subscribe.Request shared = new Subscribe.Request(
                TopicFilter.of("$share/g/t"),
                new SubscriptionOptions(Qos.AT_MOST_ONCE, true, false, RetainHandling.SEND));
        refused(MQTT_5, new Subscribe(1, List.of(shared), Properties.NONE), "No Local");
    }

    @Test
    void an_alias_of_the_connection_stands_beside_the_topic_or_in_place_of_it() {
        Publish shared = new Publish(false, 0, 0, message(Properties.NONE));
        PacketBuffer out = new PacketBuffer(0);
        PacketEncoder encoder = new PacketEncoder(MQTT_5);
        assertThat(encoder.encode(shared, 300, false, out)).isTrue();
        assertThat(encoder.encode(shared, 300, true, out)).isTrue();
        byte[] bytes = new byte[out.length()];
        out.view().get(bytes);
        assertThat(Wire.hex(bytes)).isEqualTo(Wire.hex(Wire.bytes("30 08 \"a\" 03 23012C 78 30 07 0000 03 23012C 78")));
        encoder.packetSizeMax(8);
        assertThat(encoder.encode(shared, 1, false, out)).isFalse();
        assertThat(out.length()).isEqualTo(bytes.length);
        assertThatIllegalArgumentException().isThrownBy(() -> encoder.encode(shared, 0, true, out));
        assertThatIllegalArgumentException().isThrownBy(() -> encoder.encode(shared, 65_536, true, out));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PacketEncoder(MQTT_3_1_1).encode(shared, 1, false, out));
    }

    @Test
    void a_topic_name_is_needed_unless_an_alias_stands_for_it() {
        ApplicationMessage aliased =
                new ApplicationMessage(TopicName.ALIASED, Bytes.EMPTY, Qos.AT_MOST_ONCE, false, Properties.NONE);
        refused(MQTT_5, new Publish(false, 0, 0, aliased), "topic");
        refused(MQTT_3_1_1, new Publish(false, 0, 1, aliased), "topic");
        refused(MQTT_5, connect("p", null, null, new Will(aliased, 0)), "will");
    }

    @Test
    void properties_that_our_decoder_would_refuse_are_not_written() {
        Properties data = Properties.builder()
                .set(Property.AUTHENTICATION_DATA, Bytes.of("x"))
                .build();
        refused(
                MQTT_5,
                new Connect(MQTT_5, false, "p", true, 0, null, null, null, data),
                "authentication data without authentication method");
        for (String topic : List.of("", "#", "a/+")) {
            Properties response =
                    Properties.builder().set(Property.RESPONSE_TOPIC, topic).build();
            refused(MQTT_5, new Publish(false, 0, 0, message(response)), "response topic");
            refused(MQTT_5, connect("p", null, null, new Will(message(response), 0)), "response topic");
        }
        Properties two = Properties.builder()
                .set(Property.SUBSCRIPTION_IDENTIFIER, 1)
                .set(Property.SUBSCRIPTION_IDENTIFIER, 2)
                .build();
        Subscribe.Request request =
                new Subscribe.Request(TopicFilter.of("a"), SubscriptionOptions.of(Qos.AT_MOST_ONCE));
        refused(MQTT_5, new Subscribe(1, List.of(request), two), "more than once");
        Properties expiry =
                Properties.builder().set(Property.SESSION_EXPIRY_INTERVAL, 1).build();
        refused(MQTT_5, new Disconnect(ReasonCode.SERVER_BUSY, expiry), "session expiry interval"); // [MQTT-3.14.2-2]
        assertThat(Wire.encode(MQTT_5, new Disconnect(ReasonCode.UNSPECIFIED_ERROR, expiry)))
                .hasSize(2 + 1 + 1 + 5);
    }

    @Test
    void a_connect_that_cannot_be_written_is_refused() {
        Properties delay =
                Properties.builder().set(Property.WILL_DELAY_INTERVAL, 1).build();
        refused(MQTT_5, connect("p", null, null, new Will(message(delay), 0)), "delay");
        refused(MQTT_3_1_1, connect("p", null, Bytes.of("pw"), null), "user name");
        refused(MQTT_5, connect("a\u0000b", null, null, null), "client identifier");
        refused(MQTT_5, connect("\uD800", null, null, null), "client identifier");
        refused(MQTT_5, connect("p", "u".repeat(65_536), null, null), "user name");
        refused(MQTT_5, connect("p", "u", Bytes.wrap(new byte[65_536]), null), "password");
        Connect longest = connect("p", "u".repeat(65_535), Bytes.wrap(new byte[65_535]), null);
        assertThat(Wire.encode(MQTT_5, longest)).hasSizeGreaterThan(2 * 65_535);
        ApplicationMessage large = new ApplicationMessage(
                TopicName.of("a"), Bytes.wrap(new byte[65_536]), Qos.AT_MOST_ONCE, false, Properties.NONE);
        refused(MQTT_5, connect("p", null, null, new Will(large, 0)), "will payload");
    }

    private static Connect connect(
            String clientId, @Nullable String userName, @Nullable Bytes password, @Nullable Will will) {
        return new Connect(MQTT_5, false, clientId, true, 0, userName, password, will, Properties.NONE);
    }

    private static List<ControlPacket> informativePackets() {
        List<ControlPacket> packets = new ArrayList<>();
        packets.add(new ConnAck(false, ReasonCode.BANNED, INFORMATIVE));
        packets.add(new PubAck(1, ReasonCode.NOT_AUTHORIZED, INFORMATIVE));
        packets.add(new PubRec(1, ReasonCode.NOT_AUTHORIZED, INFORMATIVE));
        packets.add(new PubRel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, INFORMATIVE));
        packets.add(new PubComp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, INFORMATIVE));
        packets.add(new SubAck(1, List.of(ReasonCode.SUCCESS), INFORMATIVE));
        packets.add(new UnsubAck(1, List.of(ReasonCode.SUCCESS), INFORMATIVE));
        packets.add(new Disconnect(ReasonCode.SERVER_BUSY, INFORMATIVE));
        packets.add(new Auth(
                ReasonCode.CONTINUE_AUTHENTICATION,
                INFORMATIVE.toBuilder().set(Property.AUTHENTICATION_METHOD, "m").build()));
        return packets;
    }

    @Normative({
        "MQTT-3.2.2-19", "MQTT-3.2.2-20", "MQTT-3.4.2-2", "MQTT-3.4.2-3", "MQTT-3.5.2-2", "MQTT-3.5.2-3",
        "MQTT-3.6.2-2", "MQTT-3.6.2-3", "MQTT-3.7.2-2", "MQTT-3.7.2-3", "MQTT-3.9.2-1", "MQTT-3.9.2-2",
        "MQTT-3.11.2-1", "MQTT-3.11.2-2", "MQTT-3.14.2-3", "MQTT-3.14.2-4", "MQTT-3.15.2-2", "MQTT-3.15.2-3"
    })
    @Test
    void user_properties_then_the_reason_string_give_way_to_the_maximum_packet_size() {
        for (ControlPacket packet : informativePackets()) {
            byte[] whole = Wire.encode(MQTT_5, packet);
            byte[] reasoned = limited(packet, whole.length - 1);
            assertThat(reasoned).hasSize(whole.length - 13);
            assertThat(Wire.hex(reasoned)).contains(Wire.hex(Wire.bytes("1F \"why\"")));
            byte[] bare = limited(packet, reasoned.length - 1);
            assertThat(bare.length).isLessThan(reasoned.length);
            assertThat(Wire.hex(bare)).doesNotContain(Wire.hex(Wire.bytes("\"why\"")));
            assertThat(limited(packet, bare.length - 1)).isEmpty();
            assertThat(limited(packet, whole.length)).isEqualTo(whole);
        }
    }

    /** The packet in at most so many bytes, or none. */
    private static byte[] limited(ControlPacket packet, int packetSizeMax) {
        PacketEncoder encoder = new PacketEncoder(MQTT_5);
        encoder.packetSizeMax(packetSizeMax);
        PacketBuffer out = new PacketBuffer(16);
        boolean encoded = encoder.encode(packet, out);
        assertThat(encoded).isEqualTo(!out.isEmpty());
        assertThat(out.length()).isLessThanOrEqualTo(packetSizeMax);
        return Wire.bytes(out);
    }

    @Normative("MQTT-3.1.2-24")
    @Test
    void what_belongs_to_the_message_does_not_give_way() {
        Properties user = Properties.builder().user("key", "value").build();
        Publish publish = new Publish(false, 0, 0, message(user));
        byte[] whole = Wire.encode(MQTT_5, publish);
        assertThat(limited(publish, whole.length)).isEqualTo(whole);
        assertThat(limited(publish, whole.length - 1)).isEmpty();
    }

    @Test
    void the_smallest_packets_keep_to_the_maximum_packet_size_too() {
        assertThat(limited(PingResp.INSTANCE, 1)).isEmpty();
        assertThat(limited(PingResp.INSTANCE, 2)).hasSize(2);
        assertThat(limited(new Disconnect(ReasonCode.SUCCESS), 1)).isEmpty();
        assertThat(limited(new PubAck(1, ReasonCode.SUCCESS), 3)).isEmpty();
        assertThat(limited(new PubAck(1, ReasonCode.SUCCESS), 4)).hasSize(4);
    }

    @Test
    void every_character_is_written_as_the_jdk_writes_it() {
        FieldWriter writer = new FieldWriter();
        byte[] written = new byte[6];
        for (int character = 1; character <= Character.MAX_CODE_POINT; character++) {
            if (character < Character.MIN_SURROGATE || character > Character.MAX_SURROGATE) {
                String text = Character.toString(character);
                byte[] expected = text.getBytes(StandardCharsets.UTF_8);
                writer.begin(written, 0);
                writer.text(text);
                boolean same = written[1] == expected.length
                        && Arrays.equals(written, 2, writer.position(), expected, 0, expected.length)
                        && Utf8.encodedLength("text", text) == expected.length;
                assertThat(same).as("U+%X", character).isTrue();
            }
        }
    }

    @Normative("MQTT-3.1.2-29")
    @Test
    void who_wants_no_problem_information_gets_it_only_in_connack_disconnect_and_publish()
            throws MalformedPacketException {
        PacketEncoder encoder = new PacketEncoder(MQTT_5);
        encoder.problemInformation(false);
        for (ControlPacket packet : informativePackets()) {
            PacketBuffer out = new PacketBuffer(16);
            encoder.encode(packet, out);
            boolean kept = packet instanceof ConnAck || packet instanceof Disconnect;
            assertThat(Wire.hex(Wire.bytes(out)).contains(Wire.hex(Wire.bytes("\"why\""))))
                    .isEqualTo(kept);
            assertThat(Wire.hex(Wire.bytes(out)).contains(Wire.hex(Wire.bytes("\"key\""))))
                    .isEqualTo(kept);
        }
        PacketBuffer out = new PacketBuffer(16);
        Publish publish = new Publish(
                false, 0, 0, message(Properties.builder().user("key", "value").build()));
        encoder.encode(publish, out);
        assertThat(Wire.decode(Sender.SERVER, MQTT_5, Wire.bytes(out))).isEqualTo(publish);
    }

    @Test
    void packets_are_appended_to_what_is_there() {
        PacketBuffer out = new PacketBuffer(1);
        PacketEncoder encoder = new PacketEncoder(MQTT_3_1_1);
        encoder.encode(new PubAck(1, ReasonCode.SUCCESS), out);
        encoder.encode(new PubAck(2, ReasonCode.SUCCESS), out);
        assertThat(Wire.bytes(out)).isEqualTo(Wire.bytes("40 02 0001 40 02 0002"));
        out.clear();
        assertThat(out.isEmpty()).isTrue();
        assertThat(out.view().remaining()).isZero();
    }

    @Test
    void a_buffer_gives_large_arrays_back() {
        PacketBuffer out = new PacketBuffer(16);
        out.reserve(10_000_000);
        out.clear();
        assertThat(out.array().length).isLessThanOrEqualTo(64 * 1024);
        out.reserve(3);
        assertThat(out.length()).isEqualTo(3);
    }
}
