package org.althing.broker;

import static org.althing.broker.TestClient.payloads;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.althing.broker.Authenticator.Verdict;
import org.althing.broker.Ledger.Fate;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When access control is asked, and what follows from its answers. */
class RightsTest {
    /** Rules that can be changed: topics that nobody may be sent, and how often rights were asked for. */
    private static final class Changing implements AccessControl {
        final Set<String> secret = new HashSet<>();
        final List<Client> asked = new ArrayList<>();
        private int version;

        @Override
        public Rights rights(Client client) {
            asked.add(client);
            int given = version;
            Denial denial = new Denial("it is secret", "rules", 3, "secret");
            return new Rights() {
                @Override
                public @Nullable Denial publish(TopicName topic) {
                    return secret.contains("write " + topic) ? denial : null;
                }

                @Override
                public @Nullable Denial receive(TopicName topic) {
                    return secret.contains(topic.toString()) ? denial : null;
                }

                @Override
                public @Nullable Denial unsubscribe(TopicFilter filter) {
                    return secret.contains("leave " + filter) ? denial : null;
                }

                @Override
                public boolean isCurrent() {
                    return given == version;
                }
            };
        }

        void forbid(String topic) {
            secret.add(topic);
            version++;
        }
    }

    private final Changing access = new Changing();
    private final CrashStore store = new CrashStore();
    private final Rig rig = Rig.made(parts -> parts.accessControl(access).store(store));

    private TestClient client(String clientId, long expirySeconds) {
        TestClient client = rig.client().connect(clientId, false, expirySeconds);
        client.accepted();
        return client;
    }

    private void rulesChanged() {
        rig.broker.rulesChanged(client -> null);
        rig.idle();
    }

    @Test
    void rights_are_asked_for_once_for_each_connection_however_many_messages_there_are() {
        TestClient client = client("c", 0);
        client.subscribe("#", Qos.AT_MOST_ONCE);
        for (int i = 0; i < 10; i++) {
            client.publish("t", "x", Qos.AT_MOST_ONCE, 0);
        }
        client.receive();
        assertThat(access.asked).singleElement().satisfies(who -> {
            assertThat(who.clientId()).isEqualTo("c");
            assertThat(who.listener()).isEqualTo("1883");
            assertThat(who.address()).isNotNull();
            assertThat(who.provedName()).isNull();
        });
    }

    @Test
    void what_waits_in_the_journal_and_is_forbidden_meanwhile_is_dropped_when_it_is_read() {
        TestClient away = client("c", 10_000);
        away.subscribe("#", Qos.AT_LEAST_ONCE);
        away.peer.transport().abort();
        rig.idle();
        for (int i = 0; i < 40; i++) {
            rig.broker.publish(TestClient.message(i % 2 == 0 ? "open" : "hidden", i + ":", Qos.AT_LEAST_ONCE, false));
        }
        rig.idle();
        access.forbid("hidden");
        rulesChanged();
        assertThat(rig.broker.counters().ledger.count(Fate.NOT_AUTHORIZED))
                .as("the few that are in memory are dropped at once")
                .isBetween(1L, 5L);
        TestClient back = rig.client().connect("c", false, 10_000);
        List<String> taken = new ArrayList<>();
        for (List<ControlPacket> packets = back.receive(); !packets.isEmpty(); packets = back.receive()) {
            taken.addAll(payloads(packets));
            for (ControlPacket packet : packets) {
                if (packet instanceof ControlPacket.Publish publish) {
                    back.send(new PubAck(publish.packetIdentifier(), ReasonCode.SUCCESS));
                }
            }
        }
        assertThat(taken)
                .isEqualTo(IntStream.range(0, 20).mapToObj(i -> 2 * i + ":").toList());
        assertThat(rig.broker.counters().ledger.count(Fate.NOT_AUTHORIZED)).isEqualTo(20);
        assertThat(rig.broker.counters().ledger.pending()).isZero();
        assertThat(rig.broker.counters().memory.used()).isZero();
    }

