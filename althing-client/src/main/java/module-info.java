/** MQTT client library. Needs nothing but java.base. */
module org.althing.client {
    requires static org.jspecify;
    requires transitive org.althing.mqtt;

    exports org.althing.client;
}
