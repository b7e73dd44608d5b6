package org.althing.broker.routing;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * All subscriptions, by the levels of their filters.
 *
 * <pre>
 *   root ── "sport" ── "tennis" ── "#"   many: sport/tennis/#
 *     │        └────── "+"               exact: sport/+
 *     ├──── "+" ────── "finance"         exact: +/finance
 *     └ many: #
 * </pre>
 *
 * <p>A node stands for the levels from the root to it. It holds the subscriptions whose filter ends there ({@code exact})
 * and those whose filter goes on with {@code #} ({@code many}). Both are dense arrays: a subscription knows its index, and
 * the last one takes the place of one that goes, so that one of n equal subscriptions is added or removed in O(1).
 */
public final class TopicTree {
    /** Levels that a topic name or filter may have here, as in Mosquitto: it bounds the recursion. */
    public static final int LEVELS_MAX = 200;

    private final Node root = new Node(null, "");
    private int size;

    /** Adds a subscription, which is in no tree yet. */
    public void add(Subscription subscription) {
        assert subscription.index < 0 : "already in a tree: " + subscription.filter();
        Node node = root;
        List<String> levels = subscription.filter().levels();
        boolean endsInHash = levels.getLast().equals("#");
        for (int i = 0; i < levels.size() - (endsInHash ? 1 : 0); i++) {
            node = node.childOrNew(levels.get(i));
        }
        (endsInHash ? node.many : node.exact).add(subscription);
        size++;
    }

    /** Removes a subscription that is in this tree. */
    public void remove(Subscription subscription) {
        TopicFilter filter = subscription.filter();
        List<String> levels = filter.levels();
        boolean endsInHash = levels.getLast().equals("#");
        Node node = root;
        for (int i = 0; i < levels.size() - (endsInHash ? 1 : 0); i++) {
            Node child = node.child(levels.get(i));
            if (child == null) {
                throw new IllegalStateException("not in the tree: " + filter);
            }
            node = child;
        }
        (endsInHash ? node.many : node.exact).remove(subscription);
        size--;
        node.prune();
    }

    /** Subscriptions in the tree. */
    public int size() {
        return size;
    }

    /** Visits each subscription whose filter matches the name. */
    public void match(TopicName name, Consumer<Subscription> visitor) {
        List<String> levels = name.levels();
        if (name.startsWithDollar()) {
            // [MQTT-4.7.2-1] A leading wildcard does not match a topic that begins with $.
            Node child = root.literal(levels.getFirst());
            if (child != null) {
                match(child, levels, 1, visitor);
            }
        } else {
            match(root, levels, 0, visitor);
        }
    }

    /** The node matches the first {@code depth} levels. */
    private static void match(Node node, List<String> levels, int depth, Consumer<Subscription> visitor) {
        node.many.visit(visitor); // [MQTT-4.7.1-2] # also matches the level above it
        if (depth == levels.size()) {
            node.exact.visit(visitor);
            return;
        }
        Node child = node.literal(levels.get(depth));
        if (child != null) {
            match(child, levels, depth + 1, visitor);
        }
        if (node.plus != null) {
            match(node.plus, levels, depth + 1, visitor);
        }
    }

    private static final class Node {
        private final @Nullable Node parent;
        private final String level;
        private final Subscriptions exact = new Subscriptions();
        private final Subscriptions many = new Subscriptions();
        private @Nullable Map<String, Node> literals;
        private @Nullable Node plus;

        Node(@Nullable Node parent, String level) {
            this.parent = parent;
            this.level = level;
        }

        @Nullable
        Node literal(String name) {
            return literals == null ? null : literals.get(name);
        }

        @Nullable
        Node child(String name) {
            return name.equals("+") ? plus : literal(name);
        }

        Node childOrNew(String name) {
            Node child = child(name);
            if (child == null) {
                child = new Node(this, name);
                if (name.equals("+")) {
                    plus = child;
                } else {
                    if (literals == null) {
                        literals = new HashMap<>(4);
                    }
                    literals.put(name, child);
                }
            }
            return child;
        }

        /** Takes this node and those above it out of the tree, as far as they hold nothing. */
        void prune() {
            Node node = this;
            while (node.parent != null && node.isEmpty()) {
                Node above = node.parent;
                if (above.plus == node) {
                    above.plus = null;
                } else if (above.literals != null) {
                    above.literals.remove(node.level);
                    if (above.literals.isEmpty()) {
                        above.literals = null;
                    }
                }
                node = above;
            }
        }

        private boolean isEmpty() {
            return exact.count == 0 && many.count == 0 && literals == null && plus == null;
        }
    }

    /** A dense array in which each element knows its index. */
    private static final class Subscriptions {
        private static final @Nullable Subscription[] NONE = {};

        private @Nullable Subscription[] array = NONE;
        private int count;

        void add(Subscription subscription) {
            if (count == array.length) {
                array = Arrays.copyOf(array, count == 0 ? 1 : count * 2);
            }
            array[count] = subscription;
            subscription.index = count;
            count++;
        }

        void remove(Subscription subscription) {
            int index = subscription.index;
            if (index < 0 || index >= count || array[index] != subscription) {
                throw new IllegalStateException("not in the tree: " + subscription.filter());
            }
            count--;
            Subscription last = array[count];
            array[count] = null;
            if (last != null && last != subscription) {
                array[index] = last;
                last.index = index;
            }
            subscription.index = -1;
            if (count < array.length / 4) {
                array = count == 0 ? NONE : Arrays.copyOf(array, array.length / 2);
            }
        }

        void visit(Consumer<Subscription> visitor) {
            for (int i = 0; i < count; i++) {
                Subscription subscription = array[i];
                if (subscription != null) {
                    visitor.accept(subscription);
                }
            }
        }
    }
}
