package org.althing.broker;

import static org.althing.broker.TestClient.packet;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.Will;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

class WillTest {
    private final Rig rig = new Rig();
    private final TestClient watcher = rig.client().connect("watcher", true, 0);

    WillTest() {
        watcher.accepted();
        watcher.subscribe("will", Qos.EXACTLY_ONCE);
    }

    private static Will will(String payload, long delaySeconds) {
        return new Will(TestClient.message("will", payload, AT_MOST_ONCE, false), delaySeconds);
    }

    private TestClient client(long expirySeconds, Will will) {
        TestClient client = rig.client().connect("c", false, expirySeconds, will, Properties.NONE);
        client.accepted();
        return client;
    }

    /** The watcher's keep alive must not end it. */
    private void pass(Duration duration) {
        for (Duration left = duration; left.isPositive(); left = left.minusSeconds(30)) {
            watcher.send(org.althing.mqtt.ControlPacket.PingReq.INSTANCE);
            rig.pass(left.compareTo(Duration.ofSeconds(30)) < 0 ? left : Duration.ofSeconds(30));
        }
    }

    @Normative({"MQTT-3.1.2-7", "MQTT-3.1.2-8"})
    @Test
    void a_connection_that_is_lost_publishes_the_will() {
        client(0, will("gone", 0)).peer.transport().abort();
        assertThat(watcher.receive()).containsExactly(packet("will", "gone", AT_MOST_ONCE, false, 0));
    }

    @Test
    void so_does_a_keep_alive_that_runs_out_and_a_protocol_error() {
        client(0, will("silent", 0));
        pass(Duration.ofSeconds(91));
        assertThat(payloads(watcher.receive())).containsExactly("silent");
        client(0, will("wrong", 0)).peer.send(new byte[] {0});
        assertThat(payloads(watcher.receive())).containsExactly("wrong");
    }

    @Normative({"MQTT-3.1.2-10", "MQTT-3.14.4-3"})
    @Test
    void disconnect_with_reason_0_discards_the_will() {
        client(0, will("never", 0)).send(new Disconnect(ReasonCode.SUCCESS));
        assertThat(watcher.receive()).isEmpty();
    }

    @Test
    void disconnect_with_reason_4_publishes_it() {
        client(0, will("on purpose", 0)).send(new Disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE));
        assertThat(payloads(watcher.receive())).containsExactly("on purpose");
    }

    @Normative("MQTT-3.1.2-15")
    @Test
    void a_retained_will_is_retained() {
        Will retained = new Will(TestClient.message("will", "kept", AT_MOST_ONCE, true), 0);
        client(0, retained).peer.transport().abort();
        rig.idle();
        TestClient late = rig.client().connect("late");
        late.accepted();
        assertThat(late.subscribe("will", AT_MOST_ONCE)).containsExactly(packet("will", "kept", AT_MOST_ONCE, true, 0));
    }

    @Normative("MQTT-3.1.3-9")
    @Test
    void a_delayed_will_waits_and_is_not_sent_if_the_client_is_back_in_time() {
        client(100, will("late", 10)).peer.transport().abort();
        pass(Duration.ofSeconds(9));
        assertThat(payloads(watcher.receive())).isEmpty();
        TestClient back = client(100, will("later", 10));
        pass(Duration.ofSeconds(9));
        back.peer.transport().abort();
        pass(Duration.ofSeconds(11));
        assertThat(payloads(watcher.receive())).containsExactly("later");
        pass(Duration.ofSeconds(200));
        assertThat(payloads(watcher.receive())).isEmpty();
    }

    @Test
    void a_session_that_ends_before_the_delay_publishes_the_will_then() {
        client(5, will("ended", 3_600)).peer.transport().abort();
        pass(Duration.ofSeconds(4));
        assertThat(payloads(watcher.receive())).isEmpty();
        pass(Duration.ofSeconds(2));
        assertThat(payloads(watcher.receive())).containsExactly("ended");
        client(100, will("started clean", 3_600)).peer.transport().abort();
        rig.idle();
        rig.client().connect("c", true, 0).accepted();
        assertThat(payloads(watcher.receive())).containsExactly("started clean");
    }

    @Test
    void the_will_carries_its_properties_and_its_expiry_runs_from_its_publication() {
        Properties properties = Properties.builder()
                .set(Property.CONTENT_TYPE, "text/plain")
                .set(Property.MESSAGE_EXPIRY_INTERVAL, 60)
                .build();
        Will will =
                new Will(TestClient.message("will", "x", AT_MOST_ONCE, false).withProperties(properties), 0);
        TestClient client = client(0, will);
        pass(Duration.ofSeconds(30));
        client.peer.transport().abort();
        rig.idle();
        assertThat(watcher.receive()).contains(new org.althing.mqtt.ControlPacket.Publish(false, 0, 0, will.message()));
    }

    @Test
    void a_will_that_access_control_forbids_is_not_published() {
        Rig guarded = Rig.made(parts -> parts.accessControl(AccessControl.of((who, action, topic) ->
                action != AccessControl.Action.PUBLISH || who.clientId().equals("trusted"))));
        TestClient guard = guarded.client().connect("guard");
        guard.accepted();
        guard.subscribe("will", AT_MOST_ONCE);
        for (String who : new String[] {"stranger", "trusted"}) {
            TestClient client = guarded.client().connect(who, true, 0, will("of " + who, 0), Properties.NONE);
            client.accepted();
            client.peer.transport().abort();
        }
        assertThat(payloads(guard.receive())).containsExactly("of trusted");
    }

    @Test
    void wills_are_published_when_the_broker_stops_and_clients_are_told() {
        CrashStore store = new CrashStore();
        Rig stopping = Rig.made(parts -> parts.store(store));
        Will stopped = new Will(TestClient.message("will", "stopped", Qos.AT_LEAST_ONCE, false), 0);
        TestClient dying = stopping.client().connect("c", false, 100, stopped, Properties.NONE);
        dying.accepted();
        TestClient late = stopping.client().connect("late", false, 100);
        late.accepted();
        late.subscribe("will", Qos.AT_LEAST_ONCE);
        late.send(new Disconnect(ReasonCode.SUCCESS));
        stopping.idle();
        boolean[] done = new boolean[1];
        stopping.broker.shutDown(() -> done[0] = true);
        assertThat(dying.receive()).containsExactly(new Disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
        stopping.pass(Duration.ofSeconds(3));
        assertThat(done[0]).isTrue();
        assertThat(store.isClosed()).isTrue();
        assertThat(store.disk()).anyMatch(StateChange.MessageStored.class::isInstance);
    }
}
