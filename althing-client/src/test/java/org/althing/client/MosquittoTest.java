package org.althing.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.testing.DebianMosquitto;
import org.althing.testing.Normative;
import org.althing.testing.Programs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The client against Debian's mosquitto. */
class MosquittoTest {
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

    @ParameterizedTest
    @EnumSource
    void the_lectures_program_receives_its_own_message(Threads threads) throws Exception {
        BlockingQueue<String> printed = new LinkedBlockingQueue<>();
        try (MqttClient client = MqttClient.create(o -> o.threads(threads))) {
            client.onConnect((c, event) -> c.subscribe("votes/" + threads + "/#"));
            client.onMessage((c, message) -> {
                printed.add(message.topic() + " " + message.text());
                c.disconnect();
            });
            client.connect("localhost", broker.port(), 60);
            client.publish("votes/" + threads + "/ada", "yes");
            client.loopForever();
        }
        assertThat(printed).containsExactly("votes/" + threads + "/ada yes");
    }

    @Normative(
            value = "MQTT-4.2.0-1",
            v311 = {"MQTT-7.0.0-2", "MQTT-7.1.2-1"})
    @ParameterizedTest
    @EnumSource
    void every_version_and_qos_goes_through(ProtocolVersion version) throws Exception {
        for (Threads threads : Threads.values()) {
            List<String> received = new CopyOnWriteArrayList<>();
            String topic = "all/" + version + "/" + threads;
            try (MqttClient client = MqttClient.create(o -> o.threads(threads)
                    .version(version)
                    .clientId("c" + version.level() + threads.ordinal())
                    .server("localhost", broker.port()))) {
                client.onMessage((c, message) ->
                        received.add(message.text() + " QoS " + message.qos().level()));
                client.onMessage(topic + "/end", (c, message) -> c.disconnect());
                client.connect();
                client.subscribe(topic + "/end");
                assertThat(client.subscribe(topic).await(SOON))
                        .isEqualTo(new SubscribeResult.Granted(Qos.EXACTLY_ONCE));
                for (Qos qos : Qos.values()) {
                    PublishResult result =
                            client.publish(topic, "m" + qos.level(), qos).await(SOON);
                    assertThat(result)
                            .isEqualTo(
                                    qos == Qos.AT_MOST_ONCE
                                            ? new PublishResult.Sent()
                                            : new PublishResult.Acknowledged(false));
                }
                client.publish(topic + "/end", "");
                client.loopForever();
            }
            assertThat(received).containsExactly("m0 QoS 0", "m1 QoS 1", "m2 QoS 2");
        }
    }

    @Test
    void waiting_and_publishing_in_a_handler_works() throws Exception {
        for (Threads threads : Threads.values()) {
            BlockingQueue<PublishResult> results = new LinkedBlockingQueue<>();
            String topic = "chain/" + threads;
            try (MqttClient client = MqttClient.create(o -> o.threads(threads))) {
                client.onMessage(topic, (c, message) -> {
                    results.add(
                            c.publish(topic + "/next", "b", Qos.EXACTLY_ONCE).await(SOON));
                    c.disconnect();
                });
                client.connect("localhost", broker.port(), 60);
                client.subscribe(topic);
                client.publish(topic, "a", Qos.AT_LEAST_ONCE);
                client.loopForever();
            }
            assertThat(results)
                    .hasOnlyElementsOfType(PublishResult.Acknowledged.class)
                    .hasSize(1);
        }
    }

    @Test
    void hello_published_right_after_connect_reaches_what_on_connect_subscribed() throws Exception {
        for (int i = 0; i < 50; i++) {
            CountDownLatch came = new CountDownLatch(1);
            try (MqttClient client = MqttClient.create()) {
                client.onConnect((c, event) -> c.subscribe("hello"));
                client.onMessage((c, message) -> came.countDown());
                client.connect("localhost", broker.port(), 60);
                client.publish("hello", "hello");
                assertThat(came.await(5, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void what_is_published_while_the_broker_is_away_arrives_once_and_in_order() throws Exception {
        for (Threads threads : List.of(Threads.VIRTUAL, Threads.CALLER)) {
            try (DebianMosquitto own = DebianMosquitto.start()) {
                List<String> received = new ArrayList<>();
                List<String> events = new ArrayList<>();
                try (MqttClient client = MqttClient.create(o -> o.threads(threads)
                        .retry(new Retry.Backoff(Duration.ofMillis(20), Duration.ofMillis(100), false)))) {
                    client.onConnect((c, event) -> {
                        events.add("connected, again: " + event.reconnect());
                        c.subscribe("a");
                    });
                    client.onDisconnect((c, event) -> events.add("lost"));
                    client.onMessage((c, message) -> {
                        received.add(message.text());
                        if (received.size() == 7) {
                            c.disconnect();
                        }
                    });
                    client.connect("localhost", own.port(), 60);
                    client.publish("a", "0", Qos.AT_LEAST_ONCE).await(SOON);
                    own.kill();
                    for (int i = 1; i <= 6; i++) {
                        client.publish("a", "" + i, Qos.AT_LEAST_ONCE);
                    }
                    own.restart();
                    client.loop(SOON);
                }
                assertThat(received).containsExactly("0", "1", "2", "3", "4", "5", "6");
                assertThat(events).containsExactly("connected, again: false", "lost", "connected, again: true", "lost");
            }
        }
    }

    @Test
    void a_thousand_quick_publishes_are_all_delivered_within_the_queue() throws Exception {
        try (MqttClient client = MqttClient.create(o -> o.queue(10, 1 << 20))) {
            client.connect("localhost", broker.port(), 60);
            List<Delivery> deliveries = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                deliveries.add(client.publish("many", "" + i, Qos.AT_LEAST_ONCE));
            }
            for (Delivery delivery : deliveries) {
                assertThat(delivery.await(SOON).isSuccess()).isTrue();
            }
        }
    }

    @Test
    void nobody_at_the_port_is_said_so() {
        int port = Programs.freePort();
        for (Threads threads : Threads.values()) {
            try (MqttClient client = MqttClient.create(o -> o.threads(threads))) {
                assertThatThrownBy(() -> client.connect("localhost", port, 60))
                        .isInstanceOf(ConnectFailedException.class)
                        .hasMessage("no broker answers at localhost:" + port + ": Connection refused");
            }
        }
    }
}
