package org.althing.tools;

import java.util.TreeMap;
import org.althing.mqtt.Bytes;
import org.jspecify.annotations.Nullable;

/** One level of a topic in the tree of watch: what came last there, how often, and what is below. */
final class TopicNode {
    /** Of a payload no more is kept; the screen shows less. */
    static final int PAYLOAD_BYTES_MAX = 4_096;

    private static final double SECOND = 1e9;

    final String name;
    final String topic;
    final @Nullable TopicNode parent;
    final TreeMap<String, TopicNode> children = new TreeMap<>();
    boolean open = true;
    private @Nullable Bytes payload;
    private int payloadLength;
    private boolean retained;
    private int qos;
    private long count;
    private long lastNanos;
    private double rate;

    TopicNode(String name, String topic, @Nullable TopicNode parent) {
        this.name = name;
        this.topic = topic;
        this.parent = parent;
    }

    /** The node of a topic below this one, made if it is not there. */
    TopicNode at(String whole) {
        TopicNode node = this;
        int from = 0;
        while (from <= whole.length()) {
            int slash = whole.indexOf('/', from);
            int end = slash < 0 ? whole.length() : slash;
            String level = whole.substring(from, end);
            TopicNode child = node.children.get(level);
            if (child == null) {
                child = new TopicNode(level, whole.substring(0, end), node);
                node.children.put(level, child);
            }
            node = child;
            from = end + 1;
        }
        return node;
    }

    void got(Bytes bytes, boolean wasRetained, int level, long now) {
        if (count > 0) {
            // The mean over about the last second, so that a rate falls when nothing comes.
            double gap = Math.max(1, now - lastNanos);
            double weight = 1 - Math.exp(-gap / SECOND);
            rate += weight * (SECOND / gap - rate);
        }
        payload = bytes.length() > PAYLOAD_BYTES_MAX
                ? Bytes.wrap(java.util.Arrays.copyOf(bytes.toByteArray(), PAYLOAD_BYTES_MAX))
                : bytes;
        payloadLength = bytes.length();
        retained = wasRetained;
        qos = level;
        count++;
        lastNanos = now;
    }

    boolean hasMessage() {
        return payload != null;
    }

    /** Messages a second just now. */
    double rate(long now) {
        double gap = now - lastNanos;
        return count < 2 ? 0 : Math.min(rate, rate * Math.exp(-(gap - SECOND / Math.max(rate, 0.001)) / SECOND));
    }

    long count() {
        return count;
    }

    boolean retained() {
        return retained;
    }

    int qos() {
        return qos;
    }

    int payloadLength() {
        return payloadLength;
    }

    long ageNanos(long now) {
        return now - lastNanos;
    }

    /** The payload on one line. */
    String line() {
        Bytes bytes = payload;
        if (bytes == null) {
            return "";
        }
        if (bytes.isEmpty()) {
            return "(empty)";
        }
        String text = Printable.utf8(bytes);
        if (text != null) {
            return Printable.text(text);
        }
        StringBuilder hex = new StringBuilder("0x");
        for (int i = 0; i < Math.min(bytes.length(), 64); i++) {
            int value = bytes.at(i) & 255;
            hex.append(Character.forDigit(value >> 4, 16)).append(Character.forDigit(value & 15, 16));
        }
        return hex.toString();
    }
}
