/** The vocabulary of MQTT 3.1, 3.1.1 and 5.0, and its codec. Needs nothing but java.base. */
module org.althing.mqtt {
    requires static org.jspecify;

    exports org.althing.mqtt;
    exports org.althing.mqtt.codec;
}
