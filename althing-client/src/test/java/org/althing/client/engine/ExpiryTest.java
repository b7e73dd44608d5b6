package org.althing.client.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.junit.jupiter.api.Test;

/** Messages that wait for a connection, or for the window, and for how long. */
class ExpiryTest {
    private static Harness client(Duration queueMax) {
        EngineSettings plain = Harness.settings(ProtocolVersion.MQTT_5, true, Properties.NONE);
        return new Harness(new EngineSettings(
                plain.connect(),
                1,
                100,
                1 << 20,
                queueMax.toNanos(),
                plain.connAckTimeoutNanos(),
                true,
                0,
                false,
                null,
                SessionLog.NONE));
    }

    private static Harness.Fate publish(Harness it, String text, Qos qos, long expirySeconds) {
        Harness.Fate fate = new Harness.Fate();
        Properties properties = Properties.builder()
                .set(Property.MESSAGE_EXPIRY_INTERVAL, expirySeconds)
                .build();
        it.engine.publish(Harness.message("t", text, qos).withProperties(properties), fate, it.now);
        return fate;
    }

    @Test
    void a_message_that_waits_too_long_is_dropped_when_its_time_comes_connected_or_not() {
        Harness it = client(Duration.ofSeconds(10));
        Harness.Fate first = it.publish("first", Qos.AT_LEAST_ONCE);
        it.pass(Duration.ofSeconds(4));
        Harness.Fate second = it.publish("second", Qos.AT_MOST_ONCE);
        assertThat(it.engine.deadlineNanos())
                .isEqualTo(it.now + Duration.ofSeconds(6).toNanos());
        it.pass(Duration.ofSeconds(5));
        assertThat(first.word).isEmpty();
        it.pass(Duration.ofSeconds(1));
        assertThat(first.word).startsWith("dropped").contains("after waiting 10000 ms");
        assertThat(second.word).isEmpty();
        it.pass(Duration.ofSeconds(4));
        assertThat(second.word).startsWith("dropped");
        assertThat(it.engine.deadlineNanos()).isEqualTo(ClientEngine.NEVER);
        assertThat(it.engine.isDrained()).isTrue();

        it.connect();
        Harness.Fate open = it.publish("fills the window", Qos.AT_LEAST_ONCE);
        Harness.Fate waits = it.publish("waits behind it", Qos.AT_LEAST_ONCE);
        it.pass(Duration.ofSeconds(10));
        assertThat(waits.word).startsWith("dropped");
        assertThat(open.word).as("what was sent once does not expire here").isEmpty();
    }

    @Test
    void a_message_of_its_own_expiry_waits_no_longer_and_the_server_hears_what_is_left() {
        Harness it = client(Duration.ofDays(1));
        Harness.Fate soon = publish(it, "soon", Qos.AT_LEAST_ONCE, 5);
        Harness.Fate later = publish(it, "later", Qos.AT_LEAST_ONCE, 60);
        it.pass(Duration.ofMillis(5_500));
        assertThat(soon.word).startsWith("dropped");
        it.open();
        it.receive(new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE));
        List<Publish> sent = it.sent().stream().map(Publish.class::cast).toList();
        assertThat(sent).singleElement().satisfies(packet -> {
            assertThat(packet.message().payload().text()).isEqualTo("later");
            assertThat(packet.message().properties().integer(Property.MESSAGE_EXPIRY_INTERVAL, 0))
                    .isEqualTo(55);
        });
        assertThat(later.word).isEmpty();
    }

    @Test
    void without_waiting_the_interval_is_as_it_was_given() {
        Harness it = client(Duration.ofDays(1));
        it.connect();
        publish(it, "now", Qos.AT_MOST_ONCE, 7);
        publish(it, "now", Qos.AT_LEAST_ONCE, 7);
        assertThat(it.sent())
                .extracting(packet ->
                        ((Publish) packet).message().properties().integer(Property.MESSAGE_EXPIRY_INTERVAL, 0))
                .containsExactly(7L, 7L);
    }

    @Test
    void what_expired_makes_room_in_the_queue() {
        Harness it = client(Duration.ofSeconds(1));
        for (int i = 0; i < 100; i++) {
            it.publish("x", Qos.AT_LEAST_ONCE);
        }
        assertThat(it.engine.hasRoomFor(Harness.message("t", "y", Qos.AT_LEAST_ONCE)))
                .isFalse();
        it.pass(Duration.ofSeconds(1));
        assertThat(it.engine.hasRoomFor(Harness.message("t", "y", Qos.AT_LEAST_ONCE)))
                .isTrue();
    }
}
