package org.althing.mqtt.codec;

import java.util.List;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Auth;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
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
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Utf8;
import org.althing.mqtt.Will;
import org.jspecify.annotations.Nullable;

/**
 * Appends control packets to a {@link PacketBuffer} in the form of one protocol version.
 *
 * <p>Before MQTT 5.0, properties, No Local and the like are left out and reason codes become return codes; a PUBACK
 * that says failure becomes one that says nothing.
 */
public final class PacketEncoder {
    /*
     * MEASURE, THEN WRITE. Every method first computes the remaining length, in which every text is checked; then
     * `begin` refuses the packet or reserves exactly its room; then the fields are written, and `end` asserts that they
     * fill the room. So nothing is copied twice, and an exception leaves the buffer as it was.
     */

    private static final int REMAINING_LENGTH_MAX = 268_435_455;

    private final ProtocolVersion version;
    private final boolean hasProperties;
    private final FieldWriter w = new FieldWriter();
    private int packetSizeMax = Integer.MAX_VALUE;
    private boolean problemInformation = true;
    private boolean likeLibmosquitto;

    /** An encoder without a limit of size. */
    public PacketEncoder(ProtocolVersion version) {
        this.version = version;
        hasProperties = version.hasProperties();
    }

    /** Writes a Topic Alias that stands among the properties of a message, where it stands, as libmosquitto does. */
    public void likeLibmosquitto() {
        likeLibmosquitto = true;
    }

    /** The peer's Maximum Packet Size in bytes; nothing larger is written. */
    public void packetSizeMax(int bytes) {
        packetSizeMax = bytes;
    }

    /**
     * Whether the peer wants Reason Strings and User Properties outside of PUBLISH, CONNACK and DISCONNECT; where not,
     * they are left out ([MQTT-3.1.2-29]). Wanted until set otherwise.
     */
    public void problemInformation(boolean wanted) {
        problemInformation = wanted;
    }

    /**
     * Appends the packet. If it is larger than the peer accepts, Reason String and User Properties are left out
     * ([MQTT-3.2.2-19], [MQTT-3.4.2-2], ...) where they are only informative.
     *
     * @return false, with nothing appended, if the packet is still too large ([MQTT-3.1.2-24])
     * @throws IllegalArgumentException with nothing appended, if the protocol does not allow the packet: a reason code
     *     or property that has no place in it, a text that UTF-8 cannot hold, DISCONNECT with a reason or AUTH before
     *     MQTT 5.0, ...
     */
    public boolean encode(ControlPacket packet, PacketBuffer out) {
        // What clients send is told apart by hand: the JDK makes the switch below at its first use, which takes a short
        // command longer than its whole conversation with the broker.
        if (packet instanceof Publish publish) {
            return publish(publish, publish.topicAlias(), publish.message().topic(), out);
        }
        if (packet instanceof Connect connect) {
            return connect(connect, out);
        }
        if (packet instanceof Subscribe subscribe) {
            return subscribe(subscribe, out);
        }
        if (packet instanceof PubAck it) {
            return acknowledgement(
                    PacketType.PUBACK, it.packetIdentifier(), it.reasonCode(), informative(it.properties()), out);
        }
        if (packet instanceof PubRel it) {
            return acknowledgement(
                    PacketType.PUBREL, it.packetIdentifier(), it.reasonCode(), informative(it.properties()), out);
        }
        if (packet instanceof Disconnect it) {
            return disconnect(it.reasonCode(), it.properties(), out);
        }
        return encodeOther(packet, out);
    }

    private boolean encodeOther(ControlPacket packet, PacketBuffer out) {
        return switch (packet) {
            case Publish publish ->
                publish(publish, publish.topicAlias(), publish.message().topic(), out);
            case PubAck(int id, ReasonCode code, Properties properties) ->
                acknowledgement(PacketType.PUBACK, id, code, informative(properties), out);
            case PubRec(int id, ReasonCode code, Properties properties) ->
                acknowledgement(PacketType.PUBREC, id, code, informative(properties), out);
            case PubRel(int id, ReasonCode code, Properties properties) ->
                acknowledgement(PacketType.PUBREL, id, code, informative(properties), out);
            case PubComp(int id, ReasonCode code, Properties properties) ->
                acknowledgement(PacketType.PUBCOMP, id, code, informative(properties), out);
            case Subscribe subscribe -> subscribe(subscribe, out);
            case SubAck(int id, List<ReasonCode> codes, Properties properties) ->
                subAck(id, codes, informative(properties), out);
            case Unsubscribe unsubscribe -> unsubscribe(unsubscribe, out);
            case UnsubAck(int id, List<ReasonCode> codes, Properties properties) ->
                unsubAck(id, codes, informative(properties), out);
            case PingReq ignored -> empty(PacketType.PINGREQ, out);
            case PingResp ignored -> empty(PacketType.PINGRESP, out);
            case Connect connect -> connect(connect, out);
            case ConnAck(boolean sessionPresent, ReasonCode code, Properties properties) ->
                connAck(sessionPresent, code, properties, out);
            case Disconnect(ReasonCode code, Properties properties) -> disconnect(code, properties, out);
            case Auth(ReasonCode code, Properties properties) -> auth(code, informative(properties), out);
        };
    }

