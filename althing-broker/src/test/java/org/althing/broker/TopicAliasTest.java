package org.althing.broker;

import static org.althing.broker.TestClient.message;
import static org.althing.broker.TestClient.packet;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.althing.broker.Ledger.Fate;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.testing.Normative;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Topic Aliases: a client's to the broker, and the broker's to a client. */
class TopicAliasTest {
    private static Rig rig(int fromClients, int toClients) {
        return new Rig(
                config -> config, parts -> parts, ListenerConfig.mqtt("", 1).withTopicAliases(fromClients, toClients));
    }

    private static TestClient client(Rig rig, String clientId, int aliasesMax) {
        Properties properties = aliasesMax == 0
                ? Properties.NONE
                : Properties.builder()
                        .set(Property.TOPIC_ALIAS_MAXIMUM, aliasesMax)
                        .build();
        TestClient client = rig.client().connect(clientId, true, 0, null, properties);
        client.accepted();
        return client;
    }

    private static Publish aliased(int alias, String topic, String payload, Qos qos, int identifier) {
        TopicName name = topic.isEmpty() ? TopicName.ALIASED : TopicName.of(topic);
        return new Publish(
                false, identifier, alias, new ApplicationMessage(name, Bytes.of(payload), qos, false, Properties.NONE));
    }

    private static Publish aliased(int alias, String topic, String payload) {
        return aliased(alias, topic, payload, AT_MOST_ONCE, 0);
    }

    // ---- from clients

    @Test
    void connack_announces_mosquittos_ten_unless_the_listener_says_otherwise() {
        assertThat(announced(new Rig())).isEqualTo(10);
        assertThat(announced(rig(65_535, 0))).isEqualTo(65_535);
        assertThat(announced(rig(0, 0))).isEqualTo(-1);
    }

    private static long announced(Rig rig) {
        return rig.client().connect("c").accepted().properties().integer(Property.TOPIC_ALIAS_MAXIMUM, -1);
    }

    @Normative({"MQTT-3.3.2-12", "MQTT-3.2.2-17"})
    @Test
    void every_alias_up_to_the_maximum_stands_for_its_latest_topic() {
        Rig rig = rig(3, 0);
        TestClient subscriber = client(rig, "subscriber", 0);
        subscriber.subscribe("#", EXACTLY_ONCE);
        TestClient publisher = client(rig, "publisher", 0);
        publisher.send(aliased(3, "three", "1"), aliased(1, "one", "2"), aliased(3, "", "3"), aliased(1, "", "4"));
        publisher.send(aliased(3, "drei", "5"), aliased(3, "", "6"), aliased(1, "", "7"));
        assertThat(subscriber.receive())
                .containsExactly(
                        packet("three", "1", AT_MOST_ONCE, false, 0),
                        packet("one", "2", AT_MOST_ONCE, false, 0),
                        packet("three", "3", AT_MOST_ONCE, false, 0),
                        packet("one", "4", AT_MOST_ONCE, false, 0),
                        packet("drei", "5", AT_MOST_ONCE, false, 0),
                        packet("drei", "6", AT_MOST_ONCE, false, 0),
                        packet("one", "7", AT_MOST_ONCE, false, 0));
        assertThat(publisher.isClosed()).isFalse();
    }

    @Normative({"MQTT-3.3.2-9", "MQTT-3.2.2-17", "MQTT-3.2.2-18"})
    @Test
    void an_alias_beyond_the_maximum_or_where_none_is_allowed_ends_the_connection() {
        assertThat(answer(rig(3, 0), aliased(4, "t", "x"))).isEqualTo(ReasonCode.TOPIC_ALIAS_INVALID);
        assertThat(answer(rig(0, 0), aliased(1, "t", "x"))).isEqualTo(ReasonCode.TOPIC_ALIAS_INVALID);
        assertThat(answer(rig(65_535, 0), aliased(65_535, "t", "x"))).isNull();
    }

