package org.althing.broker;

import static org.althing.broker.TestClient.again;
import static org.althing.broker.TestClient.packet;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.ControlPacket.PingResp;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.Will;
import org.althing.testing.Normative;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What MQTT 3.1.1 asks of a server, by clients that speak it. */
class Mqtt311Test {
    private Rig rig = new Rig();

    private TestClient clean(String clientId) {
        TestClient client = rig.client().connect311(clientId, true);
        client.accepted();
        return client;
    }

    private TestClient kept(String clientId) {
        TestClient client = rig.client().connect311(clientId, false);
        client.accepted();
        return client;
    }

    /** Back in the same session: CONNACK is taken off, the rest is what follows it at once. */
    private List<ControlPacket> back(TestClient client) {
        List<ControlPacket> packets =
                new ArrayList<>(client.connect311("c", false).receive());
        assertThat(packets.removeFirst()).isEqualTo(new ConnAck(true, ReasonCode.SUCCESS, Properties.NONE));
        return packets;
    }

    private static Connect connect(String clientId, boolean cleanSession, @Nullable Will will) {
        return new Connect(
                ProtocolVersion.MQTT_3_1_1, false, clientId, cleanSession, 60, null, null, will, Properties.NONE);
    }

    private TestClient withWill(String clientId, Qos qos, boolean retain) {
        Will will = new Will(TestClient.message("will", clientId, qos, retain), 0);
        TestClient client = rig.client().speak(ProtocolVersion.MQTT_3_1_1).send(connect(clientId, true, will));
        client.accepted();
        return client;
    }

    private static Subscribe subscribe(int identifier, Qos qos, String... filters) {
        List<Subscribe.Request> requests = new ArrayList<>();
        for (String filter : filters) {
            requests.add(new Subscribe.Request(TopicFilter.of(filter), SubscriptionOptions.of(qos)));
        }
        return new Subscribe(identifier, requests, Properties.NONE);
    }

    private static Unsubscribe unsubscribe(int identifier, String... filters) {
        List<TopicFilter> list = new ArrayList<>();
        for (String filter : filters) {
            list.add(TopicFilter.of(filter));
        }
        return new Unsubscribe(identifier, list, Properties.NONE);
    }

    private void publish(String topic, String payload, Qos qos) {
        rig.broker.publish(TestClient.message(topic, payload, qos, false));
        rig.idle();
    }

    // ---- CONNECT and CONNACK

    @Normative(v311 = {"MQTT-3.1.0-2", "MQTT-4.8.0-1"})
    @Test
    void a_second_connect_closes_the_connection() {
        TestClient client = clean("c");
        client.send(connect("c", true, null));
        assertThat(client.receive()).isEmpty();
        assertThat(client.isClosed()).isTrue();
    }

    @Normative(v311 = "MQTT-4.8.0-1")
    @Test
    void a_violation_of_the_protocol_closes_the_connection_it_came_on_and_no_other() {
        TestClient other = clean("other");
        for (String hex : List.of("36", "600" + "20001", "82020001", "c100", "00")) {
            TestClient client = clean("c");
            client.peer.send(HexFormat.of().parseHex(hex));
            assertThat(client.receive()).as(hex).isEmpty();
            assertThat(client.isClosed()).as(hex).isTrue();
        }
        assertThat(other.isClosed()).isFalse();
    }

    @Normative(v311 = {"MQTT-3.2.0-1", "MQTT-3.1.4-4"})
    @Test
    void connack_is_the_first_packet_even_if_more_is_due_to_the_client() {
        TestClient client = kept("c");
        client.subscribe("t", AT_LEAST_ONCE);
        client.peer.transport().abort();
        rig.idle();
        publish("t", "x", AT_LEAST_ONCE);
        TestClient returned = rig.client().connect311("c", false);
        returned.send(PingReq.INSTANCE);
        assertThat(returned.receive())
                .containsExactly(
                        new ConnAck(true, ReasonCode.SUCCESS, Properties.NONE),
                        packet("t", "x", AT_LEAST_ONCE, false, 1),
                        PingResp.INSTANCE);
    }

