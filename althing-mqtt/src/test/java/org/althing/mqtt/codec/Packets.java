package org.althing.mqtt.codec;

import java.util.Arrays;
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
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.testing.Gen;

/** Generates packets that one peer may send in one version, with everything such packets may carry. */
final class Packets {
    private final Gen gen;
    private final Sender sender;
    private final ProtocolVersion version;

    Packets(Gen gen, Sender sender, ProtocolVersion version) {
        this.gen = gen;
        this.sender = sender;
        this.version = version;
    }

    ControlPacket any() {
        return sender == Sender.CLIENT ? fromClient() : fromServer();
    }

    private ControlPacket fromClient() {
        return switch (gen.between(0, version.hasProperties() ? 7 : 6)) {
            case 0 -> connect();
            case 1 -> subscribe();
            case 2 -> new Unsubscribe(id(), gen.list(1, 4, g -> filter()), properties(PropertyPlace.UNSUBSCRIBE));
            case 3 -> PingReq.INSTANCE;
            case 4 -> disconnect(ReasonCodes.CLIENT_DISCONNECT);
            case 5 -> publish();
            case 6 -> acknowledgement();
            default -> new Auth(code(ReasonCodes.CLIENT_AUTH), authProperties(PropertyPlace.AUTH));
        };
    }

    private ControlPacket fromServer() {
        return switch (gen.between(0, version.hasProperties() ? 7 : 5)) {
            case 0 -> connAck();
            case 1 -> subAck();
            case 2 -> unsubAck();
            case 3 -> PingResp.INSTANCE;
            case 4 -> publish();
            case 5 -> acknowledgement();
            case 6 -> disconnect(ReasonCodes.SERVER_DISCONNECT);
            default ->
                gen.oneIn(4)
                        ? new Auth(ReasonCode.SUCCESS, Properties.NONE)
                        : new Auth(code(ReasonCodes.SERVER_AUTH), authProperties(PropertyPlace.AUTH));
        };
    }

    Connect connect() {
        boolean withUserName = gen.bool();
        boolean withPassword = gen.bool() && (withUserName || version.hasProperties());
        return new Connect(
                version,
                gen.oneIn(5),
                gen.text(30),
                gen.bool(),
                gen.between(0, 0xFFFF),
                withUserName ? gen.text(20) : null,
                withPassword ? Bytes.wrap(gen.bytes(20)) : null,
                gen.bool() ? will() : null,
                gen.bool() ? properties(PropertyPlace.CONNECT) : authProperties(PropertyPlace.CONNECT));
    }

    private Will will() {
        Properties properties = properties(PropertyPlace.WILL);
        ApplicationMessage message =
                new ApplicationMessage(topic(), Bytes.wrap(gen.bytes(50)), qos(), gen.bool(), properties);
        return new Will(message, version.hasProperties() && gen.bool() ? gen.between(0L, 0xFFFF_FFFFL) : 0);
    }

    private ConnAck connAck() {
        ReasonCode code = ReasonCode.SUCCESS;
        if (gen.bool()) {
            code = version.hasProperties()
                    ? code(ReasonCodes.CONNACK)
                    : gen.pick(
                            ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                            ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                            ReasonCode.SERVER_UNAVAILABLE,
                            ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                            ReasonCode.NOT_AUTHORIZED);
        }
        boolean sessionPresent = code == ReasonCode.SUCCESS && version != ProtocolVersion.MQTT_3_1 && gen.bool();
        return new ConnAck(sessionPresent, code, properties(PropertyPlace.CONNACK));
    }

    Publish publish() {
        Qos qos = qos();
        int alias = version.hasProperties() && gen.oneIn(3) ? gen.between(1, 0xFFFF) : 0;
        TopicName topic = alias != 0 && gen.bool() ? TopicName.ALIASED : topic();
        Bytes payload = Bytes.wrap(gen.bytes(gen.oneIn(20) ? 20_000 : 60));
        ApplicationMessage message =
                new ApplicationMessage(topic, payload, qos, gen.bool(), properties(PropertyPlace.PUBLISH));
        boolean identified = qos != Qos.AT_MOST_ONCE;
        return new Publish(identified && gen.bool(), identified ? id() : 0, alias, message);
    }

    private ControlPacket acknowledgement() {
        Properties properties = properties(PropertyPlace.ACKNOWLEDGEMENT);
        ReasonCode received = code(ReasonCodes.PUBLISH_RECEIVED);
        ReasonCode released = code(ReasonCodes.PUBLISH_RELEASED);
        return switch (gen.between(0, 3)) {
            case 0 -> new PubAck(id(), received, properties);
            case 1 -> new PubRec(id(), received, properties);
            case 2 -> new PubRel(id(), released, properties);
            default -> new PubComp(id(), released, properties);
        };
    }

    private Subscribe subscribe() {
        return new Subscribe(id(), gen.list(1, 4, g -> request()), properties(PropertyPlace.SUBSCRIBE));
    }

