package org.althing.broker;

import static org.althing.broker.TestClient.message;
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
import org.althing.broker.routing.Partitions;
import org.althing.mqtt.ControlPacket;
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
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.testing.Gen;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** Share groups whose members live on other shards than the group. */
class SharedAcrossShardsTest {
    private static final int SHARDS = 4;
    private static final TopicFilter GROUP = TopicFilter.of("$share/g/t/#");
    private static final int HOME = new Partitions(0, SHARDS).shardOfGroup(GROUP);

    /** A client identifier that belongs to the shard so many after the group's. */
    private static String name(String prefix, int away) {
        int shard = (HOME + away) % SHARDS;
        return IntStream.range(0, 1_000)
                .mapToObj(i -> prefix + i)
                .filter(name -> new Partitions(0, SHARDS).shardOf(name) == shard)
                .findFirst()
                .orElseThrow();
    }

    private final CrashStore store = new CrashStore();
    private int shards = SHARDS;
    private final Rig rig = new Rig(config -> config.shards(shards), parts -> parts.store(store));

    private TestClient connect(String clientId, long expirySeconds, int receiveMaximum) {
        TestClient client = rig.client()
                .connect(
                        clientId,
                        expirySeconds == 0,
                        expirySeconds,
                        null,
                        Properties.builder()
                                .set(Property.RECEIVE_MAXIMUM, receiveMaximum)
                                .build());
        client.accepted();
        return client;
    }

    private TestClient member(String clientId, Qos qos, long expirySeconds, int receiveMaximum) {
        TestClient client = connect(clientId, expirySeconds, receiveMaximum);
        client.subscribe(GROUP.toString(), qos);
        return client;
    }

    private void publish(Qos qos, String... payloads) {
        for (String payload : payloads) {
            rig.broker.publish(message("t/x", payload, qos, false));
        }
        rig.idle();
    }

    private void leave(TestClient client) {
        client.peer.transport().abort();
        rig.idle();
    }

    private static List<Publish> publishes(TestClient client) {
        return client.receive().stream()
                .filter(Publish.class::isInstance)
                .map(Publish.class::cast)
                .toList();
    }

    private static List<String> texts(List<Publish> publishes) {
        return payloads(List.copyOf(publishes));
    }

    private static void acknowledge(TestClient client, List<Publish> publishes) {
        for (Publish publish : publishes) {
            client.send(new PubAck(publish.packetIdentifier(), ReasonCode.SUCCESS));
        }
    }

    private static Subscribe subscribe(int packetIdentifier, Qos qos) {
        return new Subscribe(
                packetIdentifier, List.of(new Subscribe.Request(GROUP, SubscriptionOptions.of(qos))), Properties.NONE);
    }

    private List<StateChange> stored() {
        StateModel model = new StateModel();
        store.disk().forEach(model::apply);
        return List.copyOf(model.changes());
    }

    // ---- who gets it

    @Test
    void members_of_all_shards_take_turns() {
        List<TestClient> members = new ArrayList<>();
        for (int away = 0; away < SHARDS; away++) {
            members.add(member(name("m", away), AT_LEAST_ONCE, 0, 100));
        }
        for (Qos qos : List.of(AT_LEAST_ONCE, AT_MOST_ONCE)) {
            publish(qos, "1", "2", "3", "4", "5", "6", "7", "8");
            for (int i = 0; i < SHARDS; i++) {
                assertThat(payloads(members.get(i).receive()))
                        .as("%s %s", qos, i)
                        .containsExactly("" + (i + 1), "" + (i + 5));
            }
        }
    }

    @Test
    void publishers_of_all_shards_reach_a_lone_member_from_suback_on() {
        for (int away = 1; away < SHARDS; away++) {
            TestClient member = member(name("m", away), AT_LEAST_ONCE, 0, 100);
            for (int from = 0; from < SHARDS; from++) {
                TestClient publisher = connect(name("p", from), 0, 10);
                publisher.publish("t/x", "from " + from, AT_LEAST_ONCE, 1);
                assertThat(publisher.receive()).containsExactly(new PubAck(1, ReasonCode.SUCCESS));
                assertThat(payloads(member.receive())).containsExactly("from " + from);
            }
            leave(member);
        }
    }

