package org.althing.broker.connection;

import java.net.SocketAddress;
import java.util.HexFormat;
import org.althing.broker.Authenticator;
import org.althing.broker.BrokerConfig.ConnectionLimits;
import org.althing.broker.BrokerConfig.DeliveryLimits;
import org.althing.broker.Client;
import org.althing.broker.ListenerConfig;
import org.althing.broker.ListenerConfig.CertificateName;
import org.althing.broker.StateChange;
import org.althing.broker.session.ConnectRequest;
import org.althing.broker.session.PayloadFormat;
import org.althing.broker.session.SessionLink;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.Utf8;
import org.althing.mqtt.Will;
import org.althing.net.Security;
import org.jspecify.annotations.Nullable;

/** What CONNECT asks for, and what it is granted: decisions and values only, the connection acts on them. */
final class Handshake {
    private static final int SIXTEEN_BITS = 0xFFFF;

    private final ConnectionEnvironment environment;
    private final ListenerConfig listener;
    private final Connect connect;
    /** Null where certificates say nothing about names, or this one does not. */
    private final @Nullable String provedName;

    private final String clientId;
    private final boolean assigned;

    /** @param security how the connection is encrypted, and who is at the other end; null in clear */
    Handshake(
            ConnectionEnvironment environment, ListenerConfig listener, Connect connect, @Nullable Security security) {
        this.environment = environment;
        this.listener = listener;
        this.connect = connect;
        provedName = CertificateNames.of(security, listener.naming().certificateName());
        String said = saidClientId();
        // [MQTT-3.1.3-6] An empty Client Identifier: the broker gives a unique one.
        assigned = said.isEmpty();
        clientId = assigned ? assignedClientId() : said;
    }

    private String saidClientId() {
        if (!listener.naming().userNameAsClientId()) {
            return connect.clientId();
        }
        String name = userName();
        return name == null ? "" : name;
    }

    /** By the certificate where that counts, otherwise as CONNECT says. */
    private @Nullable String userName() {
        return certificateCounts() ? provedName : connect.userName();
    }

    private boolean certificateCounts() {
        return listener.naming().certificateName() != CertificateName.NOTHING;
    }

    Connect connect() {
        return connect;
    }

    ListenerConfig listener() {
        return listener;
    }

    /** As sent, or assigned. */
    String clientId() {
        return clientId;
    }

    /** One of this shard's, so that the connection need not move. */
    private String assignedClientId() {
        String assigned = randomClientId();
        while (!environment.partitions().areHere(assigned)) {
            assigned = randomClientId();
        }
        return assigned;
    }

    private String randomClientId() {
        byte[] bytes = new byte[16];
        environment.random().nextBytes(bytes);
        String hex = HexFormat.of().withUpperCase().formatHex(bytes);
        return listener.naming().autoIdPrefix() + hex.substring(0, 8) + "-" + hex.substring(8, 12) + "-"
                + hex.substring(12, 16) + "-" + hex.substring(16, 20) + "-" + hex.substring(20);
    }

    /** Why the client is refused before anybody looks who it is; null if it is not. */
    @Nullable
    ReasonCode refusal() {
        Will will = connect.will();
        DeliveryLimits delivery = environment.config().delivery();
        if (environment.config().announcements().serverMoved()) {
            return ReasonCode.SERVER_MOVED;
        }
        if (!listener.limits().versions().contains(connect.version())) {
            return ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
        }
        if (certificateCounts() && provedName == null) {
            return ReasonCode.BAD_USER_NAME_OR_PASSWORD;
        }
        if (listener.naming().userNameAsClientId() && userName() == null) {
            return ReasonCode.NOT_AUTHORIZED;
        }
        if (!assigned && clientIdIsTooLong()) {
            return ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
        }
        if (assigned && !mayBeNameless()) {
            return ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
        }
        if (serverKeepAlive() != connect.keepAliveSeconds() && connect.version() != ProtocolVersion.MQTT_5) {
            // Mosquitto: an older client, who cannot be told another Keep Alive, is refused with return code 2.
            return ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
        }
        if (will == null) {
            return null;
        }
        if (will.message().qos().compareTo(listener.qosMax()) > 0) {
            return ReasonCode.QOS_NOT_SUPPORTED; // [MQTT-3.2.2-12]
        }
        if (will.message().retain() && !delivery.retainAvailable()) {
            return ReasonCode.RETAIN_NOT_SUPPORTED; // [MQTT-3.2.2-13]
        }
        if (delivery.payloadFormatChecked() && !PayloadFormat.fits(will.message())) {
            return ReasonCode.PAYLOAD_FORMAT_INVALID;
        }
        int payloadMax = delivery.payloadSizeMax();
        boolean tooLarge = payloadMax > 0 && will.message().payload().length() > payloadMax;
        return tooLarge ? ReasonCode.PACKET_TOO_LARGE : null;
    }

