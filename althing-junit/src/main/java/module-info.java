/** A broker in the JVM of your tests, as an extension of JUnit 5 and 6. */
module org.althing.junit {
    requires static org.jspecify;
    requires transitive org.althing.client;
    requires transitive org.althing.mqtt;
    requires org.althing.broker;
    requires org.althing.net;
    requires static transitive org.junit.jupiter.api;

    exports org.althing.junit;
}
