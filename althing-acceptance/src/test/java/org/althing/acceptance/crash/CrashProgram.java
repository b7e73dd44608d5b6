package org.althing.acceptance.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.althing.mqtt.Qos;
import org.althing.testing.ChildProcess;

/**
 * Runs the real broker with persistence under load, ends it by SIGKILL at random moments, starts it again, and checks every
 * promise of docs/durability.md that a killed process can break.
 *
 * <p>The load: messages of QoS 0, 1 and 2 and retained ones from two publishers; a durable subscriber of QoS 2 that is cut
 * and taken over now and then; one that is mostly offline; one with a clean session; two members each of a share group of
 * QoS 1 and of QoS 2; a client with a will, which every kill must publish. Some rounds besides: a delayed will that falls
 * due in the broker's next life, or a message and a session that expire while there is no broker. Each start has another
 * number of shards.
 *
 * <pre>
 *   CrashProgram KILLS SEED [SHARDS]      prints one line: kills, acknowledged, recovered, lost, doubled
 * </pre>
 */
public final class CrashProgram {
    private static final List<String> PUBLISHERS = List.of("a", "b");
    private static final long DURABLE = CrashSubscriber.DURABLE_SECONDS;
    /** After this everything with an interval of one second has ended, whatever was rounded. */
    private static final long OVER_ONE_SECOND_NANOS = 1_200_000_000L;

    private final Path folder;
    private final int port = RealBroker.freePort();
    private final SplittableRandom random;
    private final int shardsMax;

    private final List<CrashPublisher> publishers = new ArrayList<>();
    private final CrashSubscriber durable;
    private final CrashSubscriber offline;
    private final CrashSubscriber clean;
    private final CrashSubscriber first;
    private final CrashSubscriber second;
    private final CrashSubscriber third;
    private final CrashSubscriber fourth;
    private final CrashSubscriber sleeper;
    private final CrashSubscriber brief;
    private final CrashSender sender;
    private final CrashWill will;
    private final CrashWill delayed;
    private final List<CrashClient> clients = new ArrayList<>();
    private final List<String> lost = new ArrayList<>();
    private final List<String> doubled = new ArrayList<>();
    /** What went wrong in rounds of their own, among the lost in the end. */
    private final List<String> wrong = new ArrayList<>();

    private long acknowledged;
    private long recovered;
    private int killed;

    /** What a run found; {@code lost} and {@code doubled} must be empty. */
    record Outcome(int kills, long seed, long acknowledged, long recovered, List<String> lost, List<String> doubled) {
        @Override
        public String toString() {
            return "kills " + kills + ", seed " + seed + ", acknowledged " + acknowledged + ", recovered " + recovered
                    + ", lost " + lost.size() + ", doubled " + doubled.size();
        }
    }

    private CrashProgram(Path folder, long seed, int shardsMax) {
        this.folder = folder;
        this.shardsMax = shardsMax;
        random = new SplittableRandom(seed);
        for (String name : PUBLISHERS) {
            publishers.add(new CrashPublisher("publisher-" + name, port, name));
        }
        String[] everything = {"a/#", "b/#", "w/#"};
        durable = new CrashSubscriber("durable", port, DURABLE, Qos.EXACTLY_ONCE, everything);
        offline = new CrashSubscriber("offline", port, DURABLE, Qos.EXACTLY_ONCE, everything);
        clean = new CrashSubscriber("clean", port, 0, Qos.AT_LEAST_ONCE, "a/#", "retained/#");
        first = new CrashSubscriber("member-1", port, DURABLE, Qos.AT_LEAST_ONCE, "$share/group/a/#");
        second = new CrashSubscriber("member-2", port, DURABLE, Qos.AT_LEAST_ONCE, "$share/group/a/#");
        third = new CrashSubscriber("member-3", port, DURABLE, Qos.EXACTLY_ONCE, "$share/pair/b/#");
        fourth = new CrashSubscriber("member-4", port, DURABLE, Qos.EXACTLY_ONCE, "$share/pair/b/#");
        sleeper = new CrashSubscriber("sleeper", port, DURABLE, Qos.AT_LEAST_ONCE, "x/#");
        brief = new CrashSubscriber("brief", port, 1, Qos.AT_LEAST_ONCE, "x/#");
        sender = new CrashSender("sender", port);
        will = new CrashWill("mortal", port, 0, "w/now", 0);
        delayed = new CrashWill("late", port, DURABLE, "w/delayed", 1);
        clients.addAll(List.of(durable, offline, clean, first, second, third, fourth, sleeper, brief, sender));
        clients.addAll(List.of(will, delayed));
        clients.addAll(publishers);
    }

