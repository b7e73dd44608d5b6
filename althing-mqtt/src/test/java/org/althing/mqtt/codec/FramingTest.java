package org.althing.mqtt.codec;

import static org.althing.mqtt.ProtocolVersion.MQTT_3_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_3_1_1;
import static org.althing.mqtt.ProtocolVersion.MQTT_5;
import static org.althing.mqtt.ReasonCode.MALFORMED_PACKET;
import static org.althing.mqtt.ReasonCode.PACKET_TOO_LARGE;
import static org.althing.mqtt.ReasonCode.PROTOCOL_ERROR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** First byte, remaining length, size limit, completeness: what is decided before the content. */
class FramingTest {
    private static void refused(ReasonCode code, PacketDecoder decoder, String bytes) {
        assertThatThrownBy(() -> decoder.decode(ByteBuffer.wrap(Wire.bytes(bytes))))
                .as(bytes)
                .isInstanceOfSatisfying(
                        MalformedPacketException.class,
                        e -> assertThat(e.reasonCode()).as(e.getMessage()).isEqualTo(code));
    }

    private static byte[] publish(int payloadLength) {
        return Wire.encode(MQTT_3_1_1, new Publish(false, 0, 0, message(payloadLength)));
    }

    private static ApplicationMessage message(int payloadLength) {
        return new ApplicationMessage(
                TopicName.of("a"), Bytes.wrap(new byte[payloadLength]), Qos.AT_MOST_ONCE, false, Properties.NONE);
    }

    @Test
    void decoders_of_many_connections_share_everything_but_what_each_has_to_remember() throws Exception {
        PacketDecoder model = new PacketDecoder(Sender.CLIENT, 100);
        PacketDecoder one = model.forAnother();
        PacketDecoder two = model.forAnother();
        one.version(MQTT_3_1_1);
        two.version(MQTT_5);
        byte[] older = publish(20);
        byte[] newer = Wire.encode(MQTT_5, new Publish(false, 0, 0, message(20)));

        // Both in pieces, in turns.
        for (int i = 0; i < older.length - 1; i++) {
            assertThat(one.decode(ByteBuffer.wrap(older, i, 1))).isNull();
            assertThat(two.decode(ByteBuffer.wrap(newer, i, 1))).isNull();
        }
        assertThat(one.decode(ByteBuffer.wrap(older, older.length - 1, 1)))
                .isEqualTo(new Publish(false, 0, 0, message(20)));
        assertThat(two.decode(ByteBuffer.wrap(newer, newer.length - 2, 2)))
                .isEqualTo(new Publish(false, 0, 0, message(20)));
        assertThat(model.version()).isNull();
        refused(PACKET_TOO_LARGE, one, "30 70 0001");
        assertThat(two.decode(ByteBuffer.wrap(newer)))
                .as("another connection's error changes nothing here")
                .isEqualTo(new Publish(false, 0, 0, message(20)));
    }

    @Test
    void a_decoder_goes_on_like_another_in_the_middle_of_a_packet() throws Exception {
        PacketDecoder decoder = new PacketDecoder(Sender.CLIENT, 1_000);
        decoder.version(MQTT_3_1_1);
        byte[] bytes = publish(50);
        assertThat(decoder.decode(ByteBuffer.wrap(bytes, 0, 10))).isNull();
        decoder.goOnLike(new PacketDecoder(Sender.CLIENT, 60));
        assertThat(decoder.decode(ByteBuffer.wrap(bytes, 10, bytes.length - 10)))
                .isEqualTo(new Publish(false, 0, 0, message(50)));
        refused(PACKET_TOO_LARGE, decoder, "30 7F 0001");
    }

