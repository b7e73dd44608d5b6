package org.althing.mqtt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The properties of an MQTT 5.0 packet: an immutable list in the order of the wire, with typed reading.
 *
 * <p>Integers of all widths are {@code long}. Only {@link Property#USER_PROPERTY} and
 * {@link Property#SUBSCRIPTION_IDENTIFIER} may stand more than once; which property fits which packet is the codec's
 * knowledge.
 */
public final class Properties {
    /** No properties; what every packet before MQTT 5.0 has. */
    public static final Properties NONE = new Properties(List.of());

    /** A User Property: a name, which may repeat, and a value. */
    public record UserProperty(String name, String value) {}

    /** One property and its value: a Long, a String, a {@link Bytes} or a {@link UserProperty}, by its type. */
    public record Entry(Property property, Object value) {}

    private final List<Entry> entries;

    private Properties(List<Entry> entries) {
        this.entries = entries;
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** All of them, in the order of the wire. */
    public List<Entry> entries() {
        return entries;
    }

    public boolean has(Property property) {
        return find(property) != null;
    }

    /** The value of an integer property, or {@code otherwise} where it is absent. */
    public long integer(Property property, long otherwise) {
        Object value = find(property);
        return value == null ? otherwise : (Long) value;
    }

    /** The value of a string property, or null where it is absent. */
    public @Nullable String string(Property property) {
        return (String) find(property);
    }

    /** The value of a binary property, or null where it is absent. */
    public @Nullable Bytes bytes(Property property) {
        return (Bytes) find(property);
    }

    /** User Properties in their order, which must be kept ([MQTT-3.3.2-18]). */
    public List<UserProperty> userProperties() {
        List<UserProperty> found = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.value instanceof UserProperty pair) {
                found.add(pair);
            }
        }
        return found;
    }

    /** Subscription Identifiers, 1 to 268,435,455 each. */
    public List<Integer> subscriptionIdentifiers() {
        List<Integer> found = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.property == Property.SUBSCRIPTION_IDENTIFIER) {
                found.add(((Long) entry.value).intValue());
            }
        }
        return found;
    }

    private @Nullable Object find(Property property) {
        for (Entry entry : entries) {
            if (entry.property == property) {
                return entry.value;
            }
        }
        return null;
    }

    public static Builder builder() {
        return new Builder(List.of());
    }

    /** A builder that starts with these. */
    public Builder toBuilder() {
        return new Builder(entries);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Properties that && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    @Override
    public String toString() {
        return entries.toString();
    }

    /** Collects properties. Checks types and ranges; a property that may stand only once is replaced. */
    public static final class Builder {
        private final List<Entry> entries;

        private Builder(List<Entry> entries) {
            this.entries = new ArrayList<>(entries);
        }

        /** @throws IllegalArgumentException if the property is no integer or the value does not fit its width */
        public Builder set(Property property, long value) {
            long max = switch (property.type()) {
                case BYTE -> 0xFF;
                case TWO_BYTE_INTEGER -> 0xFFFF;
                case FOUR_BYTE_INTEGER -> 0xFFFF_FFFFL;
                case VARIABLE_BYTE_INTEGER -> 268_435_455;
                case STRING, STRING_PAIR, BINARY -> -1;
            };
            if (value < 0 || value > max) {
                throw new IllegalArgumentException(property + " cannot be " + value);
            }
            return put(property, value);
        }

        /** @throws IllegalArgumentException if the property is no string */
        public Builder set(Property property, String value) {
            require(property, Property.Type.STRING);
            return put(property, value);
        }

        /** @throws IllegalArgumentException if the property is not binary */
        public Builder set(Property property, Bytes value) {
            require(property, Property.Type.BINARY);
            return put(property, value);
        }

        /** Appends a User Property. */
        public Builder user(String name, String value) {
            entries.add(new Entry(Property.USER_PROPERTY, new UserProperty(name, value)));
            return this;
        }

        /** Removes every occurrence. */
        public Builder remove(Property property) {
            entries.removeIf(entry -> entry.property == property);
            return this;
        }

        private Builder put(Property property, Object value) {
            if (property != Property.SUBSCRIPTION_IDENTIFIER) {
                remove(property);
            }
            entries.add(new Entry(property, value));
            return this;
        }

        private static void require(Property property, Property.Type type) {
            if (property.type() != type) {
                throw new IllegalArgumentException(property + " is " + property.type() + ", not " + type);
            }
        }

        public Properties build() {
            return entries.isEmpty() ? NONE : new Properties(List.copyOf(entries));
        }
    }
}