    @Test
    void rights_that_are_no_longer_current_are_asked_for_again_with_the_next_message() {
        TestClient client = client("c", 0);
        client.subscribe("#", Qos.AT_MOST_ONCE);
        client.publish("t", "1", Qos.AT_MOST_ONCE, 0);
        assertThat(payloads(client.receive())).containsExactly("1");
        access.forbid("t");
        client.publish("t", "2", Qos.AT_MOST_ONCE, 0);
        assertThat(payloads(client.receive())).isEmpty();
        assertThat(rig.log).contains("Not sent to c ('t'): it is secret (rules:3)");
    }

    @Test
    void what_waits_for_a_client_that_is_not_there_is_dropped_when_the_rules_change() {
        TestClient subscriber = client("s", 1_000);
        subscriber.subscribe("#", Qos.AT_LEAST_ONCE);
        subscriber.send(new ControlPacket.Disconnect(ReasonCode.SUCCESS, Properties.NONE));
        rig.idle();
        client("p", 0).publish("a", "1", Qos.AT_LEAST_ONCE, 1).publish("b", "2", Qos.AT_LEAST_ONCE, 2);
        rig.idle();
        access.forbid("a");
        rulesChanged();
        assertThat(rig.broker.counters().ledger.count(Fate.NOT_AUTHORIZED)).isEqualTo(1);
        assertThat(payloads(rig.client().connect("s", false, 1_000).receive())).containsExactly("2");
    }

    @Test
    void what_was_sent_and_not_acknowledged_is_not_sent_again_once_it_is_forbidden() {
        TestClient subscriber = client("s", 1_000);
        subscriber.subscribe("#", Qos.AT_LEAST_ONCE);
        client("p", 0).publish("a", "1", Qos.AT_LEAST_ONCE, 1).publish("b", "2", Qos.AT_LEAST_ONCE, 2);
        assertThat(payloads(subscriber.receive())).containsExactly("1", "2");
        subscriber.peer.close();
        rig.idle();
        access.forbid("a");
        assertThat(payloads(rig.client().connect("s", false, 1_000).receive())).containsExactly("2");
    }

    @Test
    void a_session_that_another_user_takes_up_is_looked_at_again() {
        Rig byUser = Rig.made(parts -> parts.accessControl(AccessControl.of((who, action, topic) ->
                who.userName() == null || !topic.toString().equals("anonymous"))));
        TestClient anonymous = byUser.client().connect("s", false, 1_000);
        anonymous.accepted();
        anonymous.subscribe("#", Qos.AT_LEAST_ONCE);
        anonymous.peer.close();
        byUser.idle();
        TestClient publisher = byUser.client().connect("p");
        publisher.accepted();
        publisher.publish("anonymous", "1", Qos.AT_LEAST_ONCE, 1).publish("t", "2", Qos.AT_LEAST_ONCE, 2);
        byUser.idle();
        TestClient named = byUser.client().connectAs("s", "anna", false, 1_000);
        assertThat(payloads(named.receive())).containsExactly("2");
    }

    @Test
    void a_session_that_is_restored_keeps_its_user_and_its_listener() {
        TestClient subscriber = rig.client().connectAs("s", "anna", false, 1_000);
        subscriber.accepted();
        Changing fresh = new Changing();
        Rig later = Rig.made(parts -> parts.accessControl(fresh).store(store.afterCrash()));
        later.idle();
        later.broker.rulesChanged(client -> null);
        later.idle();
        assertThat(fresh.asked).contains(Client.offline("s", "anna", "1883"));
    }

    @Test
    void who_may_not_stay_is_sent_away_and_told() {
        TestClient stays = client("a", 0);
        TestClient goes = client("b", 0);
        rig.broker.rulesChanged(client -> client.clientId().equals("b") ? Denial.of("the user is gone") : null);
        assertThat(goes.receive())
                .containsExactly(new ControlPacket.Disconnect(ReasonCode.ADMINISTRATIVE_ACTION, Properties.NONE));
        assertThat(goes.isClosed()).isTrue();
        assertThat(stays.isClosed()).isFalse();
        assertThat(rig.log).anyMatch(line -> line.endsWith("disconnected: not authorised: the user is gone."));
    }

