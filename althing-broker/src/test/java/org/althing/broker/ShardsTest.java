package org.althing.broker;

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
import org.althing.broker.routing.Partitions;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.Will;
import org.junit.jupiter.api.Test;

/** What only several shards can do wrong. */
class ShardsTest {
    private static final int SHARDS = 4;

    private final int[] shards = {SHARDS};
    private final CrashStore store = new CrashStore();
    private final Rig rig = new Rig(config -> config.shards(shards[0]), parts -> parts.store(store));

    /** A client identifier that belongs to this shard. */
    private static String on(int shard, String name) {
        return IntStream.range(0, 1_000)
                .mapToObj(number -> name + number)
                .filter(id -> new Partitions(shard, SHARDS).areHere(id))
                .findFirst()
                .orElseThrow();
    }

    private TestClient clean(int shard, String name) {
        TestClient client = rig.client().connect(on(shard, name));
        client.accepted();
        return client;
    }

    private TestClient durable(int shard, String name) {
        TestClient client = rig.client().connect(on(shard, name), false, 10_000);
        client.accepted();
        return client;
    }

    private static ControlPacket.Subscribe subscribe(String filter) {
        return new ControlPacket.Subscribe(
                1,
                List.of(new ControlPacket.Subscribe.Request(
                        TopicFilter.of(filter), SubscriptionOptions.of(AT_LEAST_ONCE))),
                Properties.NONE);
    }

