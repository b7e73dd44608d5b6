/** The MQTT broker, to run alone or inside any program. */
module org.althing.broker {
    requires static org.jspecify;
    requires transitive org.althing.mqtt;
    requires transitive org.althing.net;
    requires transitive org.althing.journal;
    requires org.althing.access;

    exports org.althing.broker;
    exports org.althing.broker.access;
    exports org.althing.broker.storage;
    exports org.althing.broker.conf;
    exports org.althing.broker.migration;
}