    @Test
    void one_member_gets_all_in_order_through_its_window() {
        for (int window : List.of(1, 2, 7, 200)) {
            TestClient member = member(name("m", 1), AT_LEAST_ONCE, 0, window);
            List<String> sent =
                    IntStream.range(0, 150).mapToObj(Integer::toString).toList();
            publish(AT_LEAST_ONCE, sent.toArray(String[]::new));
            List<String> received = new ArrayList<>();
            for (List<Publish> got = publishes(member); !got.isEmpty(); got = publishes(member)) {
                assertThat(got).hasSizeLessThanOrEqualTo(window);
                received.addAll(texts(got));
                acknowledge(member, got);
            }
            assertThat(received).isEqualTo(sent);
            leave(member);
        }
    }

    @Test
    void messages_of_its_own_take_window_that_the_group_counted_on_and_nothing_is_lost() {
        TestClient member = member(name("m", 1), AT_LEAST_ONCE, 0, 3);
        member.subscribe("own", AT_LEAST_ONCE);
        for (int i = 0; i < 6; i++) {
            rig.broker.publish(message("own", "own " + i, AT_LEAST_ONCE, false));
            rig.broker.publish(message("t/x", "shared " + i, AT_LEAST_ONCE, false));
        }
        List<String> received = new ArrayList<>();
        for (List<Publish> got = publishes(member); !got.isEmpty(); got = publishes(member)) {
            assertThat(got).hasSizeLessThanOrEqualTo(3);
            received.addAll(texts(got));
            acknowledge(member, got);
        }
        assertThat(received).hasSize(12).doesNotHaveDuplicates();
        assertThat(received.stream().filter(text -> text.startsWith("shared")).toList())
                .containsExactly("shared 0", "shared 1", "shared 2", "shared 3", "shared 4", "shared 5");
    }

    @Test
    void new_options_hold_for_the_member_elsewhere() {
        TestClient member = member(name("m", 2), AT_LEAST_ONCE, 0, 1);
        publish(AT_LEAST_ONCE, "1", "2");
        assertThat(payloads(member.receive())).containsExactly("1");
        // What waits for window needs none any more.
        assertThat(payloads(member.subscribe(GROUP.toString(), SubscriptionOptions.of(AT_MOST_ONCE), 7)))
                .containsExactly("2");
        publish(AT_LEAST_ONCE, "3", "4");
        List<Publish> rest = publishes(member);
        assertThat(texts(rest)).containsExactly("3", "4");
        assertThat(rest).allMatch(each -> each.message().qos() == AT_MOST_ONCE);
        assertThat(rest.getLast().message().properties().subscriptionIdentifiers())
                .containsExactly(7);
    }

    // ---- leaving

    @Test
    void what_a_member_leaves_unacknowledged_goes_to_another_shard_in_order_before_the_rest() {
        TestClient a = member(name("a", 1), AT_LEAST_ONCE, 0, 3);
        publish(AT_LEAST_ONCE, "1", "2", "3", "4", "5");
        List<Publish> taken = publishes(a);
        a.send(new PubAck(taken.get(1).packetIdentifier(), ReasonCode.SUCCESS));
        assertThat(payloads(a.receive())).containsExactly("4");
        leave(a);
        TestClient b = connect(name("b", 2), 0, 100);
        List<ControlPacket> got = b.subscribe(GROUP.toString(), AT_LEAST_ONCE);
        assertThat(payloads(got)).isEmpty(); // the group ended with a
        assertThat(rig.broker.counters().ledger.count(Fate.GROUP_ENDED)).isEqualTo(4);

        TestClient c = member(name("c", 3), AT_LEAST_ONCE, 0, 2);
        publish(AT_LEAST_ONCE, "6", "7", "8");
        List<String> ofB = payloads(b.receive());
        List<String> ofC = payloads(c.receive());
        assertThat(ofB).containsExactly("6", "8");
        assertThat(ofC).containsExactly("7");
        leave(b);
        assertThat(payloads(c.receive())).containsExactly("6");
        leave(c);
    }

    @Normative("MQTT-4.8.2-4")
    @Test
    void qos_2_stays_with_its_client_on_another_shard() {
        TestClient a = member(name("a", 1), EXACTLY_ONCE, 100, 2);
        publish(EXACTLY_ONCE, "1", "2", "3");
        List<Publish> taken = publishes(a);
        a.send(new PubRec(taken.getFirst().packetIdentifier(), ReasonCode.SUCCESS));
        rig.idle();
        leave(a);
        TestClient b = member(name("b", 2), EXACTLY_ONCE, 0, 10);
        publish(EXACTLY_ONCE, "4");
        // "3" came before SUBACK, or with it.
        assertThat(payloads(b.receive())).doesNotContain("1", "2").contains("4");
        List<ControlPacket> back =
                new ArrayList<>(rig.client().connect(name("a", 1), false, 100).receive());
        assertThat(back.get(1)).isInstanceOf(PubRel.class);
        assertThat(payloads(back)).containsExactly("2");
    }

