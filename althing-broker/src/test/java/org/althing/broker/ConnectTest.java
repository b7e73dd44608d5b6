package org.althing.broker;

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
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.Will;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** CONNECT and CONNACK, keep alive, and who is let in. */
class ConnectTest {
    private static Connect connect(ProtocolVersion version, String clientId, boolean clean, int keepAlive) {
        return new Connect(version, false, clientId, clean, keepAlive, null, null, null, Properties.NONE);
    }

    private static ConnAck answer(Rig rig, Connect connect) {
        return rig.client().speak(connect.version()).send(connect).connAck();
    }

    @Normative({"MQTT-3.2.0-1", "MQTT-3.2.2-1"})
    @Test
    void connack_tells_what_differs_from_the_defaults_of_the_protocol() {
        ConnAck answer = new Rig().client().connect("c").accepted();
        assertThat(answer)
                .isEqualTo(new ConnAck(
                        false,
                        ReasonCode.SUCCESS,
                        Properties.builder()
                                .set(Property.TOPIC_ALIAS_MAXIMUM, 10)
                                .set(Property.MAXIMUM_PACKET_SIZE, 2_000_000)
                                .set(Property.RECEIVE_MAXIMUM, 20)
                                .build()));
    }

    @Test
    void limits_of_the_configuration_are_announced() {
        Rig rig = new Rig(
                config -> config.inflightMessagesMax(0)
                        .retainAvailable(false)
                        .packetSizeMax(1_000)
                        .keepAliveSecondsMax(10)
                        .sessionExpiryMax(Duration.ofHours(1)),
                parts -> parts,
                ListenerConfig.mqtt("", 1).withQosMax(Qos.AT_LEAST_ONCE));
        ConnAck answer = rig.client().connect("c", true, 7_200).accepted();
        assertThat(answer.properties())
                .isEqualTo(Properties.builder()
                        .set(Property.SERVER_KEEP_ALIVE, 10)
                        .set(Property.SESSION_EXPIRY_INTERVAL, 3_600)
                        .set(Property.TOPIC_ALIAS_MAXIMUM, 10)
                        .set(Property.RETAIN_AVAILABLE, 0)
                        .set(Property.MAXIMUM_PACKET_SIZE, 1_000)
                        .set(Property.MAXIMUM_QOS, 1)
                        .build());
    }

