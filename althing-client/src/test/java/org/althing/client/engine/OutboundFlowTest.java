package org.althing.client.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.ControlPacket;
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
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages on their way to the server. */
class OutboundFlowTest {
    private static final Properties WINDOW_2 =
            Properties.builder().set(Property.RECEIVE_MAXIMUM, 2).build();

    private static List<String> payloads(List<ControlPacket> packets) {
        List<String> payloads = new ArrayList<>();
        for (ControlPacket packet : packets) {
            Publish publish = (Publish) packet;
            payloads.add(publish.message().payload().text() + (publish.duplicate() ? " again" : ""));
        }
        return payloads;
    }

    @ParameterizedTest
    @EnumSource
    void qos_0_is_settled_when_it_is_given_to_the_network(ProtocolVersion version) {
        Harness it = Harness.of(version);
        it.connect();
        Harness.Fate fate = it.publish("x", Qos.AT_MOST_ONCE);
        assertThat(fate.word).isEmpty();

        assertThat(it.sent()).containsExactly(Harness.publish(0, "x", Qos.AT_MOST_ONCE, false));
        assertThat(fate.word).isEqualTo("sent");
    }

    @Test
    void qos_0_without_a_connection_is_dropped() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);

        assertThat(it.publish("x", Qos.AT_MOST_ONCE).word).isEqualTo("dropped: QoS 0 without a connection");
    }

    @Normative("MQTT-4.3.2-1")
    @ParameterizedTest
    @EnumSource
    void qos_1_is_settled_by_puback(ProtocolVersion version) {
        Harness it = Harness.of(version);
        it.connect();
        Harness.Fate fate = it.publish("x", Qos.AT_LEAST_ONCE);

        assertThat(it.sent()).containsExactly(Harness.publish(1, "x", Qos.AT_LEAST_ONCE, false));
        assertThat(fate.word).isEmpty();
        it.receive(new PubAck(1, ReasonCode.SUCCESS));
        assertThat(fate.word).isEqualTo("acknowledged SUCCESS");
    }

    @Normative({"MQTT-4.3.3-1", "MQTT-4.3.3-4"})
    @ParameterizedTest
    @EnumSource
    void qos_2_is_settled_by_pubcomp(ProtocolVersion version) {
        Harness it = Harness.of(version);
        it.connect();
        Harness.Fate fate = it.publish("x", Qos.EXACTLY_ONCE);

        assertThat(it.sent()).containsExactly(Harness.publish(1, "x", Qos.EXACTLY_ONCE, false));
        it.receive(new PubRec(1, ReasonCode.SUCCESS));
        assertThat(it.sent()).containsExactly(new PubRel(1, ReasonCode.SUCCESS));
        assertThat(fate.word).isEmpty();
        it.receive(new PubComp(1, ReasonCode.SUCCESS));
        assertThat(fate.word).isEqualTo("acknowledged SUCCESS");
    }

    @Test
    void a_refusal_settles_the_message_and_frees_its_identifier() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect(false, WINDOW_2);
        Harness.Fate first = it.publish("1", Qos.AT_LEAST_ONCE);
        Harness.Fate second = it.publish("2", Qos.EXACTLY_ONCE);
        Harness.Fate third = it.publish("3", Qos.AT_LEAST_ONCE);

        it.receive(new PubAck(1, ReasonCode.NOT_AUTHORIZED), new PubRec(2, ReasonCode.QUOTA_EXCEEDED));

        assertThat(first.word).isEqualTo("refused NOT_AUTHORIZED");
        assertThat(second.word).isEqualTo("refused QUOTA_EXCEEDED");
        assertThat(payloads(it.sent())).containsExactly("1", "2", "3");
        assertThat(third.word).isEmpty();
    }

    @Normative("MQTT-3.3.4-7")
    @Test
    void no_more_than_the_servers_receive_maximum_are_unacknowledged() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect(false, WINDOW_2);
        for (int i = 1; i <= 4; i++) {
            it.publish("" + i, i % 2 == 0 ? Qos.EXACTLY_ONCE : Qos.AT_LEAST_ONCE);
        }

        assertThat(payloads(it.sent())).containsExactly("1", "2");
        it.receive(new PubRec(2, ReasonCode.SUCCESS));
        assertThat(it.sent()).containsExactly(new PubRel(2, ReasonCode.SUCCESS));
        it.receive(new PubAck(1, ReasonCode.SUCCESS));
        assertThat(payloads(it.sent())).containsExactly("3");
        it.receive(new PubComp(2, ReasonCode.SUCCESS));
        assertThat(payloads(it.sent())).containsExactly("4");
    }

    @Test
    void the_queue_says_when_it_is_full() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        for (int i = 0; i < 5; i++) {
            assertThat(it.engine.hasRoomFor(Harness.message("t", "x", Qos.AT_LEAST_ONCE)))
                    .isTrue();
            it.publish("x", Qos.AT_LEAST_ONCE);
        }
        assertThat(it.engine.hasRoomFor(Harness.message("t", "x", Qos.AT_LEAST_ONCE)))
                .isFalse();

        Harness bytes = Harness.of(ProtocolVersion.MQTT_5);
        bytes.publish("x".repeat(999), Qos.AT_LEAST_ONCE);
        assertThat(bytes.engine.hasRoomFor(Harness.message("t", "x", Qos.AT_LEAST_ONCE)))
                .isFalse();
    }

    @Normative({"MQTT-4.4.0-1", "MQTT-4.6.0-1", "MQTT-4.6.0-4"})
    @Test
    void with_the_session_everything_is_sent_again_in_order() {
        Harness it = Harness.durable();
        it.connect();
        List<Harness.Fate> fates = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            fates.add(it.publish("" + i, i <= 2 ? Qos.EXACTLY_ONCE : Qos.AT_LEAST_ONCE));
        }
        it.receive(new PubRec(2, ReasonCode.SUCCESS), new PubRec(1, ReasonCode.SUCCESS));
        it.sent();
        it.cut();
        it.publish("5", Qos.AT_LEAST_ONCE);

        List<ControlPacket> again = it.connect(true, Properties.NONE);

        assertThat(again.subList(0, 2))
                .containsExactly(new PubRel(2, ReasonCode.SUCCESS), new PubRel(1, ReasonCode.SUCCESS));
        assertThat(payloads(again.subList(2, 5))).containsExactly("3 again", "4 again", "5");
        it.receive(
                new PubComp(1, ReasonCode.SUCCESS),
                new PubComp(2, ReasonCode.SUCCESS),
                new PubAck(3, ReasonCode.SUCCESS),
                new PubAck(4, ReasonCode.SUCCESS));
        assertThat(fates).allMatch(fate -> fate.word.equals("acknowledged SUCCESS"));
    }

    @Test
    void repetitions_respect_a_smaller_window_too() {
        Harness it = Harness.durable();
        it.connect();
        for (int i = 1; i <= 4; i++) {
            it.publish("" + i, Qos.AT_LEAST_ONCE);
        }
        it.cut();

        assertThat(payloads(it.connect(true, WINDOW_2))).containsExactly("1 again", "2 again");
        it.receive(new PubAck(2, ReasonCode.SUCCESS));
        assertThat(payloads(it.sent())).containsExactly("3 again");
    }

    @Test
    void without_the_session_qos_1_is_published_anew_and_the_fate_of_qos_2_is_unknown() {
        Harness it = Harness.of(ProtocolVersion.MQTT_3_1_1);
        it.connect();
        Harness.Fate one = it.publish("1", Qos.AT_LEAST_ONCE);
        Harness.Fate two = it.publish("2", Qos.EXACTLY_ONCE);
        Harness.Fate released = it.publish("3", Qos.EXACTLY_ONCE);
        it.receive(new PubRec(3, ReasonCode.SUCCESS));
        it.sent();
        it.cut();
        Harness.Fate waiting = it.publish("4", Qos.EXACTLY_ONCE);

        assertThat(payloads(it.connect())).containsExactly("1", "4");
        assertThat(two.word).startsWith("unknown: the broker lost the session");
        assertThat(released.word).startsWith("unknown: the broker lost the session");
        assertThat(one.word + waiting.word).isEmpty();
    }

    @Test
    void acknowledgements_of_what_is_not_under_way_do_no_harm() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();

        it.receive(new PubAck(7, ReasonCode.SUCCESS), new PubComp(7, ReasonCode.SUCCESS));
        assertThat(it.sent()).isEmpty();
        it.receive(new PubRec(7, ReasonCode.SUCCESS));
        assertThat(it.sent()).containsExactly(new PubRel(7, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
    }

    @Test
    void the_wrong_acknowledgement_is_a_protocol_error() {
        for (ControlPacket wrong : List.of(
                new PubAck(2, ReasonCode.SUCCESS),
                new PubRec(1, ReasonCode.SUCCESS),
                new PubComp(2, ReasonCode.SUCCESS))) {
            Harness it = Harness.of(ProtocolVersion.MQTT_5);
            it.connect();
            it.publish("1", Qos.AT_LEAST_ONCE);
            it.publish("2", Qos.EXACTLY_ONCE);

            it.receive(wrong);

            assertThat(it.engine.ending()).as("after " + wrong).isInstanceOf(Ending.ServerFault.class);
        }
    }

    @Test
    void a_given_up_client_settles_everything_once() {
        Harness it = Harness.durable();
        it.connect(false, WINDOW_2);
        Harness.Fate published = it.publish("1", Qos.AT_LEAST_ONCE);
        it.publish("2", Qos.AT_LEAST_ONCE);
        Harness.Fate queued = it.publish("3", Qos.AT_LEAST_ONCE);
        it.sent();
        it.cut();
        it.engine.abandon("over");

        assertThat(published.word).isEqualTo("unknown: over");
        assertThat(queued.word).isEqualTo("dropped: over");
        // The session goes on: its packet identifiers stay taken until they are acknowledged.
        assertThat(payloads(it.connect(true, Properties.NONE))).containsExactly("1 again", "2 again");
        it.publish("4", Qos.AT_LEAST_ONCE);
        assertThat(it.sent()).containsExactly(Harness.publish(3, "4", Qos.AT_LEAST_ONCE, false));
    }

    @Test
    void a_packet_identifier_is_not_taken_again_while_it_is_in_use() {
        PacketIdentifiers identifiers = new PacketIdentifiers();
        for (int i = 1; i <= 65_535; i++) {
            assertThat(identifiers.take()).isEqualTo(i);
        }
        assertThat(identifiers.hasFree()).isFalse();
        identifiers.free(4_711);
        assertThat(identifiers.take()).isEqualTo(4_711);
    }
}
