package org.althing.broker;

import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * What one client may do. Each answer is null where it may, or says why not.
 *
 * <p>Asked on the client's shard: for a shared subscription that is the shard of its group. {@link #publish} and {@link
 * #receive} are asked for every message, so they neither block nor, when they allow, make objects.
 */
public interface Rights {
    /** Whether it may publish on this topic; wills are asked about when they are due. */
    @Nullable
    Denial publish(TopicName topic);

    /** Whether it may be sent a message on this topic; also for clients that are not there, and for retained messages. */
    @Nullable
    Denial receive(TopicName topic);

    /** Whether it may subscribe; if not, SUBACK says Not authorized (before MQTT 5.0: 0x80). */
    default @Nullable Denial subscribe(TopicFilter filter) {
        return null;
    }

    /** Whether it may unsubscribe; if not, UNSUBACK says Not authorized and the subscription stays. */
    default @Nullable Denial unsubscribe(TopicFilter filter) {
        return null;
    }

    /** Whether these still hold: false for ever once the rules have changed. Any thread. */
    default boolean isCurrent() {
        return true;
    }

    /** Everything is allowed. */
    static Rights all() {
        return AllRights.INSTANCE;
    }
}
