package org.althing.client.engine;

import org.althing.mqtt.ApplicationMessage;

/** A session log in words. */
interface InvocationLog extends SessionLog {
    void say(String line);

    @Override
    default void accepted(long key, ApplicationMessage message) {
        say("accepted " + key);
    }

    @Override
    default void sent(long key, int packetIdentifier) {
        say("sent " + key + " as " + packetIdentifier);
    }

    @Override
    default void released(long key) {
        say("released " + key);
    }

    @Override
    default void requeued(long key) {
        say("requeued " + key);
    }

    @Override
    default void settled(long key) {
        say("settled " + key);
    }

    @Override
    default void received(int packetIdentifier) {
        say("received " + packetIdentifier);
    }

    @Override
    default void completed(int packetIdentifier) {
        say("completed " + packetIdentifier);
    }

    @Override
    default void sessionLost() {
        say("session lost");
    }
}
