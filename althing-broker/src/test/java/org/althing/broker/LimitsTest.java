package org.althing.broker;

import static org.althing.broker.TestClient.message;
import static org.althing.broker.TestClient.packet;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.routing.TopicTree;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.ControlPacket.PingResp;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** Every limit: what is at it, and what is one beyond. */
class LimitsTest {
    private static TestClient client(UnaryOperator<BrokerConfig.Builder> config) {
        TestClient client = Rig.with(config).client().connect("c");
        client.accepted();
        return client;
    }

    private static void ends(TestClient client, ReasonCode reasonCode) {
        assertThat(client.receive()).containsExactly(new Disconnect(reasonCode));
        assertThat(client.isClosed()).isTrue();
    }

    private static Properties users(int count) {
        Properties.Builder properties = Properties.builder();
        for (int i = 0; i < count; i++) {
            properties.user("k" + i, "v");
        }
        return properties.build();
    }

    private static Publish publish(Properties properties, Qos qos, Bytes payload) {
        int identifier = qos == AT_MOST_ONCE ? 0 : 1;
        return new Publish(
                false, identifier, 0, new ApplicationMessage(TopicName.of("t"), payload, qos, false, properties));
    }

    private static Subscribe subscribe(int identifier, int filters, String prefix) {
        List<Subscribe.Request> requests = new ArrayList<>();
        for (int i = 0; i < filters; i++) {
            requests.add(new Subscribe.Request(TopicFilter.of(prefix + i), SubscriptionOptions.of(AT_MOST_ONCE)));
        }
        return new Subscribe(identifier, requests, Properties.NONE);
    }

    private static List<ReasonCode> granted(ControlPacket packet) {
        return ((SubAck) packet).reasonCodes();
    }

    // ---- packets

    @Normative("MQTT-3.2.2-15")
    @Test
    void maximum_packet_size_of_the_broker() {
        // 2 for the header, 3 for the topic, 1 for the properties
        TestClient client = client(config -> config.packetSizeMax(100));
        client.send(publish(Properties.NONE, AT_MOST_ONCE, Bytes.of("x".repeat(94))), PingReq.INSTANCE);
        assertThat(client.receive()).containsExactly(PingResp.INSTANCE);
        client.send(publish(Properties.NONE, AT_MOST_ONCE, Bytes.of("x".repeat(95))));
        ends(client, ReasonCode.PACKET_TOO_LARGE);
    }

