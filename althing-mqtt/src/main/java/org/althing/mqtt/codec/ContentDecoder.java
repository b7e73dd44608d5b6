package org.althing.mqtt.codec;

import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Auth;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.ControlPacket.PingResp;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;

/** Reads what follows the fixed header of a packet whose first byte was found good. */
final class ContentDecoder {
    private static final RetainHandling[] RETAIN_HANDLING = RetainHandling.values();

    private final PacketDecoder.Sender sender;
    private final FieldReader in;
    private final PropertyReader propertyReader;
    private final ConnectDecoder connect;
    private int filtersMax = Integer.MAX_VALUE;
    private boolean likeLibmosquitto;

    ContentDecoder(PacketDecoder.Sender sender, FieldReader in) {
        this.sender = sender;
        this.in = in;
        propertyReader = new PropertyReader(sender);
        connect = new ConnectDecoder(in, propertyReader);
    }

    void limits(int userPropertiesMax, int mostFilters) {
        propertyReader.userPropertiesMax(userPropertiesMax);
        filtersMax = mostFilters;
    }

    void likeLibmosquitto() {
        likeLibmosquitto = true;
        propertyReader.likeLibmosquitto();
    }

    ConnectDecoder connect() {
        return connect;
    }

    /** Reads the content of any packet but CONNECT. */
    ControlPacket read(int firstByte, ProtocolVersion version) throws MalformedPacketException {
        return switch (PacketType.of(firstByte)) {
            case PUBLISH -> publish(firstByte, version);
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> acknowledgement(PacketType.of(firstByte), version);
            case SUBSCRIBE -> subscribe(version);
            case UNSUBSCRIBE -> unsubscribe(version);
            case PINGREQ -> PingReq.INSTANCE;
            case PINGRESP -> PingResp.INSTANCE;
            case DISCONNECT -> disconnect(version);
            case CONNACK -> connAck(version);
            case SUBACK -> subAck(version);
            case UNSUBACK -> unsubAck(version);
            case AUTH -> auth();
            case CONNECT, RESERVED -> throw new IllegalStateException("first byte " + firstByte + " was let through");
        };
    }

    private Properties properties(PropertyPlace place, ProtocolVersion version) throws MalformedPacketException {
        return version.hasProperties() ? propertyReader.read(in, place) : Properties.NONE;
    }

    private Publish publish(int firstByte, ProtocolVersion version) throws MalformedPacketException {
        int level = firstByte >> 1 & 3;
        TopicName topic = in.topic("topic name");
        int identifier = level == 0 ? 0 : in.packetIdentifier();
        Properties properties = Properties.NONE;
        int topicAlias = 0;
        if (version.hasProperties()) {
            properties = propertyReader.read(in, PropertyPlace.PUBLISH);
            topicAlias = propertyReader.topicAlias();
        }
        if (topic == TopicName.ALIASED && topicAlias == 0) {
            // Section 3.3.2.1 calls it a Protocol Error in 5.0. Mosquitto: says malformed.
            throw version.hasProperties()
                    ? in.protocolError("topic name is empty without a topic alias")
                    : in.malformed("topic name is empty ([MQTT-4.7.3-1])");
        }
        if (level == 3) {
            // Only where the first look lets it through: see PacketDecoder.likeLibmosquitto.
            throw in.protocolError("QoS 3");
        }
        Qos qos = Qos.of(level);
        boolean duplicate = (firstByte & 0x08) != 0 && level != 0;
        boolean retain = (firstByte & 0x01) != 0;
        return new Publish(
                duplicate, identifier, topicAlias, new ApplicationMessage(topic, in.rest(), qos, retain, properties));
    }

