package org.althing.simulation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.althing.broker.Authenticator;
import org.althing.broker.Broker;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerLog;
import org.althing.broker.Ledger;
import org.althing.broker.ListenerConfig;
import org.althing.broker.PublishInterceptor;
import org.althing.broker.StateChange;
import org.althing.broker.storage.JournalStateStore;
import org.althing.journal.Journal;
import org.althing.journal.memory.FaultyDisk;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.althing.net.NetEngine;
import org.althing.net.memory.MemoryAddress;
import org.jspecify.annotations.Nullable;

/** What the broker runs on: a process that is killed, a disk that fails, a plug that is pulled. */
final class Machine {
    static final MemoryAddress ADDRESS = MemoryAddress.named("broker");

    /** Of so many bad moments one is used; where several shards are concerned more often. */
    private static final int BAD_MOMENTS = 60;

    private static final int BAD_MOMENTS_OF_SEVERAL = 3;

    private static final long PASS_NANOS_MAX = 100_000_000;
    private static final long NO_OPERATION = 1L << 60;
    private static final ListenerConfig LISTENER = ListenerConfig.mqtt("simulated", 1883);

    private static final Set<Ledger.Fate> EXPECTED_FATES = EnumSet.of(
            Ledger.Fate.SENT,
            Ledger.Fate.ACKNOWLEDGED,
            Ledger.Fate.EXPIRED,
            Ledger.Fate.CLIENT_GONE,
            Ledger.Fate.SESSION_ENDED,
            Ledger.Fate.GROUP_ENDED,
            Ledger.Fate.PACKET_TOO_LARGE);
    private static final Set<Ledger.Intake> EXPECTED_INTAKES = EnumSet.of(
            Ledger.Intake.ROUTED,
            Ledger.Intake.NO_SUBSCRIBER,
            Ledger.Intake.REPEATED,
            Ledger.Intake.EXPIRED,
            Ledger.Intake.SESSION_ENDED);

    /** One life of the process: what it left to be done dies with it. */
    private static final class Life {
        boolean ended;
        /** Whether the disk has failed in it: a refusal may come late. */
        boolean failed;
    }

    private final World world;
    private final RandomGenerator random;
    private final Runnable onDeath;
    private final int shardsMax;
    private final int inflightMax;
    /** 0 for no limit. */
    private final int queuedMax;

    private final BrokerConfig.QueueFull queueFull;
    private final long segmentBytes;
    private final long syncNanosMax;
    private final long authNanosMax;
    private final boolean interceptsWills;

    private BrokerConfig config;
    private FaultyDisk disk;
    private Life life = new Life();
    private @Nullable Broker broker;
    private NetEngine.@Nullable Listening listening;
    private long powerGoesAt = Long.MAX_VALUE;
    private long startedAtMillis;
    private long startedAtNanos;
    private boolean isInTrouble = true;
    private boolean failing;
    private boolean full;
    private boolean stopping;
    private long suspendedUntilNanos;
    private long suspendedNanos;
    private long queueFullBefore;
    private long starts;
    private long troubles;
    private long lastTrouble;
    private @Nullable String bug;

    /** @param onDeath tells the clients that the broker is gone */
    Machine(World world, int shards, Runnable onDeath) {
        this.world = world;
        this.onDeath = onDeath;
        random = world.time().newRandom();
        disk = new FaultyDisk(world.time().newRandom());
        int[] inflight = {1, 2, 5, 20, 0};
        inflightMax = inflight[random.nextInt(inflight.length)];
        queuedMax = random.nextInt(4) == 0 ? 3 + random.nextInt(10) : 0;
        queueFull = random.nextBoolean() ? BrokerConfig.QueueFull.DROP_NEWEST : BrokerConfig.QueueFull.DROP_OLDEST;
        shardsMax = shards;
        config = config(shards);
        segmentBytes = 1L << (11 + random.nextInt(6));
        authNanosMax = random.nextBoolean() ? 0 : 30_000_000;
        interceptsWills = random.nextInt(3) == 0;
        // A slow disk puts the commits of several shards into one, where nothing can come between them.
        syncNanosMax = random.nextInt(shards > 1 ? 5 : 2) > 0 ? 200_000 : 20_000_000;
    }

    private BrokerConfig config(int shards) {
        return BrokerConfig.builder()
                .sysIntervalSeconds(0)
                .inflightMessagesMax(inflightMax)
                .queuedMessagesMax(queuedMax)
                .queueFull(queueFull)
                .shards(shards)
                .build();
    }

