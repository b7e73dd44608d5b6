package org.althing.mqtt.codec;

import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ProtocolVersion;

/** Appends control packets to a {@link PacketBuffer} in the form of one protocol version. */
public final class PacketEncoder {
    /** An encoder without a limit of size. */
    public PacketEncoder(ProtocolVersion version) {}

    /** The peer's Maximum Packet Size in bytes; nothing larger is written. */
    public void packetSizeMax(int bytes) {}

    /**
     * Appends the packet. If it is larger than the peer accepts, Reason String and User Properties are left out
     * ([MQTT-3.2.2-19], [MQTT-3.4.2-2], ...) where they are only informative.
     *
     * @return false, with nothing appended, if the packet is still too large ([MQTT-3.1.2-24])
     */
    public boolean encode(ControlPacket packet, PacketBuffer out) {
        return true;
    }
}
