package org.althing.access;

import java.nio.file.Path;
import java.util.List;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** What an ACL file says about one client. */
public final class AclRights {
    /** A rule, with the client's names in it. */
    record Line(AclRule rule, TopicFilter filter) {}

    /**
     * An answer, and what gave it.
     *
     * @param rule the line that decided; null where none did, which denies
     * @param reason one sentence with file and line, for the log
     */
    public record Decision(boolean allowed, @Nullable AclRule rule, String reason) {}

    private final Path file;
    private final Line[] own;
    private final Line[] patterns;
    private final boolean ambiguous;

    AclRights(Path file, List<Line> own, List<Line> patterns, boolean ambiguous) {
        this.file = file;
        this.own = own.toArray(Line[]::new);
        this.patterns = patterns.toArray(Line[]::new);
        this.ambiguous = ambiguous;
    }

    public boolean allows(Action action, TopicName topic) {
        Line line = deciding(action, topic);
        return line != null && line.rule().access() != AclRule.Access.DENY;
    }

    /** The same, in words. */
    public Decision decide(Action action, TopicName topic) {
        Line line = deciding(action, topic);
        if (line != null) {
            boolean allowed = line.rule().access() != AclRule.Access.DENY;
            return new Decision(
                    allowed,
                    line.rule(),
                    (allowed ? "allowed" : "denied") + " by '" + line.rule() + "' (" + file + ":"
                            + line.rule().line() + ")");
        }
        return new Decision(
                false,
                null,
                ambiguous
                        ? "denied: " + file + " has patterns, and the user name or client identifier has a wildcard"
                        : "denied: no line of " + file + " allows it");
    }

    private @Nullable Line deciding(Action action, TopicName topic) {
        Line line = deciding(own, action, topic);
        return line == null ? deciding(patterns, action, topic) : line;
    }

    private static @Nullable Line deciding(Line[] lines, Action action, TopicName topic) {
        for (Line line : lines) {
            if (concerns(line.rule().access(), action) && line.filter().matches(topic)) {
                return line;
            }
        }
        return null;
    }

    private static boolean concerns(AclRule.Access access, Action action) {
        return switch (access) {
            case DENY, READWRITE -> true;
            case READ -> action == Action.READ;
            case WRITE -> action == Action.WRITE;
        };
    }
}
