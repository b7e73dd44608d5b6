package org.althing.client;

/** What {@code publish} does when as much waits to be sent as the options allow. */
public enum WhenFull {
    /** Waits for room; on a virtual thread that costs nothing. */
    WAIT,
    /** Drops the new message: its {@link Delivery} says {@link PublishResult.Dropped}. */
    DROP_NEW,
    /** Drops the one that has waited longest, and takes the new one. */
    DROP_OLD,
    /** Throws {@link IllegalStateException}; nothing is taken. */
    FAIL
}
