package org.althing.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.testing.Gen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rules in a list or in a tree, asked one by one or all at once: the answer is the same. */
class AclFileProperties {
    private static final List<String> USERS = List.of("anna", "bert", "+", "a/b");
    private static final List<String> NAMES = List.of("c1", "anna", "#", "x/y");

    @Test
    void what_is_decided_is_what_reading_the_file_line_by_line_says() {
        Gen.forAll(300, gen -> {
            List<String> lines = file(gen);
            AclFile acl = parsed(lines);
            for (int i = 0; i < 40; i++) {
                @Nullable String user = gen.oneIn(4) ? null : gen.pick(USERS);
                String clientId = gen.pick(NAMES);
                Action action = gen.pick(Action.values());
                TopicName topic = TopicName.of(topic(gen));
                boolean expected = slow(lines, clientId, user, action, topic.toString());
                AclRights rights = acl.rights(clientId, user);
                assertThat(rights.allows(action, topic))
                        .as("%s %s %s %s%n%s", clientId, user, action, topic, String.join("\n", lines))
                        .isEqualTo(expected);
                assertThat(rights.decide(action, topic).allowed()).isEqualTo(expected);
                long deciding = acl.explain(clientId, user, action, topic).stream()
                        .filter(AclFile.Step::decides)
                        .count();
                assertThat(deciding).isEqualTo(rights.decide(action, topic).rule() == null ? 0 : 1);
            }
        });
    }

    private static AclFile parsed(List<String> lines) {
        try {
            return AclFile.parse(Path.of("acl"), String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        } catch (AccessFileException e) {
            throw new AssertionError(e);
        }
    }

    /** Half of the files have more rules in a block than are tried one by one. */
    private static List<String> file(Gen gen) {
        List<String> lines = new ArrayList<>();
        int count = gen.bool() ? gen.between(1, 10) : gen.between(20, 60);
        for (int i = 0; i < count; i++) {
            lines.add(
                    gen.oneIn(6)
                            ? "user " + gen.pick(USERS)
                            : gen.pick("topic", "topic", "pattern")
                                    + gen.pick(" ", " read ", " write ", " readwrite ", " deny ")
                                    + filter(gen));
        }
        return lines;
    }

    private static String filter(Gen gen) {
        StringBuilder filter = new StringBuilder(gen.pick("a", "b", "+", "$x", "%c", "%u", "a%c", ""));
        for (int i = gen.between(0, 2); i > 0; i--) {
            filter.append('/').append(gen.pick("a", "b", "+", "%c", "%u", "anna", "c1", ""));
        }
        if (filter.isEmpty() || gen.oneIn(3)) {
            filter.append(filter.isEmpty() ? "#" : "/#");
        }
        return filter.toString();
    }

    private static String topic(Gen gen) {
        StringBuilder topic = new StringBuilder(gen.pick("a", "b", "$x", "anna", "c1", "a%c"));
        for (int i = gen.between(0, 3); i > 0; i--) {
            topic.append('/').append(gen.pick("a", "b", "anna", "bert", "c1", ""));
        }
        return topic.toString();
    }

    /** The file's meaning in the plainest form: text and loops. */
    private static boolean slow(
            List<String> lines, String clientId, @Nullable String user, Action action, String topic) {
        for (String kind : new String[] {"topic", "pattern"}) {
            boolean anyPattern = lines.stream().anyMatch(line -> line.startsWith("pattern"));
            if (kind.equals("pattern") && anyPattern && (isWild(user) || isWild(clientId))) {
                return false;
            }
            boolean allowed = false;
            String owner = null;
            for (String line : lines) {
                if (line.startsWith("user ")) {
                    owner = line.substring(5);
                }
                boolean mine = kind.equals("pattern") || java.util.Objects.equals(owner, user);
                if (!line.startsWith(kind) || !mine) {
                    continue;
                }
                String[] words = line.split(" ");
                String access = words.length == 2 ? "readwrite" : words[1];
                String filter = words[words.length - 1];
                if (kind.equals("pattern") && user == null && filter.contains("%u")) {
                    continue;
                }
                if (!matches(kind.equals("pattern"), filter, clientId, user, topic)) {
                    continue;
                }
                if (access.equals("deny")) {
                    return false;
                }
                allowed |= access.contains(action == Action.READ ? "read" : "write");
            }
            if (allowed) {
                return true;
            }
        }
        return false;
    }

    private static boolean isWild(@Nullable String name) {
        return name != null && (name.contains("+") || name.contains("#"));
    }

    private static boolean matches(
            boolean pattern, String filter, String clientId, @Nullable String user, String topic) {
        if (!pattern) {
            return TopicFilter.of(filter).matches(TopicName.of(topic));
        }
        String[] levels = filter.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            String name = levels[i].equals("%c") ? clientId : levels[i].equals("%u") ? user : null;
            if (name != null && name.contains("/")) {
                return false;
            }
            levels[i] = name == null ? levels[i] : name;
        }
        return TopicFilter.of(String.join("/", levels)).matches(TopicName.of(topic));
    }
}