    @Normative({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
    @Test
    void maximum_packet_size_of_a_client() {
        Rig rig = new Rig();
        Properties small =
                Properties.builder().set(Property.MAXIMUM_PACKET_SIZE, 100).build();
        TestClient client = rig.client().connect("c", true, 0, null, small);
        client.accepted();
        client.subscribe("t", AT_MOST_ONCE);
        rig.broker.publish(message("t", "x".repeat(95), AT_MOST_ONCE, false));
        rig.broker.publish(message("t", "x".repeat(94), AT_MOST_ONCE, false));
        assertThat(client.receive()).containsExactly(packet("t", "x".repeat(94), AT_MOST_ONCE, false, 0));
        assertThat(rig.broker.counters().ledger.count(Fate.PACKET_TOO_LARGE)).isEqualTo(1);
    }

    @Test
    void the_size_of_a_connect_is_bounded_before_anybody_knows_who_sends_it() {
        // 10 for the variable header, 1 for the properties, 3 for the identifier, 2 for the user name, 2 for its packet
        Rig rig = Rig.with(config -> config.connectSizeMax(100));
        for (int length : new int[] {82, 83}) {
            TestClient client = rig.client();
            client.send(new Connect(
                    ProtocolVersion.MQTT_5, false, "c", true, 60, "u".repeat(length), null, null, Properties.NONE));
            assertThat(client.receive()).hasSize(length == 82 ? 1 : 0);
            assertThat(client.isClosed()).isEqualTo(length > 82);
        }
        assertThat(rig.log.getLast()).contains("packet too large: CONNECT of 101 bytes, more than 100");
        TestClient open = rig.client().connect("d");
        open.accepted();
        open.send(publish(Properties.NONE, AT_LEAST_ONCE, Bytes.of("x".repeat(500))));
        assertThat(open.receive()).containsExactly(new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS));
    }

    @Test
    void user_properties_of_a_packet_are_bounded_in_every_packet() {
        UnaryOperator<BrokerConfig.Builder> three = config -> config.userPropertiesMax(3);
        TestClient client = client(three);
        client.send(publish(users(3), AT_LEAST_ONCE, Bytes.EMPTY));
        assertThat(client.receive()).hasSize(1);
        client.send(publish(users(4), AT_LEAST_ONCE, Bytes.EMPTY));
        ends(client, ReasonCode.QUOTA_EXCEEDED);
        TestClient subscribing = client(three);
        subscribing.send(new Subscribe(1, subscribe(1, 1, "t").requests(), users(4)));
        ends(subscribing, ReasonCode.QUOTA_EXCEEDED);
        Rig rig = Rig.with(three);
        rig.client().connect("c", true, 0, null, users(3)).accepted();
        TestClient refused = rig.client().connect("c", true, 0, null, users(4));
        assertThat(refused.receive()).containsExactly(new ConnAck(false, ReasonCode.QUOTA_EXCEEDED, Properties.NONE));
        Will will = new Will(message("w", "", AT_MOST_ONCE, false).withProperties(users(3)), 0);
        rig.client().connect("d", true, 0, will, users(3)).accepted(); // each set counts for itself
    }

    // ---- messages

    @Normative({"MQTT-3.3.4-7", "MQTT-3.3.4-9"})
    @Test
    void receive_maximum_of_the_broker() {
        TestClient client = client(config -> config.inflightMessagesMax(2));
        for (int identifier = 1; identifier <= 2; identifier++) {
            client.publish("t", "x", EXACTLY_ONCE, identifier);
        }
        assertThat(client.receive()).hasSize(2);
        client.publish("t", "x", EXACTLY_ONCE, 3);
        ends(client, ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
    }

    @Test
    void size_of_a_payload() {
        TestClient client = client(config -> config.payloadSizeMax(5));
        client.publish("t", "12345", AT_LEAST_ONCE, 1).publish("t", "123456", AT_LEAST_ONCE, 2);
        assertThat(client.receive())
                .containsExactly(
                        new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS),
                        new PubAck(2, ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR));
    }

    @Test
    void levels_of_a_topic() {
        String most = "x/".repeat(TopicTree.LEVELS_MAX - 1) + "x";
        TestClient client = client(config -> config);
        client.publish(most, "", AT_LEAST_ONCE, 1).publish(most + "/x", "", AT_LEAST_ONCE, 2);
        client.send(subscribe(3, 1, most), subscribe(4, 1, most + "/x"));
        assertThat(client.receive())
                .containsExactly(
                        new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS),
                        new PubAck(2, ReasonCode.TOPIC_NAME_INVALID),
                        new SubAck(3, List.of(ReasonCode.SUCCESS), Properties.NONE),
                        new SubAck(4, List.of(ReasonCode.TOPIC_FILTER_INVALID), Properties.NONE));
    }

    // ---- clients

    @Test
    void length_of_a_client_identifier_in_bytes() {
        Rig rig = Rig.with(config -> config.clientIdBytesMax(6));
        rig.client().connect("123456").accepted();
        rig.client().connect("\u20ac\u20ac").accepted();
        for (String tooLong : List.of("1234567", "\u20ac\u20acx")) {
            TestClient client = rig.client().connect(tooLong);
            assertThat(client.connAck().reasonCode()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
            assertThat(client.isClosed()).isTrue();
        }
        rig.client().connect("").accepted(); // the one that the broker gives is its own business
    }

    @Test
    void subscriptions_of_one_client() {
        TestClient client = client(config -> config.subscriptionsMax(3));
        client.send(subscribe(1, 2, "a"), subscribe(2, 2, "b"));
        List<ControlPacket> answers = client.receive();
        assertThat(granted(answers.get(0))).containsExactly(ReasonCode.SUCCESS, ReasonCode.SUCCESS);
        assertThat(granted(answers.get(1))).containsExactly(ReasonCode.SUCCESS, ReasonCode.QUOTA_EXCEEDED);
        client.send(subscribe(3, 2, "a")); // again is not one more
        assertThat(granted(client.receive().getFirst())).containsExactly(ReasonCode.SUCCESS, ReasonCode.SUCCESS);
        client.send(new Unsubscribe(4, List.of(TopicFilter.of("a0")), Properties.NONE), subscribe(5, 2, "c"));
        answers = client.receive();
        assertThat(answers.getFirst()).isEqualTo(new UnsubAck(4, List.of(ReasonCode.SUCCESS), Properties.NONE));
        assertThat(granted(answers.getLast())).containsExactly(ReasonCode.SUCCESS, ReasonCode.QUOTA_EXCEEDED);
    }

    @Test
    void shared_subscriptions_count_like_others() {
        TestClient client = client(config -> config.subscriptionsMax(2));
        client.send(subscribe(1, 1, "a"), subscribe(2, 2, "$share/g/b"), subscribe(3, 1, "$share/g/b"));
        List<ControlPacket> answers = client.receive();
        assertThat(granted(answers.get(1))).containsExactly(ReasonCode.SUCCESS, ReasonCode.QUOTA_EXCEEDED);
        assertThat(granted(answers.get(2))).containsExactly(ReasonCode.SUCCESS);
        client.send(subscribe(4, 2, "c"));
        assertThat(granted(client.receive().getFirst()))
                .containsExactly(ReasonCode.QUOTA_EXCEEDED, ReasonCode.QUOTA_EXCEEDED);
    }

    @Test
    void filters_of_one_packet() {
        UnaryOperator<BrokerConfig.Builder> three = config -> config.filtersMax(3);
        TestClient client = client(three);
        client.send(subscribe(1, 3, "t"));
        assertThat(granted(client.receive().getFirst())).hasSize(3);
        client.send(subscribe(1, 4, "t"));
        ends(client, ReasonCode.QUOTA_EXCEEDED);
        TestClient unsubscribing = client(three);
        List<TopicFilter> filters = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            filters.add(TopicFilter.of("t" + i));
        }
        unsubscribing.send(new Unsubscribe(1, filters, Properties.NONE));
        assertThat(unsubscribing.receive()).hasSize(1);
        filters.add(TopicFilter.of("t3"));
        unsubscribing.send(new Unsubscribe(1, filters, Properties.NONE));
        ends(unsubscribing, ReasonCode.QUOTA_EXCEEDED);
    }

