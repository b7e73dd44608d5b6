package org.althing.broker;

import static org.althing.broker.TestClient.packet;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.althing.broker.Ledger.Fate;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

class RetainedTest {
    private final Rig rig = new Rig();
    private final TestClient client = rig.client().connect("c");

    RetainedTest() {
        client.accepted();
    }

    private void retain(String topic, String payload) {
        rig.broker.publish(TestClient.message(topic, payload, AT_LEAST_ONCE, true));
        rig.idle();
    }

    @Normative({"MQTT-3.3.1-5", "MQTT-3.3.1-8", "MQTT-3.3.1-9"})
    @Test
    void the_last_retained_message_of_each_matching_topic_comes_with_a_new_subscription() {
        retain("a/1", "old");
        retain("a/1", "new");
        retain("a/2", "two");
        retain("b", "other");
        assertThat(client.subscribe("a/+", AT_MOST_ONCE))
                .containsExactlyInAnyOrder(
                        packet("a/1", "new", AT_MOST_ONCE, true, 0), packet("a/2", "two", AT_MOST_ONCE, true, 0));
    }

    @Normative({"MQTT-3.3.1-6", "MQTT-3.3.1-7"})
    @Test
    void an_empty_payload_clears_it_and_is_delivered_like_any_other() {
        client.subscribe("t", AT_MOST_ONCE);
        retain("t", "x");
        retain("t", "");
        assertThat(client.receive())
                .containsExactly(packet("t", "x", AT_MOST_ONCE, false, 0), packet("t", "", AT_MOST_ONCE, false, 0));
        assertThat(client.subscribe("#", AT_MOST_ONCE)).isEmpty();
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
    }

    @Normative("MQTT-3.3.1-8")
    @Test
    void a_message_that_is_not_retained_changes_nothing_that_is() {
        retain("t", "kept");
        rig.broker.publish(TestClient.message("t", "passing", AT_LEAST_ONCE, false));
        rig.broker.publish(TestClient.message("t", "", AT_LEAST_ONCE, false));
        rig.idle();
        assertThat(payloads(client.subscribe("t", AT_MOST_ONCE))).containsExactly("kept");
    }

    @Normative({"MQTT-3.3.1-9", "MQTT-3.3.1-10", "MQTT-3.3.1-11"})
    @Test
    void retain_handling_says_when_retained_messages_are_sent() {
        retain("t", "x");
        SubscriptionOptions never = new SubscriptionOptions(AT_MOST_ONCE, false, false, RetainHandling.DO_NOT_SEND);
        SubscriptionOptions ifNew = new SubscriptionOptions(AT_MOST_ONCE, false, false, RetainHandling.SEND_IF_NEW);
        assertThat(client.subscribe("t", never, 0)).isEmpty();
        assertThat(client.subscribe("t", ifNew, 0)).isEmpty();
        assertThat(payloads(client.subscribe("+", ifNew, 0))).containsExactly("x");
        assertThat(client.subscribe("+", ifNew, 0)).isEmpty();
        assertThat(payloads(client.subscribe("+", AT_MOST_ONCE))).containsExactly("x");
    }

    @Normative({"MQTT-3.3.1-12", "MQTT-3.3.1-13"})
    @Test
    void the_flag_stays_as_published_only_where_asked() {
        SubscriptionOptions asPublished = new SubscriptionOptions(AT_MOST_ONCE, false, true, RetainHandling.SEND);
        client.subscribe("t", asPublished, 0);
        TestClient plain = rig.client().connect("plain");
        plain.accepted();
        plain.subscribe("t", AT_MOST_ONCE);
        retain("t", "x");
        assertThat(client.receive()).containsExactly(packet("t", "x", AT_MOST_ONCE, true, 0));
        assertThat(plain.receive()).containsExactly(packet("t", "x", AT_MOST_ONCE, false, 0));
    }

    @Test
    void a_subscription_identifier_comes_with_the_retained_message() {
        retain("t", "x");
        List<ControlPacket> received = client.subscribe("t", SubscriptionOptions.of(AT_MOST_ONCE), 5);
        assertThat(((Publish) received.getFirst()).message().properties().subscriptionIdentifiers())
                .containsExactly(5);
    }

