package org.althing.client.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages on their way from the server. */
class InboundFlowTest {
    @Normative("MQTT-4.3.2-4")
    @ParameterizedTest
    @EnumSource
    void qos_1_is_acknowledged_when_the_application_says_so(ProtocolVersion version) {
        Harness it = Harness.of(version);
        it.connect();

        it.receive(Harness.publish(5, "x", Qos.AT_LEAST_ONCE, false));
        assertThat(it.texts()).containsExactly("x");
        assertThat(it.sent()).isEmpty();
        it.acknowledge(0);
        it.acknowledge(0);

        assertThat(it.sent()).containsExactly(new PubAck(5, ReasonCode.SUCCESS));
    }

    @Normative({"MQTT-4.3.3-8", "MQTT-4.3.3-11"})
    @ParameterizedTest
    @EnumSource
    void qos_2_is_delivered_once_until_pubrel(ProtocolVersion version) {
        Harness it = Harness.of(version);
        it.connect();

        it.receive(Harness.publish(5, "x", Qos.EXACTLY_ONCE, false));
        it.acknowledge(0);
        assertThat(it.sent()).containsExactly(new PubRec(5, ReasonCode.SUCCESS));
        it.receive(Harness.publish(5, "x", Qos.EXACTLY_ONCE, true));
        assertThat(it.sent()).containsExactly(new PubRec(5, ReasonCode.SUCCESS));
        it.receive(new PubRel(5, ReasonCode.SUCCESS));
        assertThat(it.sent()).containsExactly(new PubComp(5, ReasonCode.SUCCESS));
        it.receive(Harness.publish(5, "y", Qos.EXACTLY_ONCE, false));

        assertThat(it.texts()).containsExactly("x", "y");
    }

    @Normative({"MQTT-4.6.0-2", "MQTT-4.6.0-3"})
    @Test
    void acknowledgements_leave_in_the_order_of_arrival() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();
        it.receive(
                Harness.publish(1, "a", Qos.AT_LEAST_ONCE, false),
                Harness.publish(2, "b", Qos.EXACTLY_ONCE, false),
                Harness.publish(3, "c", Qos.AT_LEAST_ONCE, false));

        it.acknowledge(2);
        it.acknowledge(1);
        assertThat(it.sent()).isEmpty();
        it.acknowledge(0);

