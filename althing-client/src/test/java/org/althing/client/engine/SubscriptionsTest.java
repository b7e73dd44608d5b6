package org.althing.client.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.junit.jupiter.api.Test;

/** What a client is subscribed to, over all connections. */
class SubscriptionsTest {
    private static Subscribe subscribe(int identifier, String... filters) {
        return new Subscribe(
                identifier, List.of(filters).stream().map(Harness::request).toList(), Properties.NONE);
    }

    private static SubAck granted(int identifier, ReasonCode... codes) {
        return new SubAck(identifier, List.of(codes), Properties.NONE);
    }

    @Test
    void the_answers_come_back_in_the_order_of_the_filters() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();
        Harness.SubscribeRecord fate = it.subscribe("a", "b");

        assertThat(it.sent()).containsExactly(subscribe(1, "a", "b"));
        it.receive(granted(1, ReasonCode.GRANTED_QOS_1, ReasonCode.NOT_AUTHORIZED));
        assertThat(fate.word).isEqualTo("[GRANTED_QOS_1, NOT_AUTHORIZED]");
    }

    @Test
    void a_subscription_made_before_connecting_is_sent_then() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.subscribe("a");

        assertThat(it.connect()).containsExactly(subscribe(1, "a"));
    }

    @Test
    void without_the_session_all_are_restored_and_subscribing_again_sends_nothing() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();
        it.subscribe("a");
        it.subscribe("b");
        it.receive(granted(1, ReasonCode.GRANTED_QOS_2), granted(2, ReasonCode.GRANTED_QOS_2));
        it.sent();
        it.cut();

        assertThat(it.connect()).containsExactly(subscribe(3, "a", "b"));
        Harness.SubscribeRecord again = it.subscribe("a");
        assertThat(it.sent()).isEmpty();
        assertThat(again.word).isEmpty();
        it.receive(granted(3, ReasonCode.GRANTED_QOS_2, ReasonCode.GRANTED_QOS_1));
        assertThat(again.word).isEqualTo("[GRANTED_QOS_2]");
        assertThat(it.subscribe("b").word).isEqualTo("[GRANTED_QOS_1]");
    }

    @Test
    void with_the_session_only_what_was_not_answered_is_sent_again() {
        Harness it = Harness.durable();
        it.connect();
        it.subscribe("a");
        Harness.SubscribeRecord open = it.subscribe("b");
        it.receive(granted(1, ReasonCode.GRANTED_QOS_2));
        it.sent();
        it.cut();

        assertThat(it.connect(true, Properties.NONE)).containsExactly(subscribe(3, "b"));
        it.receive(granted(3, ReasonCode.GRANTED_QOS_2));
        assertThat(open.word).isEqualTo("[GRANTED_QOS_2]");
    }

    @Test
    void a_refusal_while_restoring_is_reported_and_not_tried_again() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();
        it.subscribe("a");
        it.receive(granted(1, ReasonCode.GRANTED_QOS_2));
        it.cut();
        it.connect();
        it.receive(granted(2, ReasonCode.NOT_AUTHORIZED));

        assertThat(it.events).contains("lost a: NOT_AUTHORIZED");
        it.cut();
        assertThat(it.connect()).isEmpty();
    }

    @Test
    void subscriptions_with_different_properties_are_restored_in_packets_of_their_own() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        Properties seven =
                Properties.builder().set(Property.SUBSCRIPTION_IDENTIFIER, 7).build();
        it.subscribe("a");
        it.engine.subscribe(List.of(Harness.request("b")), seven, new Harness.SubscribeRecord());
        it.subscribe("c");

        assertThat(it.connect())
                .containsExactly(subscribe(1, "a", "c"), new Subscribe(2, List.of(Harness.request("b")), seven));
    }

    @Test
    void what_was_unsubscribed_is_not_restored() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();
        it.subscribe("a");
        it.receive(granted(1, ReasonCode.GRANTED_QOS_2));
        it.sent();
        it.engine.unsubscribe(List.of(TopicFilter.of("a")), Properties.NONE, new Harness.SubscribeRecord());
        assertThat(it.sent()).containsExactly(new Unsubscribe(2, List.of(TopicFilter.of("a")), Properties.NONE));
        it.receive(new UnsubAck(2, List.of(ReasonCode.SUCCESS), Properties.NONE));
        it.cut();

        assertThat(it.connect()).isEmpty();
    }

    @Test
    void an_unsubscribe_that_was_not_answered_is_sent_again_with_the_session() {
        Harness it = Harness.durable();
        it.connect();
        it.cut();
        it.engine.unsubscribe(List.of(TopicFilter.of("a")), Properties.NONE, new Harness.SubscribeRecord());

        Unsubscribe first = (Unsubscribe) it.connect(true, Properties.NONE).getFirst();
        it.cut();
        Unsubscribe second = (Unsubscribe) it.connect(true, Properties.NONE).getFirst();
        it.receive(new UnsubAck(second.packetIdentifier(), List.of(ReasonCode.SUCCESS), Properties.NONE));
        it.cut();

        assertThat(first.filters()).isEqualTo(List.of(TopicFilter.of("a")));
        assertThat(it.connect(true, Properties.NONE)).isEmpty();
    }

    @Test
    void a_suback_with_the_wrong_number_of_answers_is_a_protocol_error() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();
        it.subscribe("a", "b");
        it.receive(granted(1, ReasonCode.GRANTED_QOS_1));

        assertThat(it.engine.ending()).isInstanceOf(Ending.ServerFault.class);
    }

    @Test
    void a_given_up_client_answers_who_waits_and_remembers_what_is_wanted() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();
        Harness.SubscribeRecord fate = it.subscribe("a");
        it.sent();
        it.cut();
        it.engine.abandon("over");

        assertThat(fate.word).isEqualTo("failed: over");
        assertThat(it.connect()).containsExactly(subscribe(2, "a"));
    }
}
