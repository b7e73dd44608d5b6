package org.althing.broker;

import static org.althing.broker.TestClient.message;
import static org.althing.broker.TestClient.packet;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.althing.broker.routing.Partitions;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.Will;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A power cut between the commits of two shards: what was handed from one to the other is there, once. */
class HandOverTest {
    private static final int SHARDS = 4;
    private static final String GROUP = "$share/g/t/#";

    /** A broker whose disk takes one commit after the other, and then no more. */
    private static final class Cut {
        final int[] shards = {SHARDS};
        CrashStore store = new CrashStore();
        final Rig rig = new Rig(config -> config.shards(shards[0]), parts -> parts.store(store));

        TestClient durable(String id) {
            TestClient client = rig.client().connect(id, false, 10_000);
            client.accepted();
            return client;
        }

        /** Gives the disk so many commits, with all that comes of each; returns whether there were as many. */
        boolean sync(int commits) {
            for (int i = 0; i < commits; i++) {
                if (!store.isBusy()) {
                    return false;
                }
                store.sync(1);
                rig.idle();
            }
            return true;
        }

        void restart(int otherShards) {
            shards[0] = otherShards;
            store = store.afterCrash();
            rig.crashAndRestart(store);
        }

        List<StateChange> stored() {
            StateModel model = new StateModel();
            store.disk().forEach(model::apply);
            return model.changes();
        }
    }

    /** A client identifier that belongs to this shard. */
    private static String on(int shard, String name) {
        return IntStream.range(0, 1_000)
                .mapToObj(number -> name + number)
                .filter(id -> new Partitions(shard, SHARDS).areHere(id))
                .findFirst()
                .orElseThrow();
    }

    private static void subscribers(Cut cut, String filter, Qos qos) {
        for (int shard = 0; shard < SHARDS; shard++) {
            cut.durable(on(shard, "s")).subscribe(filter, qos);
        }
    }

