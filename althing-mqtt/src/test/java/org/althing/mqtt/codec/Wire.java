package org.althing.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.jspecify.annotations.Nullable;

/** Bytes as tests write them, and the short way through encoder and decoder. */
final class Wire {
    static final int SIZE_MAX = 268_435_460;

    private Wire() {}

    /**
     * Bytes in hexadecimal; text in quotes stands for its ASCII bytes, preceded by its length in two bytes if the quotes
     * are double: {@code 10 0D "MQTT" 04 02 00 3C "p"}. Blanks are free.
     */
    static byte[] bytes(String notation) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int i = 0;
        while (i < notation.length()) {
            char c = notation.charAt(i);
            if (c == ' ') {
                i++;
            } else if (c == '\'' || c == '"') {
                int end = notation.indexOf(c, i + 1);
                byte[] text = notation.substring(i + 1, end).getBytes(StandardCharsets.US_ASCII);
                if (c == '"') {
                    bytes.write(text.length >> 8);
                    bytes.write(text.length);
                }
                bytes.writeBytes(text);
                i = end + 1;
            } else {
                bytes.write(HexFormat.fromHexDigits(notation, i, i + 2));
                i += 2;
            }
        }
        return bytes.toByteArray();
    }

    /** A packet of this first byte with the content, its remaining length computed. */
    static byte[] packet(int firstByte, String content) {
        byte[] inner = bytes(content);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(firstByte);
        int rest = inner.length;
        while (rest > 0x7F) {
            bytes.write(rest & 0x7F | 0x80);
            rest >>= 7;
        }
        bytes.write(rest);
        bytes.writeBytes(inner);
        return bytes.toByteArray();
    }

    static PacketDecoder decoder(Sender sender, @Nullable ProtocolVersion version) {
        PacketDecoder decoder = new PacketDecoder(sender, SIZE_MAX);
        if (version != null) {
            decoder.version(version);
        }
        return decoder;
    }

    /** The one packet in these bytes. */
    static ControlPacket decode(Sender sender, @Nullable ProtocolVersion version, byte[] bytes)
            throws MalformedPacketException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        ControlPacket packet = decoder(sender, version).decode(buffer);
        if (packet == null || buffer.hasRemaining()) {
            throw new AssertionError("not exactly one packet: " + HexFormat.of().formatHex(bytes));
        }
        return packet;
    }

    /** All packets in these bytes, which come in the given pieces. */
    static List<ControlPacket> decodeAll(PacketDecoder decoder, List<byte[]> pieces) throws MalformedPacketException {
        List<ControlPacket> packets = new ArrayList<>();
        for (byte[] piece : pieces) {
            ByteBuffer buffer = ByteBuffer.wrap(piece);
            ControlPacket packet = decoder.decode(buffer);
            while (packet != null) {
                packets.add(packet);
                packet = decoder.decode(buffer);
            }
            if (buffer.hasRemaining()) {
                throw new AssertionError("null with bytes left");
            }
        }
        return packets;
    }

    static byte[] encode(ProtocolVersion version, ControlPacket packet) {
        PacketBuffer out = new PacketBuffer(16);
        if (!new PacketEncoder(version).encode(packet, out)) {
            throw new AssertionError("not encoded: " + packet);
        }
        return bytes(out);
    }

    static byte[] bytes(PacketBuffer out) {
        byte[] bytes = new byte[out.length()];
        out.view().get(bytes);
        return bytes;
    }

    /** The packet is written as these bytes, and read from them. */
    static void assertSame(Sender sender, ProtocolVersion version, ControlPacket packet, byte[] bytes)
            throws MalformedPacketException {
        assertThat(hex(encode(version, packet))).isEqualTo(hex(bytes));
        assertThat(decode(sender, version, bytes)).isEqualTo(packet);
    }

    /** The bytes are refused with this reason code; a version of null means at the beginning of the connection. */
    static void assertRefused(ReasonCode code, Sender sender, @Nullable ProtocolVersion version, byte[] bytes) {
        assertThatThrownBy(() -> decode(sender, version, bytes))
                .as(hex(bytes))
                .isInstanceOfSatisfying(
                        MalformedPacketException.class,
                        e -> assertThat(e.reasonCode()).as(e.getMessage()).isEqualTo(code));
    }

    static String hex(byte[] bytes) {
        return HexFormat.ofDelimiter(" ").withUpperCase().formatHex(bytes);
    }
}
