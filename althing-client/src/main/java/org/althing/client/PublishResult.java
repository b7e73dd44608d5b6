package org.althing.client;

/** What became of a published message. */
public sealed interface PublishResult {
    /** QoS 0: given to the network. */
    record Sent() implements PublishResult {}

    /**
     * QoS 1 and 2: the broker has taken it over.
     *
     * @param noSubscribers whether the broker said that nobody is subscribed (MQTT 5.0)
     */
    record Acknowledged(boolean noSubscribers) implements PublishResult {}

    /** The broker did not take it, or said at connecting that it would not. It was not delivered. */
    record Refused(Reason reason) implements PublishResult {}

    /** Never sent. */
    record Dropped(String why) implements PublishResult {}

    /** Not settled when the client was closed, but on the disk: a client that is given the same store goes on with it. */
    record Kept() implements PublishResult {}

    /** Sent, but nobody will learn whether it arrived: its session ended first, or the client was closed. */
    record Unknown(String why) implements PublishResult {}

    /** Whether it was sent or acknowledged. */
    default boolean isSuccess() {
        return this instanceof Sent || this instanceof Acknowledged;
    }
}
