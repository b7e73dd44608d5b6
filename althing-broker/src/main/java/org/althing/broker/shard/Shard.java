package org.althing.broker.shard;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.althing.broker.AddressFilter;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.Client;
import org.althing.broker.Counters;
import org.althing.broker.Denial;
import org.althing.broker.Ledger;
import org.althing.broker.ListenerConfig;
import org.althing.broker.StateStore;
import org.althing.broker.connection.Addresses;
import org.althing.broker.connection.Codecs;
import org.althing.broker.connection.ConnectionEnvironment;
import org.althing.broker.connection.NetworkConnection;
import org.althing.broker.routing.ChangeLog;
import org.althing.broker.routing.CurrentConfig;
import org.althing.broker.routing.Deadlines;
import org.althing.broker.routing.GroupEnvironment;
import org.althing.broker.routing.Partitions;
import org.althing.broker.routing.PeerBatch;
import org.althing.broker.routing.PeerMessage;
import org.althing.broker.routing.Peers;
import org.althing.broker.routing.RoutedMessage;
import org.althing.broker.routing.Router;
import org.althing.broker.routing.ShareGroups;
import org.althing.broker.session.RestoredState;
import org.althing.broker.session.SessionEnvironment;
import org.althing.broker.session.SessionRegistry;
import org.althing.broker.sys.SysTopics;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.codec.TopicTable;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/** A loop, and the connections, sessions and subscriptions that it alone touches. */
final class Shard implements Peers.Link {
    /** How long clients wait for what they are owed when the broker stops: acknowledgements that wait for the disk. */
    private static final long OWED_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** How long slow clients may take, from then on, to read the last of what they are sent. */
    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final EventLoop loop;
    private final Shards.Parts parts;
    private final Counters counters = new Counters();
    private final ChangeLog changes;
    private final Peers peers;
    private final Router router;
    private final ShareGroups groups;
    private final ConnectionEnvironment environment;
    private final CurrentConfig current;
    /** Of the heap, for the topics used lately: their names, and as much again for who gets their messages. */
    private static final int HEAP_PARTS_FOR_TOPICS = 32;

    /** What a topic takes, usually. */
    private static final int TOPIC_BYTES = 512;

    /** The connections that are served here. */
    private final Linked<Served> served = new Linked<>();

    private @Nullable SysTopics sys;
    private List<Shard> all = List.of();
    /** Connections that came in here and are open, wherever they are served. */
    private int open;

    private long degradedAtNanos;

    private boolean stopping;
    private boolean farewellIsOver;
    private @Nullable Runnable onDoorsClosed;

    Shard(EventLoop loop, Partitions partitions, Shards.Parts parts) {
        this.loop = loop;
        this.parts = parts;
        current = new CurrentConfig(parts.config());
        limitMemory(partitions);
        changes = new ChangeLog(parts.store(), partitions, loop, counters.memory, parts.log());
        peers = new Peers(partitions, changes, loop);
        Deadlines deadlines = new Deadlines(loop);
        long topicBytes = Runtime.getRuntime().maxMemory() / HEAP_PARTS_FOR_TOPICS / partitions.shards();
        router = new Router(
                changes, deadlines, counters, peers, (int) Math.min(topicBytes / TOPIC_BYTES, Integer.MAX_VALUE));
        router.retainAtMost(this::retainMillis);
        groups = new ShareGroups(new GroupEnvironment(
                router, changes, current, parts.accessControl(), counters, parts.log(), loop.clock()));
        SessionEnvironment sessions = new SessionEnvironment(
                loop,
                current,
                router,
                groups,
                changes,
                deadlines,
                parts.accessControl(),
                parts.interceptors(),
                counters,
                parts.log());
        environment = new ConnectionEnvironment(
                current,
                sessions,
                new SessionRegistry(sessions),
                new Codecs(new TopicTable(topicBytes)),
                parts.authenticator(),
                parts.methods(),
                this::allSessions,
                parts.worker(),
                parts.random());
    }

    private long retainMillis() {
        Duration expiry = current.delivery().retain().expiry();
        return expiry == null ? 0 : expiry.toMillis();
    }

    /** Sessions on all shards. */
    private long allSessions() {
        long sum = 0;
        for (Shard shard : all) {
            sum += shard.counters.sessions.value();
        }
        return sum;
    }

    private void limitMemory(Partitions partitions) {
        counters.memory.limit(
                Math.max(1, current.delivery().queue().memoryBytesMax() / partitions.shards()),
                () -> parts.store().waitingBytes() / partitions.shards());
    }

    /** Another configuration counts from now on. Runs on the loop. */
    void change(BrokerConfig next) {
        current.change(next);
        limitMemory(peers.partitions());
        if (sys != null) {
            sys.everySeconds(next.sysIntervalSeconds());
        }
    }

    /** Tells it of the others, and of itself, by number; before anything runs. */
    void connect(List<Shard> shards) {
        all = shards;
        peers.connect(shards, this::onMessage);
    }

