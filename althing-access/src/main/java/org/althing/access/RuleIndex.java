package org.althing.access;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * Rules that are asked together: the one that decides is the first in their order that matches, and those that deny come
 * first. A few are tried one by one; more stand in a tree of topic levels, so that a message costs the same however many
 * rules there are.
 */
final class RuleIndex {
    static final RuleIndex NOTHING = new RuleIndex(List.of());

    /** More than these make a tree. */
    private static final int FEW = 8;

    private static final int NONE = Integer.MAX_VALUE;

    /** A rule, with the client's names in its filter. */
    record Entry(AclRule rule, TopicFilter filter) {}

    /** Entries by their place in the order. */
    private static final class Node {
        final Map<String, Node> children = new HashMap<>(2);

        @Nullable
        Node plus;

        final List<Integer> ending = new ArrayList<>(1);
        final List<Integer> endingWithHash = new ArrayList<>(0);
        int[] here = {};
        int[] below = {};

        void freeze() {
            here = ending.stream().mapToInt(Integer::intValue).toArray();
            below = endingWithHash.stream().mapToInt(Integer::intValue).toArray();
            children.values().forEach(Node::freeze);
            if (plus != null) {
                plus.freeze();
            }
        }
    }

    private final Entry[] entries;
    private final @Nullable Node root;

    /** @param entries in their order; those that deny are put before the others */
    RuleIndex(List<Entry> entries) {
        List<Entry> ordered = new ArrayList<>(entries.size());
        entries.stream().filter(entry -> entry.rule().denies()).forEach(ordered::add);
        entries.stream().filter(entry -> !entry.rule().denies()).forEach(ordered::add);
        this.entries = ordered.toArray(Entry[]::new);
        root = entries.size() > FEW ? tree() : null;
    }

    private Node tree() {
        Node top = new Node();
        for (int i = 0; i < entries.length; i++) {
            Node node = top;
            boolean hash = false;
            for (String level : entries[i].filter().levels()) {
                if (level.equals("#")) {
                    hash = true;
                } else if (level.equals("+")) {
                    node.plus = node.plus == null ? new Node() : node.plus;
                    node = node.plus;
                } else {
                    node = node.children.computeIfAbsent(level, missing -> new Node());
                }
            }
            (hash ? node.endingWithHash : node.ending).add(i);
        }
        top.freeze();
        return top;
    }

    /** Whether one rule denies to read all that the filter matches. */
    boolean deniesAll(TopicFilter filter) {
        for (Entry entry : entries) {
            if (entry.rule().denies() && Filters.covers(entry.filter(), filter)) {
                return true;
            }
        }
        return false;
    }

    /** Whether one rule allows to read something that the filter matches. */
    boolean allowsSome(TopicFilter filter) {
        for (Entry entry : entries) {
            boolean reads = !entry.rule().denies() && entry.rule().concerns(Action.READ);
            if (reads && Filters.overlap(entry.filter(), filter)) {
                return true;
            }
        }
        return false;
    }

    /** The rule that decides, or null if none does. */
    @Nullable
    AclRule find(Action action, TopicName topic) {
        if (root != null) {
            int best = search(root, topic, 0, action, NONE);
            return best == NONE ? null : entries[best].rule();
        }
        for (Entry entry : entries) {
            if (entry.rule().concerns(action) && entry.filter().matches(topic)) {
                return entry.rule();
            }
        }
        return null;
    }

    private int search(Node node, TopicName topic, int depth, Action action, int bestSoFar) {
        List<String> levels = topic.levels();
        boolean wild = depth > 0 || !topic.startsWithDollar(); // [MQTT-4.7.2-1]
        int best = wild ? first(node.below, action, bestSoFar) : bestSoFar;
        if (depth == levels.size()) {
            return first(node.here, action, best);
        }
        Node child = node.children.get(levels.get(depth));
        if (child != null) {
            best = search(child, topic, depth + 1, action, best);
        }
        return node.plus != null && wild ? search(node.plus, topic, depth + 1, action, best) : best;
    }

    private int first(int[] places, Action action, int bestSoFar) {
        for (int place : places) {
            if (place >= bestSoFar) {
                break;
            }
            if (entries[place].rule().concerns(action)) {
                return place;
            }
        }
        return bestSoFar;
    }
}
