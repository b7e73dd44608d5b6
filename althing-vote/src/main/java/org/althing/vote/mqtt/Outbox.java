package org.althing.vote.mqtt;

import org.althing.mqtt.ApplicationMessage;

/** Where the door's own messages leave. */
@FunctionalInterface
public interface Outbox {
    /** Publishes the message, retained ones included. Any thread; does not block. */
    void publish(ApplicationMessage message);

    /**
     * Publishes what is for one client's eyes. On the box's loop.
     *
     * @param sender Client Identifier of whoever sent the ballot, as {@link Sender#source} has it
     */
    default void receipt(ApplicationMessage message, String sender) {
        publish(message);
    }
}
