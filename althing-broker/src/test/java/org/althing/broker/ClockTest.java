package org.althing.broker;

import static org.althing.broker.TestClient.message;
import static org.althing.broker.TestClient.packet;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.ControlPacket.PingResp;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.Will;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clocks that jump, and machines that sleep. Keep alive goes by the clock that only runs forward; whatever outlives a
 * process goes by the wall clock, also while there is no process.
 */
class ClockTest {
    private static final Duration DAY = Duration.ofDays(1);
    /** The wall clock is looked at that often. */
    private static final Duration LOOK = Duration.ofSeconds(11);

    private CrashStore store = new CrashStore();
    private final Rig rig = Rig.made(parts -> parts.store(store));

    private TestClient durable(String clientId, long expirySeconds) {
        TestClient client = rig.client().connect(clientId, false, expirySeconds);
        client.accepted();
        return client;
    }

    private void leave(TestClient client) {
        client.send(new Disconnect(ReasonCode.SUCCESS));
        rig.idle();
    }

    private void restartAfter(Duration downtime) {
        rig.broker.loops().forEach(rig.engine::kill);
        rig.time.runFor(downtime);
        store = store.afterCrash();
        rig.crashAndRestart(store);
    }

    private static Properties expiry(long seconds) {
        return Properties.builder()
                .set(Property.MESSAGE_EXPIRY_INTERVAL, seconds)
                .build();
    }

    private void publishExpiring(String topic, String payload, long seconds, boolean retain) {
        rig.broker.publish(message(topic, payload, AT_LEAST_ONCE, retain).withProperties(expiry(seconds)));
        rig.idle();
    }

    private List<String> back(String clientId) {
        return payloads(rig.client().connect(clientId, false, 1_000_000).receive());
    }

    private static long expiryOf(List<ControlPacket> packets) {
        return packets.stream()
                .filter(Publish.class::isInstance)
                .map(each -> ((Publish) each).message().properties().integer(Property.MESSAGE_EXPIRY_INTERVAL, -1))
                .findFirst()
                .orElseThrow();
    }

    // ---- keep alive

