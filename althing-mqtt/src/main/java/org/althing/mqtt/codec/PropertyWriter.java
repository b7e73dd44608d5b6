package org.althing.mqtt.codec;

import java.util.List;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Properties.Entry;
import org.althing.mqtt.Properties.UserProperty;
import org.althing.mqtt.Property;
import org.althing.mqtt.Utf8;

/** Measures and writes properties. */
final class PropertyWriter {
    private PropertyWriter() {}

    /**
     * Bytes of the properties, without their Property Length.
     *
     * @throws IllegalArgumentException if one of them has no place there, or not with this value or these others
     */
    static int length(Properties properties, PropertyPlace place) {
        int length = 0;
        boolean identified = false;
        List<Entry> entries = properties.entries();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (!place.allows(entry.property())) {
                throw new IllegalArgumentException(entry.property() + " has no place in " + place);
            }
            if (entry.property() == Property.SUBSCRIPTION_IDENTIFIER) {
                if (identified && !place.repeats(Property.SUBSCRIPTION_IDENTIFIER)) {
                    throw new IllegalArgumentException("a subscription identifier more than once in " + place);
                }
                identified = true;
            }
            length = Math.addExact(length, 1 + valueLength(entry));
        }
        if (properties.has(Property.AUTHENTICATION_DATA) && !properties.has(Property.AUTHENTICATION_METHOD)) {
            throw new IllegalArgumentException("authentication data without authentication method");
        }
        String responseTopic = properties.string(Property.RESPONSE_TOPIC);
        if (responseTopic != null && !isName(responseTopic)) {
            throw new IllegalArgumentException("response topic is empty or holds a wildcard ([MQTT-3.3.2-14])");
        }
        return length;
    }

    private static boolean isName(String topic) {
        return !topic.isEmpty() && topic.indexOf('+') < 0 && topic.indexOf('#') < 0;
    }

    private static int valueLength(Entry entry) {
        return switch (entry.property().type()) {
            case BYTE -> 1;
            case TWO_BYTE_INTEGER -> 2;
            case FOUR_BYTE_INTEGER -> 4;
            case VARIABLE_BYTE_INTEGER -> FieldWriter.variableLength(((Long) entry.value()).intValue());
            case BINARY -> 2 + ((Bytes) entry.value()).length();
            case STRING -> 2 + Utf8.encodedLength(entry.property().name(), (String) entry.value());
            case STRING_PAIR -> {
                UserProperty pair = (UserProperty) entry.value();
                yield 4
                        + Utf8.encodedLength("name of a user property", pair.name())
                        + Utf8.encodedLength("value of a user property", pair.value());
            }
        };
    }

    /** Writes the properties without their Property Length. */
    static void write(Properties properties, FieldWriter out) {
        List<Entry> entries = properties.entries();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            Object value = entry.value();
            out.oneByte(entry.property().identifier());
            switch (entry.property().type()) {
                case BYTE -> out.oneByte(((Long) value).intValue());
                case TWO_BYTE_INTEGER -> out.twoBytes(((Long) value).intValue());
                case FOUR_BYTE_INTEGER -> out.fourBytes((Long) value);
                case VARIABLE_BYTE_INTEGER -> out.variable(((Long) value).intValue());
                case BINARY -> out.binary((Bytes) value);
                case STRING -> out.text((String) value);
                case STRING_PAIR -> {
                    UserProperty pair = (UserProperty) value;
                    out.text(pair.name());
                    out.text(pair.value());
                }
            }
        }
    }

    /**
     * The properties with less of what only informs people: first without User Properties, then without the Reason
     * String; the same object if there is nothing to leave out.
     */
    static Properties lessInformative(Properties properties) {
        return properties.has(Property.USER_PROPERTY)
                ? properties.without(Property.USER_PROPERTY)
                : properties.without(Property.REASON_STRING);
    }
}
