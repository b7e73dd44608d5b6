package org.althing.broker;

import static org.althing.broker.TestClient.packet;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.althing.broker.conf.MosquittoConf;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.testing.Normative;
import org.althing.testing.Option;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SUBSCRIBE and UNSUBSCRIBE, and what their options do to deliveries. */
class SubscribeTest {
    @TempDir
    Path folder;

    private final Rig rig = new Rig();
    private final TestClient client = rig.client().connect("c");

    SubscribeTest() {
        client.accepted();
    }

    private static Subscribe subscribe(int identifier, Object... filtersAndLevels) {
        java.util.ArrayList<Subscribe.Request> requests = new java.util.ArrayList<>();
        for (int i = 0; i < filtersAndLevels.length; i += 2) {
            requests.add(new Subscribe.Request(
                    TopicFilter.of((String) filtersAndLevels[i]),
                    SubscriptionOptions.of(Qos.of((Integer) filtersAndLevels[i + 1]))));
        }
        return new Subscribe(identifier, requests, Properties.NONE);
    }

    @Normative({"MQTT-3.8.4-1", "MQTT-3.8.4-2", "MQTT-3.8.4-5", "MQTT-3.8.4-6", "MQTT-3.8.4-7", "MQTT-3.9.3-1"})
    @Test
    void suback_has_a_code_for_each_filter_in_their_order() {
        client.send(subscribe(7, "a", 2, "b", 0, "c", 1));
        assertThat(client.receive())
                .containsExactly(new SubAck(
                        7,
                        List.of(ReasonCode.GRANTED_QOS_2, ReasonCode.SUCCESS, ReasonCode.GRANTED_QOS_1),
                        Properties.NONE));
    }

    @Test
    void more_than_200_slashes_are_refused_in_filters_and_topics() {
        String deep = "a" + "/a".repeat(201);
        client.send(subscribe(1, deep, 1), packet(deep, "x", AT_LEAST_ONCE, true, 2));
        assertThat(client.receive())
                .containsExactly(
                        new SubAck(1, List.of(ReasonCode.TOPIC_FILTER_INVALID), Properties.NONE),
                        new ControlPacket.PubAck(2, ReasonCode.TOPIC_NAME_INVALID));
        String allowed = "a" + "/a".repeat(200);
        client.subscribe(allowed, AT_MOST_ONCE);
        client.publish(allowed, "x", AT_MOST_ONCE, 0);
        assertThat(payloads(client.receive())).containsExactly("x");
    }

    @Test
    void what_access_control_forbids_is_refused_and_never_delivered() {
        Denial secret = Denial.of("it is secret");
        AccessControl access = who -> new Rights() {
            @Override
            public @Nullable Denial publish(TopicName topic) {
                return topic.toString().equals("no-write") ? secret : null;
            }

            @Override
            public @Nullable Denial receive(TopicName topic) {
                return topic.toString().equals("no-read") ? secret : null;
            }

            @Override
            public @Nullable Denial subscribe(TopicFilter filter) {
                return filter.toString().equals("secret") ? secret : null;
            }
        };
        Rig guarded = Rig.made(parts -> parts.accessControl(access));
        TestClient one = guarded.client().connect("one");
        one.accepted();
        one.send(subscribe(1, "secret", 0, "#", 0));
        assertThat(one.receive())
                .containsExactly(
                        new SubAck(1, List.of(ReasonCode.NOT_AUTHORIZED, ReasonCode.SUCCESS), Properties.NONE));
        one.publish("no-read", "1", AT_LEAST_ONCE, 1)
                .publish("no-write", "2", AT_LEAST_ONCE, 2)
                .publish("no-write", "3", EXACTLY_ONCE, 3)
                .publish("open", "4", AT_MOST_ONCE, 0);
        assertThat(one.receive())
                .containsExactlyInAnyOrder(
                        new ControlPacket.PubAck(1, ReasonCode.SUCCESS),
                        new ControlPacket.PubAck(2, ReasonCode.NOT_AUTHORIZED),
                        new ControlPacket.PubRec(3, ReasonCode.NOT_AUTHORIZED),
                        packet("open", "4", AT_MOST_ONCE, false, 0));
    }

