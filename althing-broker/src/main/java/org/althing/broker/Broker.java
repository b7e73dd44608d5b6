package org.althing.broker;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.althing.broker.session.RestoredState;
import org.althing.broker.shard.Listeners;
import org.althing.broker.shard.Shards;
import org.althing.broker.storage.JournalStateStore;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketEncoder;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.NetEngine;
import org.althing.net.Worker;
import org.jspecify.annotations.Nullable;

/**
 * An MQTT broker that runs inside this program.
 *
 * <pre>{@code
 * NetEngine engine = new NioEngine();
 * Broker broker = Broker.builder(BrokerConfig.builder().listener(ListenerConfig.mqtt("localhost", 1883)).build(), engine)
 *         .start();
 * }</pre>
 */
public final class Broker implements AutoCloseable {
    private static final long CLOSE_SECONDS_MAX = 10;

    private final Shards shards;
    private final BrokerLog log;
    private final Listeners listeners;

    private Broker(Shards shards, Listeners listeners, BrokerLog log) {
        this.shards = shards;
        this.listeners = listeners;
        this.log = log;
    }

    /**
     * A broker for this machine alone, on a free port of 127.0.0.1 ({@link #addresses} tells it), that keeps everything in
     * this folder: what it acknowledged before is there at the next opening. For more, use {@link #builder} with {@link
     * JournalStateStore#inFolder}.
     *
     * @throws IOException if the folder is in use, damaged, or cannot be used
     */
    public static Broker open(Path folder, NetEngine engine) throws IOException {
        BrokerConfig config = BrokerConfig.builder()
                .listener(ListenerConfig.mqtt("127.0.0.1", 0))
                .build();
        return builder(config, engine).store(JournalStateStore.inFolder(folder)).start();
    }

    /**
     * Looks at everything that the listeners need but their addresses: files of certificates and keys, folders of pages.
     *
     * @throws IOException if something is not as it should be
     */
    public static void check(BrokerConfig config) throws IOException {
        Listeners.check(config.listeners());
    }

    /** A broker in the making; nothing happens before {@link Builder#start}. */
    public static Builder builder(BrokerConfig config, NetEngine engine) {
        return new Builder(config, engine);
    }

    /**
     * Where the listeners of the configuration listen, in their order, with their real ports. A host name with several
     * addresses has as many.
     */
    public List<SocketAddress> addresses() {
        return listeners.addresses();
    }

    /** The loop that acceptors of this broker run on. */
    public EventLoop loop() {
        return shards.loops().getFirst();
    }

    /** The loops of all shards; the first one is {@link #loop}. */
    public List<EventLoop> loops() {
        return shards.loops();
    }

    /**
     * Takes the byte streams of a listener that the program opens by itself, on {@link #loop}: such as the WebSocket path
     * of a port that also serves pages. The listener's host, port and protocol only stand for themselves in messages.
     */
    public Acceptor acceptor(ListenerConfig listener) {
        return shards.acceptor(0, listener);
    }

    /**
     * Routes a message as if a client had published it, retained ones included. Nobody intercepts it. Any thread.
     *
     * @throws IllegalArgumentException if it has no topic name, or properties that no PUBLISH can carry
     */
    public void publish(ApplicationMessage message) {
        if (!message.properties().isEmpty() || message.topic().equals(TopicName.ALIASED)) {
            // Here, and not at each subscriber, whose connections would end.
            int packetIdentifier = message.qos() == Qos.AT_MOST_ONCE ? 0 : 1;
            new PacketEncoder(ProtocolVersion.MQTT_5)
                    .encode(new Publish(false, packetIdentifier, 0, message), new PacketBuffer(0));
        }
        shards.publish(message);
    }

    /**
     * Prepares that another configuration counts: listeners are opened, changed and closed, limits are changed for all,
     * those of connections for new ones. The number of shards and the strategy of share groups that are there stay.
     *
     * @throws IOException if a file cannot be read or an address cannot be bound; nothing has changed
     */
    public Change prepare(BrokerConfig next) throws IOException {
        Listeners.Change prepared = listeners.prepare(next.listeners());
        return new Change() {
            @Override
            public void apply() {
                prepared.apply();
                shards.change(next);
            }

            @Override
            public void abandon() {
                prepared.abandon();
            }
        };
    }

    /** Another configuration, with everything done that may fail. One of the two is called, by one thread at a time. */
    public interface Change {
        /** From now on it counts. */
        void apply();

        /** It will not count. */
        void abandon();
    }

    /**
     * Writes down, line by line, which clients have subscribed to what, and which topics have a retained message. Waits for
     * the loops; not to be called on one of them.
     */
    public void describe(Consumer<String> line) {
        shards.describe(line);
    }

    /**
     * Tells the broker that access control answers differently from now on: {@link Rights} given before are no longer
     * current. Messages that wait for clients who must not have them any more are dropped. Any thread.
     *
     * @param stays runs on the shards for each client that is connected: why it has to go, or null if it may stay
     */
    public void rulesChanged(Function<Client, @Nullable Denial> stays) {
        shards.rulesChanged(stays);
    }

