package org.althing.broker.connection;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.althing.broker.AuthenticationMethod;
import org.althing.broker.Authenticator;
import org.althing.broker.Authenticator.ConnectAttempt;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.session.ConnectRequest;
import org.althing.broker.session.Session;
import org.althing.broker.session.SessionRegistry;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Auth;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.Will;
import org.althing.net.Worker;
import org.jspecify.annotations.Nullable;

/**
 * From CONNECT to CONNACK: whether the client may come in, who it is, and which session is its own. Who it is says the
 * authenticator, or, where CONNECT names one, a method of enhanced authentication after an exchange of AUTH packets.
 */
final class Admission {
    private final ConnectionEnvironment environment;
    private final NetworkConnection connection;
    private final Handshake handshake;
    private final ConnectAttempt attempt;
    private final AtomicBoolean awaited = new AtomicBoolean(true);
    private @Nullable AuthExchange exchange;

    Admission(ConnectionEnvironment environment, NetworkConnection connection, Handshake handshake) {
        this.environment = environment;
        this.connection = connection;
        this.handshake = handshake;
        attempt = handshake.attempt(connection.remoteAddress());
    }

    /** Refuses what nobody has to be asked about, and asks about the rest. */
    void begin() {
        Properties asked = handshake.connect().properties();
        String methodName = asked.string(Property.AUTHENTICATION_METHOD);
        AuthenticationMethod method =
                methodName == null ? null : environment.methods().get(methodName);
        ReasonCode refusal = handshake.refusal();
        if (refusal != null) {
            refuse(refusal, "");
        } else if (methodName == null) {
            environment.authenticator().authenticate(attempt, new Reply());
        } else if (method == null) {
            refuse(ReasonCode.BAD_AUTHENTICATION_METHOD, methodName); // [MQTT-4.12.0-1]
        } else {
            exchange = new AuthExchange(connection, methodName, method.begin(attempt), new Outcome(method));
            exchange.onData(asked.bytes(Property.AUTHENTICATION_DATA));
        }
    }

    private void refuse(ReasonCode reasonCode, String why) {
        environment.counters().refused(reasonCode).increment();
        connection.refuse(reasonCode, Farewell.words(reasonCode, why));
    }

    /** An authenticator has refused; what it says why is for the log only. */
    private void refuseForOthers(ReasonCode reasonCode, String why) {
        environment.counters().refused(reasonCode).increment();
        connection.log(
                Level.NOTICE,
                "Denied CONNECT from " + handshake.clientId() + " [" + connection.address() + "]: " + why + ".");
        // A line that is exactly Mosquitto's: programs that lock out addresses read it.
        connection.refuse(reasonCode, Farewell.words(reasonCode, ""));
    }

    /** Whether the client has been asked something. */
    boolean awaitsClient() {
        return exchange != null && exchange.awaitsClient();
    }

    /** The client answers, in its turn: only with AUTH or DISCONNECT ([MQTT-3.1.2-30]). */
    void onPacket(ControlPacket packet) throws MalformedPacketException {
        if (packet instanceof Disconnect) {
            connection.leave("", true);
        } else if (packet instanceof Auth auth && auth.reasonCode() == ReasonCode.CONTINUE_AUTHENTICATION) {
            onAuth(auth);
        } else {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR, "something else than the AUTH that was asked for");
        }
    }

    private void onAuth(Auth packet) {
        String method = handshake.connect().properties().string(Property.AUTHENTICATION_METHOD);
        if (exchange != null && packet.properties().string(Property.AUTHENTICATION_METHOD) instanceof String said) {
            if (said.equals(method)) {
                exchange.onData(packet.properties().bytes(Property.AUTHENTICATION_DATA));
            } else {
                refuse(ReasonCode.BAD_AUTHENTICATION_METHOD, "not that of CONNECT"); // [MQTT-4.12.0-5]
            }
        }
    }

    /** The connection ends. */
    void close() {
        awaited.set(false);
        if (exchange != null) {
            exchange.abandon();
        }
    }

    /** The authenticator's answer, from any thread; only the first one counts. */
    private final class Reply implements Authenticator.AuthReply {
        @Override
        public void accept(@Nullable String userName) {
            connection.whileAuthenticating(() -> onAccepted(userName, Properties.NONE, null));
        }

        @Override
        public void refuse(ReasonCode reasonCode, String why) {
            Refusal.require(reasonCode);
            connection.whileAuthenticating(() -> refuseForOthers(reasonCode, why));
        }

        @Override
        public <T> void work(Callable<T> task, Worker.Answer<? super T> answer) {
            environment.worker().run(task, environment.loop(), answer);
        }

        @Override
        public boolean isAwaited() {
            return awaited.get();
        }
    }

    private final class Outcome implements AuthExchange.Outcome {
        private final AuthenticationMethod method;

        Outcome(AuthenticationMethod method) {
            this.method = method;
        }

        @Override
        public void accepted(String userName, Properties properties) {
            Reauthentication again = new Reauthentication(environment, connection, method, attempt, userName);
            onAccepted(userName, properties, again);
        }

        @Override
        public void refused(ReasonCode reasonCode, String why) {
            refuseForOthers(reasonCode, why);
        }
    }

    private void onAccepted(@Nullable String userName, Properties ofMethod, @Nullable Reauthentication again) {
        MountPoint mount = MountPoint.of(handshake.listener().naming().mountPoint());
        ClientLink link = new ClientLink(environment, connection, handshake.receiveWindow(), mount);
        Will will = handshake.connect().will();
        if (will != null && !mount.isNone()) {
            try {
                will = mount.in(will);
            } catch (MalformedPacketException e) {
                refuse(e.reasonCode(), String.valueOf(e.getMessage()));
                return;
            }
        }
        String method = handshake.connect().properties().string(Property.AUTHENTICATION_METHOD);
        ConnectRequest request =
                handshake.request(link, handshake.client(connection.remoteAddress(), userName, method), will);
        boolean mustBeSaved = request.expirySeconds() > 0 || request.will() != null;
        if (mustBeSaved && environment.sessions().changes().isDegraded()) {
            environment.counters().refused(ReasonCode.SERVER_UNAVAILABLE).increment();
            connection.refuse(ReasonCode.SERVER_UNAVAILABLE, "state cannot be saved at present");
            return;
        }
        int clientsMax = environment.config().connections().clientsMax();
        if (clientsMax >= 0
                && !environment
                        .registry()
                        .hasRoomFor(
                                handshake.clientId(),
                                clientsMax,
                                environment.sessionsOfAll().getAsLong())) {
            connection.refuse(
                    ReasonCode.SERVER_BUSY, "there are " + clientsMax + " clients, as global_max_clients allows");
            return;
        }
        SessionRegistry.Connected connected = environment.registry().connect(request);
        Session session = connected.session();
        link.session(session);
        environment.counters().clientsConnected.increment();
        connection.onAccepted(session, link, handshake, userName, again);
        link.sendAfter(
                session.lastChange(),
                new ConnAck(
                        connected.resumed(),
                        ReasonCode.SUCCESS,
                        handshake.granted(session.expirySeconds(), userName, ofMethod)));
    }
}
