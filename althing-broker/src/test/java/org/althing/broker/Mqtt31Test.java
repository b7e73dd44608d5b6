package org.althing.broker;

import static org.althing.broker.TestClient.again;
import static org.althing.broker.TestClient.packet;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where MQTT 3.1 differs from what came after it. */
class Mqtt31Test {
    private final Rig rig = Rig.made(parts -> parts.accessControl(client -> new Rights() {
        @Override
        public @Nullable Denial publish(TopicName topic) {
            return null;
        }

        @Override
        public @Nullable Denial receive(TopicName topic) {
            return null;
        }

        @Override
        public @Nullable Denial subscribe(TopicFilter filter) {
            return filter.toString().equals("secret") ? Denial.of("it is secret") : null;
        }
    }));

    private TestClient arriving(String clientId, boolean cleanSession) {
        TestClient client = rig.client().speak(ProtocolVersion.MQTT_3_1);
        return client.send(new Connect(
                ProtocolVersion.MQTT_3_1, false, clientId, cleanSession, 60, null, null, null, Properties.NONE));
    }

    private TestClient client(String clientId) {
        TestClient client = arriving(clientId, true);
        client.accepted();
        return client;
    }

    private TestClient subscriber() {
        TestClient subscriber = client("subscriber");
        subscriber.subscribe("t", EXACTLY_ONCE);
        return subscriber;
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private String answer(TestClient client, String bytes) {
        client.peer.send(hex(bytes));
        rig.idle();
        return HexFormat.of().formatHex(client.peer.takeReceived());
    }

    // ---- CONNECT

    @Test
    void its_protocol_name_is_mqisdp_at_level_3_and_no_other_pair_is_known() {
        assertThat(answer(rig.client(), "10 0f 0006 4d5149736470 03 02 003c 0001 63"))
                .isEqualTo("20020000");
        assertThat(answer(rig.client(), "10 0f 0006 4d5149736470 04 02 003c 0001 63"))
                .isEqualTo("20020001");
        assertThat(answer(rig.client(), "10 0d 0004 4d515454 03 02 003c 0001 63"))
                .isEqualTo("20020001");
    }

    @Test
    void it_has_no_session_present_flag() {
        TestClient first = arriving("c", false);
        first.accepted();
        first.peer.close();
        rig.idle();
        assertThat(arriving("c", false).connAck()).isEqualTo(new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE));
    }