    /**
     * Appends a PUBLISH with a Topic Alias of this connection, whatever the packet itself says: the same packet may go to
     * many, each with an alias of its own.
     *
     * @param topicAlias 1 to 65,535
     * @param known whether the peer knows the alias already, so that the Topic Name is left out
     * @return as {@link #encode(ControlPacket, PacketBuffer)}
     * @throws IllegalArgumentException as there, and before MQTT 5.0
     */
    public boolean encode(Publish publish, int topicAlias, boolean known, PacketBuffer out) {
        if (!hasProperties || !Property.TOPIC_ALIAS.allows(topicAlias)) {
            throw new IllegalArgumentException("topic alias " + topicAlias + " in MQTT " + version);
        }
        return publish(
                publish,
                topicAlias,
                known ? TopicName.ALIASED : publish.message().topic(),
                out);
    }

    /** Reserves room for a packet and writes its fixed header; false if the packet is too large. */
    private boolean begin(int firstByte, long remainingLength, PacketBuffer out) {
        if (remainingLength > REMAINING_LENGTH_MAX) {
            return false;
        }
        int length = (int) remainingLength;
        int size = 1 + FieldWriter.variableLength(length) + length;
        if (size > packetSizeMax) {
            return false;
        }
        int offset = out.reserve(size);
        w.begin(out.array(), offset);
        w.oneByte(firstByte);
        w.variable(length);
        return true;
    }

    private boolean end(PacketBuffer out) {
        assert w.position() == out.length() : "measured " + out.length() + ", wrote " + w.position();
        w.release();
        return true;
    }

    private boolean empty(PacketType type, PacketBuffer out) {
        return begin(type.firstByte(), 0, out) && end(out);
    }

    private boolean publish(Publish publish, int alias, TopicName topic, PacketBuffer out) {
        ApplicationMessage message = publish.message();
        int topicAlias = hasProperties ? alias : 0;
        int topicLength = topic.utf8Length();
        if (topicLength == 0 && topicAlias == 0) {
            throw new IllegalArgumentException("PUBLISH without topic name and topic alias");
        }
        if (publish.duplicate() && message.qos() == Qos.AT_MOST_ONCE) {
            throw new IllegalArgumentException("PUBLISH of QoS 0 with DUP ([MQTT-3.3.1-2])");
        }
        boolean identified = message.qos() != Qos.AT_MOST_ONCE;
        long length =
                2L + topicLength + (identified ? 2 : 0) + message.payload().length();
        int properties = 0;
        if (hasProperties) {
            properties = PropertyWriter.length(messageProperties(message), PropertyPlace.PUBLISH);
            properties += topicAlias == 0 ? 0 : 3;
            length += FieldWriter.variableLength(properties) + properties;
        }
        int flags = (publish.duplicate() ? 8 : 0) | message.qos().level() << 1 | (message.retain() ? 1 : 0);
        if (!begin(PacketType.PUBLISH.firstByte() | flags, length, out)) {
            return false;
        }
        w.topic(topic);
        if (identified) {
            w.twoBytes(publish.packetIdentifier());
        }
        if (hasProperties) {
            w.variable(properties);
            if (topicAlias != 0) {
                w.oneByte(Property.TOPIC_ALIAS.identifier());
                w.twoBytes(topicAlias);
            }
            PropertyWriter.write(message.properties(), w);
        }
        w.raw(message.payload());
        return end(out);
    }

    private Properties messageProperties(ApplicationMessage message) {
        if (message.properties().has(Property.TOPIC_ALIAS) && !likeLibmosquitto) {
            throw new IllegalArgumentException("a topic alias belongs to the packet, not to its message");
        }
        return message.properties();
    }