    @Test
    void every_shard_delivers_to_every_other_at_each_qos_once_and_in_order() {
        List<TestClient> subscribers = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            TestClient subscriber = clean(shard, "s");
            subscriber.subscribe("t/#", EXACTLY_ONCE);
            subscriber.subscribe("+/0", EXACTLY_ONCE);
            subscribers.add(subscriber);
        }
        for (Qos qos : Qos.values()) {
            for (int shard = 0; shard < SHARDS; shard++) {
                TestClient publisher = clean(shard, "p" + qos);
                List<String> sent = new ArrayList<>();
                for (int i = 1; i <= 5; i++) {
                    sent.add(qos + " " + shard + " " + i);
                    publisher.publish("t/0", sent.getLast(), qos, qos == AT_MOST_ONCE ? 0 : i);
                }
                if (qos == EXACTLY_ONCE) {
                    rig.idle();
                    for (int i = 1; i <= 5; i++) {
                        publisher.send(new ControlPacket.PubRel(i, ReasonCode.SUCCESS));
                    }
                }
                for (TestClient subscriber : subscribers) {
                    List<ControlPacket> received = subscriber.receive();
                    assertThat(payloads(received)).isEqualTo(sent);
                    received.forEach(packet -> acknowledge(subscriber, packet));
                    subscriber.receive().forEach(packet -> acknowledge(subscriber, packet));
                }
            }
        }
    }

    private static void acknowledge(TestClient client, ControlPacket packet) {
        switch (packet) {
            case ControlPacket.Publish publish
            when publish.message().qos() == AT_LEAST_ONCE ->
                client.send(new PubAck(publish.packetIdentifier(), ReasonCode.SUCCESS));
            case ControlPacket.Publish publish
            when publish.message().qos() == EXACTLY_ONCE ->
                client.send(new ControlPacket.PubRec(publish.packetIdentifier(), ReasonCode.SUCCESS));
            case ControlPacket.PubRel release ->
                client.send(new ControlPacket.PubComp(release.packetIdentifier(), ReasonCode.SUCCESS));
            default -> {}
        }
    }

    @Test
    void what_comes_behind_connect_travels_with_it_and_is_taken_in_order() {
        for (int shard = 0; shard < SHARDS; shard++) {
            TestClient client = rig.client()
                    .send(
                            new ControlPacket.Connect(
                                    ProtocolVersion.MQTT_5,
                                    false,
                                    on(shard, "early"),
                                    true,
                                    60,
                                    null,
                                    null,
                                    null,
                                    Properties.NONE),
                            subscribe("own/" + shard),
                            packet("own/" + shard, "first", AT_MOST_ONCE, false, 0),
                            packet("own/" + shard, "second", AT_MOST_ONCE, false, 0),
                            ControlPacket.PingReq.INSTANCE);
            List<ControlPacket> received = client.receive();
            assertThat(payloads(received)).containsExactly("first", "second");
            assertThat(received.getFirst()).isInstanceOf(ControlPacket.ConnAck.class);
            assertThat(received).contains(ControlPacket.PingResp.INSTANCE);
        }
    }

    @Test
    void after_its_suback_a_subscriber_gets_what_is_published_next_anywhere() {
        rig.time.turnsTake(Duration.ofNanos(1_000), Duration.ofNanos(300_000));
        List<TestClient> publishers = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            publishers.add(clean(shard, "p"));
        }
        for (int round = 0; round < 40; round++) {
            String topic = "round/" + round;
            TestClient first = clean(round % SHARDS, "a" + round);
            TestClient second = clean(round % SHARDS, "b" + round);
            // The second one's filter is known already on its shard, and perhaps not yet to the others.
            first.send(subscribe(topic));
            second.send(subscribe(topic));
            boolean[] granted = new boolean[1];
            rig.time.runUntil(
                    () -> granted[0] |= second.received().stream().anyMatch(ControlPacket.SubAck.class::isInstance),
                    Duration.ofSeconds(5));
            assertThat(granted[0]).isTrue();
            publishers.forEach(publisher -> publisher.publish(topic, "x", AT_MOST_ONCE, 0));
            assertThat(payloads(second.receive())).hasSize(SHARDS);
        }
    }

    @Test
    void a_puback_waits_for_the_disk_of_the_subscribers_shard() {
        TestClient subscriber = durable(1, "s");
        subscriber.subscribe("t", AT_LEAST_ONCE);
        TestClient publisher = clean(2, "p");
        store.slow();
        publisher.publish("t", "x", AT_LEAST_ONCE, 7);
        assertThat(publisher.receive()).isEmpty();
        store.sync();
        assertThat(publisher.receive()).containsExactly(new PubAck(7, ReasonCode.SUCCESS));
        publisher.publish("nobody", "x", AT_LEAST_ONCE, 8);
        assertThat(publisher.receive()).containsExactly(new PubAck(8, ReasonCode.NO_MATCHING_SUBSCRIBERS));
    }

    @Test
    void retained_changes_that_cross_end_the_same_everywhere() {
        rig.time.turnsTake(Duration.ofNanos(1_000), Duration.ofNanos(500_000));
        List<TestClient> publishers = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            publishers.add(clean(shard, "p"));
        }
        for (int round = 0; round < 60; round++) {
            for (int shard = 0; shard < SHARDS; shard++) {
                String payload = (round + shard) % 3 == 0 ? "" : round + " of " + shard;
                publishers.get(shard).send(packet("r", payload, AT_MOST_ONCE, true, 0));
                if (round % 7 == 0) {
                    publishers.get(shard).send(packet("r", "again " + shard, AT_LEAST_ONCE, true, 1 + round));
                }
            }
            rig.idle();
            List<List<String>> seen = new ArrayList<>();
            for (int shard = 0; shard < SHARDS; shard++) {
                TestClient reader = clean(shard, "reader" + round);
                seen.add(payloads(reader.subscribe("r", AT_MOST_ONCE)));
                reader.send(new Disconnect(ReasonCode.SUCCESS));
            }
            assertThat(seen).allMatch(seen.getFirst()::equals);
            StateModel model = new StateModel();
            store.disk().forEach(model::apply);
            long stored = model.changes().stream()
                    .filter(StateChange.RetainedPut.class::isInstance)
                    .count();
            assertThat(stored).isEqualTo(seen.getFirst().size());
        }
    }

    @Test
    void sessions_and_retained_messages_survive_starts_with_other_numbers_of_shards() {
        TestClient publisher = clean(0, "p");
        for (int shard = 0; shard < SHARDS; shard++) {
            durable(shard, "s").subscribe("t", AT_LEAST_ONCE);
        }
        publisher.send(packet("t", "kept", AT_LEAST_ONCE, true, 1));
        rig.idle();
        CrashStore current = store;
        for (int count : new int[] {1, 3, 64, 2, SHARDS}) {
            shards[0] = count;
            current = current.afterCrash();
            rig.crashAndRestart(current);
            for (int shard = 0; shard < SHARDS; shard++) {
                TestClient client = rig.client().connect(on(shard, "s"), false, 10_000);
                List<ControlPacket> received = client.receive();
                assertThat(((ControlPacket.ConnAck) received.getFirst()).sessionPresent())
                        .isTrue();
                assertThat(payloads(received)).containsExactly("kept"); // not acknowledged
            }
            TestClient reader = rig.client().connect("reader");
            reader.accepted();
            assertThat(payloads(reader.subscribe("t", AT_MOST_ONCE))).containsExactly("kept");
        }
        for (int shard = 0; shard < SHARDS; shard++) {
            TestClient client = rig.client().connect(on(shard, "s"), false, 10_000);
            client.receive().forEach(packet -> acknowledge(client, packet));
            client.receive();
        }
        TestClient last = rig.client().connect("last");
        last.accepted();
        last.send(packet("t", "", AT_LEAST_ONCE, true, 1));
        last.receive();
        StateModel model = new StateModel();
        current.disk().forEach(model::apply);
        assertThat(model.changes())
                .noneMatch(change -> change instanceof StateChange.MessageStored stored
                        && stored.message().payload().text().equals("kept"));
    }

    @Test
    void a_take_over_meets_the_session_whichever_way_both_connections_came() {
        rig.time.turnsTake(Duration.ofNanos(1_000), Duration.ofNanos(300_000));
        for (int round = 0; round < 30; round++) {
            String id = on(round % SHARDS, "twice" + round);
            TestClient first = rig.client().connect(id, false, 100);
            TestClient second = rig.client().connect(id, false, 100);
            List<ControlPacket> one = first.receive();
            List<ControlPacket> two = second.received();
            assertThat(first.isClosed()).isNotEqualTo(second.isClosed());
            List<ControlPacket> ended = first.isClosed() ? one : two;
            List<ControlPacket> stays = first.isClosed() ? two : one;
            assertThat(stays).singleElement().isInstanceOf(ControlPacket.ConnAck.class);
            if (!ended.isEmpty()) { // one that was taken over before its CONNACK is told nothing
                assertThat(ended).endsWith(new Disconnect(ReasonCode.SESSION_TAKEN_OVER));
            }
        }
    }

    @Test
    void connections_that_end_while_they_move_are_counted_out() {
        rig.time.turnsTake(Duration.ofNanos(1_000), Duration.ofNanos(300_000));
        for (int round = 0; round < 60; round++) {
            TestClient client = rig.client().connect(on(round % SHARDS, "brief" + round));
            rig.time.runFor(Duration.ofNanos(10_000L * round));
            if (round % 2 == 0) {
                client.peer.link().cut();
            } else {
                client.peer.close();
            }
        }
        rig.pass(Duration.ofSeconds(40));
        assertThat(rig.broker.counters().connections.value()).isZero();
        assertThat(rig.broker.counters().clientsConnected.value()).isZero();
        assertThat(rig.broker.counters().sessions.value()).isZero();
    }

    @Test
    void the_bound_of_a_listener_counts_its_connections_on_all_shards() {
        ListenerConfig bounded = ListenerConfig.mqtt("", 1883).withConnectionsMax(2);
        Rig small = new Rig(config -> config.shards(SHARDS), parts -> parts, bounded);
        TestClient first = new TestClient(small).connect(on(1, "a"));
        first.accepted();
        new TestClient(small).connect(on(2, "b")).accepted();
        assertThat(new TestClient(small).connect(on(3, "c")).isClosed()).isTrue();
        first.peer.close();
        small.pass(Duration.ofSeconds(5));
        new TestClient(small).connect(on(3, "c")).accepted();
    }

    @Test
    void the_end_tells_all_clients_stores_wills_on_other_shards_and_closes_the_store_once() {
        TestClient subscriber = durable(3, "s");
        subscriber.subscribe("will", AT_LEAST_ONCE);
        List<TestClient> clients = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            Will will = new Will(TestClient.message("will", "of " + shard, AT_LEAST_ONCE, false), 0);
            TestClient client = rig.client().connect(on(shard, "w"), true, 0, will, Properties.NONE);
            client.accepted();
            clients.add(client);
        }
        List<String> done = new ArrayList<>();
        rig.broker.shutDown(() -> done.add("done, closed " + store.isClosed()));
        rig.pass(Duration.ofSeconds(5));
        for (TestClient client : clients) {
            assertThat(client.received()).containsExactly(new Disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(done).containsExactly("done, closed true");
        StateModel model = new StateModel();
        store.disk().forEach(model::apply);
        assertThat(model.changes().stream().filter(StateChange.MessageStored.class::isInstance))
                .hasSize(SHARDS);
    }

    @Test
    void counters_are_the_sum_of_all_shards() {
        for (int shard = 0; shard < SHARDS; shard++) {
            clean(shard, "c").subscribe("t" + shard, AT_MOST_ONCE);
        }
        clean(0, "p").send(packet("r", "x", AT_MOST_ONCE, true, 0));
        rig.idle();
        Counters counters = rig.broker.counters();
        assertThat(counters.clientsConnected.value()).isEqualTo(SHARDS + 1);
        assertThat(counters.connections.value()).isEqualTo(SHARDS + 1);
        assertThat(counters.subscriptions.value()).isEqualTo(SHARDS);
        assertThat(counters.retainedMessages.value()).isEqualTo(1);
    }
}
