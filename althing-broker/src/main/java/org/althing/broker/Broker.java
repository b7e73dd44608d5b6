package org.althing.broker;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.althing.mqtt.ApplicationMessage;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.NetEngine;

/** An MQTT broker that runs inside this program. */
public final class Broker implements AutoCloseable {
    private final BrokerConfig config;
    private final EventLoop loop;

    private Broker(Builder builder) {
        config = builder.config;
        loop = builder.engine.newLoop("althing-shard-0");
    }

    /** A broker in the making; nothing happens before {@link Builder#start}. */
    public static Builder builder(BrokerConfig config, NetEngine engine) {
        return new Builder(config, engine);
    }

    /** Where the listeners of the configuration listen, in their order, with their real ports. */
    public List<SocketAddress> addresses() {
        return List.of();
    }

    /** The loop that acceptors of this broker run on. */
    public EventLoop loop() {
        return loop;
    }

    /**
     * Takes the byte streams of a listener that the program opens by itself, on {@link #loop}: such as the WebSocket path
     * of a port that also serves pages. The listener's host, port and protocol only stand for themselves in messages.
     */
    public Acceptor acceptor(ListenerConfig listener) {
        throw new IllegalStateException("not open: " + listener + config);
    }

    /** Routes a message as if a client had published it, retained ones included. Any thread. */
    public void publish(ApplicationMessage message) {}

    /** What was counted so far. Any thread. */
    public Counters counters() {
        return new Counters();
    }

    /**
     * Stops: no new connections, DISCONNECT 0x8B to clients of MQTT 5.0, wills published, state committed. Returns at
     * once; {@code done} runs on the loop.
     */
    public void shutDown(Runnable done) {
        loop.execute(done);
    }

    /** {@link #shutDown} and waits for it, at most some seconds. Not to be called on the loop. */
    @Override
    public void close() {}

    /** What a broker is made of. */
    public static final class Builder {
        private final BrokerConfig config;
        private final NetEngine engine;
        private final List<PublishInterceptor> interceptors = new ArrayList<>();
        private StateStore store = StateStore.none();
        private Authenticator authenticator = Authenticator.anonymous();
        private AccessControl accessControl = AccessControl.everything();
        private BrokerLog log = BrokerLog.systemLogger();
        private RandomGenerator random = RandomGenerator.getDefault();

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

        /** Names assigned client identifiers. */
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
            log.log(BrokerLog.Level.DEBUG, "starting " + store + authenticator + accessControl + random);
            return new Broker(this);
        }
    }
}
