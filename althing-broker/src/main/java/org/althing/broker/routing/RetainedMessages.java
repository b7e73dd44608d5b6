package org.althing.broker.routing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** The retained message of each topic, by the levels of the topic. */
public final class RetainedMessages {
    private final Node root = new Node(null, "");
    private int size;

    /** Puts a message in the place of the topic's retained one; returns that, or null if there was none. */
    public @Nullable RoutedMessage put(RoutedMessage message) {
        Node node = root;
        for (String level : message.message().topic().levels()) {
            node = node.childOrNew(level);
        }
        RoutedMessage before = node.message;
        node.message = message;
        if (before == null) {
            size++;
        }
        return before;
    }

    /** Removes the topic's retained message; returns it, or null if there was none. */
    public @Nullable RoutedMessage remove(TopicName topic) {
        Node node = find(topic);
        if (node == null || node.message == null) {
            return null;
        }
        RoutedMessage before = node.message;
        node.message = null;
        size--;
        node.prune();
        return before;
    }

    /** The topic's retained message, or null. */
    public @Nullable RoutedMessage get(TopicName topic) {
        Node node = find(topic);
        return node == null ? null : node.message;
    }

    /** Topics that have one. */
    public int size() {
        return size;
    }

    /** Visits each retained message whose topic matches the filter. */
    public void match(TopicFilter filter, Consumer<RoutedMessage> visitor) {
        match(root, filter.levels(), 0, visitor);
    }

    /** The node's topic matches the first {@code depth} levels of the filter. */
    private static void match(Node node, List<String> levels, int depth, Consumer<RoutedMessage> visitor) {
        if (depth == levels.size()) {
            node.visit(visitor);
            return;
        }
        switch (levels.get(depth)) {
            case "#" -> {
                node.visit(visitor); // [MQTT-4.7.1-2] # also matches the level above it
                for (Node child : node.children.values()) {
                    if (!child.isHidden()) {
                        match(child, levels, depth, visitor);
                    }
                }
            }
            case "+" -> {
                for (Node child : node.children.values()) {
                    if (!child.isHidden()) {
                        match(child, levels, depth + 1, visitor);
                    }
                }
            }
            default -> {
                Node child = node.children.get(levels.get(depth));
                if (child != null) {
                    match(child, levels, depth + 1, visitor);
                }
            }
        }
    }

    private @Nullable Node find(TopicName topic) {
        Node node = root;
        for (String level : topic.levels()) {
            node = node.children.get(level);
            if (node == null) {
                return null;
            }
        }
        return node;
    }

    private static final class Node {
        private final @Nullable Node parent;
        private final String level;
        /** Empty and shared until the first child comes. */
        private Map<String, Node> children = Map.of();

        private @Nullable RoutedMessage message;

        Node(@Nullable Node parent, String level) {
            this.parent = parent;
            this.level = level;
        }

        Node childOrNew(String name) {
            Node child = children.get(name);
            if (child == null) {
                if (children.isEmpty()) {
                    children = new HashMap<>(4);
                }
                child = new Node(this, name);
                children.put(name, child);
            }
            return child;
        }

        /** Whether a wildcard does not see it: a first level that begins with $ ([MQTT-4.7.2-1]). */
        boolean isHidden() {
            return parent != null && parent.parent == null && level.startsWith("$");
        }

        void visit(Consumer<RoutedMessage> visitor) {
            if (message != null) {
                visitor.accept(message);
            }
        }

        /** Takes this node and those above it out of the tree, as far as they hold nothing. */
        void prune() {
            Node node = this;
            while (node.parent != null && node.message == null && node.children.isEmpty()) {
                Node above = node.parent;
                above.children.remove(node.level);
                if (above.children.isEmpty()) {
                    above.children = Map.of();
                }
                node = above;
            }
        }
    }
}