    @Test
    void a_refused_publish_tells_what_may_be_told_and_the_log_has_the_rule() {
        access.forbid("write t");
        TestClient client = client("c", 0);
        client.publish("t", "xyz", Qos.AT_LEAST_ONCE, 7);
        assertThat(client.receive())
                .containsExactly(new PubAck(
                        7,
                        ReasonCode.NOT_AUTHORIZED,
                        Properties.builder()
                                .set(Property.REASON_STRING, "secret")
                                .build()));
        assertThat(rig.log)
                .contains("Denied PUBLISH from c (d0, q1, r0, m7, 't', ... (3 bytes)): it is secret (rules:3)");
    }

    @Test
    void a_subscription_that_must_stay_stays() {
        access.forbid("leave t");
        TestClient client = client("c", 0);
        client.subscribe("t", Qos.AT_MOST_ONCE);
        client.send(new ControlPacket.Unsubscribe(5, List.of(TopicFilter.of("t")), Properties.NONE));
        assertThat(client.receive())
                .containsExactly(new UnsubAck(5, List.of(ReasonCode.NOT_AUTHORIZED), Properties.NONE));
        client.publish("t", "still", Qos.AT_MOST_ONCE, 0);
        assertThat(payloads(client.receive())).containsExactly("still");
        assertThat(rig.log).contains("Denied UNSUBSCRIBE from c ('t'): it is secret (rules:3)");
    }

    @Test
    void a_client_that_tries_without_end_does_not_fill_the_log() {
        access.forbid("write t");
        TestClient client = client("c", 0);
        for (int i = 0; i < 100; i++) {
            client.publish("t", "x", Qos.AT_MOST_ONCE, 0);
        }
        rig.idle();
        assertThat(denied()).hasSize(20);
        rig.pass(Duration.ofSeconds(3));
        client.publish("t", "x", Qos.AT_MOST_ONCE, 0);
        rig.idle();
        assertThat(denied()).hasSize(21).last().asString().endsWith("; before it 80 like it");
        assertThat(rig.broker.counters().ledger.count(Ledger.Intake.NOT_AUTHORIZED))
                .isEqualTo(101);
    }

    private List<String> denied() {
        return rig.log.stream()
                .filter(line -> line.startsWith("Denied PUBLISH"))
                .toList();
    }

    // ---- plain blocking code

    @Test
    void a_blocking_authenticator_answers_late_and_what_came_behind_connect_keeps_its_order() {
        Rig blocking =
                Rig.made(parts -> parts.authenticator(Authenticator.blocking(attempt -> "bad".equals(attempt.clientId())
                        ? new Verdict.Refused(ReasonCode.BANNED, "by name")
                        : new Verdict.Accepted("user-of-" + attempt.clientId()))));
        TestClient client = blocking.client().connect("c");
        client.send(new ControlPacket.Subscribe(
                1,
                List.of(new ControlPacket.Subscribe.Request(
                        TopicFilter.of("t"), SubscriptionOptions.of(Qos.AT_MOST_ONCE))),
                Properties.NONE));
        for (int i = 0; i < 5; i++) {
            client.publish("t", "" + i, Qos.AT_MOST_ONCE, 0);
        }
        List<ControlPacket> all = client.receive();
        assertThat(all.getFirst()).isInstanceOf(ControlPacket.ConnAck.class);
        assertThat(payloads(all)).containsExactly("0", "1", "2", "3", "4");
        assertThat(blocking.log).anyMatch(line -> line.endsWith(" as c (p5, c1, k60, u'user-of-c')."));
        assertThat(blocking.client().connect("bad").connAck().reasonCode()).isEqualTo(ReasonCode.BANNED);
    }

    @Test
    void a_blocking_authenticator_that_fails_refuses_and_the_log_says_why() {
        Rig blocking = Rig.made(parts -> parts.authenticator(Authenticator.blocking(attempt -> {
            throw new java.io.IOException("no database");
        })));
        assertThat(blocking.client().connect("c").connAck().reasonCode()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
        assertThat(blocking.log).anyMatch(line -> line.contains("no database"));
    }
}
