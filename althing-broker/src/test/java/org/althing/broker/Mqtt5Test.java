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
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.ControlPacket.PingResp;
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
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.Will;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** What MQTT 5.0 asks of a server and no other test here is about. */
class Mqtt5Test {
    private Rig rig = new Rig();

    private TestClient online(String clientId) {
        TestClient client = rig.client().connect(clientId, false, 1_000);
        client.accepted();
        return client;
    }

    /** Back in the same session: CONNACK is taken off, the rest is what follows it at once. */
    private List<ControlPacket> back(TestClient client) {
        List<ControlPacket> packets =
                new ArrayList<>(client.connect("c", false, 1_000).receive());
        assertThat(packets.removeFirst())
                .isInstanceOfSatisfying(
                        ConnAck.class,
                        answer -> assertThat(answer.sessionPresent()).isTrue());
        return packets;
    }

    private void publish(ApplicationMessage message) {
        rig.broker.publish(message);
        rig.idle();
    }

    private void publish(String topic, String payload, Qos qos) {
        publish(TestClient.message(topic, payload, qos, false));
    }

    private static Properties with(Property property, long value) {
        return Properties.builder().set(property, value).build();
    }

    // ---- CONNECT

    @Normative("MQTT-3.1.3-2")
    @Test
    void the_client_identifier_says_whose_session_it_is() {
        for (String clientId : List.of("a", "A")) {
            TestClient client = online(clientId);
            client.subscribe("of/" + clientId, AT_LEAST_ONCE);
            client.peer.transport().abort();
            rig.idle();
        }
        publish("of/a", "small", AT_LEAST_ONCE);
        publish("of/A", "capital", AT_LEAST_ONCE);
        assertThat(payloads(rig.client().connect("A", false, 1_000).receive())).containsExactly("capital");
        assertThat(payloads(rig.client().connect("a", false, 1_000).receive())).containsExactly("small");
    }

    @Normative("MQTT-3.1.3-5")
    @Test
    void client_identifiers_of_1_to_23_letters_and_digits_are_taken() {
        String all = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        for (int length = 1; length <= 23; length++) {
            for (int from = 0; from + length <= all.length(); from += length) {
                rig.client().connect(all.substring(from, from + length)).accepted();
            }
        }
    }

