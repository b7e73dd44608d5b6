package org.althing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.althing.broker.Broker;
import org.althing.broker.conf.MosquittoConf;
import org.althing.broker.storage.JournalStateStore;
import org.althing.client.MessageStream;
import org.althing.client.MqttClient;
import org.althing.client.ReceivedMessage;
import org.althing.client.Retry;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.net.Clock;
import org.althing.net.nio.NioEngine;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** State goes from Debian's Mosquitto to us and back again, with the programs themselves. */
@Timeout(120)
class MigrateSideBySideTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final int port = Programs.freePort();
    private Path conf;

    @BeforeEach
    void write() throws Exception {
        Programs.require("mosquitto");
        conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + port + " 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location "
                        + folder + "/\nuser root\n");
    }

    /** Runs Debian's Mosquitto for this long; it saves its state when it ends. */
    private void withMosquitto(Work work) throws Exception {
        try (ChildProcess mosquitto = Programs.start("mosquitto", "-v", "-c", conf.toString())) {
            mosquitto.awaitErr("running", PATIENCE);
            work.run();
            mosquitto.signal("TERM");
            assertThat(mosquitto.await(PATIENCE).exitCode()).isZero();
        }
    }

    private void withOurs(Work work) throws Exception {
        MosquittoConf read = MosquittoConf.read(conf, List.of());
        try (NioEngine engine = new NioEngine();
                Broker broker = Broker.builder(read.broker(), engine)
                        .store(JournalStateStore.inFolder(folder.resolve("mosquitto.db.althing")))
                        .log((level, line) -> {})
                        .start()) {
            assertThat(broker.addresses()).isNotEmpty();
            work.run();
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private MqttClient client(String name, boolean clean) {
        MqttClient client = MqttClient.create(options -> options.server("127.0.0.1", port)
                .clientId(name)
                .version(ProtocolVersion.MQTT_3_1_1)
                .cleanStart(clean)
                .retry(new Retry.Never()));
        return client;
    }

    private void publish(String topic, String text, boolean retain) throws Exception {
        try (MqttClient client = client("publisher", true)) {
            client.connect();
            client.publish(topic, Bytes.of(text), Qos.AT_LEAST_ONCE, retain).await();
        }
    }

    /** The client that was away comes back and is sent exactly this; what is retained is there. */
    private void expect(String waiting, String retained) throws Exception {
        java.util.concurrent.LinkedBlockingQueue<String> got = new java.util.concurrent.LinkedBlockingQueue<>();
        try (MqttClient away = client("away", false)) {
            away.onMessage((mine, message) ->
                    got.add(message.topic() + " " + message.payload().text()));
            assertThat(away.connect().sessionPresent()).isTrue();
            assertThat(got.poll(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS))
                    .isEqualTo(waiting);
            publish("a/now", "live", false);
            assertThat(got.poll(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS))
                    .as("the subscription is there, and nothing else waited")
                    .isEqualTo("a/now live");
            away.disconnect();
        }
        try (MqttClient reader = client("reader", true)) {
            reader.connect();
            try (MessageStream stream = reader.stream("r")) {
                ReceivedMessage message = stream.take(PATIENCE);
                assertThat(message == null ? "nothing" : message.payload().text())
                        .isEqualTo(retained);
            }
        }
    }

    private String migrate(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        int status = new MigrateCommand(print, print, Clock.system()).run(List.of(words));
        return out.toString(StandardCharsets.UTF_8) + status;
    }

    @Test
    void sessions_queues_and_retained_messages_come_over_and_go_back() throws Exception {
        withMosquitto(() -> {
            try (MqttClient away = client("away", false)) {
                away.connect();
                away.subscribe(Qos.AT_LEAST_ONCE, "a/#").awaitAll(PATIENCE);
                away.disconnect();
            }
            publish("a/1", "one", false);
            publish("r", "kept", true);
        });
        assertThat(migrate("--import", folder.toString())).endsWith("\n0");
        withOurs(() -> {
            expect("a/1 one", "kept");
            publish("a/2", "two", false);
            publish("r", "changed", true);
        });
        assertThat(migrate("--back", folder.toString())).endsWith("\n0");
        withMosquitto(() -> expect("a/2 two", "changed"));
    }
}
