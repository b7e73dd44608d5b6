package org.althing.access;

import java.util.Locale;
import java.util.StringJoiner;
import org.althing.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * One line of an ACL file.
 *
 * @param line from 1 on
 * @param user whose rule it is; null for a pattern, and for a rule of clients without a user name
 * @param filter as written, in a pattern with {@code %c} and {@code %u}
 */
public record AclRule(int line, Access access, @Nullable String user, String filter, boolean isPattern) {
    private static final String SHARE = "$share/";
    private static final int LEVELS_MAX = 201;

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

    boolean denies() {
        return access == Access.DENY;
    }

    boolean concerns(Action action) {
        return switch (access) {
            case DENY, READWRITE -> true;
            case READ -> action == Action.READ;
            case WRITE -> action == Action.WRITE;
        };
    }

    /** @throws IllegalArgumentException if Mosquitto would not take the filter, saying why */
    static void check(String filter) {
        if (!filter.startsWith(
                SHARE)) { // no message has such a topic, so the rule never applies, but it may stand there
            TopicFilter parsed = TopicFilter.of(filter);
            if (parsed.levels().size() > LEVELS_MAX) {
                throw new IllegalArgumentException("it has more than " + LEVELS_MAX + " levels");
            }
        }
    }

    /** Whether it names neither the client identifier nor the user name, though it is a pattern. */
    boolean isPlainPattern() {
        return isPattern && !filter.contains("%c") && !filter.contains("%u");
    }

    boolean hasNameInsideLevel() {
        for (String level : filter.split("/", -1)) {
            boolean whole = level.equals("%c") || level.equals("%u");
            if (!whole && (level.contains("%c") || level.contains("%u"))) {
                return true;
            }
        }
        return false;
    }

    /**
     * The filter for this client; null if no topic matches it, or the rule does not concern the client. Mosquitto: since
     * 2.1 {@code %c} and {@code %u} stand for the names only where they are a whole level, and a name with a slash in it
     * matches nothing; before, they were replaced anywhere.
     */
    @Nullable
    TopicFilter filterFor(String clientId, @Nullable String userName) {
        if (filter.startsWith(SHARE) || (isPattern && userName == null && filter.contains("%u"))) {
            return null;
        }
        if (!isPattern || isPlainPattern()) {
            return TopicFilter.of(filter);
        }
        StringJoiner text = new StringJoiner("/");
        for (String level : filter.split("/", -1)) {
            String name = level.equals("%c") ? clientId : level.equals("%u") ? userName : null;
            if (name != null && (name.isEmpty() || name.indexOf('/') >= 0)) {
                return null;
            }
            text.add(name == null ? level : name);
        }
        try {
            return TopicFilter.of(text.toString());
        } catch (IllegalArgumentException notAFilter) {
            return null; // longer than a topic may be: nothing can match it
        }
    }

    /** As it stands in the file. */
    @Override
    public String toString() {
        return (isPattern ? "pattern " : "topic ") + access.name().toLowerCase(Locale.ROOT) + " " + filter;
    }
}
