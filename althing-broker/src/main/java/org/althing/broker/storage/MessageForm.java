package org.althing.broker.storage;

import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;
import org.jspecify.annotations.Nullable;

/** Messages and their properties in bytes, as they stand in values. */
final class MessageForm {
    private static final int RETAIN = 4;

    private MessageForm() {}

    static void write(ApplicationMessage message, StateBuffer to) {
        to.text(message.topic().toString());
        to.u8(message.qos().level() | (message.retain() ? RETAIN : 0));
        write(message.properties(), to);
        to.binary(message.payload());
    }

    static ApplicationMessage read(StateReader from) {
        TopicName topic = TopicName.of(from.text());
        int flags = from.u8();
        Properties properties = readProperties(from);
        Bytes payload = from.binary();
        return new ApplicationMessage(topic, payload, Qos.of(flags & 3), (flags & RETAIN) != 0, properties);
    }

    static void write(@Nullable Will will, StateBuffer to) {
        to.flag(will != null);
        if (will != null) {
            to.number(will.delaySeconds());
            write(will.message(), to);
        }
    }

    static @Nullable Will readWill(StateReader from) {
        if (!from.flag()) {
            return null;
        }
        long delaySeconds = from.number();
        return new Will(read(from), delaySeconds);
    }

    private static void write(Properties properties, StateBuffer to) {
        to.number(properties.entries().size());
        for (Properties.Entry entry : properties.entries()) {
            to.u8(entry.property().identifier());
            switch (entry.value()) {
                case Long integer -> to.number(integer);
                case String text -> to.text(text);
                case Bytes binary -> to.binary(binary);
                case Properties.UserProperty pair -> {
                    to.text(pair.name());
                    to.text(pair.value());
                }
                default -> throw new IllegalStateException("a property of no known type: " + entry);
            }
        }
    }

    private static Properties readProperties(StateReader from) {
        int count = from.integer();
        if (count == 0) {
            return Properties.NONE;
        }
        Properties.Builder properties = Properties.builder();
        for (int i = 0; i < count; i++) {
            int identifier = from.u8();
            Property property = Property.of(identifier);
            if (property == null) {
                throw new IllegalArgumentException("unknown property " + identifier);
            }
            switch (property.type()) {
                case BYTE, TWO_BYTE_INTEGER, FOUR_BYTE_INTEGER, VARIABLE_BYTE_INTEGER ->
                    properties.set(property, from.number());
                case STRING -> properties.set(property, from.text());
                case BINARY -> properties.set(property, from.binary());
                case STRING_PAIR -> properties.user(from.text(), from.text());
            }
        }
        return properties.build();
    }
}
