package org.althing.broker.connection;

import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.althing.broker.AuthenticationMethod;
import org.althing.broker.Authenticator;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerLog;
import org.althing.broker.Counters;
import org.althing.broker.routing.CurrentConfig;
import org.althing.broker.routing.Partitions;
import org.althing.broker.session.SessionEnvironment;
import org.althing.broker.session.SessionRegistry;
import org.althing.net.EventLoop;
import org.althing.net.Worker;

/**
 * What all connections of a shard share.
 *
 * @param methods of enhanced authentication, by their names
 * @param sessionsOfAll how many sessions all shards have
 */
public record ConnectionEnvironment(
        CurrentConfig current,
        SessionEnvironment sessions,
        SessionRegistry registry,
        Codecs codecs,
        Authenticator authenticator,
        Map<String, AuthenticationMethod> methods,
        LongSupplier sessionsOfAll,
        Worker worker,
        RandomGenerator random) {
    public ConnectionEnvironment {
        methods = Map.copyOf(methods);
    }

    /** As of the last reload. */
    public BrokerConfig config() {
        return current.get();
    }

    /** Whose clients are whose. */
    Partitions partitions() {
        return sessions.router().peers().partitions();
    }

    EventLoop loop() {
        return sessions.loop();
    }

    BrokerLog log() {
        return sessions.log();
    }

    Counters counters() {
        return sessions.counters();
    }
}
