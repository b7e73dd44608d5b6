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
import org.althing.broker.BrokerConfig.QueueFull;
import org.althing.broker.BrokerConfig.ShareStrategy;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.Ledger.Intake;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What happens when a queue, or all of them together, are full. */
class QueuePolicyTest {
    private static void offline(Rig rig, String clientId, String filter) {
        TestClient client = rig.client().connect(clientId, false, 1_000);
        client.accepted();
        client.subscribe(filter, EXACTLY_ONCE);
        client.peer.transport().abort();
        rig.idle();
    }

    private static void publish(Rig rig, Qos qos, String... payloads) {
        for (String payload : payloads) {
            rig.broker.publish(message("t", payload, qos, false));
        }
        rig.idle();
    }

    private static List<String> back(Rig rig, String clientId) {
        return payloads(rig.client().connect(clientId, false, 1_000).receive());
    }

    private static TestClient publisher(Rig rig) {
        TestClient publisher = rig.client().connect("publisher");
        publisher.accepted();
        return publisher;
    }

    @Test
    void the_oldest_goes_where_the_configuration_says_so() {
        CrashStore store = new CrashStore();
        Rig rig = new Rig(
                config -> config.queuedMessagesMax(2).queueFull(QueueFull.DROP_OLDEST), parts -> parts.store(store));
        offline(rig, "c", "t");
        publish(rig, AT_LEAST_ONCE, "1", "2", "3", "4");
        assertThat(rig.broker.counters().ledger.count(Fate.QUEUE_FULL)).isEqualTo(2);
        assertThat(rig.log).containsOnlyOnce("Outgoing messages are being dropped for client c.");
        rig.crashAndRestart(store.afterCrash());
        assertThat(back(rig, "c")).containsExactly("3", "4");
    }

    @ParameterizedTest
    @EnumSource(ShareStrategy.class)
    void the_oldest_goes_in_groups_too(ShareStrategy strategy) {
        Rig rig = Rig.with(config ->
                config.queuedMessagesMax(2).queueFull(QueueFull.DROP_OLDEST).shareStrategy(strategy));
        offline(rig, "c", "$share/g/t");
        publish(rig, AT_LEAST_ONCE, "1", "2", "3", "4");
        assertThat(rig.broker.counters().ledger.count(Fate.QUEUE_FULL)).isEqualTo(2);
        assertThat(back(rig, "c")).containsExactly("3", "4");
    }

    @Test
    void bytes_that_wait_are_bounded() {
        Rig rig = Rig.with(config -> config.queuedBytesMax(10));
        offline(rig, "c", "t");
        publish(rig, AT_LEAST_ONCE, "12345", "1234", "x", "too much");
        assertThat(rig.broker.counters().ledger.count(Fate.QUEUE_FULL)).isEqualTo(1);
        assertThat(back(rig, "c")).containsExactly("12345", "1234", "x");
        offline(rig, "g", "$share/g/t");
        publish(rig, AT_LEAST_ONCE, "a message that is larger alone", "too much");
        assertThat(back(rig, "g")).containsExactly("a message that is larger alone");
    }

    @Test
    void bytes_in_flight_are_bounded() {
        Rig rig = Rig.with(config -> config.inflightBytesMax(10));
        TestClient client = rig.client().connect("c");
        client.accepted();
        client.subscribe("t", EXACTLY_ONCE);
        publish(rig, EXACTLY_ONCE, "12345", "123456", "next", "last");
        List<Publish> first = new ArrayList<>();
        client.receive().forEach(packet -> first.add((Publish) packet));
        assertThat(payloads(List.copyOf(first))).containsExactly("12345", "123456");
        int identifier = first.getFirst().packetIdentifier();
        client.send(new PubRec(identifier, ReasonCode.SUCCESS), new PubComp(identifier, ReasonCode.SUCCESS));
        assertThat(payloads(client.receive())).containsExactly("next");
    }