    @Normative(v311 = {"MQTT-3.1.4-5", "MQTT-3.2.2-5"})
    @Test
    void behind_a_refused_connect_nothing_is_handled_and_the_connection_is_closed() {
        rig = Rig.made(parts ->
                parts.authenticator((attempt, reply) -> reply.refuse(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "")));
        TestClient client = rig.client().connect311("c", true);
        client.send(packet("t", "x", AT_LEAST_ONCE, true, 1), subscribe(2, AT_MOST_ONCE, "#"));
        assertThat(client.receive())
                .containsExactly(new ConnAck(false, ReasonCode.BAD_USER_NAME_OR_PASSWORD, Properties.NONE));
        assertThat(client.isClosed()).isTrue();
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
        assertThat(rig.broker.counters().subscriptions.value()).isZero();
    }

    @Normative(v311 = {"MQTT-3.2.2-6", "MQTT-3.1.4-1"})
    @Test
    void where_no_return_code_fits_the_connection_is_closed_without_connack() {
        // The reserved flag is set; a client identifier that is no UTF-8; a password without a user name.
        for (String hex : List.of(
                "100d00044d5154540403003c000163",
                "100d00044d5154540402003c0001ff",
                "101000044d5154540442003c000163000170")) {
            TestClient client = rig.client().speak(ProtocolVersion.MQTT_3_1_1);
            client.peer.send(HexFormat.of().parseHex(hex));
            assertThat(client.receive()).as(hex).isEmpty();
            assertThat(client.isClosed()).as(hex).isTrue();
        }
    }

    @Normative(v311 = {"MQTT-3.1.3-9", "MQTT-3.2.2-4"})
    @Test
    void a_client_identifier_that_is_not_taken_is_answered_with_return_code_2_and_the_end() {
        rig = Rig.listening(listener -> listener.zeroLengthClientId(false));
        TestClient client = rig.client().connect311("", true);
        rig.idle();
        assertThat(client.peer.takeReceived()).isEqualTo(new byte[] {0x20, 2, 0, 2});
        assertThat(client.isClosed()).isTrue();
    }

    @Normative(v311 = "MQTT-3.1.4-3")
    @Test
    void clean_session_is_done_as_asked() {
        kept("c").subscribe("t", AT_LEAST_ONCE);
        TestClient resumed = rig.client().connect311("c", false);
        assertThat(resumed.accepted().sessionPresent()).isTrue();
        publish("t", "kept", AT_LEAST_ONCE);
        assertThat(payloads(resumed.receive())).containsExactly("kept");
        TestClient clean = rig.client().connect311("c", true);
        assertThat(clean.accepted().sessionPresent()).isFalse();
        publish("t", "gone", AT_LEAST_ONCE);
        assertThat(clean.receive()).isEmpty();
    }

    @Normative(v311 = "MQTT-3.1.2-24")
    @Test
    void silence_of_one_and_a_half_times_the_keep_alive_is_a_failed_network() {
        TestClient watcher = rig.client().connect("watcher");
        watcher.accepted();
        watcher.subscribe("will", AT_MOST_ONCE);
        TestClient client = withWill("c", AT_MOST_ONCE, false);
        rig.pass(Duration.ofMillis(89_900));
        assertThat(client.isClosed()).isFalse();
        watcher.send(PingReq.INSTANCE);
        rig.pass(Duration.ofMillis(200));
        assertThat(client.receive()).isEmpty();
        assertThat(client.isClosed()).isTrue();
        assertThat(payloads(watcher.receive())).containsExactly("c");
    }

    @Normative(v311 = "MQTT-3.12.4-1")
    @Test
    void every_ping_is_answered() {
        assertThat(clean("c")
                        .send(PingReq.INSTANCE, PingReq.INSTANCE, PingReq.INSTANCE)
                        .receive())
                .containsExactly(PingResp.INSTANCE, PingResp.INSTANCE, PingResp.INSTANCE);
    }

    // ---- the will

    @Normative(v311 = {"MQTT-3.1.2-8", "MQTT-3.1.2-16"})
    @Test
    void the_will_is_published_when_the_connection_ends_without_disconnect() {
        TestClient watcher = clean("watcher");
        watcher.subscribe("will", EXACTLY_ONCE);
        withWill("cut", AT_LEAST_ONCE, false).peer.transport().abort();
        rig.idle();
        withWill("closed", AT_LEAST_ONCE, false).peer.close();
        rig.idle();
        withWill("wrong", AT_LEAST_ONCE, false).peer.send(new byte[] {0});
        rig.idle();
        withWill("taken over", AT_LEAST_ONCE, false);
        rig.client().connect311("taken over", true).accepted();
        assertThat(payloads(watcher.receive())).containsExactly("cut", "closed", "wrong", "taken over");
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
    }