    /** What each of them finds when it comes back, acknowledged to the end. */
    private static List<List<String>> found(Cut cut) {
        List<List<String>> found = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            found.add(taken(cut.rig.client().connect(on(shard, "s"), false, 10_000)));
        }
        return found;
    }

    private static List<String> taken(TestClient client) {
        List<String> taken = new ArrayList<>();
        for (List<ControlPacket> packets = client.receive(); !packets.isEmpty(); packets = client.receive()) {
            taken.addAll(payloads(packets));
            for (ControlPacket packet : packets) {
                if (packet instanceof Publish publish && publish.packetIdentifier() != 0) {
                    int identifier = publish.packetIdentifier();
                    client.send(
                            publish.message().qos() == EXACTLY_ONCE
                                    ? new PubRec(identifier, ReasonCode.SUCCESS)
                                    : new ControlPacket.PubAck(identifier, ReasonCode.SUCCESS));
                } else if (packet instanceof PubRel release) {
                    client.send(new PubComp(release.packetIdentifier(), ReasonCode.SUCCESS));
                }
            }
        }
        return taken;
    }

    private static void assertNothingIsUnderWay(Cut cut) {
        assertThat(cut.stored())
                .noneMatch(change -> change instanceof StateChange.HandOver
                        || change instanceof StateChange.Queued
                        || change instanceof StateChange.InflightPut
                        || change instanceof StateChange.GroupQueued);
    }

    @ParameterizedTest
    @ValueSource(ints = {SHARDS, 1, 3, 64})
    void a_released_message_comes_once_to_all_shards_however_many_commits_are_left(int shardsThen) {
        boolean more = true;
        for (int commits = 0; more; commits++) {
            Cut cut = new Cut();
            subscribers(cut, "t/#", EXACTLY_ONCE);
            cut.durable("m1").subscribe(GROUP, EXACTLY_ONCE);
            cut.durable("m2").subscribe(GROUP, EXACTLY_ONCE);
            TestClient publisher = cut.durable(on(0, "p"));
            publisher.publish("t/x", "first", EXACTLY_ONCE, 7);
            publisher.publish("t/x", "second", EXACTLY_ONCE, 8);
            publisher.receive();
            for (int shard = 0; shard < SHARDS; shard++) {
                cut.rig.client().connect(on(shard, "s"), false, 10_000).peer.close();
            }
            cut.rig.client().connect("m1", false, 10_000).peer.close();
            cut.rig.client().connect("m2", false, 10_000).peer.close();
            cut.rig.idle();
            cut.store.slow();
            publisher.send(new PubRel(7, ReasonCode.SUCCESS), new PubRel(8, ReasonCode.SUCCESS));
            cut.rig.idle();
            more = cut.sync(commits);
            cut.restart(shardsThen);
            TestClient again = cut.durable(on(0, "p"));
            again.send(new PubRel(7, ReasonCode.SUCCESS), new PubRel(8, ReasonCode.SUCCESS));
            again.receive();
            assertThat(found(cut)).as(commits + " commits").allMatch(List.of("first", "second")::equals);
            List<String> shared = taken(cut.rig.client().connect("m1", false, 10_000));
            shared.addAll(taken(cut.rig.client().connect("m2", false, 10_000)));
            assertThat(shared).as(commits + " commits").containsExactlyInAnyOrder("first", "second");
            assertNothingIsUnderWay(cut);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {SHARDS, 1, 3})
    void a_will_comes_once_to_all_shards_however_many_commits_are_left(int shardsThen) {
        boolean more = true;
        for (int commits = 0; more; commits++) {
            Cut cut = new Cut();
            subscribers(cut, "will", EXACTLY_ONCE);
            Will will = new Will(message("will", "gone", EXACTLY_ONCE, true), 0);
            TestClient dying = cut.rig.client().connect(on(0, "w"), true, 0, will, Properties.NONE);
            dying.accepted();
            cut.store.slow();
            dying.peer.close();
            cut.rig.idle();
            more = cut.sync(commits);
            cut.restart(shardsThen);
            assertThat(found(cut)).as(commits + " commits").allMatch(List.of("gone")::equals);
            TestClient reader = cut.durable("reader");
            assertThat(payloads(reader.subscribe("will", AT_MOST_ONCE))).containsExactly("gone");
            assertNothingIsUnderWay(cut);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {SHARDS, 1, 3})
    void a_retained_message_is_replaced_and_cleared_however_many_commits_are_left(int shardsThen) {
        for (int home = 0; home < SHARDS; home++) {
            String topic = on(home, "t");
            boolean more = true;
            for (int commits = 0; more; commits++) {
                Cut cut = new Cut();
                TestClient publisher = cut.durable(on(0, "p"));
                publisher.send(packet(topic, "old", AT_LEAST_ONCE, true, 1));
                publisher.send(packet(topic, "new", EXACTLY_ONCE, true, 2));
                publisher.send(packet(topic, "", EXACTLY_ONCE, true, 3));
                publisher.receive();
                cut.store.slow();
                publisher.send(new PubRel(2, ReasonCode.SUCCESS));
                cut.rig.idle();
                more = cut.sync(commits);
                cut.restart(shardsThen);
                TestClient again = cut.durable(on(0, "p"));
                again.send(new PubRel(2, ReasonCode.SUCCESS));
                again.receive();
                assertThat(payloads(cut.durable("reader").subscribe(topic, AT_MOST_ONCE)))
                        .as(commits + " commits")
                        .containsExactly("new");
                cut.store.slow();
                again.send(new PubRel(3, ReasonCode.SUCCESS));
                cut.rig.idle();
                cut.sync(commits);
                cut.restart(SHARDS);
                cut.durable(on(0, "p")).send(new PubRel(3, ReasonCode.SUCCESS)).receive();
                assertThat(payloads(cut.durable("other").subscribe(topic, AT_MOST_ONCE)))
                        .as(commits + " commits")
                        .isEmpty();
                assertThat(cut.stored())
                        .noneMatch(change -> change instanceof StateChange.RetainedPut
                                || change instanceof StateChange.MessageStored);
            }
        }
    }

    @Test
    void a_cleared_topic_is_remembered_on_the_disk_until_nothing_older_can_come() {
        Cut cut = new Cut();
        String topic = on(3, "t");
        TestClient publisher = cut.durable(on(0, "p"));
        for (int identifier = 1; identifier <= 5; identifier++) {
            publisher.send(packet(topic, identifier % 2 == 1 ? "x" : "", AT_LEAST_ONCE, true, identifier));
        }
        publisher.send(packet(topic, "", AT_LEAST_ONCE, true, 6));
        publisher.receive();
        assertThat(cut.store.disk())
                .anyMatch(change -> change instanceof StateChange.RetainedPut put && put.messageId() == 0);
        assertThat(cut.stored()).noneMatch(StateChange.RetainedPut.class::isInstance);
    }

    @Test
    void a_member_without_a_stored_session_is_sent_a_qos_2_message_when_its_publication_cannot_come_again() {
        Cut cut = new Cut();
        cut.restart(1);
        TestClient member = cut.rig.client().connect("member");
        member.accepted();
        member.subscribe(GROUP, EXACTLY_ONCE);
        TestClient publisher = cut.durable("p");
        publisher.publish("t/x", "once", EXACTLY_ONCE, 7).receive();
        cut.store.slow();
        publisher.send(new PubRel(7, ReasonCode.SUCCESS));
        assertThat(member.receive()).isEmpty(); // after a crash it would go to another member
        cut.sync(1);
        assertThat(payloads(member.receive())).containsExactly("once");
    }

    @Test
    void what_needs_none_has_none() {
        Cut cut = new Cut();
        subscribers(cut, "t/#", EXACTLY_ONCE);
        TestClient publisher = cut.durable(on(0, "p"));
        publisher.publish("t/0", "x", AT_MOST_ONCE, 0);
        publisher.publish("t/1", "x", AT_LEAST_ONCE, 1);
        publisher.send(packet("t/1", "x", AT_LEAST_ONCE, true, 2));
        TestClient clean = cut.rig.client().connect(on(0, "c"));
        clean.accepted();
        clean.publish("t/2", "x", EXACTLY_ONCE, 3);
        clean.receive();
        clean.send(new PubRel(3, ReasonCode.SUCCESS));
        cut.rig.idle();
        publisher.publish("u/2", "nobody wants it", EXACTLY_ONCE, 4);
        publisher.receive();
        publisher.send(new PubRel(4, ReasonCode.SUCCESS));
        cut.rig.idle();
        assertThat(cut.store.disk()).noneMatch(StateChange.HandOver.class::isInstance);
        publisher.publish("t/2", "x", EXACTLY_ONCE, 5);
        publisher.receive();
        publisher.send(new PubRel(5, ReasonCode.SUCCESS));
        cut.rig.idle();
        assertThat(cut.store.disk())
                .filteredOn(StateChange.HandOver.class::isInstance)
                .hasSize(SHARDS - 1);
        assertThat(cut.stored()).noneMatch(StateChange.HandOver.class::isInstance);
    }
}