    /** Whether the disk has been made to fail, and nothing was repaired since. */
    boolean isFailing() {
        return failing;
    }

    /** Whether the broker may refuse clients, because its disk fails or has failed since it began. */
    boolean mayRefuse() {
        return life.failed;
    }

    /** What clients of every version may have unacknowledged, as they change versions within a session. */
    int inflightMax() {
        return inflightMax == 0 ? Integer.MAX_VALUE : inflightMax;
    }

    boolean isStopping() {
        return stopping;
    }

    /** How often the broker has begun, or has tried to. */
    long starts() {
        return starts;
    }

    /** How often something was done to it. */
    long troubles() {
        return troubles;
    }

    /** The moment of the last of these. */
    long lastTrouble() {
        return lastTrouble;
    }

    /** The wall time of the last start, in milliseconds. */
    long startedAtMillis() {
        return startedAtMillis;
    }

    long startedAtNanos() {
        return startedAtNanos;
    }

    boolean isUp() {
        return broker != null;
    }

    Broker broker() {
        Broker running = broker;
        if (running == null) {
            throw new IllegalStateException("the broker is down");
        }
        return running;
    }

    /** Throws if the broker has found a bug in itself. */
    void check() {
        if (bug != null) {
            throw new SimulationFailure(bug);
        }
        checkBalance();
    }

    private void trouble(String what) {
        world.trace().line("machine", () -> what);
        world.trace().mix(what.length());
        troubles++;
        lastTrouble = world.ledger().tick();
    }

    // ---- life

    /** Starts the broker from what is on the disk; at a failure of the disk it stays down. */
    void start() {
        Life mine = new Life();
        life = mine;
        stopping = false;
        starts++;
        failing = full;
        mine.failed = full;
        if (shardsMax > 1) {
            config = config(starts > 1 && random.nextInt(4) == 0 ? 1 + random.nextInt(shardsMax + 1) : shardsMax);
        }
        try {
            JournalStateStore store = JournalStateStore.on(
                    disk,
                    segmentBytes,
                    new JournalStateStore.Workers(later(mine), later(mine), (nanos, task) -> after(nanos, mine, task)),
                    Journal.Durability.SYNC);
            Broker.Builder parts = Broker.builder(config, world.engine())
                    .store(new WatchedStore(
                            store,
                            new StateWatch(world.trace(), config.shards() > 1, this::onViolation),
                            () -> onEnded(mine)))
                    .random(world.time().newRandom())
                    .authenticator(this::authenticate)
                    .authenticationMethod(new Riddle(world, random, authNanosMax))
                    .log(this::onLine);
            Broker started = (interceptsWills ? parts.intercept(new LatePass(mine)) : parts).start();
            startedAtMillis = world.wallMillis();
            startedAtNanos = world.time().clock().nanos();
            listening = world.engine().listen(ADDRESS, started.loop(), started.acceptor(LISTENER));
            broker = started;
            world.trace().line("machine", () -> "started: " + store.recovery());
            if (powerIsGone()) {
                cutPower(); // the start itself only waits for a disk that takes nothing
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("(simulated)")) {
                throw new SimulationFailure("the broker does not start", e);
            }
            trouble("does not start: " + e.getMessage());
            world.ledger().onCrash();
            disk = powerIsGone() ? disk.afterPowerCut() : disk.afterKill();
            powerGoesAt = Long.MAX_VALUE;
        }
    }

    /** Lets all wills pass, some time after it was asked. */
    private final class LatePass implements PublishInterceptor {
        private final Life of;

        LatePass(Life of) {
            this.of = of;
        }

        @Override
        public TopicFilter filter() {
            return TopicFilter.of("w/+");
        }

        @Override
        public void intercept(Attempt attempt) {
            after(random.nextLong(PASS_NANOS_MAX), of, attempt::pass);
        }
    }

    /** Answers late, and not in the order in which it was asked. */
    private void authenticate(Authenticator.ConnectAttempt attempt, Authenticator.AuthReply reply) {
        Runnable answer = () -> {
            if (ConnectOptions.STRANGER.equals(attempt.userName())) {
                reply.refuse(ReasonCode.NOT_AUTHORIZED, "a stranger");
            } else {
                reply.accept(attempt.userName());
            }
        };
        if (authNanosMax == 0) {
            answer.run();
        } else {
            world.time().after(Duration.ofNanos(random.nextLong(authNanosMax)), answer);
        }
    }

