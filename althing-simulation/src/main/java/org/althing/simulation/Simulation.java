package org.althing.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;

/** One run: some clients and one broker through several times of trouble, each with a rest in which accounts are settled. */
public final class Simulation {
    private static final long TURN_NANOS_MAX = 2_000_000;
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final Duration WILLS_DELAYED = Duration.ofSeconds(6);
    private static final int LASTS_SECONDS = 60;
    /** The broker does so every ten seconds, whether it seems to be needed or not. */
    private static final Duration CLOCK_LOOKED_AT = Duration.ofSeconds(11);

    private static final long SUSPENDED_MILLIS_MAX = 20_000;
    private static final Duration REST_MAX = Duration.ofSeconds(120);

    private final Scenario scenario;
    private final World world;
    private final Machine machine;
    private final RandomGenerator random;
    private final List<ModelClient> clients = new ArrayList<>();

    private Simulation(Scenario scenario, boolean traces) {
        this.scenario = scenario;
        world = new World(scenario.seed(), traces);
        random = world.time().newRandom();
        if (scenario.shards() > 1 && random.nextInt(4) > 0) {
            // Or what one shard tells another would arrive at once, and be in the same commit.
            world.time().turnsTake(Duration.ofNanos(1_000), Duration.ofNanos(1_000 + random.nextLong(TURN_NANOS_MAX)));
        }
        machine = new Machine(world, scenario.shards(), () -> clients.forEach(ModelClient::onCrash));
        List<String> names = new ArrayList<>();
        for (int i = 2 + random.nextInt(4); i > 0; i--) {
            names.add("c" + i);
        }
        boolean shares = random.nextInt(3) == 0;
        names.forEach(name -> clients.add(new ModelClient(name, world, machine, names, shares)));
    }

    /**
     * Runs the scenario; returns a number that is the same for every run of it.
     *
     * @throws SimulationFailure if a promise is broken
     */
    public static long run(Scenario scenario) {
        Simulation quiet = new Simulation(scenario, false);
        try {
            quiet.run();
            return quiet.world.trace().digest();
        } catch (RuntimeException | AssertionError failure) {
            Simulation loud = new Simulation(scenario, true);
            Throwable cause = failure;
            try {
                loud.run();
                cause = new AssertionError("it did not happen again: the simulation is not deterministic", failure);
            } catch (RuntimeException | AssertionError again) {
                cause = again;
            }
            throw new SimulationFailure(scenario, loud.world.trace().lines(), cause);
        }
    }

    private void run() {
        for (int round = 0; round < 2; round++) {
            machine.trouble();
            for (int i = 0; i < scenario.steps(); i++) {
                step();
                world.time().runFor(Duration.ofNanos(random.nextLong(4_000_000)));
                machine.check();
            }
            settle();
        }
    }

    private void step() {
        if (!machine.isUp()) {
            if (random.nextInt(4) == 0) {
                machine.start();
            }
        } else if (!machine.isStopping() && !machine.isFailing() && !machine.isSuspended()) {
            switch (random.nextInt(300)) {
                case 0 -> machine.kill();
                case 1 -> machine.cutPower();
                case 2, 3 -> machine.cutPowerSoon();
                case 4 -> machine.failSoon();
                case 5 -> machine.stop();
                case 6 -> machine.fillDisk();
                case 7 -> suspend();
                default -> {}
            }
        }
        passTime();
        act(clients.get(random.nextInt(clients.size())));
    }

    /** Sometimes more of it, while somebody is away, and sometimes the wall clock jumps: mostly then. */
    private void passTime() {
        boolean slowly = random.nextInt(150) == 0;
        if (slowly) {
            clients.get(random.nextInt(clients.size())).cut();
            world.time().runFor(Duration.ofMillis(random.nextLong(15_000)));
        }
        if (random.nextInt(slowly ? 3 : 300) == 0) {
            int seconds = 1 + random.nextInt(100);
            jump(Duration.ofSeconds(random.nextInt(3) == 0 ? -seconds : seconds));
            if (random.nextBoolean()) {
                world.time().runFor(Duration.ofMillis(random.nextLong(4_000)));
            } else {
                clients.stream()
                        .filter(client -> client.conversation() == null)
                        .forEach(client -> client.connect(false));
            }
        }
    }

    private void jump(Duration by) {
        world.jump(by);
        clients.forEach(client -> client.onJump(by));
    }

    private void suspend() {
        Duration by = Duration.ofMillis(random.nextLong(SUSPENDED_MILLIS_MAX));
        machine.suspend(by, random.nextBoolean());
        clients.forEach(client -> client.onSuspended(by));
    }

    private void act(ModelClient client) {
        if (client.conversation() == null && random.nextInt(15) == 0) {
            client.connectAsStranger();
            return;
        }
        if (client.conversation() == null && random.nextInt(3) > 0) {
            return; // it stays away for a while
        }
        if (client.conversation() == null || (!client.isOpen() && random.nextInt(10) == 0)) {
            client.connect(false);
            return;
        }
        int luck = random.nextInt(100);
        if (luck < 66) {
            client.sending().publish();
        } else if (luck < 78) {
            client.sending().subscribe();
        } else if (luck < 82) {
            client.sending().unsubscribe();
        } else if (luck < 86) {
            client.cut();
        } else if (luck < 88) {
            client.abort();
        } else if (luck < 91) {
            client.disconnect();
        } else if (luck < 93) {
            client.connect(false);
        } else if (luck < 95) {
            client.pause();
        } else if (luck < 97) {
            client.vanish();
        } else if (luck < 98) {
            client.authenticateAgain();
        } else {
            client.ping();
        }
    }

