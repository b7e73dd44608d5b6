package org.althing.broker.connection;

import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import org.althing.broker.BrokerConfig.ConnectionLimits;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.PacketEncoder;
import org.althing.mqtt.codec.TopicTable;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one shard share to read and write packets: each works only inside of one call, or for one turn,
 * and many thousands of connections are idle at any time.
 */
public final class Codecs {
    private static final int CAPACITY = 256;
    /** A buffer that was needed for more is not kept for the next turn. */
    private static final int CAPACITY_KEPT_MAX = 8_192;
    /** Buffers that are kept: as many connections as may have something to say in one turn, usually. */
    private static final int BUFFERS_MAX = 1_024;

    private final TopicTable topics;
    private final Map<ProtocolVersion, PacketEncoder> encoders = new EnumMap<>(ProtocolVersion.class);
    private final ArrayDeque<PacketBuffer> buffers = new ArrayDeque<>();
    private @Nullable ConnectionLimits limits;
    private @Nullable PacketDecoder model;

    /** @param topics the topic names that any client of the shard used lately */
    public Codecs(TopicTable topics) {
        this.topics = topics;
    }

    /** A decoder of what one client sends. */
    PacketDecoder decoder(ConnectionLimits within) {
        PacketDecoder known = model;
        if (known == null || !within.equals(limits)) {
            known = new PacketDecoder(PacketDecoder.Sender.CLIENT, within.packetSizeMax());
            known.topics(topics);
            known.limits(within.connectSizeMax(), within.userPropertiesMax(), within.filtersMax());
            limits = within;
            model = known;
        }
        return known.forAnother();
    }

    /** An encoder for clients that have not said what they want; not to be changed. */
    PacketEncoder encoder(ProtocolVersion version) {
        return encoders.computeIfAbsent(version, PacketEncoder::new);
    }

    /** An encoder for a client with these wishes, perhaps one of many; not to be changed. */
    PacketEncoder encoder(ProtocolVersion version, int packetSizeMax, boolean problemInformation) {
        if (packetSizeMax == Integer.MAX_VALUE && problemInformation) {
            return encoder(version);
        }
        PacketEncoder encoder = new PacketEncoder(version);
        encoder.packetSizeMax(packetSizeMax);
        encoder.problemInformation(problemInformation);
        return encoder;
    }

    /** An empty buffer; {@link #giveBack} at the end of the turn. */
    PacketBuffer buffer() {
        PacketBuffer kept = buffers.pollLast(); // the one used last is the one in the processor's cache
        return kept == null ? new PacketBuffer(CAPACITY) : kept;
    }

    void giveBack(PacketBuffer buffer) {
        if (buffer.length() <= CAPACITY_KEPT_MAX && buffers.size() < BUFFERS_MAX) {
            buffer.clear();
            buffers.addLast(buffer);
        }
    }
}
