package org.althing.broker;

import static org.althing.broker.TestClient.message;
import static org.althing.broker.TestClient.packet;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.ReasonCode.CONTINUE_AUTHENTICATION;
import static org.althing.mqtt.ReasonCode.RE_AUTHENTICATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.althing.broker.access.ScramClient;
import org.althing.broker.access.ScramCredential;
import org.althing.broker.access.ScramSha256;
import org.althing.broker.access.ScramUsers;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Auth;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Enhanced authentication (MQTT 5.0, section 4.12): AUTH in every state, again on an open connection, and SCRAM in it. */
class EnhancedAuthTest {
    /** A method whose answers the test gives, when it likes. */
    private static final class Scripted implements AuthenticationMethod {
        final List<@Nullable Bytes> said = new ArrayList<>();
        final List<Reply> replies = new ArrayList<>();
        int abandoned;

        @Override
        public String name() {
            return "SCRIPT";
        }

        @Override
        public Exchange begin(Authenticator.ConnectAttempt attempt) {
            return new Exchange() {
                @Override
                public void onData(@Nullable Bytes data, Reply reply) {
                    said.add(data);
                    replies.add(reply);
                }

                @Override
                public void abandoned() {
                    abandoned++;
                }
            };
        }

        Reply last() {
            return replies.getLast();
        }
    }

    private final Scripted method = new Scripted();
    private final Rig rig = new Rig(
            config -> config,
            parts -> parts.authenticationMethod(method)
                    .accessControl(AccessControl.of(
                            (who, action, topic) -> !topic.toString().equals("ada") || "ada".equals(who.userName()))),
            ListenerConfig.mqtt("", 1).withAllowAnonymous(false));

    private static Properties properties(@Nullable String methodName, @Nullable String data) {
        Properties.Builder properties = Properties.builder();
        if (methodName != null) {
            properties.set(Property.AUTHENTICATION_METHOD, methodName);
        }
        if (data != null) {
            properties.set(Property.AUTHENTICATION_DATA, Bytes.of(data));
        }
        return properties.build();
    }

    private static Auth auth(ReasonCode reasonCode, String data) {
        return new Auth(reasonCode, properties("SCRIPT", data));
    }

    private TestClient arriving(@Nullable Will will) {
        TestClient client = rig.client().connect("c", true, 0, will, properties("SCRIPT", "hello"));
        rig.idle();
        return client;
    }

    private TestClient arriving() {
        return arriving(null);
    }

    private TestClient challenged() {
        TestClient client = arriving();
        method.last().challenge(Bytes.of("who?"));
        assertThat(client.receive()).containsExactly(auth(CONTINUE_AUTHENTICATION, "who?"));
        return client;
    }

    private TestClient accepted() {
        TestClient client = arriving();
        method.last().accept("ada", null);
        client.accepted();
        return client;
    }

    /** The client is refused with CONNACK, or, when it is in, with DISCONNECT; and its connection closed. */
    private void ended(TestClient client, ControlPacket lastWord) {
        assertThat(client.receive()).containsExactly(lastWord);
        assertThat(client.isClosed()).isTrue();
    }

    private static ConnAck refusal(ReasonCode reasonCode) {
        return new ConnAck(false, reasonCode, Properties.NONE);
    }

    // ---- the way in

    @Normative({"MQTT-4.12.0-2", "MQTT-4.12.0-3", "MQTT-4.12.0-5"})
    @Test
    void a_client_is_let_in_after_as_many_steps_as_the_method_likes() {
        TestClient client = challenged();
        client.send(auth(CONTINUE_AUTHENTICATION, "ada"));
        rig.idle();
        method.last().challenge(Bytes.EMPTY);
        assertThat(client.receive()).containsExactly(auth(CONTINUE_AUTHENTICATION, ""));
        client.send(new Auth(CONTINUE_AUTHENTICATION, properties("SCRIPT", null)));
        rig.idle();
        method.last().accept("ada", Bytes.of("welcome"));
        ConnAck answer = client.accepted();
        assertThat(answer.properties().string(Property.AUTHENTICATION_METHOD)).isEqualTo("SCRIPT");
        assertThat(answer.properties().bytes(Property.AUTHENTICATION_DATA)).isEqualTo(Bytes.of("welcome"));
        assertThat(method.said).containsExactly(Bytes.of("hello"), Bytes.of("ada"), null);
        assertThat(rig.log).anyMatch(line -> line.contains("as c (p5, c1, k60, u'ada')"));
        assertThat(method.abandoned).isZero();
    }

