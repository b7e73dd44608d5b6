package org.althing.broker;

import static org.althing.broker.TestClient.again;
import static org.althing.broker.TestClient.packet;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.Will;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterceptorTest {
    private final List<PublishInterceptor.Attempt> attempts = new ArrayList<>();
    private final Rig rig = Rig.made(parts -> parts.intercept(new PublishInterceptor() {
        @Override
        public TopicFilter filter() {
            return TopicFilter.of("vote/#");
        }

        @Override
        public void intercept(Attempt attempt) {
            attempts.add(attempt);
        }
    }));
    private final TestClient voter = rig.client().connect("voter", false, 100);
    private final TestClient watcher = rig.client().connect("watcher");

    InterceptorTest() {
        voter.accepted();
        watcher.accepted();
        watcher.subscribe("#", EXACTLY_ONCE);
    }

    private static final Properties TEXT =
            Properties.builder().set(Property.REASON_STRING, "déjà voté").build();

    @Test
    void only_topics_of_the_filter_are_seen_and_they_wait_for_the_decision() {
        voter.publish("other", "1", AT_LEAST_ONCE, 1).publish("vote/x", "2", AT_LEAST_ONCE, 2);
        assertThat(voter.receive()).containsExactly(new PubAck(1, ReasonCode.SUCCESS));
        assertThat(payloads(watcher.receive())).containsExactly("1");
        assertThat(attempts).hasSize(1);
        assertThat(attempts.getFirst().clientId()).isEqualTo("voter");
        attempts.getFirst().pass();
        attempts.getFirst().drop();
        assertThat(voter.receive()).containsExactly(new PubAck(2, ReasonCode.SUCCESS));
        assertThat(payloads(watcher.receive())).containsExactly("2");
    }

    @Test
    void later_acknowledgements_of_the_connection_queue_behind() {
        voter.publish("vote/x", "1", AT_LEAST_ONCE, 1).publish("other", "2", AT_LEAST_ONCE, 2);
        assertThat(voter.receive()).isEmpty();
        assertThat(payloads(watcher.receive())).containsExactly("2");
        attempts.getFirst().drop();
        assertThat(voter.receive())
                .containsExactly(new PubAck(1, ReasonCode.SUCCESS), new PubAck(2, ReasonCode.SUCCESS));
        assertThat(watcher.receive()).isEmpty();
    }

    @Test
    void an_answer_reaches_mqtt_5_with_code_and_text_and_older_clients_as_plain_acknowledgement() {
        voter.publish("vote/x", "1", AT_LEAST_ONCE, 1).publish("vote/x", "2", EXACTLY_ONCE, 2);
        rig.idle();
        attempts.forEach(attempt -> attempt.answer(ReasonCode.NOT_AUTHORIZED, "déjà voté"));
        assertThat(voter.receive())
                .containsExactly(
                        new PubAck(1, ReasonCode.NOT_AUTHORIZED, TEXT), new PubRec(2, ReasonCode.NOT_AUTHORIZED, TEXT));
        attempts.clear();
        TestClient older = rig.client().connect311("older", true);
        older.accepted();
        older.publish("vote/x", "1", AT_LEAST_ONCE, 1).publish("vote/x", "2", EXACTLY_ONCE, 2);
        rig.idle();
        attempts.forEach(attempt -> attempt.answer(ReasonCode.NOT_AUTHORIZED, "déjà voté"));
        assertThat(older.receive())
                .containsExactly(new PubAck(1, ReasonCode.SUCCESS), new PubRec(2, ReasonCode.SUCCESS));
        older.send(new PubRel(2, ReasonCode.SUCCESS));
        assertThat(older.receive()).containsExactly(new PubComp(2, ReasonCode.SUCCESS));
        assertThat(watcher.receive()).isEmpty();
    }

    @Normative("MQTT-3.1.2-29")
    @Test
    void the_text_is_left_out_for_a_client_that_wants_no_problem_information() {
        TestClient terse = rig.client()
                .connect(
                        "terse",
                        true,
                        0,
                        null,
                        Properties.builder()
                                .set(Property.REQUEST_PROBLEM_INFORMATION, 0)
                                .build());
        terse.accepted();
        terse.publish("vote/x", "1", AT_LEAST_ONCE, 1);
        rig.idle();
        attempts.getFirst().answer(ReasonCode.SUCCESS, "a voté");
        assertThat(terse.receive()).containsExactly(new PubAck(1, ReasonCode.SUCCESS));
    }

    @Test
    void a_repeat_of_an_undecided_qos_2_message_is_not_seen_again_and_both_are_answered() {
        voter.publish("vote/x", "1", EXACTLY_ONCE, 5);
        rig.idle();
        voter.peer.transport().abort();
        rig.idle();
        TestClient back = rig.client().connect("voter", false, 100);
        back.accepted();
        back.send(again(packet("vote/x", "1", EXACTLY_ONCE, false, 5)));
        assertThat(back.receive()).isEmpty();
        assertThat(attempts).hasSize(1);
        attempts.getFirst().pass();
        assertThat(back.receive()).containsExactly(new PubRec(5, ReasonCode.SUCCESS));
        back.send(new PubRel(5, ReasonCode.SUCCESS));
        assertThat(payloads(watcher.receive())).containsExactly("1");
    }

    @Test
    void a_decision_after_the_session_is_gone_harms_nobody() {
        TestClient brief = rig.client().connect("brief");
        brief.accepted();
        brief.publish("vote/x", "1", AT_LEAST_ONCE, 1).publish("vote/x", "2", EXACTLY_ONCE, 2);
        rig.idle();
        brief.peer.transport().abort();
        rig.idle();
        attempts.forEach(PublishInterceptor.Attempt::pass);
        assertThat(payloads(watcher.receive())).containsExactly("1");
    }

    /** Asks about everything on {@code vote/#} and keeps what it is asked. */
    private PublishInterceptor asking(List<PublishInterceptor.Attempt> into) {
        return new PublishInterceptor() {
            @Override
            public TopicFilter filter() {
                return TopicFilter.of("vote/#");
            }

            @Override
            public void intercept(Attempt attempt) {
                into.add(attempt);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void a_will_that_is_not_decided_survives_a_crash_and_is_asked_about_again(int shards) {
        List<PublishInterceptor.Attempt> asked = new ArrayList<>();
        CrashStore store = new CrashStore();
        Rig durable = new Rig(
                config -> config.shards(shards), parts -> parts.store(store).intercept(asking(asked)));
        TestClient heir = durable.client().connect("heir", false, 100);
        heir.accepted();
        heir.subscribe("vote/#", AT_LEAST_ONCE);
        Will will = new Will(TestClient.message("vote/will", "w", AT_LEAST_ONCE, true), 0);
        for (String clientId : List.of("brief", "lasting")) {
            long expiry = clientId.equals("brief") ? 0 : 100;
            TestClient dying = durable.client().connect(clientId, false, expiry, will, Properties.NONE);
            dying.accepted();
            dying.peer.transport().abort();
        }
        durable.idle();
        durable.client().connect("lasting", false, 100).accepted(); // does not take back what is due already
        assertThat(asked).hasSize(2);
        asked.clear();
        CrashStore after = store.afterCrash();
        durable.crashAndRestart(parts -> parts.store(after).intercept(asking(asked)));
        assertThat(asked)
                .extracting(PublishInterceptor.Attempt::clientId)
                .containsExactlyInAnyOrder("brief", "lasting");
        List<PublishInterceptor.Attempt> again = List.copyOf(asked);
        again.getFirst().drop();
        again.getLast().pass();
        durable.idle();
        assertThat(durable.broker.counters().retainedMessages.value()).isEqualTo(1);
        durable.crashAndRestart(parts -> parts.store(after.afterCrash()).intercept(asking(asked)));
        assertThat(asked).as("what is decided is not asked about again").hasSize(2);
        TestClient back = durable.client().connect("heir", false, 100);
        assertThat(payloads(back.receive())).containsExactly("w");
        assertThat(durable.broker.counters().ledger.held()).isZero();
    }

    @Test
    void without_the_interceptor_a_will_that_was_not_decided_is_published_at_the_next_start() {
        CrashStore store = new CrashStore();
        Rig durable = Rig.made(parts -> parts.store(store).intercept(asking(attempts)));
        Will will = new Will(TestClient.message("vote/will", "w", AT_LEAST_ONCE, true), 0);
        TestClient dying = durable.client().connect("dying", true, 0, will, Properties.NONE);
        dying.accepted();
        dying.peer.transport().abort();
        durable.idle();
        durable.crashAndRestart(store.afterCrash());
        assertThat(durable.broker.counters().retainedMessages.value()).isEqualTo(1);
    }

    @Test
    void wills_and_qos_0_are_seen_too_but_not_the_brokers_own_messages() {
        Will will = new Will(TestClient.message("vote/will", "w", AT_LEAST_ONCE, false), 0);
        TestClient dying = rig.client().connect("dying", true, 0, will, Properties.NONE);
        dying.accepted();
        dying.publish("vote/q0", "q", AT_MOST_ONCE, 0);
        rig.idle();
        dying.peer.transport().abort();
        rig.idle();
        assertThat(attempts).hasSize(2);
        attempts.get(0).drop();
        attempts.get(1).pass();
        rig.broker.publish(TestClient.message("vote/results", "r", AT_MOST_ONCE, false));
        assertThat(payloads(watcher.receive())).containsExactlyInAnyOrder("w", "r");
        assertThat(attempts).hasSize(2);
    }

    @Test
    void an_answer_that_puback_cannot_carry_is_the_interceptors_mistake() {
        voter.publish("vote/x", "1", AT_LEAST_ONCE, 1);
        rig.idle();
        assertThatThrownBy(() -> attempts.getFirst().answer(ReasonCode.KEEP_ALIVE_TIMEOUT, ""))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
