package org.althing.broker.routing;

import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;

/** One subscription of one subscriber. A new one takes its place when its options change. */
public final class Subscription {
    private static final int[] NO_IDENTIFIERS = {};

    private final TopicFilter filter;
    private final Interest interest;
    private SubscriptionOptions options;
    private int identifier;
    private int[] identifiers;

    /** Where it stands in the tree, kept by {@link TopicTree}; -1 while it is in none. */
    int index = -1;

    /** @param identifier Subscription Identifier, or 0 for none */
    public Subscription(TopicFilter filter, SubscriptionOptions options, int identifier, Interest interest) {
        this.filter = filter;
        this.interest = interest;
        this.options = options;
        this.identifier = identifier;
        this.identifiers = identifiersOf(identifier);
    }

    /** Only {@link Router} may: who gets what is remembered there. */
    void replaceOptions(SubscriptionOptions otherOptions, int otherIdentifier) {
        options = otherOptions;
        identifier = otherIdentifier;
        identifiers = identifiersOf(otherIdentifier);
    }

    private static int[] identifiersOf(int identifier) {
        return identifier == 0 ? NO_IDENTIFIERS : new int[] {identifier};
    }

    public TopicFilter filter() {
        return filter;
    }

    public SubscriptionOptions options() {
        return options;
    }

    public Qos qos() {
        return options.qos();
    }

    public int identifier() {
        return identifier;
    }

    /** The identifier as a list of one or none; not to be changed. */
    public int[] identifiers() {
        return identifiers;
    }

    Interest interest() {
        return interest;
    }
}
