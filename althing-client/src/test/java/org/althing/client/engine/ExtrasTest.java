package org.althing.client.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Auth;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Disconnect;
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
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Topic aliases, enhanced authentication, a session that survives the program, and libmosquitto's ways. */
class ExtrasTest {
    private static EngineSettings settings(
            boolean durable,
            int aliases,
            boolean like,
            @Nullable Supplier<Authentication> authentication,
            SessionLog log) {
        Properties properties = durable
                ? Properties.builder()
                        .set(Property.SESSION_EXPIRY_INTERVAL, 100)
                        .build()
                : Properties.NONE;
        Connect connect = new Connect(ProtocolVersion.MQTT_5, false, "me", !durable, 60, null, null, null, properties);
        return new EngineSettings(
                connect,
                65_535,
                5,
                1_000,
                ClientEngine.NEVER,
                5_000_000_000L,
                false,
                aliases,
                like,
                authentication,
                log);
    }

    // ---- topic aliases -------------------------------------------------------------------------------------------

    private static String topics(Harness it, String... topics) {
        List<String> sent = new ArrayList<>();
        for (String topic : topics) {
            it.engine.publish(Harness.message(topic, "", Qos.AT_MOST_ONCE), new Harness.Fate(), it.now);
            Publish packet = (Publish) it.sent().getFirst();
            String name = packet.message().topic() == TopicName.ALIASED
                    ? "-"
                    : packet.message().topic().toString();
            sent.add(name + (packet.topicAlias() == 0 ? "" : "=" + packet.topicAlias()));
        }
        return String.join(" ", sent);
    }

    @Test
    void a_topic_gets_an_alias_at_its_second_use_and_the_one_unused_for_longest_gives_its_own() {
        Harness it = new Harness(settings(false, 16, false, null, SessionLog.NONE));
        it.connect(
                false, Properties.builder().set(Property.TOPIC_ALIAS_MAXIMUM, 2).build());
        assertThat(topics(it, "once", "long", "long", "long", "other", "other", "long", "third", "third", "other"))
                .isEqualTo("once long long=1 -=1 other other=2 -=1 third third=2 other");
    }

    @Test
    void short_topics_and_servers_that_allow_none_get_no_alias() {
        Harness it = new Harness(settings(false, 16, false, null, SessionLog.NONE));
        it.connect(
                false, Properties.builder().set(Property.TOPIC_ALIAS_MAXIMUM, 2).build());
        assertThat(topics(it, "abc", "abc", "abc")).isEqualTo("abc abc abc");
        it.cut();
        it.connect();
        assertThat(topics(it, "long", "long", "long")).isEqualTo("long long long");
    }

    // ---- enhanced authentication ---------------------------------------------------------------------------------

    /** Answers what it is asked with itself, and completes with "good". */
    private static final class Echo implements Authentication {
        @Override
        public String method() {
            return "echo";
        }

        @Override
        public Bytes begin() {
            return Bytes.of("hello");
        }

        @Override
        public @Nullable Bytes respond(@Nullable Bytes challenge) throws AuthenticationFailedException {
            if (challenge == null) {
                throw new AuthenticationFailedException("nothing to answer");
            }
            return challenge;
        }

        @Override
        public void complete(@Nullable Bytes data) throws AuthenticationFailedException {
            if (data == null || !data.text().equals("good")) {
                throw new AuthenticationFailedException("not good");
            }
        }
    }

    private static Properties auth(@Nullable String data) {
        Properties.Builder properties = Properties.builder().set(Property.AUTHENTICATION_METHOD, "echo");
        if (data != null) {
            properties.set(Property.AUTHENTICATION_DATA, Bytes.of(data));
        }
        return properties.build();
    }

    private static Harness authenticating() {
        return new Harness(settings(false, 0, false, Echo::new, SessionLog.NONE));
    }

