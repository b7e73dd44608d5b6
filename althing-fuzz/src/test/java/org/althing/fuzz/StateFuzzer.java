package org.althing.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.althing.broker.Broker;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerLog;
import org.althing.broker.ListenerConfig;
import org.althing.broker.storage.JournalStateStore;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.journal.RecordBatch;
import org.althing.journal.memory.MemoryDisk;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.MemoryPeer;
import org.althing.net.memory.VirtualTime;

/**
 * The state of a broker with records of any content: either the start stops with a message, or the broker runs for an
 * hour, through every deadline that stood in the records.
 *
 * <p>Input: records, each with one byte for its length.
 */
public final class StateFuzzer {
    private static final Executor AT_ONCE = Runnable::run;
    private static final Journal.Options OPTIONS = new Journal.Options(1 << 20, Journal.Durability.OPERATING_SYSTEM);

    /** What is left out of a damaged state is logged; here that would be all that one sees. */
    private static final Logger LOG = Logger.getLogger(JournalStateStore.class.getPackageName());

    static {
        LOG.setLevel(Level.OFF);
    }

    private StateFuzzer() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Choices choices = new Choices(data);
        MemoryDisk disk = new MemoryDisk();
        RecordBatch batch = new RecordBatch();
        while (!choices.isEmpty()) {
            byte[] record = choices.bytes(0xFF);
            if (record.length > 0) {
                batch.add(ByteBuffer.wrap(record));
            }
        }
        try {
            try (Journal journal = Journal.open(disk, OPTIONS, AT_ONCE, record -> {})) {
                journal.commit(batch, failure -> {});
            }
            run(disk);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void run(Disk disk) {
        try {
            start(disk);
        } catch (IOException e) {
            check(String.valueOf(e.getMessage()).length() > 10, "no message: " + e);
        }
    }

    /**
     * Runs a broker with this state for an hour.
     *
     * @throws IOException if it does not start
     */
    static void start(Disk disk) throws IOException {
        List<String> errors = new ArrayList<>();
        VirtualTime time = new VirtualTime(1);
        try (MemoryEngine engine = new MemoryEngine(time)) {
            Broker broker = broker(engine, time, disk, errors);
            time.runFor(Duration.ofHours(1));
            check(errors.isEmpty(), errors.toString());
            check(broker.counters().connections.value() == 0, "connections without a client");
        }
    }

    private static Broker broker(MemoryEngine engine, VirtualTime time, Disk disk, List<String> errors)
            throws IOException {
        return Broker.builder(BrokerConfig.builder().build(), engine)
                .store(store(disk))
                .random(time.newRandom())
                .log((level, line) -> {
                    if (level == BrokerLog.Level.ERROR) {
                        errors.add(line);
                    }
                })
                .start();
    }

    static JournalStateStore store(Disk disk) {
        return JournalStateStore.on(
                disk,
                OPTIONS.segmentBytes(),
                new JournalStateStore.Workers(AT_ONCE, AT_ONCE, (nanos, task) -> {}),
                OPTIONS.durability());
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** What a broker really wrote: sessions, subscriptions, wills, retained messages, both flows, a queue. */
    static List<byte[]> seeds() {
        MemoryDisk disk = new MemoryDisk();
        List<String> errors = new ArrayList<>();
        VirtualTime time = new VirtualTime(1);
        List<byte[]> seeds = new ArrayList<>();
        try (MemoryEngine engine = new MemoryEngine(time)) {
            Broker broker = broker(engine, time, disk, errors);
            engine.listen(MemoryAddress.named("broker"), broker.loop(), broker.acceptor(ListenerConfig.mqtt("", 1883)));
            ProtocolVersion version = ProtocolVersion.MQTT_5;
            MemoryPeer peer = engine.peer(MemoryAddress.named("broker"));
            peer.send(Seeds.encode(
                    version,
                    Seeds.connect(version, "one"),
                    new Subscribe(
                            1,
                            List.of(
                                    new Subscribe.Request(
                                            TopicFilter.of("#"), SubscriptionOptions.of(Qos.EXACTLY_ONCE)),
                                    new Subscribe.Request(
                                            TopicFilter.of("will"), SubscriptionOptions.of(Qos.EXACTLY_ONCE))),
                            Properties.NONE),
                    new Publish(false, 1, 0, Seeds.message("a", "r", Qos.AT_LEAST_ONCE, true, Properties.NONE)),
                    new Publish(false, 2, 0, Seeds.message("b", "2", Qos.EXACTLY_ONCE, false, Properties.NONE)),
                    new PubRel(2, ReasonCode.SUCCESS),
                    new Publish(false, 3, 0, Seeds.message("c", "3", Qos.EXACTLY_ONCE, false, Properties.NONE)),
                    new PubRec(2, ReasonCode.SUCCESS)));
            time.runFor(Duration.ofMillis(100));
            peer.transport().abort();
            time.runFor(Duration.ofMillis(100));
            broker.publish(Seeds.message("d", "queued", Qos.AT_LEAST_ONCE, false, Properties.NONE));
            time.runFor(Duration.ofMillis(100));
            check(errors.isEmpty(), errors.toString());
            List<byte[]> records = new ArrayList<>();
            Journal.open(disk, OPTIONS, AT_ONCE, record -> records.add(framed(record)));
            check(records.size() > 10, "only " + records.size() + " records");
            seeds.add(Seeds.concat(records.toArray(byte[][]::new)));
            seeds.addAll(records);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return seeds;
    }

    private static byte[] framed(ByteBuffer record) {
        byte[] bytes = new byte[1 + record.remaining()];
        bytes[0] = (byte) record.remaining();
        record.duplicate().get(bytes, 1, record.remaining());
        return bytes;
    }
}
