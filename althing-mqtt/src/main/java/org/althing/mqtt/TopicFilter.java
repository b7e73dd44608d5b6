package org.althing.mqtt;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Topic Filter, perhaps of a Shared Subscription ({@code $share/group/filter}). Valid by construction; its levels are
 * split once.
 */
public final class TopicFilter {
    private final String text;
    private final @Nullable String shareName;
    private final List<String> levels;

    private TopicFilter(String text, @Nullable String shareName, List<String> levels) {
        this.text = text;
        this.shareName = shareName;
        this.levels = levels;
    }

    /**
     * @throws IllegalArgumentException if the text is empty, longer than 65,535 bytes in UTF-8, holds U+0000, an unpaired
     *     surrogate or a wildcard that is not a whole level ([MQTT-4.7.1-1], [MQTT-4.7.1-2], [MQTT-4.7.3-1] to
     *     [MQTT-4.7.3-3]), or, as a shared one, lacks its name or its filter ([MQTT-4.8.2-1], [MQTT-4.8.2-2]); the
     *     message says which
     */
    public static TopicFilter of(String text) {
        TopicSyntax.checkFilter(text);
        if (text.startsWith(TopicSyntax.SHARE)) {
            int start = TopicSyntax.SHARE.length();
            int end = text.indexOf('/', start);
            return new TopicFilter(text, text.substring(start, end), TopicSyntax.split(text.substring(end + 1)));
        }
        return new TopicFilter(text, null, TopicSyntax.split(text));
    }

    /** The levels of the filter without {@code $share/group/}. */
    public List<String> levels() {
        return levels;
    }

    /** The Share Name, or null if the subscription is not shared. */
    public @Nullable String shareName() {
        return shareName;
    }

    public boolean isShared() {
        return shareName != null;
    }

    public boolean hasWildcard() {
        return levels.contains("+") || levels.getLast().equals("#");
    }

    /** Whether messages on this topic match (section 4.7, [MQTT-4.7.2-1]). The oracle of every topic tree. */
    public boolean matches(TopicName name) {
        List<String> topic = name.levels();
        if (name.startsWithDollar()
                && (levels.getFirst().equals("+") || levels.getFirst().equals("#"))) {
            return false;
        }
        for (int i = 0; i < levels.size(); i++) {
            String level = levels.get(i);
            if (level.equals("#")) {
                return true;
            }
            if (i >= topic.size() || !(level.equals("+") || level.equals(topic.get(i)))) {
                return false;
            }
        }
        return levels.size() == topic.size();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicFilter that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The whole filter as subscribed, with {@code $share/group/} if it is shared. */
    @Override
    public String toString() {
        return text;
    }
}
