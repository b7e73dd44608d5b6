package org.althing.broker.routing;

import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * Who got the messages on the topics that were published to lately. An answer carries the stamp of the tree's branches
 * that it depends on ({@link TopicTree#stamp}); after a change there it is found out of date, and asked for anew.
 *
 * <p>Four slots for each hash, the newest one left. The cache begins small, and doubles while topics drive each other out.
 */
final class MatchCache {
    private static final int SLOTS_MIN = 64;
    private static final int SLOTS_MAX = 1 << 18;
    private static final int WAYS = 4;

    /** Subscribers in all answers together, for each topic that may be kept. */
    private static final int SUBSCRIBERS_PER_TOPIC = 16;

    private record Entry(TopicName topic, int branch, long stamp, Audience audience) {}

    private final TopicTree tree;
    private final int slotsMax;
    private @Nullable Entry[] slots = new @Nullable Entry[SLOTS_MIN];
    private long subscribers;

    /** Valid answers that fell out since the cache has this size. */
    private int lost;

    /** The tree's removals when the cache was last known to hold nothing of what has gone. */
    private long removals;

    /** @param topicsMax how many topics are kept at most, rounded down to a power of two, at least 64 */
    MatchCache(TopicTree tree, int topicsMax) {
        this.tree = tree;
        slotsMax = Integer.highestOneBit(Math.clamp(topicsMax, SLOTS_MIN, SLOTS_MAX));
    }

    /** The answer for this topic, or null if none is known that is still right. */
    @Nullable
    Audience find(TopicName topic) {
        int first = first(topic, slots.length);
        for (int i = first; i < first + WAYS; i++) {
            Entry entry = slots[i];
            if (entry != null && entry.topic.equals(topic)) {
                return isValid(entry) ? entry.audience : null;
            }
        }
        return null;
    }

    private boolean isValid(Entry entry) {
        return entry.stamp == tree.stamp(entry.branch, entry.topic);
    }

    /** Whether an answer of this size may be kept. */
    boolean hasRoomFor(int size) {
        return subscribers + size <= (long) slotsMax * SUBSCRIBERS_PER_TOPIC;
    }

    /** Keeps an answer that the tree has just given. */
    void keep(TopicName topic, Audience audience) {
        forgetWhatHasGone();
        int branch = TopicTree.branch(topic);
        enter(new Entry(topic, branch, tree.stamp(branch, topic), audience));
        if (lost > slots.length / 4 && slots.length < slotsMax) {
            grow();
        }
    }

    /** An outdated answer keeps sessions that have ended from being collected: never many of them. */
    private void forgetWhatHasGone() {
        if (tree.removals() - removals > slots.length) {
            removals = tree.removals();
            for (int i = 0; i < slots.length; i++) {
                Entry entry = slots[i];
                if (entry != null && !isValid(entry)) {
                    put(i, null);
                }
            }
        }
    }

    private void enter(Entry entry) {
        int first = first(entry.topic, slots.length);
        int end = first;
        while (end < first + WAYS - 1 && !isFree(slots[end], entry.topic)) {
            end++;
        }
        if (!isFree(slots[end], entry.topic)) {
            lost++;
        }
        for (int i = end; i > first; i--) {
            put(i, slots[i - 1]);
        }
        put(first, entry);
    }

    /** Whether this place is to be had: nothing stands there, or the topic's old answer, or one out of date. */
    private boolean isFree(@Nullable Entry entry, TopicName topic) {
        return entry == null || entry.topic.equals(topic) || !isValid(entry);
    }

    private void put(int slot, @Nullable Entry entry) {
        Entry before = slots[slot];
        subscribers += (entry == null ? 0 : entry.audience.size()) - (before == null ? 0 : before.audience.size());
        slots[slot] = entry;
    }

    private void grow() {
        @Nullable Entry[] before = slots;
        slots = new @Nullable Entry[before.length * 2];
        subscribers = 0;
        for (int i = before.length - 1; i >= 0; i--) { // from the oldest of four to the newest
            Entry entry = before[i];
            if (entry != null && isValid(entry)) {
                enter(entry);
            }
        }
        lost = 0;
    }

    private static int first(TopicName topic, int slots) {
        return (topic.hashCode() * 0x9E37_79B9 >>> Integer.numberOfLeadingZeros(slots / WAYS - 1)) * WAYS;
    }

    /** All answers in it, outdated ones too. For tests. */
    List<Audience> held() {
        List<Audience> held = new ArrayList<>();
        for (Entry entry : slots) {
            if (entry != null) {
                held.add(entry.audience);
            }
        }
        return held;
    }
}