    /** What was counted so far. Any thread. */
    public Counters counters() {
        return shards.counters();
    }

    /**
     * Stops: no new connections, nothing more read, acknowledgements that wait for the disk sent (for at most 2 s), DISCONNECT
     * 0x8B to clients of MQTT 5.0 (who have 2 s to read it), wills published (delayed ones when their time
     * comes, perhaps after the next start), state committed. Returns at once; {@code done} runs on {@link #loop}.
     */
    public void shutDown(Runnable done) {
        listeners.close();
        shards.shutDown(done);
    }

    /** {@link #shutDown} and waits for it, at most some seconds. Not to be called on one of the loops. */
    @Override
    public void close() {
        CountDownLatch stopped = new CountDownLatch(1);
        shutDown(stopped::countDown);
        try {
            if (!stopped.await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                log.log(BrokerLog.Level.ERROR, "Error: The broker did not stop within " + CLOSE_SECONDS_MAX + " s.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a broker is made of. */
    public static final class Builder {
        private final BrokerConfig config;
        private final NetEngine engine;
        private final List<PublishInterceptor> interceptors = new ArrayList<>();
        private StateStore store = StateStore.none();
        private Authenticator authenticator = Authenticator.anonymous();
        private final Map<String, AuthenticationMethod> methods = new HashMap<>();
        private AddressFilter addressFilter = AddressFilter.all();
        private AccessControl accessControl = AccessControl.everything();
        // Null until start(): both take long to make, in vain where others are given.
        private @Nullable BrokerLog log;
        private @Nullable RandomGenerator random;
        private Worker worker = Worker.virtualThreads();

        private Builder(BrokerConfig config, NetEngine engine) {
            this.config = config;
            this.engine = engine;
        }

        /** Where state is kept; the broker closes it. */
        public Builder store(StateStore value) {
            store = value;
            return this;
        }

        public Builder authenticator(Authenticator value) {
            authenticator = value;
            return this;
        }

        /** Adds a method of enhanced authentication, for clients of MQTT 5.0 that ask for it by its name. */
        public Builder authenticationMethod(AuthenticationMethod method) {
            if (methods.put(method.name(), method) != null) {
                throw new IllegalArgumentException("two methods with the name " + method.name());
            }
            return this;
        }

        /** Decides which addresses may connect at all. */
        public Builder addressFilter(AddressFilter value) {
            addressFilter = value;
            return this;
        }

        public Builder accessControl(AccessControl value) {
            accessControl = value;
            return this;
        }

        /** Adds one; of several whose filters match a topic the first one is asked. */
        public Builder intercept(PublishInterceptor interceptor) {
            interceptors.add(interceptor);
            return this;
        }

        public Builder log(BrokerLog value) {
            log = value;
            return this;
        }

        /** Does what takes long: handshakes of TLS, checks of passwords, reading the files of {@code http_dir}. */
        public Builder worker(Worker value) {
            worker = value;
            return this;
        }

        /** Names assigned client identifiers. With several shards it is used by several threads at once. */
        public Builder random(RandomGenerator value) {
            random = value;
            return this;
        }

        /**
         * Restores the state, then opens the listeners.
         *
         * @throws IOException if the state cannot be read or an address cannot be bound; nothing stays open
         */
        public Broker start() throws IOException {
            BrokerLog logged = new PrintableLog(log == null ? BrokerLog.systemLogger() : log);
            RestoredState restored = restore();
            List<EventLoop> loops = new ArrayList<>();
            for (int shard = 0; shard < config.shards(); shard++) {
                loops.add(engine.newLoop("althing-shard-" + shard));
            }
            Shards shards = new Shards(
                    loops,
                    new Shards.Parts(
                            config,
                            store,
                            authenticator,
                            methods,
                            worker,
                            addressFilter,
                            accessControl,
                            interceptors,
                            logged,
                            random == null ? new SecureRandom() : random));
            if (store.isDurable()) {
                logged.log(BrokerLog.Level.INFORMATION, "Restored " + restored + ".");
            }
            shards.restore(restored);
            Listeners listeners = new Listeners(engine, shards, worker, logged);
            try {
                listeners.prepare(config.listeners()).apply();
            } catch (IOException e) {
                store.close();
                throw e;
            }
            return new Broker(shards, listeners, logged);
        }

        private RestoredState restore() throws IOException {
            try {
                RestoredState restored = new RestoredState();
                store.replay(restored);
                List<StateChange> repairs = new ArrayList<>(restored.check(store));
                repairs.addAll(restored.spread(config.shards(), store));
                if (!repairs.isEmpty()) {
                    // At once: from now on any shard may use the ids of dropped messages again.
                    StateLog changes = store.log(0);
                    repairs.forEach(changes::append);
                    changes.commit(failure -> {}); // what could not be changed is changed at the next start
                }
                return restored;
            } catch (IOException | RuntimeException e) {
                store.close();
                throw e;
            }
        }
    }
}
