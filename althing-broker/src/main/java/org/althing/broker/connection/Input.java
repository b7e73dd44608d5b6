package org.althing.broker.connection;

import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.althing.broker.BrokerConfig.ConnectionLimits;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.TopicTable;
import org.jspecify.annotations.Nullable;

/**
 * Bytes on their way to packets. When no packet may be taken for a while, what has arrived is kept in its order: the rest
 * of one read, since reading pauses then.
 */
final class Input {
    /** Who takes the packets. */
    @FunctionalInterface
    interface Taker {
        /** @throws MalformedPacketException if the packet is wrong in a way that the decoder cannot know */
        void take(ControlPacket packet) throws MalformedPacketException;
    }

    private final PacketDecoder decoder;
    private BooleanSupplier takesPackets;
    private Taker packets;
    private @Nullable ByteBuffer kept;
    private boolean paused;
    private boolean decoding;
    private boolean closed;

    /**
     * @param topics the shard's
     * @param takesPackets whether the next packet may be taken; asked before each
     */
    Input(ConnectionLimits limits, TopicTable topics, BooleanSupplier takesPackets, Taker packets) {
        decoder = new PacketDecoder(PacketDecoder.Sender.CLIENT, limits.packetSizeMax());
        decoder.topics(topics);
        decoder.limits(limits.connectSizeMax(), limits.userPropertiesMax(), limits.filtersMax());
        this.takesPackets = takesPackets;
        this.packets = packets;
    }

    /** From now on another shard's connection takes the packets: it goes on where the one before stopped. */
    void handOver(TopicTable topics, BooleanSupplier takes, Taker to) {
        decoder.topics(topics);
        takesPackets = takes;
        packets = to;
    }

    /** The version that CONNECT has said, or null. */
    @Nullable
    ProtocolVersion version() {
        return decoder.version();
    }

    /** Bytes arrived. */
    void take(ByteBuffer bytes) throws MalformedPacketException {
        if (kept == null) {
            decode(bytes);
        }
        if (bytes.hasRemaining() && !closed) {
            keep(bytes);
        }
    }

    /** Goes on with what was kept. */
    void resume() throws MalformedPacketException {
        ByteBuffer bytes = kept;
        if (bytes == null || decoding) {
            return; // whoever is decoding goes on by itself
        }
        decode(bytes);
        if (!bytes.hasRemaining()) {
            kept = null;
        }
    }

    private void decode(ByteBuffer bytes) throws MalformedPacketException {
        decoding = true;
        try {
            while (!closed && takesPackets.getAsBoolean()) {
                ControlPacket packet = decoder.decode(bytes);
                if (packet == null) {
                    return;
                }
                packets.take(packet);
            }
        } finally {
            decoding = false;
        }
    }

    private void keep(ByteBuffer bytes) {
        int before = kept == null ? 0 : kept.remaining();
        ByteBuffer more = ByteBuffer.allocate(before + bytes.remaining());
        if (kept != null) {
            more.put(kept);
        }
        kept = more.put(bytes).flip();
    }

    boolean hasKept() {
        return kept != null;
    }

    /** Whether reading is off. */
    boolean isPaused() {
        return paused;
    }

    void paused(boolean off) {
        paused = off;
    }

    /** Nothing more is taken. */
    void close() {
        closed = true;
        kept = null;
    }
}
