package org.althing.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.althing.client.MessageStream;
import org.althing.client.MqttClient;
import org.althing.client.ReceivedMessage;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The extension with JUnit 5, used as by anybody. */
@Timeout(60)
class AlthingBrokerTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @RegisterExtension
    static final AlthingBroker SHARED = AlthingBroker.onFreePort();

    @RegisterExtension
    final AlthingBroker broker = AlthingBroker.inMemory();

    @RegisterExtension
    final AlthingBroker other = AlthingBroker.inMemory();

    private static ApplicationMessage message(String topic, String text) {
        return new ApplicationMessage(TopicName.of(topic), Bytes.of(text), Qos.AT_LEAST_ONCE, false, Properties.NONE);
    }

    @Test
    void what_a_client_publishes_is_seen() {
        try (MqttClient lamp = broker.connect("lamp")) {
            lamp.publish("lamp/state", "on");
            lamp.publish("lamp/state", "off", Qos.EXACTLY_ONCE);
            assertThat(broker.assertPublished("lamp/+", "off").qos()).isEqualTo(Qos.EXACTLY_ONCE);
            assertThat(broker.published("lamp/#"))
                    .extracting(it -> it.payload().text())
                    .containsExactly("on", "off");
            broker.assertNothingPublished("door/#");
            assertThatThrownBy(() -> broker.assertNothingPublished("lamp/state"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("\"on\" on lamp/state");
        }
    }

    @Test
    void each_test_and_each_broker_begins_empty() {
        assertThat(broker.published()).isEmpty();
        try (MqttClient client = other.connect("x")) {
            client.publish("a", "b");
            other.assertPublished("a", "b");
        }
        assertThat(broker.published()).isEmpty();
        assertThat(SHARED.published()).isEmpty();
    }

    @Test
    void messages_of_every_size_go_both_ways_in_memory() throws Exception {
        try (MqttClient client = broker.connect("both")) {
            try (MessageStream stream = client.stream("sizes")) {
                stream.subscription().await(SOON);
                for (int size : new int[] {0, 1, 127, 128, 65_535, 65_536, 1_000_000}) {
                    client.publish("sizes", Bytes.of(new byte[size]), Qos.AT_LEAST_ONCE, false);
                    ReceivedMessage received = stream.take(SOON);
                    assertThat(received == null ? -1 : received.payload().length())
                            .isEqualTo(size);
                }
                for (int i = 0; i < 900; i++) {
                    client.publish("sizes", "m" + i, Qos.AT_LEAST_ONCE);
                }
                for (int i = 0; i < 900; i++) {
                    ReceivedMessage received = stream.take(SOON);
                    assertThat(received == null ? "nothing" : received.text()).isEqualTo("m" + i);
                }
            }
        }
    }

    @Timeout(30)
    @Test
    void time_that_passes_ends_a_session() {
        try (MqttClient client =
                broker.client(o -> o.clientId("old").cleanStart(false).sessionExpiry(Duration.ofHours(1)))) {
            client.connect();
            client.disconnect();
            awaitNobody();
            broker.clock().advance(Duration.ofMinutes(59));
            assertThat(client.connect().sessionPresent()).isTrue();
            client.disconnect();
            awaitNobody();
            broker.clock().advance(Duration.ofMinutes(61));
            assertThat(client.connect().sessionPresent()).isFalse();
        }
    }

    private void awaitNobody() {
        while (broker.clientsConnected() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void the_broker_itself_may_publish() throws Exception {
        try (MqttClient client = broker.connect("listener");
                MessageStream stream = client.stream("news")) {
            stream.subscription().await(SOON);
            broker.publish(message("news", "hello"));
            ReceivedMessage received = stream.take(SOON);
            assertThat(received == null ? "nothing" : received.text()).isEqualTo("hello");
            broker.assertNothingPublished("#");
        }
    }

    @Test
    void on_a_port_any_client_may_come() throws Exception {
        try (MqttClient client = MqttClient.of("mqtt://localhost:" + SHARED.port())) {
            client.connect();
            client.publish("a", "b", Qos.AT_LEAST_ONCE).await(SOON);
            SHARED.assertPublished("a", "b");
        }
        assertThatThrownBy(SHARED::clock).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(broker::port)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("onFreePort");
    }

    @Test
    void many_run_at_once_and_leave_no_thread() {
        for (int round = 0; round < 3; round++) {
            List<AlthingBroker> many = java.util.stream.Stream.generate(AlthingBroker::inMemory)
                    .limit(10)
                    .map(AlthingBroker::start)
                    .toList();
            many.forEach(each -> {
                try (MqttClient client = each.connect("c")) {
                    assertThat(client.isConnected()).isTrue();
                }
            });
            many.forEach(AlthingBroker::close);
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("althing-shard"))
                .hasSizeLessThanOrEqualTo(3); // the three of this class
    }

    @Test
    void it_is_used_only_while_it_runs() {
        assertThatThrownBy(() -> AlthingBroker.inMemory().connect("x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("@RegisterExtension");
    }
}