    private Subscribe.Request request() {
        TopicFilter filter = filter();
        if (!version.hasProperties()) {
            return new Subscribe.Request(filter, SubscriptionOptions.of(qos()));
        }
        boolean noLocal = gen.bool() && !filter.isShared();
        RetainHandling handling = gen.pick(RetainHandling.values());
        return new Subscribe.Request(filter, new SubscriptionOptions(qos(), noLocal, gen.bool(), handling));
    }

    private SubAck subAck() {
        ReasonCodes allowed = version.hasProperties() ? ReasonCodes.SUBACK : ReasonCodes.SUBACK_BEFORE_5;
        return new SubAck(id(), gen.list(1, 5, g -> anyOf(allowed)), properties(PropertyPlace.ACKNOWLEDGEMENT));
    }

    private UnsubAck unsubAck() {
        List<ReasonCode> codes = version.hasProperties() ? gen.list(1, 5, g -> anyOf(ReasonCodes.UNSUBACK)) : List.of();
        return new UnsubAck(id(), codes, properties(PropertyPlace.ACKNOWLEDGEMENT));
    }

    private Disconnect disconnect(ReasonCodes allowed) {
        Properties properties = properties(PropertyPlace.DISCONNECT);
        return new Disconnect(
                code(allowed),
                sender == Sender.SERVER ? properties.without(Property.SESSION_EXPIRY_INTERVAL) : properties);
    }

    private int id() {
        return gen.between(1, 0xFFFF);
    }

    private Qos qos() {
        return gen.pick(Qos.values());
    }

    private ReasonCode code(ReasonCodes allowed) {
        return version.hasProperties() ? anyOf(allowed) : ReasonCode.SUCCESS;
    }

    private ReasonCode anyOf(ReasonCodes allowed) {
        return gen.pick(
                Arrays.stream(ReasonCode.values()).filter(allowed::allows).toList());
    }

    TopicName topic() {
        String text = gen.text(gen.oneIn(10) ? 300 : 20).replaceAll("[+#]", "/");
        return TopicName.of(text.isEmpty() ? "/" : text);
    }

    private TopicFilter filter() {
        String text = gen.text(20).replaceAll("[+#]", "/");
        String filter = (gen.oneIn(3) ? "+/" : "") + (text.isEmpty() ? "a" : text) + (gen.oneIn(3) ? "/#" : "");
        boolean shareable = !filter.startsWith("$share/");
        return TopicFilter.of(gen.oneIn(4) && shareable ? "$share/group/" + filter : filter);
    }

    private Properties authProperties(PropertyPlace place) {
        Properties.Builder properties = properties(place).toBuilder();
        if (!version.hasProperties()) {
            return Properties.NONE;
        }
        properties.set(Property.AUTHENTICATION_METHOD, gen.text(10));
        if (gen.bool()) {
            properties.set(Property.AUTHENTICATION_DATA, Bytes.wrap(gen.bytes(30)));
        }
        return properties.build();
    }

    /** Some properties of those that the place allows, in any order. */
    private Properties properties(PropertyPlace place) {
        if (!version.hasProperties() || gen.oneIn(3)) {
            return Properties.NONE;
        }
        Properties.Builder properties = Properties.builder();
        List<Property> allowed =
                Arrays.stream(Property.values()).filter(place::allows).toList();
        for (int i = gen.between(0, 5); i > 0; i--) {
            Property property = gen.pick(allowed);
            boolean apart = property == Property.TOPIC_ALIAS || property == Property.WILL_DELAY_INTERVAL;
            boolean clients = property == Property.SUBSCRIPTION_IDENTIFIER
                    && place == PropertyPlace.PUBLISH
                    && sender == Sender.CLIENT;
            if (!apart && !clients) {
                add(property, place, properties);
            }
        }
        return properties.has(Property.AUTHENTICATION_METHOD)
                ? properties.build()
                : properties.remove(Property.AUTHENTICATION_DATA).build();
    }

    private void add(Property property, PropertyPlace place, Properties.Builder properties) {
        switch (property.type()) {
            case STRING ->
                properties.set(property, property == Property.RESPONSE_TOPIC ? topic().toString() : gen.text(20));
            case STRING_PAIR -> properties.user(gen.text(10), gen.text(20));
            case BINARY -> properties.set(property, Bytes.wrap(gen.bytes(20)));
            default -> {
                if (!place.repeats(property)) {
                    properties.remove(property);
                }
                properties.set(property, integer(property));
            }
        }
    }

    private long integer(Property property) {
        long value = gen.bool() ? gen.between(0L, 3L) : gen.between(0L, 0xFFFF_FFFFL);
        while (!property.allows(value)) {
            value = property.allows(value >> 1) || value > 1 ? value >> 1 : 1;
        }
        return value;
    }
}
