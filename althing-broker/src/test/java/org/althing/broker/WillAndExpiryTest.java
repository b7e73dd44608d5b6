package org.althing.broker;

import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.Will;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** How the will, its delay, the session's expiry, DISCONNECT and takeover play together. */
class WillAndExpiryTest {
    private final Rig rig = new Rig();
    private final TestClient watcher = rig.client().connect("watcher", true, 0);

    WillAndExpiryTest() {
        watcher.accepted();
        watcher.subscribe("will", Qos.EXACTLY_ONCE);
    }

    private TestClient client(boolean cleanStart, long expirySeconds, long delaySeconds, String payload) {
        Will will = new Will(TestClient.message("will", payload, AT_MOST_ONCE, false), delaySeconds);
        TestClient client = rig.client().connect("c", cleanStart, expirySeconds, will, Properties.NONE);
        client.accepted();
        return client;
    }

    private static Disconnect disconnect(ReasonCode reasonCode, long expirySeconds) {
        return new Disconnect(
                reasonCode,
                Properties.builder()
                        .set(Property.SESSION_EXPIRY_INTERVAL, expirySeconds)
                        .build());
    }

    /** The wills that come within this time; the watcher is kept alive meanwhile. */
    private List<String> within(int seconds) {
        for (int left = seconds; left > 0; left -= 30) {
            watcher.send(PingReq.INSTANCE);
            rig.pass(Duration.ofSeconds(Math.min(30, left)));
        }
        return payloads(watcher.receive());
    }

    private long sessions() {
        return rig.broker.counters().sessions.value() - 1; // without the watcher's
    }

    @Normative({"MQTT-3.1.2-10", "MQTT-3.14.4-3"})
    @Test
    void a_normal_disconnect_discards_a_delayed_will_for_good() {
        client(true, 100, 10, "never").send(new Disconnect(ReasonCode.SUCCESS));
        assertThat(within(200)).isEmpty();
        assertThat(sessions()).isZero();
    }

    @Test
    void a_disconnect_that_ends_the_session_publishes_a_delayed_will_at_once_if_it_asks_for_it() {
        client(true, 100, 10, "now").send(disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, 0));
        assertThat(within(1)).containsExactly("now");
        assertThat(sessions()).isZero();
        assertThat(within(200)).isEmpty();
    }

    @Test
    void a_disconnect_may_shorten_and_prolong_the_session_and_the_will_follows() {
        client(true, 100, 50, "shortened").send(disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, 5));
        assertThat(within(4)).isEmpty();
        assertThat(within(2)).containsExactly("shortened");
        assertThat(sessions()).isZero();
        client(true, 5, 50, "prolonged").send(disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, 100));
        assertThat(within(49)).isEmpty();
        assertThat(within(2)).containsExactly("prolonged");
        assertThat(sessions()).isEqualTo(1);
        assertThat(within(60)).isEmpty();
        assertThat(sessions()).isZero();
        client(true, 5, 0, "for ever").send(disconnect(ReasonCode.SUCCESS, StateChange.NO_EXPIRY_SECONDS));
        rig.idle();
        within(3_600);
        assertThat(sessions()).isEqualTo(1);
    }

    @Test
    void a_disconnect_that_prolongs_a_session_which_ends_with_it_is_a_protocol_error_and_publishes_the_will() {
        TestClient client = client(true, 0, 0, "wrong");
        client.send(disconnect(ReasonCode.SUCCESS, 1));
        assertThat(client.receive()).containsExactly(new Disconnect(ReasonCode.PROTOCOL_ERROR));
        assertThat(within(1)).containsExactly("wrong");
        TestClient same = client(true, 0, 0, "never");
        same.send(disconnect(ReasonCode.SUCCESS, 0)); // says nothing new
        assertThat(same.receive()).isEmpty();
        assertThat(within(1)).isEmpty();
    }

    @Test
    void every_disconnect_but_a_normal_one_publishes_the_will() {
        for (ReasonCode code : List.of(
                ReasonCode.DISCONNECT_WITH_WILL_MESSAGE,
                ReasonCode.UNSPECIFIED_ERROR,
                ReasonCode.ADMINISTRATIVE_ACTION)) {
            client(true, 0, 0, code.name()).send(new Disconnect(code));
            assertThat(within(1)).containsExactly(code.name());
        }
    }

    @Normative("MQTT-3.1.3-9")
    @Test
    void a_takeover_that_resumes_the_session_cancels_a_delayed_will_and_not_one_without_delay() {
        client(true, 100, 10, "cancelled");
        client(false, 100, 0, "not delayed");
        assertThat(within(20)).isEmpty();
        client(false, 100, 0, "last");
        assertThat(within(20)).containsExactly("not delayed");
    }

    @Test
    void a_takeover_ends_a_session_without_expiry_or_one_that_starts_clean_and_publishes_its_will_whatever_the_delay() {
        client(true, 0, 10, "ended");
        TestClient second = client(false, 100, 10, "started clean");
        assertThat(payloads(watcher.receive())).containsExactly("ended");
        TestClient third = client(true, 100, 10, "third");
        assertThat(payloads(watcher.receive())).containsExactly("started clean");
        assertThat(second.isClosed()).isTrue();
        third.send(new Disconnect(ReasonCode.SUCCESS));
        assertThat(within(20)).isEmpty();
    }

    @Test
    void who_comes_back_in_time_and_leaves_well_leaves_no_will_of_either_connection() {
        client(true, 100, 10, "first").peer.transport().abort();
        assertThat(within(5)).isEmpty();
        client(false, 100, 10, "second").send(new Disconnect(ReasonCode.SUCCESS));
        assertThat(within(150)).isEmpty();
    }

    @Test
    void a_client_that_comes_back_without_a_will_has_none() {
        client(true, 100, 10, "first").peer.transport().abort();
        rig.idle();
        TestClient back = rig.client().connect("c", false, 100);
        assertThat(back.accepted().sessionPresent()).isTrue();
        back.peer.transport().abort();
        assertThat(within(150)).isEmpty();
    }
}
