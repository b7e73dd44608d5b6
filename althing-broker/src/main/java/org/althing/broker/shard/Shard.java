package org.althing.broker.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.althing.broker.AccessControl;
import org.althing.broker.AuthenticationMethod;
import org.althing.broker.Authenticator;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerLog;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.Counters;
import org.althing.broker.Ledger;
import org.althing.broker.ListenerConfig;
import org.althing.broker.PublishInterceptor;
import org.althing.broker.StateStore;
import org.althing.broker.connection.ConnectionEnvironment;
import org.althing.broker.connection.NetworkConnection;
import org.althing.broker.routing.ChangeLog;
import org.althing.broker.routing.Deadlines;
import org.althing.broker.routing.GroupEnvironment;
import org.althing.broker.routing.Partitions;
import org.althing.broker.routing.RoutedMessage;
import org.althing.broker.routing.Router;
import org.althing.broker.routing.ShareGroups;
import org.althing.broker.session.RestoredState;
import org.althing.broker.session.SessionEnvironment;
import org.althing.broker.session.SessionRegistry;
import org.althing.broker.sys.SysTopics;
import org.althing.mqtt.ApplicationMessage;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/** A loop, and the connections, sessions and subscriptions that it alone touches. */
public final class Shard {
    /** How long slow clients may take to read the last of what they are sent when the broker stops. */
    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** What a shard is made of. */
    public record Parts(
            BrokerConfig config,
            StateStore store,
            Authenticator authenticator,
            Map<String, AuthenticationMethod> methods,
            AccessControl accessControl,
            List<PublishInterceptor> interceptors,
            BrokerLog log,
            RandomGenerator random) {}

    private final EventLoop loop;
    private final Parts parts;
    private final Counters counters = new Counters();
    private final ChangeLog changes;
    private final Router router;
    private final ConnectionEnvironment environment;
    // In the order of their coming: what a run of the simulation does must not hang on identity hash codes.
    private final Set<Transport> transports = new LinkedHashSet<>();
    private final Set<NetworkConnection> connections = new LinkedHashSet<>();
    private final SysTopics sys;
    private @Nullable Runnable onStopped;

    public Shard(EventLoop loop, Parts parts) {
        this.loop = loop;
        this.parts = parts;
        changes = new ChangeLog(parts.store(), Partitions.ALL, loop, parts.log());
        Deadlines deadlines = new Deadlines(loop);
        router = new Router(changes, deadlines, counters);
        ShareGroups groups = new ShareGroups(new GroupEnvironment(
                router,
                changes,
                parts.config().delivery(),
                parts.accessControl(),
                counters,
                parts.log(),
                loop.clock()));
        SessionEnvironment sessions = new SessionEnvironment(
                loop,
                parts.config().delivery(),
                router,
                groups,
                changes,
                deadlines,
                parts.accessControl(),
                parts.interceptors(),
                counters,
                parts.log());
        environment = new ConnectionEnvironment(
                parts.config(),
                sessions,
                new SessionRegistry(sessions),
                parts.authenticator(),
                parts.methods(),
                parts.random());
        sys = new SysTopics(
                loop,
                counters,
                parts.config().sysIntervalSeconds(),
                message -> router.publish(RoutedMessage.ofBroker(message)));
    }

    public Counters counters() {
        return counters;
    }

    /** Builds everything from what the store gave back. Runs on the loop, first. */
    public void restore(RestoredState state) {
        environment.registry().restore(state);
        if (parts.config().sysIntervalSeconds() > 0) {
            sys.start();
        }
    }

    /** Takes the connections of one listener. */
    public Acceptor acceptor(ListenerConfig listener) {
        return new Door(listener);
    }

    /** Routes a message of the broker's own. Any thread. */
    public void publish(ApplicationMessage message) {
        loop.execute(() -> {
            boolean matched = router.publish(
                    RoutedMessage.arriving(message, null, loop.clock().wallMillis()));
            counters.ledger.received(matched ? Ledger.Intake.ROUTED : Ledger.Intake.NO_SUBSCRIBER);
        });
    }

    /**
     * Tells every client that the broker stops, and runs {@code done} on the loop when they are gone and their state is
     * committed. Any thread.
     */
    public void shutDown(Runnable done) {
        loop.execute(() -> {
            sys.stop();
            onStopped = () -> changes.whenSettled(() -> {
                closeStore();
                done.run();
            });
            List.copyOf(connections).forEach(NetworkConnection::shutDown);
            loop.schedule(FAREWELL_NANOS, () -> List.copyOf(transports).forEach(Transport::abort));
            stopIfAlone();
        });
    }

    private void stopIfAlone() {
        Runnable stop = onStopped;
        if (stop != null && transports.isEmpty()) {
            onStopped = null;
            stop.run();
        }
    }

    private void closeStore() {
        try {
            parts.store().close();
        } catch (IOException e) {
            parts.log().log(Level.ERROR, "Error: State could not be closed in order: " + e.getMessage());
        }
    }

    /** One listener's connections, and how many there are. */
    private final class Door implements Acceptor {
        private final ListenerConfig listener;
        private int open;

        Door(ListenerConfig listener) {
            this.listener = listener;
        }

        @Override
        public TransportListener accept(Transport transport) {
            if (onStopped != null || isFull()) {
                transport.close();
                return new Refused();
            }
            open++;
            transports.add(transport);
            counters.connections.set(transports.size());
            Gone gone = new Gone(transport);
            NetworkConnection connection = new NetworkConnection(environment, listener, transport, gone);
            gone.connection = connection;
            connections.add(connection);
            return connection;
        }

        private boolean isFull() {
            boolean full = listener.connectionsMax() >= 0 && open >= listener.connectionsMax();
            if (full) {
                parts.log().log(
                        Level.NOTICE,
                        "Connection refused: " + listener.name() + " has " + open
                                + " connections, its max_connections.");
            }
            return full;
        }

        private final class Gone implements Runnable {
            private final Transport transport;
            private @Nullable NetworkConnection connection;

            Gone(Transport transport) {
                this.transport = transport;
            }

            @Override
            public void run() {
                open--;
                transports.remove(transport);
                counters.connections.set(transports.size());
                if (connection != null) {
                    connections.remove(connection);
                }
                stopIfAlone();
            }
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
