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
    /** What may wait for a client while the memory budget is used up. */
    private static final int TIGHT_UNSENT_BYTES_MAX = 65_536;

    private final Transport transport;
    private final Codecs codecs;
    private final Counters counters;
    private final int unsentBytesMax;
    private final Runnable onRoom;
    private final Runnable flush = this::flush;
    private PacketEncoder encoder;
    /** What leaves at the end of the turn; null for nothing. */
    private @Nullable PacketBuffer buffer;

    private @Nullable AliasesByTopic aliases;
    private boolean flushAsked;
    private boolean roomWanted;
    private boolean closed;
    /** What the memory budget knows of. */
    private long accounted;

    /** @param onRoom runs in a later turn when there is room again after {@link #hasRoom} has said no */
    Output(Transport transport, Codecs codecs, Counters counters, int unsentBytesMax, Runnable onRoom) {
        this.transport = transport;
        this.codecs = codecs;
        encoder = codecs.encoder(ProtocolVersion.MQTT_3_1_1);
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
        PacketBuffer out = buffer == null ? codecs.buffer() : buffer;
        buffer = out;
        int before = out.length();
        boolean fits = aliases != null && packet instanceof Publish publish
                ? encodeAliased(publish, aliases, out)
                : encoder.encode(packet, out);
        if (!fits) {
            return false;
        }
        counters.packetsSent.increment();
        counters.bytesSent.add(out.length() - before);
        account();
        if (!flushAsked) {
            flushAsked = true;
            transport.loop().atTurnEnd(flush);
        }
        return true;
    }

    /** The packet itself may be on its way to many clients and has no alias: it is given one while it is written. */
    private boolean encodeAliased(Publish packet, AliasesByTopic from, PacketBuffer out) {
        AliasesByTopic.Alias alias = from.of(packet.message().topic());
        if (alias != null && encoder.encode(packet, alias.number, alias.isKnown(), out)) {
            alias.told();
            return true;
        }
        return encoder.encode(packet, out); // perhaps it fits without the bytes of a new alias
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
        return transport.unsentBytes() + (buffer == null ? 0 : buffer.length());
    }

    private void flush() {
        flushAsked = false;
        PacketBuffer out = buffer;
        if (out != null) {
            buffer = null;
            transport.writeAndFlush(out.view());
            codecs.giveBack(out);
        }
        account();
        if (roomWanted && transport.isWritable()) {
            onWritable();
        } // otherwise the transport calls when it is writable again
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
        PacketBuffer out = buffer;
        if (out != null) {
            buffer = null;
            transport.write(out.view());
            codecs.giveBack(out);
        }
        roomWanted = false;
        closed = true;
        account();
        transport.close();
    }
}
