package org.althing.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.althing.client.engine.PacketTrace;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.testing.DebianMosquitto;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams, requests, the store and policies, against Debian's mosquitto. */
@Timeout(60)
class FeaturesTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static DebianMosquitto broker;

    @BeforeAll
    static void start() {
        broker = DebianMosquitto.start();
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    private static MqttClient client(Threads threads) {
        return MqttClient.create(o -> o.server("localhost", broker.port()).threads(threads));
    }

    private static String next(MessageStream stream) throws InterruptedException {
        ReceivedMessage message = stream.take(SOON);
        if (message == null) {
            throw new AssertionError("no message came");
        }
        return message.text();
    }

    // ---- streams -------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void a_stream_gives_messages_in_order_and_ends_with_its_client(Threads threads) throws Exception {
        List<String> taken = new ArrayList<>();
        String topic = "stream/" + threads;
        try (MqttClient client = client(threads)) {
            client.connect();
            MessageStream stream = client.stream(topic);
            stream.subscription().await(SOON);
            for (int i = 0; i < 100; i++) {
                client.publish(topic, "m" + i, threads == Threads.CALLER ? Qos.EXACTLY_ONCE : Qos.AT_LEAST_ONCE);
            }
            for (ReceivedMessage message : stream) {
                taken.add(message.text());
                if (taken.size() == 100) {
                    client.disconnect();
                }
            }
            assertThatThrownBy(stream::take)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("ended");
        }
        assertThat(taken).hasSize(100).startsWith("m0", "m1", "m2", "m3").endsWith("m98", "m99");
    }

    @Test
    void what_a_stream_has_not_taken_is_not_acknowledged_and_the_broker_waits() throws Exception {
        AtomicInteger arrived = new AtomicInteger();
        PacketTrace counting = new PacketTrace() {
            @Override
            public void sent(ControlPacket packet) {}

            @Override
            public void received(ControlPacket packet) {
                if (packet instanceof ControlPacket.Publish) {
                    arrived.incrementAndGet();
                }
            }
        };
        try (MqttClient client = MqttClient.create(
                        o -> o.server("localhost", broker.port()).trace(counting));
                MqttClient other = client(Threads.VIRTUAL)) {
            client.connect();
            other.connect();
            try (MessageStream stream = client.stream("slow")) {
                stream.subscription().await(SOON);
                for (int i = 0; i < 50; i++) {
                    other.publish("slow", "m" + i, Qos.AT_LEAST_ONCE);
                }
                assertThat(other.drain(SOON)).isTrue();
                // Mosquitto has all of them, and sends 20 (max_inflight_messages) until some are acknowledged.
                assertThat(arrived).hasValueLessThan(25);
                for (int i = 0; i < 50; i++) {
                    assertThat(next(stream)).isEqualTo("m" + i);
                }
            }
        }
    }

    @Test
    void a_publisher_gives_what_is_asked_for_and_no_more() throws Exception {
        try (MqttClient client = client(Threads.VIRTUAL)) {
            client.connect();
            MessageStream stream = client.stream("flow");
            stream.subscription().await(SOON);
            Collector collector = new Collector();
            stream.publisher().subscribe(collector);
            Collector second = new Collector();
            stream.publisher().subscribe(second);
            assertThat(second.failure.get(10, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class);
            for (int i = 0; i < 10; i++) {
                client.publish("flow", "m" + i, Qos.AT_LEAST_ONCE);
            }
            assertThat(client.drain(SOON)).isTrue();
            collector.subscription.request(2);
            assertThat(collector.received.poll(10, TimeUnit.SECONDS)).isEqualTo("m0");
            assertThat(collector.received.poll(10, TimeUnit.SECONDS)).isEqualTo("m1");
            assertThat(collector.received.poll(100, TimeUnit.MILLISECONDS)).isNull();
            collector.subscription.request(Long.MAX_VALUE);
            for (int i = 2; i < 10; i++) {
                assertThat(collector.received.poll(10, TimeUnit.SECONDS)).isEqualTo("m" + i);
            }
            client.disconnect();
            assertThat(collector.completed.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static final class Collector implements Flow.Subscriber<ReceivedMessage> {
        final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        final CountDownLatch completed = new CountDownLatch(1);
        final CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Flow.Subscription subscription = new Flow.Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {}
        };

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(ReceivedMessage message) {
            received.add(message.text());
        }

        @Override
        public void onError(Throwable reason) {
            failure.complete(reason);
        }

        @Override
        public void onComplete() {
            completed.countDown();
        }
    }

    // ---- requests ------------------------------------------------------------------------------------------------

    @Test
    void a_client_may_ask_itself_and_ask_again_in_its_handler() throws Exception {
        try (MqttClient client = client(Threads.VIRTUAL);
                MqttClient other = client(Threads.VIRTUAL)) {
            client.connect();
            other.connect();
            other.respond("svc/double", request -> request.text() + request.text())
                    .await(SOON);
            client.respond(
                            "svc/upper",
                            request -> client.request("svc/double", request.text(), SOON)
                                    .text()
                                    .toUpperCase(java.util.Locale.ROOT))
                    .await(SOON);
            assertThat(client.request("svc/upper", "ping", SOON).text()).isEqualTo("PINGPING");
            List<CompletableFuture<ReceivedMessage>> many = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                many.add(other.requestAsync(request("svc/upper", "x" + i), SOON));
            }
            for (int i = 0; i < 50; i++) {
                assertThat(many.get(i).get(10, TimeUnit.SECONDS).text()).isEqualTo("X" + i + "X" + i);
            }
        }
    }

    private static ApplicationMessage request(String topic, String text) {
        return new ApplicationMessage(TopicName.of(topic), Bytes.of(text), Qos.AT_LEAST_ONCE, false, Properties.NONE);
    }

    @ParameterizedTest
    @EnumSource
    void a_request_that_nobody_answers_ends_in_time(Threads threads) throws Exception {
        try (MqttClient client = client(threads)) {
            client.connect();
            assertThatThrownBy(() -> client.request("nobody/" + threads, "?", Duration.ofMillis(50)))
                    .isInstanceOf(TimeoutException.class);
            CompletableFuture<ReceivedMessage> later =
                    client.requestAsync(request("nobody/" + threads, "?"), Duration.ofMillis(50));
            client.loop(Duration.ofMillis(300));
            assertThatThrownBy(() -> later.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void a_request_before_mqtt_5_says_what_it_needs() {
        try (MqttClient client =
                MqttClient.create(o -> o.server("localhost", broker.port()).version(ProtocolVersion.MQTT_3_1_1))) {
            client.connect();
            assertThatThrownBy(() -> client.request("a", "b", SOON)).hasMessageContaining("MQTT 5");
        }
    }

    // ---- the store -----------------------------------------------------------------------------------------------

    @TempDir
    Path directory;

    private MqttClient stored(String id) {
        return MqttClient.create(o -> o.server("localhost", broker.port())
                .clientId(id)
                .cleanStart(false)
                .sessionExpiry(Duration.ofHours(1))
                .store(directory.resolve(id)));
    }

    @Test
    void what_was_published_offline_is_sent_by_the_next_run_of_the_program_once_and_in_order() throws Exception {
        try (MqttClient listener = client(Threads.VIRTUAL)) {
            listener.connect();
            MessageStream stream = listener.stream("offline/#");
            stream.subscription().await(SOON);
            Delivery kept;
            try (MqttClient first = stored("off")) {
                for (int i = 0; i < 20; i++) {
                    first.publish("offline/" + i % 3, "m" + i, Qos.EXACTLY_ONCE);
                }
                kept = first.publish("offline/last", "last", Qos.EXACTLY_ONCE);
            }
            assertThat(kept.await()).isEqualTo(new PublishResult.Kept());
            try (MqttClient second = stored("off")) {
                second.connect();
                assertThat(second.drain(SOON)).isTrue();
            }
            for (int i = 0; i < 20; i++) {
                assertThat(next(stream)).isEqualTo("m" + i);
            }
            assertThat(next(stream)).isEqualTo("last");
            try (MqttClient third = stored("off")) {
                third.connect();
                assertThat(third.drain(SOON)).isTrue();
            }
            assertThat(stream.take(Duration.ofMillis(200))).isNull();
        }
    }

    @Test
    void a_store_without_a_session_to_go_on_with_is_refused() {
        assertThatThrownBy(() -> MqttClient.create(o -> o.store(directory)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("clientId")
                .hasMessageContaining("sessionExpiry");
    }

    @Test
    void a_store_is_for_one_client_at_a_time() {
        try (MqttClient first = stored("one")) {
            assertThat(first.isConnected()).isFalse();
            assertThatThrownBy(() -> stored("one")).hasMessageContaining("another client uses the store");
        }
        stored("one").close();
    }

    // ---- what happens without a connection, and at the limit -----------------------------------------------------

    private static MqttClient unconnected(WhenFull policy) {
        return MqttClient.create(
                o -> o.server("localhost", broker.port()).queue(3, 1 << 20).whenFull(policy));
    }

    private static List<PublishResult> fourOfThree(MqttClient client) throws Exception {
        List<Delivery> deliveries = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            deliveries.add(client.publish("full", "m" + i, Qos.AT_LEAST_ONCE));
        }
        client.connect();
        List<PublishResult> results = new ArrayList<>();
        for (Delivery delivery : deliveries) {
            results.add(delivery.await(SOON));
        }
        return results;
    }

    @Test
    void a_full_queue_does_what_the_policy_says_and_counts_it() throws Exception {
        PublishResult taken = new PublishResult.Acknowledged(true);
        try (MqttClient client = unconnected(WhenFull.DROP_NEW)) {
            BlockingQueue<ClientEvent.NotDelivered> events = new LinkedBlockingQueue<>();
            client.onEvent((c, event) -> {
                if (event instanceof ClientEvent.NotDelivered it) {
                    events.add(it);
                }
            });
            PublishResult dropped = new PublishResult.Dropped("the queue is full");
            assertThat(fourOfThree(client)).containsExactly(taken, taken, taken, dropped);
            assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo(new ClientEvent.NotDelivered(1, dropped));
            assertThat(client.messagesNotDelivered()).isEqualTo(1);
        }
        try (MqttClient client = unconnected(WhenFull.DROP_OLD)) {
            assertThat(fourOfThree(client))
                    .containsExactly(new PublishResult.Dropped("newer messages took its place"), taken, taken, taken);
        }
        try (MqttClient client = unconnected(WhenFull.FAIL)) {
            assertThatThrownBy(() -> fourOfThree(client)).isInstanceOf(IllegalStateException.class);
        }
        try (MqttClient client = unconnected(WhenFull.WAIT)) {
            assertThat(fourOfThree(client).getLast()).isInstanceOf(PublishResult.Dropped.class);
        }
    }

    @Test
    void qos_0_waits_for_a_connection_where_that_is_wanted() throws Exception {
        try (MqttClient client =
                MqttClient.create(o -> o.server("localhost", broker.port()).queueQos0(true))) {
            Delivery waiting = client.publish("later", "x");
            assertThat(waiting.isDone()).isFalse();
            client.connect();
            assertThat(waiting.await(SOON)).isEqualTo(new PublishResult.Sent());
        }
        try (MqttClient client = client(Threads.VIRTUAL)) {
            assertThat(client.publish("later", "x").await()).isInstanceOf(PublishResult.Dropped.class);
        }
    }

    // ---- versions, hooks -----------------------------------------------------------------------------------------

    @Test
    void any_version_falls_back_with_a_broker_that_knows_no_mqtt_5() throws Exception {
        try (OldBroker old = new OldBroker();
                MqttClient client =
                        MqttClient.create(o -> o.server("localhost", old.port()).anyVersion())) {
            client.connect();
            assertThat(client.isConnected()).isTrue();
            assertThat(old.levels()).containsExactly(5, 4);
            assertThat(client.publish("a", "b").await(SOON)).isEqualTo(new PublishResult.Sent());
            assertThatThrownBy(() -> client.publish(request("a", "b")
                            .withProperties(Properties.builder()
                                    .set(Property.RESPONSE_TOPIC, "x")
                                    .build())))
                    .hasMessageContaining("MQTT 5");
        }
    }

    @Test
    void the_hook_may_change_server_and_login_for_each_attempt() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (MqttClient client = MqttClient.create(o -> o.server("localhost", 1)
                .retry(new Retry.Backoff(Duration.ofMillis(5), Duration.ofMillis(10), true))
                .beforeConnect(attempt -> {
                    calls.incrementAndGet();
                    if (attempt.number() == 1) {
                        throw new IllegalStateException("no token yet");
                    }
                    if (attempt.number() > 2) {
                        attempt.server("localhost", broker.port()).login("ada", "token" + attempt.number());
                    }
                }))) {
            List<String> failures = new ArrayList<>();
            client.onConnectFail(
                    (c, event) -> failures.add(String.valueOf(event.cause().getMessage())));
            client.connect();
            assertThat(calls).hasValue(3);
            assertThat(failures).hasSize(2);
            assertThat(failures.getFirst()).contains("no token yet");
        }
    }

    @Test
    void connecting_may_be_waited_for_elsewhere() throws Exception {
        try (MqttClient client = client(Threads.VIRTUAL)) {
            assertThat(client.connectAsync().get(10, TimeUnit.SECONDS).reconnect())
                    .isFalse();
        }
        try (MqttClient client = MqttClient.create(o -> o.server("localhost", 1))) {
            assertThatThrownBy(() -> client.connectAsync().get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(ConnectFailedException.class);
        }
    }
}
