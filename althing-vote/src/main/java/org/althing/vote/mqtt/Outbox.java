package org.althing.vote.mqtt;

import org.althing.mqtt.ApplicationMessage;

/** Where the door's own messages leave. */
@FunctionalInterface
public interface Outbox {
    /** Publishes the message, retained ones included. Any thread; does not block. */
    void publish(ApplicationMessage message);
}
