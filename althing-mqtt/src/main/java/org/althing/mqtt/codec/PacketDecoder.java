package org.althing.mqtt.codec;

import java.nio.ByteBuffer;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ProtocolVersion;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of one Network Connection into control packets, whatever pieces they arrive in.
 *
 * <p>After an exception the decoder is spent: the connection must be closed.
 */
public final class PacketDecoder {
    /** Who sends what this decoder reads: decides which packet types may arrive. */
    public enum Sender {
        CLIENT,
        SERVER
    }

    /** A decoder of what {@code sender} sends, for packets of at most {@code packetSizeMax} bytes in all. */
    public PacketDecoder(Sender sender, int packetSizeMax) {}

    /** The version to read with. A decoder of clients learns it from CONNECT by itself. */
    public void version(ProtocolVersion version) {}

    /**
     * Takes bytes from the buffer and returns the next packet, or null when all bytes are taken and more are needed.
     * What is left of an incomplete packet is kept inside; the buffer may be reused after null.
     *
     * @throws MalformedPacketException with the reason code that the specification gives
     */
    public @Nullable ControlPacket decode(ByteBuffer bytes) throws MalformedPacketException {
        return null;
    }
}
