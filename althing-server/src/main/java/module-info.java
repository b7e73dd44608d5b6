/** The programs: broker, up, demo. The one place where everything is wired together. */
module org.althing.server {
    requires static org.jspecify;
    requires java.net.http;
    requires org.althing.broker;
    requires org.althing.client;
    requires org.althing.journal;
    requires org.althing.mqtt;
    requires org.althing.net;
    requires org.althing.vote;
}
