package org.althing.broker.connection;

import org.althing.broker.Counters;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketEncoder;
import org.althing.net.Transport;
import org.jspecify.annotations.Nullable;

/** Packets on their way to the client: they gather in one buffer and leave in one write at the end of the turn. */
final class Output {
    private static final int CAPACITY = 256;
    /** What may wait for a client while the memory budget is used up. */
    private static final int TIGHT_UNSENT_BYTES_MAX = 65_536;
    /** A buffer that was needed for more is not kept for the next turn. */
    private static final int CAPACITY_KEPT_MAX = 8_192;

    private final Transport transport;
    private final Counters counters;
    private final int unsentBytesMax;
    private final Runnable onRoom;
    private final Runnable flush = this::flush;
    private PacketEncoder encoder = new PacketEncoder(ProtocolVersion.MQTT_3_1_1);
    private PacketBuffer buffer = new PacketBuffer(0);
    private @Nullable AliasesByTopic aliases;
    private boolean flushAsked;
    private boolean roomWanted;
    private boolean closed;
    /** What the memory budget knows of. */
    private long accounted;

    /** @param onRoom runs in a later turn when there is room again after {@link #hasRoom} has said no */
    Output(Transport transport, Counters counters, int unsentBytesMax, Runnable onRoom) {
        this.transport = transport;
        this.counters = counters;
        this.unsentBytesMax = unsentBytesMax;
        this.onRoom = onRoom;
    }

    /** How the client is spoken to from now on. */
    void encoder(PacketEncoder value) {
        encoder = value;
    }

    /** From now on topics that are worth it get an alias ([MQTT-3.1.2-26]: as many as the client allows). */
    void aliases(AliasesByTopic value) {
        aliases = value;
    }

    /**
     * Appends the packet to what leaves at the end of this turn.
     *
     * @return false, with nothing appended, if it is larger than the client accepts
     */
    boolean send(ControlPacket packet) {
        int before = buffer.length();
        boolean fits = aliases != null && packet instanceof Publish publish
                ? encodeAliased(publish, aliases)
                : encoder.encode(packet, buffer);
        if (!fits) {
            return false;
        }
        counters.packetsSent.increment();
        counters.bytesSent.add(buffer.length() - before);
        account();
        if (!flushAsked) {
            flushAsked = true;
            transport.loop().atTurnEnd(flush);
        }
        return true;
    }

    /** The packet itself may be on its way to many clients and has no alias: it is given one while it is written. */
    private boolean encodeAliased(Publish packet, AliasesByTopic from) {
        AliasesByTopic.Alias alias = from.of(packet.message().topic());
        if (alias != null && encoder.encode(packet, alias.number, alias.isKnown(), buffer)) {
            alias.told();
            return true;
        }
        return encoder.encode(packet, buffer); // perhaps it fits without the bytes of a new alias
    }

    /** Whether what waits for the client is within bounds. */
    boolean hasRoom() {
        long waiting = account();
        boolean room = waiting <= unsentBytesMax && (waiting <= TIGHT_UNSENT_BYTES_MAX || !counters.memory.isFull());
        roomWanted |= !room;
        return room;
    }

    /** Whether so much waits that nothing more may be done for this client, not even acknowledging. */
    boolean isFull() {
        boolean full = waiting() > 2L * unsentBytesMax;
        roomWanted |= full;
        return full;
    }

    /** Brings the memory budget up to date; returns {@link #waiting}. */
    private long account() {
        long waiting = closed ? 0 : waiting();
        counters.memory.add(waiting - accounted);
        accounted = waiting;
        return waiting;
    }

    private long waiting() {
        return transport.unsentBytes() + buffer.length();
    }

    private void flush() {
        flushAsked = false;
        write();
        transport.flush();
        account();
        if (roomWanted && transport.isWritable()) {
            onWritable();
        } // otherwise the transport calls when it is writable again
    }

    private void write() {
        transport.write(buffer.view());
        if (buffer.length() > CAPACITY_KEPT_MAX) {
            buffer = new PacketBuffer(CAPACITY);
        } else {
            buffer.clear();
        }
    }

    /** The transport takes more again. */
    void onWritable() {
        account();
        if (roomWanted) {
            roomWanted = false;
            transport.loop().execute(onRoom);
        }
    }

    /** Sends what is there and closes. */
    void close() {
        write();
        roomWanted = false;
        closed = true;
        account();
        transport.close();
    }
}
