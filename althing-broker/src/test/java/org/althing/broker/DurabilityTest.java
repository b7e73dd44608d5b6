package org.althing.broker;

import static org.althing.broker.TestClient.again;
import static org.althing.broker.TestClient.packet;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.Will;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** The output-commit rule, and what a new process finds after a crash. */
class DurabilityTest {
    private final CrashStore store = new CrashStore();
    private final Rig rig = Rig.made(parts -> parts.store(store));

    private TestClient durable(String clientId) {
        TestClient client = rig.client().connect(clientId, false, 1_000);
        client.accepted();
        return client;
    }

    private TestClient clean(String clientId) {
        TestClient client = rig.client().connect(clientId);
        client.accepted();
        return client;
    }

    private static Subscribe subscribe(String filter) {
        return new Subscribe(
                1,
                List.of(new Subscribe.Request(TopicFilter.of(filter), SubscriptionOptions.of(EXACTLY_ONCE))),
                Properties.NONE);
    }

    // ---- nothing is acknowledged before it is safe

    @Test
    void connack_suback_and_unsuback_of_a_durable_session_wait_for_the_commit() {
        store.slow();
        TestClient client = rig.client().connect("c", false, 1_000);
        assertThat(client.receive()).isEmpty();
        store.sync();
        assertThat(client.receive()).hasSize(1).first().isInstanceOf(ConnAck.class);
        client.send(subscribe("t"));
        assertThat(client.receive()).isEmpty();
        store.sync();
        assertThat(client.receive()).hasSize(1).first().isInstanceOf(SubAck.class);
        client.send(new Unsubscribe(2, List.of(TopicFilter.of("t")), Properties.NONE));
        assertThat(client.receive()).isEmpty();
        store.sync();
        assertThat(client.receive()).hasSize(1).first().isInstanceOf(UnsubAck.class);
    }

    @Test
    void puback_waits_for_what_was_stored_for_others_and_the_qos_1_publish_does_not() {
        TestClient subscriber = durable("s");
        subscriber.subscribe("t", AT_LEAST_ONCE);
        TestClient publisher = clean("p");
        store.slow();
        publisher.publish("t", "x", AT_LEAST_ONCE, 1);
        assertThat(publisher.receive()).isEmpty();
        assertThat(payloads(subscriber.receive())).containsExactly("x");
        store.sync();
        assertThat(publisher.receive()).containsExactly(new PubAck(1, ReasonCode.SUCCESS));
    }