    @Test
    void before_mqtt_5_a_refused_publish_is_acknowledged_and_goes_nowhere() {
        Rig guarded = Rig.made(parts ->
                parts.accessControl(AccessControl.of((who, action, topic) -> action != AccessControl.Action.PUBLISH)));
        TestClient older = guarded.client().connect311("older", true);
        older.accepted();
        older.subscribe("#", AT_MOST_ONCE);
        older.publish("t", "x", AT_LEAST_ONCE, 1).publish("t", "y", EXACTLY_ONCE, 2);
        assertThat(older.receive())
                .containsExactly(
                        new ControlPacket.PubAck(1, ReasonCode.SUCCESS),
                        new ControlPacket.PubRec(2, ReasonCode.SUCCESS));
        older.send(new ControlPacket.PubRel(2, ReasonCode.SUCCESS));
        assertThat(older.receive()).containsExactly(new ControlPacket.PubComp(2, ReasonCode.SUCCESS));
    }

    @Normative("MQTT-3.8.4-3")
    @Test
    void a_second_subscribe_with_the_same_filter_replaces_the_first() {
        client.subscribe("t", EXACTLY_ONCE);
        client.subscribe("t", AT_MOST_ONCE);
        client.publish("t", "x", AT_LEAST_ONCE, 1);
        assertThat(client.receive())
                .containsExactlyInAnyOrder(
                        packet("t", "x", AT_MOST_ONCE, false, 0), new ControlPacket.PubAck(1, ReasonCode.SUCCESS));
        assertThat(rig.broker.counters().subscriptions.value()).isEqualTo(1);
    }

    @Normative({"MQTT-3.8.4-3", "MQTT-3.8.3-3"})
    @Test
    void other_options_hold_from_the_next_message_on() {
        client.subscribe("t", EXACTLY_ONCE);
        client.publish("t", "x", AT_MOST_ONCE, 0);
        client.publish("t", "y", AT_MOST_ONCE, 0);
        assertThat(client.receive())
                .containsExactly(packet("t", "x", AT_MOST_ONCE, false, 0), packet("t", "y", AT_MOST_ONCE, false, 0));
        rig.broker.publish(TestClient.message("t", "z", AT_LEAST_ONCE, false));
        assertThat(client.receive()).containsExactly(packet("t", "z", AT_LEAST_ONCE, false, 1));
        client.subscribe("t", AT_MOST_ONCE);
        rig.broker.publish(TestClient.message("t", "z", AT_LEAST_ONCE, false));
        assertThat(client.receive()).containsExactly(packet("t", "z", AT_MOST_ONCE, false, 0));
        client.subscribe("t", new SubscriptionOptions(AT_MOST_ONCE, true, false, RetainHandling.SEND), 7);
        client.publish("t", "mine", AT_MOST_ONCE, 0);
        assertThat(client.receive()).isEmpty();
    }

    @Normative({"MQTT-3.3.4-2", "MQTT-3.3.4-3", "MQTT-3.3.4-4"})
    @Test
    void overlapping_subscriptions_make_one_delivery_with_the_highest_qos_and_all_identifiers() {
        client.subscribe("a/+", SubscriptionOptions.of(AT_MOST_ONCE), 11);
        client.subscribe("a/b", SubscriptionOptions.of(EXACTLY_ONCE), 12);
        client.subscribe("#", AT_LEAST_ONCE);
        rig.broker.publish(TestClient.message("a/b", "x", EXACTLY_ONCE, false));
        List<ControlPacket> received = client.receive();
        assertThat(received).hasSize(1);
        ApplicationMessage message = ((Publish) received.getFirst()).message();
        assertThat(message.qos()).isEqualTo(EXACTLY_ONCE);
        assertThat(message.properties().subscriptionIdentifiers()).containsExactlyInAnyOrder(11, 12);
        rig.broker.publish(TestClient.message("other", "y", AT_MOST_ONCE, false));
        assertThat(client.receive()).containsExactly(packet("other", "y", AT_MOST_ONCE, false, 0));
    }

