/** The commands pub and sub. */
module org.althing.tools {
    requires static org.jspecify;
    requires org.althing.client;
    requires org.althing.mqtt;
    requires org.althing.net;
}
