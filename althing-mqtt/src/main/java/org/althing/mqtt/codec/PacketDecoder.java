package org.althing.mqtt.codec;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of one Network Connection into control packets, whatever pieces they arrive in.
 *
 * <p>After an exception the decoder is spent: the connection must be closed.
 */
public final class PacketDecoder {
    /*
     * ORDER OF CHECKS. First byte, remaining length, size limit, completeness, content, nothing left over. What can be
     * refused early is refused before the rest has come, so a peer cannot make us wait for, or keep, what we would not
     * accept.
     *
     * PIECES. A packet that lies whole in the given buffer is read from there. Otherwise its beginning is kept in
     * `held`, which grows with the bytes that came, at most to twice their number, never with the announced length.
     *
     *      given   | PUBLISH | PUBACK | PUBL        next   ISH | PUBLISH |
     *                 read      read    held                ^ topped up to the packet's end, then read from held
     */

    /** Who sends what this decoder reads: decides which packet types may arrive. */
    public enum Sender {
        CLIENT,
        SERVER
    }

    private static final byte[] NOTHING = {};

    /** An array up to this size is kept for the next incomplete packet. */
    private static final int HELD_KEPT_MAX = 4096;

    private Workshop shop;
    private @Nullable ProtocolVersion version;

    /** The incomplete packet: {@code heldLength} bytes, of {@code heldSize} when that is known and not 0. */
    private byte[] held = NOTHING;

    private int heldLength;
    private int heldSize;

    /**
     * What decoders may share: the settings, and what is at work only inside of {@link #decode}. A decoder by itself is
     * what one connection has to remember.
     */
    private static final class Workshop {
        final Sender sender;
        final int packetSizeMax;
        final FieldReader in;
        final ContentDecoder content;
        int connectSizeMax = Integer.MAX_VALUE;
        boolean likeLibmosquitto;

        /** Bytes of the fixed header that {@link #packetSize} read last, and whether its length took more than needed. */
        int headerLength;

        boolean lengthIsMinimal;

        Workshop(Sender sender, int packetSizeMax) {
            this.sender = sender;
            this.packetSizeMax = packetSizeMax;
            in = new FieldReader(sender == Sender.SERVER);
            content = new ContentDecoder(sender, in);
        }
    }

    /**
     * A decoder of what {@code sender} sends, for packets of at most {@code packetSizeMax} bytes in all.
     *
     * <p>A decoder of a server's packets must be given its {@link #version} before the first byte.
     */
    public PacketDecoder(Sender sender, int packetSizeMax) {
        this(new Workshop(sender, packetSizeMax));
    }

    private PacketDecoder(Workshop shop) {
        this.shop = shop;
    }

    /**
     * A decoder for another connection, with the settings of this one for good: what is set on one of them later counts
     * for both. One thread must use both; together they take little more memory than one.
     */
    public PacketDecoder forAnother() {
        return new PacketDecoder(shop);
    }

    /** Goes on with the settings and on the thread of another decoder, in the middle of a packet even. */
    public void goOnLike(PacketDecoder other) {
        shop = other.shop;
    }

    /**
     * Bounds for what an honest peer has no use for, but which would cost us many times its own size.
     *
     * @param connectSizeMax bytes of a CONNECT
     * @param userPropertiesMax User Properties in one packet
     * @param filtersMax Topic Filters in one SUBSCRIBE or UNSUBSCRIBE
     */
    public void limits(int connectSizeMax, int userPropertiesMax, int filtersMax) {
        shop.connectSizeMax = connectSizeMax;
        shop.content.limits(userPropertiesMax, filtersMax);
    }

    /**
     * Looks topic names up in this table from now on, and enters them there. Decoders share a table only if one thread
     * uses all of them. Without this each has a small one of its own.
     */
    public void topics(TopicTable table) {
        shop.in.topics(table);
    }

    /**
     * Reads a server's packets as libmosquitto does where that differs from ours.
     *
     * <p>It refuses more: control characters and noncharacters in topics (section 1.5.4 leaves it open), a second
     * Subscription Identifier. It takes more: DUP with QoS 0 before MQTT 5.0, bytes behind the properties of CONNACK,
     * Authentication Data without a method there, UNSUBACK without reason codes or with unknown ones. And it says Protocol
     * Error of a PUBLISH with QoS 3 that is otherwise whole, and of properties out of place.
     */
    public void likeLibmosquitto() {
        shop.likeLibmosquitto = true;
        shop.in.refuseControlsInNames();
        shop.content.likeLibmosquitto();
    }

