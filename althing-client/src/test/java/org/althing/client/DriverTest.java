package org.althing.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What the drivers make of the engine, against a scripted server on a socket. */
class DriverTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private static MqttClient client(ScriptedServer server, Threads threads) {
        return MqttClient.create(o -> o.server("localhost", server.port())
                .threads(threads)
                .retry(new Retry.Backoff(Duration.ofMillis(5), Duration.ofMillis(20), false)));
    }

    private static Publish message(int identifier, String payload, Qos qos) {
        return new Publish(
                false,
                identifier,
                0,
                new ApplicationMessage(TopicName.of("t"), Bytes.of(payload), qos, false, Properties.NONE));
    }

    private static <T> T soon(LinkedBlockingQueue<T> queue) throws InterruptedException {
        T value = queue.poll(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(value).isNotNull();
        return value;
    }

    @Normative(value = "MQTT-4.5.0-2", v311 = "MQTT-4.5.0-2")
    @ParameterizedTest
    @EnumSource
    void a_handler_that_fails_is_reported_and_its_message_is_acknowledged(Threads threads) throws Exception {
        List<ControlPacket> received = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.accept();
            peer.send(message(1, "bad", Qos.AT_LEAST_ONCE), message(2, "good", Qos.AT_LEAST_ONCE));
            received.addAll(peer.untilEnd());
        })) {
            try (MqttClient client = client(server, threads)) {
                client.onMessage((c, message) -> {
                    if (message.text().equals("bad")) {
                        throw new IllegalStateException("meant by the test");
                    }
                });
                client.onEvent((c, event) -> {
                    if (event instanceof ClientEvent.HandlerFailed failed) {
                        failures.add(String.valueOf(failed.cause().getMessage()));
                        c.disconnect();
                    }
                });
                client.connect();
                client.loop(SOON);
            }
            server.await();
        }
        assertThat(failures).containsExactly("meant by the test");
        assertThat(received)
                .containsExactly(
                        new PubAck(1, ReasonCode.SUCCESS),
                        new PubAck(2, ReasonCode.SUCCESS),
                        new Disconnect(ReasonCode.SUCCESS));
    }

    @ParameterizedTest
    @EnumSource
    void manual_acknowledgements_leave_in_the_order_of_arrival(Threads threads) throws Exception {
        List<ControlPacket> received = new ArrayList<>();
        List<ReceivedMessage> kept = new ArrayList<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.accept();
            peer.send(message(1, "a", Qos.AT_LEAST_ONCE), message(2, "b", Qos.AT_LEAST_ONCE));
            received.add(peer.next());
            received.add(peer.next());
            peer.send(new Disconnect(ReasonCode.SESSION_TAKEN_OVER));
        })) {
            try (MqttClient client = MqttClient.create(
                    o -> o.server("localhost", server.port()).threads(threads).manualAcknowledgement(true))) {
                client.onMessage((c, message) -> {
                    kept.add(message);
                    if (kept.size() == 2) {
                        kept.get(1).reject(ReasonCode.QUOTA_EXCEEDED);
                        kept.get(0).ack();
                    }
                });
                client.connect();
                client.loop(SOON);
            }
            server.await();
        }
        assertThat(received)
                .containsExactly(new PubAck(1, ReasonCode.SUCCESS), new PubAck(2, ReasonCode.QUOTA_EXCEEDED));
    }

    @ParameterizedTest
    @EnumSource
    void a_session_taken_over_is_not_taken_back(Threads threads) throws Exception {
        List<ClientEvent.Disconnected> events = new ArrayList<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
                    peer.accept();
                    peer.send(new Disconnect(ReasonCode.SESSION_TAKEN_OVER));
                });
                MqttClient client = client(server, threads)) {
            client.onDisconnect((c, event) -> events.add(event));
            client.connect();
            client.loopForever();
        }
        assertThat(events)
                .containsExactly(new ClientEvent.Disconnected(
                        Reason.of(ReasonCode.SESSION_TAKEN_OVER),
                        "the broker disconnected: SESSION_TAKEN_OVER",
                        false,
                        null));
    }

    @ParameterizedTest
    @EnumSource
    void disconnect_ends_a_running_reconnect_at_once(Threads threads) throws Exception {
        LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.Peer::accept);
                MqttClient client = MqttClient.create(o -> o.server("localhost", server.port())
                        .threads(threads)
                        .retry(new Retry.Backoff(Duration.ofMinutes(1), Duration.ofMinutes(1), false)))) {
            client.onDisconnect((c, event) -> events.add("lost"));
            client.connect();
            client.loop(threads == Threads.CALLER ? Duration.ofMillis(300) : Duration.ZERO);
            assertThat(soon(events)).isEqualTo("lost");
            Delivery waiting = client.publish("t", "x", Qos.AT_LEAST_ONCE);
            long before = System.nanoTime();

            client.disconnect();

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
            assertThat(waiting.await(SOON)).isEqualTo(new PublishResult.Dropped("the client was disconnected"));
            client.loopForever();
            assertThat(client.isConnected()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void another_thread_may_end_the_client_at_any_moment(Threads threads) throws Exception {
        ScriptedServer.Script script = peer -> {
            peer.accept();
            peer.untilEnd();
        };
        int rounds = 100;
        ScriptedServer.Script[] scripts = new ScriptedServer.Script[rounds];
        Arrays.fill(scripts, script);
        try (ScriptedServer server = new ScriptedServer(scripts)) {
            for (int i = 0; i < rounds; i++) {
                try (MqttClient client = client(server, threads)) {
                    client.connect();
                    Thread other = Thread.ofPlatform().start(client::disconnect);
                    client.publish("t", "x");
                    client.subscribe("t");
                    assertThat(client.loop(SOON)).as("the time is over").isFalse();
                    other.join();
                }
            }
            server.await();
        }
    }

    @Test
    void no_thread_is_left_after_close() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.accept();
            peer.untilEnd();
        })) {
            try (MqttClient client = client(server, Threads.PLATFORM)) {
                client.connect();
                assertThat(clientThreads()).isNotEmpty();
            }
            assertThat(clientThreads()).isEmpty();
        }
    }

    private static List<String> clientThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("althing-client-"))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void a_server_that_does_not_answer_fails_the_connect_in_time(Threads threads) throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.Peer::untilEnd);
                MqttClient client = MqttClient.create(o ->
                        o.server("localhost", server.port()).threads(threads).connectTimeout(Duration.ofMillis(50)))) {
            assertThatThrownBy(client::connect)
                    .isInstanceOf(ConnectFailedException.class)
                    .hasMessageContaining("no CONNACK within 50 ms");
        }
    }

    @ParameterizedTest
    @EnumSource
    void malformed_bytes_are_answered_before_the_end(Threads threads) throws Exception {
        List<ControlPacket> received = new ArrayList<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
                    peer.accept();
                    peer.sendBytes(0x36, 0x00);
                    received.addAll(peer.untilEnd());
                });
                MqttClient client = MqttClient.create(o ->
                        o.server("localhost", server.port()).threads(threads).retry(new Retry.Never()))) {
            client.connect();
            client.loop(SOON);
            server.await();
        }
        assertThat(received)
                .singleElement()
                .satisfies(packet ->
                        assertThat(((Disconnect) packet).reasonCode()).isEqualTo(ReasonCode.MALFORMED_PACKET));
    }

    @ParameterizedTest
    @EnumSource
    void connect_in_a_handler_and_after_close_fails_at_once(Threads threads) throws Exception {
        LinkedBlockingQueue<String> failures = new LinkedBlockingQueue<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
                    peer.accept();
                    peer.untilEnd();
                });
                MqttClient client = client(server, threads)) {
            client.onConnect((c, event) -> {
                try {
                    c.connect();
                } catch (IllegalStateException expected) {
                    failures.add(String.valueOf(expected.getMessage()));
                }
            });
            client.connect();
            assertThat(soon(failures)).isEqualTo("connect() in a handler would wait for itself: use connectAsync()");
            assertThatThrownBy(client::connect)
                    .hasMessage("the client is connected or connecting already: disconnect() comes first");
            AutoCloseable closing = client;
            for (int i = 0; i < 2; i++) {
                close(closing);
            }
            assertThatThrownBy(client::connect).hasMessage("the client is closed for good: make a new one");
            assertThat(client.publish("t", "x").await()).isEqualTo(new PublishResult.Dropped("the client is closed"));
        }
    }

    private static void close(AutoCloseable closing) throws Exception {
        try (closing) {
            assertThat(closing).isNotNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_message_without_a_handler_is_kept_unacknowledged_until_there_is_one(Threads threads) throws Exception {
        List<ControlPacket> received = new ArrayList<>();
        CountDownLatch sent = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.accept();
            peer.send(message(1, "early", Qos.AT_LEAST_ONCE));
            received.add(peer.expect(Publish.class));
            sent.countDown();
            received.addAll(peer.untilEnd());
        })) {
            try (MqttClient client = client(server, threads)) {
                client.connect();
                client.loop(Duration.ofMillis(200));
                client.publish("t", "before the acknowledgement");
                assertThat(sent.await(5, TimeUnit.SECONDS)).isTrue();
                client.onMessage("t", (c, message) -> c.disconnect());
                client.loop(SOON);
            }
            server.await();
        }
        assertThat(received).hasSize(3).element(1).isEqualTo(new PubAck(1, ReasonCode.SUCCESS));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "CALLER") // which has nobody else to make room
    void publish_waits_for_room_and_says_so_when_interrupted(Threads threads) throws Exception {
        CompletableFuture<Void> free = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
                    peer.accept();
                    Publish first = peer.expect(Publish.class);
                    free.orTimeout(5, TimeUnit.SECONDS).join();
                    peer.send(new PubAck(first.packetIdentifier(), ReasonCode.SUCCESS));
                    for (int i = 0; i < 2; i++) {
                        peer.send(new PubAck(peer.expect(Publish.class).packetIdentifier(), ReasonCode.SUCCESS));
                    }
                    peer.untilEnd();
                });
                MqttClient client = MqttClient.create(o -> o.server("localhost", server.port())
                        .threads(threads)
                        .inFlight(1)
                        .queue(1, 1_000))) {
            client.connect();
            client.publish("t", "in flight", Qos.AT_LEAST_ONCE);
            client.publish("t", "queued", Qos.AT_LEAST_ONCE);
            Thread.currentThread().interrupt();
            Delivery interrupted = client.publish("t", "no room", Qos.AT_LEAST_ONCE);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(interrupted.await())
                    .isEqualTo(new PublishResult.Dropped("interrupted while it waited for room in the queue"));

            CompletableFuture<Delivery> waiting = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> waiting.complete(client.publish("t", "waits", Qos.AT_LEAST_ONCE)));
            free.complete(null);
            Delivery delivery = waiting.get(5, TimeUnit.SECONDS);

            assertThat(delivery.toFuture().get(5, TimeUnit.SECONDS)).isEqualTo(new PublishResult.Acknowledged(false));
            assertThat(client.drain(SOON)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "CALLER") // which reads no faster than it handles
    void a_slow_handler_costs_messages_of_qos_0_and_they_are_counted(Threads threads) throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        LinkedBlockingQueue<Long> dropped = new LinkedBlockingQueue<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
                    peer.accept();
                    for (int i = 0; i < 100; i++) {
                        peer.send(message(0, "" + i, Qos.AT_MOST_ONCE));
                    }
                    Publish seen = peer.expect(Publish.class);
                    peer.send(new PubAck(seen.packetIdentifier(), ReasonCode.SUCCESS));
                    peer.untilEnd();
                });
                MqttClient client = MqttClient.create(o ->
                        o.server("localhost", server.port()).threads(threads).receiveQueue(10))) {
            client.onMessage((c, message) -> slow.await());
            client.onEvent((c, event) -> {
                if (event instanceof ClientEvent.MessagesDropped it) {
                    dropped.add(it.count());
                }
            });
            client.connect();
            // Answered only after all of them were read: the reader does not wait for the handler.
            assertThat(client.publish("t", "x", Qos.AT_LEAST_ONCE).await(SOON).isSuccess())
                    .isTrue();
            slow.countDown();
            assertThat(soon(dropped)).isBetween(85L, 90L);
            assertThat(client.messagesDropped()).isBetween(85L, 90L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_client_is_told_when_there_is_nothing_left_to_handle(Threads threads) throws Exception {
        LinkedBlockingQueue<Integer> handledAtIdle = new LinkedBlockingQueue<>();
        List<String> handled = new ArrayList<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
                    peer.expect(Connect.class);
                    peer.send(
                            new ControlPacket.ConnAck(false, ReasonCode.SUCCESS, Properties.NONE),
                            message(0, "a", Qos.AT_MOST_ONCE),
                            message(0, "b", Qos.AT_MOST_ONCE));
                    peer.untilEnd();
                });
                MqttClient client = client(server, threads)) {
            client.onMessage((c, message) -> handled.add(message.text()));
            client.onIdle(() -> handledAtIdle.add(handled.size()));
            client.connect();
            client.loop(Duration.ofMillis(200));
            int atIdle = soon(handledAtIdle);
            while (atIdle < 2) {
                atIdle = soon(handledAtIdle);
            }
            assertThat(atIdle).isEqualTo(2);
        }
    }
}
