package org.althing.mqtt.codec;

import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;

/** Reads the content of CONNECT, the only packet that says its version itself. */
final class ConnectDecoder {
    private static final int RESERVED = 0x01;
    private static final int CLEAN_START = 0x02;
    private static final int WILL = 0x04;
    private static final int WILL_RETAIN = 0x20;
    private static final int PASSWORD = 0x40;
    private static final int USER_NAME = 0x80;

    /** Set in the protocol level by bridges of Mosquitto, which take part in loop detection. */
    private static final int BRIDGE = 0x80;

    private final FieldReader in;
    private final PropertyReader propertyReader;
    private boolean bridge;

    ConnectDecoder(FieldReader in, PropertyReader propertyReader) {
        this.in = in;
        this.propertyReader = propertyReader;
    }

    /** Reads Protocol Name and Protocol Level. */
    ProtocolVersion readVersion() throws MalformedPacketException {
        String name = in.text("protocol name");
        int level = in.oneByte("protocol level");
        bridge = (level & BRIDGE) != 0;
        for (ProtocolVersion version : ProtocolVersion.values()) {
            if (version.protocolName().equals(name) && version.level() == (level & ~BRIDGE)) {
                return version;
            }
        }
        boolean known = name.equals("MQTT") || name.equals("MQIsdp");
        throw in.refused(
                ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                known ? "protocol level " + level + " of " + name : "unknown protocol name");
    }

    /** Reads what follows the Protocol Level. */
    Connect read(ProtocolVersion version) throws MalformedPacketException {
        int flags = in.oneByte("connect flags");
        checkFlags(flags, version);
        int keepAliveSeconds = in.twoBytes("keep alive");
        boolean hasProperties = version.hasProperties();
        Properties properties = hasProperties ? propertyReader.read(in, PropertyPlace.CONNECT) : Properties.NONE;
        String clientId = in.name("client identifier");
        Will will = (flags & WILL) == 0 ? null : will(flags, version);
        String userName = isThere(USER_NAME, flags, version) ? in.name("user name") : null;
        Bytes password = isThere(PASSWORD, flags, version) ? in.binary("password") : null;
        boolean cleanStart = (flags & CLEAN_START) != 0;
        return new Connect(
                version, bridge, clientId, cleanStart, keepAliveSeconds, userName, password, will, properties);
    }

    private void checkFlags(int flags, ProtocolVersion version) throws MalformedPacketException {
        if (willQos(flags) == 3) {
            throw in.malformed("will QoS 3 ([MQTT-3.1.2-12])");
        }
        // MQTT 5.0 lets a password come alone; earlier versions do not.
        if ((flags & PASSWORD) != 0 && (flags & USER_NAME) == 0 && version != ProtocolVersion.MQTT_5) {
            throw in.malformed("password without user name ([MQTT-3.1.2-22] of 3.1.1)");
        }
        if (version == ProtocolVersion.MQTT_3_1) {
            // 3.1 says of the other bits only that they are not used.
            return;
        }
        if ((flags & RESERVED) != 0) {
            throw in.malformed("the reserved connect flag is set ([MQTT-3.1.2-3])");
        }
        if ((flags & WILL) == 0 && (willQos(flags) != 0 || (flags & WILL_RETAIN) != 0)) {
            throw in.malformed("will QoS or will retain without will flag ([MQTT-3.1.2-11], [MQTT-3.1.2-13])");
        }
    }

    private static int willQos(int flags) {
        return flags >> 3 & 3;
    }

    /** 3.1 wants a server to bear a flag whose field is missing at the end; later versions do not. */
    private boolean isThere(int flag, int flags, ProtocolVersion version) {
        return (flags & flag) != 0 && !(version == ProtocolVersion.MQTT_3_1 && in.remaining() == 0);
    }

    private Will will(int flags, ProtocolVersion version) throws MalformedPacketException {
        Properties properties = Properties.NONE;
        long delaySeconds = 0;
        if (version.hasProperties()) {
            properties = propertyReader.read(in, PropertyPlace.WILL);
            delaySeconds = propertyReader.willDelaySeconds();
        }
        TopicName topic = in.topic("will topic");
        if (topic == TopicName.ALIASED) {
            throw in.malformed("will topic is empty ([MQTT-4.7.3-1])");
        }
        Bytes payload = in.binary("will payload");
        boolean retain = (flags & WILL_RETAIN) != 0;
        return new Will(
                new ApplicationMessage(topic, payload, Qos.of(willQos(flags)), retain, properties), delaySeconds);
    }
}
