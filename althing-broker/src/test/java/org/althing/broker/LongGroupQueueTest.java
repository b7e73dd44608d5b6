package org.althing.broker;

import static org.althing.broker.TestClient.message;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.althing.broker.BrokerConfig.QueueFull;
import org.althing.broker.BrokerConfig.ShareStrategy;
import org.althing.broker.Ledger.Fate;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Long queues of share groups: their messages are in the store and not in the heap, and come back in their order. */
class LongGroupQueueTest {
    private static final int MANY = 1_000;
    private static final int TOPICS = 10;
    private static final String FILLING = "x".repeat(10_000);
    private static final long ALL_BYTES = (long) MANY * FILLING.length();
    private static final String GROUP = "$share/g/t/+";

    private final CrashStore store = new CrashStore();
    private Rig rig = rig(ShareStrategy.ROUND_ROBIN, 1);

    private Rig rig(ShareStrategy strategy, int shards) {
        return new Rig(
                config -> config.queuedMessagesMax(0).shareStrategy(strategy).shards(shards),
                parts -> parts.store(store));
    }

    private TestClient member(String clientId, long expirySeconds) {
        TestClient client = rig.client().connect(clientId, false, expirySeconds);
        client.accepted();
        client.subscribe(GROUP, AT_LEAST_ONCE);
        return client;
    }

    private void goneMember(String clientId) {
        member(clientId, 10_000).peer.transport().abort();
        rig.idle();
    }

    private TestClient back(String clientId) {
        return rig.client().connect(clientId, false, 10_000);
    }

