package org.althing.broker;

import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;

/** Decides who may publish, subscribe and receive. Runs on the shard for every message; never blocks. */
public interface AccessControl {
    /** What a client wants to do with a message on a topic. */
    enum Action {
        /** Publish it. */
        PUBLISH,
        /** Be sent it; asked once per message and client, also for offline ones. */
        RECEIVE
    }

    boolean allows(Client client, Action action, TopicName topic);

    /** Whether the client may subscribe; if not, SUBACK says 0x87 (before MQTT 5.0: 0x80). */
    default boolean allowsSubscription(Client client, TopicFilter filter) {
        return true;
    }

    /** Everybody may do everything. */
    static AccessControl everything() {
        return (client, action, topic) -> true;
    }
}
