package org.althing.client.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.althing.client.Retry;
import org.althing.client.loop.LoopClient;
import org.althing.client.loop.LoopListener;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.memory.LinkConditions;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.VirtualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A day of a client on a bad network, in virtual time: a message each way every ten seconds, a cut every minute or so, the
 * server away for a while now and then. At the end everything is counted.
 */
class DayTest {
    private static final MemoryAddress SERVER = MemoryAddress.named("server");
    private static final Retry.Backoff BACKOFF =
            new Retry.Backoff(Duration.ofMillis(250), Duration.ofSeconds(30), false);
    private static final Duration DAY = Duration.ofDays(1);

    private final List<Harness.Fate> fates = new ArrayList<>();
    private final List<String> up = new ArrayList<>();
    private final List<String> down = new ArrayList<>();
    private final List<String> received = new ArrayList<>();
    private int connections;
    private int losses;
    private int refusals;

    /** The server's end of each connection, one at a time. */
    private static final class Door {
        private final ModelServer server;
        private @Nullable Transport current;

        Door(ModelServer server) {
            this.server = server;
        }

        TransportListener accept(Transport transport) {
            if (current != null) {
                current.abort();
                server.onClosed();
            }
            current = transport;
            server.onOpened();
            return new TransportListener() {
                @Override
                public void onBytes(ByteBuffer bytes) {
                    if (transport != current) {
                        return;
                    }
                    try {
                        server.onBytes(bytes);
                    } catch (MalformedPacketException malformed) {
                        throw new AssertionError(malformed);
                    }
                    flush();
                }

                @Override
                public void onClosed(@Nullable Throwable cause) {
                    if (transport == current) {
                        current = null;
                        server.onClosed();
                    }
                }
            };
        }

        void flush() {
            if (current != null) {
                current.write(ByteBuffer.wrap(server.takeOutput()));
                current.flush();
            }
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @CsvSource({"MQTT_5, 1", "MQTT_3_1_1, 2"})
    void a_day_of_reconnects_loses_nothing_and_doubles_nothing_of_qos_2(ProtocolVersion version, long seed)
            throws IOException {
        VirtualTime time = new VirtualTime(seed);
        time.onFailure(failure -> {
            throw new AssertionError(failure);
        });
        RandomGenerator random = time.newRandom();
        MemoryEngine network = new MemoryEngine(time);
        network.conditions(LinkConditions.BAD);
        ModelServer server = new ModelServer(version, 20);
        Door door = new Door(server);
        EventLoop serverLoop = network.newLoop("server");
        EventLoop loop = network.newLoop("client");
        network.listen(SERVER, serverLoop, door::accept);

        List<Transport> ends = new ArrayList<>();
        boolean[] away = new boolean[1];
        LoopClient[] clients = new LoopClient[1];
        LoopClient client = new LoopClient(
                loop,
                (on, connected, failed) -> {
                    if (away[0]) {
                        on.execute(() -> failed.accept(new IOException("connection refused")));
                        return;
                    }
                    try {
                        ends.clear();
                        ends.add(network.connect(SERVER, on, LinkConditions.BAD, connected));
                    } catch (IOException failure) {
                        on.execute(() -> failed.accept(failure));
                    }
                },
                settings(version),
                new Listener(clients, loop),
                attempt -> BACKOFF.delay(attempt, random));
        clients[0] = client;
        loop.execute(client::start);

        long end = time.clock().nanos() + DAY.toNanos();
        long nextCut = 0;
        for (int i = 0; time.clock().nanos() < end; i++) {
            Qos qos = i % 2 == 0 ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE;
            String text = qos + " " + i;
            up.add(text);
            down.add(text);
            loop.execute(() -> {
                Harness.Fate fate = new Harness.Fate();
                fates.add(fate);
                client.publish(Harness.message("t", text, qos), fate);
            });
            serverLoop.execute(() -> {
                server.send(text, qos);
                door.flush();
            });
            // Sometimes just when the message is under way.
            time.runFor(Duration.ofMillis(random.nextInt(200)));
            if (time.clock().nanos() >= nextCut && !ends.isEmpty()) {
                loop.execute(() -> network.link(ends.getFirst()).cut());
                nextCut = time.clock().nanos()
                        + Duration.ofSeconds(random.nextInt(120)).toNanos();
                away[0] = random.nextInt(20) == 0;
            } else if (random.nextInt(10) == 0) {
                away[0] = false;
            }
            time.runFor(Duration.ofMillis(9_900));
        }
        away[0] = false;
        time.runFor(Duration.ofMinutes(5));

        assertThat(connections).as("reconnects of a day").isGreaterThan(700);
        assertThat(losses).isGreaterThanOrEqualTo(connections - 1);
        assertThat(refusals).as("attempts while the server was away").isGreaterThan(20);
        assertThat(fates).hasSameSizeAs(up).allMatch(fate -> fate.word.equals("acknowledged SUCCESS"));
        check("up", server.received, up);
        check("down", received, down);
        assertThat(server.isDrained()).isTrue();
        loop.execute(client::stop);
        time.runFor(Duration.ofSeconds(10));
        assertThat(client.isConnected()).isFalse();
    }

    private static EngineSettings settings(ProtocolVersion version) {
        Properties properties = version == ProtocolVersion.MQTT_5
                ? Properties.builder()
                        .set(Property.SESSION_EXPIRY_INTERVAL, 100_000L)
                        .build()
                : Properties.NONE;
        return Harness.settings(version, false, properties);
    }

    private final class Listener implements LoopListener {
        private final LoopClient[] client;
        private final EventLoop loop;

        Listener(LoopClient[] client, EventLoop loop) {
            this.client = client;
            this.loop = loop;
        }

        @Override
        public void onConnected(ConnAck connAck, String clientId) {
            connections++;
        }

        @Override
        public void onMessage(Publish packet, @Nullable Receipt receipt) {
            received.add(packet.message().payload().text());
            if (receipt != null) {
                loop.execute(() -> client[0].acknowledge(receipt, ReasonCode.SUCCESS));
            }
        }

        @Override
        public void onSubscriptionLost(TopicFilter filter, ReasonCode reason, Properties properties) {
            throw new AssertionError("nothing was subscribed to");
        }

        @Override
        public void onLost(@Nullable Ending ending, @Nullable Throwable cause, @Nullable Duration retryIn) {
            losses++;
            refusals += String.valueOf(cause).contains("refused") ? 1 : 0;
        }
    }

    /** Exact counts: QoS 2 once; QoS 1 at least once; none lost; each QoS in the order of first arrival. */
    private static void check(String way, List<String> arrived, List<String> sent) {
        Map<String, Integer> counts = new HashMap<>();
        arrived.forEach(text -> counts.merge(text, 1, Integer::sum));
        assertThat(counts.keySet()).as(way).containsExactlyInAnyOrderElementsOf(sent);
        long doubled = counts.entrySet().stream()
                .filter(each -> each.getKey().startsWith("EXACTLY") && each.getValue() > 1)
                .count();
        assertThat(doubled).as(way + ": QoS 2 more than once").isZero();
        for (Qos qos : List.of(Qos.AT_LEAST_ONCE, Qos.EXACTLY_ONCE)) {
            assertThat(arrived.stream().filter(it -> it.startsWith(qos.name())).distinct())
                    .as(way)
                    .containsExactlyElementsOf(sent.stream()
                            .filter(it -> it.startsWith(qos.name()))
                            .toList());
        }
    }
}