    @Test
    void the_name_that_was_proved_counts_and_not_the_one_that_connect_says() {
        TestClient client = rig.client();
        client.send(new Connect(
                ProtocolVersion.MQTT_5, false, "c", true, 60, "eve", Bytes.of("x"), null, properties("SCRIPT", null)));
        rig.idle();
        method.last().accept("ada", null);
        client.accepted();
        client.subscribe("#", Qos.AT_MOST_ONCE);
        rig.broker.publish(message("ada", "for ada", Qos.AT_MOST_ONCE, false));
        assertThat(payloads(client.receive())).containsExactly("for ada");
    }

    @Normative("MQTT-4.12.0-1")
    @Test
    void a_method_that_there_is_not_is_refused() {
        TestClient client = rig.client().connect("c", true, 0, null, properties("OTHER", null));
        ended(client, refusal(ReasonCode.BAD_AUTHENTICATION_METHOD));
        assertThat(method.replies).isEmpty();
    }

    @Normative({"MQTT-4.12.0-4"})
    @Test
    void a_method_refuses_at_any_step_with_its_reason() {
        TestClient atOnce = arriving();
        method.last().refuse(ReasonCode.BANNED, "");
        ended(atOnce, refusal(ReasonCode.BANNED));
        TestClient later = challenged();
        later.send(auth(CONTINUE_AUTHENTICATION, "eve"));
        rig.idle();
        method.last().refuse(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "no eve here");
        ended(later, refusal(ReasonCode.BAD_USER_NAME_OR_PASSWORD));
        assertThat(rig.log.get(rig.log.size() - 2)).startsWith("Denied CONNECT").endsWith("]: no eve here.");
        assertThat(rig.log.getLast()).endsWith("disconnected: not authorised.");
        assertThat(rig.broker.counters().sessions.value()).isZero();
    }

