package org.althing.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

/** Whatever arrives, the decoder gives packets or one kind of exception, and what it gives can be sent on. */
class HostileBytesProperties {
    private static final ReasonCode[] POSSIBLE = {
        ReasonCode.MALFORMED_PACKET,
        ReasonCode.PROTOCOL_ERROR,
        ReasonCode.PACKET_TOO_LARGE,
        ReasonCode.TOPIC_ALIAS_INVALID,
        ReasonCode.UNSUPPORTED_PROTOCOL_VERSION
    };

    /** Decodes all of it; returns how many packets there were. */
    private static int feed(PacketDecoder decoder, ProtocolVersion version, byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int count = 0;
        try {
            ControlPacket packet = decoder.decode(buffer);
            while (packet != null) {
                count++;
                if (!(packet instanceof ControlPacket.Connect)) {
                    assertThat(new PacketEncoder(version).encode(packet, new PacketBuffer(16)))
                            .isTrue();
                }
                packet = decoder.decode(buffer);
            }
            assertThat(buffer.hasRemaining()).isFalse();
        } catch (MalformedPacketException e) {
            assertThat(e.reasonCode()).isIn((Object[]) POSSIBLE);
            assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
        }
        return count;
    }

    @Test
    void random_bytes() {
        Gen.forAll(40_000, gen -> {
            ProtocolVersion version = gen.pick(ProtocolVersion.values());
            PacketDecoder decoder = Wire.decoder(gen.pick(Sender.values()), version);
            feed(decoder, version, gen.bytes(40));
        });
    }

    @Test
    void random_bytes_behind_a_good_fixed_header() {
        Gen.forAll(60_000, gen -> {
            ProtocolVersion version = gen.pick(ProtocolVersion.values());
            Sender sender = gen.pick(Sender.values());
            byte[] bytes = new byte[gen.between(2, 40)];
            for (int i = 2; i < bytes.length; i++) {
                // Small values make more lengths that fit.
                bytes[i] = (byte) (gen.bool() ? gen.between(0, 8) : gen.between(0, 0xFF));
            }
            bytes[0] =
                    (byte) (int) gen.pick(0x20, 0x30, 0x32, 0x40, 0x50, 0x62, 0x70, 0x82, 0x90, 0xA2, 0xB0, 0xE0, 0xF0);
            bytes[1] = (byte) (bytes.length - 2);
            feed(Wire.decoder(sender, version), version, bytes);
        });
    }

    @Test
    void good_packets_with_some_bytes_changed_cut_or_doubled() {
        int[] packets = new int[1];
        Gen.forAll(40_000, gen -> {
            ProtocolVersion version = gen.pick(ProtocolVersion.values());
            Sender sender = gen.pick(Sender.values());
            byte[] bytes = Wire.encode(version, new Packets(gen, sender, version).any());
            packets[0] += feed(Wire.decoder(sender, version), version, changed(gen, bytes));
        });
        // Changed bytes of a payload are no error: the test would be worth nothing if all were refused.
        assertThat(packets[0]).isBetween(4_000, 36_000);
    }

    private static byte[] changed(Gen gen, byte[] bytes) {
        byte[] changed = bytes.clone();
        for (int i = gen.between(1, 3); i > 0; i--) {
            int at = gen.between(0, Math.min(changed.length, 60) - 1);
            switch (gen.between(0, 4)) {
                case 0 -> changed[at] = (byte) gen.between(0, 0xFF);
                case 1 -> changed[at] ^= (byte) (1 << gen.between(0, 7));
                case 2 -> changed[at] = (byte) (int) gen.pick(0, 1, 0x7F, 0x80, 0xFF);
                case 3 -> changed = Arrays.copyOf(changed, Math.max(1, changed.length - gen.between(1, 4)));
                default -> changed[at] = changed[gen.between(0, changed.length - 1)];
            }
        }
        return changed;
    }

    @Test
    void connect_with_some_bytes_changed_on_a_fresh_connection() {
        Gen.forAll(20_000, gen -> {
            ProtocolVersion version = gen.pick(ProtocolVersion.values());
            byte[] bytes = Wire.encode(version, new Packets(gen, Sender.CLIENT, version).connect());
            feed(Wire.decoder(Sender.CLIENT, null), version, changed(gen, bytes));
        });
    }
}
