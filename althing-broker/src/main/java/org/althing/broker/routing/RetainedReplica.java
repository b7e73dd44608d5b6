package org.althing.broker.routing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.althing.broker.Counters;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.Source;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * The retained messages as one shard has them: every shard has all, and the one that owns a topic writes its changes to
 * the journal. Runs on the owning shard.
 *
 * <h2>Which change wins</h2>
 *
 * <p>With several shards each change carries a stamp (Lamport 1978): a counter that is higher than all seen before here,
 * and the shard in the lowest bits. The highest stamp of a topic wins everywhere, in whatever order changes arrive, so
 * all shards end up with the same messages. With one shard all stamps are 0 and nobody asks for them.
 *
 * <h2>What is gone must be remembered for a while</h2>
 *
 * <p>A message that was cleared, or has expired, may meet an older one that is still on its way here. So its stamp stays,
 * as a tombstone, until nothing older can come: until the shard that gave the stamp has had the answers of all others.
 * Whoever has applied that change gives higher stamps from then on, and answers only behind what it said before (see
 * {@link Peers}). The same holds for what is stored: the shard that owns the topic stores the tombstone, since a start may
 * find an older change that was {@linkplain HandOvers on its way} to it.
 */
final class RetainedReplica {
    private static final int SHARD_BITS = 6;

    private record Tombstone(TopicName topic, long stamp) {}

    private final RetainedMessages messages = new RetainedMessages();
    private final ChangeLog changes;
    private final Deadlines deadlines;
    private final Counters counters;
    private final Peers peers;
    private final Partitions partitions;

    private LongSupplier mostMillis = () -> 0;
    private long clock;
    private final Map<TopicName, Long> tombstones = new HashMap<>();
    /** Whose messages they are, where that was said. */
    private final Map<TopicName, Source> sources = new HashMap<>(0);
    /** By the shard that gave the stamp, in the order in which they came here. */
    private final List<ArrayDeque<Tombstone>> graves = new ArrayList<>();
    /** By shard: up to which of its stamps all shards know everything. */
    private final long[] settled;

    /** The last change of this shard's own, and its point in the log. */
    private long lastStamp;

    private long lastPoint;
    /** What is waited for; 0 for nothing. */
    private long settlingStamp;

    private long settlingPoint;

    RetainedReplica(ChangeLog changes, Deadlines deadlines, Counters counters, Peers peers) {
        this.changes = changes;
        this.deadlines = deadlines;
        this.counters = counters;
        this.peers = peers;
        partitions = peers.partitions();
        settled = new long[partitions.shards()];
        for (int shard = 0; shard < partitions.shards(); shard++) {
            graves.add(new ArrayDeque<>(0));
        }
    }

    /**
     * Applies a change that is made here.
     *
     * @return its stamp, to be told to the other shards with {@link #onTold} behind it; 0 if they need not know
     */
    long change(RoutedMessage message, @Nullable Source source) {
        if (!peers.exist()) {
            apply(message, 0, source);
            return 0;
        }
        TopicName topic = message.message().topic();
        if (message.message().payload().isEmpty() && messages.get(topic) == null) {
            return 0; // one that is on its way here counts as published later
        }
        clock++;
        long stamp = clock << SHARD_BITS | partitions.shard();
        apply(message, stamp, source);
        return stamp;
    }

    /** The other shards were told of this change; the last point of the log stands for their answers. */
    void onTold(long stamp) {
        lastStamp = stamp;
        lastPoint = changes.last();
        settle();
    }

    /** Applies a change that was made on another shard, unless a later one is known. */
    void onChange(RoutedMessage message, long stamp, @Nullable Source source) {
        clock = Math.max(clock, stamp >> SHARD_BITS);
        if (stamp > stamp(message.message().topic())) {
            apply(message, stamp, source);
        }
    }

    private long stamp(TopicName topic) {
        RoutedMessage retained = messages.get(topic);
        return retained == null ? tombstones.getOrDefault(topic, 0L) : retained.retainedStamp;
    }

    private void apply(RoutedMessage message, long stamp, @Nullable Source source) {
        TopicName topic = message.message().topic();
        remember(topic, message.message().payload().isEmpty() ? null : source);
        boolean isOurs = partitions.areHere(topic.toString());
        RoutedMessage before;
        if (message.message().payload().isEmpty()) {
            before = messages.remove(topic); // [MQTT-3.3.1-6], [MQTT-3.3.1-7]
            bury(topic, stamp, before != null);
        } else {
            if (stamp != 0) {
                tombstones.remove(topic);
            }
            before = messages.put(message); // [MQTT-3.3.1-5]
            message.retainedStamp = stamp;
            message.keep(counters.memory);
            if (isOurs) {
                changes.hold(message);
                if (message.isStored()) {
                    changes.append(new StateChange.RetainedPut(topic, message.storedId(), stamp, source));
                }
            }
            expireLater(message);
        }
        if (before != null) {
            forget(before, isOurs);
        }
        count();
    }

