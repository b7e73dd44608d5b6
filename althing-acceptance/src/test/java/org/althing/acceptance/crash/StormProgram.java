package org.althing.acceptance.crash;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.testing.ChildProcess;

/**
 * A reconnect storm over real sockets: so many clients with durable sessions come back at once to a broker that was killed
 * and started again. Each must have its CONNACK, with its session, before it would give up.
 *
 * <pre>
 *   StormProgram CLIENTS [SHARDS]      prints one line: how long they waited
 * </pre>
 */
public final class StormProgram {
    /** As long as a client waits for CONNACK. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final int port = RealBroker.freePort();
    private final int count;

    /** What the clients have seen; times from the first connection attempt of all to each CONNACK. */
    record Outcome(int clients, long resumed, Duration median, Duration last) {
        @Override
        public String toString() {
            return clients + " clients at once: " + resumed + " have their session, half of them after "
                    + median.toMillis() + " ms, the last one after " + last.toMillis() + " ms";
        }
    }

    private StormProgram(int count) {
        this.count = count;
    }

    static Outcome run(Path folder, int clients, int shards) throws IOException {
        return new StormProgram(clients).run(folder, "althing_shards " + shards);
    }

    private Outcome run(Path folder, String shards) throws IOException {
        try (ChildProcess broker = start(folder, shards)) {
            Outcome ignored = connectAll(ControlPacket.SubAck.class);
            broker.kill();
        }
        try (ChildProcess broker = start(folder, shards)) {
            Outcome outcome = connectAll(ControlPacket.ConnAck.class);
            broker.kill();
            return outcome;
        }
    }

    private ChildProcess start(Path folder, String shards) throws IOException {
        return RealBroker.start(folder, port, shards, "connection_messages false");
    }

    /** One of them: says everything at once, and waits for one kind of answer. */
    private final class Client {
        private final SocketChannel channel = SocketChannel.open();
        private final PacketDecoder decoder = new PacketDecoder(PacketDecoder.Sender.SERVER, 1 << 20);
        private final ByteBuffer in = ByteBuffer.allocate(512);
        private final int number;
        private boolean resumed;

        Client(Selector selector, int number) throws IOException {
            this.number = number;
            decoder.version(ProtocolVersion.MQTT_5);
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
                greet();
                SelectionKey ignored = channel.register(selector, SelectionKey.OP_READ, this);
            } else {
                SelectionKey ignored = channel.register(selector, SelectionKey.OP_CONNECT, this);
            }
        }

        private void greet() throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(CrashClient.connectAndSubscribe(
                    "storm-" + number, "storm/" + number, CrashSubscriber.DURABLE_SECONDS));
            while (bytes.hasRemaining()) {
                channel.write(bytes); // a new connection has room for so few
            }
        }

        /** Returns whether the answer that is waited for has come. */
        boolean serve(SelectionKey key, Class<?> answer) throws IOException {
            if (key.isConnectable()) {
                if (channel.finishConnect()) {
                    greet();
                    key.interestOps(SelectionKey.OP_READ);
                }
                return false;
            }
            if (channel.read(in) < 0) {
                throw new IOException("client " + number + " was turned away");
            }
            in.flip();
            boolean came = false;
            try {
                for (ControlPacket packet = decoder.decode(in); packet != null; packet = decoder.decode(in)) {
                    resumed |= packet instanceof ControlPacket.ConnAck connAck && connAck.sessionPresent();
                    came |= answer.isInstance(packet);
                }
            } catch (MalformedPacketException e) {
                throw new IOException(e);
            }
            in.compact();
            return came;
        }
    }

    private Outcome connectAll(Class<?> answer) throws IOException {
        long[] waited = new long[count];
        int answered = 0;
        List<Client> all = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            long began = System.nanoTime();
            for (int i = 0; i < count; i++) {
                all.add(new Client(selector, i));
            }
            while (answered < count) {
                if (System.nanoTime() - began > LIMIT.toNanos()) {
                    throw new IllegalStateException(answered + " of " + count + " were answered in " + LIMIT);
                }
                int ignored = selector.select(1_000);
                for (SelectionKey key : selector.selectedKeys()) {
                    if (key.attachment() instanceof Client client && client.serve(key, answer)) {
                        waited[answered] = System.nanoTime() - began;
                        answered++;
                        key.cancel();
                    }
                }
                selector.selectedKeys().clear();
            }
        } finally {
            for (Client client : all) {
                client.channel.close();
            }
        }
        long resumed = all.stream().filter(client -> client.resumed).count();
        return new Outcome(count, resumed, Duration.ofNanos(waited[count / 2]), Duration.ofNanos(waited[count - 1]));
    }

    public static void main(String[] arguments) throws IOException {
        int clients = Integer.parseInt(arguments[0]);
        int shards = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
        Outcome outcome = run(Files.createTempDirectory("althing-storm"), clients, shards);
        System.out.println(outcome);
        System.exit(outcome.resumed() == clients && outcome.last().compareTo(PATIENCE) < 0 ? 0 : 1);
    }
}
