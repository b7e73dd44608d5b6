package org.althing.broker.connection;

import java.nio.ByteBuffer;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.codec.PacketDecoder;
import org.jspecify.annotations.Nullable;

/**
 * Bytes on their way to packets. When no packet may be taken for a while, what has arrived is kept in its order: the rest
 * of one read, since reading pauses then.
 */
final class Input {
    /** Who takes the packets. */
    interface Taker {
        /** Whether the next packet may be taken; asked before each. */
        boolean takesPackets();

        /** @throws MalformedPacketException if the packet is wrong in a way that the decoder cannot know */
        void take(ControlPacket packet) throws MalformedPacketException;
    }

    private final PacketDecoder decoder;
    private Taker taker;
    private @Nullable ByteBuffer kept;
    private boolean paused;
    private boolean decoding;
    private boolean closed;

    Input(PacketDecoder decoder, Taker taker) {
        this.decoder = decoder;
        this.taker = taker;
    }

    /**
     * From now on another shard's connection takes the packets: it goes on where the one before stopped.
     *
     * @param other a decoder of that shard
     */
    void handOver(PacketDecoder other, Taker to) {
        decoder.goOnLike(other);
        taker = to;
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
            while (!closed && taker.takesPackets()) {
                ControlPacket packet = decoder.decode(bytes);
                if (packet == null) {
                    return;
                }
                taker.take(packet);
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
