package org.althing.mqtt.codec;

import org.althing.mqtt.ProtocolVersion;

/** The packet types of MQTT 5.0, section 2.1.2, in the order of their values 0 to 15. */
enum PacketType {
    RESERVED(0, false, false),
    CONNECT(0, true, false),
    CONNACK(0, false, true),
    PUBLISH(0, true, true),
    PUBACK(0, true, true),
    PUBREC(0, true, true),
    PUBREL(2, true, true),
    PUBCOMP(0, true, true),
    SUBSCRIBE(2, true, false),
    SUBACK(0, false, true),
    UNSUBSCRIBE(2, true, false),
    UNSUBACK(0, false, true),
    PINGREQ(0, true, false),
    PINGRESP(0, false, true),
    DISCONNECT(0, true, true),
    AUTH(0, true, true);

    private static final PacketType[] BY_VALUE = values();

    private final int flags;
    private final boolean fromClient;
    private final boolean fromServer;

    PacketType(int flags, boolean fromClient, boolean fromServer) {
        this.flags = flags;
        this.fromClient = fromClient;
        this.fromServer = fromServer;
    }

    /** The type in the upper half of a packet's first byte. */
    static PacketType of(int firstByte) {
        return BY_VALUE[firstByte >> 4];
    }

    /** The lower half of the first byte, of all types but PUBLISH ([MQTT-2.1.3-1]). */
    int flags() {
        return flags;
    }

    /** The first byte, of all types but PUBLISH. */
    int firstByte() {
        return ordinal() << 4 | flags;
    }

    /** Whether this peer may send the type at all. */
    boolean mayComeFrom(PacketDecoder.Sender sender, ProtocolVersion version) {
        return switch (sender) {
            case CLIENT -> fromClient;
            // Before MQTT 5.0 a server just closes the connection.
            case SERVER -> fromServer && (this != DISCONNECT || version.hasProperties());
        };
    }
}
