package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.althing.testing.DebianMosquitto;
import org.althing.testing.Programs;
import org.althing.tools.Commands.Ended;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code bench} against Debian's broker: what it counts, and that it does not load others unasked. */
class BenchTest {
    private static DebianMosquitto broker;

    @BeforeAll
    static void start() {
        Programs.require("mosquitto");
        broker = DebianMosquitto.start("allow_anonymous true", "max_inflight_messages 0", "max_queued_messages 0");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static Json.Node bench(String... words) {
        Ended ended = Commands.ours(
                "althing bench",
                "",
                Commands.with(new String[] {"-p", "" + broker.port(), "--time", "1s", "--warm-up", "300ms"}, words));
        assertThat(ended.status()).as(ended.out() + ended.err()).isZero();
        return report(ended);
    }

    private static Json.Node report(Ended ended) {
        if (JsonReader.readExactly(ended.out().strip()) instanceof Json.Node report) {
            return report;
        }
        throw new AssertionError("no report: " + ended);
    }

    private static long number(Json.Node node, String name) {
        if (node.get(name) instanceof Json.Literal literal) {
            return (long) Double.parseDouble(literal.value());
        }
        throw new AssertionError("no number " + name + " in " + node);
    }

    @ParameterizedTest
    @CsvSource({"sub,1,1", "fan-in,2,1", "fan-out,0,5", "latency,1,1"})
    void every_message_is_counted(String scenario, String qos, long copies) {
        Json.Node report = bench(scenario, "--clients", "5", "--rate", "500", "-q", qos);
        long sent = number(report, "sent");
        assertThat(sent).isBetween(640L, 660L); // 1.3 s at 500 a second
        assertThat(number(report, "expected")).isEqualTo(sent * copies);
        assertThat(number(report, "received")).isEqualTo(sent * copies);
        for (String fault : List.of("lost", "duplicates", "reordered", "foreign", "failed")) {
            assertThat(number(report, fault)).as(fault).isZero();
        }
        if (!(report.get("latencyMicros") instanceof Json.Node latency)) {
            throw new AssertionError("no latencies in " + report);
        }
        assertThat(number(latency, "count")).isBetween(400 * copies, 650 * copies);
        assertThat(number(latency, "p50")).isPositive().isLessThanOrEqualTo(number(latency, "p99"));
    }

    @Test
    void publishers_alone_are_measured_by_their_acknowledgements() {
        Json.Node report = bench("pub", "--clients", "3", "--rate", "300", "-q", "1");
        assertThat(number(report, "acknowledged")).isEqualTo(number(report, "sent"));
        assertThat(report.get("received")).isNull();
    }

    @Test
    void connections_are_made_on_schedule() {
        Json.Node report = bench("connect", "--rate", "50");
        assertThat(number(report, "acknowledged"))
                .isEqualTo(number(report, "sent"))
                .isBetween(60L, 70L);
        assertThat(number(report, "failed")).isZero();
    }

    @Test
    void loss_duplicates_and_order_are_told_apart() {
        BenchTally tally = new BenchTally();
        assertThat(tally.got(0)).isTrue();
        assertThat(tally.got(3)).isTrue();
        assertThat(tally.got(2)).isTrue();
        assertThat(tally.got(2)).isFalse();
        assertThat(tally.got(4)).isTrue();
        assertThat(List.of(tally.received(), tally.duplicates(), tally.reordered()))
                .containsExactly(4L, 1L, 1L);
    }

    /** Delivers the first message late, a later one twice, and one never. */
    @Test
    void a_latency_counts_from_when_the_message_was_due_and_a_bad_broker_is_found_out() {
        FakeBroker.Conduct bad = new FakeBroker.Conduct() {
            private volatile FakeBroker.@Nullable Peer subscriber;

            @Override
            public void with(FakeBroker.Peer peer) throws Exception {
                peer.accept();
                int count = 0;
                while (true) {
                    FakeBroker.Packet packet = peer.next();
                    if (packet.type() == 8) {
                        subscriber = peer;
                        peer.send(0x90, 4, packet.body()[0], packet.body()[1], 0, 1);
                    } else if (packet.type() == 3) {
                        int at = 2 + packet.topic().length();
                        peer.send(0x40, 2, packet.body()[at], packet.body()[at + 1]);
                        String payload = new String(
                                packet.body(),
                                at + 3,
                                packet.body().length - at - 3,
                                java.nio.charset.StandardCharsets.ISO_8859_1);
                        for (int i = 0; i < (count == 5 ? 0 : count == 6 ? 2 : 1); i++) {
                            forward(packet, at);
                        }
                        assertThat(payload).hasSize(64);
                        count++;
                    }
                }
            }

            private void forward(FakeBroker.Packet packet, int at) throws Exception {
                // The same PUBLISH at QoS 0: without its packet identifier.
                byte[] body = packet.body();
                int[] all = new int[2 + body.length - 2];
                all[0] = 0x30;
                all[1] = body.length - 2;
                for (int i = 0, to = 2; i < body.length; i++) {
                    if (i < at || i >= at + 2) {
                        all[to++] = body[i];
                    }
                }
                Objects.requireNonNull(subscriber).send(all);
            }
        };
        try (FakeBroker broken = new FakeBroker(bad)) {
            Ended ended = Commands.ours(
                    "althing bench",
                    "",
                    "latency",
                    "-p",
                    broken.port(),
                    "-q",
                    "1",
                    "--rate",
                    "20",
                    "--time",
                    "1s",
                    "--warm-up",
                    "1ms");
            assertThat(ended.status()).isEqualTo(1);
            Json.Node report = report(ended);
            assertThat(number(report, "lost")).isEqualTo(1);
            assertThat(number(report, "duplicates")).isEqualTo(1);
            assertThat(number(report, "reordered")).isZero();
        }
    }

    @Test
    void a_host_that_is_not_this_machine_is_not_loaded_unasked() {
        Ended ended = Commands.ours("althing bench", "", "-h", "192.0.2.1", "latency");
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).contains("192.0.2.1 is not this machine: --yes");
        assertThat(Commands.ours("althing bench", "", "nonsense").err()).contains("none of pub, sub, fan-in");
    }
}
