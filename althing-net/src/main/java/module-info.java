/**
 * Event loops, byte transports, clock and worker as interfaces; engines on the JDK's selector and in memory; TLS, HTTP,
 * WebSocket and the PROXY protocol as layers. Needs nothing but java.base.
 */
module org.althing.net {
    requires static org.jspecify;

    exports org.althing.net;
    exports org.althing.net.memory;
    exports org.althing.net.nio;
    exports org.althing.net.proxy;
    exports org.althing.net.tls;
    exports org.althing.net.web to
            org.althing.client,
            org.althing.broker,
            org.althing.server;
}
