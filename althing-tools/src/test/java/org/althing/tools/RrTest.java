package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import org.althing.client.MqttClient;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ProtocolVersion;
import org.althing.testing.DebianMosquitto;
import org.althing.testing.Programs;
import org.althing.tools.Commands.Ended;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code rr} against Debian's broker, with a responder that speaks both versions. */
class RrTest {
    private static DebianMosquitto broker;
    private static MqttClient responder;

    @BeforeAll
    static void start() throws Exception {
        Programs.require("mosquitto");
        broker = DebianMosquitto.start();
        responder = MqttClient.create(o -> o.server("localhost", broker.port()).version(ProtocolVersion.MQTT_5));
        responder.connect();
        responder
                .subscribe("rr/ask", org.althing.mqtt.Qos.EXACTLY_ONCE, (client, message) -> {
                    String topic = message.responseTopic();
                    client.publish(
                            topic == null ? "rr/answer" : topic, Bytes.of(message.text() + "!"), message.qos(), false);
                })
                .await();
    }

    @AfterAll
    static void stop() {
        responder.close();
        broker.close();
    }

    private static Ended rr(String name, String... words) {
        return Commands.ours(
                name, "whole\ninput", Commands.with(new String[] {"-p", "" + broker.port(), "-W", "10"}, words));
    }

    @ParameterizedTest
    @CsvSource({"5,0", "5,1", "5,2", "311,1", "31,2"})
    void the_answer_is_printed(String version, String qos) {
        assertThat(rr("mosquitto_rr", "-V", version, "-q", qos, "-t", "rr/ask", "-e", "rr/answer", "-m", "hello"))
                .isEqualTo(new Ended(0, "hello!\n", ""));
    }

    @Test
    void formats_sources_and_latency_are_those_of_pub_and_sub() {
        assertThat(rr("mosquitto_rr", "-t", "rr/ask", "-e", "rr/answer", "-m", "x", "-v")
                        .out())
                .isEqualTo("rr/answer x!\n");
        assertThat(rr("mosquitto_rr", "-t", "rr/ask", "-e", "rr/answer", "-s", "-F", "%t|%l", "-N")
                        .out())
                .isEqualTo("rr/answer|12");
        assertThat(rr("mosquitto_rr", "-t", "rr/ask", "-e", "rr/answer", "-n", "--latency")
                        .out())
                .matches("!\nLatency: [0-9]+\\.[0-9]{6}(ms|Âµs)\n");
    }

    @Test
    void no_answer_in_time_is_27() {
        assertThat(Commands.ours(
                        "mosquitto_rr", "", "-p", "" + broker.port(), "-W", "1", "-t", "x", "-e", "y", "-m", "z"))
                .isEqualTo(new Ended(27, "", "Timed out\n"));
    }

    @Test
    void what_is_refused_has_the_reason_codes() {
        FakeBroker.Conduct refusing = peer -> {
            peer.accept();
            FakeBroker.Packet subscribe = peer.next();
            peer.send(0x90, 4, subscribe.body()[0], subscribe.body()[1], 0, 0x87);
            peer.next();
        };
        try (FakeBroker strict = new FakeBroker(refusing)) {
            String[] words = {"-p", strict.port(), "-t", "x", "-e", "y", "-m", "z"};
            assertThat(Commands.ours("mosquitto_rr", "", words)).isEqualTo(new Ended(135, "", "Not authorized\n"));
            assertThat(Commands.ours("althing rr", "", words))
                    .isEqualTo(
                            new Ended(6, "", "althing rr: the broker refused the subscription to y: not authorized\n"));
        }
    }
}
