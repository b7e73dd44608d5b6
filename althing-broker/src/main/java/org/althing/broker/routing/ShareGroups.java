package org.althing.broker.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
    /** Messages of groups that are no more, until {@link #dropOrphans}. */
    private final List<Orphan> orphans = new ArrayList<>(0);

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

    /**
     * Puts back a message that waited before this process began, in the order of the sequence numbers and after the
     * members; its reference is counted.
     */
    public void restore(StateChange.GroupQueued queued, RoutedMessage message) {
        lastSequence = Math.max(lastSequence, queued.sequence());
        ShareGroup group = groups.get(queued.group());
        if (group == null) {
            orphans.add(new Orphan(queued, message));
        } else {
            group.restore(queued.sequence(), message);
        }
    }

    /** Drops what was put back for groups that have no members: a crash came between the end of both. */
    public void dropOrphans() {
        for (Orphan orphan : orphans) {
            environment
                    .changes()
                    .append(new StateChange.GroupDequeued(orphan.queued.group(), orphan.queued.sequence()));
            environment.changes().release(orphan.message);
            orphan.message.unkeep(environment.counters().memory);
        }
        orphans.clear();
    }

    private record Orphan(StateChange.GroupQueued queued, RoutedMessage message) {}
}
