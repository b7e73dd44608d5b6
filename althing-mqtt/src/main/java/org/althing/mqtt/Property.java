package org.althing.mqtt;

import org.jspecify.annotations.Nullable;

/** A property of MQTT 5.0, section 2.2.2.2: its identifier, the type of its value, and the range of an integer. */
public enum Property {
    PAYLOAD_FORMAT_INDICATOR(0x01, Type.BYTE, 0, 1),
    MESSAGE_EXPIRY_INTERVAL(0x02, Type.FOUR_BYTE_INTEGER),
    CONTENT_TYPE(0x03, Type.STRING),
    RESPONSE_TOPIC(0x08, Type.STRING),
    CORRELATION_DATA(0x09, Type.BINARY),
    SUBSCRIPTION_IDENTIFIER(0x0B, Type.VARIABLE_BYTE_INTEGER, 1, 268_435_455),
    SESSION_EXPIRY_INTERVAL(0x11, Type.FOUR_BYTE_INTEGER),
    ASSIGNED_CLIENT_IDENTIFIER(0x12, Type.STRING),
    SERVER_KEEP_ALIVE(0x13, Type.TWO_BYTE_INTEGER),
    AUTHENTICATION_METHOD(0x15, Type.STRING),
    AUTHENTICATION_DATA(0x16, Type.BINARY),
    REQUEST_PROBLEM_INFORMATION(0x17, Type.BYTE, 0, 1),
    WILL_DELAY_INTERVAL(0x18, Type.FOUR_BYTE_INTEGER),
    REQUEST_RESPONSE_INFORMATION(0x19, Type.BYTE, 0, 1),
    RESPONSE_INFORMATION(0x1A, Type.STRING),
    SERVER_REFERENCE(0x1C, Type.STRING),
    REASON_STRING(0x1F, Type.STRING),
    RECEIVE_MAXIMUM(0x21, Type.TWO_BYTE_INTEGER, 1, 0xFFFF),
    TOPIC_ALIAS_MAXIMUM(0x22, Type.TWO_BYTE_INTEGER),
    TOPIC_ALIAS(0x23, Type.TWO_BYTE_INTEGER, 1, 0xFFFF),
    MAXIMUM_QOS(0x24, Type.BYTE, 0, 1),
    RETAIN_AVAILABLE(0x25, Type.BYTE, 0, 1),
    USER_PROPERTY(0x26, Type.STRING_PAIR),
    MAXIMUM_PACKET_SIZE(0x27, Type.FOUR_BYTE_INTEGER, 1, 0xFFFF_FFFFL),
    WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, Type.BYTE, 0, 1),
    SUBSCRIPTION_IDENTIFIER_AVAILABLE(0x29, Type.BYTE, 0, 1),
    SHARED_SUBSCRIPTION_AVAILABLE(0x2A, Type.BYTE, 0, 1);

    /** The data representations of MQTT 5.0, section 1.5. */
    public enum Type {
        BYTE(0xFF),
        TWO_BYTE_INTEGER(0xFFFF),
        FOUR_BYTE_INTEGER(0xFFFF_FFFFL),
        VARIABLE_BYTE_INTEGER(268_435_455),
        STRING(-1),
        STRING_PAIR(-1),
        BINARY(-1);

        /** The largest integer that fits; -1 where the value is no integer. */
        private final long max;

        Type(long max) {
            this.max = max;
        }
    }

    private static final @Nullable Property[] BY_IDENTIFIER = new @Nullable Property[0x2B];

    static {
        for (Property property : values()) {
            BY_IDENTIFIER[property.identifier] = property;
        }
    }

    private final int identifier;
    private final Type type;
    private final long min;
    private final long max;

    Property(int identifier, Type type) {
        this(identifier, type, 0, type.max);
    }

    Property(int identifier, Type type, long min, long max) {
        this.identifier = identifier;
        this.type = type;
        this.min = min;
        this.max = max;
    }

    public int identifier() {
        return identifier;
    }

    public Type type() {
        return type;
    }

    /** Whether the property is an integer and may have this value. */
    public boolean allows(long value) {
        return min <= value && value <= max;
    }

    /** The property with this identifier, or null where the specification defines none. */
    public static @Nullable Property of(int identifier) {
        return identifier < 0 || identifier >= BY_IDENTIFIER.length ? null : BY_IDENTIFIER[identifier];
    }
}
