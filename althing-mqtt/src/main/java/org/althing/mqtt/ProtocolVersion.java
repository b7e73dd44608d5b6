package org.althing.mqtt;

/** A version of the MQTT protocol, with the name and level that CONNECT carries. */
public enum ProtocolVersion {
    MQTT_3_1("MQIsdp", 3),
    MQTT_3_1_1("MQTT", 4),
    MQTT_5("MQTT", 5);

    private final String protocolName;
    private final int level;

    ProtocolVersion(String protocolName, int level) {
        this.protocolName = protocolName;
        this.level = level;
    }

    /** Protocol Name as in CONNECT. */
    public String protocolName() {
        return protocolName;
    }

    /** Protocol Level (3.1.1) or Protocol Version (5.0) as in CONNECT: 3, 4 or 5. */
    public int level() {
        return level;
    }

    /** Whether packets carry properties and reason codes. */
    public boolean hasProperties() {
        return this == MQTT_5;
    }
}