    @Normative("MQTT-3.2.2-21")
    @Test
    void longest_keep_alive() {
        Rig rig = Rig.with(config -> config.keepAliveSecondsMax(60));
        assertThat(rig.client().connect("at").accepted().properties().has(Property.SERVER_KEEP_ALIVE))
                .isFalse();
        for (int beyond : new int[] {61, 0}) {
            TestClient client = rig.client();
            client.send(
                    new Connect(ProtocolVersion.MQTT_5, false, "c", true, beyond, null, null, null, Properties.NONE));
            assertThat(client.accepted().properties().integer(Property.SERVER_KEEP_ALIVE, -1))
                    .isEqualTo(60);
        }
    }

    // ---- payload format

    private static final Properties TEXT =
            Properties.builder().set(Property.PAYLOAD_FORMAT_INDICATOR, 1).build();

    private static final Bytes NOT_TEXT = Bytes.of(new byte[] {'x', (byte) 0xC0, (byte) 0x80});

    @Test
    void a_payload_that_is_not_the_text_it_says_it_is() {
        Rig rig = Rig.with(config -> config.payloadFormatChecked(true));
        TestClient client = rig.client().connect("c");
        client.accepted();
        client.subscribe("t", AT_MOST_ONCE);
        client.send(publish(TEXT, AT_LEAST_ONCE, NOT_TEXT));
        assertThat(client.receive()).containsExactly(new PubAck(1, ReasonCode.PAYLOAD_FORMAT_INVALID));
        client.send(publish(TEXT, EXACTLY_ONCE, NOT_TEXT));
        assertThat(client.receive()).containsExactly(new PubRec(1, ReasonCode.PAYLOAD_FORMAT_INVALID));
        client.send(publish(TEXT, AT_MOST_ONCE, NOT_TEXT), publish(Properties.NONE, AT_MOST_ONCE, NOT_TEXT));
        assertThat(client.receive()).containsExactly(publish(Properties.NONE, AT_MOST_ONCE, NOT_TEXT));
        for (String good : List.of("", "x", "\u00e9t\u00e9 \u20ac \ud83d\uddf3", "\u20ac".repeat(3_000) + "x")) {
            client.send(publish(TEXT, AT_MOST_ONCE, Bytes.of(good)));
            assertThat(client.receive()).containsExactly(publish(TEXT, AT_MOST_ONCE, Bytes.of(good)));
        }
        byte[] cut = Bytes.of("\u20ac".repeat(3_000)).toByteArray();
        client.send(publish(TEXT, AT_MOST_ONCE, Bytes.of(Arrays.copyOf(cut, cut.length - 1))));
        assertThat(client.receive()).isEmpty();
    }

    @Test
    void a_will_that_is_not_the_text_it_says_it_is() {
        Will will = new Will(publish(TEXT, AT_MOST_ONCE, NOT_TEXT).message(), 0);
        Rig checking = Rig.with(config -> config.payloadFormatChecked(true));
        assertThat(checking.client()
                        .connect("c", true, 0, will, Properties.NONE)
                        .connAck()
                        .reasonCode())
                .isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
        new Rig().client().connect("c", true, 0, will, Properties.NONE).accepted();
    }

    @Test
    void nobody_looks_into_payloads_unless_it_is_asked_for() {
        TestClient client = client(config -> config);
        client.send(publish(TEXT, AT_LEAST_ONCE, NOT_TEXT));
        assertThat(client.receive()).containsExactly(new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS));
    }
}
