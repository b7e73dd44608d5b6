package org.althing.broker;

import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** Decides what clients may do. */
@FunctionalInterface
public interface AccessControl {
    /**
     * What this client may do. Asked when it connects, when its session is restored, and again when the {@link Rights}
     * that were given are no longer {@linkplain Rights#isCurrent current}. Runs on the client's shard; must not block.
     */
    Rights rights(Client client);

    /** Everybody may do everything. */
    static AccessControl everything() {
        return client -> Rights.all();
    }

    /** One rule for all, which is asked for each message, and must not block. */
    static AccessControl of(Rule rule) {
        return client -> new Rights() {
            @Override
            public @Nullable Denial publish(TopicName topic) {
                return rule.allows(client, Action.PUBLISH, topic) ? null : Denial.UNEXPLAINED;
            }

            @Override
            public @Nullable Denial receive(TopicName topic) {
                return rule.allows(client, Action.RECEIVE, topic) ? null : Denial.UNEXPLAINED;
            }
        };
    }

    /** What a client wants to do with a message on a topic. */
    enum Action {
        /** Publish it. */
        PUBLISH,
        /** Be sent it. */
        RECEIVE
    }

    /** Says yes or no to each message of each client. */
    @FunctionalInterface
    interface Rule {
        boolean allows(Client client, Action action, TopicName topic);
    }
}
