package org.althing.benchmark;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.althing.broker.Broker;
import org.althing.broker.BrokerConfig;
import org.althing.broker.ListenerConfig;
import org.althing.mqtt.Qos;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.MemoryPeer;
import org.althing.net.memory.VirtualTime;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A whole broker in memory with its clients on one thread: sixteen messages published, delivered and acknowledged. The
 * network in memory and the clients take part of the time: for comparing two builds, not for a figure of the broker.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BrokerBenchmark {
    /** QoS 0, 1 or 2. */
    @Param({"0", "1", "2"})
    public int qos;

    /** Subscribers of the one topic. */
    @Param({"1", "50"})
    public int fanOut = 1;

    private final VirtualTime time = new VirtualTime(1);
    private final MemoryEngine engine = new MemoryEngine(time);
    private @Nullable Conversation conversation;

    /** Starts the broker and connects. */
    @Setup
    public void setUp() throws IOException {
        SocketAddress address = MemoryAddress.named("broker");
        Broker broker = Broker.builder(BrokerConfig.builder().build(), engine)
                .random(time.newRandom())
                .log((level, line) -> {})
                .start();
        engine.listen(address, broker.loop(), broker.acceptor(ListenerConfig.mqtt("", 1883)));
        conversation = new Conversation(() -> new MemoryWire(engine.peer(address)), Qos.of(qos), fanOut);
    }

    private final class MemoryWire implements Peer.Wire {
        private final MemoryPeer peer;

        MemoryWire(MemoryPeer peer) {
            this.peer = peer;
        }

        @Override
        public void send(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            peer.send(copy);
        }

        @Override
        public ByteBuffer receive() throws IOException {
            if (peer.receivedBytes() == 0) {
                time.runUntilIdle();
            }
            if (peer.receivedBytes() == 0) {
                throw new IOException("nothing comes");
            }
            return ByteBuffer.wrap(peer.takeReceived());
        }
    }

    /** One batch. */
    @Benchmark
    public int round() throws IOException {
        return conversation == null ? 0 : conversation.round();
    }
}