    private void onMessage(int from, PeerMessage message) {
        if (message instanceof PeerMessage.OfGroup ofGroup) {
            groups.onMessage(from, ofGroup);
        } else {
            router.onMessage(from, message);
        }
    }

    private void watchStore() {
        parts.store().watch(new StateStore.Watcher() {
            @Override
            public void degraded(Throwable why) {
                loop.execute(() -> onDegraded(why));
            }

            @Override
            public void recovered() {
                loop.execute(Shard.this::onRecovered);
            }
        });
    }

    private void onDegraded(Throwable why) {
        boolean first = !changes.isDegraded();
        changes.degraded(true);
        if (first && number() == 0) { // one says it for all
            degradedAtNanos = loop.clock().nanos();
            counters.degraded.set(1);
            parts.log().log(
                    Level.ERROR,
                    "Error: State cannot be saved: " + why.getMessage()
                            + ". What depends on it is held back and durable sessions are refused until it can be"
                            + " saved again, which is tried every few seconds.");
        }
    }

    private void onRecovered() {
        boolean last = changes.isDegraded();
        changes.degraded(false);
        if (last && number() == 0) {
            counters.degraded.set(0);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(loop.clock().nanos() - degradedAtNanos);
            parts.log().log(Level.NOTICE, "State is saved again after " + seconds + " s; nothing was lost meanwhile.");
        }
    }

    EventLoop loop() {
        return loop;
    }

    /** From 0 on. */
    int number() {
        return peers.partitions().shard();
    }

    Counters counters() {
        return counters;
    }

    /** Builds everything from what the store gave back. Runs on the loop, first. */
    void restore(RestoredState state) {
        watchStore();
        environment.registry().restore(state);
    }

    /** Goes on from there, when all shards have restored what is theirs. Runs on the loop. */
    void goOn(RestoredState state) {
        environment.registry().goOn(state);
    }

    /** Publishes the {@code $SYS} topics of the whole broker from here. Runs on the loop. */
    void publishSys(Counters ofAll) {
        int seconds = current.get().sysIntervalSeconds();
        sys = new SysTopics(loop, ofAll, seconds, message -> router.publish(RoutedMessage.ofBroker(message)));
        if (seconds > 0) {
            sys.start();
        }
    }

    /** Client, QoS and filter of each subscription. Runs on the loop. */
    List<String> describeSubscriptions() {
        List<String> lines = new ArrayList<>();
        environment
                .registry()
                .visitSubscriptions(
                        (client, filter, qos) -> lines.add("  " + filter + " (" + client + ", " + qos.level() + ")"));
        Collections.sort(lines);
        return lines;
    }

    /** The topics, with QoS and bytes. Runs on the loop. */
    List<String> describeRetained() {
        List<String> lines = new ArrayList<>();
        for (String filter : List.of("#", "$SYS/#", "$CONTROL/#")) {
            router.retained(
                    TopicFilter.of(filter),
                    each -> lines.add("  " + each.message().topic() + " (q"
                            + each.message().qos().level() + ", "
                            + each.message().payload().length() + " bytes)"));
        }
        Collections.sort(lines);
        return lines;
    }

    /** Takes the connections of one listener. */
    Door door(ListenerConfig listener) {
        return new Door(listener);
    }

    /** Routes a message of the broker's own. Any thread. */
    void publish(ApplicationMessage message) {
        loop.execute(() -> {
            if (!stopping) {
                boolean matched = router.publish(
                        RoutedMessage.arriving(message, null, loop.clock().wallMillis()));
                counters.ledger.received(matched ? Ledger.Intake.ROUTED : Ledger.Intake.NO_SUBSCRIBER);
            }
        });
    }

    /** Access control says something else from now on. Any thread. */
    void rulesChanged(Function<Client, @Nullable Denial> stays) {
        loop.execute(() -> environment.registry().onRulesChanged(stays));
    }

    // ---- what other shards say

    @Override
    public void send(PeerBatch batch) {
        loop.execute(() -> peers.onBatch(batch));
    }

    @Override
    public void answer(int from, long applied, long durable) {
        loop.execute(() -> peers.onAnswer(from, applied, durable));
    }

    // ---- the end

    /**
     * Tells every client that the broker stops.
     *
     * @param closed runs on the loop, once, when all connections that came in here are gone
     */
    void stop(Runnable closed) {
        stopping = true;
        onDoorsClosed = closed;
        if (sys != null) {
            sys.stop();
        }
        served.copy().forEach(Served::shutDown);
        loop.schedule(OWED_NANOS, () -> served.copy().forEach(Served::shutDownNow));
        loop.schedule(OWED_NANOS + FAREWELL_NANOS, () -> {
            farewellIsOver = true;
            served.copy().forEach(each -> each.transport.abort());
        });
        lookWhetherDoorsAreClosed();
    }

