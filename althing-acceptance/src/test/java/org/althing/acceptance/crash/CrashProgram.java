package org.althing.acceptance.crash;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;

/**
 * Runs the real broker with persistence under load, ends it by SIGKILL at random moments, starts it again, and checks every
 * promise of docs/durability.md that a killed process can break.
 *
 * <p>The load: messages of QoS 0, 1 and 2 and retained ones from two publishers; a durable subscriber of QoS 2 that is cut
 * and taken over now and then; one that is mostly offline; one with a clean session; two members of a share group; a client
 * with a will, which every kill must publish.
 *
 * <pre>
 *   CrashProgram KILLS SEED        prints one line: kills, acknowledged, recovered, lost, doubled
 * </pre>
 */
public final class CrashProgram {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final List<String> PUBLISHERS = List.of("a", "b");

    private final Path folder;
    private final int port = freePort();
    private final SplittableRandom random;
    private final List<String> conf;

    private final List<CrashPublisher> publishers = new ArrayList<>();
    private final CrashSubscriber durable;
    private final CrashSubscriber offline;
    private final CrashSubscriber clean;
    private final CrashSubscriber first;
    private final CrashSubscriber second;
    private final CrashWill will;
    private final List<CrashClient> clients = new ArrayList<>();
    private final List<String> lost = new ArrayList<>();
    private final List<String> doubled = new ArrayList<>();
    private long acknowledged;
    private long recovered;

    /** What a run found; {@code lost} and {@code doubled} must be empty. */
    record Outcome(int kills, long seed, long acknowledged, long recovered, List<String> lost, List<String> doubled) {
        @Override
        public String toString() {
            return "kills " + kills + ", seed " + seed + ", acknowledged " + acknowledged + ", recovered " + recovered
                    + ", lost " + lost.size() + ", doubled " + doubled.size();
        }
    }

    private CrashProgram(Path folder, long seed) throws IOException {
        this.folder = folder;
        random = new SplittableRandom(seed);
        conf = List.of(
                "listener " + port + " 127.0.0.1",
                "allow_anonymous true",
                "persistence true",
                "persistence_location " + folder + "/",
                "max_queued_messages 0");
        Files.write(folder.resolve("mosquitto.conf"), conf);
        for (String name : PUBLISHERS) {
            publishers.add(new CrashPublisher("publisher-" + name, port, name));
        }
        String[] everything = {"a/#", "b/#", "w"};
        durable = new CrashSubscriber("durable", port, false, Qos.EXACTLY_ONCE, everything);
        offline = new CrashSubscriber("offline", port, false, Qos.EXACTLY_ONCE, everything);
        clean = new CrashSubscriber("clean", port, true, Qos.AT_LEAST_ONCE, "a/#", "retained/#");
        first = new CrashSubscriber("member-1", port, false, Qos.AT_LEAST_ONCE, "$share/group/a/#");
        second = new CrashSubscriber("member-2", port, false, Qos.AT_LEAST_ONCE, "$share/group/a/#");
        will = new CrashWill(port);
        clients.addAll(List.of(durable, offline, clean, first, second, will));
        clients.addAll(publishers);
    }

    /** A client that does nothing but have a will: the kill of the broker is the loss of its connection. */
    private static final class CrashWill extends CrashClient {
        CrashWill(int port) {
            super(
                    "mortal",
                    port,
                    true,
                    new Will(
                            new ApplicationMessage(
                                    TopicName.of("w"), Bytes.of("died"), Qos.AT_LEAST_ONCE, false, Properties.NONE),
                            0));
        }

        @Override
        void onPacket(ControlPacket packet) {
            // It only lives.
        }
    }

