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
import java.util.List;
import java.util.stream.IntStream;
import org.althing.broker.Ledger.Fate;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** What survives a connection: queue, flows, subscriptions; and for how long. */
class SessionTest {
    private Rig rig = new Rig();

    private TestClient online(String clientId) {
        TestClient client = rig.client().connect(clientId, false, 1_000);
        client.accepted();
        return client;
    }

    /** Back after a while: CONNACK is taken off, the rest is returned by the next receive. */
    private List<ControlPacket> back(TestClient client) {
        List<ControlPacket> packets =
                new ArrayList<>(client.connect("c", false, 1_000).receive());
        assertThat(packets.removeFirst())
                .isInstanceOfSatisfying(
                        ControlPacket.ConnAck.class,
                        answer -> assertThat(answer.sessionPresent()).isTrue());
        return packets;
    }

    private void subscribeAndLeave(Qos qos) {
        TestClient client = online("c");
        client.subscribe("t", qos);
        client.send(new Disconnect(ReasonCode.SUCCESS));
        rig.idle();
    }

    private void publish(String payload, Qos qos) {
        rig.broker.publish(TestClient.message("t", payload, qos, false));
        rig.idle();
    }

    // ---- the queue

    @Normative({"MQTT-4.5.0-1", "MQTT-4.6.0-6"})
    @Test
    void qos_1_and_2_wait_for_an_offline_client_in_their_order_and_qos_0_does_not() {
        subscribeAndLeave(EXACTLY_ONCE);
        publish("1", AT_LEAST_ONCE);
        publish("0", AT_MOST_ONCE);
        publish("2", EXACTLY_ONCE);
        assertThat(back(rig.client()))
                .containsExactly(packet("t", "1", AT_LEAST_ONCE, false, 1), packet("t", "2", EXACTLY_ONCE, false, 2));
    }

    @Test
    void qos_0_waits_too_where_configured() {
        rig = Rig.with(config -> config.queueQos0Messages(true));
        subscribeAndLeave(EXACTLY_ONCE);
        publish("0", AT_MOST_ONCE);
        publish("1", AT_LEAST_ONCE);
        assertThat(back(rig.client()))
                .containsExactly(packet("t", "0", AT_MOST_ONCE, false, 0), packet("t", "1", AT_LEAST_ONCE, false, 1));
    }

    @Test
    void a_full_queue_drops_the_newest_counts_and_says_so_once_per_episode() {
        rig = Rig.with(config -> config.queuedMessagesMax(3));
        subscribeAndLeave(AT_LEAST_ONCE);
        for (int i = 0; i < 6; i++) {
            publish("m" + i, AT_LEAST_ONCE);
        }
        assertThat(rig.broker.counters().ledger.count(Fate.QUEUE_FULL)).isEqualTo(3);
        String line = "Outgoing messages are being dropped for client c.";
        assertThat(rig.log.stream().filter(line::equals)).hasSize(1);
        TestClient client = rig.client();
        assertThat(payloads(back(client))).containsExactly("m0", "m1", "m2");
        client.send(new Disconnect(ReasonCode.SUCCESS));
        for (int i = 0; i < 5; i++) {
            publish("n" + i, AT_LEAST_ONCE);
        }
        assertThat(rig.log.stream().filter(line::equals)).hasSize(2);
    }

    @Test
    void expired_messages_make_place_before_the_newest_is_dropped() {
        rig = Rig.with(config -> config.queuedMessagesMax(2));
        subscribeAndLeave(AT_LEAST_ONCE);
        Properties second =
                Properties.builder().set(Property.MESSAGE_EXPIRY_INTERVAL, 1).build();
        rig.broker.publish(
                TestClient.message("t", "short", AT_LEAST_ONCE, false).withProperties(second));
        publish("long", AT_LEAST_ONCE);
        rig.pass(Duration.ofSeconds(2));
        publish("new", AT_LEAST_ONCE);
        assertThat(payloads(back(rig.client()))).containsExactly("long", "new");
        assertThat(rig.broker.counters().ledger.count(Fate.EXPIRED)).isEqualTo(1);
    }