    @Normative("MQTT-3.10.4-3")
    @Test
    void what_was_begun_before_unsubscribe_is_completed_by_the_same_client() {
        TestClient a = member(name("a", 1), EXACTLY_ONCE, 100, 2);
        publish(AT_LEAST_ONCE, "1");
        publish(EXACTLY_ONCE, "2");
        publish(AT_LEAST_ONCE, "dropped with the group");
        a.receive();
        a.send(new Unsubscribe(9, List.of(GROUP), Properties.NONE));
        assertThat(a.receive()).containsExactly(new UnsubAck(9, List.of(ReasonCode.SUCCESS), Properties.NONE));
        assertThat(rig.broker.counters().ledger.count(Fate.GROUP_ENDED)).isEqualTo(1);
        leave(a);
        rig.crashAndRestart(store);
        TestClient again = rig.client().connect(name("a", 1), false, 100);
        List<Publish> resent = publishes(again);
        assertThat(texts(resent)).containsExactly("1", "2");
        again.send(
                new PubAck(resent.get(0).packetIdentifier(), ReasonCode.SUCCESS),
                new PubRec(resent.get(1).packetIdentifier(), ReasonCode.SUCCESS),
                new PubComp(resent.get(1).packetIdentifier(), ReasonCode.SUCCESS));
        rig.idle();
        leave(again);
        rig.client().connect(name("a", 1), true, 0).accepted();
        assertThat(stored()).isEmpty();
    }

    @Test
    void a_subscribe_that_is_taken_back_at_once_is_answered() {
        TestClient a = connect(name("a", 1), 0, 10);
        a.send(
                subscribe(1, AT_LEAST_ONCE),
                new Unsubscribe(2, List.of(GROUP), Properties.NONE),
                subscribe(3, EXACTLY_ONCE));
        assertThat(a.receive())
                .containsExactly(
                        new SubAck(1, List.of(ReasonCode.GRANTED_QOS_1), Properties.NONE),
                        new UnsubAck(2, List.of(ReasonCode.SUCCESS), Properties.NONE),
                        new SubAck(3, List.of(ReasonCode.GRANTED_QOS_2), Properties.NONE));
        publish(EXACTLY_ONCE, "1");
        assertThat(publishes(a).getFirst().message().qos()).isEqualTo(EXACTLY_ONCE);
    }

    /** A session that takes another's place under the same name must not take what was on its way to that. */
    @Test
    void what_is_on_its_way_to_a_session_that_ends_does_not_reach_the_next_one_of_the_same_client() {
        Gen.forAll(150, gen -> {
            Rig quick = Rig.with(config -> config.shards(SHARDS));
            String name = name("a", 1);
            List<String> sent = new ArrayList<>();
            List<String> received = new ArrayList<>();
            List<TestClient> all = new ArrayList<>();
            TestClient keeper = quick.client().connect(name("k", 2));
            keeper.accepted();
            keeper.subscribe(GROUP.toString(), EXACTLY_ONCE);
            all.add(keeper);
            quick.time.turnsTake(Duration.ofNanos(1_000), Duration.ofNanos(200_000));
            for (int i = 0; i < 60; i++) {
                if (gen.oneIn(4)) {
                    TestClient next = quick.client().connect(name);
                    next.send(subscribe(1, EXACTLY_ONCE));
                    all.add(next);
                }
                String payload = "m" + i;
                sent.add(payload);
                quick.broker.publish(message("t/x", payload, EXACTLY_ONCE, false));
                quick.time.runFor(Duration.ofNanos(gen.between(0, 100_000)));
            }
            all.forEach(each -> received.addAll(payloads(each.receive())));
            assertThat(received).doesNotHaveDuplicates();
            assertThat(sent).containsAll(received);
        });
    }