    @Normative({"MQTT-3.1.3-8", "MQTT-3.2.2-7", "MQTT-4.13.2-1"})
    @Test
    void a_client_identifier_that_is_not_taken_is_answered_with_0x85_and_the_end() {
        rig = Rig.listening(listener -> listener.zeroLengthClientId(false));
        TestClient client = rig.client().connect("");
        assertThat(client.connAck().reasonCode()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        assertThat(client.isClosed()).isTrue();
    }

    @Normative({"MQTT-3.1.4-2", "MQTT-3.2.2-7"})
    @Test
    void a_client_that_does_not_pass_authentication_is_told_and_closed() {
        rig = Rig.made(parts ->
                parts.authenticator((attempt, reply) -> reply.refuse(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "")));
        TestClient client = rig.client().connect("c");
        assertThat(client.connAck().reasonCode()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(client.isClosed()).isTrue();
        assertThat(rig.broker.counters().sessions.value()).isZero();
    }

    @Normative("MQTT-3.1.4-4")
    @Test
    void clean_start_is_done_as_asked() {
        online("c").subscribe("t", AT_LEAST_ONCE);
        TestClient resumed = rig.client().connect("c", false, 1_000);
        assertThat(resumed.accepted().sessionPresent()).isTrue();
        publish("t", "kept", AT_LEAST_ONCE);
        assertThat(payloads(resumed.receive())).containsExactly("kept");
        TestClient clean = rig.client().connect("c", true, 1_000);
        assertThat(clean.accepted().sessionPresent()).isFalse();
        publish("t", "gone", AT_LEAST_ONCE);
        assertThat(clean.receive()).isEmpty();
    }

    @Normative({"MQTT-3.14.0-1", "MQTT-3.2.0-1"})
    @Test
    void there_is_no_disconnect_before_a_connack_that_accepts() {
        rig = new Rig(
                config -> config.handshakeTimeout(Duration.ofSeconds(5)),
                parts -> parts.authenticator((attempt, reply) -> {
                    if (attempt.clientId().equals("refused")) {
                        reply.refuse(ReasonCode.NOT_AUTHORIZED, "");
                    }
                }));
        TestClient malformed = rig.client();
        malformed.peer.send(new byte[] {0});
        TestClient other = rig.client().send(PingReq.INSTANCE);
        TestClient silent = rig.client();
        TestClient waiting = rig.client().connect("waiting");
        TestClient stopped = rig.client().connect("stopped");
        TestClient refused = rig.client().connect("refused");
        rig.pass(Duration.ofSeconds(4));
        stopped.connect("again");
        rig.broker.shutDown(() -> {});
        rig.pass(Duration.ofSeconds(6));
        assertThat(refused.receive()).containsExactly(new ConnAck(false, ReasonCode.NOT_AUTHORIZED, Properties.NONE));
        for (TestClient client : List.of(malformed, other, silent, waiting, stopped)) {
            assertThat(client.receive()).isEmpty();
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Normative({"MQTT-3.2.0-1", "MQTT-3.1.2-24"})
    @Test
    void a_client_that_accepts_no_packet_as_large_as_its_connack_is_not_let_in() {
        Will will = new Will(TestClient.message("t", "will", AT_MOST_ONCE, false), 0);
        TestClient client = rig.client().connect("c", true, 0, will, with(Property.MAXIMUM_PACKET_SIZE, 5));
        client.send(PingReq.INSTANCE);
        assertThat(client.receive()).isEmpty();
        assertThat(client.isClosed()).isTrue();
    }

    @Normative("MQTT-3.1.2-24")
    @Test
    void a_client_that_accepts_no_packet_as_large_as_an_acknowledgement_is_disconnected() {
        TestClient client = rig.client().connect("c", true, 0, null, with(Property.MAXIMUM_PACKET_SIZE, 30));
        client.accepted();
        List<Subscribe.Request> requests = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            requests.add(new Subscribe.Request(TopicFilter.of("t" + i), SubscriptionOptions.of(AT_MOST_ONCE)));
        }
        client.send(new Subscribe(1, requests, Properties.NONE), PingReq.INSTANCE);
        // With several shards SUBACK waits for the others, PINGRESP does not.
        assertThat(client.receive()).endsWith(new Disconnect(ReasonCode.PACKET_TOO_LARGE));
        assertThat(client.isClosed()).isTrue();
    }

    @Normative("MQTT-3.2.2-22")
    @Test
    void without_a_keep_alive_of_the_server_the_clients_own_counts() {
        rig = Rig.with(config -> config.keepAliveSecondsMax(100));
        TestClient client = rig.client().connect("c");
        assertThat(client.accepted().properties().has(Property.SERVER_KEEP_ALIVE))
                .isFalse();
        rig.pass(Duration.ofMillis(89_900));
        assertThat(client.isClosed()).isFalse();
        rig.pass(Duration.ofMillis(200));
        assertThat(client.isClosed()).isTrue();
    }

    // ---- errors and the end

    @Normative({"MQTT-4.13.1-1", "MQTT-4.13.2-1"})
    @Test
    void a_violation_of_the_protocol_is_answered_with_its_reason_and_the_end() {
        TestClient bystander = online("bystander");
        record Case(String hex, ReasonCode reason) {}
        for (Case each : List.of(
                new Case("3600", ReasonCode.MALFORMED_PACKET),
                new Case("6000", ReasonCode.MALFORMED_PACKET),
                new Case("8205000100000000", ReasonCode.MALFORMED_PACKET),
                new Case("8203000100", ReasonCode.PROTOCOL_ERROR),
                new Case("30080001740401000100", ReasonCode.PROTOCOL_ERROR))) {
            TestClient client = online("c");
            client.peer.send(HexFormat.of().parseHex(each.hex()));
            assertThat(client.receive()).as(each.hex()).containsExactly(new Disconnect(each.reason()));
            assertThat(client.isClosed()).as(each.hex()).isTrue();
        }
        assertThat(bystander.isClosed()).isFalse();
    }

    @Normative({"MQTT-3.14.4-1", "MQTT-3.14.4-2"})
    @Test
    void nothing_follows_the_brokers_disconnect_but_the_end_of_the_connection() {
        TestClient client = online("c");
        client.subscribe("t", AT_LEAST_ONCE);
        client.send(packet("t", "1", AT_MOST_ONCE, false, 0));
        client.peer.send(new byte[] {0});
        client.send(PingReq.INSTANCE, packet("t", "2", AT_MOST_ONCE, false, 0));
        rig.broker.publish(TestClient.message("t", "3", AT_MOST_ONCE, false));
        assertThat(client.receive().getLast()).isEqualTo(new Disconnect(ReasonCode.MALFORMED_PACKET));
        assertThat(client.isClosed()).isTrue();
    }

    @Normative("MQTT-3.12.4-1")
    @Test
    void every_ping_is_answered() {
        assertThat(online("c").send(PingReq.INSTANCE, PingReq.INSTANCE).receive())
                .containsExactly(PingResp.INSTANCE, PingResp.INSTANCE);
    }

    // ---- the will

    @Normative("MQTT-3.1.2-14")
    @Test
    void a_will_without_will_retain_is_not_retained() {
        Will will = new Will(TestClient.message("will", "passing", AT_MOST_ONCE, false), 0);
        TestClient client = rig.client().connect("c", true, 0, will, Properties.NONE);
        client.accepted();
        client.peer.transport().abort();
        rig.idle();
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
        assertThat(online("late").subscribe("will", AT_MOST_ONCE)).isEmpty();
    }

    @Normative("MQTT-3.1.2-10")
    @Test
    void a_published_will_is_not_published_again() {
        TestClient watcher = rig.client().connect("watcher");
        watcher.accepted();
        watcher.subscribe("will", AT_MOST_ONCE);
        Will will = new Will(TestClient.message("will", "once", AT_MOST_ONCE, false), 0);
        TestClient client = rig.client().connect("c", false, 10, will, Properties.NONE);
        client.accepted();
        client.peer.transport().abort();
        assertThat(payloads(watcher.receive())).containsExactly("once");
        rig.client().connect("c", false, 10).accepted();
        rig.client().connect("c", true, 10).accepted();
        rig.pass(Duration.ofSeconds(20));
        assertThat(watcher.receive()).isEmpty();
    }

    @Normative("MQTT-3.1.3-10")
    @Test
    void user_properties_of_the_will_keep_their_order() {
        TestClient watcher = rig.client().connect("watcher");
        watcher.accepted();
        watcher.subscribe("will", AT_MOST_ONCE);
        Properties properties = Properties.builder()
                .user("b", "1")
                .user("a", "2")
                .user("b", "0")
                .user("b", "1")
                .build();
        Will will =
                new Will(TestClient.message("will", "x", AT_MOST_ONCE, false).withProperties(properties), 0);
        TestClient client = rig.client().connect("c", true, 0, will, Properties.NONE);
        client.accepted();
        client.peer.transport().abort();
        assertThat(watcher.receive()).containsExactly(new Publish(false, 0, 0, will.message()));
    }

    // ---- the flows

    @Normative("MQTT-4.1.0-1")
    @Test
    void a_session_does_not_end_while_its_connection_lasts() {
        TestClient client = rig.client().connect("c", false, 1);
        client.accepted();
        client.subscribe("t", AT_LEAST_ONCE);
        for (int minute = 0; minute < 100; minute++) {
            client.send(PingReq.INSTANCE);
            rig.pass(Duration.ofSeconds(60));
        }
        client.receive();
        publish("t", "x", AT_LEAST_ONCE);
        assertThat(payloads(client.receive())).containsExactly("x");
    }

    @Normative("MQTT-3.3.1-3")
    @Test
    void the_publishers_dup_says_nothing_to_the_subscriber() {
        TestClient client = online("c");
        client.subscribe("t", EXACTLY_ONCE);
        client.send(again(packet("t", "x", AT_LEAST_ONCE, false, 9)));
        assertThat(client.receive())
                .containsExactlyInAnyOrder(
                        new PubAck(9, ReasonCode.SUCCESS), packet("t", "x", AT_LEAST_ONCE, false, 1));
    }

    @Normative("MQTT-3.3.2-3")
    @Test
    void what_is_sent_has_the_topic_it_was_published_to_and_it_matches_the_filter() {
        publish(TestClient.message("r/b", "retained", AT_MOST_ONCE, true));
        publish(TestClient.message("r/c", "not this", AT_MOST_ONCE, true));
        TestClient client = online("c");
        assertThat(client.subscribe("+/b/#", AT_MOST_ONCE))
                .containsExactly(packet("r/b", "retained", AT_MOST_ONCE, true, 0));
        for (String topic : List.of("a/b", "a/c", "a/b/c/d", "b", "/b", "$a/b")) {
            publish(topic, topic, AT_MOST_ONCE);
        }
        assertThat(client.receive())
                .containsExactly(
                        packet("a/b", "a/b", AT_MOST_ONCE, false, 0),
                        packet("a/b/c/d", "a/b/c/d", AT_MOST_ONCE, false, 0),
                        packet("/b", "/b", AT_MOST_ONCE, false, 0));
    }

    @Normative({"MQTT-3.3.4-10", "MQTT-4.9.0-1", "MQTT-4.9.0-2", "MQTT-4.9.0-3"})
    @Test
    void with_the_window_full_only_publish_of_qos_1_and_2_waits() {
        TestClient client = rig.client().connect("c", true, 0, null, with(Property.RECEIVE_MAXIMUM, 1));
        client.accepted();
        client.subscribe("t", EXACTLY_ONCE);
        publish("t", "1", EXACTLY_ONCE);
        publish("t", "2", EXACTLY_ONCE);
        publish("t", "3", AT_LEAST_ONCE);
        assertThat(client.receive()).containsExactly(packet("t", "1", EXACTLY_ONCE, false, 1));
        client.send(
                PingReq.INSTANCE,
                packet("u", "x", AT_LEAST_ONCE, false, 1),
                packet("u", "x", EXACTLY_ONCE, false, 2),
                new PubRel(2, ReasonCode.SUCCESS),
                new Subscribe(
                        3,
                        List.of(new Subscribe.Request(TopicFilter.of("u"), SubscriptionOptions.of(AT_MOST_ONCE))),
                        Properties.NONE),
                new Unsubscribe(4, List.of(TopicFilter.of("u")), Properties.NONE),
                new PubRec(1, ReasonCode.SUCCESS));
        assertThat(client.receive())
                .containsExactly(
                        PingResp.INSTANCE,
                        new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS),
                        new PubRec(2, ReasonCode.SUCCESS),
                        new PubComp(2, ReasonCode.SUCCESS),
                        new SubAck(3, List.of(ReasonCode.SUCCESS), Properties.NONE),
                        new UnsubAck(4, List.of(ReasonCode.SUCCESS), Properties.NONE),
                        new PubRel(1, ReasonCode.SUCCESS));
        client.send(new PubComp(1, ReasonCode.SUCCESS));
        assertThat(client.receive()).containsExactly(packet("t", "2", EXACTLY_ONCE, false, 2));
        client.send(new PubRec(2, ReasonCode.QUOTA_EXCEEDED));
        assertThat(client.receive()).containsExactly(packet("t", "3", AT_LEAST_ONCE, false, 3));
    }

    @Normative("MQTT-4.3.2-5")
    @Test
    void after_puback_a_publish_with_the_same_identifier_is_a_new_message_whatever_its_dup() {
        TestClient subscriber = online("subscriber");
        subscriber.subscribe("t", AT_LEAST_ONCE);
        TestClient client = online("c");
        client.send(packet("t", "1", AT_LEAST_ONCE, false, 5));
        client.send(again(packet("t", "2", AT_LEAST_ONCE, false, 5)));
        assertThat(client.receive()).hasSize(2).containsOnly(new PubAck(5, ReasonCode.SUCCESS));
        assertThat(payloads(subscriber.receive())).containsExactly("1", "2");
    }

    @Normative("MQTT-4.3.3-9")
    @Test
    void after_a_pubrec_that_refuses_a_publish_with_the_same_identifier_is_a_new_message() {
        rig = Rig.made(parts -> parts.accessControl(AccessControl.of((who, action, topic) ->
                action != AccessControl.Action.PUBLISH || topic.toString().equals("open"))));
        TestClient client = online("c");
        client.subscribe("#", AT_MOST_ONCE);
        client.send(packet("closed", "1", EXACTLY_ONCE, false, 5));
        assertThat(client.receive()).containsExactly(new PubRec(5, ReasonCode.NOT_AUTHORIZED));
        client.send(packet("open", "2", EXACTLY_ONCE, false, 5));
        assertThat(client.receive()).containsExactly(new PubRec(5, ReasonCode.SUCCESS));
        client.send(new PubRel(5, ReasonCode.SUCCESS));
        assertThat(client.receive())
                .containsExactlyInAnyOrder(
                        packet("open", "2", AT_MOST_ONCE, false, 0), new PubComp(5, ReasonCode.SUCCESS));
    }

    @Normative({"MQTT-4.3.3-5", "MQTT-4.3.3-6"})
    @Test
    void after_pubrel_only_pubrel_is_sent_again_until_pubcomp() {
        TestClient client = online("c");
        client.subscribe("t", EXACTLY_ONCE);
        publish("t", "x", EXACTLY_ONCE);
        client.send(new PubRec(1, ReasonCode.SUCCESS));
        rig.idle();
        client.peer.transport().abort();
        for (int i = 0; i < 2; i++) {
            TestClient returned = rig.client();
            assertThat(back(returned)).containsExactly(new PubRel(1, ReasonCode.SUCCESS));
            returned.send(new PubRec(1, ReasonCode.SUCCESS));
            assertThat(returned.receive()).containsExactly(new PubRel(1, ReasonCode.SUCCESS));
            returned.peer.transport().abort();
        }
        TestClient last = rig.client();
        back(last);
        last.send(new PubComp(1, ReasonCode.SUCCESS));
        rig.idle();
        last.peer.transport().abort();
        assertThat(back(rig.client())).isEmpty();
    }

    @Normative({"MQTT-4.3.2-3", "MQTT-4.3.3-3", "MQTT-4.3.3-2", "MQTT-4.3.2-2"})
    @Test
    void a_publish_is_unacknowledged_until_puback_or_pubrec() {
        TestClient client = online("c");
        client.subscribe("t", EXACTLY_ONCE);
        publish("t", "1", AT_LEAST_ONCE);
        publish("t", "2", EXACTLY_ONCE);
        Publish one = packet("t", "1", AT_LEAST_ONCE, false, 1);
        Publish two = packet("t", "2", EXACTLY_ONCE, false, 2);
        assertThat(client.receive()).containsExactly(one, two);
        client.peer.transport().abort();
        TestClient second = rig.client();
        assertThat(back(second)).containsExactly(again(one), again(two));
        second.send(new PubAck(1, ReasonCode.SUCCESS), new PubRec(2, ReasonCode.SUCCESS));
        rig.idle();
        second.peer.transport().abort();
        assertThat(back(rig.client())).containsExactly(new PubRel(2, ReasonCode.SUCCESS));
    }

    @Normative("MQTT-4.4.0-2")
    @Test
    void a_publish_that_the_client_refused_is_not_sent_again() {
        TestClient client = online("c");
        client.subscribe("t", EXACTLY_ONCE);
        publish("t", "1", AT_LEAST_ONCE);
        publish("t", "2", EXACTLY_ONCE);
        client.send(new PubAck(1, ReasonCode.UNSPECIFIED_ERROR), new PubRec(2, ReasonCode.UNSPECIFIED_ERROR));
        assertThat(client.receive()).hasSize(2);
        client.peer.transport().abort();
        assertThat(back(rig.client())).isEmpty();
    }

    @Normative("MQTT-4.3.3-7")
    @Test
    void what_was_sent_once_does_not_expire() {
        TestClient client = online("c");
        client.subscribe("t", EXACTLY_ONCE);
        publish(TestClient.message("t", "x", EXACTLY_ONCE, false)
                .withProperties(with(Property.MESSAGE_EXPIRY_INTERVAL, 1)));
        assertThat(payloads(client.receive())).containsExactly("x");
        client.peer.transport().abort();
        rig.pass(Duration.ofSeconds(60));
        TestClient returned = rig.client();
        assertThat(payloads(back(returned))).containsExactly("x");
        returned.send(new PubRec(1, ReasonCode.SUCCESS));
        assertThat(returned.receive()).containsExactly(new PubRel(1, ReasonCode.SUCCESS));
    }

    @Normative("MQTT-4.3.3-13")
    @Test
    void the_acknowledgements_of_a_message_that_expired_meanwhile_go_on() {
        TestClient subscriber = online("subscriber");
        subscriber.subscribe("t", EXACTLY_ONCE);
        TestClient client = online("c");
        Publish publish = new Publish(
                false,
                5,
                0,
                TestClient.message("t", "x", EXACTLY_ONCE, false)
                        .withProperties(with(Property.MESSAGE_EXPIRY_INTERVAL, 1)));
        client.send(publish);
        assertThat(client.receive()).containsExactly(new PubRec(5, ReasonCode.SUCCESS));
        rig.pass(Duration.ofSeconds(30));
        client.send(again(publish));
        assertThat(client.receive()).containsExactly(new PubRec(5, ReasonCode.SUCCESS));
        client.send(new PubRel(5, ReasonCode.SUCCESS));
        assertThat(client.receive()).containsExactly(new PubComp(5, ReasonCode.SUCCESS));
        assertThat(subscriber.receive()).isEmpty();
    }

    @Normative({"MQTT-4.3.2-1", "MQTT-4.3.3-1"})
    @Test
    void qos_1_and_2_share_the_identifiers_and_none_that_is_in_use_is_given_again() {
        rig = Rig.with(config -> config.inflightMessagesMax(0).queuedMessagesMax(0));
        TestClient client = rig.client().connect("c", true, 0);
        client.accepted();
        client.subscribe("t", EXACTLY_ONCE);
        publish("t", "published", EXACTLY_ONCE);
        publish("t", "received", EXACTLY_ONCE);
        assertThat(client.send(new PubRec(2, ReasonCode.SUCCESS)).receive())
                .contains(new PubRel(2, ReasonCode.SUCCESS));
        List<Integer> identifiers = new ArrayList<>();
        for (int i = 0; i < 65_540; i++) {
            rig.broker.publish(TestClient.message("t", "x", i % 2 == 0 ? AT_LEAST_ONCE : EXACTLY_ONCE, false));
            if (i % 60 == 59 || i == 65_539) {
                for (ControlPacket packet : client.receive()) {
                    Publish publish = (Publish) packet;
                    identifiers.add(publish.packetIdentifier());
                    // A refusing PUBREC ends the exchange like PUBACK.
                    client.send(
                            publish.message().qos() == AT_LEAST_ONCE
                                    ? new PubAck(publish.packetIdentifier(), ReasonCode.SUCCESS)
                                    : new PubRec(publish.packetIdentifier(), ReasonCode.UNSPECIFIED_ERROR));
                }
            }
        }
        assertThat(identifiers).hasSize(65_540).doesNotContain(1, 2).containsSequence(65_534, 65_535, 3, 4);
    }

    // ---- subscribing

    @Normative("MQTT-3.8.4-4")
    @Test
    void replacing_a_subscription_loses_no_message_and_brings_retained_ones_again() {
        publish(TestClient.message("t", "kept", AT_LEAST_ONCE, true));
        TestClient client = online("c");
        assertThat(payloads(client.subscribe("t", AT_LEAST_ONCE))).containsExactly("kept");
        assertThat(payloads(client.subscribe("t", AT_LEAST_ONCE))).containsExactly("kept");
        SubscriptionOptions ifNew = new SubscriptionOptions(AT_LEAST_ONCE, false, false, RetainHandling.SEND_IF_NEW);
        List<String> received = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            rig.broker.publish(TestClient.message("t", "m" + i, AT_LEAST_ONCE, false));
            for (ControlPacket packet : client.subscribe("t", ifNew, 0)) {
                received.add(((Publish) packet).message().payload().text());
                client.send(new PubAck(((Publish) packet).packetIdentifier(), ReasonCode.SUCCESS));
            }
        }
        assertThat(received)
                .hasSize(20)
                .doesNotHaveDuplicates()
                .startsWith("m0")
                .endsWith("m19");
    }

    @Normative("MQTT-3.10.4-2")
    @Test
    void after_unsubscribe_nothing_new_comes_even_if_the_client_is_away() {
        TestClient client = online("c");
        client.subscribe("t", AT_LEAST_ONCE);
        client.send(new Unsubscribe(2, List.of(TopicFilter.of("t")), Properties.NONE));
        rig.broker.publish(TestClient.message("t", "while here", AT_LEAST_ONCE, false));
        assertThat(payloads(client.receive())).isSubsetOf("while here");
        publish("t", "after", AT_LEAST_ONCE);
        assertThat(client.receive()).isEmpty();
        client.peer.transport().abort();
        rig.idle();
        publish("t", "away", AT_LEAST_ONCE);
        assertThat(payloads(back(rig.client()))).doesNotContain("after", "away");
    }

    @Normative("MQTT-2.2.1-6")
    @Test
    void suback_and_unsuback_have_the_identifier_of_what_they_answer() {
        TestClient client = online("c");
        for (int identifier : new int[] {1, 256, 65_535}) {
            client.send(
                    new Subscribe(
                            identifier,
                            List.of(new Subscribe.Request(TopicFilter.of("a"), SubscriptionOptions.of(AT_MOST_ONCE))),
                            Properties.NONE),
                    new Unsubscribe(identifier, List.of(TopicFilter.of("a")), Properties.NONE));
            assertThat(client.receive())
                    .containsExactly(
                            new SubAck(identifier, List.of(ReasonCode.SUCCESS), Properties.NONE),
                            new UnsubAck(identifier, List.of(ReasonCode.SUCCESS), Properties.NONE));
        }
    }

    @Normative({"MQTT-3.3.4-3", "MQTT-3.3.4-4"})
    @Test
    void the_one_copy_of_overlapping_subscriptions_has_the_identifiers_of_all_of_them() {
        TestClient client = online("c");
        client.subscribe("a/+", SubscriptionOptions.of(AT_MOST_ONCE), 268_435_455);
        client.subscribe("a/b", SubscriptionOptions.of(AT_LEAST_ONCE), 1);
        client.subscribe("a/#", SubscriptionOptions.of(AT_LEAST_ONCE), 7);
        client.subscribe("b", SubscriptionOptions.of(AT_LEAST_ONCE), 8);
        publish("a/b", "x", AT_LEAST_ONCE);
        assertThat(client.receive())
                .singleElement()
                .satisfies(packet -> assertThat(
                                ((Publish) packet).message().properties().subscriptionIdentifiers())
                        .containsExactlyInAnyOrder(268_435_455, 1, 7));
    }

    @Normative("MQTT-3.3.4-5")
    @Test
    void copies_for_a_share_and_for_the_client_itself_have_the_identifier_of_their_own_subscription() {
        TestClient client = online("c");
        client.subscribe("$share/g/a/+", SubscriptionOptions.of(AT_MOST_ONCE), 1);
        client.subscribe("a/b", SubscriptionOptions.of(AT_MOST_ONCE), 2);
        publish("a/b", "x", AT_MOST_ONCE);
        List<List<Integer>> identifiers = new ArrayList<>();
        for (ControlPacket packet : client.receive()) {
            identifiers.add(((Publish) packet).message().properties().subscriptionIdentifiers());
        }
        assertThat(identifiers).containsExactlyInAnyOrder(List.of(1), List.of(2));
    }

    @Normative("MQTT-3.1.2-28")
    @Test
    void response_information_is_not_sent_to_who_did_not_ask_for_it() {
        for (Properties asked : List.of(Properties.NONE, with(Property.REQUEST_RESPONSE_INFORMATION, 0))) {
            ConnAck answer = rig.client().connect("c", true, 0, null, asked).accepted();
            assertThat(answer.properties().has(Property.RESPONSE_INFORMATION)).isFalse();
        }
    }

    @Normative("MQTT-3.2.2-8")
    @Test
    void a_refusal_says_the_reason_that_the_authenticator_gave_in_the_words_of_each_version() {
        rig = Rig.made(parts -> parts.authenticator((attempt, reply) -> reply.refuse(ReasonCode.BANNED, "")));
        assertThat(rig.client().connect("c").connAck().reasonCode()).isEqualTo(ReasonCode.BANNED);
        TestClient older = rig.client().speak(ProtocolVersion.MQTT_3_1_1).connect311("c", true);
        assertThat(older.connAck().reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }
}
