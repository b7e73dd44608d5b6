/** One person, one vote: the ballot box and its doors (TCP, MQTT, web). */
module org.althing.vote {
    requires static org.jspecify;
    requires transitive org.althing.journal;
    requires transitive org.althing.net;
    requires transitive org.althing.broker;
    requires transitive org.althing.client;
    requires java.sql;

    exports org.althing.vote;
    exports org.althing.vote.command;
    exports org.althing.vote.json to
            org.althing.server;
    exports org.althing.vote.mqtt;
    exports org.althing.vote.service;
    exports org.althing.vote.tcp;
    exports org.althing.vote.web;
}
