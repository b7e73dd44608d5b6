package org.althing.broker.connection;

import org.althing.broker.Authenticator;
import org.althing.broker.session.ConnectRequest;
import org.althing.broker.session.Session;
import org.althing.broker.session.SessionRegistry;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/** From CONNECT to CONNACK: whether the client may come in, who it is, and which session is its own. */
final class Admission {
    private final ConnectionEnvironment environment;
    private final NetworkConnection connection;
    private final Output output;
    private final Handshake handshake;

    Admission(ConnectionEnvironment environment, NetworkConnection connection, Output output, Handshake handshake) {
        this.environment = environment;
        this.connection = connection;
        this.output = output;
        this.handshake = handshake;
    }

    /** Refuses what needs no authenticator to be refused, and asks the authenticator about the rest. */
    void begin() {
        ReasonCode refusal = handshake.refusal();
        if (refusal != null) {
            connection.refuse(refusal, NetworkConnection.words(refusal));
        } else {
            environment.authenticator().authenticate(handshake.attempt(connection.remoteAddress()), new Reply());
        }
    }

    /** The authenticator's answer, from any thread; only the first one counts. */
    private final class Reply implements Authenticator.AuthReply {
        @Override
        public void accept(@Nullable String userName) {
            connection.whileAuthenticating(() -> onAccepted(userName));
        }

        @Override
        public void refuse(ReasonCode reasonCode, String why) {
            if (!reasonCode.isError()) {
                throw new IllegalArgumentException("not a refusal: " + reasonCode);
            }
            String words = NetworkConnection.words(reasonCode) + (why.isEmpty() ? "" : ": " + why);
            connection.whileAuthenticating(() -> connection.refuse(reasonCode, words));
        }
    }

    private void onAccepted(@Nullable String userName) {
        ReceiveWindow window = handshake.receiveWindow();
        ClientLink link = new ClientLink(environment, connection, output, window);
        ConnectRequest request = handshake.request(link, userName);
        boolean mustBeSaved = request.expirySeconds() > 0 || request.will() != null;
        if (mustBeSaved && environment.sessions().changes().hasFailed()) {
            connection.refuse(ReasonCode.SERVER_UNAVAILABLE, "state can no longer be saved");
            return;
        }
        SessionRegistry.Connected connected = environment.registry().connect(request);
        Session session = connected.session();
        link.session(session);
        environment.counters().clientsConnected.increment();
        connection.onAccepted(session, link, window, handshake, userName);
        link.sendAfter(
                session.lastChange(),
                new ConnAck(connected.resumed(), ReasonCode.SUCCESS, handshake.granted(session.expirySeconds())));
    }
}