    @Normative(v311 = {"MQTT-3.1.2-10", "MQTT-3.14.4-3"})
    @Test
    void disconnect_discards_the_will_for_good() {
        TestClient watcher = clean("watcher");
        watcher.subscribe("will", AT_MOST_ONCE);
        TestClient client = withWill("c", AT_LEAST_ONCE, false);
        client.send(new Disconnect(ReasonCode.SUCCESS));
        assertThat(client.isClosed()).isTrue();
        clean("c").peer.transport().abort();
        assertThat(watcher.receive()).isEmpty();
    }

    @Normative(v311 = "MQTT-3.1.2-10")
    @Test
    void a_published_will_is_not_published_again() {
        TestClient watcher = clean("watcher");
        watcher.subscribe("will", AT_MOST_ONCE);
        Will will = new Will(TestClient.message("will", "once", AT_MOST_ONCE, false), 0);
        TestClient client = rig.client().speak(ProtocolVersion.MQTT_3_1_1).send(connect("c", false, will));
        client.accepted();
        client.peer.transport().abort();
        assertThat(payloads(watcher.receive())).containsExactly("once");
        kept("c").peer.transport().abort();
        clean("c").peer.transport().abort();
        assertThat(watcher.receive()).isEmpty();
    }

    @Normative(v311 = "MQTT-3.1.2-12")
    @Test
    void without_will_flag_there_is_no_will() {
        TestClient watcher = clean("watcher");
        watcher.subscribe("#", AT_MOST_ONCE);
        clean("c").peer.transport().abort();
        assertThat(watcher.receive()).isEmpty();
    }

    @Normative(v311 = "MQTT-3.1.2-17")
    @Test
    void a_will_with_will_retain_is_retained() {
        withWill("c", AT_LEAST_ONCE, true).peer.transport().abort();
        rig.idle();
        assertThat(clean("late").subscribe("will", AT_MOST_ONCE))
                .containsExactly(packet("will", "c", AT_MOST_ONCE, true, 0));
    }

    // ---- the session

    @Normative(v311 = "MQTT-3.1.3-2")
    @Test
    void the_client_identifier_says_whose_session_it_is() {
        for (String clientId : List.of("a", "A")) {
            TestClient client = kept(clientId);
            client.subscribe("of/" + clientId, AT_LEAST_ONCE);
            client.send(new Disconnect(ReasonCode.SUCCESS));
        }
        publish("of/a", "small", AT_LEAST_ONCE);
        publish("of/A", "capital", AT_LEAST_ONCE);
        TestClient small = rig.client().connect311("a", false);
        assertThat(payloads(small.receive())).containsExactly("small");
        TestClient capital = rig.client().connect311("A", false);
        assertThat(payloads(capital.receive())).containsExactly("capital");
    }

    @Normative(v311 = "MQTT-3.1.3-5")
    @Test
    void client_identifiers_of_1_to_23_letters_and_digits_are_taken() {
        String all = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        for (int length = 1; length <= 23; length++) {
            for (int from = 0; from + length <= all.length(); from += length) {
                clean(all.substring(from, from + length));
            }
        }
    }

    @Normative(v311 = {"MQTT-3.1.2-7"})
    @Test
    void retained_messages_stay_when_the_session_that_sent_them_ends() {
        clean("publisher")
                .send(packet("t", "kept", AT_LEAST_ONCE, true, 1), new Disconnect(ReasonCode.SUCCESS))
                .receive();
        clean("publisher").send(new Disconnect(ReasonCode.SUCCESS));
        assertThat(clean("late").subscribe("t", AT_MOST_ONCE))
                .containsExactly(packet("t", "kept", AT_MOST_ONCE, true, 0));
    }

