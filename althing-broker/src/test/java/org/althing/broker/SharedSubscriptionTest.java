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
import org.althing.broker.BrokerConfig.ShareStrategy;
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
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** Shared subscriptions: MQTT 5.0, section 4.8.2. */
class SharedSubscriptionTest {
    private static final String GROUP = "$share/g/t/#";
    private final Rig rig = new Rig();

    private TestClient member(String clientId) {
        return member(rig, clientId, AT_LEAST_ONCE, 0);
    }

    private static TestClient member(Rig rig, String clientId, Qos qos, long expirySeconds) {
        return member(rig, clientId, qos, expirySeconds, 65_535);
    }

    private static TestClient member(Rig rig, String clientId, Qos qos, long expirySeconds, int receiveMaximum) {
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
        client.subscribe(GROUP, qos);
        return client;
    }

    private static void publish(Rig rig, Qos qos, String... payloads) {
        for (String payload : payloads) {
            rig.broker.publish(message("t/x", payload, qos, false));
        }
        rig.idle();
    }

    private static void leave(Rig rig, TestClient client) {
        client.peer.transport().abort();
        rig.idle();
    }

    private static List<Publish> publishes(TestClient client) {
        List<Publish> publishes = new ArrayList<>();
        for (ControlPacket packet : client.receive()) {
            if (packet instanceof Publish publish) {
                publishes.add(publish);
            }
        }
        return publishes;
    }

    private static void acknowledge(TestClient client, List<Publish> publishes) {
        for (Publish publish : publishes) {
            client.send(new PubAck(publish.packetIdentifier(), ReasonCode.SUCCESS));
        }
    }

    // ---- who gets it

    @Test
    void each_message_goes_to_one_member_and_to_every_other_subscription() {
        TestClient a = member("a");
        TestClient b = member("b");
        TestClient other = rig.client().connect("other");
        other.accepted();
        other.subscribe("$share/other/t/#", AT_LEAST_ONCE);
        a.subscribe("t/x", AT_LEAST_ONCE);
        publish(rig, AT_LEAST_ONCE, "1", "2", "3", "4");
        assertThat(payloads(a.receive())).containsExactlyInAnyOrder("1", "1", "2", "3", "3", "4");
        assertThat(payloads(b.receive())).containsExactly("2", "4");
        assertThat(payloads(other.receive())).containsExactly("1", "2", "3", "4");
    }

    @Test
    void qos_0_goes_round_too() {
        TestClient a = member("a");
        TestClient b = member("b");
        publish(rig, AT_MOST_ONCE, "1", "2", "3");
        assertThat(payloads(a.receive())).containsExactly("1", "3");
        assertThat(payloads(b.receive())).containsExactly("2");
    }

    @Test
    void older_clients_share_as_well() {
        TestClient older = rig.client().connect311("older", true);
        older.accepted();
        older.subscribe(GROUP, AT_LEAST_ONCE);
        TestClient a = member("a");
        publish(rig, AT_LEAST_ONCE, "1", "2");
        assertThat(payloads(older.receive())).containsExactly("1");
        assertThat(payloads(a.receive())).containsExactly("2");
    }

    @Normative("MQTT-4.8.2-3")
    @Test
    void each_member_is_sent_its_own_qos_identifier_and_retain_flag() {
        TestClient a = rig.client().connect("a");
        a.accepted();
        a.subscribe(GROUP, SubscriptionOptions.of(AT_MOST_ONCE), 7);
        TestClient b = rig.client().connect("b");
        b.accepted();
        b.subscribe(GROUP, new SubscriptionOptions(EXACTLY_ONCE, false, true, RetainHandling.SEND), 9);
        rig.broker.publish(message("t/x", "1", AT_LEAST_ONCE, true));
        rig.broker.publish(message("t/x", "2", AT_LEAST_ONCE, true));
        Publish first = publishes(a).getFirst();
        Publish second = publishes(b).getFirst();
        assertThat(first.message().qos()).isEqualTo(AT_MOST_ONCE);
        assertThat(first.message().retain()).isFalse();
        assertThat(first.message().properties().subscriptionIdentifiers()).containsExactly(7);
        assertThat(second.message().qos()).isEqualTo(AT_LEAST_ONCE);
        assertThat(second.message().retain()).isTrue();
        assertThat(second.message().properties().subscriptionIdentifiers()).containsExactly(9);
    }