    private ControlPacket acknowledgement(PacketType type, ProtocolVersion version) throws MalformedPacketException {
        int identifier = in.packetIdentifier();
        ReasonCode code = ReasonCode.SUCCESS;
        Properties properties = Properties.NONE;
        boolean released = type == PacketType.PUBREL || type == PacketType.PUBCOMP;
        // A reason code of Success, or the properties, may be left out where nothing follows them.
        if (version.hasProperties() && in.remaining() > 0) {
            boolean fromClient = sender == PacketDecoder.Sender.CLIENT;
            ReasonCodes received = fromClient ? ReasonCodes.PUBLISH_RECEIVED : ReasonCodes.SERVER_PUBLISH_RECEIVED;
            code = (released ? ReasonCodes.PUBLISH_RELEASED : received).read(in);
            if (in.remaining() > 0) {
                properties = propertyReader.read(in, PropertyPlace.ACKNOWLEDGEMENT);
            }
        }
        return switch (type) {
            case PUBACK -> new PubAck(identifier, code, properties);
            case PUBREC -> new PubRec(identifier, code, properties);
            case PUBREL -> new PubRel(identifier, code, properties);
            case PUBCOMP -> new PubComp(identifier, code, properties);
            default -> throw new IllegalStateException(type + " acknowledges no PUBLISH");
        };
    }

    private Subscribe subscribe(ProtocolVersion version) throws MalformedPacketException {
        int identifier = in.packetIdentifier();
        Properties properties = properties(PropertyPlace.SUBSCRIBE, version);
        requirePayload();
        List<Subscribe.Request> requests = new ArrayList<>(1);
        do {
            requireLessThanMax(requests.size());
            TopicFilter filter = in.filter();
            SubscriptionOptions options = options(version);
            if (options.noLocal() && filter.isShared()) {
                throw in.protocolError("No Local on a shared subscription ([MQTT-3.8.3-4])");
            }
            requests.add(new Subscribe.Request(filter, options));
        } while (in.remaining() > 0);
        return new Subscribe(identifier, requests, properties);
    }

    private void requireLessThanMax(int filters) throws MalformedPacketException {
        if (filters == filtersMax) {
            throw in.refused(ReasonCode.QUOTA_EXCEEDED, "more than " + filtersMax + " topic filters");
        }
    }

    private SubscriptionOptions options(ProtocolVersion version) throws MalformedPacketException {
        int options = in.oneByte("subscription options");
        int qos = options & 3;
        if (version.hasProperties()) {
            if ((options & 0xC0) != 0) {
                throw in.malformed("reserved bits in subscription options " + options + " ([MQTT-3.8.3-5])");
            }
            int retainHandling = options >> 4 & 3;
            if (qos == 3 || retainHandling == 3) {
                // Section 3.8.3.1 calls both Protocol Errors. Mosquitto: says malformed.
                throw in.protocolError("QoS 3 or Retain Handling 3 in subscription options " + options);
            }
            boolean noLocal = (options & 0x04) != 0;
            boolean retainAsPublished = (options & 0x08) != 0;
            return new SubscriptionOptions(Qos.of(qos), noLocal, retainAsPublished, RETAIN_HANDLING[retainHandling]);
        }
        boolean reserved = (options & 0xFC) != 0 && version == ProtocolVersion.MQTT_3_1_1;
        if (qos == 3 || reserved) {
            throw in.malformed("requested QoS " + options + " ([MQTT-3-8.3-4] of 3.1.1)");
        }
        return SubscriptionOptions.of(Qos.of(qos));
    }

    private Unsubscribe unsubscribe(ProtocolVersion version) throws MalformedPacketException {
        int identifier = in.packetIdentifier();
        Properties properties = properties(PropertyPlace.UNSUBSCRIBE, version);
        requirePayload();
        List<TopicFilter> filters = new ArrayList<>(1);
        do {
            requireLessThanMax(filters.size());
            filters.add(in.filter());
        } while (in.remaining() > 0);
        return new Unsubscribe(identifier, filters, properties);
    }

    /** [MQTT-3.8.3-2], [MQTT-3.10.3-2]: a Protocol Error by sections 3.8.3 and 3.10.3. Mosquitto: says malformed. */
    private void requirePayload() throws MalformedPacketException {
        if (in.remaining() == 0) {
            throw in.protocolError("no topic filter");
        }
    }

