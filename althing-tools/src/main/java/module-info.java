/** The commands pub and sub. Nothing but the client and the JDK is in their process. */
module org.althing.tools {
    requires static org.jspecify;
    requires org.althing.client;
    requires org.althing.net;

    exports org.althing.tools;
}