    @Test
    void a_new_subscribe_changes_qos_and_identifier_of_the_member() {
        TestClient a = member("a");
        a.subscribe(GROUP, SubscriptionOptions.of(AT_MOST_ONCE), 3);
        publish(rig, AT_LEAST_ONCE, "1");
        Publish only = publishes(a).getFirst();
        assertThat(only.message().qos()).isEqualTo(AT_MOST_ONCE);
        assertThat(only.message().properties().subscriptionIdentifiers()).containsExactly(3);
        assertThat(rig.broker.counters().sharedSubscriptions.value()).isEqualTo(1);
        assertThat(rig.broker.counters().subscriptions.value()).isZero();
    }

    @Test
    void retained_messages_are_not_sent_for_a_shared_subscription() {
        rig.broker.publish(message("t/x", "retained", AT_LEAST_ONCE, true));
        TestClient a = rig.client().connect("a");
        a.accepted();
        assertThat(a.subscribe(GROUP, AT_LEAST_ONCE)).isEmpty();
        assertThat(a.subscribe(GROUP, AT_LEAST_ONCE)).isEmpty();
    }

    @Normative("MQTT-3.8.3-4")
    @Test
    void no_local_is_a_protocol_error() {
        TestClient a = rig.client().connect("a");
        a.accepted();
        // SUBSCRIBE, packet 1, no properties, "$share/g/t" with QoS 1 and No Local
        a.peer.send(
                new byte[] {(byte) 0x82, 16, 0, 1, 0, 0, 10, '$', 's', 'h', 'a', 'r', 'e', '/', 'g', '/', 't', 0x05});
        assertThat(a.receive()).containsExactly(new Disconnect(ReasonCode.PROTOCOL_ERROR));
    }

    @Test
    void a_member_gets_what_it_published_itself() {
        TestClient a = member("a");
        a.publish("t/x", "own", AT_LEAST_ONCE, 5);
        assertThat(payloads(a.receive())).containsExactly("own");
    }

    @Test
    void members_without_window_are_passed_over_and_their_share_waits_for_nobody() {
        TestClient slow = member(rig, "slow", AT_LEAST_ONCE, 0, 1);
        TestClient quick = member("quick");
        publish(rig, AT_LEAST_ONCE, "1", "2", "3", "4", "5");
        List<Publish> taken = publishes(slow);
        assertThat(payloads(List.copyOf(taken))).containsExactly("1");
        assertThat(payloads(quick.receive())).containsExactly("2", "3", "4", "5");
        acknowledge(slow, taken);
        rig.idle();
        publish(rig, AT_LEAST_ONCE, "6", "7");
        assertThat(payloads(slow.receive())).hasSize(1);
        assertThat(payloads(quick.receive())).hasSize(1);
    }

