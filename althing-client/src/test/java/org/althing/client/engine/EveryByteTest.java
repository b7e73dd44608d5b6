package org.althing.client.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One message, and a cut of the connection behind each byte of the conversation in turn, both directions counted together;
 * then a new connection. How often the message is lost, and how often it comes twice, is known exactly.
 */
class EveryByteTest {
    /** What so many cuts did. */
    private record Counts(int cuts, int lost, int twice) {}

    /**
     * From the standard: a message of QoS 0 is lost wherever the cut is inside of it, and never comes twice. One of QoS 1 is
     * never lost, and comes twice if the cut lies between its last byte and the last byte of its PUBACK: four places. One of
     * QoS 2 does neither, in the versions where the server can say that the session is still there.
     *
     * <p>MQTT 3.1 cannot say that. There the client takes the session for lost: it does not repeat QoS 2 (that may be a
     * message lost, never one doubled) and publishes QoS 1 anew; what the server repeats of QoS 2 it must take for new.
     */
    @ParameterizedTest(name = "{0}, QoS {1}, {2}")
    @CsvSource({
        "MQTT_3_1, 0, up, 6, 6, 0",
        "MQTT_3_1, 0, down, 6, 6, 0",
        "MQTT_3_1, 1, up, 12, 0, 4",
        "MQTT_3_1, 1, down, 12, 0, 4",
        "MQTT_3_1_1, 0, up, 6, 6, 0",
        "MQTT_3_1_1, 0, down, 6, 6, 0",
        "MQTT_3_1_1, 1, up, 12, 0, 4",
        "MQTT_3_1_1, 1, down, 12, 0, 4",
        "MQTT_3_1_1, 2, up, 20, 0, 0",
        "MQTT_3_1_1, 2, down, 20, 0, 0",
        "MQTT_5, 0, up, 7, 7, 0",
        "MQTT_5, 0, down, 7, 7, 0",
        "MQTT_5, 1, up, 13, 0, 4",
        "MQTT_5, 1, down, 13, 0, 4",
        "MQTT_5, 2, up, 21, 0, 0",
        "MQTT_5, 2, down, 21, 0, 0"
    })
    void a_cut_at_every_byte(ProtocolVersion version, int level, String way, int bytes, int lost, int twice) {
        Counts counts = cutEverywhere(version, Qos.of(level), way.equals("up"));
        assertThat(counts.cuts).as("bytes of the conversation").isEqualTo(bytes);
        assertThat(counts.lost).as("lost").isEqualTo(lost);
        assertThat(counts.twice).as("twice").isEqualTo(twice);
    }

    private static Counts cutEverywhere(ProtocolVersion version, Qos qos, boolean up) {
        int lost = 0;
        int twice = 0;
        for (int cut = 0; ; cut++) {
            Conversation it = new Conversation(version);
            it.talk(Long.MAX_VALUE, true); // connected
            Harness.Fate fate = up ? it.client.publish("m", qos) : null;
            if (!up) {
                it.server.send("m", qos);
            }
            it.talk(cut, false);
            boolean wasCut = it.left <= 0;
            it.client.engine.onClosed();
            it.server.onClosed();
            it.talk(Long.MAX_VALUE, true);
            List<String> arrived = up ? it.server.received : it.client.texts();
            lost += arrived.isEmpty() ? 1 : 0;
            twice += arrived.size() == 2 ? 1 : 0;
            assertThat(arrived).hasSizeLessThanOrEqualTo(2);
            if (fate != null && qos != Qos.AT_MOST_ONCE) {
                assertThat(fate.word).as("cut after %d bytes", cut).isEqualTo("acknowledged SUCCESS");
                assertThat(it.client.engine.isDrained()).isTrue();
            }
            if (!wasCut) {
                return new Counts(cut - 1, lost, twice);
            }
        }
    }

    private static final class Conversation {
        private final Harness client;
        private final ModelServer server;
        private long left;

        Conversation(ProtocolVersion version) {
            client = version == ProtocolVersion.MQTT_5
                    ? Harness.durable()
                    : new Harness(Harness.settings(version, false, Properties.NONE));
            server = new ModelServer(version, 65_535);
        }

        /** Lets both speak until nobody has anything to say, or so many bytes have gone. */
        void talk(long bytesMax, boolean opens) {
            left = bytesMax;
            if (opens) {
                client.engine.onOpened(client.now);
                server.onOpened();
            }
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
}