    private Executor later(Life of) {
        return task -> after(random.nextLong(syncNanosMax), of, task);
    }

    private void after(long nanos, Life of, Runnable task) {
        world.time().after(Duration.ofNanos(nanos), () -> {
            if (isSuspended() && of == life) {
                after(suspendedLeftNanos(), of, task);
            } else if (!of.ended) {
                task.run();
                if (powerIsGone()) {
                    cutPower();
                }
            }
        });
    }

    private boolean powerIsGone() {
        return disk.operations() >= powerGoesAt;
    }

    /** What has ended for a client is a bad moment for a power cut: what depends on it may be in the next commit. */
    private void onEnded(Life of) {
        int moments = config.shards() > 1 ? BAD_MOMENTS_OF_SEVERAL : BAD_MOMENTS;
        if (isInTrouble && of == life && !of.ended && !failing && random.nextInt(moments) == 0) {
            cutPowerIn(1 + random.nextLong(2));
        }
    }

    private void onViolation(String what) {
        world.trace().line("state", () -> what);
        if (bug == null) {
            bug = "stored state: " + what;
        }
    }

    private void onLine(BrokerLog.Level level, String line) {
        world.trace().line("broker", () -> level + " " + line);
        if (line.startsWith("State is saved again")) {
            failing = full; // a little may still have fitted
        }
        if (level == BrokerLog.Level.ERROR) {
            boolean saysSo = life.failed && line.contains("State cannot be saved"); // perhaps when it works again
            failing |= saysSo;
            boolean expected = saysSo
                    || (life.failed && line.contains("cannot be read: ") && line.contains("(simulated)"))
                    || (powerIsGone() && line.contains("no power (simulated)"));
            if (!expected && bug == null) {
                bug = line;
            }
        }
    }

    // ---- trouble

    /**
     * Nothing of the process runs for a while; the network and everybody else go on.
     *
     * @param asleep whether its clock that only runs forward stands still, as when the machine sleeps
     */
    void suspend(Duration by, boolean asleep) {
        world.trace().line("machine", () -> (asleep ? "asleep for " : "stopped for ") + by);
        world.trace().mix(by.hashCode());
        troubles++;
        if (asleep) {
            world.time().sleep(broker().loops(), by);
        } else {
            world.time().stop(broker().loops(), by);
        }
        suspendedUntilNanos = world.time().clock().nanos() + by.toNanos();
        suspendedNanos += by.toNanos();
        world.onSuspended(suspendedUntilNanos);
    }

    boolean isSuspended() {
        return suspendedLeftNanos() > 0;
    }

    /** How long it is yet to be suspended. */
    long suspendedLeftNanos() {
        return Math.max(0, suspendedUntilNanos - world.time().clock().nanos());
    }

    /** How long all times together have been in which it was suspended, the present one as a whole. */
    long suspendedNanos() {
        return suspendedNanos;
    }

    /** As kill -9. */
    void kill() {
        if (broker != null) {
            die("killed");
            disk = disk.afterKill();
        }
    }

    /** What was not synced is lost, more or less. */
    void cutPower() {
        if (broker != null) {
            die("power cut");
            disk = disk.afterPowerCut();
        }
    }

    /** The power goes in the middle of what the disk does next. */
    void cutPowerSoon() {
        cutPowerIn(1 + random.nextLong(12));
    }

    private void cutPowerIn(long operations) {
        disk.cutPowerAt(operations);
        powerGoesAt = disk.operations() + operations;
    }

    /** One of the next operations fails; the process is ended some time later, or left to help itself. */
    void failSoon() {
        trouble("disk will fail");
        failing = true;
        life.failed = true;
        disk.failAt(1 + random.nextLong(6));
        Life mine = life;
        boolean isLeft = random.nextBoolean();
        world.time().after(Duration.ofMillis(5 + random.nextLong(isLeft ? 2_000 : 100)), () -> {
            if (life == mine && !mine.ended && isLeft) {
                disk.failAt(NO_OPERATION);
                failing = full || isDegraded();
            } else if (life == mine && !mine.ended && isInTrouble) {
                kill();
            }
        });
    }

