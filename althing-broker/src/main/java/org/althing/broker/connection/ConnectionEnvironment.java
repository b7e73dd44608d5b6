package org.althing.broker.connection;

import java.util.Map;
import java.util.random.RandomGenerator;
import org.althing.broker.AuthenticationMethod;
import org.althing.broker.Authenticator;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerLog;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.Counters;
import org.althing.broker.routing.Partitions;
import org.althing.broker.session.SessionEnvironment;
import org.althing.broker.session.SessionRegistry;
import org.althing.mqtt.codec.TopicTable;
import org.althing.net.EventLoop;

/**
 * What all connections of a shard share.
 *
 * @param topics the topic names that any of its clients used lately
 * @param methods of enhanced authentication, by their names
 */
public record ConnectionEnvironment(
        BrokerConfig config,
        SessionEnvironment sessions,
        SessionRegistry registry,
        TopicTable topics,
        Authenticator authenticator,
        Map<String, AuthenticationMethod> methods,
        RandomGenerator random) {
    public ConnectionEnvironment {
        methods = Map.copyOf(methods);
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

    /** A line about who comes and goes. */
    void logConnection(String line) {
        if (config.connectionMessages()) {
            log().log(Level.NOTICE, line);
        }
    }
}
