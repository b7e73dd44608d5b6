package org.althing.client.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
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
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What the standards ask of a client and no other test here is about. */
class StatementsTest {
    private static final Properties WINDOW_1 =
            Properties.builder().set(Property.RECEIVE_MAXIMUM, 1).build();

    /** A client whose session survives its connections. */
    private static Harness durable(ProtocolVersion version) {
        return version.hasProperties()
                ? Harness.durable()
                : new Harness(Harness.settings(version, false, Properties.NONE));
    }

    private static Publish again(String payload, int identifier, Qos qos) {
        return Harness.publish(identifier, payload, qos, true);
    }

    @Normative(value = "MQTT-2.2.1-3", v311 = "MQTT-2.3.1-2")
    @ParameterizedTest
    @EnumSource
    void publish_subscribe_and_unsubscribe_never_have_an_identifier_that_is_in_use(ProtocolVersion version) {
        Harness it = Harness.of(version);
        it.connect();
        it.publish("kept", Qos.AT_LEAST_ONCE);
        it.subscribe("kept");
        List<Integer> identifiers = new ArrayList<>();
        for (ControlPacket packet : it.sent()) {
            identifiers.add(identifier(packet));
        }
        assertThat(identifiers).containsExactly(1, 2);
        for (int i = 0; i < 65_540; i++) {
            if (i % 3 == 0) {
                it.publish("x", Qos.AT_LEAST_ONCE);
            } else if (i % 3 == 1) {
                it.engine.subscribe(List.of(Harness.request("f" + i)), Properties.NONE, new Harness.SubscribeRecord());
            } else {
                it.engine.unsubscribe(
                        List.of(TopicFilter.of("f" + (i - 1))), Properties.NONE, new Harness.SubscribeRecord());
            }
            ControlPacket packet = it.sent().getFirst();
            int identifier = identifier(packet);
            assertThat(identifier).isBetween(3, 65_535);
            it.receive(
                    switch (packet) {
                        case Publish publish -> new PubAck(identifier, ReasonCode.SUCCESS);
                        case Subscribe subscribe ->
                            new SubAck(identifier, List.of(ReasonCode.GRANTED_QOS_2), Properties.NONE);
                        default -> new UnsubAck(identifier, List.of(ReasonCode.SUCCESS), Properties.NONE);
                    });
        }
    }

    private static int identifier(ControlPacket packet) {
        return switch (packet) {
            case Publish publish -> publish.packetIdentifier();
            case Subscribe subscribe -> subscribe.packetIdentifier();
            case Unsubscribe unsubscribe -> unsubscribe.packetIdentifier();
            default -> throw new AssertionError(packet.toString());
        };
    }

