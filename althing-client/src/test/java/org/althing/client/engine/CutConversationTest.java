package org.althing.client.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.testing.Gen;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A conversation that is cut at any byte, goes on after a reconnect and loses or repeats nothing. */
class CutConversationTest {
    /** Carries bytes between the two until it has carried so many. */
    private static final class Wire {
        private final Harness client;
        private final ModelServer server;
        private long left;

        Wire(Harness client, ModelServer server, long bytesMax) {
            this.client = client;
            this.server = server;
            left = bytesMax;
        }

        /** Lets both speak until nobody has anything to say, or the wire is cut. */
        void run() {
            client.engine.onOpened(client.now);
            server.onOpened();
            boolean moved = true;
            while (moved && left > 0) {
                Output output = client.engine.exchangeOutput(new Output(), client.now);
                moved = carryToServer(output.view());
                output.written();
                acknowledgeAll();
                byte[] answer = server.takeOutput();
                moved |= answer.length > 0;
                int length = (int) Math.min(answer.length, left);
                left -= length;
                client.engine.onBytes(ByteBuffer.wrap(answer, 0, length), client.now);
                acknowledgeAll();
            }
            if (left <= 0) {
                client.engine.onClosed();
                server.onClosed();
            }
        }

        private boolean carryToServer(ByteBuffer bytes) {
            boolean any = bytes.hasRemaining();
            bytes.limit((int) Math.min(bytes.limit(), bytes.position() + left));
            left -= bytes.remaining();
            try {
                server.onBytes(bytes);
            } catch (MalformedPacketException malformed) {
                throw new AssertionError(malformed);
            }
            return any;
        }

        private void acknowledgeAll() {
            for (Receipt receipt : client.receipts) {
                if (receipt != null) {
                    client.engine.acknowledge(receipt, ReasonCode.SUCCESS);
                }
            }
        }
    }

    private static Harness client(ProtocolVersion version) {
        return version == ProtocolVersion.MQTT_5
                ? Harness.durable()
                : new Harness(Harness.settings(version, false, org.althing.mqtt.Properties.NONE));
    }

    @Normative({"MQTT-4.3.3-1", "MQTT-4.3.3-10", "MQTT-4.4.0-1"})
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "MQTT_3_1") // which cannot say that a session is present
    void qos_2_both_ways_is_exactly_once_wherever_it_is_cut(ProtocolVersion version) {
        for (long cut = 1; ; cut++) {
            Harness client = client(version);
            ModelServer server = new ModelServer(version, 65_535);
            server.send("down", Qos.EXACTLY_ONCE);
            Harness.Fate fate = client.publish("up", Qos.EXACTLY_ONCE);

            Wire first = new Wire(client, server, cut);
            first.run();
            if (first.left > 0) {
                break; // it was over before the cut
            }
            new Wire(client, server, Long.MAX_VALUE).run();

            assertThat(server.received).as("cut after %d bytes", cut).containsExactly("up");
            assertThat(client.texts()).as("cut after %d bytes", cut).containsExactly("down");
            assertThat(fate.word).isEqualTo("acknowledged SUCCESS");
            assertThat(client.engine.isDrained()).isTrue();
            assertThat(server.isDrained()).isTrue();
        }
    }

    @Test
    void many_messages_and_many_cuts_lose_nothing_and_keep_the_order() {
        Gen.forAll(300, gen -> {
            ProtocolVersion version = gen.pick(ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_5);
            Harness client = client(version);
            ModelServer server =
                    new ModelServer(version, version == ProtocolVersion.MQTT_5 ? gen.between(1, 5) : 65_535);
            List<String> up = new ArrayList<>();
            List<String> down = new ArrayList<>();
            List<Harness.Fate> fates = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                new Wire(client, server, gen.between(1, 200)).run();
                Qos qos = gen.pick(Qos.AT_LEAST_ONCE, Qos.EXACTLY_ONCE);
                if (gen.bool()) {
                    up.add(qos + " " + i);
                    fates.add(client.publish(qos + " " + i, qos));
                } else {
                    down.add(qos + " " + i);
                    server.send(qos + " " + i, qos);
                }
                cut(client, server);
            }
            new Wire(client, server, Long.MAX_VALUE).run();

            assertThat(fates).allMatch(fate -> fate.word.equals("acknowledged SUCCESS"));
            check(server.received, up);
            check(client.texts(), down);
        });
    }

    private static void cut(Harness client, ModelServer server) {
        client.engine.onClosed();
        server.onClosed();
    }

    /** QoS 2 exactly once, QoS 1 at least once; each in the order of its first appearance. */
    private static void check(List<String> arrived, List<String> sent) {
        for (String message : sent) {
            long count = arrived.stream().filter(message::equals).count();
            if (message.startsWith("EXACTLY")) {
                assertThat(count).as(message).isEqualTo(1);
            } else {
                assertThat(count).as(message).isPositive();
            }
        }
        for (Qos qos : List.of(Qos.AT_LEAST_ONCE, Qos.EXACTLY_ONCE)) {
            assertThat(arrived.stream()
                            .filter(text -> text.startsWith(qos.name()))
                            .distinct())
                    .containsExactlyElementsOf(sent.stream()
                            .filter(text -> text.startsWith(qos.name()))
                            .toList());
        }
    }
}