    private void lookWhetherDoorsAreClosed() {
        Runnable closed = onDoorsClosed;
        if (closed != null && open == 0) {
            onDoorsClosed = null;
            closed.run();
        }
    }

    /** Runs the task when everything so far is committed here and applied elsewhere, or never will be. */
    void whenSettled(Runnable task) {
        changes.whenSettled(task);
    }

    /** How much has happened here: changes, and what was said to other shards and heard from them. */
    long activity() {
        return changes.last() + peers.batches();
    }

    /** Nothing is stored any more, whatever still happens. */
    void end() {
        changes.end();
    }

    // ---- connections

    /** One listener's connections, and how many there are on all shards together. Its numbers belong to this shard. */
    final class Door implements Acceptor {
        private ListenerConfig listener;
        private int inside;

        private Door(ListenerConfig listener) {
            this.listener = listener;
        }

        EventLoop loop() {
            return loop;
        }

        /** From the next connection on. Runs on the loop. */
        void change(ListenerConfig next) {
            listener = next;
        }

        @Override
        public TransportListener accept(Transport transport) {
            if (stopping || isFull(transport.remoteAddress())) {
                transport.close();
                return new Refused();
            }
            inside++;
            open++;
            return serve(transport, this, null);
        }

        /** Lets by only the addresses that may connect; outside of everything that costs time. Runs on the loop. */
        Acceptor filtered(Acceptor acceptor) {
            return transport -> {
                if (isRefused(transport.remoteAddress())) {
                    transport.close();
                    return new Refused();
                }
                return acceptor.accept(transport);
            };
        }

        private boolean isRefused(SocketAddress address) {
            AddressFilter.Closed closed = parts.addressFilter().refusal(listener, address);
            if (closed != null) {
                counters.refused(closed.reasonCode()).increment();
                parts.log().log(
                        Level.NOTICE,
                        "Connection from " + Addresses.format(address) + " refused: " + closed.why() + ".",
                        "",
                        Addresses.format(address));
            }
            return closed != null;
        }

        private boolean isFull(SocketAddress address) {
            int globalMax = environment.config().connections().connectionsMax();
            String full = null;
            if (listener.connectionsMax() >= 0 && inside >= listener.connectionsMax()) {
                full = listener.name() + " has " + inside + " connections, its max_connections";
            } else if (globalMax >= 0 && allConnections() >= globalMax) {
                full = "there are " + allConnections() + " connections, as global_max_connections allows";
            }
            if (full != null) {
                String client = Addresses.format(address);
                parts.log().log(Level.NOTICE, "Connection from " + client + " refused: " + full + ".", "", client);
            }
            return full != null;
        }

        /** One has gone. Any thread. */
        void leave() {
            if (loop.inLoop()) {
                onLeave();
            } else {
                loop.execute(this::onLeave);
            }
        }

        private void onLeave() {
            inside--;
            open--;
            lookWhetherDoorsAreClosed();
        }
    }

    private long allConnections() {
        long sum = 0;
        for (Shard shard : all) {
            sum += shard.counters.connections.value();
        }
        return sum;
    }

    /** Serves a connection that came in by this door, here or on another shard. */
    private TransportListener serve(Transport transport, Door door, NetworkConnection.@Nullable Moving moving) {
        Served begun = new Served(transport, door);
        NetworkConnection connection = moving == null
                ? NetworkConnection.begin(environment, door.listener, transport, begun)
                : NetworkConnection.goOn(environment, moving.listener(), transport, begun, moving);
        begun.connection = connection;
        if (moving == null) {
            counters.connectionsMade.increment();
        }
        served.add(begun);
        counters.connections.set(served.size());
        if (moving != null && !stopping) {
            connection.arrive(moving);
        } else if (moving != null) {
            connection.shutDown();
            if (farewellIsOver) {
                transport.abort();
            }
        }
        return connection;
    }

    /** A connection that this shard serves. */
    private final class Served extends Linked.Element<Served> implements NetworkConnection.Owner {
        private final Transport transport;
        private final Door door;
        private @Nullable NetworkConnection connection;

        Served(Transport transport, Door door) {
            this.transport = transport;
            this.door = door;
        }

        void shutDown() {
            if (connection != null) {
                connection.shutDown();
            }
        }

        void shutDownNow() {
            if (connection != null) {
                connection.shutDownNow();
            }
        }

        @Override
        public void move(int shard, NetworkConnection.Moving moving) {
            forget();
            Shard next = all.get(shard);
            transport.moveTo(next.loop, moved -> next.serve(moved, door, moving));
        }

        @Override
        public void gone() {
            forget();
            door.leave();
        }

        private void forget() {
            served.remove(this);
            counters.connections.set(served.size());
        }
    }

    /** Listens to a transport that is closed before it began. */
    private static final class Refused implements TransportListener {
        @Override
        public void onBytes(ByteBuffer bytes) {
            // Nobody takes them.
        }

        @Override
        public void onClosed(@Nullable Throwable cause) {
            // It was never counted.
        }
    }
}