    @Test
    void what_waits_for_window_leaves_in_order_when_there_is_some() {
        TestClient a = member(rig, "a", AT_LEAST_ONCE, 0, 2);
        publish(rig, AT_LEAST_ONCE, "1", "2", "3", "4", "5");
        List<String> received = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            List<Publish> got = publishes(a);
            received.addAll(payloads(List.copyOf(got)));
            acknowledge(a, got);
        }
        assertThat(received).containsExactly("1", "2", "3", "4", "5");
    }

    @Test
    void own_messages_and_those_of_several_groups_share_one_window() {
        TestClient a = rig.client()
                .connect(
                        "a",
                        true,
                        0,
                        null,
                        Properties.builder().set(Property.RECEIVE_MAXIMUM, 2).build());
        a.accepted();
        for (String filter : List.of("$share/g/t/#", "$share/h/t/#", "$share/i/t/#", "t/#")) {
            a.subscribe(filter, AT_LEAST_ONCE);
        }
        publish(rig, AT_LEAST_ONCE, "1", "2", "3");
        List<String> received = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            List<Publish> got = publishes(a);
            assertThat(got).hasSizeLessThanOrEqualTo(2);
            received.addAll(payloads(List.copyOf(got)));
            acknowledge(a, got);
        }
        assertThat(received).hasSize(12);
        assertThat(received.stream().filter("2"::equals).toList()).hasSize(4);
    }

    @Test
    void those_who_may_not_receive_are_passed_over() {
        Rig guarded = Rig.made(parts -> parts.accessControl(AccessControl.of((client, action, topic) ->
                action == AccessControl.Action.PUBLISH || !client.clientId().equals("a"))));
        TestClient a = member(guarded, "a", AT_LEAST_ONCE, 0);
        publish(guarded, AT_LEAST_ONCE, "nobody");
        TestClient b = member(guarded, "b", AT_LEAST_ONCE, 0);
        publish(guarded, AT_LEAST_ONCE, "1", "2");
        publish(guarded, AT_MOST_ONCE, "3");
        assertThat(payloads(a.receive())).isEmpty();
        assertThat(payloads(b.receive())).containsExactly("1", "2", "3");
        assertThat(guarded.broker.counters().ledger.count(Fate.NOT_AUTHORIZED)).isEqualTo(1);
    }

    // ---- what is not acknowledged

    @Test
    void what_a_member_leaves_unacknowledged_goes_to_others_in_order_before_the_rest() {
        TestClient a = member(rig, "a", AT_LEAST_ONCE, 0, 3);
        publish(rig, AT_LEAST_ONCE, "1", "2", "3", "4", "5");
        List<Publish> taken = publishes(a);
        a.send(new PubAck(taken.get(1).packetIdentifier(), ReasonCode.SUCCESS));
        assertThat(payloads(a.receive())).containsExactly("4");
        TestClient b = member(rig, "b", AT_LEAST_ONCE, 0);
        assertThat(payloads(b.receive())).isEmpty(); // SUBACK came with what waited: see below
        leave(rig, a);
        List<Publish> rest = publishes(b);
        assertThat(payloads(List.copyOf(rest))).containsExactly("1", "3", "4");
        assertThat(rest).noneMatch(Publish::duplicate);
    }

    @Test
    void a_lone_member_that_comes_back_gets_what_it_did_not_acknowledge_in_order() {
        TestClient a = member(rig, "a", AT_LEAST_ONCE, 100, 3);
        publish(rig, AT_LEAST_ONCE, "1", "2", "3", "4");
        leave(rig, a);
        publish(rig, AT_LEAST_ONCE, "5");
        TestClient again = rig.client().connect("a", false, 100);
        assertThat(payloads(again.receive())).containsExactly("1", "2", "3", "4", "5");
    }

    @Normative("MQTT-4.8.2-4")
    @Test
    void qos_2_stays_with_its_client() {
        TestClient a = member(rig, "a", EXACTLY_ONCE, 100, 3);
        publish(rig, EXACTLY_ONCE, "1", "2", "3", "4");
        List<Publish> taken = publishes(a);
        a.send(new PubRec(taken.getFirst().packetIdentifier(), ReasonCode.SUCCESS));
        rig.idle();
        leave(rig, a);
        TestClient b = member(rig, "b", EXACTLY_ONCE, 0);
        publish(rig, EXACTLY_ONCE, "5");
        List<Publish> others = publishes(b);
        assertThat(others.stream().map(p -> p.message().payload().text())).doesNotContain("1", "2", "3");
        TestClient again = rig.client().connect("a", false, 100);
        List<ControlPacket> packets = new ArrayList<>(again.receive());
        packets.removeFirst();
        assertThat(packets.getFirst()).isInstanceOf(PubRel.class);
        assertThat(payloads(packets)).containsExactly("2", "3");
        assertThat(packets.stream().filter(Publish.class::isInstance).map(p -> (Publish) p))
                .allMatch(Publish::duplicate);
    }

    @Normative("MQTT-4.8.2-5")
    @Test
    void qos_2_dies_with_the_session_of_its_client_and_qos_1_does_not() {
        TestClient a = member(rig, "a", EXACTLY_ONCE, 50, 3);
        publish(rig, EXACTLY_ONCE, "two");
        publish(rig, AT_LEAST_ONCE, "one");
        TestClient b = member(rig, "b", EXACTLY_ONCE, 1_000);
        leave(rig, a);
        assertThat(payloads(b.receive())).containsExactly("one");
        rig.pass(Duration.ofSeconds(70));
        assertThat(payloads(b.receive())).isEmpty();
        assertThat(rig.broker.counters().sessions.value()).isEqualTo(1);
    }

    @Normative("MQTT-4.8.2-6")
    @Test
    void a_refusal_by_a_member_is_final() {
        TestClient a = member(rig, "a", EXACTLY_ONCE, 0);
        publish(rig, AT_LEAST_ONCE, "1");
        publish(rig, EXACTLY_ONCE, "2");
        List<Publish> taken = publishes(a);
        TestClient b = member(rig, "b", EXACTLY_ONCE, 0);
        a.send(
                new PubAck(taken.get(0).packetIdentifier(), ReasonCode.UNSPECIFIED_ERROR),
                new PubRec(taken.get(1).packetIdentifier(), ReasonCode.QUOTA_EXCEEDED));
        rig.idle();
        leave(rig, a);
        assertThat(payloads(b.receive())).isEmpty();
    }

    @Normative("MQTT-3.10.4-3")
    @Test
    void what_was_begun_before_unsubscribe_is_completed_by_the_same_client() {
        TestClient a = member(rig, "a", EXACTLY_ONCE, 100, 2);
        publish(rig, AT_LEAST_ONCE, "1");
        publish(rig, EXACTLY_ONCE, "2");
        publish(rig, AT_LEAST_ONCE, "dropped with the group");
        a.receive();
        a.send(new ControlPacket.Unsubscribe(9, List.of(TopicFilter.of(GROUP)), Properties.NONE));
        assertThat(a.receive())
                .containsExactly(new ControlPacket.UnsubAck(9, List.of(ReasonCode.SUCCESS), Properties.NONE));
        assertThat(rig.broker.counters().ledger.count(Fate.GROUP_ENDED)).isEqualTo(1);
        member(rig, "b", AT_LEAST_ONCE, 0);
        leave(rig, a);
        TestClient again = rig.client().connect("a", false, 100);
        List<Publish> resent = publishes(again);
        assertThat(payloads(List.copyOf(resent))).containsExactly("1", "2");
        again.send(
                new PubAck(resent.get(0).packetIdentifier(), ReasonCode.SUCCESS),
                new PubRec(resent.get(1).packetIdentifier(), ReasonCode.SUCCESS),
                new PubComp(resent.get(1).packetIdentifier(), ReasonCode.SUCCESS));
        rig.idle();
        leave(rig, again);
        assertThat(payloads(rig.client().connect("a", false, 100).receive())).isEmpty();
    }

    // ---- the group's life

    @Test
    void an_offline_durable_member_keeps_the_group_and_its_queue() {
        TestClient a = member(rig, "a", AT_LEAST_ONCE, 100);
        leave(rig, a);
        publish(rig, AT_LEAST_ONCE, "1", "2");
        publish(rig, AT_MOST_ONCE, "not for offline ones");
        TestClient b = rig.client().connect("b");
        b.accepted();
        assertThat(payloads(b.subscribe(GROUP, AT_LEAST_ONCE))).containsExactly("1", "2");
    }

    @Test
    void qos_0_waits_for_an_offline_member_where_the_configuration_says_so() {
        Rig queueing = Rig.with(config -> config.queueQos0Messages(true));
        leave(queueing, member(queueing, "a", AT_LEAST_ONCE, 100));
        publish(queueing, AT_MOST_ONCE, "zero");
        publish(queueing, AT_LEAST_ONCE, "one");
        TestClient again = queueing.client().connect("a", false, 100);
        assertThat(payloads(again.receive())).containsExactly("zero", "one");
    }

    @Test
    void the_group_ends_with_its_last_member_and_its_queue_with_it() {
        TestClient a = member(rig, "a", AT_LEAST_ONCE, 10);
        TestClient b = member(rig, "b", AT_LEAST_ONCE, 20);
        leave(rig, a);
        leave(rig, b);
        publish(rig, AT_LEAST_ONCE, "1", "2");
        rig.pass(Duration.ofSeconds(25)); // a has ended, b may have, at the latest when the clock is looked at
        rig.pass(Duration.ofSeconds(15));
        assertThat(rig.broker.counters().sessions.value()).isZero();
        assertThat(rig.broker.counters().sharedSubscriptions.value()).isZero();
        assertThat(rig.broker.counters().ledger.count(Fate.GROUP_ENDED)).isEqualTo(2);
        TestClient c = rig.client().connect("c");
        c.accepted();
        assertThat(c.subscribe(GROUP, AT_LEAST_ONCE)).isEmpty();
        publish(rig, AT_LEAST_ONCE, "3");
        assertThat(payloads(c.receive())).containsExactly("3");
    }

    @Test
    void the_queue_of_a_group_is_bounded_and_expired_messages_make_room() {
        Rig small = Rig.with(config -> config.queuedMessagesMax(2));
        leave(small, member(small, "a", AT_LEAST_ONCE, 1_000));
        Properties second =
                Properties.builder().set(Property.MESSAGE_EXPIRY_INTERVAL, 1).build();
        small.broker.publish(message("t/x", "expires", AT_LEAST_ONCE, false).withProperties(second));
        publish(small, AT_LEAST_ONCE, "1", "too many");
        small.pass(Duration.ofSeconds(2));
        publish(small, AT_LEAST_ONCE, "2");
        TestClient again = small.client().connect("a", false, 1_000);
        assertThat(payloads(again.receive())).containsExactly("1", "2");
        assertThat(small.broker.counters().ledger.count(Fate.QUEUE_FULL)).isEqualTo(1);
        assertThat(small.broker.counters().ledger.count(Fate.EXPIRED)).isEqualTo(1);
        assertThat(small.log).contains("Outgoing messages are being dropped for shared subscription " + GROUP + ".");
    }

    @Test
    void a_group_whose_members_are_all_away_still_counts_as_a_subscriber() {
        leave(rig, member(rig, "a", AT_LEAST_ONCE, 100));
        TestClient publisher = rig.client().connect("p");
        publisher.accepted();
        publisher.publish("t/x", "1", AT_LEAST_ONCE, 1).publish("u", "2", AT_LEAST_ONCE, 2);
        assertThat(publisher.receive())
                .containsExactly(new PubAck(1, ReasonCode.SUCCESS), new PubAck(2, ReasonCode.NO_MATCHING_SUBSCRIBERS));
    }

    @Test
    void a_message_too_large_for_its_member_counts_as_sent() {
        TestClient a = rig.client()
                .connect(
                        "a",
                        true,
                        0,
                        null,
                        Properties.builder()
                                .set(Property.MAXIMUM_PACKET_SIZE, 60)
                                .build());
        a.accepted();
        a.subscribe(GROUP, EXACTLY_ONCE);
        String large = "x".repeat(100);
        publish(rig, AT_MOST_ONCE, large);
        publish(rig, AT_LEAST_ONCE, large);
        publish(rig, EXACTLY_ONCE, large, "small");
        assertThat(payloads(a.receive())).containsExactly("small");
        assertThat(rig.broker.counters().ledger.count(Fate.PACKET_TOO_LARGE)).isEqualTo(3);
    }

    // ---- strategies

    private static Rig withStrategy(ShareStrategy strategy) {
        return Rig.with(config -> config.shareStrategy(strategy));
    }

    @Test
    void sticky_stays_with_one_member_and_waits_for_its_window() {
        Rig sticky = withStrategy(ShareStrategy.STICKY);
        TestClient a = member(sticky, "a", AT_LEAST_ONCE, 0, 2);
        TestClient b = member(sticky, "b", AT_LEAST_ONCE, 0);
        publish(sticky, AT_LEAST_ONCE, "1", "2", "3");
        publish(sticky, AT_MOST_ONCE, "zero");
        List<Publish> taken = publishes(a);
        assertThat(payloads(List.copyOf(taken))).containsExactly("1", "2", "zero");
        a.send(new PubAck(taken.getFirst().packetIdentifier(), ReasonCode.SUCCESS));
        assertThat(payloads(a.receive())).containsExactly("3");
        publish(sticky, AT_LEAST_ONCE, "4");
        assertThat(payloads(b.receive())).isEmpty();
        leave(sticky, a);
        publish(sticky, AT_LEAST_ONCE, "5");
        assertThat(payloads(b.receive())).containsExactly("2", "3", "4", "5");
    }

    @Test
    void by_key_all_of_a_topic_goes_to_one_member_until_that_leaves() {
        Rig keyed = withStrategy(ShareStrategy.KEY);
        List<TestClient> members = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            members.add(member(keyed, name, AT_LEAST_ONCE, 0));
        }
        for (int i = 0; i < 4; i++) {
            for (String topic : List.of("t/1", "t/2", "t/3")) {
                keyed.broker.publish(message(topic, topic + "#" + i, AT_LEAST_ONCE, false));
            }
        }
        keyed.idle();
        List<List<String>> received = new ArrayList<>();
        for (TestClient each : members) {
            received.add(payloads(each.receive()));
        }
        assertThat(received)
                .containsExactly(
                        List.of("t/1#0", "t/1#1", "t/1#2", "t/1#3"),
                        List.of("t/2#0", "t/2#1", "t/2#2", "t/2#3"),
                        List.of("t/3#0", "t/3#1", "t/3#2", "t/3#3"));
        TestClient late = member(keyed, "late", AT_LEAST_ONCE, 0);
        leave(keyed, members.get(1));
        keyed.broker.publish(message("t/1", "t/1#4", AT_LEAST_ONCE, false));
        keyed.broker.publish(message("t/2", "t/2#4", AT_LEAST_ONCE, false));
        keyed.idle();
        List<List<String>> after = new ArrayList<>();
        for (TestClient each : List.of(members.get(0), members.get(2), late)) {
            after.add(payloads(each.receive()));
        }
        assertThat(after.getFirst()).contains("t/1#4");
        assertThat(after)
                .filteredOn(all -> all.contains("t/2#0"))
                .singleElement()
                .satisfies(all -> assertThat(all).containsSubsequence("t/2#0", "t/2#1", "t/2#2", "t/2#3", "t/2#4"));
    }

    // ---- after a crash

    private static Rig durable(CrashStore store) {
        return Rig.made(parts -> parts.store(store));
    }

    @Test
    void the_queue_of_a_group_with_a_durable_member_survives_a_crash() {
        CrashStore store = new CrashStore();
        Rig lasting = durable(store);
        TestClient a = member(lasting, "a", EXACTLY_ONCE, 1_000, 2);
        TestClient clean = member(lasting, "clean", EXACTLY_ONCE, 0, 2);
        publish(lasting, AT_LEAST_ONCE, "1", "2", "3");
        publish(lasting, EXACTLY_ONCE, "4", "5", "6");
        List<Publish> taken = publishes(a);
        assertThat(payloads(List.copyOf(taken))).containsExactly("1", "3");
        assertThat(payloads(clean.receive())).containsExactly("2", "4");
        a.send(new PubAck(taken.getFirst().packetIdentifier(), ReasonCode.SUCCESS));
        assertThat(payloads(a.receive())).containsExactly("5");
        CrashStore survivor = store.afterCrash();
        lasting.crashAndRestart(survivor);
        TestClient again = lasting.client().connect("a", false, 1_000);
        List<Publish> back = publishes(again);
        // 1 was acknowledged; 4 went with the clean session; 5 is in flight to a; 2 and 3 begin anew, 6 waited.
        assertThat(payloads(List.copyOf(back))).containsExactly("5", "2", "3", "6");
        assertThat(back.stream().map(Publish::duplicate)).containsExactly(true, false, false, false);
    }

    @Test
    void nothing_is_left_in_the_store_when_the_group_is_over() {
        CrashStore store = new CrashStore();
        Rig lasting = durable(store);
        TestClient a = member(lasting, "a", EXACTLY_ONCE, 1_000, 1);
        publish(lasting, AT_LEAST_ONCE, "1", "2", "3");
        publish(lasting, EXACTLY_ONCE, "4");
        List<Publish> taken = publishes(a);
        acknowledge(a, taken);
        lasting.idle();
        leave(lasting, a);
        lasting.client().connect("a", true, 0).accepted();
        assertThat(rest(store)).isEmpty();
    }

    @Test
    void qos_0_and_2_leave_only_when_it_is_safe_that_no_other_member_gets_them() {
        CrashStore store = new CrashStore();
        Rig lasting = durable(store);
        leave(lasting, member(lasting, "durable", EXACTLY_ONCE, 1_000));
        publish(lasting, EXACTLY_ONCE, "two", "zero");
        TestClient two = lasting.client().connect("two");
        two.accepted();
        store.slow();
        two.send(new ControlPacket.Subscribe(
                1,
                List.of(new ControlPacket.Subscribe.Request(
                        TopicFilter.of(GROUP), SubscriptionOptions.of(EXACTLY_ONCE))),
                Properties.NONE));
        assertThat(payloads(two.receive())).isEmpty();
        store.sync();
        assertThat(payloads(two.receive())).containsExactly("two", "zero");
        CrashStore survivor = store.afterCrash();
        lasting.crashAndRestart(survivor);
        assertThat(payloads(lasting.client().connect("durable", false, 1_000).receive()))
                .isEmpty();
    }

    @Test
    void a_durable_member_that_joins_later_makes_what_waits_durable() {
        CrashStore store = new CrashStore();
        Rig lasting = durable(store);
        TestClient clean = member(lasting, "clean", AT_LEAST_ONCE, 0, 1);
        publish(lasting, AT_LEAST_ONCE, "1", "2");
        assertThat(payloads(clean.receive())).containsExactly("1");
        TestClient a = lasting.client()
                .connect(
                        "a",
                        false,
                        1_000,
                        null,
                        Properties.builder().set(Property.RECEIVE_MAXIMUM, 1).build());
        a.accepted();
        assertThat(payloads(a.subscribe(GROUP, AT_LEAST_ONCE))).containsExactly("2");
        publish(lasting, AT_LEAST_ONCE, "3");
        lasting.crashAndRestart(store.afterCrash());
        assertThat(payloads(lasting.client().connect("a", false, 1_000).receive()))
                .containsExactly("2", "3");
    }

    @Test
    void what_waits_for_a_group_without_members_is_removed_at_the_start() {
        CrashStore store = new CrashStore();
        StateLog log = store.log(0);
        StateChange.Delivery delivery = new StateChange.Delivery(3, AT_LEAST_ONCE, false, List.of());
        log.append(new StateChange.MessageStored(
                3, message("t/x", "orphan", AT_LEAST_ONCE, false), null, StateChange.NEVER));
        log.append(new StateChange.GroupQueued(TopicFilter.of(GROUP), 1, delivery));
        log.append(new StateChange.GroupQueued(TopicFilter.of("$share/h/t/#"), 2, delivery));
        log.commit(failure -> {});
        CrashStore next = store.afterCrash();
        durable(next).idle();
        assertThat(rest(next)).isEmpty();
    }

    private static List<StateChange> rest(CrashStore store) {
        StateModel rest = new StateModel();
        store.disk().forEach(rest::apply);
        return List.copyOf(rest.changes());
    }
}
