package org.althing.access;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
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
    private final List<AclRule> rules;
    private final List<String> warnings;
    private final RuleIndex anonymous;
    private final Map<String, RuleIndex> byUser = new HashMap<>();
    private final List<AclRule> patterns;

    private AclFile(Path file, List<AclRule> rules, List<String> warnings) {
        this.file = file;
        this.rules = List.copyOf(rules);
        this.warnings = List.copyOf(warnings);
        patterns = rules.stream().filter(AclRule::isPattern).toList();
        Map<@Nullable String, List<RuleIndex.Entry>> own = new LinkedHashMap<>();
        for (AclRule rule : rules) {
            TopicFilter filter = rule.isPattern() ? null : rule.filterFor("", null);
            if (filter != null) {
                own.computeIfAbsent(rule.user(), missing -> new ArrayList<>()).add(new RuleIndex.Entry(rule, filter));
            }
        }
        List<RuleIndex.Entry> ofNobody = own.remove(null);
        anonymous = ofNobody == null ? RuleIndex.NOTHING : new RuleIndex(ofNobody);
        own.forEach((name, entries) -> byUser.put(name, new RuleIndex(entries)));
    }

    /** @throws AccessFileException if it cannot be read, or naming the first line that is not a rule */
    public static AclFile read(Path file) throws AccessFileException {
        try {
            return parse(file, Files.readAllBytes(file));
        } catch (AccessFileException e) {
            throw e;
        } catch (IOException e) {
            throw new AccessFileException(file, e);
        }
    }

    /** @param bytes of the whole file; only lines that are rules have to be UTF-8 */
    static AclFile parse(Path file, byte[] bytes) throws AccessFileException {
        List<AclRule> rules = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        String user = null;
        int line = 0;
        for (int start = 0; start < bytes.length; ) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            line++;
            boolean comment = bytes[start] == '#'; // Mosquitto: an indented one is no comment
            String text = comment ? "" : AclLine.trimmed(decoded(file, line, bytes, start, end));
            AclLine words = text.isEmpty() ? null : AclLine.split(file, line, text);
            if (words != null && words.isUser()) {
                user = words.rest();
            } else if (words != null) {
                AclRule rule = words.rule(file, line, user);
                rules.add(rule);
                warn(file, rule, warnings);
            }
            start = end + 1;
        }
        return new AclFile(file, rules, warnings);
    }

    private static String decoded(Path file, int line, byte[] bytes, int start, int end) throws AccessFileException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, start, end - start))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new AccessFileException(file, line, "it is not text in UTF-8");
        }
    }

    private static void warn(Path file, AclRule rule, List<String> warnings) {
        if (rule.isPlainPattern()) {
            warnings.add("Warning: ACL pattern '" + rule.filter() + "' does not contain '%c' or '%u' (" + file + ":"
                    + rule.line() + ").");
        }
    }

    /**
     * What one client may do. Worked out once for a connection, so that a message costs no reading of patterns.
     *
     * @param userName as it was proved, or null for an anonymous client
     */
    public AclRights rights(String clientId, @Nullable String userName) {
        RuleIndex own = userName == null ? anonymous : byUser.getOrDefault(userName, RuleIndex.NOTHING);
        String ambiguous = ambiguous(clientId, userName);
        List<RuleIndex.Entry> ofPatterns = new ArrayList<>();
        if (ambiguous == null) {
            for (AclRule rule : patterns) {
                TopicFilter filter = rule.filterFor(clientId, userName);
                if (filter != null) {
                    ofPatterns.add(new RuleIndex.Entry(rule, filter));
                }
            }
        }
        return new AclRights(file, own, new RuleIndex(ofPatterns), ambiguous);
    }

    /** Mosquitto: a name that is a wildcard itself would make a pattern mean more than it says. */
    private @Nullable String ambiguous(String clientId, @Nullable String userName) {
        if (patterns.isEmpty()) {
            return null;
        }
        // These words are Mosquitto's, which scripts look for.
        if (isWild(userName)) {
            return "ACL denying access to client with dangerous username \"" + userName + "\"";
        }
        return isWild(clientId) ? "ACL denying access to client with dangerous client id \"" + clientId + "\"" : null;
    }

    private static boolean isWild(@Nullable String name) {
        return name != null && (name.indexOf('+') >= 0 || name.indexOf('#') >= 0);
    }

    /**
     * What each rule has to do with this question.
     *
     * @param rule the rule
     * @param decides whether it is the one that gives the answer
     * @param why in a few words: why it decides, or why it does not
     */
    public record Step(AclRule rule, boolean decides, String why) {}

    /** Every rule of the file, in its order, with what it has to do with the question. */
    public List<Step> explain(String clientId, @Nullable String userName, Action action, TopicName topic) {
        AclRule deciding = rights(clientId, userName).decide(action, topic).rule();
        String ambiguous = ambiguous(clientId, userName);
        List<Step> steps = new ArrayList<>();
        for (AclRule rule : rules) {
            if (rule.equals(deciding)) {
                steps.add(new Step(rule, true, rule.denies() ? "denies it" : "allows it"));
            } else {
                String why = rule.isPattern() && ambiguous != null
                        ? ambiguous
                        : whyNot(rule, clientId, userName, action, topic, deciding);
                steps.add(new Step(rule, false, why));
            }
        }
        return steps;
    }

    private static String whyNot(
            AclRule rule,
            String clientId,
            @Nullable String userName,
            Action action,
            TopicName topic,
            @Nullable AclRule deciding) {
        String owner = rule.user();
        if (!rule.isPattern() && owner == null && userName != null) {
            return "is for clients without a user name";
        }
        if (!rule.isPattern() && owner != null && !owner.equals(userName)) {
            return "is for user '" + owner + "'";
        }
        if (rule.isPattern() && userName == null && rule.filter().contains("%u")) {
            return "needs a user name";
        }
        TopicFilter filter = rule.filterFor(clientId, userName);
        if (filter == null) {
            return rule.isPattern() ? "a name is empty or has a slash in it" : "no topic can match it";
        }
        if (!filter.matches(topic)) {
            return rule.isPattern() ? "'" + filter + "' does not match" : "does not match";
        }
        if (!rule.concerns(action)) {
            return "matches, but is about " + (action == Action.READ ? "writing" : "reading") + " only";
        }
        return "matches, but line " + (deciding == null ? 0 : deciding.line()) + " decides before it";
    }

    /** Patterns in which a name is only a part of a level, and so stands for nothing. */
    public List<String> patternsInsideLevels() {
        return patterns.stream()
                .filter(AclRule::hasNameInsideLevel)
                .map(rule -> "'" + rule + "' (" + file + ":" + rule.line() + ")")
                .toList();
    }

    /** What is odd about it, and no error, in whole sentences. */
    public List<String> warnings() {
        return warnings;
    }

    public Path file() {
        return file;
    }
}
