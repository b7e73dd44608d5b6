package org.althing.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.althing.client.engine.PacketTrace;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.testing.DebianMosquitto;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Messages from one client to another through Debian's mosquitto, both on connections that are cut again and again. At
 * the end each message is counted: none is lost. {@code -Dsoak.messages=100000} (profile {@code soak}) makes it long.
 *
 * <p>Order and QoS 2 are checked at both ends of the wire: what lies between is mosquitto's. Once in many runs a message
 * came twice, or before an earlier one; who was to blame then was not found out, and now would be.
 */
@Timeout(3_600)
class SoakTest {
    private static final int MESSAGES = Integer.getInteger("soak.messages", 1_000);
    private static final Retry QUICK = new Retry.Backoff(Duration.ofMillis(1), Duration.ofMillis(10), true);
    private static final Duration ENOUGH = Duration.ofSeconds(30 + MESSAGES / 20);

    /** MQTT 3.1 cannot say that the session is still there, so what is under way at a cut may come twice. */
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "MQTT_3_1")
    void nothing_is_lost_and_neither_end_makes_two_of_one(ProtocolVersion version) throws Exception {
        Map<String, Integer> counts = new HashMap<>();
        ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
        Wire sent = new Wire();
        Wire arrived = new Wire();
        try (DebianMosquitto broker = DebianMosquitto.start("allow_anonymous true", "max_queued_messages 0");
                CuttingRelay relay = new CuttingRelay(broker.port(), 8_000, version.level());
                MqttClient from = client(relay, version, "from", sent);
                MqttClient to = client(relay, version, "to", arrived)) {
            to.onMessage((c, message) -> received.add(message.text()));
            to.connect();
            assertThat(to.subscribe("soak").await(ENOUGH)).isInstanceOf(SubscribeResult.Granted.class);
            from.connect();
            ArrayDeque<Delivery> deliveries = new ArrayDeque<>();
            for (int i = 0; i < MESSAGES; i++) {
                deliveries.add(
                        from.publish("soak", (i % 2) + " " + i, i % 2 == 0 ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE));
                while (deliveries.size() > 500) {
                    assertThat(deliveries.remove().await(ENOUGH)).isInstanceOf(PublishResult.Acknowledged.class);
                }
            }
            for (Delivery delivery : deliveries) {
                assertThat(delivery.await(ENOUGH)).isInstanceOf(PublishResult.Acknowledged.class);
            }
            relay.stopCutting();
            from.publish("soak", "end", Qos.EXACTLY_ONCE).await(ENOUGH);
            long deadline = System.nanoTime() + ENOUGH.toNanos();
            while (!received.contains("end") && System.nanoTime() < deadline) {
                to.loop(Duration.ofMillis(20));
            }
            received.forEach(text -> counts.merge(text, 1, Integer::sum));
            assertThat(relay.cuts()).as("cuts").isGreaterThan(MESSAGES / 200);
            assertThat(from.messagesNotDelivered()).isZero();
            System.out.printf(
                    "soak %s: %d messages, %d cuts, %d lost, %d of QoS 1 and %d of QoS 2 came more than once, %d out of"
                            + " order%n",
                    version,
                    MESSAGES,
                    relay.cuts(),
                    MESSAGES + 1 - counts.size(),
                    doubled(counts, "0 "),
                    doubled(counts, "1 "),
                    outOfOrder(received, "0 ") + outOfOrder(received, "1 "));
        }
        assertThat(counts).hasSize(MESSAGES + 1);
        assertThat(sent.secondExchanges)
                .as("QoS 2 sent again under another identifier, or after its end")
                .isEmpty();
        counts.forEach((text, count) -> {
            if (text.startsWith("1 ")) {
                assertThat(count)
                        .as("how often the handler got %s, which mosquitto sent as so many messages", text)
                        .isEqualTo(arrived.exchanges.get(text));
            }
        });
        assertThat(sent.outOfOrder)
                .as("sent (again) in another order than published")
                .isEmpty();
        assertThat(received.stream().distinct())
                .as("handled in another order than they arrived")
                .containsExactlyElementsOf(arrived.payloads.stream().distinct().toList());
    }

    /** Messages as they pass one client's end of the wire. */
    private static final class Wire implements PacketTrace {
        /** Of messages that arrived. */
        private final List<String> payloads = new ArrayList<>();

        private final List<String> outOfOrder = new ArrayList<>();
        /** The last one that was sent on this connection, for each QoS. */
        private final int[] last = new int[2];
        // What follows is of QoS 2, by packet identifiers, as long as the broker knows the session.
        private final Map<Integer, String> begun = new HashMap<>();
        private final Map<Integer, String> arriving = new HashMap<>();
        private final Set<String> ended = new HashSet<>();
        private final List<String> secondExchanges = new ArrayList<>();
        /** How many messages the broker made of each. */
        private final Map<String, Integer> exchanges = new HashMap<>();

        @Override
        public void sent(ControlPacket packet) {
            if (packet instanceof Connect) {
                Arrays.fill(last, -1);
            } else if (packet instanceof Publish publish && !text(publish).equals("end")) {
                int qos = text(publish).charAt(0) - '0';
                int number = Integer.parseInt(text(publish).substring(2));
                if (number <= last[qos]) {
                    outOfOrder.add(last[qos] + " before " + number);
                }
                last[qos] = number;
                if (qos == 1) {
                    onBegun(publish.packetIdentifier(), text(publish));
                }
            }
        }

        private void onBegun(int identifier, String text) {
            begun.put(identifier, text);
            boolean elsewhereToo = begun.values().stream().filter(text::equals).count() > 1;
            if (elsewhereToo || ended.contains(text)) {
                secondExchanges.add(text);
            }
        }

        /** The client passes a message on in the order of arrival, QoS 2 with its first PUBLISH. */
        @Override
        public void received(ControlPacket packet) {
            switch (packet) {
                case Publish publish -> {
                    payloads.add(text(publish));
                    boolean isNew = !text(publish).equals(arriving.get(publish.packetIdentifier()));
                    if (publish.message().qos() == Qos.EXACTLY_ONCE && isNew) {
                        arriving.put(publish.packetIdentifier(), text(publish));
                        exchanges.merge(text(publish), 1, Integer::sum);
                    }
                }
                case PubRel release -> arriving.remove(release.packetIdentifier());
                case PubComp completed -> {
                    if (begun.remove(completed.packetIdentifier()) instanceof String text) {
                        ended.add(text);
                    }
                }
                case ConnAck answer
                when !answer.sessionPresent() -> {
                    begun.clear();
                    arriving.clear();
                }
                default -> {}
            }
        }

        private static String text(Publish publish) {
            return publish.message().payload().text();
        }
    }

    private static long doubled(Map<String, Integer> counts, String qos) {
        return counts.entrySet().stream()
                .filter(each -> each.getKey().startsWith(qos) && each.getValue() > 1)
                .count();
    }

    /** How many come later than one that was published after them; each counted where it came first. */
    private static long outOfOrder(Iterable<String> received, String qos) {
        Set<String> seen = new HashSet<>();
        int latest = -1;
        long found = 0;
        for (String text : received) {
            if (text.startsWith(qos) && seen.add(text)) {
                int number = Integer.parseInt(text.substring(2));
                found += number < latest ? 1 : 0;
                latest = Math.max(latest, number);
            }
        }
        return found;
    }

    private static MqttClient client(CuttingRelay relay, ProtocolVersion version, String name, Wire wire) {
        return MqttClient.create(o -> {
            o.server("127.0.0.1", relay.port())
                    .version(version)
                    .clientId(name)
                    .cleanStart(false)
                    .queue(100, 1 << 20)
                    .inFlight(20)
                    .trace(wire)
                    .retry(QUICK);
            if (version == ProtocolVersion.MQTT_5) {
                o.sessionExpiry(Duration.ofDays(1));
            }
        });
    }
}