    @Test
    void puback_waits_for_a_retained_message_too() {
        TestClient publisher = clean("p");
        store.slow();
        publisher.send(packet("t", "x", AT_LEAST_ONCE, true, 1));
        assertThat(publisher.receive()).isEmpty();
        store.sync();
        assertThat(publisher.receive()).containsExactly(new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS));
    }

    @Test
    void connack_says_that_there_is_no_session_once_none_can_come_back() {
        durable("c").subscribe("t", AT_LEAST_ONCE);
        store.slow();
        TestClient clean = rig.client().connect("c", true, 0);
        assertThat(clean.receive()).isEmpty();
        TestClient hasty = rig.client().connect("c", false, 0);
        assertThat(hasty.receive()).isEmpty();
        store.sync();
        assertThat(hasty.accepted().sessionPresent()).isFalse();
        restart();
        assertThat(rig.client().connect("c", false, 0).accepted().sessionPresent())
                .isFalse();
    }

    @Test
    void connack_does_not_deny_a_session_whose_end_could_not_be_saved() {
        TestClient client = durable("c");
        store.slow();
        client.send(subscribe("t"));
        rig.idle();
        client.peer.close();
        TestClient clean = rig.client().connect("c", true, 0);
        rig.idle();
        store.degrade();
        rig.time.runUntilIdle();
        rig.errors.clear(); // that state cannot be saved
        assertThat(clean.receive()).isEmpty();
        assertThat(rig.client().connect("c", true, 0).receive()).isEmpty();
        restart();
        assertThat(rig.client().connect("c", false, 1).accepted().sessionPresent())
                .isTrue();
    }

    @Test
    void clean_sessions_never_wait() {
        TestClient busy = durable("busy");
        store.slow();
        busy.send(subscribe("other"));
        TestClient subscriber = clean("s");
        subscriber.subscribe("t", AT_LEAST_ONCE);
        TestClient publisher = clean("p");
        publisher.publish("t", "x", AT_LEAST_ONCE, 1);
        assertThat(publisher.receive()).containsExactly(new PubAck(1, ReasonCode.SUCCESS));
        assertThat(payloads(subscriber.receive())).containsExactly("x");
        assertThat(busy.receive()).isEmpty();
    }

    @Normative({"MQTT-4.6.0-2"})
    @Test
    void acknowledgements_leave_in_the_order_of_receipt() {
        TestClient subscriber = durable("s");
        subscriber.subscribe("stored", AT_LEAST_ONCE);
        TestClient publisher = clean("p");
        store.slow();
        publisher.publish("nobody", "x", AT_LEAST_ONCE, 1);
        publisher.publish("stored", "x", AT_LEAST_ONCE, 2);
        publisher.publish("nobody", "x", AT_LEAST_ONCE, 3);
        publisher.send(ControlPacket.PingReq.INSTANCE);
        assertThat(publisher.receive())
                .containsExactly(new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS), ControlPacket.PingResp.INSTANCE);
        store.sync();
        assertThat(publisher.receive())
                .containsExactly(new PubAck(2, ReasonCode.SUCCESS), new PubAck(3, ReasonCode.NO_MATCHING_SUBSCRIBERS));
    }

    @Test
    void every_step_of_qos_2_waits_for_its_commit_on_both_sides() {
        TestClient subscriber = durable("s");
        subscriber.subscribe("t", EXACTLY_ONCE);
        TestClient publisher = durable("p");
        store.slow();
        step(publisher, packet("t", "x", EXACTLY_ONCE, false, 7), new PubRec(7, ReasonCode.SUCCESS));
        publisher.send(new PubRel(7, ReasonCode.SUCCESS));
        assertThat(publisher.receive()).isEmpty();
        assertThat(subscriber.receive()).isEmpty();
        store.sync();
        assertThat(publisher.receive()).containsExactly(new PubComp(7, ReasonCode.SUCCESS));
        assertThat(subscriber.receive()).containsExactly(packet("t", "x", EXACTLY_ONCE, false, 1));
        step(subscriber, new PubRec(1, ReasonCode.SUCCESS), new PubRel(1, ReasonCode.SUCCESS));
    }

    @Test
    void pubcomp_to_a_clean_session_waits_for_what_was_stored_for_others() {
        TestClient subscriber = durable("s");
        subscriber.subscribe("t", AT_LEAST_ONCE);
        TestClient publisher = clean("p");
        store.slow();
        publisher.publish("t", "x", EXACTLY_ONCE, 7);
        assertThat(publisher.receive()).containsExactly(new PubRec(7, ReasonCode.SUCCESS));
        publisher.send(new PubRel(7, ReasonCode.SUCCESS));
        assertThat(publisher.receive()).isEmpty();
        store.sync();
        assertThat(publisher.receive()).containsExactly(new PubComp(7, ReasonCode.SUCCESS));
    }

    @Test
    void nothing_is_sent_before_connack_has_left() {
        TestClient first = durable("c");
        first.subscribe("t", AT_LEAST_ONCE);
        store.slow();
        TestClient second = rig.client().connect("c", false, 1_000);
        rig.idle();
        rig.broker.publish(TestClient.message("t", "0", AT_MOST_ONCE, false));
        rig.broker.publish(TestClient.message("t", "1", AT_LEAST_ONCE, false));
        assertThat(second.receive()).isEmpty();
        store.sync();
        assertThat(second.receive())
                .extracting(packet -> packet.getClass().getSimpleName())
                .containsExactly("ConnAck", "Publish");
    }

    private void step(TestClient client, ControlPacket sent, ControlPacket answer) {
        client.send(sent);
        assertThat(client.receive()).isEmpty();
        store.sync();
        assertThat(client.receive()).containsExactly(answer);
    }

    @Test
    void a_repeat_is_not_acknowledged_before_the_first_is_safe_even_on_another_connection() {
        TestClient publisher = durable("p");
        store.slow();
        publisher.publish("t", "x", EXACTLY_ONCE, 7);
        rig.idle();
        TestClient second = rig.client().connect("p", false, 1_000);
        second.send(again(packet("t", "x", EXACTLY_ONCE, false, 7)));
        assertThat(second.receive()).isEmpty();
        store.sync();
        assertThat(second.receive()).hasSize(2).last().isEqualTo(new PubRec(7, ReasonCode.SUCCESS));
    }

    @Test
    void packets_sent_before_connack_are_handled_after_it() {
        store.slow();
        TestClient client =
                rig.client().connect("c", false, 1_000).send(subscribe("t"), ControlPacket.PingReq.INSTANCE);
        assertThat(client.receive()).isEmpty();
        store.sync();
        rig.idle();
        store.sync();
        assertThat(client.receive())
                .extracting(packet -> packet.getClass().getSimpleName())
                .containsExactly("ConnAck", "PingResp", "SubAck");
    }

    // ---- a disk that fails

    @Test
    void while_state_cannot_be_saved_nothing_is_acknowledged_and_then_everything_is_once() {
        TestClient subscriber = durable("s");
        subscriber.subscribe("t", AT_LEAST_ONCE);
        TestClient publisher = clean("w");
        store.slow();
        publisher.publish("t", "x", AT_LEAST_ONCE, 1);
        rig.idle();
        store.degrade();
        rig.time.runUntilIdle();
        assertThat(rig.broker.counters().degraded.value()).isEqualTo(1);
        assertThat(rig.errors).singleElement().asString().startsWith("Error: State cannot be saved: disk full.");
        rig.errors.clear();
        publisher.publish("t", "y", AT_LEAST_ONCE, 2);
        assertThat(publisher.receive()).isEmpty();

        TestClient later = clean("o");
        later.publish("t", "z", AT_LEAST_ONCE, 1);
        assertThat(later.receive()).isEmpty();
        assertThat(rig.client().connect("d", false, 10).connAck().reasonCode())
                .isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
        if (Rig.SHARDS == 1) { // the SUBACK of several waits for all, and so for what they cannot save
            TestClient unconcerned = clean("u");
            unconcerned.subscribe("only-here", AT_LEAST_ONCE);
            unconcerned.publish("only-here", "z", AT_LEAST_ONCE, 1);
            assertThat(payloads(unconcerned.receive())).containsExactly("z");
        }

        rig.pass(Duration.ofSeconds(12));
        store.recover();
        assertThat(publisher.receive())
                .containsExactly(new PubAck(1, ReasonCode.SUCCESS), new PubAck(2, ReasonCode.SUCCESS));
        assertThat(later.receive()).containsExactly(new PubAck(1, ReasonCode.SUCCESS));
        assertThat(rig.broker.counters().degraded.value()).isZero();
        assertThat(rig.log).last().asString().startsWith("State is saved again after 12 s");
        TestClient back = rig.client().connect("d", false, 10);
        rig.idle();
        store.sync();
        back.accepted();
        assertThat(payloads(subscriber.receive())).containsExactly("x", "y", "z");
    }

    @Test
    void a_client_that_waits_for_the_disk_is_read_no_further() {
        durable("s").subscribe("t", AT_LEAST_ONCE);
        TestClient publisher = rig.client().connect("p");
        publisher.accepted();
        store.slow();
        store.degrade();
        rig.time.runUntilIdle();
        rig.errors.clear();
        for (int i = 1; i <= 5_000; i++) {
            publisher.publish("t", "x", AT_LEAST_ONCE, i);
            rig.time.runUntilIdle();
        }
        assertThat(rig.broker.counters().publishesReceived.value()).isLessThan(1_100);
    }

    @Test
    void what_waits_for_a_disk_that_takes_nothing_is_bounded_whatever_causes_it() {
        CrashStore full = new CrashStore();
        Rig small = new Rig(config -> config.memoryBudgetBytes(1_000_000), parts -> parts.store(full));
        TestClient subscriber = small.client().connect("s", false, 1_000);
        subscriber.accepted();
        TestClient publisher = small.client().connect("p");
        publisher.accepted();
        full.slow();
        full.degrade();
        small.time.runUntilIdle();
        small.errors.clear();
        for (int i = 0;
                i < 5_000;
                i++) { // one retained message in memory, and each of its predecessors on its way to the disk
            publisher.send(packet("t", i + "x".repeat(1_000), AT_MOST_ONCE, true, 0));
        }
        small.idle();
        assertThat(full.waitingBytes()).isBetween(900_000L, 1_100_000L);
        assertThat(small.broker.counters().ledger.count(Ledger.Intake.QUOTA_EXCEEDED))
                .isGreaterThan(3_000);
        subscriber.send(subscribe("t"));
        small.idle();
        full.recover();
        assertThat(subscriber.receive())
                .containsExactly(new SubAck(1, List.of(ReasonCode.QUOTA_EXCEEDED), Properties.NONE));
        publisher.send(packet("t", "last", AT_MOST_ONCE, true, 0));
        subscriber.send(subscribe("t"));
        small.idle();
        full.sync();
        assertThat(payloads(subscriber.receive())).containsExactly("last");
    }

    @Test
    void a_stop_does_not_wait_for_a_disk_that_takes_nothing() {
        TestClient client = durable("s");
        store.slow();
        store.degrade();
        rig.time.runUntilIdle();
        rig.errors.clear();
        client.publish("t", "x", EXACTLY_ONCE, 1);
        rig.idle();
        rig.broker.shutDown(() -> {});
        rig.pass(Duration.ofSeconds(5));
        assertThat(store.isClosed()).isTrue();
    }

    private static StateChange.MessageStored stored(long id, String topic) {
        return new StateChange.MessageStored(
                id, TestClient.message(topic, "stored", AT_LEAST_ONCE, true), null, StateChange.NEVER);
    }

    // ---- what a new process finds

    private CrashStore restart() {
        CrashStore survivor = store.afterCrash();
        rig.crashAndRestart(survivor);
        return survivor;
    }

    private List<ControlPacket> back(String clientId) {
        List<ControlPacket> packets =
                new ArrayList<>(rig.client().connect(clientId, false, 1_000).receive());
        assertThat(packets.removeFirst())
                .isInstanceOfSatisfying(
                        ConnAck.class,
                        answer -> assertThat(answer.sessionPresent()).isTrue());
        return packets;
    }

    @Test
    void subscriptions_queue_and_flows_are_as_they_were() {
        TestClient subscriber = durable("s");
        subscriber.subscribe("t", SubscriptionOptions.of(EXACTLY_ONCE), 7);
        TestClient publisher = durable("p");
        for (int i = 1; i <= 4; i++) {
            publisher.publish("t", "m" + i, i == 1 ? AT_LEAST_ONCE : EXACTLY_ONCE, i);
            if (i > 1 && i < 4) {
                publisher.send(new PubRel(i, ReasonCode.SUCCESS));
            }
        }
        rig.idle();
        subscriber.send(new PubRec(2, ReasonCode.SUCCESS));
        subscriber.receive();
        subscriber.peer.transport().abort();
        rig.idle();
        publisher.publish("t", "m5", AT_LEAST_ONCE, 5);
        rig.idle();
        restart();

        List<ControlPacket> received = back("s");
        assertThat(received)
                .extracting(packet -> packet.getClass().getSimpleName())
                .containsExactly("Publish", "PubRel", "Publish", "Publish");
        assertThat(payloads(received)).containsExactly("m1", "m3", "m5");
        ControlPacket.Publish first = (ControlPacket.Publish) received.getFirst();
        assertThat(first.duplicate()).isTrue();
        assertThat(first.message().properties().subscriptionIdentifiers()).containsExactly(7);

        TestClient again = rig.client().connect("p", false, 1_000);
        again.accepted();
        again.send(new PubRel(4, ReasonCode.SUCCESS));
        assertThat(again.receive()).containsExactly(new PubComp(4, ReasonCode.SUCCESS));
    }

    @Test
    void what_was_held_until_pubrel_is_delivered_once_after_the_crash() {
        TestClient subscriber = durable("s");
        subscriber.subscribe("t", EXACTLY_ONCE);
        TestClient publisher = durable("p");
        publisher.publish("t", "x", EXACTLY_ONCE, 9);
        assertThat(publisher.receive()).containsExactly(new PubRec(9, ReasonCode.SUCCESS));
        restart();
        TestClient again = rig.client().connect("p", false, 1_000);
        again.accepted();
        again.send(again(packet("t", "x", EXACTLY_ONCE, false, 9)), new PubRel(9, ReasonCode.SUCCESS));
        assertThat(again.receive())
                .containsExactly(new PubRec(9, ReasonCode.SUCCESS), new PubComp(9, ReasonCode.SUCCESS));
        assertThat(payloads(back("s"))).containsExactly("x");
    }

    @Test
    void retained_messages_are_there_and_the_cleared_ones_are_not() {
        TestClient publisher = clean("p");
        publisher.send(
                packet("a", "1", AT_MOST_ONCE, true, 0),
                packet("b", "2", AT_MOST_ONCE, true, 0),
                packet("a", "3", AT_MOST_ONCE, true, 0),
                packet("b", "", AT_MOST_ONCE, true, 0));
        rig.idle();
        restart();
        assertThat(payloads(clean("s").subscribe("#", AT_MOST_ONCE))).containsExactly("3");
    }

    @Test
    void clean_sessions_are_gone_and_ended_ones_stay_gone() {
        clean("c");
        TestClient ended = durable("e");
        ended.subscribe("t", AT_LEAST_ONCE);
        rig.broker.publish(TestClient.message("t", "x", AT_LEAST_ONCE, false));
        rig.idle();
        rig.client().connect("e", true, 0).accepted();
        restart();
        assertThat(rig.broker.counters().sessions.value()).isZero();
    }

    @Test
    void time_goes_on_while_the_process_is_down() {
        TestClient client = durable("c");
        client.subscribe("t", AT_LEAST_ONCE);
        client.send(new Disconnect(ReasonCode.SUCCESS));
        Properties minute =
                Properties.builder().set(Property.MESSAGE_EXPIRY_INTERVAL, 60).build();
        rig.idle();
        rig.broker.publish(TestClient.message("t", "short", AT_LEAST_ONCE, true).withProperties(minute));
        rig.broker.publish(TestClient.message("t", "long", AT_LEAST_ONCE, false));
        rig.idle();
        rig.engine.kill(rig.broker.loop());
        rig.time.advance(Duration.ofSeconds(500));
        restart();
        rig.pass(Duration.ofMillis(10));
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
        assertThat(payloads(back("c"))).containsExactly("long");
        rig.engine.kill(rig.broker.loop());
        rig.time.advance(Duration.ofDays(2));
        rig.crashAndRestart(store.afterCrash());
        rig.pass(Duration.ofMillis(10));
        assertThat(rig.broker.counters().sessions.value()).isZero();
    }

    @Test
    void wills_of_those_who_were_connected_are_published_after_the_crash() {
        TestClient watcher = durable("watcher");
        watcher.subscribe("will/+", AT_LEAST_ONCE);
        for (String who : List.of("kept", "clean")) {
            Will will = new Will(TestClient.message("will/" + who, who, AT_LEAST_ONCE, false), 0);
            rig.client()
                    .connect(who, true, who.equals("kept") ? 100 : 0, will, Properties.NONE)
                    .accepted();
        }
        restart();
        assertThat(payloads(back("watcher"))).containsExactlyInAnyOrder("kept", "clean");
        assertThat(rig.broker.counters().sessions.value()).isEqualTo(2);
    }

    @Test
    void nothing_is_left_in_the_store_when_all_is_delivered_and_over() {
        CrashStore current = store;
        TestClient subscriber = durable("s");
        subscriber.subscribe("t", EXACTLY_ONCE);
        TestClient publisher = durable("p");
        publisher.publish("t", "x", EXACTLY_ONCE, 1).send(new PubRel(1, ReasonCode.SUCCESS));
        rig.idle();
        subscriber.send(new PubRec(1, ReasonCode.SUCCESS), new PubComp(1, ReasonCode.SUCCESS));
        rig.idle();
        publisher.publish("t", "y", AT_LEAST_ONCE, 2);
        rig.idle();
        rig.client().connect("s", true, 0).accepted();
        rig.client().connect("p", true, 0).accepted();
        StateModel rest = new StateModel();
        current.disk().forEach(rest::apply);
        assertThat(rest.changes()).isEmpty();
    }

    @Test
    void a_session_that_was_to_end_with_its_connection_leaves_nothing_after_a_crash() {
        TestClient publisher = durable("p");
        publisher.publish("t", "x", EXACTLY_ONCE, 7);
        rig.idle();
        rig.client().connect("p", false, 0).accepted();
        rig.idle();
        CrashStore next = restart();
        StateModel rest = new StateModel();
        next.disk().forEach(rest::apply);
        assertThat(rest.changes()).isEmpty();
    }

    @Test
    void a_session_that_ends_at_the_start_leaves_no_messages_behind() {
        durable("c").subscribe("t", AT_LEAST_ONCE);
        TestClient publisher = durable("p");
        publisher.publish("t", "x", AT_LEAST_ONCE, 1);
        rig.idle();
        assertThat(payloads(rig.client().connect("c", false, 0).receive())).containsExactly("x"); // not acknowledged
        CrashStore left = restart();
        assertThat(left.disk()).contains(new StateChange.SessionRemoved("c"));
        org.althing.broker.session.RestoredState rest = new org.althing.broker.session.RestoredState();
        left.replay(rest);
        assertThat(rest).hasToString("1 sessions, 0 retained messages, 0 messages");
    }

    @Test
    void a_store_that_refers_to_what_is_not_there_stops_the_start() {
        CrashStore damaged = new CrashStore();
        StateLog log = damaged.log(0);
        log.append(new StateChange.RetainedPut(org.althing.mqtt.TopicName.of("t"), 5));
        log.commit(failure -> {});
        assertThatThrownBy(() -> Broker.builder(BrokerConfig.builder().build(), rig.engine)
                        .store(damaged)
                        .start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the record retained/t names message 5, which is not stored")
                .hasMessageContaining("althing data repair");
        assertThat(damaged.isClosed()).isTrue();
    }

    @Test
    void a_message_that_nothing_names_is_dropped_at_the_start_before_its_id_is_used_again() {
        StateLog log = store.log(0);
        log.append(stored(1, "t"));
        log.append(stored(2, "t"));
        log.append(new StateChange.RetainedPut(org.althing.mqtt.TopicName.of("t"), 1));
        log.commit(failure -> {});
        CrashStore next = restart();
        assertThat(next.last()).isEqualTo(new StateChange.MessageDropped(2));
        clean("p").send(packet("u", "new", AT_LEAST_ONCE, true, 1));
        rig.idle();
        StateModel model = new StateModel();
        next.disk().forEach(model::apply);
        assertThat(model.changes()).hasSize(4).contains(stored(1, "t"));
        assertThat(model.referenced()).contains(1L, Rig.SHARDS == 1 ? 2L : 1L);
    }
}
