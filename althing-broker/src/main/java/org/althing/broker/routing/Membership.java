package org.althing.broker.routing;

import org.althing.mqtt.SubscriptionOptions;

/** A session's view of a share group that it is a member of. */
public interface Membership {
    /** A SUBSCRIBE with the same filter replaces options and Subscription Identifier (0 for none). */
    void options(SubscriptionOptions options, int identifier);

    /** Runs the task when what matches reaches the group, wherever it is published; at once if it does already. */
    void whenJoined(Runnable task);

    /** The client is there: it may be sent messages of the group from now on. */
    void present();

    /** It may take messages again, after {@link ShareMember#canTake} has said no. */
    void demand();

    /** The client is gone. What it was lent has been given back before. */
    void absent();

    /** The subscription ends. Nothing is lent to it any more. The last member's leaving ends the group, its queue with it. */
    void leave();
}
