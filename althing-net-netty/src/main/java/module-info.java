/** The listeners' engine, on Netty. */
module org.althing.net.netty {
    requires static org.jspecify;
    requires transitive org.althing.net;

    exports org.althing.net.netty;
}
