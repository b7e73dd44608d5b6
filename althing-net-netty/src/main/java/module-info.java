/** The listeners' engine, on Netty. */
module org.althing.net.netty {
    requires static org.jspecify;
    requires transitive org.althing.net;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.transport;

    exports org.althing.net.netty;
}
