package org.althing.broker;

import static org.althing.broker.TestClient.message;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.althing.broker.BrokerConfig.QueueFull;
import org.althing.broker.Ledger.Fate;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;
import org.junit.jupiter.api.Test;

/** Long queues: their messages are in the store and not in the heap, and come back in their order. */
class LongQueueTest {
    private static final int MANY = 1_000;
    private static final String FILLING = "x".repeat(10_000);

    private final CrashStore store = new CrashStore();
    private final Rig rig = new Rig(config -> config.queuedMessagesMax(0), parts -> parts.store(store));

    private TestClient durable(Rig in, String clientId) {
        TestClient client = in.client().connect(clientId, false, 10_000);
        client.accepted();
        return client;
    }

    /** Comes back to its session; what it is sent is still to be received. */
    private static TestClient back(Rig in, String clientId) {
        return in.client().connect(clientId, false, 10_000);
    }

    private void offline(Rig in, String clientId, String filter) {
        TestClient client = durable(in, clientId);
        client.subscribe(filter, EXACTLY_ONCE);
        client.peer.transport().abort();
        in.idle();
    }

    private static void publish(Rig in, int from, int to) {
        for (int i = from; i < to; i++) {
            in.broker.publish(message("t", i + FILLING, AT_LEAST_ONCE, false));
        }
        in.idle();
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private static List<Integer> numbersOf(List<ControlPacket> packets) {
        return payloads(packets).stream()
                .map(payload -> Integer.parseInt(payload.substring(0, payload.indexOf('x'))))
                .toList();
    }

    /** Takes and acknowledges until nothing comes any more. */
    private static List<Integer> takeAll(TestClient client) {
        List<Integer> taken = new ArrayList<>();
        for (List<ControlPacket> packets = client.receive(); !packets.isEmpty(); packets = client.receive()) {
            taken.addAll(numbersOf(packets));
            for (ControlPacket packet : packets) {
                if (packet instanceof Publish publish) {
                    client.send(new PubAck(publish.packetIdentifier(), ReasonCode.SUCCESS));
                }
            }
        }
        return taken;
    }

    private long heldBytes() {
        return rig.broker.counters().memory.used();
    }

    @Test
    void what_waits_for_a_client_that_is_away_is_not_in_memory_and_comes_in_order() {
        offline(rig, "c", "t");
        publish(rig, 0, MANY);
        assertThat(heldBytes()).isLessThan((long) MANY * FILLING.length() / 20);
        assertThat(takeAll(back(rig, "c"))).isEqualTo(numbers(0, MANY));
        assertThat(heldBytes()).isZero();
        assertThat(store.loads).isBetween(MANY - 10, MANY);
        assertThat(rig.broker.counters().ledger.count(Fate.ACKNOWLEDGED)).isEqualTo(MANY);
    }

    @Test
    void after_a_start_it_is_not_in_memory_either() {
        offline(rig, "c", "t");
        publish(rig, 0, MANY);
        rig.crashAndRestart(store.afterCrash());
        assertThat(heldBytes()).isLessThan((long) MANY * FILLING.length() / 20);
        publish(rig, MANY, MANY + 10);
        assertThat(takeAll(back(rig, "c"))).isEqualTo(numbers(0, MANY + 10));
    }

    @Test
    void a_slow_client_has_only_the_beginning_of_its_queue_in_memory() {
        TestClient slow = durable(rig, "c");
        slow.subscribe("t", EXACTLY_ONCE);
        publish(rig, 0, MANY);
        assertThat(heldBytes()).isLessThan((long) MANY * FILLING.length() / 10);
        assertThat(takeAll(slow)).isEqualTo(numbers(0, MANY));
    }

    @Test
    void nothing_leaves_memory_before_it_is_committed() {
        offline(rig, "c", "t");
        store.slow();
        publish(rig, 0, MANY);
        assertThat(heldBytes()).isGreaterThan((long) MANY * FILLING.length());
        TestClient client = rig.client().connect("c", false, 10_000);
        store.sync();
        rig.idle();
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < MANY && taken.size() < MANY; i++) {
            for (ControlPacket packet : client.receive()) {
                if (packet instanceof Publish publish) {
                    taken.addAll(numbersOf(List.of(packet)));
                    client.send(new PubAck(publish.packetIdentifier(), ReasonCode.SUCCESS));
                }
            }
            rig.idle();
            store.sync();
        }
        assertThat(taken).isEqualTo(numbers(0, MANY));
    }

