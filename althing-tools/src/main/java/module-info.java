/** The commands. Nothing but the client and the JDK is in the process of pub, sub, rr and ctrl. */
@SuppressWarnings("requires-automatic") // HdrHistogram names no module
module org.althing.tools {
    requires static org.jspecify;
    requires HdrHistogram;
    requires java.naming; // SRV records
    requires org.althing.access;
    requires org.althing.client;
    requires org.althing.net;

    exports org.althing.tools;
}
