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
 * and those whose filter goes on with {@code #} ({@code many}), and which other shards have such ones. Both are dense arrays: a subscription knows its index, and
 * the last one takes the place of one that goes, so that one of n equal subscriptions is added or removed in O(1).
 */
public final class TopicTree {
    /** Levels that a topic name or filter may have here: it bounds the recursion. Mosquitto: the same, 200 slashes. */
    public static final int LEVELS_MAX = 201;

    private static final int BRANCHES = 1 << 10;

    private final Node root = new Node(null, "");
    private int size;
    private long removals;

    /*
     * STAMPS. Each counts the changes to filters of one kind, so the sum of the three that a topic depends on is the same
     * again only if none of them has changed:
     *
     *   a/b/c       exact      those without wildcards, by the hash of the whole topic
     *   a/b/+, a/b/#  branches   those whose first two levels are literal, by the hash of the two
     *   +, #, a/#   wide       all others
     */
    private final long[] exact = new long[BRANCHES];

    private final long[] branches = new long[BRANCHES];
    private long wide;

    /** Adds a subscription, which is in no tree yet; true if it is the first one with its filter. */
    public boolean add(Subscription subscription) {
        assert subscription.index < 0 : "already in a tree: " + subscription.filter();
        TopicFilter filter = subscription.filter();
        Subscriptions subscriptions = nodeOrNew(filter).subscriptions(filter);
        subscriptions.add(subscription);
        changed(filter);
        size++;
        return subscriptions.count == 1;
    }

    /** Removes a subscription that is in this tree; true if it was the last one with its filter. */
    public boolean remove(Subscription subscription) {
        TopicFilter filter = subscription.filter();
        Node node = node(filter);
        Subscriptions subscriptions = node.subscriptions(filter);
        subscriptions.remove(subscription);
        changed(filter);
        size--;
        removals++;
        node.prune();
        return subscriptions.count == 0;
    }

    /** Notes that another shard has subscriptions to this filter. */
    void addPeer(TopicFilter filter, int shard) {
        nodeOrNew(filter).subscriptions(filter).peers |= 1L << shard;
        changed(filter);
    }

    /** Another shard has no subscriptions to this filter any more. */
    void removePeer(TopicFilter filter, int shard) {
        Node node = node(filter);
        node.subscriptions(filter).peers &= ~(1L << shard);
        changed(filter);
        node.prune();
    }

    /** A subscription with this filter has come, gone, or other options now. */
    void changed(TopicFilter filter) {
        List<String> levels = filter.levels();
        if (!filter.hasWildcard()) {
            String topic = filter.isShared() ? String.join("/", levels) : filter.toString();
            exact[slot(topic.hashCode())]++;
        } else if (isLiteral(levels.get(0)) && isLiteral(levels.get(1))) {
            branches[branch(levels)]++;
        } else {
            wide++;
        }
    }

    private static boolean isLiteral(String level) {
        return !level.equals("+") && !level.equals("#");
    }

    private static int branch(List<String> levels) {
        int hash = levels.get(0).hashCode();
        return slot(levels.size() == 1 ? hash : hash * 31 + levels.get(1).hashCode());
    }

    private static int slot(int hash) {
        return (hash * 0x9E37_79B9) >>> -Integer.numberOfTrailingZeros(BRANCHES);
    }

    /** The branch of a topic, for {@link #stamp}. */
    static int branch(TopicName topic) {
        return branch(topic.levels());
    }

    /** Changes, to another number than any before, when a filter that might match the topic comes or goes. */
    long stamp(int branch, TopicName topic) {
        return wide + branches[branch] + exact[slot(topic.hashCode())];
    }

    /** How often a subscription was removed. */
    long removals() {
        return removals;
    }

    private Node nodeOrNew(TopicFilter filter) {
        List<String> levels = filter.levels();
        int count = levels.size() - (levels.getLast().equals("#") ? 1 : 0);
        Node node = root;
        for (int i = 0; i < count; i++) {
            node = node.childOrNew(levels.get(i));
        }
        return node;
    }

    private Node node(TopicFilter filter) {
        List<String> levels = filter.levels();
        int count = levels.size() - (levels.getLast().equals("#") ? 1 : 0);
        Node node = root;
        for (int i = 0; i < count; i++) {
            Node child = node.child(levels.get(i));
            if (child == null) {
                throw new IllegalStateException("not in the tree: " + filter);
            }
            node = child;
        }
        return node;
    }

    /** Subscriptions in the tree. */
    public int size() {
        return size;
    }

    /**
     * Visits each subscription whose filter matches the name.
     *
     * @return which other shards have matching ones, as bits
     */
    public long match(TopicName name, Consumer<Subscription> visitor) {
        List<String> levels = name.levels();
        if (name.startsWithDollar()) {
            // [MQTT-4.7.2-1] A leading wildcard does not match a topic that begins with $.
            Node child = root.literal(levels.getFirst());
            return child == null ? 0 : match(child, levels, 1, visitor);
        }
        return match(root, levels, 0, visitor);
    }

    /** The node matches the first {@code depth} levels. */
    private static long match(Node node, List<String> levels, int depth, Consumer<Subscription> visitor) {
        long peers = visit(node.many, visitor); // [MQTT-4.7.1-2] # also matches the level above it
        if (depth == levels.size()) {
            return peers | visit(node.exact, visitor);
        }
        Node child = node.literal(levels.get(depth));
        if (child != null) {
            peers |= match(child, levels, depth + 1, visitor);
        }
        if (node.plus != null) {
            peers |= match(node.plus, levels, depth + 1, visitor);
        }
        return peers;
    }

    private static long visit(@Nullable Subscriptions subscriptions, Consumer<Subscription> visitor) {
        if (subscriptions == null) {
            return 0;
        }
        subscriptions.visit(visitor);
        return subscriptions.peers;
    }

    private static final class Node {
        private final @Nullable Node parent;
        private final String level;
        /** Null before the first one, and again when the last one has gone. */
        private @Nullable Subscriptions exact;

        private @Nullable Subscriptions many;
        private @Nullable Map<String, Node> literals;
        private @Nullable Node plus;

        Node(@Nullable Node parent, String level) {
            this.parent = parent;
            this.level = level;
        }

        /** Those whose filter, which ends here, is this one. */
        Subscriptions subscriptions(TopicFilter filter) {
            Subscriptions known = filter.endsWithHash() ? many : exact;
            if (known != null) {
                return known;
            }
            Subscriptions begun = new Subscriptions();
            if (filter.endsWithHash()) {
                many = begun;
            } else {
                exact = begun;
            }
            return begun;
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
            exact = exact == null || exact.isEmpty() ? null : exact;
            many = many == null || many.isEmpty() ? null : many;
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
            return exact == null && many == null && literals == null && plus == null;
        }
    }

    /** A dense array in which each element knows its index. */
    private static final class Subscriptions {
        private static final @Nullable Subscription[] NONE = {};

        private @Nullable Subscription[] array = NONE;
        private int count;
        /** Other shards that have some of the same filter, as bits. */
        private long peers;

        boolean isEmpty() {
            return count == 0 && peers == 0;
        }

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
