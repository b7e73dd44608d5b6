/** MQTT client library. Needs nothing but java.base. */
module org.althing.client {
    requires static org.jspecify;
    requires transitive org.althing.mqtt;
    requires transitive org.althing.net;

    exports org.althing.client;
    exports org.althing.client.engine;
    exports org.althing.client.loop;
}