    @Test
    void a_publisher_is_told_that_a_queue_was_full_only_where_the_configuration_says_so() {
        for (boolean tell : List.of(true, false)) {
            Rig rig = Rig.with(config -> config.queuedMessagesMax(1)
                    .tellQuota(tell)
                    .shards(1)); // of what is full on another shard a publisher hears nothing
            offline(rig, "c", "t");
            TestClient other = rig.client().connect("other");
            other.accepted();
            other.subscribe("t", EXACTLY_ONCE);
            TestClient publisher = publisher(rig);
            ReasonCode full = tell ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.SUCCESS;
            publisher.publish("t", "1", AT_LEAST_ONCE, 1).publish("t", "2", AT_LEAST_ONCE, 2);
            assertThat(publisher.receive()).containsExactly(new PubAck(1, ReasonCode.SUCCESS), new PubAck(2, full));
            publisher.publish("t", "3", EXACTLY_ONCE, 3);
            assertThat(publisher.receive()).containsExactly(new PubRec(3, full));
            assertThat(payloads(other.receive())).containsExactly("1", "2");
            publisher.send(new PubRel(3, ReasonCode.SUCCESS));
            assertThat(publisher.receive()).containsExactly(new PubComp(3, ReasonCode.SUCCESS));
            assertThat(payloads(other.receive())).isEqualTo(tell ? List.of() : List.of("3"));
        }
    }

    @Test
    void older_publishers_are_acknowledged_even_so() {
        Rig rig = Rig.with(config -> config.queuedMessagesMax(1).tellQuota(true));
        offline(rig, "c", "t");
        TestClient older = rig.client().connect311("older", true);
        older.accepted();
        older.publish("t", "1", AT_LEAST_ONCE, 1).publish("t", "2", AT_LEAST_ONCE, 2);
        assertThat(older.receive())
                .containsExactly(new PubAck(1, ReasonCode.SUCCESS), new PubAck(2, ReasonCode.SUCCESS));
    }

    // ---- the memory budget

    @Test
    void beyond_the_memory_budget_nothing_more_is_kept_until_there_is_some_again() {
        Rig rig = Rig.with(config ->
                config.memoryBudgetBytes(10_000).queuedMessagesMax(0).shards(1)); // each has its part of the budget
        offline(rig, "c", "t");
        TestClient publisher = publisher(rig);
        String kilobyte = "k".repeat(1_000);
        int identifier = 0;
        ReasonCode answer = ReasonCode.SUCCESS;
        while (answer == ReasonCode.SUCCESS) {
            identifier++;
            publisher.publish("t", kilobyte, AT_LEAST_ONCE, identifier);
            answer = ((PubAck) publisher.receive().getFirst()).reasonCode();
        }
        assertThat(answer).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(identifier).isBetween(7, 10);
        publisher.publish("t", "two", EXACTLY_ONCE, 100).send(packet("t", "retained", AT_MOST_ONCE, true, 0));
        assertThat(publisher.receive()).containsExactly(new PubRec(100, ReasonCode.QUOTA_EXCEEDED));
        publish(rig, AT_LEAST_ONCE, "the broker's own");
        assertThat(rig.broker.counters().ledger.count(Fate.MEMORY_FULL)).isEqualTo(1);
        assertThat(rig.broker.counters().ledger.count(Intake.QUOTA_EXCEEDED)).isEqualTo(3);
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();

        TestClient older = rig.client().connect311("older", true);
        older.accepted();
        older.publish("t", "not acknowledged", AT_LEAST_ONCE, 1);
        assertThat(older.receive()).isEmpty();
        assertThat(older.isClosed()).isTrue();

        rig.client().connect("c", true, 0).accepted();
        publisher.publish("nobody", "x", AT_LEAST_ONCE, 200);
        assertThat(publisher.receive()).containsExactly(new PubAck(200, ReasonCode.NO_MATCHING_SUBSCRIBERS));
        assertThat(rig.broker.counters().memory.used()).isZero();
    }

    @Test
    void retained_messages_may_be_cleared_when_the_budget_is_used_up() {
        Rig rig = Rig.with(config -> config.memoryBudgetBytes(1_000));
        TestClient publisher = publisher(rig);
        publisher.send(
                packet("r", "k".repeat(1_000), AT_LEAST_ONCE, true, 1), packet("s", "x", AT_LEAST_ONCE, true, 2));
        assertThat(publisher.receive())
                .containsExactly(
                        new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS), new PubAck(2, ReasonCode.QUOTA_EXCEEDED));
        publisher.send(packet("r", "", AT_LEAST_ONCE, true, 3), packet("s", "x", AT_LEAST_ONCE, true, 4));
        assertThat(publisher.receive())
                .containsExactly(
                        new PubAck(3, ReasonCode.NO_MATCHING_SUBSCRIBERS),
                        new PubAck(4, ReasonCode.NO_MATCHING_SUBSCRIBERS));
    }
}
