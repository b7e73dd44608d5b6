package org.althing.client;

/** What the broker answered about one topic filter. */
public sealed interface UnsubscribeResult {
    /**
     * Nothing comes by this subscription any more.
     *
     * @param existed whether there was one, as far as the broker says (MQTT 5.0)
     */
    record Ended(boolean existed) implements UnsubscribeResult {}

    /** It stands as it was. */
    record Refused(Reason reason) implements UnsubscribeResult {}

    /** There was no answer, and there will be none: the client was closed or its connection was given up. */
    record Failed(String why) implements UnsubscribeResult {}
}