    @Test
    void what_expires_on_its_way_is_not_sent() {
        TestClient member = member(name("m", 1), AT_LEAST_ONCE, 0, 2);
        member.subscribe("own", AT_LEAST_ONCE);
        TestClient neighbour = connect(name("n", 1), 0, 10);
        TestClient atHome = connect(name("h", 0), 0, 10);
        // By the time that the group's message arrives the window that it counted on is taken.
        neighbour.publish("own", "own 1", AT_LEAST_ONCE, 1).publish("own", "own 2", AT_LEAST_ONCE, 2);
        Properties second =
                Properties.builder().set(Property.MESSAGE_EXPIRY_INTERVAL, 1).build();
        atHome.send(new Publish(
                false, 1, 0, message("t/x", "expires", AT_LEAST_ONCE, false).withProperties(second)));
        atHome.publish("t/x", "stays", AT_LEAST_ONCE, 2);
        List<Publish> own = publishes(member);
        assertThat(texts(own)).containsExactly("own 1", "own 2");
        rig.pass(Duration.ofSeconds(3));
        acknowledge(member, own);
        assertThat(payloads(member.receive())).containsExactly("stays");
        assertThat(rig.broker.counters().ledger.count(Fate.EXPIRED)).isEqualTo(1);
    }

    @Test
    void the_ledger_of_both_shards_agrees_on_what_cannot_be_sent() {
        TestClient small = rig.client()
                .connect(
                        name("s", 1),
                        true,
                        0,
                        null,
                        Properties.builder()
                                .set(Property.MAXIMUM_PACKET_SIZE, 60)
                                .build());
        small.accepted();
        small.subscribe(GROUP.toString(), EXACTLY_ONCE);
        String large = "x".repeat(100);
        publish(AT_MOST_ONCE, large);
        publish(AT_LEAST_ONCE, large);
        publish(EXACTLY_ONCE, large, "small");
        assertThat(payloads(small.receive())).containsExactly("small");
        assertThat(rig.broker.counters().ledger.count(Fate.PACKET_TOO_LARGE)).isEqualTo(3);
        assertThat(rig.broker.counters().ledger.count(Fate.SENT)).isZero();
        rig.broker.publish(message("t/x", "too late", AT_MOST_ONCE, false));
        leave(small);
        assertThat(rig.broker.counters().ledger.pending()).isZero();
    }

    // ---- after a crash

    @Test
    void a_durable_group_keeps_its_queue_while_its_members_elsewhere_are_away_and_the_broker_restarts() {
        for (int next : List.of(SHARDS, 1, 3, SHARDS)) {
            String name = name("d", 1);
            leave(member(name, AT_LEAST_ONCE, 1_000, 2));
            publish(AT_LEAST_ONCE, "1", "2", "3");
            shards = next;
            rig.crashAndRestart(store);
            publish(AT_LEAST_ONCE, "4");
            TestClient again = rig.client().connect(name, false, 1_000);
            List<String> received = new ArrayList<>();
            for (List<Publish> got = publishes(again); !got.isEmpty(); got = publishes(again)) {
                received.addAll(texts(got));
                acknowledge(again, got);
            }
            assertThat(received).as("then %s shards", next).containsExactly("1", "2", "3", "4");
            leave(again);
            rig.client().connect(name, true, 0).accepted();
            assertThat(stored()).isEmpty();
        }
    }

    @Test
    void qos_2_is_with_the_group_or_with_the_member_after_a_crash_and_never_with_both() {
        for (int commits = 0; commits < 6; commits++) {
            CrashStore slow = new CrashStore();
            Rig crashing = new Rig(config -> config.shards(SHARDS), parts -> parts.store(slow));
            String name = name("d", 1);
            TestClient member = crashing.client().connect(name, false, 1_000);
            member.accepted();
            member.subscribe(GROUP.toString(), EXACTLY_ONCE);
            slow.slow();
            crashing.broker.publish(message("t/x", "two", EXACTLY_ONCE, false));
            crashing.idle();
            slow.sync(commits);
            boolean arrived = !payloads(member.receive()).isEmpty();
            CrashStore survivor = slow.afterCrash();
            crashing.crashAndRestart(survivor);
            TestClient other = crashing.client().connect(name("o", 2));
            other.accepted();
            List<String> ofOther = payloads(other.subscribe(GROUP.toString(), EXACTLY_ONCE));
            List<String> ofMember =
                    payloads(crashing.client().connect(name, false, 1_000).receive());
            int copies = ofOther.size() + ofMember.size();
            assertThat(copies).as("after %s commits", commits).isEqualTo(commits == 0 ? 0 : 1);
            if (arrived) {
                assertThat(ofMember).containsExactly("two");
            }
        }
    }
}