    @Normative(v311 = {"MQTT-4.1.0-1", "MQTT-4.1.0-2", "MQTT-3.1.2-6"})
    @Test
    void a_session_lasts_at_least_as_long_as_its_connection_and_a_clean_one_no_longer() {
        TestClient client = clean("c");
        client.subscribe("t", AT_LEAST_ONCE);
        for (int day = 0; day < 10; day++) {
            for (int minute = 0; minute < 10; minute++) {
                client.send(PingReq.INSTANCE);
                rig.pass(Duration.ofSeconds(60));
            }
            client.receive();
        }
        publish("t", "x", AT_LEAST_ONCE);
        assertThat(payloads(client.receive())).containsExactly("x");
        client.send(new Disconnect(ReasonCode.SUCCESS));
        rig.idle();
        assertThat(rig.broker.counters().sessions.value()).isZero();
        TestClient young = rig.client().connect311("c", false);
        assertThat(young.receive()).containsExactly(new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE));
    }

    @Normative(v311 = {"MQTT-4.5.0-1", "MQTT-3.1.2-5", "MQTT-4.6.0-5", "MQTT-4.6.0-6"})
    @Test
    void messages_of_qos_1_and_2_wait_in_the_session_in_their_order() {
        TestClient client = kept("c");
        client.subscribe("t", EXACTLY_ONCE);
        client.peer.transport().abort();
        TestClient publisher = clean("publisher");
        for (int i = 1; i <= 8; i++) {
            publisher.publish("t", "m" + i, i % 2 == 0 ? EXACTLY_ONCE : AT_LEAST_ONCE, i);
            if (i % 2 == 0) {
                publisher.send(new PubRel(i, ReasonCode.SUCCESS));
            }
        }
        rig.idle();
        assertThat(payloads(back(rig.client()))).containsExactly("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8");
    }

    // ---- the flows

    @Normative(v311 = {"MQTT-3.3.4-1", "MQTT-4.3.1-1", "MQTT-4.3.2-2", "MQTT-4.3.3-2"})
    @Test
    void a_publish_is_answered_as_its_qos_says() {
        TestClient client = clean("c");
        client.publish("t", "0", AT_MOST_ONCE, 0);
        assertThat(client.receive()).isEmpty();
        client.publish("t", "1", AT_LEAST_ONCE, 4);
        assertThat(client.receive()).containsExactly(new PubAck(4, ReasonCode.SUCCESS));
        client.publish("t", "2", EXACTLY_ONCE, 4);
        assertThat(client.receive()).containsExactly(new PubRec(4, ReasonCode.SUCCESS));
        client.send(new PubRel(4, ReasonCode.SUCCESS));
        assertThat(client.receive()).containsExactly(new PubComp(4, ReasonCode.SUCCESS));
    }

    @Normative(v311 = "MQTT-4.3.2-2")
    @Test
    void after_puback_a_publish_with_the_same_identifier_is_a_new_message_whatever_its_dup() {
        TestClient subscriber = clean("subscriber");
        subscriber.subscribe("t", AT_LEAST_ONCE);
        TestClient client = clean("c");
        client.send(packet("t", "1", AT_LEAST_ONCE, false, 5));
        client.send(again(packet("t", "2", AT_LEAST_ONCE, false, 5)));
        assertThat(client.receive()).hasSize(2).containsOnly(new PubAck(5, ReasonCode.SUCCESS));
        assertThat(payloads(subscriber.receive())).containsExactly("1", "2");
    }

    @Normative(v311 = "MQTT-4.3.3-2")
    @Test
    void until_pubrel_a_publish_with_the_same_identifier_is_the_same_message() {
        TestClient subscriber = clean("subscriber");
        subscriber.subscribe("t", AT_LEAST_ONCE);
        TestClient client = clean("c");
        client.send(packet("t", "1", EXACTLY_ONCE, false, 5), packet("t", "1", EXACTLY_ONCE, false, 5));
        assertThat(client.receive()).hasSize(2).containsOnly(new PubRec(5, ReasonCode.SUCCESS));
        client.send(new PubRel(5, ReasonCode.SUCCESS), new PubRel(5, ReasonCode.SUCCESS));
        assertThat(client.receive()).hasSize(2).containsOnly(new PubComp(5, ReasonCode.SUCCESS));
        client.send(packet("t", "2", EXACTLY_ONCE, false, 5), new PubRel(5, ReasonCode.SUCCESS));
        assertThat(client.receive()).hasSize(2);
        assertThat(payloads(subscriber.receive())).containsExactly("1", "2");
    }

    @Normative(v311 = {"MQTT-4.3.2-1", "MQTT-4.3.3-1", "MQTT-2.3.1-4", "MQTT-3.3.1-1", "MQTT-4.4.0-1"})
    @Test
    void what_the_client_has_not_acknowledged_is_sent_again_with_its_identifiers_when_it_is_back() {
        TestClient client = kept("c");
        client.subscribe("t", EXACTLY_ONCE);
        publish("t", "1", AT_LEAST_ONCE);
        publish("t", "2", EXACTLY_ONCE);
        publish("t", "3", EXACTLY_ONCE);
        publish("t", "4", AT_LEAST_ONCE);
        assertThat(client.receive())
                .containsExactly(
                        packet("t", "1", AT_LEAST_ONCE, false, 1),
                        packet("t", "2", EXACTLY_ONCE, false, 2),
                        packet("t", "3", EXACTLY_ONCE, false, 3),
                        packet("t", "4", AT_LEAST_ONCE, false, 4));
        client.send(new PubAck(4, ReasonCode.SUCCESS), new PubRec(3, ReasonCode.SUCCESS));
        rig.idle();
        client.peer.transport().abort();
        TestClient second = rig.client();
        assertThat(back(second))
                .containsExactly(
                        again(packet("t", "1", AT_LEAST_ONCE, false, 1)),
                        again(packet("t", "2", EXACTLY_ONCE, false, 2)),
                        new PubRel(3, ReasonCode.SUCCESS));
        second.send(new PubAck(1, ReasonCode.SUCCESS), new PubComp(3, ReasonCode.SUCCESS));
        second.send(new PubRec(2, ReasonCode.SUCCESS));
        assertThat(second.receive()).containsExactly(new PubRel(2, ReasonCode.SUCCESS));
        second.peer.transport().abort();
        TestClient third = rig.client();
        assertThat(back(third)).containsExactly(new PubRel(2, ReasonCode.SUCCESS));
        third.send(new PubComp(2, ReasonCode.SUCCESS));
        rig.idle();
        third.peer.transport().abort();
        assertThat(back(rig.client())).isEmpty();
    }

    @Normative(v311 = "MQTT-3.3.1-3")
    @Test
    void the_publishers_dup_says_nothing_to_the_subscriber() {
        TestClient client = clean("c");
        client.subscribe("t", EXACTLY_ONCE);
        client.send(again(packet("t", "x", AT_LEAST_ONCE, false, 9)));
        assertThat(client.receive())
                .containsExactlyInAnyOrder(
                        new PubAck(9, ReasonCode.SUCCESS), packet("t", "x", AT_LEAST_ONCE, false, 1));
    }

    @Normative(v311 = {"MQTT-4.6.0-2", "MQTT-4.6.0-3", "MQTT-4.6.0-4"})
    @Test
    void acknowledgements_leave_in_the_order_of_what_they_answer() {
        TestClient client = clean("c");
        client.send(
                packet("t", "x", AT_LEAST_ONCE, false, 7),
                packet("t", "x", EXACTLY_ONCE, false, 6),
                packet("t", "x", EXACTLY_ONCE, false, 5),
                packet("t", "x", AT_LEAST_ONCE, false, 4));
        assertThat(client.receive())
                .containsExactly(
                        new PubAck(7, ReasonCode.SUCCESS),
                        new PubRec(6, ReasonCode.SUCCESS),
                        new PubRec(5, ReasonCode.SUCCESS),
                        new PubAck(4, ReasonCode.SUCCESS));
        client.subscribe("t", EXACTLY_ONCE);
        for (int i = 1; i <= 3; i++) {
            publish("t", "m" + i, EXACTLY_ONCE);
        }
        client.receive();
        client.send(
                new PubRec(2, ReasonCode.SUCCESS),
                new PubRec(1, ReasonCode.SUCCESS),
                new PubRec(3, ReasonCode.SUCCESS));
        assertThat(client.receive())
                .containsExactly(
                        new PubRel(2, ReasonCode.SUCCESS),
                        new PubRel(1, ReasonCode.SUCCESS),
                        new PubRel(3, ReasonCode.SUCCESS));
    }

    @Normative(v311 = "MQTT-4.6.0-1")
    @Test
    void publish_packets_are_sent_again_in_the_order_in_which_they_were_sent() {
        // The identifiers wrap, so that their order is another one than that of the messages.
        rig = Rig.with(config -> config.inflightMessagesMax(0).queuedMessagesMax(0));
        TestClient client = kept("c");
        client.subscribe("t", AT_LEAST_ONCE);
        for (int i = 0; i < 65_533; i += 51) {
            for (int j = 0; j < 51 && i + j < 65_533; j++) {
                rig.broker.publish(TestClient.message("t", "x", AT_LEAST_ONCE, false));
            }
            for (ControlPacket packet : client.receive()) {
                client.send(new PubAck(((ControlPacket.Publish) packet).packetIdentifier(), ReasonCode.SUCCESS));
            }
        }
        for (int i = 1; i <= 5; i++) {
            publish("t", "m" + i, AT_LEAST_ONCE);
        }
        client.peer.transport().abort();
        assertThat(back(rig.client()))
                .containsExactly(
                        again(packet("t", "m1", AT_LEAST_ONCE, false, 65_534)),
                        again(packet("t", "m2", AT_LEAST_ONCE, false, 65_535)),
                        again(packet("t", "m3", AT_LEAST_ONCE, false, 1)),
                        again(packet("t", "m4", AT_LEAST_ONCE, false, 2)),
                        again(packet("t", "m5", AT_LEAST_ONCE, false, 3)));
    }

    @Normative(v311 = "MQTT-3.3.5-2")
    @Test
    void a_publish_that_is_not_allowed_is_acknowledged_as_if_it_were() {
        rig = Rig.made(parts -> parts.accessControl(AccessControl.of((who, action, topic) ->
                action != AccessControl.Action.PUBLISH || topic.toString().equals("open"))));
        TestClient client = clean("c");
        client.subscribe("#", AT_MOST_ONCE);
        client.publish("closed", "x", AT_LEAST_ONCE, 1).publish("closed", "x", EXACTLY_ONCE, 2);
        client.send(new PubRel(2, ReasonCode.SUCCESS)).publish("open", "y", AT_MOST_ONCE, 0);
        assertThat(client.receive())
                .containsExactlyInAnyOrder(
                        new PubAck(1, ReasonCode.SUCCESS),
                        new PubRec(2, ReasonCode.SUCCESS),
                        new PubComp(2, ReasonCode.SUCCESS),
                        packet("open", "y", AT_MOST_ONCE, false, 0));
    }

    @Normative(v311 = "MQTT-4.8.0-2")
    @Test
    void an_error_of_ours_while_a_packet_is_handled_closes_its_connection_and_no_other() {
        rig = Rig.made(parts -> parts.accessControl(AccessControl.of((who, action, topic) -> {
            if (topic.toString().equals("boom")) {
                throw new IllegalStateException("on purpose");
            }
            return true;
        })));
        TestClient other = clean("other");
        TestClient client = clean("c");
        client.publish("boom", "x", AT_LEAST_ONCE, 1);
        rig.time.runUntilIdle();
        assertThat(rig.errors).first().asString().contains("on purpose"); // the trace follows
        rig.errors.clear();
        assertThat(client.receive()).isEmpty();
        assertThat(client.isClosed()).isTrue();
        assertThat(other.isClosed()).isFalse();
    }

    @Normative(v311 = {"MQTT-3.14.4-1", "MQTT-3.14.4-2"})
    @Test
    void after_disconnect_nothing_is_read_and_the_connection_is_closed() {
        TestClient client = clean("c");
        client.send(new Disconnect(ReasonCode.SUCCESS), packet("t", "x", AT_LEAST_ONCE, true, 1));
        assertThat(client.receive()).isEmpty();
        assertThat(client.isClosed()).isTrue();
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
    }

    // ---- retained messages

    @Normative(v311 = {"MQTT-3.3.1-5", "MQTT-3.3.1-6", "MQTT-3.3.1-8", "MQTT-3.3.1-9"})
    @Test
    void the_last_retained_message_goes_to_new_subscriptions_with_retain_and_to_others_without() {
        TestClient early = clean("early");
        early.subscribe("t/+", EXACTLY_ONCE);
        TestClient publisher = clean("publisher");
        publisher.send(packet("t/1", "old", AT_LEAST_ONCE, true, 1), packet("t/1", "new", AT_LEAST_ONCE, true, 2));
        publisher.send(packet("t/2", "other", AT_LEAST_ONCE, true, 3));
        rig.idle();
        assertThat(early.receive())
                .containsExactly(
                        packet("t/1", "old", AT_LEAST_ONCE, false, 1),
                        packet("t/1", "new", AT_LEAST_ONCE, false, 2),
                        packet("t/2", "other", AT_LEAST_ONCE, false, 3));
        assertThat(clean("late").subscribe("t/+", AT_LEAST_ONCE))
                .containsExactlyInAnyOrder(
                        packet("t/1", "new", AT_LEAST_ONCE, true, 1), packet("t/2", "other", AT_LEAST_ONCE, true, 2));
    }

    @Normative(v311 = "MQTT-3.3.1-7")
    @Test
    void a_retained_message_of_qos_0_takes_the_place_of_the_one_before() {
        TestClient publisher = clean("publisher");
        publisher.send(packet("t", "old", EXACTLY_ONCE, true, 1), new PubRel(1, ReasonCode.SUCCESS));
        publisher.send(packet("t", "new", AT_MOST_ONCE, true, 0)).receive();
        assertThat(clean("late").subscribe("t", EXACTLY_ONCE))
                .containsExactly(packet("t", "new", AT_MOST_ONCE, true, 0));
    }

    @Normative(v311 = {"MQTT-3.3.1-10", "MQTT-3.3.1-11"})
    @Test
    void an_empty_retained_message_is_delivered_clears_and_is_not_kept() {
        TestClient early = clean("early");
        early.subscribe("t", AT_MOST_ONCE);
        TestClient publisher = clean("publisher");
        publisher.send(packet("t", "x", AT_LEAST_ONCE, true, 1), packet("t", "", AT_LEAST_ONCE, true, 2));
        rig.idle();
        assertThat(payloads(early.receive())).containsExactly("x", "");
        assertThat(clean("late").subscribe("t", AT_MOST_ONCE)).isEmpty();
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
    }

    @Normative(v311 = "MQTT-3.3.1-12")
    @Test
    void a_message_without_retain_leaves_what_is_retained_alone() {
        TestClient publisher = clean("publisher");
        publisher.send(packet("t", "kept", AT_LEAST_ONCE, true, 1), packet("t", "", AT_LEAST_ONCE, false, 2));
        publisher.send(packet("t", "passing", AT_LEAST_ONCE, false, 3)).receive();
        assertThat(payloads(clean("late").subscribe("t", AT_MOST_ONCE))).containsExactly("kept");
    }

    // ---- subscribing

    @Normative(v311 = {"MQTT-3.8.4-1", "MQTT-3.8.4-2", "MQTT-3.8.4-4", "MQTT-2.3.1-7", "MQTT-3.8.3-2"})
    @Test
    void suback_has_the_identifier_and_an_answer_for_each_filter_wildcards_too() {
        TestClient client = clean("c");
        client.send(subscribe(77, AT_LEAST_ONCE, "a/+/c", "b/#", "#"), subscribe(65_535, AT_MOST_ONCE, "+"));
        assertThat(client.receive())
                .containsExactly(
                        new SubAck(
                                77,
                                List.of(ReasonCode.GRANTED_QOS_1, ReasonCode.GRANTED_QOS_1, ReasonCode.GRANTED_QOS_1),
                                Properties.NONE),
                        new SubAck(65_535, List.of(ReasonCode.SUCCESS), Properties.NONE));
        publish("a/b/c", "x", AT_LEAST_ONCE);
        assertThat(payloads(client.receive())).containsExactly("x");
    }

    @Normative(v311 = "MQTT-3.8.4-3")
    @Test
    void a_second_subscribe_replaces_the_first_and_brings_retained_messages_again() {
        clean("publisher").send(packet("t", "kept", EXACTLY_ONCE, true, 1), new PubRel(1, ReasonCode.SUCCESS));
        rig.idle();
        TestClient client = clean("c");
        assertThat(payloads(client.subscribe("t", AT_MOST_ONCE))).containsExactly("kept");
        assertThat(payloads(client.subscribe("t", AT_LEAST_ONCE))).containsExactly("kept");
        publish("t", "x", EXACTLY_ONCE);
        assertThat(client.receive()).containsExactly(packet("t", "x", AT_LEAST_ONCE, false, 2));
        assertThat(rig.broker.counters().subscriptions.value()).isEqualTo(1);
    }

    @Normative(v311 = {"MQTT-3.8.4-6", "MQTT-3.3.5-1"})
    @Test
    void messages_come_at_the_lower_qos_and_with_overlapping_subscriptions_at_the_highest_granted() {
        TestClient client = clean("c");
        client.subscribe("a/#", AT_MOST_ONCE);
        client.subscribe("a/+", EXACTLY_ONCE);
        client.subscribe("a/b", AT_LEAST_ONCE);
        publish("a/b", "2", EXACTLY_ONCE);
        publish("a/b", "1", AT_LEAST_ONCE);
        publish("a/b", "0", AT_MOST_ONCE);
        publish("a/b/c", "deep", EXACTLY_ONCE);
        assertThat(client.receive())
                .containsExactly(
                        packet("a/b", "2", EXACTLY_ONCE, false, 1),
                        packet("a/b", "1", AT_LEAST_ONCE, false, 2),
                        packet("a/b", "0", AT_MOST_ONCE, false, 0),
                        packet("a/b/c", "deep", AT_MOST_ONCE, false, 0));
    }

    @Normative(v311 = "MQTT-3.3.2-3")
    @Test
    void what_is_sent_has_the_topic_it_was_published_to_and_it_matches_the_filter() {
        TestClient client = clean("c");
        client.subscribe("+/b/#", AT_MOST_ONCE);
        for (String topic : List.of("a/b", "a/c", "a/b/c/d", "b", "/b", "$a/b")) {
            publish(topic, topic, AT_MOST_ONCE);
        }
        assertThat(client.receive())
                .containsExactly(
                        packet("a/b", "a/b", AT_MOST_ONCE, false, 0),
                        packet("a/b/c/d", "a/b/c/d", AT_MOST_ONCE, false, 0),
                        packet("/b", "/b", AT_MOST_ONCE, false, 0));
    }

    @Normative(
            v311 = {"MQTT-3.10.4-1", "MQTT-3.10.4-2", "MQTT-3.10.4-4", "MQTT-3.10.4-5", "MQTT-3.10.4-6", "MQTT-2.3.1-7"
            })
    @Test
    void unsubscribe_removes_the_filters_it_names_and_no_others_and_is_answered() {
        TestClient client = clean("c");
        client.send(subscribe(1, AT_MOST_ONCE, "a/b", "a/+", "A/b", "c")).receive();
        client.send(unsubscribe(9, "a/b", "a/#", "c"), unsubscribe(10, "nothing"));
        assertThat(client.receive())
                .containsExactly(
                        new UnsubAck(9, List.of(), Properties.NONE), new UnsubAck(10, List.of(), Properties.NONE));
        assertThat(rig.broker.counters().subscriptions.value()).isEqualTo(2);
        for (String topic : List.of("a/b", "A/b", "c")) {
            publish(topic, topic, AT_MOST_ONCE);
        }
        assertThat(payloads(client.receive())).containsExactly("a/b", "A/b");
        client.send(unsubscribe(11, "a/+")).receive();
        publish("a/b", "late", AT_MOST_ONCE);
        assertThat(client.receive()).isEmpty();
    }

    @Normative(v311 = "MQTT-3.10.4-3")
    @Test
    void what_is_under_way_when_the_client_unsubscribes_is_completed() {
        TestClient client = kept("c");
        client.subscribe("t", EXACTLY_ONCE);
        publish("t", "1", EXACTLY_ONCE);
        publish("t", "2", AT_LEAST_ONCE);
        client.send(unsubscribe(3, "t")).receive();
        client.send(new PubRec(1, ReasonCode.SUCCESS));
        assertThat(client.receive()).containsExactly(new PubRel(1, ReasonCode.SUCCESS));
        client.peer.transport().abort();
        assertThat(back(rig.client()))
                .containsExactly(new PubRel(1, ReasonCode.SUCCESS), again(packet("t", "2", AT_LEAST_ONCE, false, 2)));
    }
}
