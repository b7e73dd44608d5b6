package org.althing.broker.connection;

import org.althing.broker.AuthenticationMethod;
import org.althing.broker.Authenticator;
import org.althing.mqtt.ControlPacket.Auth;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;
import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * AUTH on an open connection: a client that has come in by a method may prove again who it is (MQTT 5.0, section 4.12.1).
 * Everything else goes on meanwhile.
 */
final class Reauthentication {
    private final ConnectionEnvironment environment;
    private final NetworkConnection connection;
    private final AuthenticationMethod method;
    private final Authenticator.ConnectAttempt attempt;
    private final String userName;
    private @Nullable AuthExchange exchange;
    private EventLoop.@Nullable Timer limit;

    /** @param userName the one that was proved with CONNECT */
    Reauthentication(
            ConnectionEnvironment environment,
            NetworkConnection connection,
            AuthenticationMethod method,
            Authenticator.ConnectAttempt attempt,
            String userName) {
        this.environment = environment;
        this.connection = connection;
        this.method = method;
        this.attempt = attempt;
        this.userName = userName;
    }

    void onAuth(Auth packet) {
        boolean begins = packet.reasonCode() == ReasonCode.RE_AUTHENTICATE;
        if (!method.name().equals(packet.properties().string(Property.AUTHENTICATION_METHOD))) {
            // [MQTT-4.12.1-1]
            connection.end(ReasonCode.BAD_AUTHENTICATION_METHOD, "bad authentication method: not that of CONNECT");
        } else if (begins && exchange == null) {
            begin(packet);
        } else if (!begins && exchange != null && exchange.awaitsClient()) {
            exchange.onData(packet.properties().bytes(Property.AUTHENTICATION_DATA));
        } else {
            connection.end(ReasonCode.PROTOCOL_ERROR, "protocol error: AUTH " + packet.reasonCode() + " out of turn");
        }
    }

    private void begin(Auth packet) {
        AuthExchange begun = new AuthExchange(connection, method.name(), method.begin(attempt), new Outcome());
        exchange = begun;
        limit = environment
                .loop()
                .schedule(environment.config().connections().handshakeTimeout().toNanos(), this::onTimeUp);
        begun.onData(packet.properties().bytes(Property.AUTHENTICATION_DATA));
    }

    private void onTimeUp() {
        connection.inLoop(() -> connection.end(ReasonCode.NOT_AUTHORIZED, "no complete re-authentication"));
    }

    /** The connection ends. */
    void close() {
        if (limit != null) {
            limit.cancel();
        }
        if (exchange != null) {
            exchange.abandon();
        }
    }

    private final class Outcome implements AuthExchange.Outcome {
        @Override
        public void accepted(String provedName, Properties properties) {
            if (limit != null) {
                limit.cancel();
            }
            exchange = null;
            if (provedName.equals(userName)) {
                connection.say(new Auth(ReasonCode.SUCCESS, properties));
            } else {
                // The session was opened, and its subscriptions were granted, to somebody else.
                connection.end(ReasonCode.NOT_AUTHORIZED, "not authorised: re-authenticated as another user");
            }
        }

        @Override
        public void refused(ReasonCode reasonCode, String why) {
            // [MQTT-4.12.1-2]
            connection.end(
                    Refusal.byDisconnect(reasonCode), Farewell.words(reasonCode, why), Farewell.words(reasonCode, ""));
        }
    }
}