    @Test
    void a_message_is_in_memory_once_as_long_as_one_client_needs_it() {
        offline(rig, "c", "t");
        offline(rig, "d", "t");
        TestClient there = durable(rig, "e");
        there.subscribe("t", AT_LEAST_ONCE);
        publish(rig, 0, 20);
        assertThat(heldBytes()).as("in flight to e").isGreaterThan(20L * FILLING.length());
        assertThat(takeAll(there)).isEqualTo(numbers(0, 20));
        assertThat(heldBytes()).isLessThan(10L * FILLING.length());
        assertThat(takeAll(back(rig, "c"))).isEqualTo(numbers(0, 20));
        assertThat(takeAll(back(rig, "d"))).isEqualTo(numbers(0, 20));
        assertThat(heldBytes()).isZero();
    }

    @Test
    void while_the_store_cannot_be_read_the_client_waits_and_nothing_is_lost_or_acknowledged() {
        offline(rig, "c", "t");
        publish(rig, 0, 50);
        store.failReads(new IOException("input/output error"));
        TestClient client = back(rig, "c");
        rig.time.runFor(Duration.ofMinutes(1));
        assertThat(rig.errors).hasSize(1);
        assertThat(rig.errors.getFirst()).contains("cannot be read: input/output error");
        rig.errors.clear();
        List<Integer> before = takeAll(client);
        assertThat(before).isNotEmpty().isEqualTo(numbers(0, before.size())).hasSizeLessThan(5);
        assertThat(rig.broker.counters().ledger.pending()).isEqualTo(50 - before.size());
        publish(rig, 50, 60);
        store.failReads(null);
        rig.time.runFor(Duration.ofSeconds(11));
        List<Integer> after = takeAll(client);
        assertThat(after).isEqualTo(numbers(before.size(), 60));
        assertThat(rig.log).containsOnlyOnce("Stored messages can be read again.");
    }

    @Test
    void a_client_that_goes_and_comes_while_its_messages_are_read_gets_each_once() {
        offline(rig, "c", "t");
        publish(rig, 0, MANY);
        store.failReads(new IOException("not now"));
        for (int i = 0; i < 5; i++) {
            TestClient hasty = back(rig, "c");
            rig.time.runUntilIdle();
            hasty.peer.transport().abort();
            rig.time.runUntilIdle();
        }
        store.failReads(null);
        rig.errors.clear();
        TestClient client = back(rig, "c");
        rig.time.runFor(Duration.ofSeconds(11));
        assertThat(takeAll(client)).isEqualTo(numbers(0, MANY));
        assertThat(heldBytes()).isZero();
    }

    @Test
    void the_oldest_of_a_long_queue_goes_unread() {
        CrashStore kept = new CrashStore();
        Rig small = new Rig(
                config -> config.queuedMessagesMax(100).queueFull(QueueFull.DROP_OLDEST), parts -> parts.store(kept));
        offline(small, "c", "t");
        publish(small, 0, 300);
        assertThat(kept.loads).isZero();
        assertThat(takeAll(back(small, "c"))).isEqualTo(numbers(200, 300));
        assertThat(small.broker.counters().ledger.count(Fate.QUEUE_FULL)).isEqualTo(200);
    }

    @Test
    void what_expires_in_a_long_queue_goes_unread() {
        offline(rig, "c", "t");
        for (int i = 0; i < 100; i++) {
            ApplicationMessage message = message("t", i + "x", AT_LEAST_ONCE, false);
            Properties brief = Properties.builder()
                    .set(Property.MESSAGE_EXPIRY_INTERVAL, i % 2 == 0 ? 1 : 1_000)
                    .build();
            rig.broker.publish(message.withProperties(brief));
        }
        rig.pass(Duration.ofSeconds(2));
        List<Integer> odd = numbers(0, 100).stream().filter(i -> i % 2 == 1).toList();
        assertThat(takeAll(back(rig, "c"))).isEqualTo(odd);
        assertThat(rig.broker.counters().ledger.count(Fate.EXPIRED)).isEqualTo(50);
        assertThat(heldBytes()).isZero();
    }

    @Test
    void the_end_of_a_session_drops_its_long_queue() {
        offline(rig, "c", "t");
        publish(rig, 0, MANY);
        rig.client().connect("c", true, 0).accepted();
        rig.idle();
        assertThat(heldBytes()).isZero();
        assertThat(rig.broker.counters().ledger.count(Fate.SESSION_ENDED)).isEqualTo(MANY);
    }

    @Test
    void without_a_store_everything_stays_in_memory() {
        Rig volatileRig = Rig.with(config -> config.queuedMessagesMax(0));
        offline(volatileRig, "c", "t");
        publish(volatileRig, 0, 100);
        assertThat(volatileRig.broker.counters().memory.used()).isGreaterThan(100L * FILLING.length());
        assertThat(takeAll(back(volatileRig, "c"))).isEqualTo(numbers(0, 100));
    }
}