    @Test
    @Option("upgrade_outgoing_qos")
    void where_the_configuration_says_so_the_granted_qos_is_that_of_every_message() throws Exception {
        MosquittoConf conf = MosquittoConf.read(
                Files.writeString(folder.resolve("mosquitto.conf"), "upgrade_outgoing_qos true\n"), List.of());
        CrashStore store = new CrashStore();
        Rig upgrading = new Rig(
                config -> config.upgradesQos(
                        conf.broker().delivery().subscriptions().upgradesQos()),
                parts -> parts.store(store));
        TestClient away = upgrading.client().connect("away", false, 1_000);
        away.accepted();
        away.subscribe("t", EXACTLY_ONCE);
        away.peer.transport().abort();
        TestClient here = upgrading.client().connect("here");
        here.accepted();
        here.subscribe("t", AT_LEAST_ONCE);
        TestClient publisher = upgrading.client().connect("p");
        publisher.accepted();
        publisher.send(packet("t", "x", AT_MOST_ONCE, true, 0));
        upgrading.idle();
        assertThat(here.receive()).containsExactly(packet("t", "x", AT_LEAST_ONCE, false, 1));
        TestClient late = upgrading.client().connect("late");
        late.accepted();
        assertThat(late.subscribe("t", EXACTLY_ONCE)).containsExactly(packet("t", "x", EXACTLY_ONCE, true, 1));
        Rig next = Rig.made(parts -> parts.store(store.afterCrash()));
        TestClient back = next.client().connect("away", false, 1_000);
        assertThat(back.receive()).endsWith(packet("t", "x", EXACTLY_ONCE, false, 1));
    }

    @Normative("MQTT-3.8.3-3")
    @Test
    void no_local_keeps_a_client_from_its_own_messages_only() {
        SubscriptionOptions noLocal = new SubscriptionOptions(AT_LEAST_ONCE, true, false, RetainHandling.SEND);
        client.subscribe("t", noLocal, 0);
        client.publish("t", "own", AT_LEAST_ONCE, 1);
        assertThat(client.receive()).containsExactly(new ControlPacket.PubAck(1, ReasonCode.SUCCESS)); // as Mosquitto
        TestClient other = rig.client().connect("other");
        other.accepted();
        other.publish("t", "foreign", AT_MOST_ONCE, 0);
        rig.idle();
        assertThat(payloads(client.receive())).containsExactly("foreign");
    }

    @Normative({"MQTT-3.10.4-1", "MQTT-3.10.4-4", "MQTT-3.10.4-5", "MQTT-3.10.4-6", "MQTT-3.11.3-1"})
    @Test
    void unsuback_says_for_each_filter_whether_there_was_a_subscription() {
        client.subscribe("a", AT_MOST_ONCE);
        client.subscribe("b/#", AT_MOST_ONCE);
        client.send(new Unsubscribe(
                3, List.of(TopicFilter.of("b/#"), TopicFilter.of("b"), TopicFilter.of("a")), Properties.NONE));
        assertThat(client.receive())
                .containsExactly(new UnsubAck(
                        3,
                        List.of(ReasonCode.SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED, ReasonCode.SUCCESS),
                        Properties.NONE));
        rig.broker.publish(TestClient.message("a", "x", AT_MOST_ONCE, false));
        rig.broker.publish(TestClient.message("b", "x", AT_MOST_ONCE, false));
        assertThat(client.receive()).isEmpty();
    }

