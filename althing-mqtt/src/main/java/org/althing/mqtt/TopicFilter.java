package org.althing.mqtt;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Topic Filter, perhaps of a Shared Subscription ({@code $share/group/filter}). Valid by construction; its levels are
 * split when asked for: most filters are only kept.
 */
public final class TopicFilter {
    private final String text;
    private final @Nullable String shareName;

    private TopicFilter(String text, @Nullable String shareName) {
        this.text = text;
        this.shareName = shareName;
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
            return new TopicFilter(text, text.substring(start, end));
        }
        return new TopicFilter(text, null);
    }

    /** The levels of the filter without {@code $share/group/}; split anew at each call. */
    public List<String> levels() {
        return TopicSyntax.split(start() == 0 ? text : text.substring(start()));
    }

    /** Where the filter begins behind {@code $share/group/}. */
    private int start() {
        return shareName == null ? 0 : TopicSyntax.SHARE.length() + shareName.length() + 1;
    }

    /** The Share Name, or null if the subscription is not shared. */
    public @Nullable String shareName() {
        return shareName;
    }

    public boolean isShared() {
        return shareName != null;
    }

    public boolean hasWildcard() {
        // A wildcard is always a whole level.
        return endsWithHash() || text.indexOf('+', start()) >= 0;
    }

    /** Whether the last level is {@code #}: such a filter matches all levels below, and the one above. */
    public boolean endsWithHash() {
        return text.charAt(text.length() - 1) == '#';
    }

    /** Whether messages on this topic match (section 4.7, [MQTT-4.7.2-1]). The oracle of every topic tree. */
    public boolean matches(TopicName name) {
        String topic = name.toString();
        int f = start();
        int t = 0;
        if (name.startsWithDollar() && (text.charAt(f) == '+' || text.charAt(f) == '#')) {
            return false;
        }
        while (true) { // both stand at the beginning of a level
            if (isLevel(f, '#')) {
                return true;
            }
            int topicEnd = end(topic, t);
            int filterEnd = end(text, f);
            if (!isLevel(f, '+') && !(topicEnd - t == filterEnd - f && text.regionMatches(f, topic, t, topicEnd - t))) {
                return false;
            }
            boolean topicGoesOn = topicEnd < topic.length();
            boolean filterGoesOn = filterEnd < text.length();
            if (!topicGoesOn || !filterGoesOn) {
                // [MQTT-4.7.1-2] # also matches the level above it
                return topicGoesOn == filterGoesOn || (filterGoesOn && isLastHash(filterEnd + 1));
            }
            t = topicEnd + 1;
            f = filterEnd + 1;
        }
    }

    /** Whether this character is a whole level: a wildcard always is one. */
    private boolean isLevel(int at, char wildcard) {
        return at < text.length() && text.charAt(at) == wildcard;
    }

    private boolean isLastHash(int at) {
        return at == text.length() - 1 && text.charAt(at) == '#';
    }

    private static int end(String levels, int from) {
        int slash = levels.indexOf('/', from);
        return slash < 0 ? levels.length() : slash;
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