    @Test
    void an_identifier_has_at_least_one_character_and_as_in_mosquitto_more_than_23_do() {
        assertThat(arriving("", true).connAck().reasonCode()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        client("1");
        client("12345678901234567890123");
        client("123456789012345678901234");
        Rig strict = Rig.with(config -> config.clientIdBytesMax(23));
        for (String clientId : List.of("12345678901234567890123", "123456789012345678901234")) {
            TestClient client = strict.client().speak(ProtocolVersion.MQTT_3_1);
            client.send(new Connect(
                    ProtocolVersion.MQTT_3_1, false, clientId, true, 60, null, null, null, Properties.NONE));
            assertThat(client.connAck().reasonCode())
                    .isEqualTo(clientId.length() == 23 ? ReasonCode.SUCCESS : ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        }
    }

    // ---- SUBSCRIBE

    @Test
    void its_suback_knows_no_failure_and_says_what_was_asked_for_where_nothing_is_granted() {
        TestClient client = client("c");
        assertThat(answer(client, "82 0b 0001 0006 736563726574 01")).isEqualTo("9003000101");
        rig.broker.publish(TestClient.message("secret", "x", AT_LEAST_ONCE, false));
        assertThat(client.receive()).isEmpty();
        assertThat(rig.broker.counters().subscriptions.value()).isZero();
        assertThat(client.isClosed()).isFalse();
    }

    // ---- clients that send again on the same connection

    @Test
    void a_subscribe_and_an_unsubscribe_that_are_sent_again_are_answered_again() {
        TestClient client = client("c");
        assertThat(answer(client, "82 06 0001 0001 74 01  8a 06 0001 0001 74 01"))
                .isEqualTo("9003000101".repeat(2));
        assertThat(answer(client, "a2 05 0002 0001 74  aa 05 0002 0001 74")).isEqualTo("b0020002".repeat(2));
    }

    @Test
    void a_repeat_of_qos_2_is_recognised_in_each_of_its_states() {
        TestClient subscriber = subscriber();
        TestClient client = client("c");
        Publish packet = packet("t", "once", EXACTLY_ONCE, false, 1);
        client.send(packet, again(packet), again(packet));
        PubRec received = new PubRec(1, ReasonCode.SUCCESS);
        assertThat(client.receive()).containsExactly(received, received, received);
        PubRel release = new PubRel(1, ReasonCode.SUCCESS);
        client.send(release, release);
        client.peer.send(hex("6a 02 0001")); // with DUP, as only 3.1 has it
        PubComp complete = new PubComp(1, ReasonCode.SUCCESS);
        assertThat(client.receive()).containsExactly(complete, complete, complete);
        assertThat(payloads(subscriber.receive())).containsExactly("once");
        client.send(again(packet)); // PUBREL has come: this is a new message, whatever DUP says
        client.receive();
        client.send(release);
        client.receive();
        assertThat(rig.broker.counters().publishesReceived.value()).isEqualTo(4);
        assertThat(client.isClosed()).isFalse();
    }

    @Test
    void a_repeat_of_qos_1_may_arrive_twice_and_is_acknowledged_twice() {
        TestClient subscriber = subscriber();
        TestClient client = client("c");
        Publish packet = packet("t", "x", AT_LEAST_ONCE, false, 1);
        client.send(packet, again(packet));
        PubAck ack = new PubAck(1, ReasonCode.SUCCESS);
        assertThat(client.receive()).containsExactly(ack, ack);
        assertThat(payloads(subscriber.receive())).containsExactly("x", "x");
    }

    @Test
    void acknowledgements_that_are_sent_again_do_no_harm() {
        TestClient subscriber = subscriber();
        rig.broker.publish(TestClient.message("t", "one", AT_LEAST_ONCE, false));
        rig.broker.publish(TestClient.message("t", "two", EXACTLY_ONCE, false));
        int one = ((Publish) subscriber.receive().getFirst()).packetIdentifier();
        int two = one + 1;
        subscriber.send(new PubAck(one, ReasonCode.SUCCESS), new PubAck(one, ReasonCode.SUCCESS));
        subscriber.send(new PubRec(two, ReasonCode.SUCCESS), new PubRec(two, ReasonCode.SUCCESS));
        PubRel release = new PubRel(two, ReasonCode.SUCCESS);
        assertThat(subscriber.receive()).containsExactly(release, release);
        subscriber.send(new PubComp(two, ReasonCode.SUCCESS), new PubComp(two, ReasonCode.SUCCESS));
        assertThat(subscriber.receive()).isEmpty();
        assertThat(subscriber.isClosed()).isFalse();
    }

    @Test
    void the_broker_itself_sends_nothing_again_before_the_client_comes_back() {
        TestClient subscriber = arriving("subscriber", false);
        subscriber.accepted();
        subscriber.subscribe("t", EXACTLY_ONCE);
        Qos[] levels = {AT_MOST_ONCE, AT_LEAST_ONCE, EXACTLY_ONCE};
        for (Qos qos : levels) {
            rig.broker.publish(TestClient.message("t", qos.name(), qos, false));
        }
        assertThat(payloads(subscriber.receive())).hasSize(3);
        rig.pass(Duration.ofSeconds(80));
        assertThat(subscriber.receive()).isEmpty();
        subscriber.peer.close();
        rig.idle();
        TestClient back = arriving("subscriber", false);
        List<ControlPacket> packets = back.receive();
        assertThat(payloads(packets)).containsExactly("AT_LEAST_ONCE", "EXACTLY_ONCE");
        assertThat(packets.subList(1, 3)).allMatch(packet -> ((Publish) packet).duplicate());
    }
}