    @Normative("MQTT-3.1.2-22")
    @ParameterizedTest
    @ValueSource(ints = {1, -1})
    void keep_alive_does_not_look_at_the_wall_clock(int days) {
        TestClient client = rig.client().connect("c");
        client.accepted();
        rig.time.jumpWallClock(DAY.multipliedBy(days));
        rig.pass(Duration.ofSeconds(80));
        assertThat(client.isClosed()).isFalse();
        rig.pass(Duration.ofSeconds(11));
        assertThat(client.received()).containsExactly(new Disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
    }

    @Test
    void who_has_spoken_while_the_process_was_stopped_is_not_taken_for_silent() {
        TestClient client = rig.client().connect("c");
        client.accepted();
        rig.time.runFor(Duration.ofSeconds(50));
        client.send(PingReq.INSTANCE);
        rig.time.advance(Duration.ofHours(1)); // nothing runs meanwhile, as after SIGSTOP
        rig.pass(Duration.ofSeconds(1));
        assertThat(client.received()).containsExactly(PingResp.INSTANCE);
        assertThat(client.isClosed()).isFalse();
    }

    @Test
    void who_was_silent_all_the_while_is_gone_after_it() {
        TestClient client = rig.client().connect("c");
        client.accepted();
        rig.time.advance(Duration.ofHours(1));
        rig.pass(Duration.ofSeconds(1));
        assertThat(client.received()).containsExactly(new Disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
    }

    // ---- messages

    @Test
    void a_queued_message_expires_when_the_wall_clock_jumps_over_its_time() {
        TestClient client = durable("c", 1_000_000);
        client.subscribe("t", AT_LEAST_ONCE);
        leave(client);
        publishExpiring("t", "short", 100, false);
        publishExpiring("t", "long", 200_000, false);
        rig.time.jumpWallClock(DAY);
        assertThat(back("c")).containsExactly("long");
    }

    @Normative("MQTT-3.3.2-6")
    @Test
    void a_clock_that_is_put_back_makes_no_message_live_longer_than_was_published() {
        TestClient client = durable("c", 1_000_000);
        client.subscribe("t", AT_LEAST_ONCE);
        leave(client);
        publishExpiring("t", "x", 100, false);
        rig.time.jumpWallClock(DAY.negated());
        TestClient back = rig.client().connect("c", false, 1_000_000);
        assertThat(expiryOf(back.receive())).isEqualTo(100);
    }

    @Test
    void messages_go_on_expiring_while_the_broker_is_down() {
        TestClient client = durable("c", 1_000_000);
        client.subscribe("t", AT_LEAST_ONCE);
        leave(client);
        publishExpiring("t", "short", 100, false);
        publishExpiring("t", "long", 1_000, false);
        publishExpiring("r", "kept", 100, true);
        restartAfter(Duration.ofSeconds(200));
        TestClient back = rig.client().connect("c", false, 1_000_000);
        List<ControlPacket> packets = back.receive();
        assertThat(payloads(packets)).containsExactly("long");
        assertThat(expiryOf(packets)).isEqualTo(800);
        assertThat(back.subscribe("r", AT_LEAST_ONCE)).isEmpty();
    }

    @Test
    void a_retained_message_expires_soon_after_a_jump_too() {
        publishExpiring("r", "kept", 1_000, true);
        rig.time.jumpWallClock(DAY);
        rig.pass(LOOK);
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
    }

    // ---- sessions

    @Test
    void a_session_expires_soon_after_the_wall_clock_jumps_over_its_end_and_not_before() {
        leave(durable("c", 10_000));
        rig.pass(Duration.ofSeconds(5_000));
        assertThat(rig.broker.counters().sessions.value()).isEqualTo(1);
        rig.time.jumpWallClock(Duration.ofSeconds(4_900));
        rig.pass(LOOK);
        assertThat(rig.broker.counters().sessions.value()).isEqualTo(1);
        rig.time.jumpWallClock(Duration.ofSeconds(100));
        rig.pass(LOOK);
        assertThat(rig.broker.counters().sessions.value()).isZero();
    }

    @Normative("MQTT-4.1.0-2")
    @Test
    void who_comes_back_right_after_a_jump_over_the_end_of_its_session_does_not_find_it() {
        leave(durable("c", 100));
        rig.pass(Duration.ofSeconds(1));
        rig.time.jumpWallClock(Duration.ofSeconds(100));
        assertThat(rig.client().connect("c", false, 100).accepted().sessionPresent())
                .isFalse();
    }

    @Test
    void a_clock_that_is_put_back_keeps_a_session_until_its_wall_time() {
        leave(durable("c", 100));
        rig.time.jumpWallClock(Duration.ofHours(-1));
        rig.pass(Duration.ofSeconds(3_600));
        assertThat(rig.broker.counters().sessions.value()).isEqualTo(1);
        rig.pass(Duration.ofSeconds(101));
        assertThat(rig.broker.counters().sessions.value()).isZero();
    }

    @Normative("MQTT-4.1.0-2")
    @ParameterizedTest
    @ValueSource(longs = {90, 110})
    void a_session_goes_on_expiring_while_the_broker_is_down(long downSeconds) {
        leave(durable("c", 100));
        restartAfter(Duration.ofSeconds(downSeconds));
        boolean present = rig.client().connect("c", false, 100).accepted().sessionPresent();
        assertThat(present).isEqualTo(downSeconds < 100);
    }

    @Test
    void who_was_connected_when_the_broker_died_has_all_its_time_from_the_next_start_on() {
        durable("c", 100);
        restartAfter(Duration.ofSeconds(5_000));
        rig.pass(Duration.ofSeconds(90));
        assertThat(rig.client().connect("c", false, 100).accepted().sessionPresent())
                .isTrue();
    }

    // ---- delayed wills

    private TestClient dying(long delaySeconds) {
        Will will = new Will(message("w", "died", AT_MOST_ONCE, true), delaySeconds);
        TestClient client = rig.client().connect("dying", false, 1_000_000, will, Properties.NONE);
        client.accepted();
        return client;
    }

    @Test
    void a_delayed_will_comes_when_the_wall_clock_says_so() {
        dying(10_000).peer.transport().abort();
        rig.pass(Duration.ofSeconds(100));
        rig.time.jumpWallClock(Duration.ofSeconds(9_000));
        rig.pass(LOOK);
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
        rig.time.jumpWallClock(Duration.ofSeconds(1_000));
        rig.pass(LOOK);
        assertThat(rig.broker.counters().retainedMessages.value()).isEqualTo(1);
    }

    @Normative("MQTT-3.1.3-9")
    @Test
    void who_comes_back_right_after_a_jump_over_its_will_delay_is_too_late() {
        dying(100).peer.transport().abort();
        rig.pass(Duration.ofSeconds(1));
        rig.time.jumpWallClock(Duration.ofSeconds(100));
        durable("dying", 1_000_000);
        assertThat(rig.broker.counters().retainedMessages.value()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -1})
    void a_will_that_is_delayed_after_a_jump_is_not_late(int days) {
        leave(durable("c", 1_000_000)); // so that the clock is looked at now and then
        rig.pass(Duration.ofSeconds(25));
        rig.time.jumpWallClock(DAY.multipliedBy(days));
        dying(3).peer.transport().abort();
        rig.pass(Duration.ofMillis(2_900));
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
        rig.pass(Duration.ofMillis(200));
        assertThat(rig.broker.counters().retainedMessages.value()).isEqualTo(1);
    }

    @Test
    void a_delayed_will_falls_due_while_the_broker_is_down() {
        dying(100).peer.transport().abort();
        rig.idle();
        restartAfter(Duration.ofSeconds(200));
        rig.pass(Duration.ofSeconds(1));
        assertThat(rig.broker.counters().retainedMessages.value()).isEqualTo(1);
    }

    @Test
    void a_delayed_will_of_one_who_was_connected_waits_from_the_next_start_on() {
        dying(100);
        restartAfter(Duration.ofSeconds(200));
        rig.pass(Duration.ofSeconds(90));
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
        rig.pass(LOOK);
        assertThat(rig.broker.counters().retainedMessages.value()).isEqualTo(1);
    }

    @Test
    void wills_and_retained_messages_are_no_matter_of_a_live_connection_with_a_wrong_clock() {
        TestClient client = rig.client().connect("c");
        client.accepted();
        client.subscribe("t", AT_MOST_ONCE);
        rig.time.jumpWallClock(DAY.multipliedBy(-400));
        client.send(packet("t", "x", AT_MOST_ONCE, false, 0));
        assertThat(payloads(client.receive())).containsExactly("x");
    }
}
