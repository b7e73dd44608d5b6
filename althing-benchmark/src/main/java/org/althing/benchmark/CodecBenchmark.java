package org.althing.benchmark;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.PacketEncoder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** PUBLISH packets of 64 bytes of payload, a hundred in one read or write. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {
    private static final int PACKETS = 100;

    /** MQTT version. */
    @Param({"3.1.1", "5.0"})
    public String version = "5.0";

    /** Different topics, in turn. */
    @Param({"1", "1000"})
    public int topics = 1;

    private ProtocolVersion spoken = ProtocolVersion.MQTT_5;
    private final PacketBuffer out = new PacketBuffer(PACKETS * 128);
    private Publish[] packets = {};
    private byte[] bytes = {};
    private ByteBuffer unread = ByteBuffer.allocate(0);
    private PacketDecoder decoder = new PacketDecoder(PacketDecoder.Sender.SERVER, 1 << 20);
    private int next;

    /** Makes the packets and their bytes. */
    @Setup
    public void setUp() {
        spoken = version.equals("5.0") ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1;
        decoder.version(spoken);
        packets = new Publish[Math.max(PACKETS, topics)];
        for (int i = 0; i < packets.length; i++) {
            packets[i] = new Publish(
                    false,
                    1 + i,
                    0,
                    new ApplicationMessage(
                            TopicName.of("plant/line/" + i % topics + "/temperature"),
                            Bytes.wrap(new byte[64]),
                            Qos.AT_LEAST_ONCE,
                            false,
                            Properties.NONE));
        }
        PacketEncoder encoder = new PacketEncoder(spoken);
        PacketBuffer all = new PacketBuffer(1 << 16);
        for (Publish packet : packets) {
            encoder.encode(packet, all);
        }
        ByteBuffer view = all.view();
        bytes = new byte[view.remaining()];
        view.get(bytes);
    }

    /** Objects to bytes. */
    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public PacketBuffer encode() {
        PacketEncoder encoder = new PacketEncoder(spoken);
        out.clear();
        for (int i = 0; i < PACKETS; i++) {
            encoder.encode(packets[next], out);
            next = next + 1 == packets.length ? 0 : next + 1;
        }
        return out;
    }

    /** Bytes to objects. */
    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public void decode(Blackhole hole) throws MalformedPacketException {
        if (!unread.hasRemaining()) {
            unread = ByteBuffer.wrap(bytes);
        }
        for (int i = 0; i < PACKETS; i++) {
            hole.consume(decoder.decode(unread));
        }
    }
}