    /** The version to read with. A decoder of clients learns it from CONNECT by itself. */
    public void version(ProtocolVersion version) {
        this.version = version;
    }

    /**
     * The version to read with, or null before CONNECT has said it. Known also when that CONNECT was refused for
     * something after its Protocol Level: then it is the version to answer in.
     */
    public @Nullable ProtocolVersion version() {
        return version;
    }

    /**
     * Takes bytes from the buffer and returns the next packet, or null when all bytes are taken and more are needed.
     * What is left of an incomplete packet is kept inside; the buffer may be reused after null.
     *
     * <p>A second CONNECT is returned like any other packet: to refuse it is the connection's part ([MQTT-3.1.0-2]).
     *
     * @throws MalformedPacketException with the reason code that the specification gives
     */
    public @Nullable ControlPacket decode(ByteBuffer bytes) throws MalformedPacketException {
        if (heldLength > 0) {
            return decodeHeld(bytes);
        }
        int start = bytes.position();
        int size = packetSize(bytes, start, bytes.limit());
        if (size == 0 || size > bytes.remaining()) {
            heldSize = size;
            hold(bytes, bytes.remaining());
            return null;
        }
        bytes.position(start + size);
        return packet(bytes, start, size);
    }

    private @Nullable ControlPacket decodeHeld(ByteBuffer bytes) throws MalformedPacketException {
        while (heldSize == 0 && bytes.hasRemaining()) {
            hold(bytes, 1);
            heldSize = packetSize(ByteBuffer.wrap(held), 0, heldLength);
        }
        if (heldSize == 0) {
            return null;
        }
        hold(bytes, Math.min(heldSize - heldLength, bytes.remaining()));
        if (heldLength < heldSize) {
            return null;
        }
        ByteBuffer whole = ByteBuffer.wrap(held);
        int size = packetSize(whole, 0, heldLength);
        ControlPacket packet = packet(whole, 0, size);
        heldLength = 0;
        heldSize = 0;
        if (held.length > HELD_KEPT_MAX) {
            held = NOTHING;
        }
        return packet;
    }

    private void hold(ByteBuffer bytes, int count) {
        int needed = heldLength + count;
        if (held.length < needed) {
            int doubled = (int) Math.min(2L * needed, heldSize == 0 ? HELD_KEPT_MAX : heldSize);
            held = Arrays.copyOf(held, Math.max(needed, doubled));
        }
        bytes.get(held, heldLength, count);
        heldLength = needed;
    }

    /** Bytes that stand ready for an incomplete packet. */
    int heldCapacity() {
        return held.length;
    }

    /** The size of the packet that begins at {@code from}, or 0 while its fixed header is incomplete. */
    private int packetSize(ByteBuffer bytes, int from, int to) throws MalformedPacketException {
        if (from == to) {
            return 0;
        }
        int firstByte = bytes.get(from) & 0xFF;
        checkFirstByte(firstByte);
        int length = 0;
        for (int i = 1; i <= 4; i++) {
            if (from + i == to) {
                return 0;
            }
            int next = bytes.get(from + i) & 0xFF;
            length |= (next & 0x7F) << 7 * (i - 1);
            if (next < 0x80) {
                shop.lengthIsMinimal = i == 1 || next > 0;
                shop.headerLength = 1 + i;
                return checkedSize(firstByte, length);
            }
        }
        throw malformed(PacketType.of(firstByte) + ": remaining length of more than four bytes");
    }

    private int checkedSize(int firstByte, int length) throws MalformedPacketException {
        if (version == ProtocolVersion.MQTT_5) {
            requireMinimalLength();
        }
        int size = shop.headerLength + length;
        int sizeMax = version == null ? Math.min(shop.connectSizeMax, shop.packetSizeMax) : shop.packetSizeMax;
        if (size > sizeMax) {
            throw new MalformedPacketException(
                    ReasonCode.PACKET_TOO_LARGE,
                    PacketType.of(firstByte) + " of " + size + " bytes, more than " + sizeMax);
        }
        return size;
    }

