package org.althing.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

/** What holds for all packets of all versions, on their way to bytes and back. */
class RoundTripProperties {
    private interface Check {
        void of(Gen gen, Sender sender, ProtocolVersion version) throws MalformedPacketException;
    }

    private static void forAll(int runs, Check check) {
        Gen.forAll(runs, gen -> {
            try {
                check.of(gen, gen.pick(Sender.values()), gen.pick(ProtocolVersion.values()));
            } catch (MalformedPacketException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void what_was_encoded_is_decoded_to_the_same() {
        forAll(20_000, (gen, sender, version) -> {
            ControlPacket packet = new Packets(gen, sender, version).any();
            byte[] bytes = Wire.encode(version, packet);
            assertThat(Wire.decode(sender, version, bytes)).isEqualTo(packet);
        });
    }

    @Test
    void what_was_decoded_is_encoded_to_the_same_bytes() {
        forAll(5_000, (gen, sender, version) -> {
            byte[] bytes = Wire.encode(version, new Packets(gen, sender, version).any());
            assertThat(Wire.encode(version, Wire.decode(sender, version, bytes)))
                    .isEqualTo(bytes);
        });
    }

    @Test
    void a_direct_and_a_read_only_buffer_read_like_an_array() {
        forAll(3_000, (gen, sender, version) -> {
            ControlPacket packet = new Packets(gen, sender, version).any();
            byte[] bytes = Wire.encode(version, packet);
            ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 7);
            direct.position(3).put(bytes).flip().position(3);
            assertThat(Wire.decoder(sender, version).decode(direct)).isEqualTo(packet);
            assertThat(direct.remaining()).isZero();
            ByteBuffer readOnly = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
            assertThat(Wire.decoder(sender, version).decode(readOnly)).isEqualTo(packet);
            byte[] larger = new byte[bytes.length + 9];
            System.arraycopy(bytes, 0, larger, 5, bytes.length);
            ByteBuffer slice =
                    ByteBuffer.wrap(larger).slice(2, bytes.length + 3).position(3);
            assertThat(Wire.decoder(sender, version).decode(slice)).isEqualTo(packet);
        });
    }

    @Test
    void every_prefix_is_incomplete() {
        forAll(1_000, (gen, sender, version) -> {
            byte[] bytes = Wire.encode(version, new Packets(gen, sender, version).any());
            int step = Math.max(1, bytes.length / 200);
            for (int length = 0; length < bytes.length; length += step) {
                ByteBuffer prefix = ByteBuffer.wrap(bytes, 0, length);
                assertThat(Wire.decoder(sender, version).decode(prefix)).isNull();
                assertThat(prefix.remaining()).isZero();
            }
        });
    }

    @Test
    void the_pieces_in_which_bytes_arrive_make_no_difference() {
        forAll(2_000, (gen, sender, version) -> {
            Packets packets = new Packets(gen, sender, version);
            List<ControlPacket> sent = gen.list(1, 6, g -> packets.any());
            PacketBuffer out = new PacketBuffer(64);
            PacketEncoder encoder = new PacketEncoder(version);
            sent.forEach(packet -> assertThat(encoder.encode(packet, out)).isTrue());
            List<byte[]> pieces = pieces(gen, Wire.bytes(out));
            assertThat(Wire.decodeAll(Wire.decoder(sender, version), pieces)).isEqualTo(sent);
        });
    }

    @Test
    void a_client_is_understood_from_its_first_byte_on_without_being_told_its_version() {
        forAll(1_000, (gen, sender, version) -> {
            Packets packets = new Packets(gen, Sender.CLIENT, version);
            List<ControlPacket> sent = new ArrayList<>(List.of(packets.connect()));
            sent.addAll(gen.list(0, 3, g -> packets.any()));
            PacketBuffer out = new PacketBuffer(64);
            PacketEncoder encoder = new PacketEncoder(version);
            sent.forEach(packet -> assertThat(encoder.encode(packet, out)).isTrue());
            PacketDecoder decoder = Wire.decoder(Sender.CLIENT, null);
            assertThat(Wire.decodeAll(decoder, pieces(gen, Wire.bytes(out)))).isEqualTo(sent);
            assertThat(decoder.version()).isEqualTo(version);
        });
    }

    private static List<byte[]> pieces(Gen gen, byte[] bytes) {
        List<byte[]> pieces = new ArrayList<>();
        int longest = gen.pick(1, 3, 10, 100, 5_000);
        int from = 0;
        while (from < bytes.length) {
            int to = Math.min(bytes.length, from + gen.between(0, longest));
            pieces.add(Arrays.copyOfRange(bytes, from, to));
            from = to;
        }
        return pieces;
    }
}
