package org.althing.benchmark;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.althing.broker.BrokerConfig;
import org.althing.mqtt.Qos;
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

    private @Nullable Conversation conversation;

    /** Starts the broker and connects. */
    @Setup
    public void setUp() throws IOException {
        conversation = new Conversation(new MemoryNetwork(BrokerConfig.builder().build()), Qos.of(qos), fanOut);
    }

    /** One batch. */
    @Benchmark
    public int round() throws IOException {
        return conversation == null ? 0 : conversation.round();
    }
}