    /** @param shardsMax each start has 1 to this many shards */
    static Outcome run(Path folder, int kills, long seed, int shardsMax) throws IOException {
        CrashProgram program = new CrashProgram(folder, seed, shardsMax);
        try {
            return program.run(kills, seed);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ", after " + program.killed + " kills: " + e.getMessage(), e);
        }
    }

    private ChildProcess broker() throws IOException {
        return RealBroker.start(folder, port, "althing_shards " + random.nextInt(1, shardsMax + 1));
    }

    private Outcome run(int kills, long seed) throws IOException {
        ChildProcess broker = broker();
        try {
            clients.forEach(CrashClient::start);
            RealBroker.await("all subscribed", () -> clients.stream().allMatch(CrashProgram::isReady));
            publishers.forEach(CrashPublisher::publishAlways);
            for (int kill = 0; kill < kills; kill++) {
                live();
                RealBroker.await("the mortal client is there again", will::isAccepted);
                broker = switch (random.nextInt(8)) {
                    case 0 -> whileThingsExpire(broker, "round-" + kill);
                    case 1 -> whileAWillWaits(broker);
                    default -> killed(broker);
                };
                killed++;
                if (killed % 50 == 0) {
                    System.out.println("seed " + seed + ": " + killed + " of " + kills + " kills");
                }
                RealBroker.await("all are there again", () -> clients.stream().allMatch(CrashClient::isAccepted));
            }
            publishers.forEach(CrashPublisher::finish);
            RealBroker.await("all is acknowledged", () -> publishers.stream().allMatch(CrashPublisher::isDone));
            check(kills);
            return new Outcome(kills, seed, acknowledged, recovered, lost, doubled);
        } finally {
            clients.forEach(CrashClient::stop);
            broker.close();
        }
    }

    static boolean isReady(CrashClient client) {
        return client.isAccepted() && !(client instanceof CrashSubscriber subscriber && !subscriber.isSubscribed());
    }

    private ChildProcess killed(ChildProcess broker) throws IOException {
        broker.kill();
        return broker();
    }

    /** Of a message and a session that last one second, and others that last, only those are there afterwards. */
    private ChildProcess whileThingsExpire(ChildProcess broker, String name) throws IOException {
        RealBroker.await("those who will sleep are connected", () -> sleeper.isAccepted() && brief.isAccepted());
        sleeper.leave();
        brief.leave();
        RealBroker.await("the broker knows that they are gone", () -> sleeper.isGone() && brief.isGone());
        sender.publishExpiring("x/short", name, 1);
        RealBroker.await("a message is acknowledged", sender::isAcknowledged);
        sender.publishExpiring("x/long", name, 3_600);
        RealBroker.await("a message is acknowledged", sender::isAcknowledged);
        broker.kill();
        LockSupport.parkNanos(OVER_ONE_SECOND_NANOS);
        ChildProcess next = broker();
        sleeper.comeBack();
        RealBroker.await("the message that lasts", () -> sleeper.count("x/long", name) > 0);
        if (sleeper.count("x/short", name) > 0) {
            wrong.add("came after its expiry: x/short " + name);
        }
        brief.comeBack();
        RealBroker.await("the client with the short session is there", brief::isAccepted);
        if (brief.foundItsSession()) {
            wrong.add("a session of one second was there after more than that, " + name);
        }
        return next;
    }

    /** The client does not come back before its will, which is due a second after the next start. */
    private ChildProcess whileAWillWaits(ChildProcess broker) throws IOException {
        RealBroker.await("the client with a delayed will", delayed::isAccepted);
        int before = durable.count("w/delayed", "died");
        delayed.stayAway();
        ChildProcess next = killed(broker);
        if (!RealBroker.comesTrue(() -> durable.count("w/delayed", "died") > before)) {
            wrong.add("a delayed will did not come, after " + before);
        }
        delayed.comeBack();
        return next;
    }

    /** Some time with traffic and with cuts and take-overs of clients. */
    private void live() {
        for (int turn = random.nextInt(1, 6); turn > 0; turn--) {
            LockSupport.parkNanos(random.nextLong(1_000_000, 120_000_000));
            switch (random.nextInt(8)) {
                case 0 -> durable.cut();
                case 1 -> offline.cut();
                case 2 -> first.cut();
                case 3 -> third.cut();
                case 4 -> durable.takeOver(random.nextLong(1_000_000, 10_000_000));
                case 5 -> third.takeOver(random.nextLong(1_000_000, 10_000_000));
                case 6 -> publishers.getFirst().takeOver(random.nextLong(1_000_000, 10_000_000));
                default -> publishers.get(random.nextInt(publishers.size())).cut();
            }
        }
    }

    private void check(int kills) {
        boolean ignored = RealBroker.comesTrue(() -> {
            lost.clear();
            findLost(kills);
            return lost.isEmpty();
        });
        findDoubled();
        lost.addAll(wrong);
        for (CrashSubscriber each : List.of(durable, offline, first, second, third, fourth, sleeper)) {
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
                expect("group", members(topic, level, number), level, number);
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
        int wills = durable.count("w/now", "died");
        if (wills < kills) {
            lost.add("wills: " + wills + " of " + kills);
        }
    }

    /** How often the members of the group of this publisher's messages got one of them. */
    private int members(String topic, String level, long number) {
        String payload = Long.toString(number);
        return topic.equals("a")
                ? first.count(level, payload) + second.count(level, payload)
                : third.count(level, payload) + fourth.count(level, payload);
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
            String topic = PUBLISHERS.get(i);
            String level = topic + "/2";
            for (long number : publishers.get(i).acknowledged()) {
                if (number % 4 != 1) {
                    continue;
                }
                for (CrashSubscriber each : List.of(durable, offline)) {
                    if (each.count(level, Long.toString(number)) > 1) {
                        doubled.add(each.clientId + " " + level + " " + number);
                    }
                }
                if (topic.equals("b") && members(topic, level, number) > 1) {
                    doubled.add("group " + level + " " + number);
                }
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        int kills = Integer.parseInt(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        int shards = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1;
        Outcome outcome = run(Files.createTempDirectory("althing-crash"), kills, seed, shards);
        System.out.println(outcome);
        outcome.lost().stream().limit(20).forEach(each -> System.out.println("lost: " + each));
        outcome.doubled().stream().limit(20).forEach(each -> System.out.println("doubled: " + each));
        System.exit(outcome.lost().isEmpty() && outcome.doubled().isEmpty() ? 0 : 1);
    }
}
