package org.althing.client;

import org.althing.mqtt.Qos;

/** What the broker answered to one topic filter. */
public sealed interface SubscribeResult {
    /** The subscription stands; messages come with this QoS at most. */
    record Granted(Qos qos) implements SubscribeResult {}

    /** The broker did not grant it; with its reason. */
    record Refused(Reason reason) implements SubscribeResult {}

    /** There was no answer, and there will be none: the client was closed or its connection was given up. */
    record Failed(String why) implements SubscribeResult {}
}
