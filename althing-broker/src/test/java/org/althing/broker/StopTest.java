package org.althing.broker;

import static org.althing.broker.TestClient.message;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.althing.broker.storage.JournalStateStore;
import org.althing.broker.storage.StateFolder;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.Will;
import org.althing.net.nio.NioEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the broker stops: what is owed is given, everybody is told, and nobody can hold it up. */
class StopTest {
    private static final Disconnect STOPPING = new Disconnect(ReasonCode.SERVER_SHUTTING_DOWN);

    private final CrashStore store = new CrashStore();
    private final Rig rig = Rig.made(parts -> parts.store(store));
    private boolean done;

    private TestClient durable(String clientId) {
        TestClient client = rig.client().connect(clientId, false, 1_000);
        client.accepted();
        return client;
    }

    private void stop() {
        rig.broker.shutDown(() -> done = true);
        rig.time.runUntilIdle();
    }

    @Test
    void acknowledgements_that_wait_for_the_disk_leave_before_the_farewell() {
        TestClient client = durable("c");
        client.subscribe("t", AT_LEAST_ONCE);
        store.slow();
        client.publish("t", "x", AT_LEAST_ONCE, 1).publish("u", "y", EXACTLY_ONCE, 2);
        assertThat(payloads(client.receive())).containsExactly("x");
        stop();
        assertThat(client.received()).isEmpty();
        assertThat(client.peer.isEnded()).isFalse();
        store.sync();
        rig.time.runUntilIdle();
        assertThat(client.received())
                .containsExactly(new PubAck(1, ReasonCode.SUCCESS), new PubRec(2, ReasonCode.SUCCESS), STOPPING);
        store.sync();
        rig.pass(Duration.ofSeconds(1));
        assertThat(done).isTrue();
        assertThat(store.isClosed()).isTrue();
    }

    @Test
    void nothing_more_is_taken_from_a_client_that_waits_for_what_it_is_owed() {
        TestClient client = durable("c");
        store.slow();
        client.publish("u", "y", EXACTLY_ONCE, 2);
        rig.time.runUntilIdle();
        stop();
        client.publish("u", "z", EXACTLY_ONCE, 3);
        rig.time.runUntilIdle();
        store.sync();
        rig.time.runUntilIdle();
        assertThat(client.received()).containsExactly(new PubRec(2, ReasonCode.SUCCESS), STOPPING);
    }

    @Test
    void a_disk_that_does_not_answer_holds_the_farewell_up_for_two_seconds() {
        TestClient client = durable("c");
        store.slow();
        client.publish("u", "y", EXACTLY_ONCE, 2);
        rig.time.runUntilIdle();
        stop();
        rig.time.runFor(Duration.ofMillis(1_900));
        assertThat(client.received()).isEmpty();
        rig.time.runFor(Duration.ofMillis(200));
        assertThat(client.received()).as("PUBREC would be a lie").containsExactly(STOPPING);
    }

    @Test
    void a_client_that_does_not_read_is_cut_off_after_four_seconds() {
        TestClient reader = durable("c");
        reader.subscribe("t", EXACTLY_ONCE);
        reader.peer.transport().reading(false);
        for (int i = 0; i < 100; i++) {
            rig.broker.publish(message("t", "x".repeat(100_000), AT_LEAST_ONCE, false));
        }
        rig.time.runUntilIdle();
        stop();
        rig.time.runFor(Duration.ofMillis(3_900));
        assertThat(done).isFalse();
        rig.time.runFor(Duration.ofMillis(200));
        assertThat(done).isTrue();
    }

    @Test
    void wills_without_delay_are_published_and_delayed_ones_wait_for_the_next_start() {
        TestClient watcher = durable("watcher");
        watcher.subscribe("w/#", AT_LEAST_ONCE);
        watcher.send(new Disconnect(ReasonCode.SUCCESS));
        for (long delay : List.of(0L, 100L)) {
            Will will = new Will(message("w/" + delay, "stopped " + delay, AT_LEAST_ONCE, false), delay);
            rig.client()
                    .connect("mortal-" + delay, false, 1_000, will, Properties.NONE)
                    .accepted();
        }
        rig.broker.shutDown(() -> done = true);
        rig.pass(Duration.ofSeconds(5));
        assertThat(done).isTrue();
        rig.crashAndRestart(store.afterCrash());
        TestClient back = rig.client().connect("watcher", false, 1_000);
        assertThat(payloads(back.receive())).containsExactly("stopped 0");
        rig.pass(Duration.ofSeconds(50));
        assertThat(payloads(back.received())).isEmpty();
        back.send(PingReq.INSTANCE);
        rig.pass(Duration.ofSeconds(50));
        assertThat(payloads(back.received())).containsExactly("stopped 100");
    }

    @Test
    void an_embedded_broker_leaves_a_journal_in_good_order(@TempDir Path folder) throws IOException {
        try (NioEngine engine = new NioEngine();
                Broker broker = Broker.builder(BrokerConfig.builder().build(), engine)
                        .store(JournalStateStore.inFolder(folder))
                        .start()) {
            broker.publish(message("r", "kept", AT_LEAST_ONCE, true));
        }
        assertThat(new StateFolder(folder).check().isSound()).isTrue();
        try (JournalStateStore again = JournalStateStore.inFolder(folder)) {
            again.replay(change -> {});
            assertThat(again.recovery().cut()).as("nothing was torn").isNull();
        }
    }
}
