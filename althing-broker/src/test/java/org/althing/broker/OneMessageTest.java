package org.althing.broker;

import static org.althing.broker.TestClient.packet;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** One message through a whole broker, at each QoS. */
class OneMessageTest {
    private final Rig rig = new Rig();
    private final TestClient publisher = rig.client().connect("publisher");
    private final TestClient subscriber = rig.client().connect("subscriber");

    OneMessageTest() {
        publisher.accepted();
        subscriber.accepted();
    }

    @Normative("MQTT-4.3.1-1")
    @Test
    void qos_0_is_sent_once_and_not_acknowledged() {
        subscriber.subscribe("hello", EXACTLY_ONCE);
        publisher.publish("hello", "salut Franck", AT_MOST_ONCE, 0);
        assertThat(publisher.receive()).isEmpty();
        assertThat(subscriber.receive()).containsExactly(packet("hello", "salut Franck", AT_MOST_ONCE, false, 0));
    }

    @Normative({"MQTT-4.3.2-4", "MQTT-3.3.4-1", "MQTT-4.3.2-2"})
    @Test
    void qos_1_is_acknowledged_by_puback_on_both_sides() {
        subscriber.subscribe("hello", EXACTLY_ONCE);
        publisher.publish("hello", "salut", AT_LEAST_ONCE, 7);
        assertThat(publisher.receive()).containsExactly(new PubAck(7, ReasonCode.SUCCESS));
        assertThat(subscriber.receive()).containsExactly(packet("hello", "salut", AT_LEAST_ONCE, false, 1));
        subscriber.send(new PubAck(1, ReasonCode.SUCCESS));
        assertThat(subscriber.receive()).isEmpty();
    }

    @Normative({"MQTT-3.3.4-1", "MQTT-4.3.3-2", "MQTT-4.3.3-4", "MQTT-4.3.3-8", "MQTT-4.3.3-11"})
    @Test
    void qos_2_takes_four_packets_on_both_sides_and_goes_on_at_pubrel() {
        subscriber.subscribe("hello", EXACTLY_ONCE);
        publisher.publish("hello", "salut", EXACTLY_ONCE, 9);
        assertThat(publisher.receive()).containsExactly(new PubRec(9, ReasonCode.SUCCESS));
        assertThat(subscriber.receive()).isEmpty();

        publisher.send(new PubRel(9, ReasonCode.SUCCESS));
        assertThat(publisher.receive()).containsExactly(new PubComp(9, ReasonCode.SUCCESS));
        assertThat(subscriber.receive()).containsExactly(packet("hello", "salut", EXACTLY_ONCE, false, 1));

        subscriber.send(new PubRec(1, ReasonCode.SUCCESS));
        assertThat(subscriber.receive()).containsExactly(new PubRel(1, ReasonCode.SUCCESS));
        subscriber.send(new PubComp(1, ReasonCode.SUCCESS));
        assertThat(subscriber.receive()).isEmpty();
    }

    /** From one shard to another, and back with the answer, it takes a microsecond each time. */
    private static final long CROSSINGS_NANOS = Rig.SHARDS > 1 ? 4_000 : 0;

    /** No timer waits for more to be sent along: a message takes the way there and back, and no longer. */
    @Test
    void a_lone_message_leaves_in_the_turn_that_brought_it() {
        subscriber.subscribe("hello", EXACTLY_ONCE);
        long start = rig.time.clock().nanos();
        publisher.send(ControlPacket.PingReq.INSTANCE);
        assertThat(publisher.receive()).containsExactly(ControlPacket.PingResp.INSTANCE);
        long thereAndBack = rig.time.clock().nanos() - start;
        publisher.publish("hello", "salut", AT_MOST_ONCE, 0);
        assertThat(subscriber.receive()).hasSize(1);
        assertThat(rig.time.clock().nanos() - start).isBetween(2 * thereAndBack, 2 * thereAndBack + CROSSINGS_NANOS);
        publisher.publish("hello", "salut", AT_LEAST_ONCE, 1);
        assertThat(subscriber.receive()).hasSize(1);
        assertThat(publisher.received()).containsExactly(new PubAck(1, ReasonCode.SUCCESS));
        assertThat(rig.time.clock().nanos() - start).isBetween(3 * thereAndBack, 3 * thereAndBack + CROSSINGS_NANOS);
    }

    @Normative("MQTT-3.8.4-8")
    @Test
    void the_qos_delivered_is_the_lower_one_of_published_and_granted() {
        for (Qos published : Qos.values()) {
            for (Qos granted : Qos.values()) {
                Rig fresh = new Rig();
                TestClient to = fresh.client().connect("to");
                to.accepted();
                to.subscribe("t", granted);
                fresh.broker.publish(TestClient.message("t", "x", published, false));
                Qos expected = Qos.min(published, granted);
                int identifier = expected == AT_MOST_ONCE ? 0 : 1;
                assertThat(to.receive()).containsExactly(packet("t", "x", expected, false, identifier));
            }
        }
    }

    @Test
    void a_message_that_nobody_wants_is_acknowledged_with_no_matching_subscribers() {
        publisher.publish("nobody", "x", AT_LEAST_ONCE, 1);
        publisher.publish("nobody", "x", EXACTLY_ONCE, 2);
        assertThat(publisher.receive())
                .containsExactly(new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS), new PubRec(2, ReasonCode.SUCCESS));
    }

    @Test
    void what_no_publish_can_carry_is_refused_to_the_program_that_publishes_it_and_harms_no_subscriber() {
        subscriber.subscribe("#", AT_MOST_ONCE);
        Properties wildcard =
                Properties.builder().set(Property.RESPONSE_TOPIC, "#").build();
        Properties reason =
                Properties.builder().set(Property.REASON_STRING, "x").build();
        for (Properties wrong : List.of(wildcard, reason)) {
            ApplicationMessage message =
                    TestClient.message("t", "x", AT_MOST_ONCE, false).withProperties(wrong);
            assertThatThrownBy(() -> rig.broker.publish(message)).isInstanceOf(IllegalArgumentException.class);
        }
        ApplicationMessage nameless =
                new ApplicationMessage(TopicName.ALIASED, Bytes.of("x"), AT_MOST_ONCE, false, Properties.NONE);
        assertThatThrownBy(() -> rig.broker.publish(nameless)).isInstanceOf(IllegalArgumentException.class);
        rig.broker.publish(TestClient.message("t", "good", AT_MOST_ONCE, false));
        assertThat(TestClient.payloads(subscriber.receive())).containsExactly("good");
    }

    @Test
    void packets_behind_connect_in_the_same_segment_are_handled_in_their_order() {
        subscriber.subscribe("hello", AT_MOST_ONCE);
        TestClient hasty = rig.client();
        hasty.send(
                new org.althing.mqtt.ControlPacket.Connect(
                        org.althing.mqtt.ProtocolVersion.MQTT_5,
                        false,
                        "hasty",
                        true,
                        60,
                        null,
                        null,
                        null,
                        org.althing.mqtt.Properties.NONE),
                packet("hello", "one", AT_MOST_ONCE, false, 0),
                packet("hello", "two", AT_LEAST_ONCE, false, 1),
                new org.althing.mqtt.ControlPacket.Disconnect(ReasonCode.SUCCESS));
        assertThat(TestClient.payloads(subscriber.receive())).isEqualTo(List.of("one", "two"));
        assertThat(hasty.isClosed()).isTrue();
    }
}