    @Test
    void a_method_cannot_refuse_with_what_connack_cannot_say() {
        arriving();
        assertThatIllegalArgumentException().isThrownBy(() -> method.last().refuse(ReasonCode.SUCCESS, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> method.last().refuse(ReasonCode.TOPIC_ALIAS_INVALID, ""));
    }

    @Test
    void two_methods_of_one_name_are_a_mistake_of_the_program() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Broker.builder(BrokerConfig.builder().build(), rig.engine)
                        .authenticationMethod(method)
                        .authenticationMethod(new Scripted()));
    }

    @Test
    void a_second_answer_to_a_step_is_ignored() {
        TestClient client = challenged();
        method.last().accept("ada", null);
        method.last().challenge(Bytes.of("again"));
        assertThat(client.receive()).isEmpty();
        client.send(auth(CONTINUE_AUTHENTICATION, "ada"));
        rig.idle();
        method.replies.getFirst().accept("eve", null);
        assertThat(client.receive()).isEmpty();
        method.last().accept("ada", null);
        client.accepted();
        method.last().refuse(ReasonCode.BANNED, "");
        assertThat(client.isClosed()).isFalse();
    }

    @Normative("MQTT-3.1.2-30")
    @Test
    void until_connack_only_auth_and_disconnect_may_come() {
        for (ControlPacket wrong : List.of(
                PingReq.INSTANCE,
                packet("t", "x", Qos.AT_MOST_ONCE, false, 0),
                auth(RE_AUTHENTICATE, "x"),
                new Connect(ProtocolVersion.MQTT_5, false, "c", true, 0, null, null, null, Properties.NONE))) {
            TestClient client = challenged();
            client.send(wrong);
            ended(client, refusal(ReasonCode.PROTOCOL_ERROR));
        }
        assertThat(method.abandoned).isEqualTo(4);
        TestClient malformed = challenged();
        malformed.peer.send(new byte[] {(byte) 0xF1, 0});
        ended(malformed, refusal(ReasonCode.MALFORMED_PACKET));
        TestClient alias = challenged();
        alias.peer.send(new byte[] {0x30, 7, 0, 1, 't', 3, 0x23, 0, 0});
        ended(alias, refusal(ReasonCode.PROTOCOL_ERROR)); // CONNACK has no word for a bad topic alias
    }

    @Test
    void what_comes_before_it_is_the_clients_turn_waits_and_is_judged_then() {
        TestClient hasty = arriving();
        hasty.send(PingReq.INSTANCE);
        assertThat(hasty.receive()).isEmpty();
        method.last().challenge(Bytes.of("who?"));
        assertThat(hasty.receive())
                .containsExactly(auth(CONTINUE_AUTHENTICATION, "who?"), refusal(ReasonCode.PROTOCOL_ERROR));
        TestClient accepted = arriving();
        accepted.send(PingReq.INSTANCE);
        rig.idle();
        method.last().accept("ada", null);
        assertThat(accepted.receive()).hasSize(2).endsWith(PingResp.INSTANCE);
    }

    @Normative("MQTT-4.12.0-5")
    @Test
    void an_auth_of_another_method_is_refused() {
        TestClient client = challenged();
        client.send(new Auth(CONTINUE_AUTHENTICATION, properties("OTHER", "x")));
        ended(client, refusal(ReasonCode.BAD_AUTHENTICATION_METHOD));
        assertThat(method.replies).hasSize(1);
    }

    @Test
    void an_auth_without_method_is_a_protocol_error() {
        TestClient client = challenged();
        client.peer.send(new byte[] {(byte) 0xF0, 2, 0x18, 0});
        ended(client, refusal(ReasonCode.PROTOCOL_ERROR));
    }

    @Test
    void a_client_may_give_up_and_its_will_is_nobodys() {
        TestClient watcher = accepted();
        watcher.subscribe("will", Qos.AT_MOST_ONCE);
        Will will = new Will(message("will", "x", Qos.AT_MOST_ONCE, false), 0);
        TestClient client = rig.client().connect("other", true, 0, will, properties("SCRIPT", "hello"));
        rig.idle();
        method.last().challenge(Bytes.EMPTY);
        client.receive();
        client.send(new Disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE));
        assertThat(client.receive()).isEmpty();
        assertThat(client.isClosed()).isTrue();
        assertThat(method.abandoned).isEqualTo(1);
        assertThat(watcher.receive()).isEmpty();
    }

    @Test
    void an_exchange_has_the_time_of_a_handshake_however_often_the_client_talks() {
        TestClient client = challenged();
        for (int i = 0; i < 5; i++) {
            rig.pass(Duration.ofSeconds(5));
            client.send(auth(CONTINUE_AUTHENTICATION, "x"));
            rig.idle();
            method.last().challenge(Bytes.of("more?"));
        }
        rig.pass(Duration.ofSeconds(4));
        assertThat(client.isClosed()).isFalse();
        rig.pass(Duration.ofSeconds(1));
        assertThat(client.isClosed()).isTrue();
        assertThat(method.abandoned).isEqualTo(1);
        method.last().accept("ada", null);
        assertThat(rig.broker.counters().sessions.value()).isZero();
    }

    @Test
    void a_method_that_does_not_answer_in_time_is_told_so_too() {
        TestClient client = arriving();
        rig.pass(Duration.ofSeconds(31));
        assertThat(client.isClosed()).isTrue();
        assertThat(method.abandoned).isEqualTo(1);
    }

    @Test
    void a_challenge_that_is_larger_than_the_client_accepts_refuses_it() {
        Properties small = properties("SCRIPT", "hello").toBuilder()
                .set(Property.MAXIMUM_PACKET_SIZE, 30)
                .build();
        TestClient client = rig.client().connect("c", true, 0, null, small);
        rig.idle();
        method.last().challenge(Bytes.of("a long question: who are you?"));
        ended(client, refusal(ReasonCode.PACKET_TOO_LARGE));
    }

    // ---- AUTH where nobody has asked for it

    @Test
    void auth_before_connect_is_not_answered() {
        TestClient client = rig.client();
        client.send(auth(CONTINUE_AUTHENTICATION, "x"));
        assertThat(client.receive()).isEmpty();
        assertThat(client.isClosed()).isTrue();
    }

    @Normative({"MQTT-4.12.0-6", "MQTT-4.12.0-7"})
    @Test
    void a_client_that_came_in_without_method_is_sent_no_auth_and_may_send_none() {
        Rig open = Rig.made(parts -> parts.authenticationMethod(method));
        TestClient client = open.client().connect("c");
        ConnAck answer = client.accepted();
        assertThat(answer.properties().has(Property.AUTHENTICATION_METHOD)).isFalse();
        client.send(auth(RE_AUTHENTICATE, "x"));
        ended(client, new Disconnect(ReasonCode.PROTOCOL_ERROR));
    }

    @Test
    void without_method_the_authenticator_decides() {
        ended(rig.client().connect("c"), refusal(ReasonCode.NOT_AUTHORIZED));
    }

    // ---- again

    @Normative({"MQTT-4.12.0-5", "MQTT-4.12.1-1"})
    @Test
    void a_client_authenticates_again_while_everything_goes_on() {
        TestClient client = accepted();
        client.subscribe("t", Qos.AT_LEAST_ONCE);
        client.send(auth(RE_AUTHENTICATE, "again"));
        client.send(packet("t", "1", Qos.AT_LEAST_ONCE, false, 7));
        assertThat(payloads(client.receive())).containsExactly("1");
        method.last().challenge(Bytes.of("who?"));
        rig.broker.publish(message("t", "2", Qos.AT_MOST_ONCE, false));
        List<ControlPacket> received = client.receive();
        assertThat(received).contains(auth(CONTINUE_AUTHENTICATION, "who?"));
        assertThat(payloads(received)).containsExactly("2");
        client.send(PingReq.INSTANCE, auth(CONTINUE_AUTHENTICATION, "ada"), PingReq.INSTANCE);
        assertThat(client.receive()).containsExactly(PingResp.INSTANCE, PingResp.INSTANCE);
        method.last().accept("ada", Bytes.of("still"));
        assertThat(client.receive()).containsExactly(auth(ReasonCode.SUCCESS, "still"));
        assertThat(method.said).containsExactly(Bytes.of("hello"), Bytes.of("again"), Bytes.of("ada"));
        rig.pass(Duration.ofSeconds(40));
        assertThat(client.isClosed()).isFalse();
        client.send(auth(RE_AUTHENTICATE, "and again"));
        rig.idle();
        method.last().accept("ada", null);
        assertThat(client.receive()).hasSize(1);
        assertThat(method.abandoned).isZero();
    }

    @Normative("MQTT-4.12.1-2")
    @Test
    void a_re_authentication_that_fails_ends_the_connection_and_publishes_the_will() {
        TestClient watcher = accepted();
        watcher.subscribe("will", Qos.AT_MOST_ONCE);
        for (ReasonCode[] code : new ReasonCode[][] {
            {ReasonCode.NOT_AUTHORIZED, ReasonCode.NOT_AUTHORIZED},
            {ReasonCode.SERVER_BUSY, ReasonCode.SERVER_BUSY},
            {ReasonCode.BAD_USER_NAME_OR_PASSWORD, ReasonCode.NOT_AUTHORIZED},
            {ReasonCode.BANNED, ReasonCode.NOT_AUTHORIZED}
        }) {
            Will will = new Will(message("will", "gone", Qos.AT_MOST_ONCE, false), 0);
            TestClient client = rig.client().connect("other", true, 0, will, properties("SCRIPT", "hello"));
            rig.idle();
            method.last().accept("ada", null);
            client.accepted();
            client.send(auth(RE_AUTHENTICATE, "again"));
            rig.idle();
            method.last().refuse(code[0], "");
            ended(client, new Disconnect(code[1]));
            assertThat(payloads(watcher.receive())).containsExactly("gone");
        }
    }

    @Test
    void who_proves_to_be_somebody_else_is_not_let_stay() {
        TestClient client = accepted();
        client.send(auth(RE_AUTHENTICATE, "again"));
        rig.idle();
        method.last().accept("eve", null);
        ended(client, new Disconnect(ReasonCode.NOT_AUTHORIZED));
    }

    @Normative("MQTT-4.12.1-1")
    @Test
    void another_method_than_that_of_connect_ends_the_connection() {
        TestClient client = accepted();
        client.send(new Auth(RE_AUTHENTICATE, properties("OTHER", null)));
        ended(client, new Disconnect(ReasonCode.BAD_AUTHENTICATION_METHOD));
    }

    @Test
    void auth_out_of_turn_is_a_protocol_error() {
        TestClient unasked = accepted();
        unasked.send(auth(CONTINUE_AUTHENTICATION, "x"));
        ended(unasked, new Disconnect(ReasonCode.PROTOCOL_ERROR));
        TestClient twice = accepted();
        twice.send(auth(RE_AUTHENTICATE, "x"), auth(RE_AUTHENTICATE, "x"));
        ended(twice, new Disconnect(ReasonCode.PROTOCOL_ERROR));
        TestClient hasty = accepted();
        hasty.send(auth(RE_AUTHENTICATE, "x"), auth(CONTINUE_AUTHENTICATION, "x"));
        ended(hasty, new Disconnect(ReasonCode.PROTOCOL_ERROR));
        TestClient done = accepted();
        done.send(auth(RE_AUTHENTICATE, "x"));
        rig.idle();
        method.last().accept("ada", null);
        done.receive();
        done.send(auth(CONTINUE_AUTHENTICATION, "x"));
        ended(done, new Disconnect(ReasonCode.PROTOCOL_ERROR));
        assertThat(method.abandoned).isEqualTo(2);
    }

    @Test
    void a_re_authentication_that_takes_too_long_ends_the_connection() {
        TestClient client = accepted();
        client.send(auth(RE_AUTHENTICATE, "again"));
        rig.pass(Duration.ofSeconds(29));
        client.send(PingReq.INSTANCE);
        assertThat(client.receive()).containsExactly(PingResp.INSTANCE);
        rig.pass(Duration.ofSeconds(1));
        ended(client, new Disconnect(ReasonCode.NOT_AUTHORIZED));
        assertThat(method.abandoned).isEqualTo(1);
        method.last().accept("ada", null);
        rig.idle();
    }

    @Test
    void a_connection_that_ends_in_the_middle_is_told_to_the_method() {
        TestClient client = accepted();
        client.send(auth(RE_AUTHENTICATE, "again"));
        rig.idle();
        client.peer.close();
        rig.idle();
        assertThat(method.abandoned).isEqualTo(1);
        method.last().challenge(Bytes.EMPTY);
        rig.pass(Duration.ofSeconds(60));
    }

    // ---- SCRAM-SHA-256 in it

    private static Auth scram(ReasonCode reasonCode, String data) {
        return new Auth(reasonCode, properties("SCRAM-SHA-256", data));
    }

    @Test
    void scram_lets_in_who_knows_the_password_and_proves_the_server_too() {
        SplittableRandom random = new SplittableRandom(1);
        ScramUsers users = ScramUsers.none().with("ada", ScramCredential.of("secret", 4_096, random), random);
        Rig scram = new Rig(
                config -> config,
                parts -> parts.authenticationMethod(new ScramSha256(users, random)),
                ListenerConfig.mqtt("", 1).withAllowAnonymous(false));
        ScramClient ada = new ScramClient("n,,", "ada", "secret", "nonce");
        TestClient client = scram.client().connect("c", true, 0, null, properties("SCRAM-SHA-256", ada.first()));
        String challenge = data(client.receive().getFirst());
        client.send(scram(CONTINUE_AUTHENTICATION, ada.last(challenge)));
        assertThat(client.accepted().properties().bytes(Property.AUTHENTICATION_DATA))
                .isEqualTo(Bytes.of(ada.expected()));
        assertThat(scram.log).anyMatch(line -> line.contains("u'ada'"));

        ScramClient again = new ScramClient("n,,", "ada", "secret", "nonce");
        client.send(scram(RE_AUTHENTICATE, again.first()));
        client.send(
                scram(CONTINUE_AUTHENTICATION, again.last(data(client.receive().getFirst()))));
        assertThat(client.receive()).containsExactly(scram(ReasonCode.SUCCESS, again.expected()));

        ScramClient wrong = new ScramClient("n,,", "ada", "guess", "nonce");
        client.send(scram(RE_AUTHENTICATE, wrong.first()));
        client.send(
                scram(CONTINUE_AUTHENTICATION, wrong.last(data(client.receive().getFirst()))));
        ended(client, new Disconnect(ReasonCode.NOT_AUTHORIZED));
    }

    private static String data(ControlPacket packet) {
        Bytes data = ((Auth) packet).properties().bytes(Property.AUTHENTICATION_DATA);
        assertThat(data).isNotNull();
        return data == null ? "" : data.text();
    }
}
