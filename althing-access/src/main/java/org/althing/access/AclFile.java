package org.althing.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.althing.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * Mosquitto's {@code acl_file}: who may publish to and be sent which topics.
 *
 * <pre>
 *   topic read news/#                 before any user: for clients without a user name
 *   user anna
 *   topic readwrite home/#            for her alone; without a word, readwrite
 *   topic deny home/alarm             for her alone, before all that allow
 *   pattern write devices/%u/%c/#     for all: %u is the user name, %c the client identifier
 * </pre>
 *
 * <p>A user's own lines decide before the patterns; within each, those that deny before those that allow. What no line
 * allows is denied. Subscribing is always allowed: a line counts when a message is sent, as in Mosquitto.
 */
public final class AclFile {
    private final Path file;
    private final List<AclRule> anonymous;
    private final Map<String, List<AclRule>> byUser;
    private final List<AclRule> patterns;

    private AclFile(Path file, List<AclRule> anonymous, Map<String, List<AclRule>> byUser, List<AclRule> patterns) {
        this.file = file;
        this.anonymous = anonymous;
        this.byUser = byUser;
        this.patterns = patterns;
    }

    /** @throws AccessFileException if it cannot be read, or naming the first line that is not a rule */
    public static AclFile read(Path file) throws AccessFileException {
        try {
            return parse(file, Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (AccessFileException e) {
            throw e;
        } catch (IOException e) {
            throw new AccessFileException(file, e);
        }
    }

    static AclFile parse(Path file, List<String> lines) throws AccessFileException {
        List<AclRule> anonymous = new ArrayList<>();
        List<AclRule> patterns = new ArrayList<>();
        Map<String, List<AclRule>> byUser = new LinkedHashMap<>();
        List<AclRule> own = anonymous;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int space = line.indexOf(' ');
            String word = space < 0 ? line : line.substring(0, space);
            String rest = space < 0 ? "" : line.substring(space + 1).strip();
            if (rest.isEmpty()) {
                throw new AccessFileException(file, i + 1, "'" + word + "' is followed by nothing");
            }
            switch (word) {
                case "user" -> own = byUser.computeIfAbsent(rest, name -> new ArrayList<>());
                case "topic" -> own.add(rule(file, i + 1, rest, false));
                case "pattern" -> patterns.add(rule(file, i + 1, rest, true));
                default ->
                    throw new AccessFileException(file, i + 1, "'" + word + "' is none of user, topic and pattern");
            }
        }
        byUser.replaceAll((name, rules) -> List.copyOf(rules));
        return new AclFile(file, List.copyOf(anonymous), Map.copyOf(byUser), List.copyOf(patterns));
    }

    private static AclRule rule(Path file, int line, String rest, boolean isPattern) throws AccessFileException {
        int space = rest.indexOf(' ');
        AclRule.Access access = space < 0 ? null : AclRule.Access.of(rest.substring(0, space));
        String filter = access == null ? rest : rest.substring(space + 1).strip();
        if (filter.isEmpty()) {
            throw new AccessFileException(file, line, "no topic filter follows '" + rest + "'");
        }
        try {
            AclRule.check(filter);
        } catch (IllegalArgumentException e) {
            throw new AccessFileException(file, line, "'" + filter + "': " + e.getMessage());
        }
        return new AclRule(line, access == null ? AclRule.Access.READWRITE : access, filter, isPattern);
    }

    /**
     * What one client may do. Worked out once for a connection, so that a message costs no reading of patterns.
     *
     * @param userName as it was proved, or null for an anonymous client
     */
    public AclRights rights(String clientId, @Nullable String userName) {
        List<AclRule> own = userName == null ? anonymous : byUser.getOrDefault(userName, List.of());
        boolean ambiguous = !patterns.isEmpty() && (isWild(userName) || isWild(clientId));
        List<AclRights.Line> lines = new ArrayList<>();
        add(own, clientId, userName, lines);
        int ownCount = lines.size();
        if (!ambiguous) {
            add(patterns, clientId, userName, lines);
        }
        return new AclRights(file, lines.subList(0, ownCount), lines.subList(ownCount, lines.size()), ambiguous);
    }

    /** Mosquitto: a name that is a wildcard itself would make a pattern mean more than it says. */
    private static boolean isWild(@Nullable String name) {
        return name != null && (name.indexOf('+') >= 0 || name.indexOf('#') >= 0);
    }

    /** Adds the rules that concern the client, those that deny first. */
    private static void add(
            List<AclRule> rules, String clientId, @Nullable String userName, List<AclRights.Line> lines) {
        for (boolean deny : new boolean[] {true, false}) {
            for (AclRule rule : rules) {
                if ((rule.access() == AclRule.Access.DENY) == deny) {
                    TopicFilter filter = rule.filterFor(clientId, userName);
                    if (filter != null) {
                        lines.add(new AclRights.Line(rule, filter));
                    }
                }
            }
        }
    }

    public Path file() {
        return file;
    }
}
