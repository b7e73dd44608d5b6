package org.althing.access;

import org.althing.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * One line of an ACL file.
 *
 * @param line from 1 on
 * @param filter as written, in a pattern with {@code %c} and {@code %u}
 */
public record AclRule(int line, Access access, String filter, boolean isPattern) {
    /** What a line allows. */
    public enum Access {
        READ,
        WRITE,
        READWRITE,
        DENY;

        static @Nullable Access of(String word) {
            return switch (word) {
                case "read" -> READ;
                case "write" -> WRITE;
                case "readwrite" -> READWRITE;
                case "deny" -> DENY;
                default -> null;
            };
        }
    }

    /** @throws IllegalArgumentException if it is no topic filter, saying why */
    static void check(String filter) {
        TopicFilter parsed = TopicFilter.of(filter);
        if (parsed.isShared()) {
            throw new IllegalArgumentException("a rule names topics, not a shared subscription");
        }
    }

    /** The filter for this client; null if the rule does not concern it. */
    @Nullable
    TopicFilter filterFor(String clientId, @Nullable String userName) {
        if (!isPattern) {
            return TopicFilter.of(filter);
        }
        if (userName == null && filter.contains("%u")) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < filter.length(); i++) {
            if (filter.startsWith("%c", i)) {
                text.append(clientId);
                i++;
            } else if (filter.startsWith("%u", i)) {
                text.append(userName);
                i++;
            } else {
                text.append(filter.charAt(i));
            }
        }
        try {
            return TopicFilter.of(text.toString());
        } catch (IllegalArgumentException notAFilter) {
            return null; // longer than a topic may be, or empty: nothing can match it
        }
    }

    /** As it stands in the file. */
    @Override
    public String toString() {
        return (isPattern ? "pattern " : "topic ") + access.name().toLowerCase(java.util.Locale.ROOT) + " " + filter;
    }
}
