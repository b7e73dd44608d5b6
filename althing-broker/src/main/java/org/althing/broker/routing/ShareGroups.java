package org.althing.broker.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.StateChange;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;

/** The share groups of a shard, by {@code $share/name/filter}. A group begins with its first member and ends with its last. */
public final class ShareGroups {
    private final GroupEnvironment environment;
    private final Map<TopicFilter, ShareGroup> groups = new HashMap<>();
    /** Members here of groups elsewhere. */
    private final Map<PeerMessage.Member, RemoteMembership> memberships = new HashMap<>();
    /** Members elsewhere of groups here. */
    private final Map<PeerMessage.Member, RemoteMember> remoteMembers = new HashMap<>();

    private long lastSequence;
    private long lastNumber;
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
        Partitions partitions = environment.router().peers().partitions();
        if (partitions.shardOfGroup(filter) == partitions.shard()) {
            return groups.computeIfAbsent(filter, this::begin).join(member, options, identifier);
        }
        PeerMessage.Member name = new PeerMessage.Member(filter, member.client().clientId());
        RemoteMembership membership = new RemoteMembership(environment, this, name, member, options);
        memberships.put(name, membership);
        membership.options(options, identifier);
        return membership;
    }

    /** A member here of a group elsewhere has left. */
    void onLeft(PeerMessage.Member name) {
        memberships.remove(name);
        onLeft();
    }

    // ---- what other shards say

    /** Another shard has said something about a group here, or a member here. */
    public void onMessage(int from, PeerMessage.OfGroup message) {
        switch (message) {
            case PeerMessage.GroupJoin join -> onJoin(from, join);
            case PeerMessage.GroupPresent present ->
                with(present, member -> {
                    member.onPresent(present);
                    place(member).present();
                });
            case PeerMessage.GroupDemand demand ->
                with(demand, member -> {
                    member.onDemand(demand.credit());
                    place(member).demand();
                });
            case PeerMessage.GroupAbsent absent ->
                with(absent, member -> {
                    member.onGone();
                    place(member).absent();
                });
            case PeerMessage.GroupLeave leave -> {
                with(leave, member -> {
                    member.onGone();
                    place(member).leave();
                });
                remoteMembers.remove(leave.member());
            }
            case PeerMessage.GroupEnded ended -> with(ended, member -> member.onEnded(ended));
            case PeerMessage.GroupJoined joined -> {
                if (memberships.get(joined.member()) instanceof RemoteMembership membership) {
                    membership.onJoined(joined.number());
                }
            }
            case PeerMessage.GroupLend lend -> {
                if (memberships.get(lend.member()) instanceof RemoteMembership membership) {
                    membership.onLend(lend);
                }
            }
            case PeerMessage.GroupSend send -> onSend(send);
        }
    }

    private void with(PeerMessage.OfGroup message, Consumer<RemoteMember> action) {
        RemoteMember member = remoteMembers.get(message.member());
        if (member == null) {
            throw new IllegalStateException("about no member: " + message);
        }
        action.accept(member);
    }

    private static Membership place(RemoteMember member) {
        return Objects.requireNonNull(member.place);
    }

    private void onJoin(int from, PeerMessage.GroupJoin join) {
        putRemote(from, join.member(), join.durable(), join.options(), join.identifier());
        whenCommitted(
                environment.changes().last(),
                () -> environment
                        .router()
                        .peers()
                        .tell(from, new PeerMessage.GroupJoined(join.member(), join.number())));
    }

    private void putRemote(
            int shard, PeerMessage.Member name, boolean durable, SubscriptionOptions options, int identifier) {
        RemoteMember known = remoteMembers.get(name);
        if (known != null) {
            place(known).options(options, identifier);
            return;
        }
        RemoteMember member =
                new RemoteMember(environment.access(), environment.router().peers(), shard, name, durable);
        remoteMembers.put(name, member);
        member.place = groups.computeIfAbsent(name.group(), this::begin).join(member, options, identifier);
    }

    private void whenCommitted(long change, Runnable task) {
        if (environment.changes().isCommitted(change)) {
            task.run();
        } else {
            environment.changes().afterCommit(() -> whenCommitted(change, task));
        }
    }

    private void onSend(PeerMessage.GroupSend send) {
        RemoteMembership membership = memberships.get(send.member());
        if (membership != null) {
            membership.onSend(send);
        } else {
            environment
                    .counters()
                    .ledger
                    .account(send.member().group().toString())
                    .notSent(Fate.CLIENT_GONE);
        }
    }

    /** Puts back a member from before this process began whose session is another shard's, if the group is here. */
    public void restoreMember(int shard, StateChange.SubscriptionPut put) {
        Partitions partitions = environment.router().peers().partitions();
        if (partitions.shardOfGroup(put.filter()) == partitions.shard()) {
            putRemote(
                    shard,
                    new PeerMessage.Member(put.filter(), put.clientId()),
                    environment.changes().isDurable(),
                    put.options(),
                    put.subscriptionIdentifier());
        } else {
            restoreInterest(put.filter());
        }
    }

    /** Puts back that the home of a group that is elsewhere wants what matches. */
    public void restoreInterest(TopicFilter filter) {
        Partitions partitions = environment.router().peers().partitions();
        int home = partitions.shardOfGroup(filter);
        if (home != partitions.shard()) {
            environment.router().restoreInterest(filter, home);
        }
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
     * A number for what a member here says to a group elsewhere: what is answered late, perhaps after the member's session
     * has ended and another one of the same client has joined, is known by it.
     */
    long nextNumber() {
        lastNumber++;
        return lastNumber;
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
     *
     * @param topicHash of the message's topic; its content need not be in memory
     */
    public void restore(StateChange.GroupQueued queued, RoutedMessage message, int topicHash) {
        lastSequence = Math.max(lastSequence, queued.sequence());
        ShareGroup group = groups.get(queued.group());
        if (group == null) {
            orphans.add(new Orphan(queued, message));
        } else {
            group.restore(queued.sequence(), message, topicHash);
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