    private boolean acknowledgement(
            PacketType type, int identifier, ReasonCode code, Properties properties, PacketBuffer out) {
        if (!hasProperties) {
            return identified(type, identifier, out);
        }
        boolean released = type == PacketType.PUBREL || type == PacketType.PUBCOMP;
        require(released ? ReasonCodes.PUBLISH_RELEASED : ReasonCodes.PUBLISH_RECEIVED, code, type);
        int propertiesLength = PropertyWriter.length(properties, PropertyPlace.ACKNOWLEDGEMENT);
        if (!begin(type.firstByte(), 2L + reasonLength(code, propertiesLength), out)) {
            Properties less = PropertyWriter.lessInformative(properties);
            return less != properties && acknowledgement(type, identifier, code, less, out);
        }
        w.twoBytes(identifier);
        reason(code, properties, propertiesLength);
        return end(out);
    }

    /** A packet that consists of its Packet Identifier. */
    private boolean identified(PacketType type, int identifier, PacketBuffer out) {
        if (!begin(type.firstByte(), 2, out)) {
            return false;
        }
        w.twoBytes(identifier);
        return end(out);
    }

    /** Bytes of a reason code and properties at the end of a packet, in the shortest form. */
    private static long reasonLength(ReasonCode code, int propertiesLength) {
        if (propertiesLength == 0) {
            return code == ReasonCode.SUCCESS ? 0 : 1;
        }
        return 1L + FieldWriter.variableLength(propertiesLength) + propertiesLength;
    }

    private void reason(ReasonCode code, Properties properties, int propertiesLength) {
        if (propertiesLength > 0 || code != ReasonCode.SUCCESS) {
            w.oneByte(code.value());
        }
        if (propertiesLength > 0) {
            properties(properties, propertiesLength);
        }
    }

    /** Bytes of the properties with their Property Length; 0 before MQTT 5.0. */
    private long lengthWithPrefix(int propertiesLength) {
        return hasProperties ? (long) FieldWriter.variableLength(propertiesLength) + propertiesLength : 0;
    }

    private int propertiesLength(Properties properties, PropertyPlace place) {
        return hasProperties ? PropertyWriter.length(properties, place) : 0;
    }

    private void properties(Properties properties, int propertiesLength) {
        if (hasProperties) {
            w.variable(propertiesLength);
            PropertyWriter.write(properties, w);
        }
    }

    private boolean subscribe(Subscribe subscribe, PacketBuffer out) {
        int propertiesLength = propertiesLength(subscribe.properties(), PropertyPlace.SUBSCRIBE);
        long length = 2 + lengthWithPrefix(propertiesLength);
        for (Subscribe.Request request : subscribe.requests()) {
            if (hasProperties && request.options().noLocal() && request.filter().isShared()) {
                throw new IllegalArgumentException("No Local on a shared subscription ([MQTT-3.8.3-4])");
            }
            length += 3 + Utf8.encodedLength("topic filter", request.filter().toString());
        }
        if (!begin(PacketType.SUBSCRIBE.firstByte(), length, out)) {
            return false;
        }
        w.twoBytes(subscribe.packetIdentifier());
        properties(subscribe.properties(), propertiesLength);
        for (Subscribe.Request request : subscribe.requests()) {
            w.text(request.filter().toString());
            w.oneByte(options(request.options()));
        }
        return end(out);
    }

    private int options(SubscriptionOptions options) {
        int qos = options.qos().level();
        if (!hasProperties) {
            return qos;
        }
        return options.retainHandling().ordinal() << 4
                | (options.retainAsPublished() ? 0x08 : 0)
                | (options.noLocal() ? 0x04 : 0)
                | qos;
    }

    private boolean unsubscribe(Unsubscribe unsubscribe, PacketBuffer out) {
        int propertiesLength = propertiesLength(unsubscribe.properties(), PropertyPlace.UNSUBSCRIBE);
        long length = 2 + lengthWithPrefix(propertiesLength);
        for (TopicFilter filter : unsubscribe.filters()) {
            length += 2 + Utf8.encodedLength("topic filter", filter.toString());
        }
        if (!begin(PacketType.UNSUBSCRIBE.firstByte(), length, out)) {
            return false;
        }
        w.twoBytes(unsubscribe.packetIdentifier());
        properties(unsubscribe.properties(), propertiesLength);
        for (TopicFilter filter : unsubscribe.filters()) {
            w.text(filter.toString());
        }
        return end(out);
    }

