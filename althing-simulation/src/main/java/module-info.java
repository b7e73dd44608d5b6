/** A whole broker under virtual time, against a model. Tests only. */
module org.althing.simulation {
    requires static org.jspecify;
    requires java.logging;
    requires org.althing.broker;
    requires org.althing.journal;
    requires org.althing.mqtt;
    requires org.althing.net;

    exports org.althing.simulation;
}
