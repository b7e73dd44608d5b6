package org.althing.fuzz;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.jspecify.annotations.Nullable;

/**
 * The decoder, in all versions and both directions: packets or one kind of exception; the same ones however the bytes are
 * cut; and what it gives is written again in a form that means the same.
 *
 * <p>Input: one byte for direction, version and size limit, one for the cutting, then the bytes of the connection.
 */
public final class DecoderFuzzer {
    private static final ProtocolVersion[] VERSIONS = ProtocolVersion.values();

    private DecoderFuzzer() {}

    /** What a connection's bytes came to. */
    private record Outcome(
            List<ControlPacket> packets,
            @Nullable ReasonCode refusal,
            @Nullable String why,
            @Nullable ProtocolVersion version) {}

    /** How to read; a version of null means: from the beginning of a client's connection. */
    private record Setting(Sender sender, @Nullable ProtocolVersion version, int packetSizeMax) {
        static Setting of(int choice) {
            boolean fromServer = (choice & 1) == 1;
            int version = choice >> 1 & 3;
            return new Setting(
                    fromServer ? Sender.SERVER : Sender.CLIENT,
                    version < VERSIONS.length ? VERSIONS[version] : fromServer ? ProtocolVersion.MQTT_5 : null,
                    (choice & 8) == 0 ? 268_435_460 : 64);
        }

        static int choice(Sender sender, @Nullable ProtocolVersion version) {
            return (version == null ? 3 : version.ordinal()) << 1 | (sender == Sender.SERVER ? 1 : 0);
        }
    }

    public static void fuzzerTestOneInput(byte[] data) {
        Choices choices = new Choices(data);
        Setting setting = Setting.of(choices.oneByte());
        int cutting = choices.oneByte();
        byte[] bytes = choices.rest();
        Outcome whole = decode(setting, bytes, bytes.length);
        same(whole, decode(setting, bytes, 1));
        same(whole, decode(setting, bytes, 2 + cutting));
        whole.packets().forEach(packet -> sameAgain(setting, whole, packet));
    }

    private static Outcome decode(Setting setting, byte[] bytes, int pieceMax) {
        PacketDecoder decoder = decoder(setting.sender(), setting.version(), setting.packetSizeMax());
        List<ControlPacket> packets = new ArrayList<>();
        try {
            for (int from = 0, piece = 1; from < bytes.length; from += piece) {
                piece = Math.min(pieceMax, bytes.length - from);
                ByteBuffer buffer = ByteBuffer.wrap(bytes.clone(), from, piece);
                for (ControlPacket next = decoder.decode(buffer); next != null; next = decoder.decode(buffer)) {
                    packets.add(next);
                }
                check(!buffer.hasRemaining(), "null with bytes left");
            }
            return new Outcome(packets, null, null, decoder.version());
        } catch (MalformedPacketException e) {
            return new Outcome(packets, e.reasonCode(), e.getMessage(), decoder.version());
        }
    }

    private static PacketDecoder decoder(Sender sender, @Nullable ProtocolVersion version, int packetSizeMax) {
        PacketDecoder decoder = new PacketDecoder(sender, packetSizeMax);
        if (version != null) {
            decoder.version(version);
        }
        return decoder;
    }

    private static void same(Outcome whole, Outcome cut) {
        check(whole.equals(cut), whole + " in one piece, but cut " + cut);
    }

    private static void sameAgain(Setting setting, Outcome outcome, ControlPacket packet) {
        ProtocolVersion version = packet instanceof Connect connect ? connect.version() : outcome.version();
        if (version == null || isLenient(packet)) {
            return;
        }
        byte[] again = Seeds.encode(version, packet);
        Outcome second =
                decode(new Setting(setting.sender(), version, Integer.MAX_VALUE), again, Math.max(1, again.length));
        check(second.packets().equals(List.of(packet)), packet + " became " + second);
    }

    /** Mosquitto's PUBACK with Packet too large: read from servers, and not written. */
    private static boolean isLenient(ControlPacket packet) {
        return (packet instanceof PubAck ack && ack.reasonCode() == ReasonCode.PACKET_TOO_LARGE)
                || (packet instanceof PubRec rec && rec.reasonCode() == ReasonCode.PACKET_TOO_LARGE);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (ProtocolVersion version : VERSIONS) {
            for (Sender sender : Sender.values()) {
                byte[] setting = {(byte) Setting.choice(sender, version), 3};
                List<ControlPacket> packets = Seeds.packets(sender, version);
                packets.forEach(packet -> seeds.add(Seeds.concat(setting, Seeds.encode(version, packet))));
                seeds.add(Seeds.concat(setting, Seeds.encode(version, packets.toArray(ControlPacket[]::new))));
            }
            seeds.add(Seeds.concat(
                    new byte[] {(byte) Setting.choice(Sender.CLIENT, null), 5},
                    Seeds.encode(version, Seeds.connect(version, "me")),
                    Seeds.encode(version, Seeds.packets(Sender.CLIENT, version).toArray(ControlPacket[]::new))));
        }
        return seeds;
    }
}