    @Normative({"MQTT-3.3.2-5", "MQTT-3.3.2-6"})
    @Test
    void a_retained_message_expires_and_says_how_long_it_has() {
        Properties tenSeconds =
                Properties.builder().set(Property.MESSAGE_EXPIRY_INTERVAL, 10).build();
        rig.broker.publish(TestClient.message("t", "x", AT_LEAST_ONCE, true).withProperties(tenSeconds));
        rig.pass(Duration.ofSeconds(4));
        List<ControlPacket> received = client.subscribe("t", AT_MOST_ONCE);
        assertThat(((Publish) received.getFirst()).message().properties().integer(Property.MESSAGE_EXPIRY_INTERVAL, -1))
                .isEqualTo(6);
        rig.pass(Duration.ofSeconds(7));
        assertThat(client.subscribe("t", AT_MOST_ONCE)).isEmpty();
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
    }

    @Normative("MQTT-3.2.2-14")
    @Test
    void a_retained_message_ends_the_connection_where_none_can_be() {
        Rig without = Rig.with(config -> config.retainAvailable(false));
        TestClient publisher = without.client().connect("p");
        publisher.accepted();
        publisher.send(packet("t", "x", AT_LEAST_ONCE, true, 1));
        assertThat(publisher.receive()).containsExactly(new Disconnect(ReasonCode.RETAIN_NOT_SUPPORTED));
        assertThat(publisher.isClosed()).isTrue();
    }

    @Test
    void thousands_of_retained_messages_pass_window_and_queue() {
        for (int i = 0; i < 3_000; i++) {
            rig.broker.publish(TestClient.message("many/" + i, "v" + i, AT_LEAST_ONCE, true));
        }
        rig.idle();
        List<ControlPacket> received = new ArrayList<>(client.subscribe("many/#", AT_LEAST_ONCE));
        assertThat(received).hasSize(20);
        for (int acknowledged = 0; acknowledged < received.size(); acknowledged++) {
            client.send(new PubAck(((Publish) received.get(acknowledged)).packetIdentifier(), ReasonCode.SUCCESS));
            received.addAll(client.receive());
        }
        assertThat(payloads(received))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 3_000).mapToObj(i -> "v" + i).toList());
        assertThat(rig.broker.counters().ledger.count(Fate.QUEUE_FULL)).isZero();
        client.subscribe("other/#", EXACTLY_ONCE);
        assertThat(client.subscribe("many/#", AT_MOST_ONCE)).hasSize(3_000);
    }

    @Test
    void what_is_replaced_before_it_could_be_sent_is_sent_once_in_its_newest_form() {
        for (int i = 0; i < 30; i++) {
            retain("many/" + i, "old");
        }
        List<ControlPacket> received = new ArrayList<>(client.subscribe("many/#", AT_LEAST_ONCE));
        for (int i = 0; i < 30; i++) {
            retain("many/" + i, "new");
        }
        received.addAll(client.receive());
        for (int acknowledged = 0; acknowledged < received.size(); acknowledged++) {
            client.send(new PubAck(((Publish) received.get(acknowledged)).packetIdentifier(), ReasonCode.SUCCESS));
            received.addAll(client.receive());
        }
        assertThat(payloads(received)).hasSize(50);
        assertThat(payloads(received).subList(20, 50)).containsOnly("new");
    }

    @Normative("MQTT-3.8.3-3")
    @Test
    void no_local_holds_for_retained_messages_that_were_due_before_it_was_asked_for() {
        Properties one = Properties.builder().set(Property.RECEIVE_MAXIMUM, 1).build();
        TestClient own = rig.client().connect("own", true, 0, null, one);
        own.accepted();
        own.send(packet("t/1", "x", AT_LEAST_ONCE, true, 1), packet("t/2", "x", AT_LEAST_ONCE, true, 2));
        own.receive();
        assertThat(payloads(own.subscribe("t/+", AT_LEAST_ONCE))).containsExactly("x"); // the other waits for its turn
        SubscriptionOptions noLocal = new SubscriptionOptions(AT_LEAST_ONCE, true, false, RetainHandling.DO_NOT_SEND);
        assertThat(own.subscribe("t/+", noLocal, 0)).isEmpty();
        own.send(new PubAck(1, ReasonCode.SUCCESS));
        assertThat(own.receive()).isEmpty();
    }
}