    @Normative("MQTT-3.10.4-3")
    @Test
    void messages_in_flight_are_completed_after_unsubscribe() {
        client.subscribe("t", EXACTLY_ONCE);
        rig.broker.publish(TestClient.message("t", "x", EXACTLY_ONCE, false));
        rig.idle();
        client.send(new Unsubscribe(3, List.of(TopicFilter.of("t")), Properties.NONE));
        client.receive();
        client.send(new ControlPacket.PubRec(1, ReasonCode.SUCCESS));
        assertThat(client.receive()).containsExactly(new ControlPacket.PubRel(1, ReasonCode.SUCCESS));
    }

    @Normative("MQTT-4.7.2-1")
    @Test
    void wildcards_do_not_match_topics_that_begin_with_a_dollar() {
        client.subscribe("#", AT_MOST_ONCE);
        client.subscribe("+/monitor", AT_MOST_ONCE);
        rig.broker.publish(TestClient.message("$SYS/monitor", "x", AT_MOST_ONCE, false));
        assertThat(client.receive()).isEmpty();
        client.subscribe("$SYS/#", AT_MOST_ONCE);
        rig.broker.publish(TestClient.message("$SYS/monitor", "y", AT_MOST_ONCE, false));
        assertThat(payloads(client.receive())).containsExactly("y");
    }

    @Test
    void clients_cannot_publish_to_the_brokers_own_topics() {
        client.subscribe("$SYS/#", AT_MOST_ONCE);
        client.publish("$SYS/broker/version", "fake", AT_LEAST_ONCE, 1);
        assertThat(client.receive())
                .containsExactly(new ControlPacket.PubAck(
                        1,
                        ReasonCode.NOT_AUTHORIZED,
                        Properties.builder()
                                .set(Property.REASON_STRING, "only the broker publishes there")
                                .build()));
        assertThat(rig.log)
                .contains("Denied PUBLISH from c (d0, q1, r0, m1, '$SYS/broker/version', ... (4 bytes)):"
                        + " only the broker publishes there");
    }

    @Normative({"MQTT-3.3.2-17", "MQTT-3.3.2-18", "MQTT-3.3.2-15", "MQTT-3.3.2-16", "MQTT-3.3.2-20", "MQTT-3.3.2-4"})
    @Test
    void properties_travel_unchanged_and_in_their_order_and_not_to_older_clients() {
        client.subscribe("t", AT_MOST_ONCE);
        TestClient older = rig.client().connect311("older", true);
        older.accepted();
        older.subscribe("t", AT_MOST_ONCE);
        Properties properties = Properties.builder()
                .set(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                .set(Property.CONTENT_TYPE, "text/plain")
                .set(Property.RESPONSE_TOPIC, "answers")
                .set(Property.CORRELATION_DATA, org.althing.mqtt.Bytes.of("c"))
                .user("b", "1")
                .user("a", "2")
                .user("b", "3")
                .build();
        Publish sent = new Publish(
                false, 0, 0, TestClient.message("t", "x", AT_MOST_ONCE, false).withProperties(properties));
        client.send(sent);
        assertThat(client.receive()).containsExactly(sent);
        assertThat(older.receive()).containsExactly(packet("t", "x", AT_MOST_ONCE, false, 0));
    }

    @Normative({"MQTT-3.2.2-11", "MQTT-3.2.2-9", "MQTT-3.2.2-10"})
    @Test
    void a_maximum_qos_limits_publishers_and_what_is_granted() {
        Rig limited = new Rig(
                config -> config, parts -> parts, ListenerConfig.mqtt("", 1).withQosMax(AT_LEAST_ONCE));
        TestClient one = limited.client().connect("one");
        assertThat(one.accepted().properties().integer(Property.MAXIMUM_QOS, -1))
                .isEqualTo(1);
        one.send(subscribe(1, "t", 2));
        assertThat(one.receive()).containsExactly(new SubAck(1, List.of(ReasonCode.GRANTED_QOS_1), Properties.NONE));
        one.publish("t", "x", EXACTLY_ONCE, 1);
        assertThat(one.receive()).containsExactly(new ControlPacket.Disconnect(ReasonCode.QOS_NOT_SUPPORTED));
    }
}
