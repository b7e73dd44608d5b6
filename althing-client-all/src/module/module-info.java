/**
 * The MQTT client library in one jar: the client, the vocabulary of MQTT, and of the network what the client uses. Needs
 * nothing but java.base.
 *
 * <p>The packages are those of the modules org.althing.client, org.althing.mqtt and org.althing.net; who embeds a broker,
 * or tests with one, takes these three instead.
 */
module org.althing.client {
    requires static org.jspecify;

    exports org.althing.client;
    exports org.althing.client.engine;
    exports org.althing.mqtt;
}