    private ConnAck connAck(ProtocolVersion version) throws MalformedPacketException {
        int flags = in.oneByte("connect acknowledge flags");
        if (version == ProtocolVersion.MQTT_3_1) {
            // The byte is reserved, and not used.
            return new ConnAck(false, ReasonCodes.readConnectReturnCode(in), Properties.NONE);
        }
        if (flags > 1) {
            throw in.malformed("connect acknowledge flags " + flags + " ([MQTT-3.2.2-1])");
        }
        boolean sessionPresent = flags == 1;
        ReasonCode code =
                version.hasProperties() ? ReasonCodes.CONNACK.read(in) : ReasonCodes.readConnectReturnCode(in);
        if (sessionPresent && code != ReasonCode.SUCCESS) {
            throw in.protocolError("session present with " + code + " ([MQTT-3.2.2-6])");
        }
        return new ConnAck(sessionPresent, code, properties(PropertyPlace.CONNACK, version));
    }

    private SubAck subAck(ProtocolVersion version) throws MalformedPacketException {
        int identifier = in.packetIdentifier();
        Properties properties = properties(PropertyPlace.ACKNOWLEDGEMENT, version);
        ReasonCodes allowed = version.hasProperties() ? ReasonCodes.SUBACK : ReasonCodes.SUBACK_BEFORE_5;
        return new SubAck(identifier, reasonCodes(allowed), properties);
    }

    private UnsubAck unsubAck(ProtocolVersion version) throws MalformedPacketException {
        int identifier = in.packetIdentifier();
        if (!version.hasProperties()) {
            return new UnsubAck(identifier, List.of(), Properties.NONE);
        }
        Properties properties = propertyReader.read(in, PropertyPlace.ACKNOWLEDGEMENT);
        return new UnsubAck(
                identifier, likeLibmosquitto ? anyReasonCodes() : reasonCodes(ReasonCodes.UNSUBACK), properties);
    }

    /** Those of UNSUBACK, perhaps none, and a general error for each that is not known. */
    private List<ReasonCode> anyReasonCodes() throws MalformedPacketException {
        List<ReasonCode> codes = new ArrayList<>(in.remaining());
        while (in.remaining() > 0) {
            ReasonCode known = ReasonCode.of(in.oneByte("reason code"));
            codes.add(known == null ? ReasonCode.UNSPECIFIED_ERROR : known);
        }
        return codes;
    }

    private List<ReasonCode> reasonCodes(ReasonCodes allowed) throws MalformedPacketException {
        if (in.remaining() == 0) {
            throw in.protocolError("no reason code ([MQTT-3.8.4-6])");
        }
        List<ReasonCode> codes = new ArrayList<>(in.remaining());
        while (in.remaining() > 0) {
            codes.add(allowed.read(in));
        }
        return codes;
    }

    private Disconnect disconnect(ProtocolVersion version) throws MalformedPacketException {
        ReasonCode code = ReasonCode.SUCCESS;
        Properties properties = Properties.NONE;
        if (version.hasProperties() && in.remaining() > 0) {
            boolean fromClient = sender == PacketDecoder.Sender.CLIENT;
            code = (fromClient ? ReasonCodes.CLIENT_DISCONNECT : ReasonCodes.SERVER_DISCONNECT).read(in);
            if (in.remaining() > 0) {
                properties = propertyReader.read(in, PropertyPlace.DISCONNECT);
            }
        }
        return new Disconnect(code, properties);
    }

    private Auth auth() throws MalformedPacketException {
        ReasonCodes allowed = sender == PacketDecoder.Sender.CLIENT ? ReasonCodes.CLIENT_AUTH : ReasonCodes.SERVER_AUTH;
        if (in.remaining() == 0) {
            // The short form says Success, which only a server may say.
            if (!allowed.allows(ReasonCode.SUCCESS)) {
                throw in.protocolError("SUCCESS from a " + sender + " ([MQTT-3.15.2-1])");
            }
            return new Auth(ReasonCode.SUCCESS, Properties.NONE);
        }
        ReasonCode code = allowed.read(in);
        Properties properties = in.remaining() == 0 ? Properties.NONE : propertyReader.read(in, PropertyPlace.AUTH);
        if (!properties.has(Property.AUTHENTICATION_METHOD)) {
            throw in.protocolError("no authentication method (section 3.15.2.2.2)");
        }
        return new Auth(code, properties);
    }
}