    @Normative({"MQTT-3.1.3-6", "MQTT-3.1.3-7", "MQTT-3.2.2-16"})
    @Test
    void a_client_of_mqtt_5_without_identifier_gets_a_unique_one() {
        Rig rig = new Rig();
        String one = rig.client().connect("").accepted().properties().string(Property.ASSIGNED_CLIENT_IDENTIFIER);
        String two = rig.client()
                .connect("", false, 100)
                .accepted()
                .properties()
                .string(Property.ASSIGNED_CLIENT_IDENTIFIER);
        assertThat(one)
                .matches("auto-[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
                .isNotEqualTo(two);
    }

    @Normative(v311 = {"MQTT-3.1.3-6", "MQTT-3.1.3-7", "MQTT-3.1.3-8"})
    @Test
    void before_mqtt_5_an_empty_identifier_needs_a_clean_session_and_mqtt_3_1_does_not_know_it() {
        Rig rig = new Rig();
        assertThat(answer(rig, connect(ProtocolVersion.MQTT_3_1_1, "", true, 60))
                        .reasonCode())
                .isEqualTo(ReasonCode.SUCCESS);
        assertThat(answer(rig, connect(ProtocolVersion.MQTT_3_1_1, "", false, 60))
                        .reasonCode())
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        assertThat(answer(rig, connect(ProtocolVersion.MQTT_3_1, "", true, 60)).reasonCode())
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        assertThat(answer(rig, connect(ProtocolVersion.MQTT_3_1, "named", true, 60))
                        .reasonCode())
                .isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void an_empty_identifier_can_be_forbidden_by_configuration() {
        Rig rig = Rig.listening(listener -> listener.zeroLengthClientId(false));
        assertThat(rig.client().connect("").connAck().reasonCode()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }

    @Test
    void an_older_client_with_a_longer_keep_alive_than_allowed_is_refused() {
        Rig rig = Rig.with(config -> config.keepAliveSecondsMax(30));
        assertThat(answer(rig, connect(ProtocolVersion.MQTT_3_1_1, "c", true, 31))
                        .reasonCode())
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        assertThat(answer(rig, connect(ProtocolVersion.MQTT_3_1_1, "c", true, 0))
                        .reasonCode())
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        assertThat(answer(rig, connect(ProtocolVersion.MQTT_3_1_1, "c", true, 30))
                        .reasonCode())
                .isEqualTo(ReasonCode.SUCCESS);
    }

    @Normative("MQTT-3.1.0-1")
    @Test
    void the_first_packet_must_be_connect() {
        Rig rig = new Rig();
        TestClient client = rig.client().send(PingReq.INSTANCE);
        assertThat(client.receive()).isEmpty();
        assertThat(client.isClosed()).isTrue();
    }

    @Normative("MQTT-3.1.0-2")
    @Test
    void a_second_connect_is_a_protocol_error() {
        TestClient client = new Rig().client().connect("c");
        client.accepted();
        client.connect("c");
        assertThat(client.receive()).containsExactly(new Disconnect(ReasonCode.PROTOCOL_ERROR));
        assertThat(client.isClosed()).isTrue();
    }

    @Normative("MQTT-3.1.0-2")
    @Test
    void so_is_one_of_another_version() {
        TestClient client = new Rig().client().connect("c");
        client.accepted();
        client.peer.send(HexFormat.of().parseHex("100d00044d5154540902003c000163"));
        assertThat(client.receive()).containsExactly(new Disconnect(ReasonCode.PROTOCOL_ERROR));
        assertThat(client.isClosed()).isTrue();
    }

    @Normative(
            value = {"MQTT-3.1.2-2"},
            v311 = {"MQTT-3.1.2-2"})
    @Test
    void an_unknown_protocol_level_is_answered_with_return_code_1() {
        Rig rig = new Rig();
        TestClient client = rig.client();
        client.peer.send(HexFormat.of().parseHex("100d00044d51545409020 03c000163".replace(" ", "")));
        rig.idle();
        assertThat(client.peer.takeReceived()).isEqualTo(new byte[] {0x20, 2, 0, 1});
        assertThat(client.isClosed()).isTrue();
    }

    @Normative("MQTT-3.1.4-1")
    @Test
    void a_malformed_connect_of_mqtt_5_is_told_why() {
        Rig rig = new Rig();
        TestClient client = rig.client();
        // The reserved flag is set ([MQTT-3.1.2-3]).
        client.peer.send(HexFormat.of().parseHex("100e00044d51545405030" + "03c00000163"));
        assertThat(client.receive()).containsExactly(new ConnAck(false, ReasonCode.MALFORMED_PACKET, Properties.NONE));
        assertThat(client.isClosed()).isTrue();
    }

    @Normative("MQTT-4.12.0-1")
    @Test
    void an_authentication_method_that_there_is_not_is_refused() {
        Properties method = Properties.builder()
                .set(Property.AUTHENTICATION_METHOD, "SCRAM-SHA-1")
                .build();
        TestClient client = new Rig().client().connect("c", true, 0, null, method);
        assertThat(client.connAck().reasonCode()).isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD);
        assertThat(client.isClosed()).isTrue();
    }

    @Normative({"MQTT-3.2.2-12", "MQTT-3.2.2-13"})
    @Test
    void a_will_beyond_what_the_broker_supports_is_refused() {
        Rig rig = new Rig(
                config -> config.retainAvailable(false).payloadSizeMax(3),
                parts -> parts,
                ListenerConfig.mqtt("", 1).withQosMax(Qos.AT_MOST_ONCE));
        assertThat(withWill(rig, "x", Qos.AT_LEAST_ONCE, false)).isEqualTo(ReasonCode.QOS_NOT_SUPPORTED);
        assertThat(withWill(rig, "x", Qos.AT_MOST_ONCE, true)).isEqualTo(ReasonCode.RETAIN_NOT_SUPPORTED);
        assertThat(withWill(rig, "long", Qos.AT_MOST_ONCE, false)).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
        assertThat(withWill(rig, "fit", Qos.AT_MOST_ONCE, false)).isEqualTo(ReasonCode.SUCCESS);
    }

    private static ReasonCode withWill(Rig rig, String payload, Qos qos, boolean retain) {
        Will will = new Will(TestClient.message("w", payload, qos, retain), 0);
        return rig.client()
                .connect("c", true, 0, will, Properties.NONE)
                .connAck()
                .reasonCode();
    }

    // ---- keep alive

    @Normative("MQTT-3.1.2-22")
    @Test
    void a_client_that_is_silent_for_one_and_a_half_times_its_keep_alive_is_disconnected() {
        Rig rig = new Rig();
        TestClient client = rig.client().connect("c");
        client.accepted();
        rig.pass(Duration.ofSeconds(89));
        client.send(PingReq.INSTANCE);
        assertThat(client.receive()).containsExactly(PingResp.INSTANCE);
        rig.pass(Duration.ofMillis(89_900));
        assertThat(client.isClosed()).isFalse();
        rig.pass(Duration.ofMillis(200));
        assertThat(client.receive()).containsExactly(new Disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
        assertThat(client.isClosed()).isTrue();
        assertThat(rig.log).anyMatch(line -> line.endsWith("disconnected: exceeded timeout."));
    }

    @Test
    void a_jump_of_the_wall_clock_disconnects_nobody() {
        Rig rig = new Rig();
        TestClient client = rig.client().connect("c");
        client.accepted();
        rig.time.jumpWallClock(Duration.ofDays(365));
        rig.pass(Duration.ofSeconds(80));
        assertThat(client.isClosed()).isFalse();
    }

    @Test
    void keep_alive_0_waits_for_ever() {
        Rig rig = new Rig();
        TestClient client = rig.client().speak(ProtocolVersion.MQTT_3_1_1);
        client.send(connect(ProtocolVersion.MQTT_3_1_1, "c", true, 0)).accepted();
        rig.pass(Duration.ofDays(30));
        assertThat(client.isClosed()).isFalse();
    }

    @Test
    void the_servers_keep_alive_counts_where_it_was_given() {
        Rig rig = Rig.with(config -> config.keepAliveSecondsMax(10));
        TestClient client = rig.client().connect("c");
        assertThat(client.accepted().properties().integer(Property.SERVER_KEEP_ALIVE, -1))
                .isEqualTo(10);
        rig.pass(Duration.ofSeconds(14));
        assertThat(client.isClosed()).isFalse();
        rig.pass(Duration.ofSeconds(2));
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void a_connection_that_never_says_connect_is_closed() {
        Rig rig = Rig.with(config -> config.handshakeTimeout(Duration.ofSeconds(5)));
        TestClient client = rig.client();
        client.peer.send(new byte[] {0x10});
        rig.pass(Duration.ofMillis(4_900));
        assertThat(client.isClosed()).isFalse();
        rig.pass(Duration.ofMillis(5_200));
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void a_connect_that_trickles_in_has_no_more_time_than_any_other() {
        Rig rig = Rig.with(config -> config.handshakeTimeout(Duration.ofSeconds(5)));
        TestClient client = rig.client();
        byte[] slow = HexFormat.of().parseHex("100d00044d5154540402003c000163");
        for (int i = 0; i < 9; i++) {
            assertThat(client.isClosed()).isFalse();
            client.peer.send(new byte[] {slow[i]});
            rig.pass(Duration.ofMillis(550));
        }
        client.peer.send(new byte[] {slow[9]});
        rig.pass(Duration.ofMillis(50));
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void keep_alive_begins_when_the_client_is_let_in() {
        List<Authenticator.AuthReply> waiting = new ArrayList<>();
        Rig rig = Rig.made(parts -> parts.authenticator((attempt, reply) -> waiting.add(reply)));
        TestClient client = rig.client();
        client.send(connect(ProtocolVersion.MQTT_5, "c", true, 10));
        rig.pass(Duration.ofSeconds(20));
        waiting.getFirst().accept(null);
        client.accepted();
        rig.pass(Duration.ofMillis(14_900));
        assertThat(client.isClosed()).isFalse();
        rig.pass(Duration.ofMillis(200));
        assertThat(client.isClosed()).isTrue();
    }

    @Normative(value = "MQTT-3.1.2-22", v311 = "MQTT-3.1.2-24")
    @Test
    void bytes_that_make_no_packet_in_time_do_not_keep_a_client_alive() {
        Rig rig = new Rig();
        TestClient client = rig.client().connect("c");
        client.accepted();
        rig.pass(Duration.ofSeconds(80));
        client.peer.send(new byte[] {0x30, 100});
        rig.pass(Duration.ofSeconds(9));
        client.peer.send(new byte[10]);
        assertThat(client.isClosed()).isFalse();
        rig.pass(Duration.ofSeconds(2));
        assertThat(client.receive()).containsExactly(new Disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
    }

    @Test
    void a_large_packet_on_its_way_is_not_taken_for_silence() {
        Rig rig = new Rig();
        TestClient client = rig.client().connect("c");
        client.accepted();
        client.subscribe("t", Qos.AT_MOST_ONCE);
        client.peer.send(HexFormat.of().parseHex("30a41f00017400"));
        for (int part = 0; part < 4; part++) {
            rig.pass(Duration.ofSeconds(80));
            client.peer.send(new byte[1_000]);
        }
        assertThat(client.receive()).hasSize(1).first().isInstanceOf(ControlPacket.Publish.class);
    }

    @Test
    void a_client_that_we_do_not_listen_to_while_the_disk_is_slow_is_not_taken_for_silent() {
        CrashStore store = new CrashStore();
        Rig rig = Rig.made(parts -> parts.store(store));
        TestClient subscriber = rig.client().connect("subscriber", false, 10_000);
        subscriber.accepted();
        subscriber.subscribe("t", Qos.AT_LEAST_ONCE);
        subscriber.send(new Disconnect(ReasonCode.SUCCESS));
        TestClient publisher = rig.client().connect311("publisher", true);
        publisher.accepted();
        store.slow();
        for (int i = 1; i <= 3_000; i++) {
            publisher.publish("t", "x", Qos.AT_LEAST_ONCE, i);
        }
        publisher.send(PingReq.INSTANCE);
        rig.pass(Duration.ofSeconds(200));
        assertThat(publisher.isClosed()).isFalse();
        store.sync();
        rig.idle();
        store.sync();
        rig.idle();
        store.sync();
        assertThat(publisher.receive()).hasSize(3_001);
    }

    // ---- who is let in

    @Test
    void a_listener_without_anonymous_clients_refuses_and_says_which_option_is_missing() {
        Rig rig = new Rig(
                config -> config,
                parts -> parts,
                ListenerConfig.mqtt("", 5000)
                        .withName("listener 5000 (mosquitto.conf:1)")
                        .withAllowAnonymous(false));
        TestClient client = rig.client().connect("c");
        assertThat(client.connAck().reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(client.isClosed()).isTrue();
        assertThat(rig.log.get(rig.log.size() - 2))
                .matches("Denied CONNECT from c \\[.*]: "
                        + "listener 5000 \\(mosquitto.conf:1\\) does not have 'allow_anonymous true' set\\.");
        assertThat(rig.log.getLast()).matches("Client c \\[.*] disconnected: not authorised\\."); // as Mosquitto
    }

    @Normative("MQTT-3.1.4-5")
    @Test
    void what_is_sent_while_authentication_takes_its_time_is_kept_in_its_order() {
        List<Authenticator.AuthReply> waiting = new ArrayList<>();
        Rig rig = Rig.made(parts -> parts.authenticator((attempt, reply) -> {
            if (attempt.clientId().equals("slow")) {
                waiting.add(reply);
            } else {
                reply.accept(null);
            }
        }));
        TestClient subscriber = rig.client().connect("subscriber");
        subscriber.accepted();
        subscriber.subscribe("t", Qos.AT_MOST_ONCE);

        TestClient slow = rig.client();
        slow.send(
                connect(ProtocolVersion.MQTT_5, "slow", true, 60),
                TestClient.packet("t", "1", Qos.AT_MOST_ONCE, false, 0));
        rig.idle();
        slow.publish("t", "2", Qos.AT_MOST_ONCE, 0).publish("t", "3", Qos.AT_MOST_ONCE, 0);
        assertThat(slow.receive()).isEmpty();
        assertThat(subscriber.receive()).isEmpty();

        waiting.getFirst().accept("name");
        assertThat(slow.receive()).hasSize(1).first().isInstanceOf(ConnAck.class);
        assertThat(TestClient.payloads(subscriber.receive())).containsExactly("1", "2", "3");
        slow.publish("t", "4", Qos.AT_MOST_ONCE, 0);
        assertThat(TestClient.payloads(subscriber.receive())).containsExactly("4");
    }

    @Normative("MQTT-3.1.4-6")
    @Test
    void what_is_sent_behind_a_refused_connect_is_not_handled() {
        List<Authenticator.AuthReply> waiting = new ArrayList<>();
        Rig rig = Rig.made(parts -> parts.authenticator((attempt, reply) -> waiting.add(reply)));
        TestClient client = rig.client().connect("c");
        client.send(TestClient.packet("t", "x", Qos.AT_MOST_ONCE, true, 0));
        rig.idle();
        waiting.getFirst().refuse(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "no such user");
        waiting.getFirst().accept(null);
        assertThat(client.receive())
                .containsExactly(new ConnAck(false, ReasonCode.BAD_USER_NAME_OR_PASSWORD, Properties.NONE));
        assertThat(client.isClosed()).isTrue();
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
    }

    @Test
    void an_authenticator_that_does_not_answer_in_time_lets_nobody_in() {
        List<Authenticator.AuthReply> waiting = new ArrayList<>();
        Rig rig = new Rig(
                config -> config.handshakeTimeout(Duration.ofSeconds(5)),
                parts -> parts.authenticator((attempt, reply) -> waiting.add(reply)));
        TestClient client = rig.client().connect("c");
        rig.pass(Duration.ofSeconds(6));
        assertThat(client.isClosed()).isTrue();
        waiting.getFirst().accept(null);
        assertThat(client.receive()).isEmpty();
        assertThat(rig.broker.counters().sessions.value()).isZero();
    }

    @Test
    void more_connections_than_the_listener_allows_are_closed_at_once() {
        Rig rig = new Rig(
                config -> config, parts -> parts, ListenerConfig.mqtt("", 1).withConnectionsMax(1));
        TestClient first = rig.client().connect("first");
        first.accepted();
        TestClient second = rig.client().connect("second");
        assertThat(second.receive()).isEmpty();
        assertThat(second.isClosed()).isTrue();
        first.peer.close();
        rig.idle();
        rig.client().connect("third").accepted();
    }

    // ---- the log

    @Test
    void the_log_says_who_comes_and_goes_in_mosquittos_words() {
        Rig rig = new Rig();
        TestClient client = rig.client().connect311("ID", true);
        client.accepted();
        client.send(new Disconnect(ReasonCode.SUCCESS));
        rig.idle();
        assertThat(rig.log).hasSize(3);
        assertThat(rig.log.get(0)).matches("New connection from .* on .*\\.");
        assertThat(rig.log.get(1)).matches("New client connected from .* as ID \\(p4, c1, k60\\)\\.");
        assertThat(rig.log.get(2)).matches("Client ID \\[.*] disconnected\\.");
    }

    @Test
    void the_log_says_when_a_client_just_goes_and_when_it_breaks_the_protocol() {
        Rig rig = new Rig();
        TestClient gone = rig.client().connect("gone");
        gone.accepted();
        gone.peer.close();
        rig.idle();
        assertThat(rig.log.getLast()).matches("Client gone \\[.*] disconnected: connection closed by client\\.");
        TestClient wrong = rig.client().connect("wrong");
        wrong.accepted();
        wrong.peer.send(new byte[] {(byte) 0x36, 0});
        assertThat(wrong.receive()).containsExactly(new Disconnect(ReasonCode.MALFORMED_PACKET));
        assertThat(rig.log.getLast()).matches("Client wrong \\[.*] disconnected: malformed packet: .*");
    }

    @Test
    void a_client_that_half_closes_still_gets_its_acknowledgement() {
        CrashStore store = new CrashStore().slow();
        Rig rig = Rig.made(parts -> parts.store(store));
        TestClient subscriber = rig.client().connect("subscriber", false, 100);
        rig.idle();
        store.sync();
        subscriber.accepted();
        subscriber.send(new ControlPacket.Subscribe(
                1,
                List.of(new ControlPacket.Subscribe.Request(
                        org.althing.mqtt.TopicFilter.of("t"),
                        org.althing.mqtt.SubscriptionOptions.of(Qos.AT_LEAST_ONCE))),
                Properties.NONE));
        rig.idle();
        store.sync();
        TestClient publisher = rig.client().connect("publisher");
        publisher.accepted();
        publisher.publish("t", "x", Qos.AT_LEAST_ONCE, 1);
        publisher.peer.endOutput();
        assertThat(publisher.receive()).isEmpty();
        store.sync();
        assertThat(publisher.receive()).containsExactly(new ControlPacket.PubAck(1, ReasonCode.SUCCESS));
        assertThat(publisher.isClosed()).isTrue();
    }
}
