package org.althing.simulation;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.althing.broker.AuthenticationMethod;
import org.althing.broker.Authenticator;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Auth;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/** A method of enhanced authentication: the broker asks, the client says it backwards, both take their time. */
final class Riddle implements AuthenticationMethod {
    static final String NAME = "RIDDLE";
    private static final int QUESTIONS_MAX = 3;

    private final World world;
    private final RandomGenerator random;
    private final long nanosMax;

    /** @param nanosMax how long an answer may take; 0 for at once */
    Riddle(World world, RandomGenerator random, long nanosMax) {
        this.world = world;
        this.random = random;
        this.nanosMax = nanosMax;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Exchange begin(Authenticator.ConnectAttempt attempt) {
        return new Questions(attempt.clientId());
    }

    private final class Questions implements Exchange {
        private final String clientId;
        private int left = 1 + random.nextInt(QUESTIONS_MAX);
        private @Nullable String expected;

        Questions(String clientId) {
            this.clientId = clientId;
        }

        @Override
        public void onData(@Nullable Bytes data, Reply reply) {
            boolean right = expected == null || (data != null && expected.equals(data.text()));
            String question = Integer.toString(100 + random.nextInt(900));
            expected = solved(question);
            left--;
            Runnable answer = () -> {
                if (!right) {
                    reply.refuse(ReasonCode.NOT_AUTHORIZED, "a wrong answer");
                } else if (left >= 0) {
                    reply.challenge(Bytes.of(question));
                } else {
                    reply.accept(clientId, null);
                }
            };
            if (nanosMax == 0) {
                answer.run();
            } else {
                world.time().after(Duration.ofNanos(random.nextLong(nanosMax)), answer);
            }
        }
    }

    private static String solved(String question) {
        return new StringBuilder(question).reverse().toString();
    }

    // ---- the client's part

    /** Asks to be authenticated again ([MQTT-4.12.1-1]: by the same method). */
    static Auth again() {
        return new Auth(ReasonCode.RE_AUTHENTICATE, properties().build());
    }

    /** The answer to a question; a stranger does not know it. */
    static Auth answer(Auth question, boolean stranger) {
        Bytes asked = question.properties().bytes(Property.AUTHENTICATION_DATA);
        if (asked == null) {
            throw new SimulationFailure("asks nothing: " + question);
        }
        Properties.Builder answer = properties();
        answer.set(Property.AUTHENTICATION_DATA, Bytes.of(stranger ? "no idea" : solved(asked.text())));
        return new Auth(ReasonCode.CONTINUE_AUTHENTICATION, answer.build());
    }

    private static Properties.Builder properties() {
        return Properties.builder().set(Property.AUTHENTICATION_METHOD, NAME);
    }
}
