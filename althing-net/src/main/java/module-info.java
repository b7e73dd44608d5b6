/** Event loops, byte transports, clock and worker as interfaces, HTTP and WebSocket, and an engine in memory. Needs nothing but java.base. */
module org.althing.net {
    requires static org.jspecify;

    exports org.althing.net;
    exports org.althing.net.memory;
    exports org.althing.net.web to
            org.althing.net.netty;
}
