/** Mosquitto's password and ACL files: reading them, deciding from them, and writing passwords. */
module org.althing.access {
    requires static org.jspecify;
    requires static org.bouncycastle.provider;
    requires transitive org.althing.mqtt;

    exports org.althing.access;
}