    // ---- at rest

    private void settle() {
        world.trace().line("world", () -> "at rest");
        rest(() -> !machine.isSuspended(), () -> {});
        rest(() -> !machine.isUp() || !machine.isStopping(), () -> {});
        machine.heal();
        rest(() -> !machine.isFailing(), () -> {});
        rest(() -> clients.stream().allMatch(ModelClient::isAtRest), this::reconnect);
        world.time().runFor(WILLS_DELAYED); // and then for what they bring
        rest(this::isQuiet, this::reconnect);
        world.ledger().onRest(world.wallMillis());
        for (ModelClient client : clients) {
            Epoch epoch = client.epoch();
            if (epoch != null) {
                world.ledger().checkDelivered(client, epoch, world.wallMillis(), machine.queueFull());
                if (machine.queueFull() == 0) { // or it may be among what was dropped
                    world.ledger().checkRetainedCame(client, epoch);
                }
            }
        }
        require(machine.dropped().isEmpty(), machine.dropped().toString());
        checkRetained();
        checkStored();
    }

    /** Nobody waits for anything, and nothing has come for longer than the network and the clients can delay it. */
    private boolean isQuiet() {
        return clients.stream().allMatch(ModelClient::isAtRest) && world.quiet().compareTo(QUIET) > 0;
    }

    private void reconnect() {
        for (ModelClient client : clients) {
            if (client.conversation() == null) {
                client.connect(true);
            }
        }
    }

    private void rest(java.util.function.BooleanSupplier atRest, Runnable help) {
        Duration slice = Duration.ofMillis(50);
        for (Duration waited = Duration.ZERO; !atRest.getAsBoolean(); waited = waited.plus(slice)) {
            require(waited.compareTo(REST_MAX) < 0, "does not come to rest: " + clients);
            help.run();
            world.time().runFor(slice);
            machine.check();
        }
    }

    private void checkRetained() {
        ModelClient reader = new ModelClient("reader", world, machine, List.of("reader"), false);
        rest(reader::isOpen, () -> {
            if (reader.conversation() == null) {
                reader.connect(true);
            }
        });
        clients.add(reader);
        long subscribedAtMillis = world.wallMillis();
        reader.sending()
                .subscribe(
                        List.of(new Subscribe.Request(TopicFilter.of("#"), SubscriptionOptions.of(Qos.EXACTLY_ONCE))),
                        0);
        rest(this::isQuiet, () -> {});
        Epoch epoch = reader.epoch();
        if (epoch == null) {
            throw new SimulationFailure("the reader of retained messages is not at rest: " + reader);
        }
        checkNotGone(epoch.retainedCopies(), "sent to a new subscription", subscribedAtMillis);
        world.ledger().checkRetained(epoch.retainedCopies(), "sent to a new subscription", world.wallMillis());
    }

    private void checkNotGone(Map<TopicName, Publication> retained, String where, long atMillis) {
        for (Publication each : retained.values()) {
            require(each.expiresToMillis > atMillis, where + ", and has expired: " + each);
        }
    }

    /** What is stored when all clients have left and the broker has stopped is what they know of. */
    private void checkStored() {
        Set<String> lasting = new TreeSet<>();
        Set<String> perhaps = new TreeSet<>();
        for (ModelClient client : clients) {
            if (client.lastsSeconds() > 0) {
                (client.lastsSeconds() > LASTS_SECONDS ? lasting : perhaps).add(client.id());
            }
            client.disconnectForNow();
        }
        clients.removeIf(client -> client.id().equals("reader"));
        world.time().runFor(Duration.ofSeconds(5));
        machine.stop();
        rest(() -> !machine.isUp(), () -> {});
        StoredState state = machine.storedState();
        require(state.unfinished.isEmpty(), "stored though nothing is under way: " + state.unfinished);
        Set<String> others = new TreeSet<>(state.sessions);
        boolean complete = others.containsAll(lasting);
        others.removeAll(lasting);
        require(
                complete && perhaps.containsAll(others),
                "stored sessions " + state.sessions + ", not " + lasting + " and perhaps " + perhaps);
        Map<TopicName, Publication> retained = new LinkedHashMap<>();
        state.retained.forEach((topic, id) -> {
            ApplicationMessage message = state.messages.get(id);
            Publication publication = message == null ? null : world.ledger().find(message);
            if (publication == null) {
                throw new SimulationFailure("no message is stored that is retained on " + topic);
            }
            retained.put(topic, publication);
        });
        if (world.isSteadySince(CLOCK_LOOKED_AT)) {
            checkNotGone(retained, "stored", world.wallMillis() - CLOCK_LOOKED_AT.toMillis());
        }
        world.ledger().checkRetained(retained, "stored", world.wallMillis());
        require(
                state.messages.size() == state.retained.size(),
                "messages are stored that nobody needs: " + state.messages.keySet() + ", retained "
                        + state.retained.values());
        machine.start();
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new SimulationFailure(what);
        }
    }
}
