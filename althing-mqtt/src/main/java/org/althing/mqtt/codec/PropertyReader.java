package org.althing.mqtt.codec;

import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;

/**
 * Reads the properties of one packet after the other.
 *
 * <p>Topic Alias and Will Delay Interval belong to the packet, not to the message that travels on: they are kept apart
 * until the next {@link #read}.
 */
final class PropertyReader {
    private final PacketDecoder.Sender sender;
    private int topicAlias;
    private boolean likeLibmosquitto;
    private long willDelaySeconds;
    private int userPropertiesMax = Integer.MAX_VALUE;
    /** Of the packet that is being read. */
    private int userProperties;

    PropertyReader(PacketDecoder.Sender sender) {
        this.sender = sender;
    }

    void userPropertiesMax(int max) {
        userPropertiesMax = max;
    }

    void likeLibmosquitto() {
        likeLibmosquitto = true;
    }

    /** The Topic Alias of the PUBLISH just read, or 0. */
    int topicAlias() {
        return topicAlias;
    }

    /** The Will Delay Interval of the Will just read, or 0. */
    long willDelaySeconds() {
        return willDelaySeconds;
    }

    /** Reads the Property Length and the properties. */
    Properties read(FieldReader in, PropertyPlace place) throws MalformedPacketException {
        topicAlias = 0;
        willDelaySeconds = 0;
        userProperties = 0;
        int length = in.variable("property length");
        if (length == 0) {
            return Properties.NONE;
        }
        int outer = in.narrow(length, "properties");
        Properties.Builder properties = Properties.builder();
        long seen = 0;
        while (in.remaining() > 0) {
            Property property = property(in, place);
            long bit = 1L << property.identifier();
            boolean repeats =
                    place.repeats(property) && !(likeLibmosquitto && property == Property.SUBSCRIPTION_IDENTIFIER);
            if ((seen & bit) != 0 && !repeats) {
                throw in.protocolError(property + " more than once");
            }
            seen |= bit;
            value(in, property, properties);
            checkSender(in, property, place);
        }
        in.widen(outer);
        if (properties.has(Property.AUTHENTICATION_DATA)
                && !properties.has(Property.AUTHENTICATION_METHOD)
                && !(likeLibmosquitto && place == PropertyPlace.CONNACK)) {
            throw in.protocolError("authentication data without authentication method");
        }
        return properties.build();
    }

    private Property property(FieldReader in, PropertyPlace place) throws MalformedPacketException {
        int identifier = in.variable("property identifier");
        Property property = Property.of(identifier);
        if (property == null) {
            throw in.malformed("there is no property " + identifier);
        }
        if (!place.allows(property)) {
            // Section 2.2.2.2 calls this malformed. Mosquitto: says protocol error, but malformed in SUBSCRIBE.
            String what = property + " has no place in " + place;
            if (likeLibmosquitto) {
                value(in, property, Properties.builder()); // one that is cut off is malformed there too
                throw in.protocolError(what);
            }
            throw in.malformed(what);
        }
        return property;
    }

    /** Two properties have their place in a packet, but only of one sender. */
    private void checkSender(FieldReader in, Property property, PropertyPlace place) throws MalformedPacketException {
        boolean fromClient = sender == PacketDecoder.Sender.CLIENT;
        if (fromClient && property == Property.SUBSCRIPTION_IDENTIFIER && place == PropertyPlace.PUBLISH) {
            throw in.protocolError("subscription identifier from a client ([MQTT-3.3.4-6])");
        }
        if (!fromClient && property == Property.SESSION_EXPIRY_INTERVAL && place == PropertyPlace.DISCONNECT) {
            throw in.protocolError("session expiry interval from a server ([MQTT-3.14.2-2])");
        }
    }

    private void value(FieldReader in, Property property, Properties.Builder properties)
            throws MalformedPacketException {
        switch (property.type()) {
            case BYTE -> integer(in, property, in.oneByte(property.name()), properties);
            case TWO_BYTE_INTEGER -> integer(in, property, in.twoBytes(property.name()), properties);
            case FOUR_BYTE_INTEGER -> integer(in, property, in.fourBytes(property.name()), properties);
            case VARIABLE_BYTE_INTEGER -> integer(in, property, in.variable(property.name()), properties);
            case BINARY -> properties.set(property, in.binary(property.name()));
            case STRING_PAIR -> {
                if (userProperties == userPropertiesMax) {
                    throw in.refused(ReasonCode.QUOTA_EXCEEDED, "more than " + userPropertiesMax + " user properties");
                }
                userProperties++;
                String name = in.text("name of a user property");
                properties.user(name, in.text("value of a user property"));
            }
            case STRING -> {
                if (property == Property.RESPONSE_TOPIC) {
                    properties.set(property, responseTopic(in));
                } else {
                    properties.set(property, in.text(property.name()));
                }
            }
        }
    }

    private void integer(FieldReader in, Property property, long value, Properties.Builder properties)
            throws MalformedPacketException {
        if (!property.allows(value)) {
            throw in.refused(
                    property == Property.TOPIC_ALIAS ? ReasonCode.TOPIC_ALIAS_INVALID : ReasonCode.PROTOCOL_ERROR,
                    property + " cannot be " + value);
        }
        switch (property) {
            case TOPIC_ALIAS -> topicAlias = (int) value;
            case WILL_DELAY_INTERVAL -> willDelaySeconds = value;
            default -> properties.set(property, value);
        }
    }

    private static String responseTopic(FieldReader in) throws MalformedPacketException {
        String topic = in.name("response topic");
        if (topic.isEmpty() || topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0) {
            throw in.protocolError("response topic is empty or holds a wildcard ([MQTT-3.3.2-14])");
        }
        return topic;
    }
}
