package org.althing.tools;

import java.util.List;
import java.util.Locale;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketEncoder;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code -D packet name value}, for user properties {@code -D packet user-property name value}. Which property has a
 * place in which packet is the codec's knowledge, and asked of it.
 */
final class PropertyArguments {
    private PropertyArguments() {}

    static void read(Words words, Arguments into) throws UsageException {
        String packet = next(words);
        String name = next(words);
        String value = next(words);
        Property property = property(name);
        Properties.Builder properties = builder(packet, name, into);
        if (property == null) {
            throw new UsageException("Invalid property name " + name + " given in --property argument.");
        }
        boolean identifier = property == Property.SUBSCRIPTION_IDENTIFIER && packet.equals("publish");
        boolean authentication = property == Property.AUTHENTICATION_METHOD || property == Property.AUTHENTICATION_DATA;
        if (identifier || authentication) {
            throw new UsageException(name + " property not supported for " + packet + " in --property argument.");
        }
        read(words, into, packet, properties, property, value);
        // The codec has the alias beside the properties; one that is given here is sent as it stands.
        Properties all = properties.build();
        checkPlace(packet, name, packet.equals("publish") ? all.without(Property.TOPIC_ALIAS) : all);
    }

    private static void read(
            Words words, Arguments into, String packet, Properties.Builder properties, Property property, String value)
            throws UsageException {
        String name = nameOf(property);
        switch (property.type()) {
            case STRING_PAIR -> properties.user(value, next(words));
            case STRING -> properties.set(property, value);
            case BINARY -> properties.set(property, Bytes.of(value));
            case BYTE, TWO_BYTE_INTEGER, FOUR_BYTE_INTEGER, VARIABLE_BYTE_INTEGER -> {
                long number = number(name, value);
                if (property == Property.WILL_DELAY_INTERVAL && packet.equals("will")) {
                    into.willDelaySeconds = number;
                } else {
                    set(properties, property, number, name);
                }
            }
        }
    }

    private static void checkPlace(String packet, String name, Properties properties) throws UsageException {
        try {
            new PacketEncoder(ProtocolVersion.MQTT_5).encode(sample(packet, properties), new PacketBuffer(256));
        } catch (IllegalArgumentException refused) {
            throw new UsageException(name + " property not allowed for " + packet + " in --property argument.");
        }
    }

    /** The smallest packet of its kind with these properties. */
    private static ControlPacket sample(String packet, Properties properties) {
        TopicFilter filter = TopicFilter.of("t");
        boolean will = packet.equals("will");
        ApplicationMessage message =
                new ApplicationMessage(TopicName.of("t"), Bytes.EMPTY, Qos.AT_MOST_ONCE, false, properties);
        return switch (packet) {
            case "publish" -> new Publish(false, 0, 0, message);
            case "subscribe" ->
                new Subscribe(
                        1,
                        List.of(new Subscribe.Request(filter, SubscriptionOptions.of(Qos.AT_MOST_ONCE))),
                        properties);
            case "unsubscribe" -> new Unsubscribe(1, List.of(filter), properties);
            case "disconnect" -> new Disconnect(ReasonCode.SUCCESS, properties);
            default ->
                new Connect(
                        ProtocolVersion.MQTT_5,
                        false,
                        "",
                        true,
                        0,
                        null,
                        null,
                        will ? new Will(message, 0) : null,
                        will ? Properties.NONE : properties);
        };
    }

    private static String next(Words words) throws UsageException {
        if (!words.hasNext()) {
            throw new UsageException("--property argument given but not enough arguments specified.");
        }
        return words.next();
    }

    private static Properties.Builder builder(String packet, String name, Arguments into) throws UsageException {
        return switch (packet) {
            case "connect" -> into.connectProperties;
            case "publish" -> into.publishProperties;
            case "subscribe" -> into.subscribeProperties;
            case "unsubscribe" -> into.unsubscribeProperties;
            case "disconnect" -> into.disconnectProperties;
            case "will" -> into.willProperties;
            case "auth", "connack", "puback", "pubrec", "pubrel", "pubcomp", "suback", "unsuback" ->
                throw new UsageException(name + " property not supported for " + packet + " in --property argument.");
            default -> throw new UsageException("Invalid command " + packet + " given in --property argument.");
        };
    }

    private static @Nullable Property property(String name) {
        for (Property property : Property.values()) {
            if (nameOf(property).equals(name)) {
                return property;
            }
        }
        return null;
    }

    /** As Mosquitto writes it: {@code content-type}. */
    static String nameOf(Property property) {
        return property.name().replace('_', '-').toLowerCase(Locale.ROOT);
    }

    private static long number(String name, String value) throws UsageException {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException invalid) {
            throw new UsageException("Property value (" + value + ") is not a number for property " + name + ".");
        }
    }

    private static void set(Properties.Builder properties, Property property, long number, String name)
            throws UsageException {
        try {
            properties.set(property, number);
        } catch (IllegalArgumentException outOfRange) {
            throw new UsageException("Property value (" + number + ") out of range for property " + name + ".");
        }
    }
}
