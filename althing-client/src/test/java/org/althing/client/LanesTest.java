package org.althing.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.testing.Gen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LanesTest {
    private final Inbox inbox = new Inbox(1_000);
    private final MqttClient client = MqttClient.create();

    private void message(String topic, String text) {
        inbox.add(new ReceivedMessage(
                new Core(client, new ClientOptions()),
                new Publish(
                        false,
                        0,
                        0,
                        new ApplicationMessage(
                                TopicName.of(topic), Bytes.of(text), Qos.AT_MOST_ONCE, false, Properties.NONE)),
                null));
    }

    private void event(long count) {
        inbox.add(new ClientEvent.MessagesDropped(count));
    }

    private static String words(Inbox.@Nullable Work work) {
        return work instanceof Inbox.Work.Message it
                ? it.message().text()
                : work instanceof Inbox.Work.Event it ? "E" + ((ClientEvent.MessagesDropped) it.event()).count() : "-";
    }

    @Test
    void what_waits_is_taken_as_the_drawing_says() {
        Lanes lanes = new Lanes(inbox, 2);
        message("a", "a1");
        message("b", "b1");
        message("a", "a2");
        event(1);
        message("c", "c1");
        Inbox.Work a1 = lanes.poll();
        Inbox.Work b1 = lanes.poll();
        assertThat(words(a1) + words(b1) + words(lanes.poll())).isEqualTo("a1b1-");
        lanes.done(java.util.Objects.requireNonNull(b1));
        assertThat(words(lanes.poll()))
                .as("a2 waits behind a1, the event for both")
                .isEqualTo("-");
        lanes.done(java.util.Objects.requireNonNull(a1));
        Inbox.Work a2 = lanes.poll();
        assertThat(words(a2) + words(lanes.poll())).isEqualTo("a2-");
        lanes.done(java.util.Objects.requireNonNull(a2));
        Inbox.Work event = lanes.poll();
        assertThat(words(event) + words(lanes.poll())).as("alone").isEqualTo("E1-");
        lanes.done(java.util.Objects.requireNonNull(event));
        assertThat(words(lanes.poll())).isEqualTo("c1");
    }

    @Test
    void a_topic_keeps_its_order_an_event_its_place_and_nothing_waits_without_reason() {
        Gen.forAll(300, gen -> {
            int atOnce = gen.between(1, 4);
            Lanes lanes = new Lanes(inbox, atOnce);
            Map<String, Integer> sent = new HashMap<>();
            Map<String, Integer> handled = new HashMap<>();
            List<Inbox.Work> running = new ArrayList<>();
            ArrayDeque<String> order = new ArrayDeque<>();
            int steps = gen.between(1, 200);
            for (int step = 0; step < steps || !running.isEmpty() || lanes.hasWork(); step++) {
                if (step < steps && gen.between(0, 9) == 0) {
                    event(step);
                    order.add("E" + step);
                } else if (step < steps && gen.bool()) {
                    String topic = gen.pick("a", "b", "c");
                    int number = sent.merge(topic, 1, Integer::sum);
                    message(topic, topic + number);
                    order.add(topic + number);
                }
                Inbox.Work next = lanes.poll();
                if (next != null) {
                    boolean event = next instanceof Inbox.Work.Event;
                    assertThat(running).as("an event is alone").hasSizeLessThan(event ? 1 : atOnce);
                    if (event) {
                        assertThat(order.peek()).isEqualTo(words(next)); // all before it are done
                    } else {
                        String topic = words(next).substring(0, 1);
                        assertThat(words(next)).isEqualTo(topic + handled.merge(topic, 1, Integer::sum));
                    }
                    running.add(next);
                } else if (!running.isEmpty()) {
                    Inbox.Work done = running.remove(gen.between(0, running.size() - 1));
                    order.remove(words(done));
                    lanes.done(done);
                } else {
                    assertThat(lanes.hasWork()).as("work that nobody may take").isFalse();
                }
            }
            assertThat(handled).isEqualTo(sent);
            assertThat(lanes.isQuiet()).isTrue();
        });
    }

    @Test
    void without_threads_nothing_can_happen_at_once() {
        assertThatThrownBy(
                        () -> MqttClient.create(o -> o.threads(Threads.CALLER).handlersAtOnce(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CALLER");
        assertThatThrownBy(() -> new ClientOptions().handlersAtOnce(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