    /** Asked of MQTT 5.0 alone: some small clients before it always write the same number of bytes. */
    private void requireMinimalLength() throws MalformedPacketException {
        if (!shop.lengthIsMinimal) {
            throw malformed("remaining length with more bytes than needed ([MQTT-1.5.5-1])");
        }
    }

    private void checkFirstByte(int firstByte) throws MalformedPacketException {
        PacketType type = PacketType.of(firstByte);
        ProtocolVersion spoken = version;
        if (spoken == null) {
            checkOpening(firstByte);
            return;
        }
        boolean reserved = type == PacketType.RESERVED || (type == PacketType.AUTH && !spoken.hasProperties());
        if (reserved) {
            throw malformed("packet type " + (firstByte >> 4) + " is reserved");
        }
        if (type == PacketType.PUBLISH) {
            checkPublishFlags(firstByte);
        } else {
            checkFlags(type, firstByte, spoken);
        }
        if (!type.mayComeFrom(shop.sender, spoken)) {
            throw new MalformedPacketException(ReasonCode.PROTOCOL_ERROR, type + " from a " + shop.sender);
        }
    }

    /** [MQTT-3.1.0-1]: nothing but CONNECT may come first. */
    private void checkOpening(int firstByte) throws MalformedPacketException {
        if (shop.sender == Sender.SERVER) {
            throw new IllegalStateException("the version of a server's packets was not set");
        }
        if (firstByte == 0x16) {
            throw malformed("the first byte is 0x16, which begins TLS and not MQTT");
        }
        if (PacketType.of(firstByte) != PacketType.CONNECT) {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR,
                    "the first byte is 0x" + Integer.toHexString(firstByte) + ", not that of CONNECT");
        }
        // Its flags are checked when its version is known.
    }

    private void checkPublishFlags(int firstByte) throws MalformedPacketException {
        int qos = firstByte >> 1 & 3;
        if (qos == 3 && !(shop.likeLibmosquitto && version == ProtocolVersion.MQTT_5)) {
            throw malformed("PUBLISH: QoS 3 ([MQTT-3.3.1-4])");
        }
        if (qos == 0 && (firstByte & 0x08) != 0 && !(shop.likeLibmosquitto && version != ProtocolVersion.MQTT_5)) {
            throw malformed("PUBLISH: DUP with QoS 0 ([MQTT-3.3.1-2])");
        }
    }

    /**
     * [MQTT-2.1.3-1]. 3.1 gives SUBSCRIBE, UNSUBSCRIBE and PUBREL a QoS and a DUP flag, and says of the other flags that
     * they are not used. Mosquitto: answers protocol error for PUBREL, DISCONNECT and AUTH.
     */
    private static void checkFlags(PacketType type, int firstByte, ProtocolVersion spoken)
            throws MalformedPacketException {
        int flags = firstByte & 0x0F;
        if (flags != type.flags() && spoken != ProtocolVersion.MQTT_3_1) {
            throw malformed(type + ": flags " + flags + " in the first byte must be " + type.flags());
        }
    }

    private ControlPacket packet(ByteBuffer bytes, int from, int size) throws MalformedPacketException {
        int firstByte = bytes.get(from) & 0xFF;
        shop.in.begin(PacketType.of(firstByte), bytes, from + shop.headerLength, from + size);
        ControlPacket packet;
        if (PacketType.of(firstByte) == PacketType.CONNECT) {
            packet = connect(firstByte);
        } else if (version != null) {
            packet = shop.content.read(firstByte, version);
        } else {
            throw new IllegalStateException("a packet without a version was let through");
        }
        if (!(shop.likeLibmosquitto && version == ProtocolVersion.MQTT_5 && packet instanceof ControlPacket.ConnAck)) {
            shop.in.requireEnd();
        }
        shop.in.release();
        return packet;
    }

    private ControlPacket connect(int firstByte) throws MalformedPacketException {
        ProtocolVersion spoken = shop.content.connect().readVersion();
        if (version == null) {
            version = spoken;
        }
        checkFlags(PacketType.CONNECT, firstByte, spoken);
        if (spoken == ProtocolVersion.MQTT_5) {
            requireMinimalLength();
        }
        return shop.content.connect().read(spoken);
    }

    private static MalformedPacketException malformed(String message) {
        return new MalformedPacketException(ReasonCode.MALFORMED_PACKET, message);
    }
}
