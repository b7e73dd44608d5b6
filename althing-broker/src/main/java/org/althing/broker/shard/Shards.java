package org.althing.broker.shard;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.althing.broker.AccessControl;
import org.althing.broker.AddressFilter;
import org.althing.broker.AuthenticationMethod;
import org.althing.broker.Authenticator;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerLog;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.Client;
import org.althing.broker.Counters;
import org.althing.broker.Denial;
import org.althing.broker.ListenerConfig;
import org.althing.broker.PublishInterceptor;
import org.althing.broker.StateStore;
import org.althing.broker.routing.Partitions;
import org.althing.broker.session.RestoredState;
import org.althing.mqtt.ApplicationMessage;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Worker;
import org.jspecify.annotations.Nullable;

/** All shards of a broker: made together, begun together, ended together. */
public final class Shards {
    private final List<Shard> shards;
    private final StateStore store;
    private final BrokerLog log;
    private final Counters counters;

    /** What all shards of a broker are made of. */
    public record Parts(
            BrokerConfig config,
            StateStore store,
            Authenticator authenticator,
            Map<String, AuthenticationMethod> methods,
            Worker worker,
            AddressFilter addressFilter,
            AccessControl accessControl,
            List<PublishInterceptor> interceptors,
            BrokerLog log,
            RandomGenerator random) {
        public Parts {
            methods = Map.copyOf(methods);
            interceptors = List.copyOf(interceptors);
        }
    }

    /** Makes one shard on each of these loops; nothing happens before {@link #restore}. */
    public Shards(List<EventLoop> loops, Parts parts) {
        List<Shard> made = new ArrayList<>();
        for (int shard = 0; shard < loops.size(); shard++) {
            made.add(new Shard(loops.get(shard), new Partitions(shard, loops.size()), parts));
        }
        shards = List.copyOf(made);
        shards.forEach(shard -> shard.connect(shards));
        store = parts.store();
        log = parts.log();
        counters = shards.size() == 1
                ? shards.getFirst().counters()
                : Counters.sumOf(shards.stream().map(Shard::counters).toList());
    }

    /**
     * Builds everything from what the store gave back, on the loops of the shards. First all of them build, and then they
     * go on: what happens next on one of them, another one may have to know.
     */
    public void restore(RestoredState state) {
        shards.forEach(shard -> shard.loop().execute(() -> shard.restore(state)));
        shards.forEach(shard -> shard.loop().execute(() -> shard.goOn(state)));
        first().execute(() -> shards.getFirst().publishSys(counters));
    }

    /** The loops, by shard. */
    public List<EventLoop> loops() {
        return shards.stream().map(Shard::loop).toList();
    }

    /** Where the connections of one listener come in; its connections begin on the loop of this shard. */
    Shard.Door door(int shard, ListenerConfig listener) {
        return shards.get(shard).door(listener);
    }

    /** Takes the connections of one listener, on the loop of this shard; they move from there to the shards of the clients. */
    public Acceptor acceptor(int shard, ListenerConfig listener) {
        Shard.Door door = door(shard, listener);
        return door.filtered(door);
    }

    /** Routes a message of the broker's own, in the order of the calls of one thread. Any thread. */
    public void publish(ApplicationMessage message) {
        shards.getFirst().publish(message);
    }

    /** Another configuration counts from now on: limits, not the number of shards. Any thread. */
    public void change(BrokerConfig next) {
        shards.forEach(shard -> shard.loop().execute(() -> shard.change(next)));
    }

    /** Writes down subscriptions of all shards, then retained topics, which every shard has. Waits for the loops. */
    public void describe(Consumer<String> line) {
        List<String> lines = new ArrayList<>();
        lines.add("Subscriptions:");
        for (Shard shard : shards) {
            lines.addAll(await(shard, shard::describeSubscriptions));
        }
        lines.add("Retained messages:");
        lines.addAll(await(shards.getFirst(), shards.getFirst()::describeRetained));
        lines.forEach(line);
    }

    private static List<String> await(Shard shard, Supplier<List<String>> question) {
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        shard.loop().execute(() -> answer.complete(question.get()));
        return answer.join();
    }

    /** Access control says something else from now on. Any thread. */
    public void rulesChanged(Function<Client, @Nullable Denial> stays) {
        shards.forEach(shard -> shard.rulesChanged(stays));
    }

    /** What all of them have counted. */
    public Counters counters() {
        return counters;
    }

    /**
     * Tells every client that the broker stops, and runs {@code done} on the first loop when they are gone, their state is
     * committed, and the store is closed. Any thread.
     */
    public void shutDown(Runnable done) {
        first().execute(() -> new Ending(done).begin());
    }

    private EventLoop first() {
        return shards.getFirst().loop();
    }

    /**
     * How all shards end, seen from the loop of the first one. When the last connection is gone what it left may still be
     * on its way from shard to shard: a will, and what others store because of it. So they are asked whether all is
     * settled until two rounds have found the same, and nothing can be under way any more.
     */
    private final class Ending {
        private final Runnable done;
        private long[] found = {};

        Ending(Runnable done) {
            this.done = done;
        }

        void begin() {
            askAll(Shard::stop, this::settle);
        }

        private void settle() {
            long[] now = new long[shards.size()];
            askAll(
                    (shard, answer) -> shard.whenSettled(() -> {
                        now[shard.number()] = shard.activity();
                        answer.run();
                    }),
                    () -> compare(now));
        }

        private void compare(long[] now) {
            if (shards.size() == 1 || Arrays.equals(now, found)) {
                askAll(
                        (shard, answer) -> {
                            shard.end();
                            answer.run();
                        },
                        this::finish);
            } else {
                found = now;
                settle();
            }
        }

        private void finish() {
            closeStore();
            done.run();
        }

        /** Asks each shard on its loop; when all have answered, goes on on this one. */
        private void askAll(BiConsumer<Shard, Runnable> question, Runnable then) {
            int[] missing = {shards.size()};
            Runnable onAnswer = () -> {
                missing[0]--;
                if (missing[0] == 0) {
                    then.run();
                }
            };
            for (Shard shard : shards) {
                if (shard.loop().inLoop()) {
                    question.accept(shard, onAnswer);
                } else {
                    shard.loop().execute(() -> question.accept(shard, () -> first().execute(onAnswer)));
                }
            }
        }
    }

    private void closeStore() {
        try {
            store.close();
        } catch (IOException e) {
            log.log(Level.ERROR, "Error: State could not be closed in order: " + e.getMessage());
        }
    }
}