    @Test
    void an_alias_that_stands_for_nothing_yet_is_a_protocol_error() {
        assertThat(answer(rig(3, 0), aliased(3, "", "x"))).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        assertThat(answer(rig(3, 0), aliased(3, "t", "x"), aliased(2, "", "x"))).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Normative("MQTT-3.3.2-8")
    @Test
    void alias_0_ends_the_connection() {
        Rig rig = rig(3, 0);
        TestClient client = client(rig, "c", 0);
        client.peer.send(new byte[] {0x30, 7, 0, 1, 't', 3, 0x23, 0, 0});
        assertThat(client.receive()).containsExactly(new Disconnect(ReasonCode.TOPIC_ALIAS_INVALID));
        assertThat(client.isClosed()).isTrue();
    }

    /** The reason code of the DISCONNECT that these packets lead to, or null for none. */
    private static @Nullable ReasonCode answer(Rig rig, ControlPacket... packets) {
        TestClient client = client(rig, "c", 0);
        client.send(packets);
        List<ControlPacket> received = client.receive();
        assertThat(client.isClosed()).isEqualTo(!received.isEmpty());
        return received.isEmpty() ? null : ((Disconnect) received.getFirst()).reasonCode();
    }

    @Normative("MQTT-3.3.2-7")
    @Test
    void a_new_connection_of_the_same_session_knows_no_alias_of_the_old_one() {
        Rig rig = rig(3, 0);
        TestClient old = rig.client().connect("c", false, 100);
        old.accepted();
        old.send(aliased(1, "t", "x"));
        old.send(new Disconnect(ReasonCode.SUCCESS));
        rig.idle();
        TestClient young = rig.client().connect("c", false, 100);
        assertThat(young.accepted().sessionPresent()).isTrue();
        young.send(aliased(1, "", "y"));
        assertThat(young.receive()).containsExactly(new Disconnect(ReasonCode.PROTOCOL_ERROR));
    }

    @Test
    void a_message_that_is_refused_has_named_its_alias_all_the_same() {
        Rig rig = Rig.made(parts -> parts.accessControl(AccessControl.of((who, action, topic) ->
                action != AccessControl.Action.PUBLISH || !topic.toString().equals("secret"))));
        TestClient client = client(rig, "c", 0);
        client.send(aliased(1, "secret", "x", AT_LEAST_ONCE, 1), aliased(1, "", "y", AT_LEAST_ONCE, 2));
        assertThat(client.receive())
                .containsExactly(new PubAck(1, ReasonCode.NOT_AUTHORIZED), new PubAck(2, ReasonCode.NOT_AUTHORIZED));
    }

    @Test
    void a_retained_message_is_kept_under_its_topic() {
        Rig rig = rig(3, 0);
        TestClient publisher = client(rig, "publisher", 0);
        Publish second = aliased(1, "", "kept");
        publisher.send(
                aliased(1, "t", "x"), new Publish(false, 0, 1, second.message().withRetain(true)));
        TestClient late = client(rig, "late", 0);
        assertThat(late.subscribe("t", AT_MOST_ONCE)).containsExactly(packet("t", "kept", AT_MOST_ONCE, true, 0));
    }

    // ---- to clients

    private static List<ControlPacket> publishedTo(Rig rig, TestClient subscriber, String... topics) {
        subscriber.subscribe("#", EXACTLY_ONCE);
        for (String topic : topics) {
            rig.broker.publish(message(topic, "x", AT_MOST_ONCE, false));
        }
        return subscriber.receive();
    }

    @Normative({"MQTT-3.1.2-26", "MQTT-3.3.2-11"})
    @Test
    void a_client_gets_as_many_aliases_as_it_and_the_listener_allow() {
        String[] topics = {"aaaa", "bbbb", "aaaa", "cccc", "bbbb", "cccc"};
        Rig rig = rig(0, 2);
        Publish a = aliased(1, "aaaa", "x");
        Publish b = aliased(2, "bbbb", "x");
        assertThat(publishedTo(rig, client(rig, "many", 100), topics))
                .startsWith(a, b, aliased(1, "", "x"), aliased(0, "cccc", "x"), aliased(2, "", "x"));
        assertThat(publishedTo(rig, client(rig, "one", 1), topics))
                .startsWith(a, aliased(0, "bbbb", "x"), aliased(1, "", "x"));
    }

    @Normative("MQTT-3.1.2-27")
    @Test
    void a_client_that_allows_none_gets_none_nor_one_of_a_listener_that_wants_none() {
        Rig rig = new Rig();
        Publish plain = packet("aaaa", "x", AT_MOST_ONCE, false, 0);
        assertThat(publishedTo(rig, client(rig, "c", 0), "aaaa", "aaaa")).containsExactly(plain, plain);
        Rig without = rig(10, 0);
        assertThat(publishedTo(without, client(without, "c", 10), "aaaa", "aaaa"))
                .containsExactly(plain, plain);
    }

    @Test
    void the_same_message_goes_to_each_client_with_its_own_alias() {
        Rig rig = new Rig();
        TestClient one = client(rig, "one", 10);
        TestClient two = client(rig, "two", 10);
        one.subscribe("#", AT_MOST_ONCE);
        two.subscribe("shared", AT_MOST_ONCE);
        for (String topic : List.of("first", "shared", "shared")) {
            rig.broker.publish(message(topic, "x", AT_MOST_ONCE, false));
        }
        assertThat(one.receive())
                .containsExactly(aliased(1, "first", "x"), aliased(2, "shared", "x"), aliased(2, "", "x"));
        assertThat(two.receive()).containsExactly(aliased(1, "shared", "x"), aliased(1, "", "x"));
    }

    @Test
    void a_message_that_is_sent_again_on_a_new_connection_tells_its_topic_again() {
        Rig rig = new Rig();
        Properties properties =
                Properties.builder().set(Property.TOPIC_ALIAS_MAXIMUM, 10).build();
        TestClient old = rig.client().connect("c", false, 100, null, properties);
        old.accepted();
        old.subscribe("topic", AT_LEAST_ONCE);
        for (int i = 0; i < 2; i++) {
            rig.broker.publish(message("topic", "x", AT_LEAST_ONCE, false));
        }
        assertThat(old.receive())
                .containsExactly(aliased(1, "topic", "x", AT_LEAST_ONCE, 1), aliased(1, "", "x", AT_LEAST_ONCE, 2));
        old.peer.close();
        TestClient young = rig.client().connect("c", false, 100, null, properties);
        assertThat(young.receive())
                .endsWith(
                        TestClient.again(aliased(1, "topic", "x", AT_LEAST_ONCE, 1)),
                        TestClient.again(aliased(1, "", "x", AT_LEAST_ONCE, 2)));
    }

    @Test
    void where_a_new_alias_makes_the_packet_too_large_it_goes_without() {
        Rig rig = new Rig();
        // PUBLISH: 2 for the header, 2 + 4 for the topic, 1 for the properties, and the payload.
        TestClient client = rig.client()
                .connect(
                        "c",
                        true,
                        0,
                        null,
                        Properties.builder()
                                .set(Property.TOPIC_ALIAS_MAXIMUM, 10)
                                .set(Property.MAXIMUM_PACKET_SIZE, 20)
                                .build());
        client.accepted();
        client.subscribe("#", AT_MOST_ONCE);
        String most = "12345678901";
        for (String payload : List.of(most, most + "2", "x", most + "2", most + "23")) {
            rig.broker.publish(message("aaaa", payload, AT_MOST_ONCE, false));
        }
        assertThat(client.receive())
                .containsExactly(aliased(0, "aaaa", most), aliased(1, "aaaa", "x"), aliased(1, "", most + "2"));
        assertThat(rig.broker.counters().ledger.count(Fate.PACKET_TOO_LARGE)).isEqualTo(2);
    }
}
