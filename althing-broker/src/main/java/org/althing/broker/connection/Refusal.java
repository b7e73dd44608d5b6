package org.althing.broker.connection;

import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;

/** With which words a client may be sent away. */
final class Refusal {
    /** What CONNACK may say (MQTT 5.0, section 3.2.2.2). */
    private static final Set<ReasonCode> BY_CONNACK = EnumSet.of(
            ReasonCode.UNSPECIFIED_ERROR,
            ReasonCode.MALFORMED_PACKET,
            ReasonCode.PROTOCOL_ERROR,
            ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
            ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
            ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
            ReasonCode.BAD_USER_NAME_OR_PASSWORD,
            ReasonCode.NOT_AUTHORIZED,
            ReasonCode.SERVER_UNAVAILABLE,
            ReasonCode.SERVER_BUSY,
            ReasonCode.BANNED,
            ReasonCode.BAD_AUTHENTICATION_METHOD,
            ReasonCode.TOPIC_NAME_INVALID,
            ReasonCode.PACKET_TOO_LARGE,
            ReasonCode.QUOTA_EXCEEDED,
            ReasonCode.PAYLOAD_FORMAT_INVALID,
            ReasonCode.RETAIN_NOT_SUPPORTED,
            ReasonCode.QOS_NOT_SUPPORTED,
            ReasonCode.USE_ANOTHER_SERVER,
            ReasonCode.SERVER_MOVED,
            ReasonCode.CONNECTION_RATE_EXCEEDED);

    /** Those of them that DISCONNECT has no word for (section 3.14.2.1). */
    private static final Set<ReasonCode> NOT_BY_DISCONNECT = EnumSet.of(
            ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
            ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
            ReasonCode.BAD_USER_NAME_OR_PASSWORD,
            ReasonCode.SERVER_UNAVAILABLE,
            ReasonCode.BANNED);

    private static final int REASON_LENGTH_MAX = 200;
    private static final Pattern NOT_PRINTABLE = Pattern.compile("[^\\x20-\\x7E]");

    private Refusal() {}

    /** @throws IllegalArgumentException if CONNACK cannot refuse with this code */
    static void require(ReasonCode code) {
        if (!BY_CONNACK.contains(code)) {
            throw new IllegalArgumentException("CONNACK cannot refuse with " + code);
        }
    }

    /** The code, or Protocol Error where CONNACK cannot say it. */
    static ReasonCode byConnAck(ReasonCode code) {
        return BY_CONNACK.contains(code) ? code : ReasonCode.PROTOCOL_ERROR;
    }

    /** Whether words may be added: not where they would help somebody who guesses names, passwords or rights. */
    static boolean mayBeExplained(ReasonCode code) {
        return code != ReasonCode.BAD_USER_NAME_OR_PASSWORD
                && code != ReasonCode.NOT_AUTHORIZED
                && code != ReasonCode.BANNED
                && code != ReasonCode.CONTINUE_AUTHENTICATION;
    }

    /** The same with a Reason String; what it quotes of the client's own words is made harmless. */
    static Properties explained(Properties properties, String why) {
        String text = why.length() > REASON_LENGTH_MAX ? why.substring(0, REASON_LENGTH_MAX) : why;
        return text.isEmpty()
                ? properties
                : properties.toBuilder()
                        .set(Property.REASON_STRING, NOT_PRINTABLE.matcher(text).replaceAll("?"))
                        .build();
    }

    /** The code of a refusal, or Not authorized where DISCONNECT cannot say it. */
    static ReasonCode byDisconnect(ReasonCode code) {
        return NOT_BY_DISCONNECT.contains(code) ? ReasonCode.NOT_AUTHORIZED : code;
    }
}
