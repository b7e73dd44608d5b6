package org.althing.mqtt;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An MQTT Control Packet: one record per packet type, the same for all versions of the protocol.
 *
 * <p>Fields that a version lacks hold their neutral value: {@link Properties#NONE}, {@link ReasonCode#SUCCESS}.
 * Packet Identifiers are 1 to 65,535; 0 in a PUBLISH of QoS 0. Numbers out of range are refused by the constructors.
 */
public sealed interface ControlPacket {

    /**
     * CONNECT.
     *
     * @param version which the client wants to speak
     * @param bridge whether the top bit of the protocol level was set (Mosquitto's mark of a bridge)
     * @param clientId Client Identifier, perhaps empty
     * @param cleanStart Clean Start, before MQTT 5.0 Clean Session
     * @param keepAliveSeconds 0 to 65,535; 0 turns keep alive off
     * @param properties of CONNECT; those of the Will are in the will's message
     */
    record Connect(
            ProtocolVersion version,
            boolean bridge,
            String clientId,
            boolean cleanStart,
            int keepAliveSeconds,
            @Nullable String userName,
            @Nullable Bytes password,
            @Nullable Will will,
            Properties properties)
            implements ControlPacket {
        public Connect {
            requireTwoBytes("keep alive", keepAliveSeconds);
        }

        /** Shows that there is a password, not which. */
        @Override
        public String toString() {
            return "Connect[" + version + (bridge ? ", bridge" : "") + ", clientId=" + clientId + ", cleanStart="
                    + cleanStart + ", keepAliveSeconds=" + keepAliveSeconds + ", userName=" + userName
                    + (password == null ? "" : ", with password") + ", will=" + will + ", properties=" + properties
                    + "]";
        }
    }

    /** CONNACK. Before MQTT 5.0 the codec translates the reason code into one of the return codes 0 to 5. */
    record ConnAck(boolean sessionPresent, ReasonCode reasonCode, Properties properties) implements ControlPacket {}

    /**
     * PUBLISH. QoS and RETAIN are those of the message.
     *
     * @param duplicate the DUP flag
     * @param packetIdentifier 0 for QoS 0
     * @param topicAlias 1 to 65,535, or 0 for none; with an alias the topic may be {@link TopicName#ALIASED}
     * @param message with all its properties, Subscription Identifiers included
     */
    record Publish(boolean duplicate, int packetIdentifier, int topicAlias, ApplicationMessage message)
            implements ControlPacket {
        public Publish {
            requireTwoBytes("topic alias", topicAlias);
            requireTwoBytes("packet identifier", packetIdentifier);
            if ((packetIdentifier == 0) != (message.qos() == Qos.AT_MOST_ONCE)) {
                throw new IllegalArgumentException(
                        message.qos() + " with packet identifier " + packetIdentifier + " ([MQTT-2.2.1-2])");
            }
        }
    }

    /** PUBACK. */
    record PubAck(int packetIdentifier, ReasonCode reasonCode, Properties properties) implements ControlPacket {
        public PubAck {
            requireIdentifier(packetIdentifier);
        }

        public PubAck(int packetIdentifier, ReasonCode reasonCode) {
            this(packetIdentifier, reasonCode, Properties.NONE);
        }
    }

    /** PUBREC. */
    record PubRec(int packetIdentifier, ReasonCode reasonCode, Properties properties) implements ControlPacket {
        public PubRec {
            requireIdentifier(packetIdentifier);
        }

        public PubRec(int packetIdentifier, ReasonCode reasonCode) {
            this(packetIdentifier, reasonCode, Properties.NONE);
        }
    }

    /** PUBREL. */
    record PubRel(int packetIdentifier, ReasonCode reasonCode, Properties properties) implements ControlPacket {
        public PubRel {
            requireIdentifier(packetIdentifier);
        }

        public PubRel(int packetIdentifier, ReasonCode reasonCode) {
            this(packetIdentifier, reasonCode, Properties.NONE);
        }
    }

    /** PUBCOMP. */
    record PubComp(int packetIdentifier, ReasonCode reasonCode, Properties properties) implements ControlPacket {
        public PubComp {
            requireIdentifier(packetIdentifier);
        }

        public PubComp(int packetIdentifier, ReasonCode reasonCode) {
            this(packetIdentifier, reasonCode, Properties.NONE);
        }
    }

    /** SUBSCRIBE, with at least one request ([MQTT-3.8.3-2]). */
    record Subscribe(int packetIdentifier, List<Request> requests, Properties properties) implements ControlPacket {
        /** One Topic Filter and its Subscription Options. */
        public record Request(TopicFilter filter, SubscriptionOptions options) {}

        public Subscribe {
            requireIdentifier(packetIdentifier);
            requests = List.copyOf(requests);
            requireAny("topic filters", requests);
        }
    }

    /** SUBACK: one reason code per request, in their order ([MQTT-3.8.4-6]). */
    record SubAck(int packetIdentifier, List<ReasonCode> reasonCodes, Properties properties) implements ControlPacket {
        public SubAck {
            requireIdentifier(packetIdentifier);
            reasonCodes = List.copyOf(reasonCodes);
            requireAny("reason codes", reasonCodes);
        }
    }

    /** UNSUBSCRIBE, with at least one filter ([MQTT-3.10.3-2]). */
    record Unsubscribe(int packetIdentifier, List<TopicFilter> filters, Properties properties)
            implements ControlPacket {
        public Unsubscribe {
            requireIdentifier(packetIdentifier);
            filters = List.copyOf(filters);
            requireAny("topic filters", filters);
        }
    }

    /** UNSUBACK: one reason code per filter; before MQTT 5.0 none are on the wire and the list is empty. */
    record UnsubAck(int packetIdentifier, List<ReasonCode> reasonCodes, Properties properties)
            implements ControlPacket {
        public UnsubAck {
            requireIdentifier(packetIdentifier);
            reasonCodes = List.copyOf(reasonCodes);
        }
    }

    /** PINGREQ. */
    record PingReq() implements ControlPacket {
        public static final PingReq INSTANCE = new PingReq();
    }

    /** PINGRESP. */
    record PingResp() implements ControlPacket {
        public static final PingResp INSTANCE = new PingResp();
    }

    /** DISCONNECT. Before MQTT 5.0 only a client sends it, without a reason code. */
    record Disconnect(ReasonCode reasonCode, Properties properties) implements ControlPacket {
        public Disconnect(ReasonCode reasonCode) {
            this(reasonCode, Properties.NONE);
        }
    }

    /** AUTH, MQTT 5.0 only. */
    record Auth(ReasonCode reasonCode, Properties properties) implements ControlPacket {}

    private static void requireTwoBytes(String what, int value) {
        if (value < 0 || value > 0xFFFF) {
            throw new IllegalArgumentException(what + " must be 0 to 65,535, not " + value);
        }
    }

    private static void requireIdentifier(int packetIdentifier) {
        if (packetIdentifier < 1 || packetIdentifier > 0xFFFF) {
            throw new IllegalArgumentException("packet identifier must be 1 to 65,535, not " + packetIdentifier);
        }
    }

    private static void requireAny(String what, List<?> list) {
        if (list.isEmpty()) {
            throw new IllegalArgumentException("no " + what);
        }
    }
}
