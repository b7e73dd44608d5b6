package org.althing.broker.connection;

import org.althing.broker.AuthenticationMethod;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Auth;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * One enhanced authentication, from its first data to its outcome (MQTT 5.0, section 4.12): whose turn it is, and that each
 * step has one answer.
 */
final class AuthExchange {
    /** What it leads to. Told once, on the loop. */
    interface Outcome {
        void accepted(String userName, Properties properties);

        /** The method refused the client. */
        void refused(ReasonCode reasonCode, String why);
    }

    private enum Turn {
        METHOD,
        CLIENT,
        NOBODY
    }

    private final NetworkConnection connection;
    private final String method;
    private final AuthenticationMethod.Exchange exchange;
    private final Outcome outcome;
    private Turn turn = Turn.METHOD;

    AuthExchange(NetworkConnection connection, String method, AuthenticationMethod.Exchange exchange, Outcome outcome) {
        this.connection = connection;
        this.method = method;
        this.exchange = exchange;
        this.outcome = outcome;
    }

    /** Whether a challenge has been sent and its answer is due. */
    boolean awaitsClient() {
        return turn == Turn.CLIENT;
    }

    /** The client said something in its turn. */
    void onData(@Nullable Bytes data) {
        turn = Turn.METHOD;
        exchange.onData(data, new Step());
    }

    /** The connection ends, or waits no longer. */
    void abandon() {
        if (turn != Turn.NOBODY) {
            turn = Turn.NOBODY;
            exchange.abandoned();
        }
    }

    /** [MQTT-4.12.0-5] Every AUTH and the successful CONNACK name the method. */
    private Properties properties(@Nullable Bytes data) {
        Properties.Builder properties = Properties.builder().set(Property.AUTHENTICATION_METHOD, method);
        if (data != null) {
            properties.set(Property.AUTHENTICATION_DATA, data);
        }
        return properties.build();
    }

    private final class Step implements AuthenticationMethod.Reply {
        private boolean answered;

        @Override
        public void challenge(Bytes data) {
            Properties properties = properties(data);
            answer(() -> {
                turn = Turn.CLIENT;
                connection.challenge(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, properties));
            });
        }

        @Override
        public void accept(String userName, @Nullable Bytes data) {
            Properties properties = properties(data);
            answer(() -> {
                turn = Turn.NOBODY;
                outcome.accepted(userName, properties);
            });
        }

        @Override
        public void refuse(ReasonCode reasonCode, String why) {
            Refusal.require(reasonCode);
            answer(() -> {
                turn = Turn.NOBODY;
                outcome.refused(reasonCode, why);
            });
        }

        private void answer(NetworkConnection.Action action) {
            connection.inLoop(() -> {
                if (!answered && turn == Turn.METHOD) {
                    answered = true;
                    action.run();
                }
            });
        }
    }
}
