package org.althing.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an exception says: what was expected, what came, and what to do. */
class ErrorsTest {
    private static Arguments mistake(String says, ThrowingCallable call) {
        return Arguments.of(says, call);
    }

    private static MqttClient old() {
        return MqttClient.create(o -> o.version(ProtocolVersion.MQTT_3_1_1));
    }

    private static ApplicationMessage asking() {
        return ApplicationMessage.of("t", "x")
                .withProperties(Properties.builder()
                        .set(Property.RESPONSE_TOPIC, "answers")
                        .build());
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake(
                        "0 to 65535 seconds, not 65536",
                        () -> new ClientOptions().keepAlive(Duration.ofSeconds(65_536))),
                mistake("1 message and 1 byte at least, not for 0 and 5", () -> new ClientOptions().queue(0, 5)),
                mistake("1 message at least, not for 0", () -> new ClientOptions().receiveQueue(0)),
                mistake("not for PT0S", () -> new ClientOptions().queueExpiry(Duration.ZERO)),
                mistake("1 to 65535 messages may be in flight, not 0", () -> new ClientOptions().inFlight(0)),
                mistake("0 to 65535 topic aliases, not -1", () -> new ClientOptions().topicAliases(-1, 0)),
                mistake("a port is 1 to 65535, not 0", () -> new ClientOptions().server("localhost", 0)),
                mistake("mqtt:, mqtts:, ws:, wss:, unix:", () -> MqttClient.of("http://localhost")),
                mistake("names no host", () -> MqttClient.of("mqtt:///x")),
                mistake("begins with a slash", () -> new ClientOptions().webSocket("mqtt")),
                mistake(
                        "http://... or socks5://..., not ftp:",
                        () -> new ClientOptions().proxy(URI.create("ftp://h:1"))),
                mistake("set clientId(...), cleanStart(false)", () -> MqttClient.create(o -> o.store(Path.of("x")))),
                mistake(
                        "version(MQTT_5), not MQTT_3_1_1",
                        () -> MqttClient.create(o ->
                                o.version(ProtocolVersion.MQTT_3_1_1).authentication(() -> ScramSha256.of("a", "b")))),
                mistake("version(MQTT_5), not MQTT_3_1_1", () -> old().publish(asking())),
                mistake("no response topic: set version(MQTT_5)", () -> old().request("t", "x", Duration.ofSeconds(1))),
                mistake("one topic filter at least", () -> MqttClient.create().subscribe(List.of(), Properties.NONE)),
                mistake("one topic filter at least", () -> MqttClient.create().unsubscribe(List.of(), Properties.NONE)),
                mistake(
                        "not PT2S and PT1S",
                        () -> new Retry.Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1), false)),
                mistake(
                        "in CALLER mode use connect()",
                        () -> MqttClient.create(o -> o.threads(Threads.CALLER)).connectAsync()),
                mistake("make a new one", () -> {
                    MqttClient closed = MqttClient.create();
                    closed.close();
                    closed.connect();
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void a_mistake_is_told_what_would_be_right(String says, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(RuntimeException.class).hasMessageContaining(says);
    }

    @Test
    void a_wait_that_is_over_says_whether_there_is_a_connection() {
        try (MqttClient client = MqttClient.create()) {
            Delivery delivery = client.publish("t", "x", Qos.AT_LEAST_ONCE);
            assertThatThrownBy(() -> delivery.await(Duration.ofMillis(1)))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessage("no answer within 1 ms; the client is not connected");
        }
    }

    @Test
    void a_request_ends_with_its_client() {
        MqttClient client = MqttClient.create();
        var answer =
                client.requestAsync(ApplicationMessage.of("t", "x").withQos(Qos.AT_LEAST_ONCE), Duration.ofHours(1));
        client.close();
        assertThatThrownBy(answer::join).hasMessageContaining("closed");
    }

    @Test
    void a_back_off_doubles_to_its_longest_and_chance_takes_up_to_a_half_of_each() {
        Retry.Backoff backoff = new Retry.Backoff(Duration.ofMillis(100), Duration.ofMillis(1_500), false);
        SplittableRandom random = new SplittableRandom(1);
        long[] full = {100, 200, 400, 800, 1_500, 1_500};
        for (int attempt = 1; attempt <= full.length; attempt++) {
            boolean varies = false;
            Duration first = backoff.delay(attempt, random);
            for (int i = 0; i < 100; i++) {
                Duration delay = backoff.delay(attempt, random);
                assertThat(delay)
                        .isBetween(Duration.ofMillis(full[attempt - 1] / 2), Duration.ofMillis(full[attempt - 1]));
                varies |= !delay.equals(first);
            }
            assertThat(varies).as("jitter").isTrue();
        }
        assertThat(backoff.delay(Integer.MAX_VALUE, random)).isLessThanOrEqualTo(Duration.ofMillis(1_500));
    }

    @Test
    void the_will_and_what_else_connect_says_is_as_the_options_say() {
        ClientOptions options = new ClientOptions()
                .clientId("c")
                .cleanStart(false)
                .sessionExpiry(Duration.ofHours(1))
                .receiveMaximum(7)
                .topicAliases(3, 5)
                .will(ApplicationMessage.of("gone", "c").withQos(Qos.EXACTLY_ONCE), Duration.ofSeconds(9));
        Connect said = options.connect(ProtocolVersion.MQTT_5, "ada", null);
        assertThat(said.cleanStart()).isFalse();
        assertThat(said.userName()).isEqualTo("ada");
        assertThat(said.properties())
                .isEqualTo(Properties.builder()
                        .set(Property.SESSION_EXPIRY_INTERVAL, 3_600)
                        .set(Property.RECEIVE_MAXIMUM, 7)
                        .set(Property.TOPIC_ALIAS_MAXIMUM, 5)
                        .build());
        assertThat(said.will()).isNotNull().satisfies(will -> {
            assertThat(will.message().topic()).hasToString("gone");
            assertThat(will.delaySeconds()).isEqualTo(9);
        });
        Connect older = options.connect(ProtocolVersion.MQTT_3_1_1, "ada", null);
        assertThat(older.properties()).isEqualTo(Properties.NONE);
        assertThat(older.will())
                .isNotNull()
                .satisfies(will -> assertThat(will.delaySeconds()).isZero());
        assertThat(options.will(null)
                        .connect(ProtocolVersion.MQTT_5, null, null)
                        .will())
                .isNull();
    }

    @Test
    void only_what_refuses_may_reject() {
        assertThat(ReasonCode.QUOTA_EXCEEDED.isError()).isTrue();
        ReceivedMessage message = new ReceivedMessage(
                new Core(MqttClient.create(), new ClientOptions()),
                new org.althing.mqtt.ControlPacket.Publish(false, 0, 0, ApplicationMessage.of("t", "x")),
                null);
        assertThatThrownBy(() -> message.reject(ReasonCode.SUCCESS)).hasMessageContaining("0x80 or more, not SUCCESS");
        assertThatThrownBy(() -> message.reply("y")).hasMessageContaining("has no response topic: it is no request");
    }
}