    private boolean subAck(int identifier, List<ReasonCode> codes, Properties properties, PacketBuffer out) {
        for (ReasonCode code : codes) {
            require(ReasonCodes.SUBACK, code, PacketType.SUBACK);
        }
        int propertiesLength = propertiesLength(properties, PropertyPlace.ACKNOWLEDGEMENT);
        if (!begin(PacketType.SUBACK.firstByte(), 2 + lengthWithPrefix(propertiesLength) + codes.size(), out)) {
            Properties less = PropertyWriter.lessInformative(properties);
            return less != properties && subAck(identifier, codes, less, out);
        }
        w.twoBytes(identifier);
        properties(properties, propertiesLength);
        for (ReasonCode code : codes) {
            w.oneByte(hasProperties ? code.value() : ReasonCodes.subscribeReturnCode(code));
        }
        return end(out);
    }

    private boolean unsubAck(int identifier, List<ReasonCode> codes, Properties properties, PacketBuffer out) {
        if (!hasProperties) {
            return identified(PacketType.UNSUBACK, identifier, out);
        }
        if (codes.isEmpty()) {
            throw new IllegalArgumentException("UNSUBACK without reason code");
        }
        for (ReasonCode code : codes) {
            require(ReasonCodes.UNSUBACK, code, PacketType.UNSUBACK);
        }
        int propertiesLength = propertiesLength(properties, PropertyPlace.ACKNOWLEDGEMENT);
        if (!begin(PacketType.UNSUBACK.firstByte(), 2 + lengthWithPrefix(propertiesLength) + codes.size(), out)) {
            Properties less = PropertyWriter.lessInformative(properties);
            return less != properties && unsubAck(identifier, codes, less, out);
        }
        w.twoBytes(identifier);
        properties(properties, propertiesLength);
        for (ReasonCode code : codes) {
            w.oneByte(code.value());
        }
        return end(out);
    }

    private boolean connAck(boolean sessionPresent, ReasonCode code, Properties properties, PacketBuffer out) {
        require(ReasonCodes.CONNACK, code, PacketType.CONNACK);
        if (sessionPresent && code != ReasonCode.SUCCESS) {
            throw new IllegalArgumentException("CONNACK with session present and " + code + " ([MQTT-3.2.2-6])");
        }
        int propertiesLength = propertiesLength(properties, PropertyPlace.CONNACK);
        if (!begin(PacketType.CONNACK.firstByte(), 2 + lengthWithPrefix(propertiesLength), out)) {
            Properties less = PropertyWriter.lessInformative(properties);
            return less != properties && connAck(sessionPresent, code, less, out);
        }
        // 3.1 has no such flag; the byte is not used.
        w.oneByte(sessionPresent && version != ProtocolVersion.MQTT_3_1 ? 1 : 0);
        w.oneByte(hasProperties ? code.value() : ReasonCodes.connectReturnCode(code));
        properties(properties, propertiesLength);
        return end(out);
    }

    private boolean disconnect(ReasonCode code, Properties properties, PacketBuffer out) {
        if (!hasProperties) {
            if (code != ReasonCode.SUCCESS) {
                throw new IllegalArgumentException("DISCONNECT with " + code + " does not exist in " + version);
            }
            return empty(PacketType.DISCONNECT, out);
        }
        if (!ReasonCodes.CLIENT_DISCONNECT.allows(code)) {
            require(ReasonCodes.SERVER_DISCONNECT, code, PacketType.DISCONNECT);
            if (properties.has(Property.SESSION_EXPIRY_INTERVAL)) {
                throw new IllegalArgumentException("session expiry interval with " + code + ", which is a server's");
            }
        }
        int propertiesLength = PropertyWriter.length(properties, PropertyPlace.DISCONNECT);
        if (!begin(PacketType.DISCONNECT.firstByte(), reasonLength(code, propertiesLength), out)) {
            Properties less = PropertyWriter.lessInformative(properties);
            return less != properties && disconnect(code, less, out);
        }
        reason(code, properties, propertiesLength);
        return end(out);
    }