    private void remember(TopicName topic, @Nullable Source source) {
        if (source != null) {
            sources.put(topic, source);
        } else if (!sources.isEmpty()) {
            sources.remove(topic);
        }
    }

    @Nullable
    Source source(TopicName topic) {
        return sources.get(topic);
    }

    private void expireLater(RoutedMessage message) {
        long until = message.expiresAtMillis();
        long most = mostMillis.getAsLong();
        if (most > 0 && message.isStored()) { // what the broker says of itself it says again only when it changes
            until = Math.min(until, deadlines.wallMillis() + most);
        }
        if (until != StateChange.NEVER) {
            message.retainedUntil = deadlines.at(until, () -> expire(message));
        }
    }

    /** How long messages may be retained at most, from now or the start of the process on; 0 for ever. */
    void atMost(LongSupplier millis) {
        mostMillis = millis;
    }

    private void expire(RoutedMessage message) {
        TopicName topic = message.message().topic();
        remember(topic, null);
        boolean isOurs = partitions.areHere(topic.toString());
        messages.remove(topic);
        bury(topic, message.retainedStamp, true);
        forget(message, isOurs);
        count();
    }

    private void forget(RoutedMessage before, boolean isOurs) {
        if (before.retainedUntil != null) {
            deadlines.cancel(before.retainedUntil);
            before.retainedUntil = null;
        }
        before.unkeep(counters.memory);
        if (isOurs) {
            changes.release(before);
        } else {
            changes.mayDrop(before);
        }
    }

    /** All shards have the same: one of them says how many. */
    private void count() {
        if (partitions.shard() == 0) {
            counters.retainedMessages.set(messages.size());
        }
    }

    // ---- tombstones

    private static int giverOf(long stamp) {
        return (int) (stamp & ((1 << SHARD_BITS) - 1));
    }

    /** @param was whether the topic had a message */
    private void bury(TopicName topic, long stamp, boolean was) {
        boolean isOurs = partitions.areHere(topic.toString());
        if (stamp > settled[giverOf(stamp)]) {
            tombstones.put(topic, stamp);
            graves.get(giverOf(stamp)).add(new Tombstone(topic, stamp));
            if (isOurs) {
                changes.append(new StateChange.RetainedPut(topic, 0, stamp));
            }
        } else {
            boolean isStored = (stamp != 0 && tombstones.remove(topic) != null) || was;
            if (isOurs && isStored) {
                changes.append(new StateChange.RetainedRemoved(topic));
            }
        }
    }

    /** Waits for the answers to all changes of this shard's own so far, then says so; then for the next ones. */
    private void settle() {
        if (settlingStamp == 0 && lastStamp > settled[partitions.shard()]) {
            settlingStamp = lastStamp;
            settlingPoint = lastPoint;
            lookWhetherSettled();
        }
    }

    private void lookWhetherSettled() {
        if (changes.isCommitted(settlingPoint)) {
            long stamp = settlingStamp;
            settlingStamp = 0;
            peers.tellAll(new PeerMessage.RetainedSettled(stamp));
            onSettled(partitions.shard(), stamp);
            settle();
        } else {
            changes.afterCommit(this::lookWhetherSettled);
        }
    }

    /** All changes with stamps up to this one that the shard gave are known everywhere. */
    void onSettled(int shard, long stamp) {
        settled[shard] = stamp;
        ArrayDeque<Tombstone> buried = graves.get(shard);
        while (buried.peek() instanceof Tombstone first && first.stamp <= stamp) {
            buried.remove();
            if (tombstones.remove(first.topic, first.stamp) && partitions.areHere(first.topic.toString())) {
                changes.append(new StateChange.RetainedRemoved(first.topic));
            }
        }
    }

    /** Changes that are remembered although their message is gone. */
    int tombstones() {
        return tombstones.size();
    }

    // ---- reading

    /**
     * Puts back a message that was retained before this process began. Nothing older can come, so its stamp only says where
     * the clock has to go on.
     */
    void restore(RoutedMessage message, long stamp, @Nullable Source source) {
        remember(message.message().topic(), source);
        clock = Math.max(clock, stamp >> SHARD_BITS);
        messages.put(message);
        message.keep(counters.memory);
        if (partitions.areHere(message.message().topic().toString())) {
            changes.restoreReference(message);
        }
        expireLater(message);
        count();
    }

    void match(TopicFilter filter, Consumer<RoutedMessage> visitor) {
        messages.match(filter, visitor);
    }

    @Nullable
    RoutedMessage get(TopicName topic) {
        return messages.get(topic);
    }
}
