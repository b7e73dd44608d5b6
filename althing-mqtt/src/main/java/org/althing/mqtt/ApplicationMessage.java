package org.althing.mqtt;

/**
 * An Application Message: what a publisher sent, apart from how it travels. Never changes.
 *
 * @param topic where it was published
 * @param payload its content, which the protocol does not look into
 * @param qos as published (in a packet: as on the wire)
 * @param retain the RETAIN flag of the PUBLISH
 * @param properties of MQTT 5.0 that travel with it; {@link Properties#NONE} before. A Topic Alias is not among them
 */
public record ApplicationMessage(TopicName topic, Bytes payload, Qos qos, boolean retain, Properties properties) {
    /** A text with QoS 0, not retained, without properties. */
    public static ApplicationMessage of(String topic, String text) {
        return new ApplicationMessage(TopicName.of(topic), Bytes.of(text), Qos.AT_MOST_ONCE, false, Properties.NONE);
    }

    public ApplicationMessage withQos(Qos other) {
        return new ApplicationMessage(topic, payload, other, retain, properties);
    }

    public ApplicationMessage withRetain(boolean other) {
        return new ApplicationMessage(topic, payload, qos, other, properties);
    }

    public ApplicationMessage withProperties(Properties other) {
        return new ApplicationMessage(topic, payload, qos, retain, other);
    }
}
