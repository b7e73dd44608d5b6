package org.althing.vote.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.althing.client.MqttClient;
import org.althing.client.PublishResult;
import org.althing.client.Retry;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.net.Worker;
import org.althing.net.nio.NioEngine;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.althing.vote.Poll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the MQTT door does, whichever broker carries the ballots; over real sockets. */
abstract class MqttCarrierContract {
    private static final String BALLOT = "vote/v1/heure/ballot/";
    private static final String RECEIPT = "vote/v1/heure/receipt/";

    @TempDir
    Path folder;

    final NioEngine engine = new NioEngine();
    VoteService vote;

    /** Puts the MQTT door of the service behind a broker; returns the broker's port. */
    abstract int open(VoteService service) throws IOException;

    abstract void closeBroker();

    private int port;

    @BeforeEach
    void start() throws IOException {
        vote = openVote();
        port = open(vote);
    }

    @AfterEach
    void stop() {
        vote.close();
        closeBroker();
        engine.close();
    }

    VoteService openVote() throws IOException {
        VoteService service = VoteService.open(folder, engine, Worker.virtualThreads());
        service.ensureOpened(Poll.heure());
        return service;
    }

    int port() {
        return port;
    }

    /** A client that keeps what it receives. */
    final class Voter implements AutoCloseable {
        final BlockingQueue<ApplicationMessage> received = new LinkedBlockingQueue<>();
        final MqttClient client;

        Voter(ProtocolVersion version, String... filters) throws InterruptedException {
            client = MqttClient.create(options -> options.version(version).retry(new Retry.Never()));
            client.onMessage((_, message) -> received.add(message.message()));
            client.connect("127.0.0.1", port, 30);
            for (String filter : filters) {
                client.subscribe(Qos.AT_LEAST_ONCE, filter).await();
            }
        }

        Voter(String... filters) throws InterruptedException {
            this(ProtocolVersion.MQTT_5, filters);
        }

        PublishResult votes(String name, String payload, Qos qos) throws Exception {
            return client.publish(BALLOT + name, payload, qos).await(Duration.ofSeconds(10));
        }

        /** The next message that fits. */
        String next(Predicate<ApplicationMessage> fits) throws InterruptedException {
            while (true) {
                ApplicationMessage message = received.poll(10, TimeUnit.SECONDS);
                assertThat(message).as("a message within 10 s").isNotNull();
                if (message != null && fits.test(message)) {
                    return message.payload().text();
                }
            }
        }

        String nextReceipt() throws InterruptedException {
            return next(message -> message.topic().toString().startsWith(RECEIPT));
        }

        @Override
        public void close() {
            client.close();
        }
    }

    @Test
    void a_ballot_counts_once_at_every_version_and_qos() throws Exception {
        int number = 0;
        for (ProtocolVersion version : List.of(ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_5)) {
            for (Qos qos : Qos.values()) {
                String name = "voter-" + ++number;
                try (Voter voter = new Voter(version, RECEIPT + name)) {
                    voter.votes(name, "ete", qos);
                    assertThat(voter.nextReceipt()).isEqualTo("a voté");
                    voter.votes(name, "hiver", qos);
                    assertThat(voter.nextReceipt()).isEqualTo("erreur, vote déjà réalisé");
                }
            }
        }
        try (Voter viewer = new Voter("vote/v1/heure/results/ete")) {
            assertThat(viewer.next(message -> message.payload().text().equals("6")))
                    .isEqualTo("6");
        }
    }

    @Test
    void the_same_vote_id_gets_the_same_receipt() throws Exception {
        try (Voter voter = new Voter(RECEIPT + "alice")) {
            String ballot = "{\"v\":1,\"choice\":[\"ete\"],\"id\":\"a-1\"}";
            for (int i = 0; i < 3; i++) {
                voter.votes("alice", ballot, Qos.AT_LEAST_ONCE);
                assertThat(voter.nextReceipt())
                        .isEqualTo("{\"id\":\"a-1\",\"status\":\"voted\",\"seq\":1,\"text\":\"a voté\"}");
            }
        }
    }

    @Test
    void the_receipt_comes_to_the_response_topic_with_the_correlation_data() throws Exception {
        try (Voter voter = new Voter("answers/bob")) {
            Properties asked = Properties.builder()
                    .set(Property.RESPONSE_TOPIC, "answers/bob")
                    .set(Property.CORRELATION_DATA, Bytes.of("12345678"))
                    .build();
            voter.client.publish(new ApplicationMessage(
                    TopicName.of(BALLOT + "bob"), Bytes.of("ete"), Qos.AT_LEAST_ONCE, false, asked));
            ApplicationMessage receipt = voter.received.poll(10, TimeUnit.SECONDS);
            assertThat(receipt).isNotNull();
            if (receipt != null) {
                assertThat(receipt.payload().text()).isEqualTo("a voté");
                assertThat(receipt.properties().bytes(Property.CORRELATION_DATA))
                        .isEqualTo(Bytes.of("12345678"));
            }
        }
    }

    @Test
    void what_to_ask_and_the_count_are_retained() throws Exception {
        Map<String, String> expected = Map.of(
                "vote/v1/heure/poll/txt", "open;Heure d’été ou heure d’hiver ?;ete=été;hiver=hiver",
                "vote/v1/heure/results/ete", "0",
                "vote/v1/heure/results/hiver", "0");
        try (Voter early = new Voter("vote/v1/heure/results/hiver")) {
            early.next(_ -> true); // the last thing that is announced; may come live
        }
        for (Map.Entry<String, String> retained : expected.entrySet()) {
            try (Voter viewer = new Voter(retained.getKey())) {
                assertThat(viewer.next(ApplicationMessage::retain)).isEqualTo(retained.getValue());
            }
        }
    }

    @Test
    void the_stock_request_and_response_tool_prints_the_verdict() {
        for (String version : List.of("5", "311")) {
            String name = "carla" + version;
            List<String> verdicts = List.of("a voté\n", "erreur, vote déjà réalisé\n");
            for (String verdict : verdicts) {
                ChildProcess.Result result = Programs.run(
                        "mosquitto_rr",
                        "-h",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(port),
                        "-V",
                        version,
                        "-W",
                        "10",
                        "-q",
                        "1",
                        "-t",
                        BALLOT + name,
                        "-e",
                        RECEIPT + name,
                        "-m",
                        "ete");
                assertThat(result.outText()).isEqualTo(verdict);
                assertThat(result.exitCode()).isZero();
            }
        }
    }
}
