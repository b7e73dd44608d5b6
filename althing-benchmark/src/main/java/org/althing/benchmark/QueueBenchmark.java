package org.althing.benchmark;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.althing.broker.BrokerConfig;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
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
 * The queue of a client that is away: messages of QoS 1 are published, it comes, is sent them through its window of 20, and
 * goes. The network in memory and the clients take part of the time, as in {@link BrokerBenchmark}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class QueueBenchmark {
    private static final int BATCH = 20;

    /** Messages that wait when the client comes. */
    @Param({"20", "1000"})
    public int queued = 1_000;

    private final TopicName topic = TopicName.of("plant/line");
    private final byte[] payload = new byte[64];
    private @Nullable MemoryNetwork network;
    private @Nullable Peer publisher;

    /** Starts the broker; the client subscribes and goes. */
    @Setup
    public void setUp() throws IOException {
        MemoryNetwork begun = new MemoryNetwork(BrokerConfig.builder().build());
        MemoryNetwork.MemoryWire wire = begun.connect();
        new Peer(wire, "away", false).subscribe(topic.toString(), Qos.AT_LEAST_ONCE);
        wire.cut();
        publisher = new Peer(begun.connect(), "publisher");
        network = begun;
    }

    /** All of them queued, and sent. */
    @Benchmark
    public int there_and_back() throws IOException {
        if (network == null || publisher == null) {
            throw new IllegalStateException("not set up");
        }
        for (int sent = 0; sent < queued; sent += BATCH) {
            publisher.publish(topic, payload, Qos.AT_LEAST_ONCE, BATCH);
            publisher.awaitEnded(BATCH);
        }
        MemoryNetwork.MemoryWire wire = network.connect();
        new Peer(wire, "away", false).awaitMessages(queued);
        wire.cut();
        return queued;
    }
}