    @Test
    void an_exchange_goes_to_and_fro_until_conn_ack() {
        Harness it = authenticating();
        assertThat(it.open().properties()).isEqualTo(auth("hello"));
        it.receive(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, auth("once")));
        assertThat(it.sent()).containsExactly(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, auth("once")));
        it.receive(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, auth("twice")));
        assertThat(it.sent()).containsExactly(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, auth("twice")));
        it.receive(new ConnAck(false, ReasonCode.SUCCESS, auth("good")));
        assertThat(it.engine.isConnected()).isTrue();
    }

    @Test
    void a_server_that_proves_nothing_is_left_without_a_word() {
        Harness it = authenticating();
        it.open();
        it.receive(new ConnAck(false, ReasonCode.SUCCESS, auth("bad")));
        assertThat(it.engine.ending()).isEqualTo(new Ending.NotAuthenticated("not good"));
        assertThat(it.sent()).isEmpty();
        assertThat(it.events).isEmpty();
        it = authenticating();
        it.open();
        it.receive(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, auth(null)));
        assertThat(it.engine.ending()).isEqualTo(new Ending.NotAuthenticated("nothing to answer"));
        assertThat(it.sent()).isEmpty();
    }

    @Test
    void auth_out_of_place_is_a_protocol_error() {
        Harness it = authenticating();
        it.connect(false, auth("good"));
        it.receive(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, auth("x")));
        assertThat(it.sent().getLast())
                .isInstanceOfSatisfying(
                        Disconnect.class, last -> assertThat(last.reasonCode()).isEqualTo(ReasonCode.PROTOCOL_ERROR));
        it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();
        it.receive(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, auth("x")));
        assertThat(it.engine.ending()).isInstanceOf(Ending.ServerFault.class);
    }

    @Test
    void it_may_authenticate_again_and_learns_what_became_of_it() throws AuthenticationFailedException {
        Harness it = authenticating();
        List<String> fate = new ArrayList<>();
        AuthenticationFate fates = new AuthenticationFate() {
            @Override
            public void succeeded() {
                fate.add("succeeded");
            }

            @Override
            public void ended(@Nullable Ending ending) {
                fate.add("ended " + ending);
            }
        };
        assertThatThrownBy(() -> it.engine.reauthenticate(fates)).isInstanceOf(IllegalStateException.class);
        it.connect(false, auth("good"));
        it.engine.reauthenticate(fates);
        assertThatThrownBy(() -> it.engine.reauthenticate(fates)).isInstanceOf(IllegalStateException.class);
        assertThat(it.sent()).containsExactly(new Auth(ReasonCode.RE_AUTHENTICATE, auth("hello")));
        it.receive(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, auth("again")));
        assertThat(it.sent()).containsExactly(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, auth("again")));
        it.receive(new Auth(ReasonCode.SUCCESS, auth("good")));
        assertThat(fate).containsExactly("succeeded");
        it.engine.reauthenticate(fates);
        it.cut();
        assertThat(fate).containsExactly("succeeded", "ended null");
    }

    // ---- what survives the program -------------------------------------------------------------------------------

    /** Writes down what it is told. */
    private static final class Diary implements InvocationLog {
        final List<String> lines = new ArrayList<>();

        @Override
        public void say(String line) {
            lines.add(line);
        }
    }

    @Test
    void the_log_learns_each_step_before_its_packet_leaves() {
        Diary diary = new Diary();
        Harness it = new Harness(settings(true, 0, false, null, diary));
        it.publish("a", Qos.EXACTLY_ONCE);
        it.connect();
        it.publish("b", Qos.AT_LEAST_ONCE);
        it.receive(new PubRec(1, ReasonCode.SUCCESS), new PubComp(1, ReasonCode.SUCCESS));
        it.receive(new PubAck(2, ReasonCode.SUCCESS));
        it.receive(Harness.publish(9, "c", Qos.EXACTLY_ONCE, false));
        it.acknowledge(0);
        it.receive(new PubRel(9, ReasonCode.SUCCESS));
        assertThat(diary.lines)
                .containsExactly(
                        "accepted 1",
                        "sent 1 as 1",
                        "accepted 2",
                        "sent 2 as 2",
                        "released 1",
                        "settled 1",
                        "settled 2",
                        "received 9",
                        "completed 9");
    }

    @Test
    void a_later_run_goes_on_where_the_log_ends() {
        Harness it = new Harness(settings(true, 0, false, null, new Diary()));
        List<Harness.Fate> fates = new ArrayList<>();
        it.engine.restore(
                new SavedSession(
                        List.of(
                                new SavedSession.Outgoing(4, Harness.message("t", "d", Qos.EXACTLY_ONCE), 9, true),
                                new SavedSession.Outgoing(2, Harness.message("t", "b", Qos.AT_LEAST_ONCE), 7, false),
                                new SavedSession.Outgoing(5, Harness.message("t", "e", Qos.AT_LEAST_ONCE), 0, false)),
                        Set.of(3)),
                () -> {
                    Harness.Fate fate = new Harness.Fate();
                    fates.add(fate);
                    return fate;
                },
                it.now);
        assertThat(it.open().cleanStart()).isFalse();
        it.receive(new ConnAck(true, ReasonCode.SUCCESS, Properties.NONE));
        assertThat(it.sent())
                .containsExactly(
                        new PubRel(9, ReasonCode.SUCCESS),
                        Harness.publish(7, "b", Qos.AT_LEAST_ONCE, true),
                        Harness.publish(8, "e", Qos.AT_LEAST_ONCE, false));
        it.receive(Harness.publish(3, "seen", Qos.EXACTLY_ONCE, true));
        assertThat(it.messages).isEmpty();
        assertThat(it.sent()).containsExactly(new PubRec(3, ReasonCode.SUCCESS));
        it.engine.abandon("the end");
        assertThat(fates).extracting(fate -> fate.word).containsExactly("kept", "kept", "kept");
    }

    // ---- libmosquitto's ways -------------------------------------------------------------------------------------

    @Test
    void like_libmosquitto_what_was_under_way_is_repeated_without_a_session() {
        for (boolean like : new boolean[] {true, false}) {
            Harness it = new Harness(settings(false, 0, like, null, SessionLog.NONE));
            it.connect();
            Harness.Fate fate = it.publish("a", Qos.EXACTLY_ONCE);
            it.sent();
            it.cut();
            List<ControlPacket> again = it.connect();
            if (like) {
                assertThat(again).containsExactly(Harness.publish(1, "a", Qos.EXACTLY_ONCE, true));
            } else {
                assertThat(again).isEmpty();
                assertThat(fate.word).startsWith("unknown");
            }
        }
    }

    @Test
    void a_pub_rec_that_refuses_what_nobody_sent_is_not_answered() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();
        it.receive(new PubRec(5, ReasonCode.UNSPECIFIED_ERROR));
        assertThat(it.sent()).isEmpty();
        it.receive(new PubRec(5, ReasonCode.SUCCESS));
        assertThat(it.sent()).containsExactly(new PubRel(5, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
    }
}