        assertThat(it.sent())
                .containsExactly(
                        new PubAck(1, ReasonCode.SUCCESS),
                        new PubRec(2, ReasonCode.SUCCESS),
                        new PubAck(3, ReasonCode.SUCCESS));
    }

    @Test
    void an_acknowledgement_of_a_lost_connection_is_not_sent_on_the_next() {
        Harness it = Harness.durable();
        it.connect();
        it.receive(Harness.publish(1, "a", Qos.AT_LEAST_ONCE, false));
        it.cut();
        it.connect(true, Properties.NONE);

        it.acknowledge(0);
        assertThat(it.sent()).isEmpty();
        it.receive(Harness.publish(1, "a", Qos.AT_LEAST_ONCE, true));
        it.acknowledge(1);

        assertThat(it.sent()).containsExactly(new PubAck(1, ReasonCode.SUCCESS));
    }

    @Test
    void qos_2_acknowledged_between_two_connections_is_answered_when_it_comes_again() {
        Harness it = Harness.durable();
        it.connect();
        it.receive(Harness.publish(1, "a", Qos.EXACTLY_ONCE, false));
        it.cut();
        it.acknowledge(0);
        it.connect(true, Properties.NONE);
        it.receive(Harness.publish(1, "a", Qos.EXACTLY_ONCE, true));

        assertThat(it.sent()).containsExactly(new PubRec(1, ReasonCode.SUCCESS));
        assertThat(it.texts()).containsExactly("a");
    }

    @Test
    void qos_2_still_being_handled_is_answered_after_that_when_it_comes_again() {
        Harness it = Harness.durable();
        it.connect();
        it.receive(Harness.publish(1, "a", Qos.EXACTLY_ONCE, false));
        it.cut();
        it.connect(true, Properties.NONE);
        it.receive(Harness.publish(1, "a", Qos.EXACTLY_ONCE, true));
        assertThat(it.sent()).isEmpty();
        it.acknowledge(0);

        assertThat(it.sent()).containsExactly(new PubRec(1, ReasonCode.SUCCESS));
        assertThat(it.texts()).containsExactly("a");
    }

    @Test
    void without_the_session_an_identifier_means_a_new_message() {
        Harness it = Harness.durable();
        it.connect();
        it.receive(Harness.publish(1, "a", Qos.EXACTLY_ONCE, false));
        it.acknowledge(0);
        it.cut();
        it.connect(false, Properties.NONE);
        it.receive(Harness.publish(1, "b", Qos.EXACTLY_ONCE, false));

        assertThat(it.texts()).containsExactly("a", "b");
    }

    @Test
    void a_refusal_says_why_and_ends_the_exchange() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();
        it.receive(Harness.publish(1, "a", Qos.EXACTLY_ONCE, false));
        Receipt receipt = it.receipts.getFirst();
        assertThat(receipt).isNotNull();
        it.engine.acknowledge(receipt, ReasonCode.PAYLOAD_FORMAT_INVALID);

        assertThat(it.sent()).containsExactly(new PubRec(1, ReasonCode.PAYLOAD_FORMAT_INVALID));
        it.receive(Harness.publish(1, "b", Qos.EXACTLY_ONCE, false));
        assertThat(it.texts()).containsExactly("a", "b");
    }

    @Test
    void a_pubrel_for_nothing_is_answered_so() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();
        it.receive(new PubRel(9, ReasonCode.SUCCESS));

        assertThat(it.sent()).containsExactly(new PubComp(9, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
    }

    @Normative("MQTT-3.3.4-9")
    @Test
    void a_server_that_exceeds_our_receive_maximum_is_disconnected() {
        Properties two = Properties.builder().set(Property.RECEIVE_MAXIMUM, 2).build();
        Harness it = new Harness(Harness.settings(ProtocolVersion.MQTT_5, true, two));
        it.connect();
        it.receive(
                Harness.publish(1, "a", Qos.AT_LEAST_ONCE, false),
                Harness.publish(2, "b", Qos.EXACTLY_ONCE, false),
                Harness.publish(0, "free", Qos.AT_MOST_ONCE, false));
        it.acknowledge(0);
        it.sent();
        it.receive(Harness.publish(1, "c", Qos.AT_LEAST_ONCE, false));
        assertThat(it.engine.wantsClose()).isFalse();

        it.receive(Harness.publish(3, "too many", Qos.AT_LEAST_ONCE, false));

        assertThat(it.texts()).containsExactly("a", "b", "free", "c");
        assertThat(((Disconnect) it.sent().getLast()).reasonCode()).isEqualTo(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
    }

    private static Publish aliased(int alias, TopicName topic) {
        return new Publish(
                false,
                0,
                alias,
                new ApplicationMessage(topic, Bytes.of("x"), Qos.AT_MOST_ONCE, false, Properties.NONE));
    }

    @Test
    void a_topic_alias_stands_for_the_topic_it_was_sent_with_on_this_connection() {
        Properties one =
                Properties.builder().set(Property.TOPIC_ALIAS_MAXIMUM, 1).build();
        Harness it = new Harness(Harness.settings(ProtocolVersion.MQTT_5, true, one));
        it.connect();
        it.receive(aliased(1, TopicName.of("long")), aliased(1, TopicName.ALIASED));

        assertThat(it.messages).allMatch(packet -> packet.message().topic().equals(TopicName.of("long")));
        it.cut();
        it.connect();
        it.receive(aliased(1, TopicName.ALIASED));
        assertThat(((Disconnect) it.sent().getFirst()).reasonCode()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Normative("MQTT-3.1.2-26")
    @Test
    void a_topic_alias_that_was_not_offered_is_refused() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();
        it.receive(aliased(1, TopicName.of("long")));

        assertThat(((Disconnect) it.sent().getFirst()).reasonCode()).isEqualTo(ReasonCode.TOPIC_ALIAS_INVALID);
        assertThat(it.messages).isEmpty();
    }
}
