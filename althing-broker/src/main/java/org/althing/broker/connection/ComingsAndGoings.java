package org.althing.broker.connection;

import org.althing.broker.BrokerLog;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.ListenerConfig;
import org.althing.net.Security;
import org.althing.net.Transport;
import org.jspecify.annotations.Nullable;

/** The log's lines about who comes and goes, in Mosquitto's words; made only if somebody reads them. */
final class ComingsAndGoings {
    private final BrokerLog log;
    private final Transport transport;

    private ComingsAndGoings(BrokerLog log, Transport transport) {
        this.log = log;
        this.transport = transport;
    }

    /** Of one connection; null if there are no such lines. */
    static @Nullable ComingsAndGoings of(ConnectionEnvironment environment, Transport transport) {
        boolean wanted =
                environment.config().connectionMessages() && environment.log().logs(Level.NOTICE);
        return wanted ? new ComingsAndGoings(environment.log(), transport) : null;
    }

    void began(String clientId, ListenerConfig listener) {
        say(
                clientId,
                "New connection from " + address() + " on " + Addresses.place(listener, transport.localAddress())
                        + ".");
    }

    void encrypted(String clientId, Security security) {
        say(
                clientId,
                "Connection from " + address() + " negotiated " + security.protocol() + " cipher "
                        + security.cipherSuite() + ".");
    }

    void accepted(Handshake handshake, @Nullable String userName) {
        say(
                handshake.clientId(),
                "New client connected from " + address() + " as " + handshake.clientId() + " (p"
                        + handshake.connect().version().level()
                        + ", c" + (handshake.connect().cleanStart() ? 1 : 0) + ", k"
                        + handshake.connect().keepAliveSeconds() + (userName == null ? "" : ", u'" + userName + "'")
                        + ").");
    }

    void ended(String clientId, String why) {
        say(
                clientId,
                "Client " + clientId + " [" + address() + "] disconnected" + (why.isEmpty() ? "" : ": " + why) + ".");
    }

    private void say(String clientId, String line) {
        log.log(Level.NOTICE, line, clientId, address());
    }

    private String address() {
        return Addresses.format(transport.remoteAddress());
    }
}