    @Normative({"MQTT-3.3.2-5", "MQTT-3.3.2-6"})
    @Test
    void a_queued_message_expires_or_says_how_long_it_has() {
        subscribeAndLeave(AT_LEAST_ONCE);
        for (int seconds : new int[] {5, 60}) {
            Properties expiry = Properties.builder()
                    .set(Property.MESSAGE_EXPIRY_INTERVAL, seconds)
                    .build();
            rig.broker.publish(TestClient.message("t", seconds + " s", AT_LEAST_ONCE, false)
                    .withProperties(expiry));
        }
        rig.pass(Duration.ofSeconds(20));
        List<ControlPacket> packets = back(rig.client());
        assertThat(payloads(packets)).containsExactly("60 s");
        assertThat(((Publish) packets.getFirst()).message().properties().integer(Property.MESSAGE_EXPIRY_INTERVAL, -1))
                .isEqualTo(40);
    }

    // ---- window and identifiers

    @Normative("MQTT-3.3.4-9")
    @Test
    void no_more_than_the_clients_receive_maximum_is_in_flight() {
        TestClient client = rig.client()
                .connect(
                        "c",
                        true,
                        0,
                        null,
                        Properties.builder().set(Property.RECEIVE_MAXIMUM, 3).build());
        client.accepted();
        client.subscribe("t", EXACTLY_ONCE);
        for (int i = 0; i < 10; i++) {
            publish("m" + i, i % 2 == 0 ? AT_LEAST_ONCE : EXACTLY_ONCE);
        }
        publish("free", AT_MOST_ONCE);
        assertThat(payloads(client.receive())).containsExactly("m0", "m1", "m2", "free");
        client.send(new PubAck(1, ReasonCode.SUCCESS));
        assertThat(payloads(client.receive())).containsExactly("m3");
        client.send(new PubRec(2, ReasonCode.SUCCESS));
        assertThat(payloads(client.receive())).isEmpty();
        client.send(new PubComp(2, ReasonCode.SUCCESS));
        assertThat(payloads(client.receive())).containsExactly("m4");
        client.send(new PubRec(4, ReasonCode.UNSPECIFIED_ERROR));
        assertThat(payloads(client.receive())).containsExactly("m5");
    }

    @Test
    void the_brokers_own_limit_counts_for_clients_that_have_none() {
        rig = Rig.with(config -> config.inflightMessagesMax(2));
        TestClient client = rig.client().connect311("c", true);
        client.accepted();
        client.subscribe("t", AT_LEAST_ONCE);
        for (int i = 0; i < 5; i++) {
            publish("m" + i, AT_LEAST_ONCE);
        }
        assertThat(payloads(client.receive())).containsExactly("m0", "m1");
        client.send(new PubAck(2, ReasonCode.SUCCESS));
        assertThat(payloads(client.receive())).containsExactly("m2");
    }

    @Normative("MQTT-3.3.4-7")
    @Test
    void a_client_that_exceeds_the_brokers_receive_maximum_is_disconnected() {
        rig = Rig.with(config -> config.inflightMessagesMax(2));
        TestClient client = rig.client().connect("c");
        client.accepted();
        client.publish("t", "1", EXACTLY_ONCE, 1).publish("t", "2", EXACTLY_ONCE, 2);
        assertThat(client.receive()).hasSize(2);
        client.send(new PubRel(1, ReasonCode.SUCCESS));
        client.publish("t", "3", EXACTLY_ONCE, 3);
        assertThat(client.receive()).hasSize(2);
        client.publish("t", "4", EXACTLY_ONCE, 4);
        assertThat(client.receive()).containsExactly(new Disconnect(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED));
        assertThat(client.isClosed()).isTrue();
    }

