package org.althing.broker.routing;

import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/** What one shard says to another. Immutable, as everything that crosses threads. */
public sealed interface PeerMessage {
    /** The sender has its first subscription to this filter: from now on it wants what matches. */
    record InterestBegan(TopicFilter filter) implements PeerMessage {}

    /** The sender's last subscription to this filter is gone. */
    record InterestEnded(TopicFilter filter) implements PeerMessage {}

    /**
     * A client of the sender, or the sender itself, has published.
     *
     * @param publisher the publisher's client identifier, or null for the broker itself
     * @param expiresAtMillis wall time, or {@link org.althing.broker.StateChange#NEVER}
     * @param stored see {@link RoutedMessage#isStored}
     * @param retainedStamp of the change to the topic's retained message, or 0 if there is none
     */
    record Published(
            ApplicationMessage message,
            @Nullable String publisher,
            long expiresAtMillis,
            boolean stored,
            long retainedStamp)
            implements PeerMessage {}

    /** All changes of the sender to retained messages up to this stamp are known everywhere. */
    record RetainedSettled(long stamp) implements PeerMessage {}
}
