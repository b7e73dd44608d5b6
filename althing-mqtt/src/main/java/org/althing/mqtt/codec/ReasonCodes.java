package org.althing.mqtt.codec;

import static org.althing.mqtt.ReasonCode.*;

import java.util.EnumSet;
import java.util.Set;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ReasonCode;

/** Which reason codes a packet may carry (MQTT 5.0, sections 3.2 to 3.15), and what stands for them before 5.0. */
enum ReasonCodes {
    CONNACK(
            SUCCESS,
            UNSPECIFIED_ERROR,
            MALFORMED_PACKET,
            PROTOCOL_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            UNSUPPORTED_PROTOCOL_VERSION,
            CLIENT_IDENTIFIER_NOT_VALID,
            BAD_USER_NAME_OR_PASSWORD,
            NOT_AUTHORIZED,
            SERVER_UNAVAILABLE,
            SERVER_BUSY,
            BANNED,
            BAD_AUTHENTICATION_METHOD,
            TOPIC_NAME_INVALID,
            PACKET_TOO_LARGE,
            QUOTA_EXCEEDED,
            PAYLOAD_FORMAT_INVALID,
            RETAIN_NOT_SUPPORTED,
            QOS_NOT_SUPPORTED,
            USE_ANOTHER_SERVER,
            SERVER_MOVED,
            CONNECTION_RATE_EXCEEDED),
    /** PUBACK and PUBREC. */
    PUBLISH_RECEIVED(
            SUCCESS,
            NO_MATCHING_SUBSCRIBERS,
            UNSPECIFIED_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            TOPIC_NAME_INVALID,
            PACKET_IDENTIFIER_IN_USE,
            QUOTA_EXCEEDED,
            PAYLOAD_FORMAT_INVALID),
    /**
     * What a client bears in PUBACK and PUBREC. Mosquitto: answers a PUBLISH over its message_size_limit with Packet too
     * large, which the standard does not give to them; a client that broke off would send the message again for ever.
     */
    SERVER_PUBLISH_RECEIVED(
            PACKET_TOO_LARGE,
            SUCCESS,
            NO_MATCHING_SUBSCRIBERS,
            UNSPECIFIED_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            TOPIC_NAME_INVALID,
            PACKET_IDENTIFIER_IN_USE,
            QUOTA_EXCEEDED,
            PAYLOAD_FORMAT_INVALID),
    /** PUBREL and PUBCOMP. */
    PUBLISH_RELEASED(SUCCESS, PACKET_IDENTIFIER_NOT_FOUND),
    SUBACK(
            SUCCESS,
            GRANTED_QOS_1,
            GRANTED_QOS_2,
            UNSPECIFIED_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            TOPIC_FILTER_INVALID,
            PACKET_IDENTIFIER_IN_USE,
            QUOTA_EXCEEDED,
            SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
            SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
            WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED),
    /** The return codes of SUBACK in MQTT 3.1.1 ([MQTT-3.9.3-2] there). */
    SUBACK_BEFORE_5(SUCCESS, GRANTED_QOS_1, GRANTED_QOS_2, UNSPECIFIED_ERROR),
    UNSUBACK(
            SUCCESS,
            NO_SUBSCRIPTION_EXISTED,
            UNSPECIFIED_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            TOPIC_FILTER_INVALID,
            PACKET_IDENTIFIER_IN_USE),
    CLIENT_DISCONNECT(
            SUCCESS,
            DISCONNECT_WITH_WILL_MESSAGE,
            UNSPECIFIED_ERROR,
            MALFORMED_PACKET,
            PROTOCOL_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            TOPIC_NAME_INVALID,
            RECEIVE_MAXIMUM_EXCEEDED,
            TOPIC_ALIAS_INVALID,
            PACKET_TOO_LARGE,
            MESSAGE_RATE_TOO_HIGH,
            QUOTA_EXCEEDED,
            ADMINISTRATIVE_ACTION,
            PAYLOAD_FORMAT_INVALID),
    /** With Bad authentication method, which section 2.4 gives to DISCONNECT though its own table lacks it. */
    SERVER_DISCONNECT(
            SUCCESS,
            UNSPECIFIED_ERROR,
            MALFORMED_PACKET,
            PROTOCOL_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            SERVER_BUSY,
            SERVER_SHUTTING_DOWN,
            BAD_AUTHENTICATION_METHOD,
            KEEP_ALIVE_TIMEOUT,
            SESSION_TAKEN_OVER,
            TOPIC_FILTER_INVALID,
            TOPIC_NAME_INVALID,
            RECEIVE_MAXIMUM_EXCEEDED,
            TOPIC_ALIAS_INVALID,
            PACKET_TOO_LARGE,
            MESSAGE_RATE_TOO_HIGH,
            QUOTA_EXCEEDED,
            ADMINISTRATIVE_ACTION,
            PAYLOAD_FORMAT_INVALID,
            RETAIN_NOT_SUPPORTED,
            QOS_NOT_SUPPORTED,
            USE_ANOTHER_SERVER,
            SERVER_MOVED,
            SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
            CONNECTION_RATE_EXCEEDED,
            MAXIMUM_CONNECT_TIME,
            SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
            WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED),
    CLIENT_AUTH(CONTINUE_AUTHENTICATION, RE_AUTHENTICATE),
    SERVER_AUTH(SUCCESS, CONTINUE_AUTHENTICATION);

    private final Set<ReasonCode> allowed;

    ReasonCodes(ReasonCode first, ReasonCode... others) {
        allowed = EnumSet.of(first, others);
    }

    boolean allows(ReasonCode code) {
        return allowed.contains(code);
    }

    /** Reads a reason code; one that this packet may not carry is a Protocol Error. */
    ReasonCode read(FieldReader in) throws MalformedPacketException {
        int value = in.oneByte("reason code");
        ReasonCode code = ReasonCode.of(value);
        if (code == null || !allowed.contains(code)) {
            throw in.protocolError("reason code " + value + " has no meaning there");
        }
        return code;
    }

    /** Return code 0 to 5 of CONNACK before MQTT 5.0. */
    static int connectReturnCode(ReasonCode code) {
        return switch (code) {
            case SUCCESS -> 0;
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            // The client is known and may not do what it asks for, now or later.
            case NOT_AUTHORIZED,
                    BANNED,
                    BAD_AUTHENTICATION_METHOD,
                    TOPIC_NAME_INVALID,
                    PACKET_TOO_LARGE,
                    RETAIN_NOT_SUPPORTED,
                    QOS_NOT_SUPPORTED -> 5;
            // Server unavailable: try again later, or somewhere else.
            default -> 3;
        };
    }

    /** Reads a return code of CONNACK; 6 to 255 are reserved. */
    static ReasonCode readConnectReturnCode(FieldReader in) throws MalformedPacketException {
        int value = in.oneByte("return code");
        return switch (value) {
            case 0 -> SUCCESS;
            case 1 -> UNSUPPORTED_PROTOCOL_VERSION;
            case 2 -> CLIENT_IDENTIFIER_NOT_VALID;
            case 3 -> SERVER_UNAVAILABLE;
            case 4 -> BAD_USER_NAME_OR_PASSWORD;
            case 5 -> NOT_AUTHORIZED;
            default -> throw in.protocolError("return code " + value + " is reserved");
        };
    }

    /** Return code of SUBACK before MQTT 5.0: the granted QoS, or 0x80 for every failure. */
    static int subscribeReturnCode(ReasonCode code) {
        return code.isError() ? 0x80 : code.value();
    }
}
