package org.althing.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Draws the tree of watch: a line a topic, with its last value, how often and how long ago. */
final class WatchScreen {
    private static final int LONG_TREE = 40;

    private final Colors colors;
    private final TopicNode root;
    private List<TopicNode> lines = new ArrayList<>();
    private int selected;
    private int top;
    private String filter = "";

    WatchScreen(Colors colors, TopicNode root) {
        this.colors = colors;
        this.root = root;
    }

    void filter(String text) {
        filter = text;
        selected = 0;
        top = 0;
    }

    String filter() {
        return filter;
    }

    @Nullable
    TopicNode selected() {
        return selected < lines.size() ? lines.get(selected) : null;
    }

    void move(int by) {
        selected = Math.clamp(selected + (long) by, 0, Math.max(0, lines.size() - 1));
    }

    void openAll(boolean open) {
        openAll(root, open);
        selected = 0;
    }

    private static void openAll(TopicNode node, boolean open) {
        for (TopicNode child : node.children.values()) {
            child.open = open;
            openAll(child, open);
        }
    }

    /** Where the selected node's parent is, for closing what one is in. */
    void toParent() {
        TopicNode node = selected();
        int at = node == null || node.parent == null ? -1 : lines.indexOf(node.parent);
        selected = at < 0 ? selected : at;
    }

    /**
     * The whole screen.
     *
     * @param head its first line
     * @param foot its last one
     */
    String draw(String head, String foot, int rows, int columns, long now) {
        List<TopicNode> visible = new ArrayList<>();
        TopicNode kept = selected();
        collect(root, visible);
        lines = visible;
        int same = kept == null ? -1 : lines.indexOf(kept);
        selected = same >= 0 ? same : Math.clamp(selected, 0, Math.max(0, lines.size() - 1));
        int space = Math.max(1, rows - 2);
        top = Math.clamp(top, Math.max(0, selected - space + 1), selected);
        StringBuilder screen = new StringBuilder("\u001b[H");
        line(screen, colors.bold(cut(head, columns)));
        int widest = widest(space);
        for (int i = top; i < top + space; i++) {
            line(screen, i < lines.size() ? row(lines.get(i), i == selected, widest, columns, now) : "");
        }
        return screen.append(colors.dim(cut(foot, columns)))
                .append("\u001b[K\u001b[J")
                .toString();
    }

    private static void line(StringBuilder screen, String text) {
        screen.append(text).append("\u001b[K\r\n");
    }

    /** Nodes that are to be seen: all whose parents are open, or with a filter all that it fits and their parents. */
    private boolean collect(TopicNode node, List<TopicNode> into) {
        boolean any = false;
        for (TopicNode child : node.children.values()) {
            int at = into.size();
            into.add(child);
            boolean below = child.open || !filter.isEmpty() ? collect(child, into) : false;
            boolean fits = filter.isEmpty()
                    || below
                    || child.topic.toLowerCase(Locale.ROOT).contains(filter.toLowerCase(Locale.ROOT))
                    || child.line().toLowerCase(Locale.ROOT).contains(filter.toLowerCase(Locale.ROOT));
            if (fits) {
                any = true;
            } else {
                into.subList(at, into.size()).clear();
            }
        }
        return any;
    }

    private static int depth(TopicNode node) {
        int depth = -1;
        for (TopicNode each = node.parent; each != null; each = each.parent) {
            depth++;
        }
        return depth;
    }

    private int widest(int space) {
        int widest = 8;
        for (int i = top; i < Math.min(top + space, lines.size()); i++) {
            widest = Math.max(
                    widest, 2 * depth(lines.get(i)) + 2 + lines.get(i).name.length());
        }
        return Math.min(widest, LONG_TREE);
    }

    private String row(TopicNode node, boolean isSelected, int widest, int columns, long now) {
        String sign = node.children.isEmpty() ? "  " : node.open || !filter.isEmpty() ? "▾ " : "▸ ";
        String name = node.name.isEmpty() ? "(empty level)" : Printable.text(node.name);
        String tree = padded("  ".repeat(depth(node)) + sign + name, widest);
        String tail = node.hasMessage() ? tail(node, now) : node.open ? "" : count(node) + " topics";
        int space = columns - tree.length() - tail.length() - 2;
        if (space < 4) {
            tail = ""; // a narrow screen: the value matters more
            space = columns - tree.length() - 2;
        }
        String value = space < 1 ? "" : padded(node.line(), space);
        String shown = cut(tree, columns - 1);
        if (isSelected && colors.on) {
            return "\u001b[7m" + cut(shown + " " + value + " " + tail, columns) + "\u001b[0m";
        }
        String rest = cut((isSelected ? ">" : " ") + value + " ", columns - shown.length() - tail.length());
        return colors.topic(shown) + rest + colors.dim(tail);
    }

    private static int count(TopicNode node) {
        int count = 0;
        for (TopicNode child : node.children.values()) {
            count += (child.hasMessage() ? 1 : 0) + count(child);
        }
        return count;
    }

    /** Size, marks, rate and age: always as wide. */
    private static String tail(TopicNode node, long now) {
        String marks = (node.retained() ? "R" : " ") + (node.qos() > 0 ? Integer.toString(node.qos()) : " ");
        double rate = node.rate(now);
        String speed = rate < 0.05 ? "" : number(rate) + "/s";
        return marks + left(bytes(node.payloadLength()), 7) + left(speed, 9) + left(age(node.ageNanos(now)), 6);
    }

    private static String number(double value) {
        return value < 10
                ? new String(Decimals.of(value, 1), java.nio.charset.StandardCharsets.US_ASCII)
                : Long.toString(Math.round(value));
    }

    private static String bytes(int length) {
        return length < 10_000 ? length + " B" : length / 1_000 + " kB";
    }

    static String age(long nanos) {
        long seconds = nanos / 1_000_000_000L;
        if (seconds < 100) {
            return seconds + "s";
        }
        return seconds < 6_000
                ? seconds / 60 + "m"
                : seconds < 360_000 ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
    }

    private static String left(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }

    private static String padded(String text, int width) {
        return text.length() > width ? cut(text, width) : text + " ".repeat(width - text.length());
    }

    private static String cut(String text, int width) {
        if (text.length() <= width) {
            return text;
        }
        return width < 1 ? "" : text.substring(0, width - 1) + "…";
    }
}
