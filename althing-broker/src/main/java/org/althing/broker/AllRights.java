package org.althing.broker;

import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** Everything is allowed. */
enum AllRights implements Rights {
    INSTANCE;

    @Override
    public @Nullable Denial publish(TopicName topic) {
        return null;
    }

    @Override
    public @Nullable Denial receive(TopicName topic) {
        return null;
    }
}