    static Outcome run(Path folder, int kills, long seed) throws IOException {
        CrashProgram program = new CrashProgram(folder, seed);
        return program.run(kills, seed);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private ChildProcess broker() {
        Path root = Path.of(System.getProperty("althing.root", ".."))
                .toAbsolutePath()
                .normalize();
        Map<String, String> environment = new HashMap<>();
        environment.put("ALTHING_LIB", root.resolve("build/lib").toString());
        return Programs.start(
                        null,
                        environment,
                        root.resolve("althing-dist/src/dist/bin/althing").toString(),
                        "broker",
                        "-c",
                        folder.resolve("mosquitto.conf").toString())
                .awaitErr(" running\n", LIMIT);
    }

    private Outcome run(int kills, long seed) throws IOException {
        ChildProcess broker = broker();
        try {
            clients.forEach(CrashClient::start);
            await(
                    "all subscribed",
                    () -> durable.isSubscribed()
                            && offline.isSubscribed()
                            && first.isSubscribed()
                            && second.isSubscribed()
                            && clients.stream().allMatch(CrashClient::isAccepted));
            publishers.forEach(CrashPublisher::publishAlways);
            for (int kill = 0; kill < kills; kill++) {
                live();
                await("the mortal client is there again", will::isAccepted);
                broker.kill();
                broker = broker();
                await("all are there again", () -> clients.stream().allMatch(CrashClient::isAccepted));
            }
            publishers.forEach(CrashPublisher::finish);
            await("all is acknowledged", () -> publishers.stream().allMatch(CrashPublisher::isDone));
            check(kills);
            return new Outcome(kills, seed, acknowledged, recovered, lost, doubled);
        } finally {
            clients.forEach(CrashClient::stop);
            broker.close();
        }
    }

    /** Some time with traffic and with cuts and take-overs of clients. */
    private void live() {
        for (int turn = random.nextInt(1, 6); turn > 0; turn--) {
            LockSupport.parkNanos(random.nextLong(1_000_000, 120_000_000));
            switch (random.nextInt(4)) {
                case 0 -> durable.cut();
                case 1 -> offline.cut();
                case 2 -> first.cut();
                default -> publishers.get(random.nextInt(publishers.size())).cut();
            }
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        if (!comesTrue(condition)) {
            throw new IllegalStateException("after " + LIMIT.toSeconds() + " s not yet: " + what);
        }
    }

    private static boolean comesTrue(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(2_000_000);
        }
        return true;
    }

    private void check(int kills) {
        boolean ignored = comesTrue(() -> {
            lost.clear();
            findLost(kills);
            return lost.isEmpty();
        });
        findDoubled();
        for (CrashSubscriber each : List.of(durable, offline, first, second)) {
            if (each.broken() != null) {
                lost.add(each.broken());
            }
        }
    }

    private void findLost(int kills) {
        acknowledged = 0;
        recovered = 0;
        for (int i = 0; i < PUBLISHERS.size(); i++) {
            String topic = PUBLISHERS.get(i);
            for (long number : publishers.get(i).acknowledged()) {
                String level = topic + "/" + (number % 4 == 0 ? 1 : 2);
                acknowledged++;
                expect("durable", durable.count(level, Long.toString(number)), level, number);
                expect("offline", offline.count(level, Long.toString(number)), level, number);
                if (topic.equals("a")) {
                    int members =
                            first.count(level, Long.toString(number)) + second.count(level, Long.toString(number));
                    expect("group", members, level, number);
                }
            }
            Map<String, Long> seen = clean.retained();
            publishers.get(i).retainedAcknowledged().forEach((name, number) -> {
                acknowledged++;
                if (seen.getOrDefault(name, 0L) >= number) {
                    recovered++;
                } else {
                    lost.add("retained " + name + " " + number + ", there is " + seen.get(name));
                }
            });
        }
        int wills = durable.count("w", "died");
        if (wills < kills) {
            lost.add("wills: " + wills + " of " + kills);
        }
    }

    private void expect(String who, int count, String topic, long number) {
        if (count > 0) {
            recovered++;
        } else {
            lost.add(who + " " + topic + " " + number);
        }
    }

    private void findDoubled() {
        for (int i = 0; i < PUBLISHERS.size(); i++) {
            String level = PUBLISHERS.get(i) + "/2";
            for (long number : publishers.get(i).acknowledged()) {
                for (CrashSubscriber each : List.of(durable, offline)) {
                    if (number % 4 == 1 && each.count(level, Long.toString(number)) > 1) {
                        doubled.add(each.clientId + " " + level + " " + number);
                    }
                }
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        int kills = Integer.parseInt(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        Outcome outcome = run(Files.createTempDirectory("althing-crash"), kills, seed);
        System.out.println(outcome);
        outcome.lost().stream().limit(20).forEach(each -> System.out.println("lost: " + each));
        outcome.doubled().stream().limit(20).forEach(each -> System.out.println("doubled: " + each));
        System.exit(outcome.lost().isEmpty() && outcome.doubled().isEmpty() ? 0 : 1);
    }
}