    private boolean auth(ReasonCode code, Properties properties, PacketBuffer out) {
        if (!hasProperties) {
            throw new IllegalArgumentException("AUTH does not exist in " + version);
        }
        if (!ReasonCodes.CLIENT_AUTH.allows(code)) {
            require(ReasonCodes.SERVER_AUTH, code, PacketType.AUTH);
        }
        boolean isShort = properties.isEmpty() && code == ReasonCode.SUCCESS;
        if (!isShort && !properties.has(Property.AUTHENTICATION_METHOD)) {
            throw new IllegalArgumentException("AUTH without authentication method");
        }
        int propertiesLength = PropertyWriter.length(properties, PropertyPlace.AUTH);
        if (!begin(PacketType.AUTH.firstByte(), reasonLength(code, propertiesLength), out)) {
            Properties less = PropertyWriter.lessInformative(properties);
            return less != properties && auth(code, less, out);
        }
        reason(code, properties, propertiesLength);
        return end(out);
    }

    private boolean connect(Connect connect, PacketBuffer out) {
        String name = version.protocolName();
        int propertiesLength = propertiesLength(connect.properties(), PropertyPlace.CONNECT);
        long length = 2 + name.length() + 4 + lengthWithPrefix(propertiesLength);
        length += 2 + Utf8.encodedLength("client identifier", connect.clientId());
        Will will = connect.will();
        int willPropertiesLength = 0;
        if (will != null) {
            willPropertiesLength = willPropertiesLength(will);
            length += lengthWithPrefix(willPropertiesLength) + 4;
            length += will.message().topic().utf8Length()
                    + will.message().payload().length();
        }
        length += credentialsLength(connect.userName(), connect.password());
        if (!begin(PacketType.CONNECT.firstByte(), length, out)) {
            return false;
        }
        w.text(name);
        w.oneByte(version.level() | (connect.bridge() ? 0x80 : 0));
        w.oneByte(connectFlags(connect));
        w.twoBytes(connect.keepAliveSeconds());
        properties(connect.properties(), propertiesLength);
        w.text(connect.clientId());
        if (will != null) {
            will(will, willPropertiesLength);
        }
        if (connect.userName() != null) {
            w.text(connect.userName());
        }
        if (connect.password() != null) {
            w.binary(connect.password());
        }
        return end(out);
    }

    private static int connectFlags(Connect connect) {
        int flags = connect.cleanStart() ? 0x02 : 0;
        if (connect.will() != null) {
            ApplicationMessage message = connect.will().message();
            flags |= 0x04 | message.qos().level() << 3 | (message.retain() ? 0x20 : 0);
        }
        return flags | (connect.password() == null ? 0 : 0x40) | (connect.userName() == null ? 0 : 0x80);
    }

    private long credentialsLength(@Nullable String userName, @Nullable Bytes password) {
        if (userName == null && password != null && !hasProperties) {
            throw new IllegalArgumentException("CONNECT of " + version + " with a password needs a user name");
        }
        long length = userName == null ? 0 : 2L + Utf8.encodedLength("user name", userName);
        return length + (password == null ? 0 : 2L + twoByteLength("password", password));
    }

    private int willPropertiesLength(Will will) {
        ApplicationMessage message = will.message();
        if (message.topic().utf8Length() == 0) {
            throw new IllegalArgumentException("will without topic name");
        }
        twoByteLength("will payload", message.payload());
        if (!hasProperties) {
            return 0;
        }
        if (message.properties().has(Property.WILL_DELAY_INTERVAL)) {
            throw new IllegalArgumentException("a will delay belongs to the will, not to its message");
        }
        return PropertyWriter.length(message.properties(), PropertyPlace.WILL) + (will.delaySeconds() == 0 ? 0 : 5);
    }

    private void will(Will will, int propertiesLength) {
        ApplicationMessage message = will.message();
        if (hasProperties) {
            w.variable(propertiesLength);
            if (will.delaySeconds() != 0) {
                w.oneByte(Property.WILL_DELAY_INTERVAL.identifier());
                w.fourBytes(will.delaySeconds());
            }
            PropertyWriter.write(message.properties(), w);
        }
        w.topic(message.topic());
        w.binary(message.payload());
    }

    private static int twoByteLength(String what, Bytes bytes) {
        if (bytes.length() > 0xFFFF) {
            throw new IllegalArgumentException(what + " has " + bytes.length() + " bytes, more than 65,535");
        }
        return bytes.length();
    }

    private Properties informative(Properties properties) {
        return problemInformation
                ? properties
                : properties.without(Property.USER_PROPERTY).without(Property.REASON_STRING);
    }

    private static void require(ReasonCodes allowed, ReasonCode code, PacketType type) {
        if (!allowed.allows(code)) {
            throw new IllegalArgumentException(type + " cannot carry " + code);
        }
    }
}
