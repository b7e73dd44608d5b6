package org.althing.broker.connection;

import java.util.EnumSet;
import java.util.Set;
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

    /** The code of a refusal, or Not authorized where DISCONNECT cannot say it. */
    static ReasonCode byDisconnect(ReasonCode code) {
        return NOT_BY_DISCONNECT.contains(code) ? ReasonCode.NOT_AUTHORIZED : code;
    }
}
