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
    public static final Properties NONE = new Properties(List.of(), 0);

    /** A User Property: a name, which may repeat, and a value. */
    public record UserProperty(String name, String value) {}

    /** One property and its value: a Long, a String, a {@link Bytes} or a {@link UserProperty}, by its type. */
    public record Entry(Property property, Object value) {
        /** Does not show Authentication Data. */
        @Override
        public String toString() {
            return property + "=" + (property == Property.AUTHENTICATION_DATA ? "(hidden)" : value);
        }
    }

    private final List<Entry> entries;

    /** One bit per identifier that occurs (all are below 64): most questions end here. */
    private final long present;

    private Properties(List<Entry> entries, long present) {
        this.entries = entries;
        this.present = present;
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** All of them, in the order of the wire. */
    public List<Entry> entries() {
        return entries;
    }

    public boolean has(Property property) {
        return (present & bit(property)) != 0;
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
        if (!has(Property.USER_PROPERTY)) {
            return List.of();
        }
        List<UserProperty> found = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.value instanceof UserProperty pair) {
                found.add(pair);
            }
        }
        return List.copyOf(found);
    }

    /** Subscription Identifiers, 1 to 268,435,455 each. */
    public List<Integer> subscriptionIdentifiers() {
        if (!has(Property.SUBSCRIPTION_IDENTIFIER)) {
            return List.of();
        }
        List<Integer> found = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.property == Property.SUBSCRIPTION_IDENTIFIER) {
                found.add(((Long) entry.value).intValue());
            }
        }
        return List.copyOf(found);
    }

    private @Nullable Object find(Property property) {
        if (!has(property)) {
            return null;
        }
        int i = 0;
        while (entries.get(i).property != property) {
            i++;
        }
        return entries.get(i).value;
    }

    private static long bit(Property property) {
        return 1L << property.identifier();
    }

    public static Builder builder() {
        return new Builder(NONE);
    }

    /** A builder that starts with these. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** These without any occurrence of the property; the same object if it does not occur. */
    public Properties without(Property property) {
        return has(property) ? toBuilder().remove(property).build() : this;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Properties that && present == that.present && entries.equals(that.entries);
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
        private long present;

        private Builder(Properties from) {
            entries = new ArrayList<>(from.entries.size() + 4);
            entries.addAll(from.entries);
            present = from.present;
        }

        public boolean has(Property property) {
            return (present & bit(property)) != 0;
        }

        /** @throws IllegalArgumentException if the property is no integer or may not have the value */
        public Builder set(Property property, long value) {
            if (!property.allows(value)) {
                throw new IllegalArgumentException(property + " cannot be " + value);
            }
            return put(property, value);
        }

        /** @throws IllegalArgumentException if the property is no string, or UTF-8 cannot hold the value */
        public Builder set(Property property, String value) {
            require(property, Property.Type.STRING);
            Utf8.encodedLength(property.name(), value);
            return put(property, value);
        }

        /** @throws IllegalArgumentException if the property is not binary, or the value longer than 65,535 bytes */
        public Builder set(Property property, Bytes value) {
            require(property, Property.Type.BINARY);
            if (value.length() > 0xFFFF) {
                throw new IllegalArgumentException(property + " has " + value.length() + " bytes, more than 65,535");
            }
            return put(property, value);
        }

        /**
         * Appends a User Property.
         *
         * @throws IllegalArgumentException if UTF-8 cannot hold the name or the value
         */
        public Builder user(String name, String value) {
            Utf8.encodedLength("name of a user property", name);
            Utf8.encodedLength("value of a user property", value);
            return add(Property.USER_PROPERTY, new UserProperty(name, value));
        }

        /** Removes every occurrence. */
        public Builder remove(Property property) {
            if (has(property)) {
                entries.removeIf(entry -> entry.property == property);
                present &= ~bit(property);
            }
            return this;
        }

        private Builder put(Property property, Object value) {
            if (property != Property.SUBSCRIPTION_IDENTIFIER) {
                remove(property);
            }
            return add(property, value);
        }

        private Builder add(Property property, Object value) {
            entries.add(new Entry(property, value));
            present |= bit(property);
            return this;
        }

        private static void require(Property property, Property.Type type) {
            if (property.type() != type) {
                throw new IllegalArgumentException(property + " is " + property.type() + ", not " + type);
            }
        }

        public Properties build() {
            return entries.isEmpty() ? NONE : new Properties(List.copyOf(entries), present);
        }
    }
}