    /** There is no space for some seconds; then the broker helps itself. */
    void fillDisk() {
        trouble("disk is full");
        full = true;
        failing = true;
        life.failed = true;
        disk.capacity(disk.used() + random.nextLong(1_000));
        world.time().after(Duration.ofMillis(50 + random.nextLong(8_000)), this::makeRoom);
    }

    private void makeRoom() {
        if (full) {
            world.trace().line("machine", () -> "disk has space again");
            full = false;
            disk.capacity(Long.MAX_VALUE);
            failing = isDegraded();
        }
    }

    private boolean isDegraded() {
        return broker != null && broker.counters().degraded.value() > 0;
    }

    private void die(String how) {
        trouble(how);
        queueFullBefore = queueFull();
        broker().loops().forEach(world.engine()::kill);
        broker = null;
        listening = null;
        life.ended = true;
        suspendedUntilNanos = 0;
        powerGoesAt = Long.MAX_VALUE;
        failing = false;
        world.ledger().onCrash();
        onDeath.run();
    }

    /** Bad things happen again. */
    void trouble() {
        isInTrouble = true;
    }

    /** Nothing is planned any more, until {@link #trouble()}. */
    void heal() {
        isInTrouble = false;
        makeRoom();
        disk.failAt(NO_OPERATION);
        disk.cutPowerAt(NO_OPERATION);
        powerGoesAt = Long.MAX_VALUE;
        failing = isDegraded();
        if (failing && random.nextBoolean()) {
            kill(); // otherwise it has to help itself
        }
        while (broker == null) {
            start();
        }
    }

    /** Stops in good order; {@link #isUp} says when it has. */
    void stop() {
        Broker running = broker();
        trouble("stopping");
        stopping = true;
        if (listening != null) {
            listening.close();
        }
        Life mine = life;
        running.shutDown(() -> {
            mine.ended = true;
            world.time().after(Duration.ZERO, () -> {
                world.trace().line("machine", () -> "stopped");
                running.loops().forEach(world.engine()::kill);
                if (broker == running) {
                    queueFullBefore = queueFull();
                    broker = null;
                }
            });
        });
    }

    /** What a start would find on the disk. The broker is down. */
    StoredState storedState() {
        StoredState state = new StoredState();
        try (JournalStateStore store = JournalStateStore.on(
                disk,
                segmentBytes,
                new JournalStateStore.Workers(Runnable::run, task -> {}, (nanos, task) -> {}),
                Journal.Durability.SYNC)) {
            store.replay(state);
        } catch (IOException e) {
            throw new SimulationFailure("the stored state cannot be read", e);
        }
        return state;
    }

    /** What was lost though nobody has given a reason for it. */
    List<String> dropped() {
        Ledger ledger = broker().counters().ledger;
        List<String> dropped = new ArrayList<>();
        for (Ledger.Fate fate : Ledger.Fate.values()) {
            boolean expected = EXPECTED_FATES.contains(fate) || (fate == Ledger.Fate.QUEUE_FULL && queuedMax > 0);
            if (!expected && ledger.count(fate) > 0) {
                dropped.add(fate + " " + ledger.count(fate));
            }
        }
        for (Ledger.Intake intake : Ledger.Intake.values()) {
            if (!EXPECTED_INTAKES.contains(intake) && ledger.count(intake) > 0) {
                dropped.add(intake + " " + ledger.count(intake));
            }
        }
        return dropped;
    }

    /** How many messages the broker has dropped, in all its lives, because a queue was full. */
    long queueFull() {
        return queueFullBefore + (broker == null ? 0 : broker.counters().ledger.count(Ledger.Fate.QUEUE_FULL));
    }

    /** Every message has one fate for each subscriber, or waits for it. */
    void checkBalance() {
        if (broker != null) {
            Ledger ledger = broker.counters().ledger;
            long intakes = ledger.held();
            for (Ledger.Intake intake : Ledger.Intake.values()) {
                intakes += ledger.count(intake);
            }
            long fates = ledger.pending();
            for (Ledger.Fate fate : Ledger.Fate.values()) {
                fates += ledger.count(fate);
            }
            if (ledger.received() != intakes || ledger.matched() != fates) {
                throw new SimulationFailure("the ledger does not balance: received " + ledger.received() + ", known "
                        + intakes + "; matched " + ledger.matched() + ", known " + fates);
            }
        }
    }

    @Override
    public String toString() {
        return StateChange.class.getSimpleName() + " on " + disk;
    }
}
