package org.althing.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Auth;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.ControlPacket.PingResp;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.ControlPacket.Unsubscribe;
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
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.mqtt.codec.PacketEncoder;
import org.jspecify.annotations.Nullable;

/** Good packets, made by our encoder: where a search begins. */
final class Seeds {
    private static final Properties INFORMATIVE = Properties.builder()
            .set(Property.REASON_STRING, "why")
            .user("key", "value")
            .build();

    private Seeds() {}

    static byte[] encode(ProtocolVersion version, ControlPacket... packets) {
        PacketBuffer buffer = new PacketBuffer(64);
        PacketEncoder encoder = new PacketEncoder(version);
        for (ControlPacket packet : packets) {
            encoder.encode(packet, buffer);
        }
        byte[] bytes = new byte[buffer.length()];
        buffer.view().get(bytes);
        return bytes;
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }

    /** One packet of each kind that the peer may send in this version, as rich as it can be. */
    static List<ControlPacket> packets(Sender sender, ProtocolVersion version) {
        List<ControlPacket> packets = new ArrayList<>();
        boolean five = version.hasProperties();
        Properties informative = five ? INFORMATIVE : Properties.NONE;
        packets.add(publish(Qos.AT_MOST_ONCE, 0, five, sender));
        packets.add(publish(Qos.EXACTLY_ONCE, 513, five, sender));
        packets.add(new PubAck(1, five ? ReasonCode.NOT_AUTHORIZED : ReasonCode.SUCCESS, informative));
        packets.add(new PubRec(2, ReasonCode.SUCCESS, informative));
        packets.add(new PubRel(513, ReasonCode.SUCCESS));
        packets.add(new PubComp(3, ReasonCode.SUCCESS, informative));
        if (sender == Sender.CLIENT) {
            packets.add(subscribe(five));
            packets.add(new Unsubscribe(
                    4,
                    List.of(TopicFilter.of("a/+/#"), TopicFilter.of("b")),
                    five ? Properties.builder().user("k", "v").build() : Properties.NONE));
            packets.add(PingReq.INSTANCE);
            packets.add(new Disconnect(
                    ReasonCode.SUCCESS,
                    five
                            ? INFORMATIVE.toBuilder()
                                    .set(Property.SESSION_EXPIRY_INTERVAL, 9)
                                    .build()
                            : Properties.NONE));
        } else {
            packets.add(new ConnAck(false, ReasonCode.SUCCESS, informative));
            packets.add(new SubAck(4, List.of(ReasonCode.GRANTED_QOS_2, ReasonCode.UNSPECIFIED_ERROR), informative));
            packets.add(new UnsubAck(4, five ? List.of(ReasonCode.NO_SUBSCRIPTION_EXISTED) : List.of(), informative));
            packets.add(PingResp.INSTANCE);
            if (five) {
                packets.add(new Disconnect(ReasonCode.SERVER_MOVED, INFORMATIVE));
            }
        }
        if (five) {
            packets.add(new Auth(
                    ReasonCode.CONTINUE_AUTHENTICATION,
                    INFORMATIVE.toBuilder()
                            .set(Property.AUTHENTICATION_METHOD, "SCRAM-SHA-256")
                            .set(Property.AUTHENTICATION_DATA, Bytes.of("n,,n=user,r=nonce"))
                            .build()));
        }
        return packets;
    }

    static Connect connect(ProtocolVersion version, String clientId) {
        boolean five = version.hasProperties();
        Properties properties = five
                ? Properties.builder()
                        .set(Property.SESSION_EXPIRY_INTERVAL, 100)
                        .set(Property.RECEIVE_MAXIMUM, 5)
                        .set(Property.MAXIMUM_PACKET_SIZE, 2_000)
                        .set(Property.TOPIC_ALIAS_MAXIMUM, 3)
                        .user("k", "v")
                        .build()
                : Properties.NONE;
        Will will = new Will(message("will", "gone", Qos.AT_LEAST_ONCE, true, Properties.NONE), five ? 1 : 0);
        return new Connect(version, false, clientId, false, 10, "user", Bytes.of("password"), will, properties);
    }

    static Connect plainConnect(ProtocolVersion version, String clientId, @Nullable Will will) {
        return new Connect(version, false, clientId, true, 0, null, null, will, Properties.NONE);
    }

    private static Subscribe subscribe(boolean five) {
        SubscriptionOptions rich = new SubscriptionOptions(
                Qos.AT_LEAST_ONCE, five, five, five ? RetainHandling.SEND_IF_NEW : RetainHandling.SEND);
        return new Subscribe(
                4,
                List.of(
                        new Subscribe.Request(TopicFilter.of("a/+/#"), rich),
                        new Subscribe.Request(TopicFilter.of("$share/g/b"), SubscriptionOptions.of(Qos.EXACTLY_ONCE))),
                five
                        ? Properties.builder()
                                .set(Property.SUBSCRIPTION_IDENTIFIER, 200)
                                .build()
                        : Properties.NONE);
    }

    private static Publish publish(Qos qos, int identifier, boolean five, Sender sender) {
        Properties.Builder properties = Properties.builder();
        if (five) {
            properties
                    .set(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                    .set(Property.MESSAGE_EXPIRY_INTERVAL, 60)
                    .set(Property.CONTENT_TYPE, "text/plain")
                    .set(Property.RESPONSE_TOPIC, "answers")
                    .set(Property.CORRELATION_DATA, Bytes.of("c"))
                    .user("k", "v");
            if (sender == Sender.SERVER) {
                properties.set(Property.SUBSCRIPTION_IDENTIFIER, 7).set(Property.SUBSCRIPTION_IDENTIFIER, 300);
            }
        }
        return new Publish(false, identifier, five ? 1 : 0, message("a/b/c", "été", qos, true, properties.build()));
    }

    static ApplicationMessage message(String topic, String payload, Qos qos, boolean retain, Properties properties) {
        return new ApplicationMessage(TopicName.of(topic), Bytes.of(payload), qos, retain, properties);
    }
}
