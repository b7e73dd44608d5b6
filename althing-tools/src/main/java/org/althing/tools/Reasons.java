package org.althing.tools;

import java.util.Locale;
import org.althing.client.Reason;
import org.althing.mqtt.ReasonCode;

/** Reason codes in words. */
final class Reasons {
    private Reasons() {}

    /** As the specification writes it: Not authorized. */
    static String words(ReasonCode code) {
        return switch (code) {
            case GRANTED_QOS_1 -> "Granted QoS 1";
            case GRANTED_QOS_2 -> "Granted QoS 2";
            case DISCONNECT_WITH_WILL_MESSAGE -> "Disconnect with Will Message";
            case RE_AUTHENTICATE -> "Re-authenticate";
            case MALFORMED_PACKET -> "Malformed Packet";
            case PROTOCOL_ERROR -> "Protocol Error";
            case UNSUPPORTED_PROTOCOL_VERSION -> "Unsupported Protocol Version";
            case CLIENT_IDENTIFIER_NOT_VALID -> "Client Identifier not valid";
            case BAD_USER_NAME_OR_PASSWORD -> "Bad User Name or Password";
            case KEEP_ALIVE_TIMEOUT -> "Keep Alive timeout";
            case TOPIC_FILTER_INVALID -> "Topic Filter invalid";
            case TOPIC_NAME_INVALID -> "Topic Name invalid";
            case PACKET_IDENTIFIER_IN_USE -> "Packet Identifier in use";
            case PACKET_IDENTIFIER_NOT_FOUND -> "Packet Identifier not found";
            case RECEIVE_MAXIMUM_EXCEEDED -> "Receive Maximum exceeded";
            case TOPIC_ALIAS_INVALID -> "Topic Alias invalid";
            case QOS_NOT_SUPPORTED -> "QoS not supported";
            case SHARED_SUBSCRIPTIONS_NOT_SUPPORTED -> "Shared Subscriptions not supported";
            case SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED -> "Subscription Identifiers not supported";
            case WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED -> "Wildcard Subscriptions not supported";
            default -> plain(code);
        };
    }

    /** The words and what the broker added to them. */
    static String words(Reason reason) {
        return reason.text().isEmpty() ? words(reason.code()) : words(reason.code()) + ": " + reason.text();
    }

    /** The return code of CONNACK before MQTT 5.0, in Mosquitto's words. */
    static String returnCode(ReasonCode code) {
        return switch (Outcome.returnCode(code)) {
            case 1 -> "Connection Refused: unacceptable protocol version.";
            case 2 -> "Connection Refused: identifier rejected.";
            case 3 -> "Connection Refused: broker unavailable.";
            case 4 -> "Connection Refused: bad user name or password.";
            default -> "Connection Refused: not authorised.";
        };
    }

    private static String plain(ReasonCode code) {
        String name = code.name().replace('_', ' ').toLowerCase(Locale.ROOT);
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
}