    private void publish(int from, int to) {
        for (int i = from; i < to; i++) {
            rig.broker.publish(message("t/" + i % TOPICS, i + FILLING, AT_LEAST_ONCE, false));
        }
        rig.idle();
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    /** Takes and acknowledges until nothing comes any more. */
    private static List<Integer> takeAll(TestClient client) {
        return takeAll(client, client.receive());
    }

    private static List<Integer> takeAll(TestClient client, List<ControlPacket> first) {
        List<Integer> taken = new ArrayList<>();
        for (List<ControlPacket> packets = first; !packets.isEmpty(); packets = client.receive()) {
            payloads(packets)
                    .forEach(payload -> taken.add(Integer.parseInt(payload.substring(0, payload.indexOf('x')))));
            for (ControlPacket packet : packets) {
                if (packet instanceof Publish publish) {
                    client.send(new PubAck(publish.packetIdentifier(), ReasonCode.SUCCESS));
                }
            }
        }
        return taken;
    }

    private static void assertInOrderByTopic(List<Integer> taken, int count) {
        Map<Integer, List<Integer>> byTopic = new TreeMap<>();
        taken.forEach(number -> byTopic.computeIfAbsent(number % TOPICS, missing -> new ArrayList<>())
                .add(number));
        assertThat(taken).hasSize(count).doesNotHaveDuplicates();
        assertThat(byTopic.values()).allSatisfy(each -> assertThat(each).isSorted());
    }

    private long heldBytes() {
        return rig.broker.counters().memory.used();
    }

    @ParameterizedTest
    @CsvSource({"ROUND_ROBIN, 1", "STICKY, 1", "KEY, 1", "ROUND_ROBIN, 3", "STICKY, 3", "KEY, 3"})
    void what_waits_for_members_that_are_away_is_not_in_memory_and_comes_in_order(ShareStrategy strategy, int shards) {
        rig = rig(strategy, shards);
        goneMember("a");
        publish(0, MANY);
        assertThat(heldBytes()).isLessThan(ALL_BYTES / 20);
        TestClient client = back("a");
        if (strategy == ShareStrategy.KEY) {
            assertInOrderByTopic(takeAll(client), MANY);
        } else {
            assertThat(takeAll(client)).isEqualTo(numbers(0, MANY));
        }
        assertThat(heldBytes()).isZero();
        assertThat(rig.broker.counters().ledger.count(Fate.ACKNOWLEDGED)).isEqualTo(MANY);
    }

    @ParameterizedTest
    @EnumSource
    void after_a_start_it_is_not_in_memory_either(ShareStrategy strategy) {
        rig = rig(strategy, 1);
        goneMember("a");
        publish(0, MANY);
        rig.crashAndRestart(store.afterCrash());
        assertThat(heldBytes()).isLessThan(ALL_BYTES / 20);
        publish(MANY, MANY + 10);
        assertInOrderByTopic(takeAll(back("a")), MANY + 10);
    }

    @ParameterizedTest
    @EnumSource
    void slow_members_have_only_the_beginning_of_the_queue_in_memory(ShareStrategy strategy) {
        rig = rig(strategy, 1);
        TestClient slow = member("a", 10_000);
        publish(0, MANY);
        assertThat(heldBytes()).isLessThan(ALL_BYTES / 10);
        assertInOrderByTopic(takeAll(slow), MANY);
    }

    @ParameterizedTest
    @EnumSource
    void members_that_come_and_go_while_messages_are_read_lose_none(ShareStrategy strategy) {
        rig = rig(strategy, 1);
        goneMember("a");
        goneMember("b");
        publish(0, MANY);
        store.failReads(new IOException("not now"));
        for (int i = 0; i < 5; i++) {
            TestClient hasty = back(i % 2 == 0 ? "a" : "b");
            rig.time.runUntilIdle();
            hasty.peer.transport().abort();
            rig.time.runUntilIdle();
        }
        TestClient waiting = back("a");
        rig.time.runFor(Duration.ofMinutes(1));
        assertThat(rig.errors).isNotEmpty().allMatch(line -> line.contains("cannot be read: not now"));
        rig.errors.clear();
        store.failReads(null);
        rig.time.runFor(Duration.ofSeconds(11));
        assertInOrderByTopic(takeAll(waiting), MANY);
        assertThat(heldBytes()).isZero();
    }

    @Test
    void the_loads_of_many_topics_are_bounded() {
        rig = new Rig(
                config -> config.queuedMessagesMax(0)
                        .shareStrategy(ShareStrategy.KEY)
                        .inflightMessagesMax(5),
                parts -> parts.store(store));
        goneMember("a");
        for (int i = 0; i < MANY; i++) {
            rig.broker.publish(message("t/" + i, i + FILLING, AT_LEAST_ONCE, false));
        }
        rig.idle();
        TestClient client = back("a");
        rig.idle();
        assertThat(heldBytes()).isLessThan(ALL_BYTES / 10);
        assertThat(takeAll(client)).hasSize(MANY).doesNotHaveDuplicates();
        assertThat(heldBytes()).isZero();
    }

    @Test
    void what_is_in_the_journal_only_stays_when_the_last_durable_member_leaves() {
        goneMember("a");
        publish(0, MANY);
        TestClient busy = rig.client().connect("c", true, 0);
        busy.accepted();
        List<ControlPacket> first = busy.subscribe(GROUP, AT_LEAST_ONCE);
        rig.client().connect("a", true, 0).accepted(); // ends the durable member
        rig.idle();
        assertThat(takeAll(busy, first)).isEqualTo(numbers(0, MANY));
        assertThat(heldBytes()).isZero();
        rig.crashAndRestart(store.afterCrash());
        assertThat(heldBytes()).isZero();
    }

    @Test
    void the_oldest_goes_unread_when_the_queue_is_full() {
        CrashStore kept = new CrashStore();
        rig = new Rig(
                config -> config.queuedMessagesMax(100).queueFull(QueueFull.DROP_OLDEST), parts -> parts.store(kept));
        goneMember("a");
        publish(0, 300);
        assertThat(kept.loads).isZero();
        assertThat(takeAll(back("a"))).isEqualTo(numbers(200, 300));
        assertThat(rig.broker.counters().ledger.count(Fate.QUEUE_FULL)).isEqualTo(200);
    }

    @Test
    void what_expires_leaves_without_a_trace() {
        goneMember("a");
        Properties brief =
                Properties.builder().set(Property.MESSAGE_EXPIRY_INTERVAL, 1).build();
        for (int i = 0; i < 100; i++) {
            ApplicationMessage message = message("t/x", i + FILLING, AT_LEAST_ONCE, false);
            rig.broker.publish(i % 2 == 0 ? message.withProperties(brief) : message);
        }
        rig.pass(Duration.ofSeconds(2));
        assertThat(takeAll(back("a")))
                .isEqualTo(numbers(0, 100).stream().filter(i -> i % 2 == 1).toList());
        assertThat(rig.broker.counters().ledger.count(Fate.EXPIRED)).isEqualTo(50);
        assertThat(heldBytes()).isZero();
    }

    @Test
    void the_end_of_the_group_drops_its_queue() {
        goneMember("a");
        publish(0, MANY);
        rig.client().connect("a", true, 0).accepted();
        rig.idle();
        assertThat(heldBytes()).isZero();
        assertThat(rig.broker.counters().ledger.count(Fate.GROUP_ENDED)).isEqualTo(MANY);
    }

    @Test
    void a_group_without_durable_members_keeps_everything_in_memory() {
        TestClient busy = member("a", 0);
        publish(0, 100);
        assertThat(heldBytes()).isGreaterThan(100L * FILLING.length());
        assertThat(takeAll(busy)).isEqualTo(numbers(0, 100));
    }
}
