package org.althing.broker;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.MemoryWorker;
import org.althing.net.memory.VirtualTime;

/** A whole broker in memory, under virtual time. An error line of its log fails the test that looks at {@link #idle}. */
final class Rig {
    static final java.net.SocketAddress ADDRESS = MemoryAddress.named("broker");

    /** Every test that does not say otherwise runs with so many shards; the build repeats them with more than one. */
    static final int SHARDS = Integer.getInteger("shards", 1);

    final VirtualTime time;
    final MemoryEngine engine;
    final List<String> log = new ArrayList<>();
    final List<String> errors = new ArrayList<>();
    private final UnaryOperator<BrokerConfig.Builder> config;
    Broker broker;

    Rig(UnaryOperator<BrokerConfig.Builder> config, UnaryOperator<Broker.Builder> parts) {
        this(config, parts, ListenerConfig.mqtt("", 1883));
    }

    Rig(UnaryOperator<BrokerConfig.Builder> config, UnaryOperator<Broker.Builder> parts, ListenerConfig listener) {
        this(new VirtualTime(1), config, parts, listener);
    }

    /** For parts that need the time. */
    Rig(VirtualTime time, UnaryOperator<Broker.Builder> parts, ListenerConfig listener) {
        this(time, config -> config, parts, listener);
    }

    private Rig(
            VirtualTime time,
            UnaryOperator<BrokerConfig.Builder> config,
            UnaryOperator<Broker.Builder> parts,
            ListenerConfig listener) {
        this.time = time;
        this.config = config;
        engine = new MemoryEngine(time);
        broker = start(parts, listener);
    }

    Rig() {
        this(config -> config, parts -> parts);
    }

    static Rig with(UnaryOperator<BrokerConfig.Builder> config) {
        return new Rig(config, parts -> parts);
    }

    /** With a listener that is not as usual. */
    static Rig listening(UnaryOperator<ListenerConfig.Builder> listener) {
        ListenerConfig usual = ListenerConfig.mqtt("", 1883);
        return new Rig(
                config -> config,
                parts -> parts,
                listener.apply(usual.toBuilder()).build());
    }

    static Rig made(UnaryOperator<Broker.Builder> parts) {
        return new Rig(config -> config, parts);
    }

    private Broker start(UnaryOperator<Broker.Builder> parts, ListenerConfig listener) {
        try {
            Broker started = parts.apply(Broker.builder(
                                    config.apply(BrokerConfig.builder()
                                                    .sysIntervalSeconds(0)
                                                    .shards(SHARDS))
                                            .build(),
                                    engine)
                            .worker(new MemoryWorker(time, Duration.ZERO, Duration.ofMillis(5)))
                            .random(time.newRandom())
                            .log(this::onLine))
                    .start();
            engine.listen(ADDRESS, started.loop(), started.acceptor(listener));
            return started;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void onLine(BrokerLog.Level level, String line) {
        log.add(line);
        if (level == BrokerLog.Level.ERROR) {
            errors.add(line);
        }
    }

    /** The broker's process ends as by kill -9, and another one begins with this store and the same configuration. */
    void crashAndRestart(StateStore store) {
        crashAndRestart(parts -> parts.store(store));
    }

    /** The same, with these parts. */
    void crashAndRestart(UnaryOperator<Broker.Builder> parts) {
        broker.loops().forEach(engine::kill);
        broker = start(parts, ListenerConfig.mqtt("", 1883));
        idle();
    }

    /** Lets everything happen that is under way. */
    void idle() {
        time.runUntilIdle();
        if (!errors.isEmpty()) {
            throw new AssertionError(errors.toString());
        }
        checkLedger();
    }

    /** Every message has one fate for each subscriber, or waits for it; so has every message that came in. */
    void checkLedger() {
        Ledger ledger = broker.counters().ledger;
        long fates = ledger.pending();
        for (Ledger.Fate fate : Ledger.Fate.values()) {
            fates += ledger.count(fate);
        }
        long intakes = ledger.held();
        for (Ledger.Intake intake : Ledger.Intake.values()) {
            intakes += ledger.count(intake);
        }
        if (fates != ledger.matched() || intakes != ledger.received() || ledger.pending() < 0 || ledger.held() < 0) {
            throw new AssertionError("matched " + ledger.matched() + ", fates and pending " + fates + ", pending "
                    + ledger.pending() + "; received " + ledger.received() + ", intakes and held " + intakes);
        }
    }

    void pass(Duration duration) {
        time.runFor(duration);
        idle();
    }

    TestClient client() {
        return new TestClient(this);
    }
}
