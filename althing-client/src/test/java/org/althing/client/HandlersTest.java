package org.althing.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Handlers of several messages at once: in order per topic, beside each other across topics. */
@Timeout(60)
class HandlersTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private static Publish message(int identifier, String topic, String payload) {
        return new Publish(
                false,
                identifier,
                0,
                new ApplicationMessage(
                        TopicName.of(topic), Bytes.of(payload), Qos.AT_LEAST_ONCE, false, Properties.NONE));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "CALLER")
    void a_handler_that_waits_holds_up_its_own_topic_and_no_other(Threads threads) throws Exception {
        List<ControlPacket> received = new ArrayList<>();
        ConcurrentLinkedQueue<String> handled = new ConcurrentLinkedQueue<>();
        CountDownLatch others = new CountDownLatch(2);
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.accept();
            peer.send(message(1, "slow", "s1"), message(2, "slow", "s2"), message(3, "a", "a1"), message(4, "b", "b1"));
            received.addAll(peer.untilEnd());
        })) {
            try (MqttClient client = MqttClient.create(
                    o -> o.server("localhost", server.port()).threads(threads).handlersAtOnce(2))) {
                client.onMessage("slow", (c, message) -> {
                    if (message.text().equals("s1")) {
                        assertThat(others.await(5, TimeUnit.SECONDS)).isTrue();
                    }
                    handled.add(message.text());
                    if (message.text().equals("s2")) {
                        c.disconnect();
                    }
                });
                client.onMessage((c, message) -> {
                    handled.add(message.text());
                    others.countDown();
                });
                client.connect();
                client.loop(SOON);
            }
            server.await();
        }
        assertThat(handled).containsExactly("a1", "b1", "s1", "s2");
        assertThat(received)
                .as("acknowledged in the order of arrival, whoever is ready first")
                .containsExactly(
                        new PubAck(1, ReasonCode.SUCCESS),
                        new PubAck(2, ReasonCode.SUCCESS),
                        new PubAck(3, ReasonCode.SUCCESS),
                        new PubAck(4, ReasonCode.SUCCESS),
                        new Disconnect(ReasonCode.SUCCESS));
    }

    @Test
    void by_default_one_handler_runs_at_a_time() throws Exception {
        ConcurrentLinkedQueue<String> steps = new ConcurrentLinkedQueue<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.accept();
            peer.send(message(1, "a", "a1"), message(2, "b", "b1"));
            peer.untilEnd();
        })) {
            try (MqttClient client = MqttClient.create(o -> o.server("localhost", server.port()))) {
                client.onMessage((c, message) -> {
                    steps.add("begins " + message.text());
                    Thread.yield();
                    steps.add("ends " + message.text());
                    if (message.text().equals("b1")) {
                        c.disconnect();
                    }
                });
                client.connect();
                client.loop(SOON);
            }
            server.await();
        }
        assertThat(steps).containsExactly("begins a1", "ends a1", "begins b1", "ends b1");
    }

    @ParameterizedTest
    @EnumSource
    void a_message_of_qos_0_that_nobody_sees_is_counted_and_reported(Threads threads) throws Exception {
        List<Long> reported = new ArrayList<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.accept();
            peer.send(plain("nobody", "1"), plain("wanted", "2"), plain("wanted", "3"), plain("stream", "4"));
            peer.untilEnd();
        })) {
            try (MqttClient client =
                    MqttClient.create(o -> o.server("localhost", server.port()).threads(threads))) {
                client.onEvent((c, event) -> {
                    if (event instanceof ClientEvent.MessagesDropped dropped) {
                        reported.add(dropped.count());
                    }
                });
                MessageStream stream = client.stream("stream");
                client.onMessage("wanted", (c, message) -> {
                    while (stream.dropped() == 0 && c.messagesDropped() < 2) {
                        if (stream.take(Duration.ofMillis(1)) != null) {
                            break; // so "3" waits behind this one, and the end comes before its turn
                        }
                    }
                    c.disconnect();
                });
                client.connect();
                client.loop(SOON);
            }
            server.await();
            assertThat(reported.stream().mapToLong(Long::longValue).sum()).isEqualTo(2);
        }
    }

    private static Publish plain(String topic, String payload) {
        return new Publish(false, 0, 0, ApplicationMessage.of(topic, payload));
    }
}
