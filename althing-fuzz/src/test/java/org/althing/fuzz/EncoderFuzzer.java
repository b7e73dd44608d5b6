package org.althing.fuzz;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.mqtt.codec.PacketEncoder;

/**
 * The encoder, with packets of any content: what the protocol does not allow is refused and leaves no byte behind; what is
 * written is read by our decoder and written again as the same bytes.
 *
 * <p>Input: the {@link Choices} that a packet is made of.
 */
public final class EncoderFuzzer {
    private static final ProtocolVersion[] VERSIONS = ProtocolVersion.values();
    private static final ReasonCode[] REASON_CODES = ReasonCode.values();
    private static final Property[] PROPERTIES = Property.values();
    /** What a PINGREQ in front leaves in the buffer. */
    private static final byte[] BEFORE = {(byte) 0xC0, 0};

    private EncoderFuzzer() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Choices choices = new Choices(data);
        ProtocolVersion version = choices.pick(VERSIONS);
        int packetSizeMax = choices.flag() ? choices.upTo(200) : Integer.MAX_VALUE;
        boolean problemInformation = choices.flag();
        ControlPacket packet;
        try {
            packet = packet(choices, version);
        } catch (IllegalArgumentException e) {
            return; // not even such a packet can be made
        }
        PacketEncoder encoder = new PacketEncoder(version);
        encoder.packetSizeMax(packetSizeMax);
        encoder.problemInformation(problemInformation);
        byte[] written = encode(encoder, packet);
        if (written.length == 0) {
            return;
        }
        check(written.length <= packetSizeMax, "larger than allowed: " + packet);
        ControlPacket read = decode(packet, version, written);
        byte[] again = encode(new PacketEncoder(version), read);
        check(Arrays.equals(written, again), packet + " became " + read);
    }

    /** The packet's bytes, or none if it is refused. */
    private static byte[] encode(PacketEncoder encoder, ControlPacket packet) {
        PacketBuffer out = new PacketBuffer(16);
        new PacketEncoder(ProtocolVersion.MQTT_5).encode(ControlPacket.PingReq.INSTANCE, out);
        boolean encoded;
        try {
            encoded = encoder.encode(packet, out);
        } catch (IllegalArgumentException e) {
            encoded = false;
        }
        byte[] bytes = new byte[out.length()];
        out.view().get(bytes);
        check(encoded == (bytes.length > BEFORE.length), "bytes left behind by " + packet);
        check(Arrays.equals(BEFORE, 0, BEFORE.length, bytes, 0, BEFORE.length), "overwritten by " + packet);
        return Arrays.copyOfRange(bytes, BEFORE.length, bytes.length);
    }

    /** One of the two peers may send it. */
    private static ControlPacket decode(ControlPacket packet, ProtocolVersion version, byte[] bytes) {
        List<String> refusals = new ArrayList<>();
        for (Sender sender : Sender.values()) {
            PacketDecoder decoder = new PacketDecoder(sender, Integer.MAX_VALUE);
            decoder.version(version);
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            try {
                ControlPacket read = decoder.decode(buffer);
                if (read == null || buffer.hasRemaining()) {
                    throw new AssertionError("not exactly one packet: " + packet);
                }
                return read;
            } catch (MalformedPacketException e) {
                refusals.add(sender + ": " + e.getMessage());
            }
        }
        throw new AssertionError(packet + " is written and not read: " + refusals);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    // ---- packets of any content

    private static ControlPacket packet(Choices choices, ProtocolVersion version) {
        return switch (choices.upTo(14)) {
            case 0 -> connect(choices, version);
            case 1 -> new ControlPacket.ConnAck(choices.flag(), reason(choices), properties(choices));
            case 2, 3 ->
                new ControlPacket.Publish(choices.flag(), identifier(choices), choices.upTo(3), message(choices));
            case 4 -> new ControlPacket.PubAck(identifier(choices), reason(choices), properties(choices));
            case 5 -> new ControlPacket.PubRec(identifier(choices), reason(choices), properties(choices));
            case 6 -> new ControlPacket.PubRel(identifier(choices), reason(choices), properties(choices));
            case 7 -> new ControlPacket.PubComp(identifier(choices), reason(choices), properties(choices));
            case 8 -> subscribe(choices);
            case 9 -> new ControlPacket.SubAck(identifier(choices), reasons(choices), properties(choices));
            case 10 -> unsubscribe(choices);
            case 11 -> new ControlPacket.UnsubAck(identifier(choices), reasons(choices), properties(choices));
            case 12 -> choices.flag() ? new ControlPacket.PingReq() : new ControlPacket.PingResp();
            case 13 -> new ControlPacket.Disconnect(reason(choices), properties(choices));
            default -> new ControlPacket.Auth(reason(choices), properties(choices));
        };
    }

    private static ControlPacket connect(Choices choices, ProtocolVersion version) {
        return new ControlPacket.Connect(
                version,
                choices.flag(),
                choices.text(),
                choices.flag(),
                choices.upTo(0xFFFF),
                choices.flag() ? choices.text() : null,
                choices.flag() ? Bytes.of(choices.bytes(20)) : null,
                choices.flag() ? new Will(message(choices), choices.integer(4)) : null,
                properties(choices));
    }

    private static ControlPacket subscribe(Choices choices) {
        List<ControlPacket.Subscribe.Request> requests = new ArrayList<>();
        for (int i = choices.upTo(3); i > 0; i--) {
            SubscriptionOptions options = new SubscriptionOptions(
                    choices.pick(Qos.values()), choices.flag(), choices.flag(), choices.pick(RetainHandling.values()));
            requests.add(new ControlPacket.Subscribe.Request(TopicFilter.of(choices.text()), options));
        }
        return new ControlPacket.Subscribe(identifier(choices), requests, properties(choices));
    }

    private static ControlPacket unsubscribe(Choices choices) {
        List<TopicFilter> filters = new ArrayList<>();
        for (int i = choices.upTo(3); i > 0; i--) {
            filters.add(TopicFilter.of(choices.text()));
        }
        return new ControlPacket.Unsubscribe(identifier(choices), filters, properties(choices));
    }

    private static int identifier(Choices choices) {
        return choices.flag() ? choices.upTo(0xFFFF) : 0;
    }

    private static ReasonCode reason(Choices choices) {
        return choices.pick(REASON_CODES);
    }

    private static List<ReasonCode> reasons(Choices choices) {
        List<ReasonCode> reasons = new ArrayList<>();
        for (int i = choices.upTo(4); i > 0; i--) {
            reasons.add(reason(choices));
        }
        return reasons;
    }

    private static ApplicationMessage message(Choices choices) {
        TopicName topic = choices.upTo(9) == 9 ? TopicName.ALIASED : TopicName.of(choices.text());
        return new ApplicationMessage(
                topic, Bytes.of(choices.bytes(300)), choices.pick(Qos.values()), choices.flag(), properties(choices));
    }

    private static Properties properties(Choices choices) {
        Properties.Builder properties = Properties.builder();
        for (int i = choices.upTo(4); i > 0; i--) {
            Property property = choices.pick(PROPERTIES);
            switch (property.type()) {
                case BYTE -> properties.set(property, choices.upTo(2));
                case TWO_BYTE_INTEGER -> properties.set(property, choices.integer(2));
                case FOUR_BYTE_INTEGER -> properties.set(property, choices.integer(4));
                case VARIABLE_BYTE_INTEGER -> properties.set(property, choices.integer(choices.pick(1, 2, 3, 4)));
                case STRING -> properties.set(property, choices.text());
                case STRING_PAIR -> properties.user(choices.text(), choices.text());
                case BINARY -> properties.set(property, Bytes.of(choices.bytes(20)));
            }
        }
        return properties.build();
    }

    /** One for each kind of packet in each version. */
    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (int version = 0; version < VERSIONS.length; version++) {
            for (int kind = 0; kind <= 14; kind++) {
                byte[] seed = new byte[60];
                Arrays.fill(seed, (byte) 1);
                seed[0] = (byte) version;
                seed[1] = 0;
                seed[2] = 1;
                seed[3] = (byte) kind;
                seeds.add(seed);
            }
        }
        return seeds;
    }
}