    @Normative(
            value = {"MQTT-4.4.0-1", "MQTT-4.6.0-1", "MQTT-4.6.0-4", "MQTT-3.3.1-1", "MQTT-3.1.2-23"},
            v311 = {
                "MQTT-4.4.0-1",
                "MQTT-4.6.0-1",
                "MQTT-4.6.0-4",
                "MQTT-3.3.1-1",
                "MQTT-2.3.1-3",
                "MQTT-4.3.2-1",
                "MQTT-4.3.3-1"
            })
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "MQTT_3_1") // which cannot say that a session is present
    void what_is_unacknowledged_is_sent_again_in_its_order_with_its_identifiers(ProtocolVersion version) {
        Harness it = durable(version);
        it.connect();
        for (int i = 1; i <= 6; i++) {
            it.publish("m" + i, i % 2 == 0 ? Qos.EXACTLY_ONCE : Qos.AT_LEAST_ONCE);
        }
        it.sent();
        it.receive(
                new PubRec(6, ReasonCode.SUCCESS),
                new PubAck(3, ReasonCode.SUCCESS),
                new PubRec(2, ReasonCode.SUCCESS));
        assertThat(it.sent()).containsExactly(new PubRel(6, ReasonCode.SUCCESS), new PubRel(2, ReasonCode.SUCCESS));
        it.cut();

        assertThat(it.connect(true, Properties.NONE))
                .containsExactlyInAnyOrder(
                        again("m1", 1, Qos.AT_LEAST_ONCE),
                        new PubRel(6, ReasonCode.SUCCESS),
                        new PubRel(2, ReasonCode.SUCCESS),
                        again("m4", 4, Qos.EXACTLY_ONCE),
                        again("m5", 5, Qos.AT_LEAST_ONCE))
                .containsSubsequence(
                        again("m1", 1, Qos.AT_LEAST_ONCE),
                        again("m4", 4, Qos.EXACTLY_ONCE),
                        again("m5", 5, Qos.AT_LEAST_ONCE))
                .containsSubsequence(new PubRel(6, ReasonCode.SUCCESS), new PubRel(2, ReasonCode.SUCCESS));
    }

    @Normative(
            value = {"MQTT-4.3.2-3", "MQTT-4.3.3-3", "MQTT-4.3.3-5", "MQTT-4.3.3-6"},
            v311 = {"MQTT-4.3.2-1", "MQTT-4.3.3-1"})
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "MQTT_3_1")
    void each_packet_of_a_flow_is_unacknowledged_until_its_own_answer(ProtocolVersion version) {
        Harness it = durable(version);
        it.connect();
        it.publish("1", Qos.AT_LEAST_ONCE);
        it.publish("2", Qos.EXACTLY_ONCE);
        it.sent();
        it.cut();
        assertThat(it.connect(true, Properties.NONE))
                .containsExactly(again("1", 1, Qos.AT_LEAST_ONCE), again("2", 2, Qos.EXACTLY_ONCE));
        it.receive(new PubAck(1, ReasonCode.SUCCESS), new PubRec(2, ReasonCode.SUCCESS));
        it.cut();
        assertThat(it.connect(true, Properties.NONE)).containsExactly(new PubRel(2, ReasonCode.SUCCESS));
        it.cut();
        assertThat(it.connect(true, Properties.NONE)).containsExactly(new PubRel(2, ReasonCode.SUCCESS));
        it.receive(new PubComp(2, ReasonCode.SUCCESS));
        it.cut();
        assertThat(it.connect(true, Properties.NONE)).isEmpty();
    }

    @Normative("MQTT-4.4.0-2")
    @Test
    void a_publish_that_the_server_refused_is_not_sent_again() {
        Harness it = Harness.durable();
        it.connect();
        it.publish("1", Qos.AT_LEAST_ONCE);
        it.publish("2", Qos.EXACTLY_ONCE);
        it.receive(new PubAck(1, ReasonCode.QUOTA_EXCEEDED), new PubRec(2, ReasonCode.NOT_AUTHORIZED));
        it.sent();
        it.cut();

        assertThat(it.connect(true, Properties.NONE)).isEmpty();
    }

    @Normative({"MQTT-3.3.4-8", "MQTT-4.9.0-2", "MQTT-4.9.0-3"})
    @Test
    void with_the_window_full_only_publish_of_qos_1_and_2_waits() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect(false, WINDOW_1);
        it.publish("1", Qos.EXACTLY_ONCE);
        it.publish("waits", Qos.AT_LEAST_ONCE);
        it.subscribe("f");
        it.receive(Harness.publish(9, "in", Qos.AT_LEAST_ONCE, false), new PubRec(1, ReasonCode.SUCCESS));
        it.acknowledge(0);
        it.pass(Duration.ofSeconds(60));

        List<ControlPacket> sent = it.sent();
        assertThat(sent)
                .contains(new PubRel(1, ReasonCode.SUCCESS), new PubAck(9, ReasonCode.SUCCESS), PingReq.INSTANCE)
                .hasAtLeastOneElementOfType(Subscribe.class)
                .filteredOn(Publish.class::isInstance)
                .containsExactly(Harness.publish(1, "1", Qos.EXACTLY_ONCE, false));
        it.receive(new PubComp(1, ReasonCode.SUCCESS));
        assertThat(it.sent()).hasSize(1).first().isInstanceOf(Publish.class);
    }

    @Normative(v311 = "MQTT-3.1.2-23")
    @ParameterizedTest
    @EnumSource
    void no_keep_alive_interval_passes_without_a_packet(ProtocolVersion version) {
        Harness it = Harness.of(version);
        it.connect();
        it.pass(Duration.ofSeconds(40));
        it.publish("x", Qos.AT_MOST_ONCE);
        assertThat(it.sent()).hasSize(1);
        it.receive(Harness.publish(0, "y", Qos.AT_MOST_ONCE, false));
        it.pass(Duration.ofSeconds(59));
        assertThat(it.sent()).isEmpty();
        it.pass(Duration.ofSeconds(1));
        assertThat(it.sent()).containsExactly(PingReq.INSTANCE);
    }

    @Normative(
            value = {"MQTT-3.14.4-1", "MQTT-3.14.4-2"},
            v311 = {"MQTT-3.14.4-1", "MQTT-3.14.4-2"})
    @ParameterizedTest
    @EnumSource
    void after_disconnect_nothing_is_sent_and_the_connection_is_closed(ProtocolVersion version) {
        Harness it = Harness.of(version);
        it.connect();
        it.engine.disconnect(ReasonCode.SUCCESS, Properties.NONE);
        it.publish("late", Qos.AT_LEAST_ONCE);
        it.subscribe("late");
        it.receive(Harness.publish(5, "late", Qos.AT_LEAST_ONCE, false));
        it.pass(Duration.ofSeconds(120));

        assertThat(it.sent()).containsExactly(new Disconnect(ReasonCode.SUCCESS));
        assertThat(it.engine.wantsClose()).isTrue();
    }

    @Normative(
            value = {"MQTT-4.6.0-2", "MQTT-4.6.0-3"},
            v311 = {"MQTT-4.6.0-2", "MQTT-4.6.0-3"})
    @ParameterizedTest
    @EnumSource
    void acknowledgements_leave_in_the_order_in_which_the_messages_came(ProtocolVersion version) {
        Harness it = Harness.of(version);
        it.connect();
        it.receive(
                Harness.publish(4, "a", Qos.EXACTLY_ONCE, false),
                Harness.publish(3, "b", Qos.AT_LEAST_ONCE, false),
                Harness.publish(2, "c", Qos.EXACTLY_ONCE, false),
                Harness.publish(1, "d", Qos.AT_LEAST_ONCE, false));
        for (int i = 3; i >= 0; i--) {
            it.acknowledge(i);
        }

        assertThat(it.sent())
                .containsExactly(
                        new PubRec(4, ReasonCode.SUCCESS),
                        new PubAck(3, ReasonCode.SUCCESS),
                        new PubRec(2, ReasonCode.SUCCESS),
                        new PubAck(1, ReasonCode.SUCCESS));
    }

    @Normative(
            value = {"MQTT-4.3.2-5", "MQTT-4.3.3-9", "MQTT-4.3.3-12"},
            v311 = {"MQTT-4.3.2-2", "MQTT-4.3.3-2"})
    @ParameterizedTest
    @EnumSource
    void after_the_last_acknowledgement_an_identifier_means_a_new_message_whatever_its_dup(ProtocolVersion version) {
        Harness it = Harness.of(version);
        it.connect();
        it.receive(Harness.publish(1, "a", Qos.AT_LEAST_ONCE, false));
        it.acknowledge(0);
        it.receive(again("b", 1, Qos.AT_LEAST_ONCE), Harness.publish(2, "c", Qos.EXACTLY_ONCE, false));
        it.acknowledge(1);
        it.acknowledge(2);
        it.receive(new PubRel(2, ReasonCode.SUCCESS), again("d", 2, Qos.EXACTLY_ONCE));
        if (version.hasProperties()) {
            it.engine.acknowledge(it.receipts.get(3), ReasonCode.UNSPECIFIED_ERROR);
            it.receive(again("e", 2, Qos.EXACTLY_ONCE));
            assertThat(it.texts()).containsExactly("a", "b", "c", "d", "e");
        } else {
            assertThat(it.texts()).containsExactly("a", "b", "c", "d");
        }
    }

    @Normative("MQTT-3.2.2-4")
    @Test
    void a_session_that_the_client_cannot_have_closes_the_connection() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        assertThat(it.open().cleanStart()).isTrue();
        it.receive(new ConnAck(true, ReasonCode.SUCCESS, Properties.NONE));

        assertThat(it.engine.wantsClose()).isTrue();
        assertThat(it.engine.isConnected()).isFalse();
    }

    @Normative("MQTT-3.2.2-5")
    @Test
    void without_the_session_at_the_server_the_clients_own_is_discarded() {
        Harness it = Harness.durable();
        it.connect();
        it.publish("received", Qos.EXACTLY_ONCE);
        it.receive(new PubRec(1, ReasonCode.SUCCESS), Harness.publish(7, "old", Qos.EXACTLY_ONCE, false));
        it.acknowledge(0);
        it.sent();
        it.cut();

        assertThat(it.connect(false, Properties.NONE)).isEmpty();
        it.receive(Harness.publish(7, "new", Qos.EXACTLY_ONCE, false));
        assertThat(it.texts()).containsExactly("old", "new");
    }

    @Normative("MQTT-3.3.2-10")
    @Test
    void every_topic_alias_up_to_the_maximum_that_was_offered_is_taken_and_may_change_its_meaning() {
        Properties five =
                Properties.builder().set(Property.TOPIC_ALIAS_MAXIMUM, 5).build();
        Harness it = new Harness(Harness.settings(ProtocolVersion.MQTT_5, true, five));
        it.connect();
        for (int round = 0; round < 2; round++) {
            for (int alias = 1; alias <= 5; alias++) {
                it.receive(aliased(alias, TopicName.of("t" + round + "/" + alias)), aliased(alias, TopicName.ALIASED));
            }
        }

        assertThat(it.engine.wantsClose()).isFalse();
        List<String> topics = it.messages.stream()
                .map(packet -> packet.message().topic().toString())
                .toList();
        assertThat(topics).hasSize(20).startsWith("t0/1", "t0/1", "t0/2").endsWith("t1/5", "t1/5");
        it.receive(aliased(6, TopicName.of("beyond")));
        assertThat(((Disconnect) it.sent().getLast()).reasonCode()).isEqualTo(ReasonCode.TOPIC_ALIAS_INVALID);
    }

    private static Publish aliased(int alias, TopicName topic) {
        return new Publish(
                false,
                0,
                alias,
                new ApplicationMessage(topic, Bytes.of("x"), Qos.AT_MOST_ONCE, false, Properties.NONE));
    }

    @Normative({"MQTT-3.2.2-17", "MQTT-3.2.2-18"})
    @Test
    void where_the_server_takes_no_topic_alias_none_is_sent() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();
        for (int i = 0; i < 10; i++) {
            it.publish("x", Qos.AT_MOST_ONCE);
            it.publish("y", Qos.AT_LEAST_ONCE);
        }

        assertThat(it.sent())
                .hasSize(20)
                .allSatisfy(
                        packet -> assertThat(((Publish) packet).topicAlias()).isZero());
    }

    @Normative("MQTT-4.13.2-1")
    @Test
    void after_a_refusal_or_a_disconnect_of_the_server_the_connection_is_closed() {
        Harness refused = Harness.of(ProtocolVersion.MQTT_5);
        refused.open();
        refused.receive(new ConnAck(false, ReasonCode.SERVER_BUSY, Properties.NONE));
        assertThat(refused.engine.wantsClose()).isTrue();

        Harness ended = Harness.of(ProtocolVersion.MQTT_5);
        ended.connect();
        ended.receive(new Disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
        assertThat(ended.engine.wantsClose()).isTrue();
        assertThat(ended.sent()).isEmpty();
    }
}
