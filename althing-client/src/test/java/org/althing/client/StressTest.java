package org.althing.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Several threads use one client as they like, handlers among them, with a server of many moods; then somebody closes it.
 * Whatever happened, {@code close()} returns, everybody else returns too, every delivery is settled, and no thread is left.
 */
@Timeout(3_600)
class StressTest {
    private static final int ROUNDS = Integer.getInteger("stress.rounds", 25);
    /** Where something waits for ever, this is passed; otherwise nothing here takes so long, on any machine. */
    private static final Duration EVER = Duration.ofSeconds(40);

    @ParameterizedTest
    @EnumSource
    void close_ends_everything_whatever_goes_on(Threads threads) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            play(threads, round);
        }
    }

    private static void play(Threads threads, int round) throws Exception {
        SplittableRandom random = new SplittableRandom(round * 31L + threads.ordinal());
        ConcurrentLinkedQueue<Delivery> deliveries = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Throwable> surprises = new ConcurrentLinkedQueue<>();
        MqttClient client;
        try (MoodyServer server = new MoodyServer(random.split())) {
            client = MqttClient.create(o -> o.server("127.0.0.1", server.port())
                    .threads(threads)
                    .connectTimeout(Duration.ofMillis(200))
                    .queue(random.nextInt(1, 10), 10_000)
                    .handlersAtOnce(threads == Threads.CALLER ? 1 : random.nextInt(1, 4))
                    .retry(new Retry.Backoff(Duration.ofMillis(1), Duration.ofMillis(5), random.nextBoolean())));
            client.onConnect((c, event) -> act(c, random.split(), deliveries));
            client.onDisconnect((c, event) -> act(c, random.split(), deliveries));
            client.onMessage((c, message) -> act(c, random.split(), deliveries));
            List<Thread> users = new ArrayList<>();
            // CALLER belongs to one thread; another one may only ask for the end.
            int count = threads == Threads.CALLER ? 1 : 3;
            for (int user = 0; user < count; user++) {
                SplittableRandom own = random.split();
                users.add(
                        Thread.ofPlatform().daemon().name("user").start(() -> use(client, own, deliveries, surprises)));
            }
            LockSupport.parkNanos(random.nextInt(20_000_000));
            Thread closer = Thread.ofPlatform().daemon().name("closer").start(client::close);
            assertEnds(closer, round, client);
            for (Thread user : users) {
                assertEnds(user, round, client);
            }
        }
        assertThat(surprises).as("round %d", round).isEmpty();
        for (Delivery delivery : deliveries) {
            assertThat(delivery.isDone())
                    .as("round %d: a delivery without a fate", round)
                    .isTrue();
        }
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("althing-client-")) {
                assertEnds(thread, round, client); // one that watched a request may be on its way out
            }
        }
    }

    private static void assertEnds(Thread thread, int round, MqttClient client) throws InterruptedException {
        if (!thread.join(EVER)) {
            StringBuilder all = new StringBuilder();
            for (Map.Entry<Thread, StackTraceElement[]> each :
                    Thread.getAllStackTraces().entrySet()) {
                all.append(each.getKey()).append('\n');
                for (StackTraceElement frame : each.getValue()) {
                    all.append("    ").append(frame).append('\n');
                }
            }
            throw new AssertionError("round " + round + ": " + thread.getName() + " hangs, " + client + "\n" + all);
        }
    }

    private static void use(
            MqttClient client,
            SplittableRandom random,
            ConcurrentLinkedQueue<Delivery> deliveries,
            ConcurrentLinkedQueue<Throwable> surprises) {
        for (int i = 0; i < 30; i++) {
            try {
                if (random.nextInt(4) == 0) {
                    client.connect();
                } else {
                    act(client, random, deliveries);
                }
            } catch (ConnectFailedException | IllegalStateException | TimeoutException expected) {
                // the server's mood, or another state than one that allows it: both say so
            } catch (Throwable surprise) {
                surprises.add(surprise);
            }
        }
    }

    private static void act(MqttClient client, SplittableRandom random, ConcurrentLinkedQueue<Delivery> deliveries)
            throws Exception {
        Duration soon = Duration.ofMillis(random.nextInt(1, 20));
        switch (random.nextInt(9)) {
            case 0, 1, 2 -> {
                Qos qos = Qos.of(random.nextInt(3));
                deliveries.add(client.publish("t/" + random.nextInt(3), "x", qos));
            }
            case 3 -> {
                try {
                    client.publish("t", "x", Qos.EXACTLY_ONCE).await(soon);
                } catch (TimeoutException late) {
                    // its fate is known at the latest when the client is closed
                }
            }
            case 4 -> client.subscribe("t/" + random.nextInt(3));
            case 5 -> {
                try (MessageStream stream = client.stream("s")) {
                    stream.take(soon);
                }
            }
            case 6 ->
                client.requestAsync(
                        new ApplicationMessage(
                                TopicName.of("q"), Bytes.of("?"), Qos.AT_LEAST_ONCE, false, Properties.NONE),
                        soon);
            case 7 -> client.drain(soon);
            default -> {
                if (random.nextInt(4) == 0) {
                    client.disconnect();
                }
            }
        }
    }

    /** Answers as it should for a while, and then closes, falls silent, or talks nonsense; or does so at once. */
    private static final class MoodyServer implements AutoCloseable {
        private final ServerSocket socket;
        private final AtomicInteger connections = new AtomicInteger();

        MoodyServer(SplittableRandom random) throws IOException {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(() -> {
                while (!socket.isClosed()) {
                    try {
                        Socket client = socket.accept();
                        SplittableRandom own = random.split();
                        connections.incrementAndGet();
                        Thread.ofVirtual().start(() -> serve(client, own));
                    } catch (IOException ended) {
                        return;
                    }
                }
            });
        }

        int port() {
            return socket.getLocalPort();
        }

        private static void serve(Socket client, SplittableRandom random) {
            try (client) {
                ScriptedServer.Peer peer = new ScriptedServer.Peer(client);
                if (random.nextInt(8) == 0) {
                    return;
                }
                if (random.nextInt(8) == 0) {
                    peer.untilEnd(); // no CONNACK
                    return;
                }
                peer.accept();
                for (int left = random.nextInt(60); left > 0; left--) {
                    ControlPacket packet = peer.next();
                    if (packet == null) {
                        return;
                    }
                    answer(peer, packet);
                }
                if (random.nextInt(3) == 0) {
                    peer.sendBytes(0xFF, 0xFF, 0xFF);
                }
                if (random.nextBoolean()) {
                    peer.untilEnd(); // silent from now on
                }
            } catch (IOException | MalformedPacketException | AssertionError ended) {
                // the client has gone
            }
        }

        private static void answer(ScriptedServer.Peer peer, ControlPacket packet) throws IOException {
            if (packet instanceof Publish it && it.message().qos() == Qos.AT_LEAST_ONCE) {
                peer.send(new PubAck(it.packetIdentifier(), ReasonCode.SUCCESS));
                peer.send(new Publish(false, 0, 0, it.message().withQos(Qos.AT_MOST_ONCE)));
            } else if (packet instanceof Publish it && it.message().qos() == Qos.EXACTLY_ONCE) {
                peer.send(new PubRec(it.packetIdentifier(), ReasonCode.SUCCESS));
                peer.send(new Publish(false, it.packetIdentifier(), 0, it.message()));
            } else if (packet instanceof PubRel it) {
                peer.send(new PubComp(it.packetIdentifier(), ReasonCode.SUCCESS));
            } else if (packet instanceof PubRec it) {
                peer.send(new PubRel(it.packetIdentifier(), ReasonCode.SUCCESS));
            } else if (packet instanceof Subscribe it) {
                peer.send(new SubAck(
                        it.packetIdentifier(),
                        it.requests().stream()
                                .map(each -> ReasonCode.GRANTED_QOS_2)
                                .toList(),
                        Properties.NONE));
            } else if (packet instanceof Unsubscribe it) {
                peer.send(new UnsubAck(
                        it.packetIdentifier(),
                        it.filters().stream().map(each -> ReasonCode.SUCCESS).toList(),
                        Properties.NONE));
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