    @Test
    void packet_types_go_one_way() {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            for (String fromServer : List.of("20 02 0000", "90 03 0001 00", "B0 02 0001", "D0 00")) {
                refused(PROTOCOL_ERROR, Wire.decoder(Sender.CLIENT, version), fromServer);
            }
            for (String fromClient : List.of("10 00", "82 06 0001 \"p\" 00", "A2 05 0001 \"p\"", "C0 00")) {
                refused(PROTOCOL_ERROR, Wire.decoder(Sender.SERVER, version), fromClient);
            }
        }
    }

    @Test
    void flags_are_checked_before_the_direction() {
        refused(MALFORMED_PACKET, Wire.decoder(Sender.CLIENT, MQTT_5), "D1 00");
        refused(MALFORMED_PACKET, Wire.decoder(Sender.SERVER, MQTT_5), "80 00");
        refused(PROTOCOL_ERROR, Wire.decoder(Sender.CLIENT, MQTT_5), "D0 00");
    }

    @Test
    void packet_type_0_is_reserved() {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            refused(MALFORMED_PACKET, Wire.decoder(Sender.CLIENT, version), "00 00");
            refused(MALFORMED_PACKET, Wire.decoder(Sender.SERVER, version), "0F");
        }
    }

    @Test
    void the_first_byte_alone_is_enough_to_be_refused() {
        refused(MALFORMED_PACKET, Wire.decoder(Sender.CLIENT, MQTT_3_1_1), "C1");
        refused(MALFORMED_PACKET, Wire.decoder(Sender.CLIENT, MQTT_3_1_1), "F0");
        refused(PROTOCOL_ERROR, Wire.decoder(Sender.CLIENT, null), "30");
    }

    @Test
    void who_speaks_tls_to_a_plain_port_is_told_so() {
        ByteBuffer hello = ByteBuffer.wrap(Wire.bytes("16"));
        assertThatThrownBy(() -> Wire.decoder(Sender.CLIENT, null).decode(hello))
                .isInstanceOf(MalformedPacketException.class)
                .hasMessageContaining("TLS");
    }

    @Test
    void a_remaining_length_of_five_bytes_is_malformed_when_the_fourth_has_come() {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            refused(MALFORMED_PACKET, Wire.decoder(Sender.CLIENT, version), "30 80 80 80 80");
        }
        refused(MALFORMED_PACKET, Wire.decoder(Sender.CLIENT, null), "10 FF FF FF FF 01");
    }

    @Normative("MQTT-1.5.5-1")
    @Test
    void in_5_the_remaining_length_has_no_more_bytes_than_needed() throws MalformedPacketException {
        refused(MALFORMED_PACKET, Wire.decoder(Sender.CLIENT, MQTT_5), "C0 80 00");
        refused(MALFORMED_PACKET, Wire.decoder(Sender.CLIENT, null), "10 8E 00 \"MQTT\" 05 02 003C 00 \"p\"");
        assertThat(Wire.decode(Sender.CLIENT, MQTT_3_1_1, Wire.bytes("C0 80 80 00")))
                .isEqualTo(PingReq.INSTANCE);
        assertThat(Wire.decode(Sender.CLIENT, null, Wire.bytes("10 8D 80 80 00 \"MQTT\" 04 02 003C \"p\"")))
                .isInstanceOf(ControlPacket.Connect.class);
    }

    @Test
    void all_lengths_of_the_remaining_length() throws MalformedPacketException {
        for (int length : new int[] {0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152}) {
            int payload = Math.max(0, length - 3);
            Publish publish = (Publish) Wire.decode(Sender.CLIENT, MQTT_3_1_1, publish(payload));
            assertThat(publish.message().payload().length()).isEqualTo(payload);
        }
    }

    @Test
    void a_packet_of_the_greatest_size_passes_and_one_byte_more_does_not() throws MalformedPacketException {
        byte[] exact = publish(95);
        assertThat(exact).hasSize(100);
        assertThat(new PacketDecoder(Sender.CLIENT, 100)).satisfies(decoder -> {
            decoder.version(MQTT_3_1);
            assertThat(decoder.decode(ByteBuffer.wrap(exact))).isInstanceOf(Publish.class);
        });
        PacketDecoder decoder = new PacketDecoder(Sender.CLIENT, 99);
        decoder.version(MQTT_3_1);
        refused(PACKET_TOO_LARGE, decoder, "30 62");
    }

    @Test
    void a_too_large_packet_is_refused_before_its_content_comes() {
        PacketDecoder decoder = new PacketDecoder(Sender.CLIENT, 2_000_000);
        refused(PACKET_TOO_LARGE, decoder, "10 FF FF FF 7F");
    }

    @Test
    void a_length_announced_but_not_sent_takes_no_memory() throws MalformedPacketException {
        PacketDecoder decoder = Wire.decoder(Sender.CLIENT, MQTT_3_1_1);
        assertThat(decoder.decode(ByteBuffer.wrap(Wire.bytes("30 FF FF FF 7F"))))
                .isNull();
        Set<Integer> capacities = new HashSet<>();
        for (int received = 6; received < 20_000; received++) {
            assertThat(decoder.decode(ByteBuffer.wrap(new byte[] {1}))).isNull();
            assertThat(decoder.heldCapacity()).isBetween(received, 2 * received);
            capacities.add(decoder.heldCapacity());
        }
        // Doubled and not enlarged byte by byte, or each byte would copy all before it.
        assertThat(capacities).hasSizeLessThan(15);
    }

    @Test
    void what_a_large_packet_took_is_given_back() throws MalformedPacketException {
        byte[] bytes = publish(100_000);
        PacketDecoder decoder = Wire.decoder(Sender.CLIENT, MQTT_3_1_1);
        assertThat(decoder.decode(ByteBuffer.wrap(bytes, 0, 99_000))).isNull();
        assertThat(decoder.decode(ByteBuffer.wrap(bytes, 99_000, bytes.length - 99_000)))
                .isInstanceOf(Publish.class);
        assertThat(decoder.heldCapacity()).isZero();
    }

    @Test
    void packets_in_one_buffer_come_one_by_one() throws MalformedPacketException {
        PacketDecoder decoder = Wire.decoder(Sender.CLIENT, MQTT_3_1_1);
        ByteBuffer bytes = ByteBuffer.wrap(Wire.bytes("C0 00 30 03 \"a\" C0"));
        assertThat(decoder.decode(bytes)).isEqualTo(PingReq.INSTANCE);
        assertThat(bytes.position()).isEqualTo(2);
        assertThat(decoder.decode(bytes)).isInstanceOf(Publish.class);
        assertThat(decoder.heldCapacity())
                .as("whole packets are read where they lie")
                .isZero();
        assertThat(decoder.decode(bytes)).isNull();
        assertThat(bytes.hasRemaining()).isFalse();
        assertThat(decoder.decode(ByteBuffer.wrap(Wire.bytes("00 C0 00")))).isEqualTo(PingReq.INSTANCE);
    }

    @Test
    void a_large_packet_in_small_pieces_is_put_together() throws MalformedPacketException {
        byte[] bytes = publish(300_000);
        PacketDecoder decoder = Wire.decoder(Sender.CLIENT, MQTT_3_1_1);
        ControlPacket packet = null;
        for (int from = 0; from < bytes.length; from += 1000) {
            assertThat(packet).isNull();
            packet = decoder.decode(
                    ByteBuffer.wrap(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + 1000))));
        }
        assertThat(packet).isEqualTo(Wire.decode(Sender.CLIENT, MQTT_3_1_1, bytes));
    }

    @Test
    void an_empty_buffer_changes_nothing() throws MalformedPacketException {
        PacketDecoder decoder = Wire.decoder(Sender.CLIENT, MQTT_3_1_1);
        assertThat(decoder.decode(ByteBuffer.allocate(0))).isNull();
        assertThat(decoder.decode(ByteBuffer.wrap(new byte[] {(byte) 0xC0}))).isNull();
        assertThat(decoder.decode(ByteBuffer.allocate(0))).isNull();
        assertThat(decoder.decode(ByteBuffer.wrap(new byte[] {0}))).isEqualTo(PingReq.INSTANCE);
    }

    @Test
    void the_version_of_a_servers_packets_must_be_set() {
        PacketDecoder decoder = new PacketDecoder(Sender.SERVER, 100);
        assertThatIllegalStateException().isThrownBy(() -> decoder.decode(ByteBuffer.wrap(Wire.bytes("20 02 00 00"))));
    }
}
