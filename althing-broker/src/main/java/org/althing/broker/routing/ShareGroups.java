package org.althing.broker.routing;

import java.util.HashMap;
import java.util.Map;
import org.althing.broker.StateChange;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;

/** The share groups of a shard, by {@code $share/name/filter}. A group begins with its first member and ends with its last. */
public final class ShareGroups {
    private final GroupEnvironment environment;
    private final Map<TopicFilter, ShareGroup> groups = new HashMap<>();
    private long lastSequence;
    private int members;

    public ShareGroups(GroupEnvironment environment) {
        this.environment = environment;
    }

    /**
     * Makes a session a member of a group; its client is not there until {@link Membership#present}.
     *
     * @param filter a shared one
     * @param identifier Subscription Identifier, or 0 for none
     */
    public Membership join(TopicFilter filter, ShareMember member, SubscriptionOptions options, int identifier) {
        members++;
        environment.counters().sharedSubscriptions.set(members);
        return groups.computeIfAbsent(filter, this::begin).join(member, options, identifier);
    }

    private ShareGroup begin(TopicFilter filter) {
        ShareGroup group = new ShareGroup(filter, environment, this);
        group.begin();
        return group;
    }

    void onLeft() {
        members--;
        environment.counters().sharedSubscriptions.set(members);
    }

    void onEnd(TopicFilter filter) {
        groups.remove(filter);
    }

    /**
     * Sequence numbers are never used twice, not even by a group that ended and began again: a late change about the old
     * one's message must not hit the new one's.
     */
    long nextSequence() {
        lastSequence++;
        return lastSequence;
    }

    /** Puts back a message that waited before this process began, in the order of the sequence numbers. */
    public void restore(StateChange.GroupQueued queued, RoutedMessage message) {
        lastSequence = Math.max(lastSequence, queued.sequence());
        ShareGroup group = groups.get(queued.group());
        if (group == null) {
            environment.changes().append(new StateChange.GroupDequeued(queued.group(), queued.sequence()));
        } else {
            environment.changes().restoreReference(message);
            group.restore(queued.sequence(), message);
        }
    }
}