    /** Longer ones than 23 characters are taken in MQTT 3.1 too. Mosquitto: does so. */
    private boolean clientIdIsTooLong() {
        int max = environment.config().connections().clientIdBytesMax();
        return !assigned && Utf8.encodedLength("client identifier", clientId) > max;
    }

    private boolean mayBeNameless() {
        boolean allowed = listener.naming().zeroLengthClientId();
        return switch (connect.version()) {
            case MQTT_3_1 -> false; // 1 to 23 characters
            case MQTT_3_1_1 -> allowed && connect.cleanStart(); // [MQTT-3.1.3-7], [MQTT-3.1.3-8] there
            case MQTT_5 -> allowed;
        };
    }

    Authenticator.ConnectAttempt attempt(SocketAddress remoteAddress) {
        return new Authenticator.ConnectAttempt(
                listener,
                remoteAddress,
                connect.version(),
                clientId,
                userName(),
                certificateCounts() ? null : connect.password(),
                provedName);
    }

    /** @param method the one of enhanced authentication that has let it in, or null */
    Client client(SocketAddress remoteAddress, @Nullable String userName, @Nullable String method) {
        return new Client(clientId, userName, listener.place(), remoteAddress, provedName, method);
    }

    /** @param will as CONNECT carries it, where the client lives */
    ConnectRequest request(SessionLink link, Client client, @Nullable Will will) {
        return new ConnectRequest(
                client,
                connect.version(),
                connect.cleanStart(),
                environment.registry().grantedExpirySeconds(askedExpirySeconds()),
                will,
                link,
                (int) connect.properties().integer(Property.RECEIVE_MAXIMUM, SIXTEEN_BITS));
    }

    /** Before MQTT 5.0 Clean Session says at once how a session begins and how it ends. */
    private long askedExpirySeconds() {
        if (connect.version() == ProtocolVersion.MQTT_5) {
            return connect.properties().integer(Property.SESSION_EXPIRY_INTERVAL, 0);
        }
        return connect.cleanStart() ? 0 : StateChange.NO_EXPIRY_SECONDS;
    }

    /** The Keep Alive that counts: the client's own, or the broker's maximum. */
    int serverKeepAlive() {
        int max = environment.config().connections().keepAliveSecondsMax();
        int asked = connect.keepAliveSeconds();
        return max > 0 && (asked == 0 || asked > max) ? max : asked;
    }

    /** The client's Maximum Packet Size. */
    int packetSizeMax() {
        long max = connect.properties().integer(Property.MAXIMUM_PACKET_SIZE, Integer.MAX_VALUE);
        return (int) Math.min(max, Integer.MAX_VALUE);
    }

    boolean wantsProblemInformation() {
        return connect.properties().integer(Property.REQUEST_PROBLEM_INFORMATION, 1) == 1;
    }

    /**
     * Whether the client says so, rather than not saying the contrary. Mosquitto: sends no Reason String, and clients that
     * compare bytes with it must not be surprised.
     */
    boolean asksForProblemInformation() {
        return connect.version() == ProtocolVersion.MQTT_5
                && connect.properties().integer(Property.REQUEST_PROBLEM_INFORMATION, 0) == 1;
    }

