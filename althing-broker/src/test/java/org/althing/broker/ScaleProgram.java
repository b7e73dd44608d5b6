package org.althing.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.althing.broker.StateChange.Delivery;
import org.althing.broker.storage.JournalStateStore;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketEncoder;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.VirtualTime;

/**
 * Large states, by hand: what they cost on disk, in memory and at start, in processor time of all threads. Prints one line
 * for each figure; those of docs/durability.md come from here. Run with the heap that is to be shown to be enough.
 *
 * <pre>
 *   ScaleProgram [MILLIONS [WHAT...]]      1 for the figures of the page; subscriptions, retained, queued,
 *                                         grouped, fanout
 * </pre>
 */
public final class ScaleProgram {
    private static final int PER_SESSION = 10;
    private static final int QUEUES = 1_000;
    private static final int PAYLOAD_BYTES = 200;
    private static final long SEGMENT_BYTES = 16 << 20;
    private static final int FAN_OUT = 100_000;
    private static final MemoryAddress ADDRESS = MemoryAddress.named("broker");

    private ScaleProgram() {}

    /** What is written before the broker starts. */
    private interface Filling {
        void fill(StateLog log);
    }

    public static void main(String[] arguments) throws IOException {
        int count = (int) (1_000_000 * Double.parseDouble(arguments.length == 0 ? "1" : arguments[0]));
        List<String> only = List.of(arguments).subList(Math.min(1, arguments.length), arguments.length);
        if (isAsked(only, "subscriptions")) {
            show(count + " subscriptions of " + count / PER_SESSION + " sessions", log -> subscriptions(log, count));
        }
        if (isAsked(only, "retained")) {
            show(count + " retained messages", log -> retained(log, count));
        }
        if (isAsked(only, "queued")) {
            show(count + " queued messages for " + QUEUES + " offline sessions", log -> queued(log, count));
        }
        if (isAsked(only, "grouped")) {
            show(count + " queued messages of one share group without clients", log -> grouped(log, count));
        }
        if (isAsked(only, "fanout")) {
            fanOut();
        }
    }

    private static boolean isAsked(List<String> only, String what) {
        return only.isEmpty() || only.contains(what);
    }

    private static StateChange session(String clientId) {
        return new StateChange.SessionPut(
                clientId, null, null, ProtocolVersion.MQTT_5, StateChange.NO_EXPIRY_SECONDS, 0, null);
    }

    private static StateChange message(long id, String topic) {
        return new StateChange.MessageStored(
                id,
                new ApplicationMessage(
                        TopicName.of(topic),
                        Bytes.wrap(new byte[PAYLOAD_BYTES]),
                        Qos.AT_LEAST_ONCE,
                        false,
                        Properties.NONE),
                "publisher",
                StateChange.NEVER);
    }

    private static StateChange subscription(String clientId, String filter) {
        return new StateChange.SubscriptionPut(
                clientId, TopicFilter.of(filter), SubscriptionOptions.of(Qos.AT_LEAST_ONCE), 0);
    }

    private static void subscriptions(StateLog log, int count) {
        for (int i = 0; i < count; i++) {
            String clientId = "client-" + i / PER_SESSION;
            if (i % PER_SESSION == 0) {
                log.append(session(clientId));
            }
            log.append(subscription(clientId, "site/" + i / PER_SESSION + "/sensor/" + i % PER_SESSION));
            commitSometimes(log, i);
        }
    }

    private static void retained(StateLog log, int count) {
        for (int i = 0; i < count; i++) {
            String topic = "site/" + i / 100 + "/sensor/" + i % 100;
            log.append(message(i + 1, topic));
            log.append(new StateChange.RetainedPut(TopicName.of(topic), i + 1));
            commitSometimes(log, i);
        }
    }

    private static void queued(StateLog log, int count) {
        for (int i = 0; i < QUEUES; i++) {
            log.append(session("client-" + i));
            log.append(subscription("client-" + i, "to/" + i));
        }
        for (int i = 0; i < count; i++) {
            log.append(message(i + 1, "to/" + i % QUEUES));
            log.append(new StateChange.Queued(
                    "client-" + i % QUEUES, i / QUEUES + 1, new Delivery(i + 1, Qos.AT_LEAST_ONCE, false, List.of())));
            commitSometimes(log, i);
        }
    }

    private static void grouped(StateLog log, int count) {
        String filter = "$share/group/to/+";
        for (int i = 0; i < QUEUES; i++) {
            log.append(session("client-" + i));
            log.append(subscription("client-" + i, filter));
        }
        for (int i = 0; i < count; i++) {
            log.append(message(i + 1, "to/" + i % QUEUES));
            log.append(new StateChange.GroupQueued(
                    TopicFilter.of(filter), i + 1, new Delivery(i + 1, Qos.AT_LEAST_ONCE, false, List.of())));
            commitSometimes(log, i);
        }
    }