    @Normative("MQTT-2.2.1-4")
    @Test
    void identifiers_in_use_are_not_given_again() {
        rig = Rig.with(config -> config.inflightMessagesMax(0).queuedMessagesMax(0));
        TestClient client = rig.client().connect("c");
        client.accepted();
        client.subscribe("t", AT_LEAST_ONCE);
        publish("kept", AT_LEAST_ONCE);
        assertThat(payloads(client.receive())).containsExactly("kept");
        List<Integer> identifiers = new ArrayList<>();
        for (int i = 0; i < 65_600; i++) {
            rig.broker.publish(TestClient.message("t", "x", AT_LEAST_ONCE, false));
            if (i % 100 == 99) {
                for (ControlPacket packet : client.receive()) {
                    int identifier = ((Publish) packet).packetIdentifier();
                    identifiers.add(identifier);
                    client.send(new PubAck(identifier, ReasonCode.SUCCESS));
                }
            }
        }
        assertThat(identifiers).hasSize(65_600).doesNotContain(1).containsSequence(65_535, 2, 3);
    }

    @Normative({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
    @Test
    void what_is_larger_than_the_client_accepts_counts_as_sent_and_done() {
        TestClient client = rig.client()
                .connect(
                        "c",
                        true,
                        0,
                        null,
                        Properties.builder()
                                .set(Property.MAXIMUM_PACKET_SIZE, 40)
                                .set(Property.RECEIVE_MAXIMUM, 1)
                                .build());
        client.accepted();
        client.subscribe("t", EXACTLY_ONCE);
        for (Qos qos : Qos.values()) {
            publish("x".repeat(100), qos);
        }
        publish("small", EXACTLY_ONCE);
        assertThat(payloads(client.receive())).containsExactly("small");
        assertThat(rig.broker.counters().ledger.count(Fate.PACKET_TOO_LARGE)).isEqualTo(3);
    }

    // ---- resending

    @Normative({"MQTT-4.4.0-1", "MQTT-4.6.0-1", "MQTT-3.3.1-1"})
    @Test
    void what_is_unacknowledged_is_sent_again_in_its_order_with_its_identifiers_before_anything_new() {
        TestClient client = online("c");
        client.subscribe("t", EXACTLY_ONCE);
        publish("1", AT_LEAST_ONCE);
        publish("2", EXACTLY_ONCE);
        publish("3", EXACTLY_ONCE);
        publish("4", AT_LEAST_ONCE);
        publish("5", AT_LEAST_ONCE);
        client.send(new PubAck(4, ReasonCode.SUCCESS), new PubRec(3, ReasonCode.SUCCESS));
        rig.idle();
        client.peer.transport().abort();
        rig.idle();
        publish("6", AT_LEAST_ONCE);
        assertThat(back(rig.client()))
                .containsExactly(
                        again(packet("t", "1", AT_LEAST_ONCE, false, 1)),
                        again(packet("t", "2", EXACTLY_ONCE, false, 2)),
                        new PubRel(3, ReasonCode.SUCCESS),
                        again(packet("t", "5", AT_LEAST_ONCE, false, 5)),
                        packet("t", "6", AT_LEAST_ONCE, false, 6));
    }

    @Normative("MQTT-4.4.0-1")
    @Test
    void nothing_is_sent_again_while_the_connection_lasts() {
        TestClient client = online("c");
        client.subscribe("t", AT_LEAST_ONCE);
        publish("1", AT_LEAST_ONCE);
        assertThat(client.receive()).hasSize(1);
        for (int i = 0; i < 20; i++) {
            client.send(ControlPacket.PingReq.INSTANCE);
            rig.pass(Duration.ofSeconds(60));
        }
        assertThat(client.receive()).containsOnly(ControlPacket.PingResp.INSTANCE);
    }

    @Test
    void a_smaller_receive_maximum_at_the_return_is_kept_to() {
        TestClient client = online("c");
        client.subscribe("t", EXACTLY_ONCE);
        for (int i = 0; i < 4; i++) {
            publish("m" + i, AT_LEAST_ONCE);
        }
        client.peer.transport().abort();
        rig.idle();
        TestClient back = rig.client()
                .connect(
                        "c",
                        false,
                        1_000,
                        null,
                        Properties.builder().set(Property.RECEIVE_MAXIMUM, 1).build());
        for (int i = 0; i < 4; i++) {
            assertThat(payloads(back.receive())).containsExactly("m" + i);
            back.send(new PubAck(i + 1, ReasonCode.SUCCESS));
        }
        assertThat(back.receive()).isEmpty();
    }

    // ---- QoS 2 from the client

    /** Such as a device without a disk: after its start it counts from 1 again, and its session still holds a 1. */
    @Test
    void a_packet_identifier_that_a_client_takes_anew_for_another_message_drops_the_one_it_never_released() {
        TestClient subscriber = rig.client().connect("s");
        subscriber.accepted();
        subscriber.subscribe("t", AT_MOST_ONCE);
        subscriber.subscribe("t/2", AT_MOST_ONCE);
        TestClient client = online("c");
        client.send(packet("t", "forgotten", EXACTLY_ONCE, false, 5), packet("t", "new", EXACTLY_ONCE, false, 5));
        client.send(new PubRel(5, ReasonCode.SUCCESS));
        assertThat(client.receive())
                .containsExactly(
                        new PubRec(5, ReasonCode.SUCCESS),
                        new PubRec(5, ReasonCode.SUCCESS),
                        new PubComp(5, ReasonCode.SUCCESS));
        client.send(packet("t/1", "same", EXACTLY_ONCE, false, 6), packet("t/2", "same", EXACTLY_ONCE, false, 6));
        client.send(packet("t/2", "same", EXACTLY_ONCE, false, 6), again(packet("t/3", "x", EXACTLY_ONCE, false, 6)));
        client.send(new PubRel(6, ReasonCode.SUCCESS));
        client.receive();
        assertThat(payloads(subscriber.receive())).containsExactly("new", "same");
    }

    @Normative({"MQTT-4.3.3-10", "MQTT-4.3.3-12"})
    @Test
    void a_repeated_qos_2_publish_is_acknowledged_again_and_delivered_once_even_across_connections() {
        TestClient subscriber = rig.client().connect("s");
        subscriber.accepted();
        subscriber.subscribe("t", AT_MOST_ONCE);
        TestClient client = online("c");
        Publish publish = packet("t", "once", EXACTLY_ONCE, false, 5);
        client.send(publish, again(publish));
        assertThat(client.receive()).hasSize(2).containsOnly(new PubRec(5, ReasonCode.SUCCESS));
        client.peer.transport().abort();
        TestClient returned = rig.client();
        assertThat(back(returned)).isEmpty();
        returned.send(again(publish));
        assertThat(returned.receive()).containsExactly(new PubRec(5, ReasonCode.SUCCESS));
        returned.send(new PubRel(5, ReasonCode.SUCCESS));
        assertThat(returned.receive()).containsExactly(new PubComp(5, ReasonCode.SUCCESS));
        returned.peer.transport().abort();
        TestClient third = rig.client();
        assertThat(back(third)).isEmpty();
        third.send(new PubRel(5, ReasonCode.SUCCESS));
        assertThat(third.receive()).containsExactly(new PubComp(5, ReasonCode.SUCCESS));
        third.send(publish);
        assertThat(third.receive()).containsExactly(new PubRec(5, ReasonCode.SUCCESS));
        third.send(new PubRel(5, ReasonCode.SUCCESS));
        assertThat(payloads(subscriber.receive())).containsExactly("once", "once");
    }

    @Test
    void a_client_may_have_a_thousand_and_some_messages_waiting_for_their_pubrel_and_no_more() {
        TestClient older = rig.client().connect311("older", true);
        older.accepted();
        for (int i = 1; i <= 1_024; i++) {
            older.publish("t", "x", EXACTLY_ONCE, i);
        }
        assertThat(older.receive()).hasSize(1_024);
        older.publish("t", "x", EXACTLY_ONCE, 1_025);
        assertThat(older.receive()).isEmpty();
        assertThat(older.isClosed()).isTrue();
        assertThat(rig.log.getLast()).contains("1024 QoS 2 messages wait for their PUBREL");
    }

    @Test
    void acknowledgements_that_fit_to_nothing_end_the_connection_or_are_passed_over() {
        TestClient client = online("c");
        client.send(
                new PubAck(9, ReasonCode.SUCCESS),
                new PubComp(9, ReasonCode.SUCCESS),
                new PubRec(9, ReasonCode.SUCCESS));
        assertThat(client.receive()).containsExactly(new PubRel(9, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
        client.subscribe("t", EXACTLY_ONCE);
        publish("x", EXACTLY_ONCE);
        client.receive();
        client.send(new PubAck(1, ReasonCode.SUCCESS));
        assertThat(client.receive()).containsExactly(new Disconnect(ReasonCode.PROTOCOL_ERROR));
    }

    @Test
    void a_message_over_the_payload_limit_is_acknowledged_with_a_reason_and_dropped() {
        rig = Rig.with(config -> config.payloadSizeMax(3));
        TestClient client = online("c");
        client.subscribe("t", AT_MOST_ONCE);
        client.publish("t", "1234", AT_LEAST_ONCE, 1).publish("t", "123", AT_MOST_ONCE, 0);
        assertThat(client.receive())
                .containsExactlyInAnyOrder(
                        new PubAck(1, ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR),
                        packet("t", "123", AT_MOST_ONCE, false, 0));
    }

    // ---- how long it lives

    @Normative({"MQTT-3.1.2-23", "MQTT-4.1.0-1", "MQTT-4.1.0-2"})
    @Test
    void a_session_lives_for_its_expiry_interval_after_the_connection() {
        subscribeAndLeave(AT_LEAST_ONCE);
        rig.pass(Duration.ofSeconds(999));
        publish("x", AT_LEAST_ONCE);
        TestClient back = rig.client();
        assertThat(payloads(back(back))).containsExactly("x");
        back.send(new PubAck(1, ReasonCode.SUCCESS), new Disconnect(ReasonCode.SUCCESS));
        rig.pass(Duration.ofMillis(1_000_100));
        assertThat(rig.client().connect("c", false, 0).accepted().sessionPresent())
                .isFalse();
        assertThat(rig.log).contains("Expiring client c due to timeout.");
    }

    @Test
    void a_jump_of_the_wall_clock_backwards_shortens_no_session() {
        subscribeAndLeave(AT_LEAST_ONCE);
        rig.time.jumpWallClock(Duration.ofDays(-10));
        rig.pass(Duration.ofHours(5));
        assertThat(rig.client().connect("c", false, 0).accepted().sessionPresent())
                .isTrue();
    }

    @Test
    void expiry_0_ends_the_session_with_the_connection_and_all_ones_never() {
        TestClient client = rig.client().connect("short", false, 0);
        client.accepted();
        client.subscribe("t", AT_LEAST_ONCE);
        client.peer.transport().abort();
        rig.idle();
        assertThat(rig.broker.counters().sessions.value()).isZero();
        assertThat(rig.broker.counters().subscriptions.value()).isZero();
        TestClient longer = rig.client().connect("long", false, 0xFFFF_FFFFL);
        longer.accepted();
        longer.peer.transport().abort();
        rig.pass(Duration.ofDays(60_000));
        assertThat(rig.client().connect("long", false, 0).accepted().sessionPresent())
                .isTrue();
    }

    @Normative(v311 = {"MQTT-3.1.2-4", "MQTT-3.1.2-5", "MQTT-3.1.2-6", "MQTT-3.2.2-1", "MQTT-3.2.2-2", "MQTT-3.2.2-3"})
    @Test
    void before_mqtt_5_clean_session_decides_about_both_ends() {
        TestClient kept = rig.client().connect311("c", false);
        assertThat(kept.accepted().sessionPresent()).isFalse();
        kept.send(new Disconnect(ReasonCode.SUCCESS));
        rig.pass(Duration.ofDays(60_000));
        TestClient again = rig.client().connect311("c", false);
        assertThat(again.accepted().sessionPresent()).isTrue();
        assertThat(rig.client().connect311("c", true).accepted().sessionPresent())
                .isFalse();
        assertThat(rig.client().connect311("c", false).accepted().sessionPresent())
                .isFalse();
    }

    @Test
    void persistent_client_expiration_limits_every_session() {
        rig = Rig.with(config -> config.sessionExpiryMax(Duration.ofMinutes(10)));
        TestClient kept = rig.client().connect311("c", false);
        kept.accepted();
        kept.send(new Disconnect(ReasonCode.SUCCESS));
        rig.pass(Duration.ofMinutes(11));
        assertThat(rig.broker.counters().sessions.value()).isZero();
    }

    @Test
    void disconnect_can_change_the_expiry_but_not_from_0() {
        TestClient client = online("c");
        client.send(new Disconnect(
                ReasonCode.SUCCESS,
                Properties.builder().set(Property.SESSION_EXPIRY_INTERVAL, 5).build()));
        rig.pass(Duration.ofSeconds(6));
        assertThat(rig.broker.counters().sessions.value()).isZero();
        TestClient clean = rig.client().connect("c", true, 0);
        clean.accepted();
        clean.send(new Disconnect(
                ReasonCode.SUCCESS,
                Properties.builder().set(Property.SESSION_EXPIRY_INTERVAL, 5).build()));
        assertThat(clean.receive()).containsExactly(new Disconnect(ReasonCode.PROTOCOL_ERROR));
        assertThat(rig.broker.counters().sessions.value()).isZero();
    }

    // ---- a client that reads too slowly

    @Test
    void for_a_slow_reader_qos_0_is_dropped_and_qos_1_waits_within_bounds() {
        rig = Rig.with(config -> config.unsentBytesMax(100_000).inflightMessagesMax(0));
        TestClient slow = online("slow");
        slow.subscribe("t", AT_LEAST_ONCE);
        TestClient quick = online("quick");
        quick.subscribe("t", AT_LEAST_ONCE);
        slow.peer.transport().reading(false);
        String large = "x".repeat(10_000);
        for (int i = 0; i < 100; i++) {
            publish(large, AT_MOST_ONCE);
            publish("m" + i, AT_LEAST_ONCE);
        }
        assertThat(payloads(quick.receive())).hasSize(200);
        assertThat(rig.broker.counters().ledger.count(Fate.SLOW_READER)).isBetween(20L, 95L);
        slow.peer.transport().reading(true);
        assertThat(payloads(slow.receive()).stream().filter(payload -> payload.startsWith("m")))
                .containsExactlyElementsOf(
                        IntStream.range(0, 100).mapToObj(i -> "m" + i).toList());
    }

    @Test
    void a_client_that_sends_and_never_reads_is_not_read_from_any_more() {
        rig = Rig.with(config -> config.unsentBytesMax(65_536));
        TestClient rude = rig.client().connect311("rude", true);
        rude.accepted();
        rude.peer.transport().reading(false);
        for (int round = 0; round < 400; round++) {
            ControlPacket[] packets = new ControlPacket[1_000];
            for (int i = 0; i < packets.length; i++) {
                packets[i] = packet("t", "x", AT_LEAST_ONCE, false, 1 + i);
            }
            rude.send(packets);
        }
        rig.pass(Duration.ofSeconds(10));
        long acknowledged = rig.broker.counters().packetsSent.value();
        assertThat(acknowledged).isLessThan(150_000);
        rude.peer.transport().reading(true);
        rig.pass(Duration.ofSeconds(10));
        assertThat(rude.receive()).hasSize(400_000);
    }
}