    /** Receive Maximum is a word of MQTT 5.0: who has not been told of it cannot exceed it. */
    ReceiveWindow receiveWindow() {
        boolean told = connect.version() == ProtocolVersion.MQTT_5;
        return new ReceiveWindow(told ? receiveMaximum() : Integer.MAX_VALUE);
    }

    /** How many QoS 1 and 2 messages the client may have unacknowledged. */
    private int receiveMaximum() {
        int max = environment.config().delivery().inflightMessagesMax();
        return max == 0 ? SIXTEEN_BITS : Math.min(max, SIXTEEN_BITS);
    }

    /** How many Topic Aliases the broker uses: what the client allows, within the listener's limit. */
    int topicAliasBrokerMax() {
        return (int)
                Math.min(listener.topicAliasBrokerMax(), connect.properties().integer(Property.TOPIC_ALIAS_MAXIMUM, 0));
    }

    /**
     * What CONNACK tells: only where it differs from what its absence would say, in Mosquitto's order.
     *
     * @param ofMethod what the method of enhanced authentication has to say
     */
    Properties granted(long expirySeconds, @Nullable String userName, Properties ofMethod) {
        if (connect.version() != ProtocolVersion.MQTT_5) {
            return Properties.NONE;
        }
        ConnectionLimits limits = environment.config().connections();
        Properties.Builder granted = Properties.builder();
        if (serverKeepAlive() != connect.keepAliveSeconds()) {
            granted.set(Property.SERVER_KEEP_ALIVE, serverKeepAlive());
        }
        if (expirySeconds != askedExpirySeconds()) {
            granted.set(Property.SESSION_EXPIRY_INTERVAL, expirySeconds);
        }
        if (listener.topicAliasMax() > 0) {
            granted.set(Property.TOPIC_ALIAS_MAXIMUM, listener.topicAliasMax());
        }
        if (assigned) {
            granted.set(Property.ASSIGNED_CLIENT_IDENTIFIER, clientId); // [MQTT-3.2.2-16]
        }
        if (ofMethod.string(Property.AUTHENTICATION_METHOD) instanceof String method) {
            granted.set(Property.AUTHENTICATION_METHOD, method);
        }
        if (ofMethod.bytes(Property.AUTHENTICATION_DATA) instanceof Bytes data) {
            granted.set(Property.AUTHENTICATION_DATA, data);
        }
        if (!environment.config().delivery().retainAvailable()) {
            granted.set(Property.RETAIN_AVAILABLE, 0);
        }
        granted.set(Property.MAXIMUM_PACKET_SIZE, limits.packetSizeMax());
        if (receiveMaximum() < SIXTEEN_BITS) {
            granted.set(Property.RECEIVE_MAXIMUM, receiveMaximum());
        }
        if (listener.qosMax() != Qos.EXACTLY_ONCE) {
            granted.set(Property.MAXIMUM_QOS, listener.qosMax().level());
        }
        String responseInformation = responseInformation(userName);
        if (responseInformation != null) {
            granted.set(Property.RESPONSE_INFORMATION, responseInformation);
        }
        return granted.build();
    }

    /** Null for who has not asked ([MQTT-3.1.2-28]), or where there is none; and for names that no topic can hold. */
    private @Nullable String responseInformation(@Nullable String userName) {
        String template = environment.config().announcements().responseInformation();
        boolean asked = connect.properties().integer(Property.REQUEST_RESPONSE_INFORMATION, 0) == 1;
        if (template == null || !asked) {
            return null;
        }
        StringBuilder filled = new StringBuilder();
        for (int i = 0; i < template.length(); i++) {
            String part = String.valueOf(template.charAt(i));
            if (part.equals("%") && i + 1 < template.length()) {
                i++;
                part = switch (template.charAt(i)) {
                    case 'c' -> clientId;
                    case 'u' -> userName;
                    default -> String.valueOf(template.charAt(i));
                };
                if (part == null || part.indexOf('+') >= 0 || part.indexOf('#') >= 0) {
                    return null;
                }
            }
            filled.append(part);
        }
        return filled.length() > SIXTEEN_BITS / 3 ? null : filled.toString();
    }
}