    private static void commitSometimes(StateLog log, int i) {
        if (i % 1_000 == 999) {
            log.commit(failure -> {});
        }
    }

    private static void show(String what, Filling filling) throws IOException {
        Path folder = Files.createTempDirectory("althing-scale");
        try (JournalStateStore store = JournalStateStore.inFolder(folder, Journal.Durability.OPERATING_SYSTEM)) {
            store.replay(nothing -> {});
            StateLog log = store.log(0);
            filling.fill(log);
            log.commit(failure -> {});
        }
        long before = heap();
        long began = cpuNanos();
        VirtualTime time = new VirtualTime(1);
        try (MemoryEngine engine = new MemoryEngine(time)) {
            Broker broker = start(engine, time, folder);
            time.runUntilIdle();
            long millis = (cpuNanos() - began) / 1_000_000;
            long after = heap();
            System.out.println(what + ": start " + millis + " ms of processor time, heap " + (after - before >> 20)
                    + " MiB, files "
                    + (bytes(folder) >> 20) + " MiB; "
                    + broker.counters().subscriptions.value() + " subscriptions, "
                    + broker.counters().retainedMessages.value() + " retained");
            broker.shutDown(() -> {});
            time.runUntilIdle();
        }
        delete(folder);
    }

    private static Broker start(MemoryEngine engine, VirtualTime time, Path folder) throws IOException {
        Broker broker = Broker.builder(
                        BrokerConfig.builder().connectionMessages(false).build(), engine)
                .store(JournalStateStore.on(
                        Disk.folder(folder),
                        SEGMENT_BYTES,
                        new JournalStateStore.Workers(Runnable::run, Runnable::run, (nanos, task) -> {}),
                        Journal.Durability.SYNC))
                .random(time.newRandom())
                .log((level, line) -> {})
                .start();
        engine.listen(ADDRESS, broker.loop(), broker.acceptor(ListenerConfig.mqtt("", 1883)));
        return broker;
    }

    private static void fanOut() throws IOException {
        Path folder = Files.createTempDirectory("althing-scale");
        try (JournalStateStore store = JournalStateStore.inFolder(folder, Journal.Durability.OPERATING_SYSTEM)) {
            store.replay(nothing -> {});
            StateLog log = store.log(0);
            for (int i = 0; i < FAN_OUT; i++) {
                log.append(session("client-" + i));
                log.append(subscription("client-" + i, "one/topic"));
                commitSometimes(log, i);
            }
            log.commit(failure -> {});
        }
        VirtualTime time = new VirtualTime(1);
        try (MemoryEngine engine = new MemoryEngine(time)) {
            Broker broker = start(engine, time, folder);
            time.runUntilIdle();
            long began = cpuNanos();
            broker.publish(new ApplicationMessage(
                    TopicName.of("one/topic"), Bytes.of("x"), Qos.AT_LEAST_ONCE, false, Properties.NONE));
            time.runUntilIdle();
            long published = cpuNanos();
            for (int half = 0; half < 2; half++) {
                long start = cpuNanos();
                connect(engine, time, half * (FAN_OUT / 2), FAN_OUT / 2);
                System.out.println("leaving of " + FAN_OUT / 2 + " of " + (FAN_OUT - half * (FAN_OUT / 2))
                        + " subscribers of one topic, each by a CONNECT of its own: "
                        + (cpuNanos() - start) / 1_000_000 + " ms; left "
                        + broker.counters().subscriptions.value());
            }
            broker.shutDown(() -> {});
            time.runUntilIdle();
            System.out.println("one message to the queues of " + FAN_OUT + " subscribers: "
                    + (published - began) / 1_000_000 + " ms");
        }
        delete(folder);
    }

    private static void connect(MemoryEngine engine, VirtualTime time, int from, int count) throws IOException {
        PacketEncoder encoder = new PacketEncoder(ProtocolVersion.MQTT_5);
        for (int i = from; i < from + count; i++) {
            PacketBuffer buffer = new PacketBuffer(64);
            boolean ignored = encoder.encode(
                    new Connect(
                            ProtocolVersion.MQTT_5, false, "client-" + i, true, 60, null, null, null, Properties.NONE),
                    buffer);
            byte[] bytes = new byte[buffer.length()];
            buffer.view().get(bytes);
            engine.peer(ADDRESS).send(bytes);
        }
        time.runUntilIdle();
    }

    /** Processor time of this process: other programs on the machine do not count. */
    private static long cpuNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
