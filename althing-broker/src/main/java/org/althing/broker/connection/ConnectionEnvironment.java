package org.althing.broker.connection;

import java.util.random.RandomGenerator;
import org.althing.broker.Authenticator;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerLog;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.Counters;
import org.althing.broker.session.SessionEnvironment;
import org.althing.broker.session.SessionRegistry;
import org.althing.net.EventLoop;

/** What all connections of a shard share. */
public record ConnectionEnvironment(
        BrokerConfig config,
        SessionEnvironment sessions,
        SessionRegistry registry,
        Authenticator authenticator,
        RandomGenerator random) {
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
