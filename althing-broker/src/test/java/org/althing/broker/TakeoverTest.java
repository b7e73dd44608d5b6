package org.althing.broker;

import static org.althing.broker.TestClient.payloads;
import static org.assertj.core.api.Assertions.assertThat;

import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.Will;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** The three cases of a CONNECT whose Client Identifier is known, and what becomes of the old connection. */
class TakeoverTest {
    private final Rig rig = new Rig();

    @Normative({"MQTT-3.1.4-3"})
    @Test
    void the_old_connection_is_told_and_closed() {
        TestClient old = rig.client().connect("c");
        old.accepted();
        TestClient young = rig.client().connect("c");
        young.accepted();
        assertThat(old.receive()).containsExactly(new Disconnect(ReasonCode.SESSION_TAKEN_OVER));
        assertThat(old.isClosed()).isTrue();
        assertThat(young.isClosed()).isFalse();
        assertThat(rig.broker.counters().clientsConnected.value()).isEqualTo(1);
        assertThat(rig.log).contains("Client c already connected, closing old connection.");
        assertThat(rig.log).anyMatch(line -> line.endsWith("disconnected: session taken over."));
    }

    @Normative(v311 = "MQTT-3.1.4-2")
    @Test
    void an_old_connection_of_mqtt_3_1_1_is_just_closed() {
        TestClient old = rig.client().connect311("c", true);
        old.accepted();
        rig.client().connect("c").accepted();
        assertThat(old.receive()).isEmpty();
        assertThat(old.isClosed()).isTrue();
    }

    @Normative({"MQTT-3.1.2-5", "MQTT-3.1.2-6", "MQTT-3.2.2-2", "MQTT-3.2.2-3"})
    @Test
    void case_resume_the_session_goes_on_with_everything_in_it() {
        TestClient old = rig.client().connect("c", false, 100);
        assertThat(old.accepted().sessionPresent()).isFalse();
        old.subscribe("t", Qos.AT_LEAST_ONCE);
        TestClient young = rig.client().connect("c", false, 100);
        assertThat(young.accepted().sessionPresent()).isTrue();
        rig.broker.publish(TestClient.message("t", "x", Qos.AT_LEAST_ONCE, false));
        assertThat(payloads(young.receive())).containsExactly("x");
    }

    @Normative("MQTT-3.1.2-4")
    @Test
    void case_start_clean_nothing_is_left_of_the_old_session() {
        TestClient old = rig.client().connect("c", false, 100);
        old.accepted();
        old.subscribe("t", Qos.AT_LEAST_ONCE);
        TestClient young = rig.client().connect("c", true, 100);
        assertThat(young.accepted().sessionPresent()).isFalse();
        rig.broker.publish(TestClient.message("t", "x", Qos.AT_LEAST_ONCE, false));
        assertThat(young.receive()).isEmpty();
        assertThat(rig.broker.counters().subscriptions.value()).isZero();
    }

    @Test
    void a_session_that_ends_with_its_connection_cannot_be_resumed_by_takeover() {
        TestClient old = rig.client().connect("c", false, 0);
        old.accepted();
        old.subscribe("t", Qos.AT_LEAST_ONCE);
        assertThat(rig.client().connect("c", false, 100).accepted().sessionPresent())
                .isFalse();
        assertThat(rig.broker.counters().sessions.value()).isEqualTo(1);
    }

    @Test
    void the_will_of_the_old_connection_is_published() {
        TestClient watcher = rig.client().connect("watcher");
        watcher.accepted();
        watcher.subscribe("w", Qos.AT_MOST_ONCE);
        Will will = new Will(TestClient.message("w", "gone", Qos.AT_MOST_ONCE, false), 0);
        rig.client().connect("c", true, 0, will, Properties.NONE).accepted();
        rig.client().connect("c").accepted();
        assertThat(payloads(watcher.receive())).containsExactly("gone");
    }

    @Test
    void many_takeovers_in_one_turn_leave_one_connection() {
        TestClient[] clients = new TestClient[20];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = rig.client().connect("c", false, 100);
        }
        rig.idle();
        int open = 0;
        for (TestClient client : clients) {
            open += client.isClosed() ? 0 : 1;
        }
        assertThat(open).isEqualTo(1);
        assertThat(rig.broker.counters().connections.value()).isEqualTo(1);
        assertThat(rig.broker.counters().clientsConnected.value()).isEqualTo(1);
        assertThat(rig.broker.counters().sessions.value()).isEqualTo(1);
    }
}
