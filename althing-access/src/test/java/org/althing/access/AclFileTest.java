package org.althing.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AclFileTest {
    private static final Path FILE = Path.of("acl");

    private static AclFile acl(String... lines) {
        try {
            return AclFile.parse(FILE, bytes(lines));
        } catch (AccessFileException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(String... lines) {
        return String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    }

    private static boolean reads(AclFile acl, @Nullable String user, String topic) {
        return acl.rights("id", user).allows(Action.READ, TopicName.of(topic));
    }

    private static boolean writes(AclFile acl, @Nullable String user, String topic) {
        return acl.rights("id", user).allows(Action.WRITE, TopicName.of(topic));
    }

    @Test
    void what_no_line_allows_is_denied() {
        AclFile acl = acl("user anna", "topic home/#");
        assertThat(writes(acl, "anna", "home/a")).isTrue();
        assertThat(writes(acl, "anna", "away")).isFalse();
        assertThat(writes(acl, "bert", "home/a")).isFalse();
        assertThat(writes(acl, null, "home/a")).isFalse();
    }

    @Test
    void lines_before_the_first_user_are_for_anonymous_clients_alone() {
        AclFile acl = acl("topic read news/#", "user anna", "topic read own");
        assertThat(reads(acl, null, "news/today")).isTrue();
        assertThat(writes(acl, null, "news/today")).isFalse();
        assertThat(reads(acl, "anna", "news/today")).isFalse();
    }

    @Test
    void a_user_may_stand_in_several_places() {
        AclFile acl = acl("user anna", "topic a", "user bert", "topic b", "user anna", "topic c");
        assertThat(writes(acl, "anna", "a") && writes(acl, "anna", "c")).isTrue();
        assertThat(writes(acl, "anna", "b")).isFalse();
    }

    @Test
    void each_word_allows_what_it_says() {
        AclFile acl = acl("user a", "topic read r", "topic write w", "topic readwrite rw", "topic both");
        assertThat(reads(acl, "a", "r")).isTrue();
        assertThat(writes(acl, "a", "r")).isFalse();
        assertThat(reads(acl, "a", "w")).isFalse();
        assertThat(writes(acl, "a", "w")).isTrue();
        assertThat(reads(acl, "a", "rw") && writes(acl, "a", "rw")).isTrue();
        assertThat(reads(acl, "a", "both") && writes(acl, "a", "both")).isTrue();
    }

    @Test
    void deny_wins_wherever_it_stands() {
        AclFile acl = acl("user a", "topic home/#", "topic deny home/safe/#");
        assertThat(reads(acl, "a", "home/kitchen")).isTrue();
        assertThat(reads(acl, "a", "home/safe/code")).isFalse();
        assertThat(writes(acl, "a", "home/safe/code")).isFalse();
    }

    @Test
    void a_topic_may_have_spaces_and_the_name_of_a_word() {
        AclFile acl = acl("user a b", "topic read living room/#", "topic deny", "topic write write");
        assertThat(reads(acl, "a b", "living room/lamp")).isTrue();
        assertThat(writes(acl, "a b", "deny")).isTrue();
        assertThat(writes(acl, "a b", "write")).isTrue();
    }

    @Test
    void patterns_are_for_all_with_their_own_names() {
        AclFile acl = acl("pattern write dev/%u/%c/#", "pattern read all/%c");
        AclRights anna = acl.rights("phone", "anna");
        assertThat(anna.allows(Action.WRITE, TopicName.of("dev/anna/phone/x"))).isTrue();
        assertThat(anna.allows(Action.WRITE, TopicName.of("dev/bert/phone/x"))).isFalse();
        AclRights nobody = acl.rights("phone", null);
        assertThat(nobody.allows(Action.WRITE, TopicName.of("dev/null/phone/x")))
                .isFalse();
        assertThat(nobody.allows(Action.READ, TopicName.of("all/phone"))).isTrue();
    }

    @Test
    void a_users_own_line_decides_before_a_pattern_that_denies() {
        AclFile acl = acl("user anna", "topic dev/anna", "pattern deny dev/%u");
        assertThat(reads(acl, "anna", "dev/anna")).isTrue();
        assertThat(reads(acl, "bert", "dev/bert")).isFalse();
    }

    @Test
    void a_name_that_is_a_wildcard_gets_nothing_from_patterns() {
        AclFile acl = acl("pattern dev/%u", "pattern dev/%c");
        for (AclRights sly : List.of(acl.rights("c", "+"), acl.rights("#", "u"), acl.rights("a+b", null))) {
            AclRights.Decision decision = sly.decide(Action.READ, TopicName.of("dev/bert"));
            assertThat(decision.allowed()).isFalse();
            assertThat(decision.reason()).startsWith("ACL denying access to client with dangerous ");
        }
        assertThat(reads(acl("user +", "topic a"), "+", "a")).isTrue();
    }

    @Test
    void a_name_that_is_not_one_level_gets_nothing_from_patterns_that_have_it() {
        AclFile acl = acl("pattern dev/%u/#", "pattern write %c");
        assertThat(reads(acl, "a/b", "dev/a/b/c")).isFalse();
        assertThat(reads(acl, "a/b", "dev/a/c")).isFalse();
        assertThat(acl.rights("", "u").allows(Action.WRITE, TopicName.of("/"))).isFalse();
    }

    @Test
    void names_stand_for_whole_levels_alone() {
        AclFile acl = acl("pattern a%c/%u", "pattern write %c%u");
        assertThat(writes(acl, "u", "aid/u")).isFalse();
        assertThat(writes(acl, "u", "a%c/u")).isTrue();
        assertThat(writes(acl, "u", "idu")).isFalse();
        assertThat(writes(acl, "u", "%c%u")).isTrue();
    }

    @Test
    void a_pattern_without_a_name_is_for_all_and_draws_a_warning() {
        AclFile acl = acl("", "pattern read all/#");
        assertThat(reads(acl, "anna", "all/x") && reads(acl, null, "all/x")).isTrue();
        assertThat(acl.warnings())
                .containsExactly("Warning: ACL pattern 'all/#' does not contain '%c' or '%u' (acl:2).");
    }

    @Test
    void only_spaces_separate_and_only_the_first_column_begins_a_comment() {
        AclFile acl = acl("#x", "  topic   read   a b \t", "user \t anna ", "topic\u0020 b\r");
        assertThat(reads(acl, null, "a b")).isTrue();
        assertThat(writes(acl, "anna", "b")).isTrue();
        refused("acl:1: '#x' is none of user, topic and pattern", " #x");
        refused("acl:1: 'topic\ta' is none of user, topic and pattern", "topic\ta");
        refused("acl:1: 'reads' is none of read, write, readwrite and deny", "topic reads a");
    }

    @Test
    void comments_may_be_in_any_encoding_and_rules_not() throws AccessFileException {
        byte[] latin = "# f\u00fcr anna\ntopic a".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(reads(AclFile.parse(FILE, latin), null, "a")).isTrue();
        assertThatThrownBy(() -> AclFile.parse(FILE, "\ntopic \u00fc".getBytes(StandardCharsets.ISO_8859_1)))
                .hasMessage("acl:2: it is not text in UTF-8");
    }

    @Test
    void a_shared_subscription_may_stand_in_a_rule_and_is_no_topic() {
        assertThat(reads(acl("topic $share/g/a", "topic b"), null, "a")).isFalse();
    }

    @Test
    void topics_that_begin_with_dollar_need_a_line_that_does() {
        AclFile acl = acl("user a", "topic read #");
        assertThat(reads(acl, "a", "$SYS/broker/uptime")).isFalse();
        assertThat(reads(acl("user a", "topic read $SYS/#"), "a", "$SYS/broker/uptime"))
                .isTrue();
    }

    @Test
    void a_decision_names_its_line() {
        AclFile acl = acl("# rules", "user anna", "topic read a/#", "topic deny a/b");
        AclRights rights = acl.rights("id", "anna");
        assertThat(rights.decide(Action.READ, TopicName.of("a/c")).reason()).isEqualTo("allowed by 'topic read a/#'");
        assertThat(rights.decide(Action.READ, TopicName.of("a/c")).rule())
                .extracting(AclRule::line)
                .isEqualTo(3);
        assertThat(rights.decide(Action.WRITE, TopicName.of("a/b")).reason()).isEqualTo("denied by 'topic deny a/b'");
        assertThat(rights.decide(Action.WRITE, TopicName.of("a/c")).reason()).isEqualTo("no rule allows it");
    }

    @Test
    void an_explanation_says_for_each_rule_why_it_decides_or_does_not() {
        AclFile acl = acl(
                "topic read news",
                "user bert",
                "topic a/b",
                "user anna",
                "topic write a/b",
                "topic read a/#",
                "topic read a/b",
                "topic c",
                "pattern read a/%u",
                "pattern a/+",
                "pattern read %c/%u");
        assertThat(acl.explain("id", "anna", Action.READ, TopicName.of("a/b")).stream()
                        .map(step -> step.rule().line() + (step.decides() ? " ! " : " ") + step.why()))
                .containsExactly(
                        "1 is for clients without a user name",
                        "3 is for user 'bert'",
                        "5 matches, but is about writing only",
                        "6 ! allows it",
                        "7 matches, but line 6 decides before it",
                        "8 does not match",
                        "9 'a/anna' does not match",
                        "10 matches, but line 6 decides before it",
                        "11 'id/anna' does not match");
        assertThat(acl.explain("id", null, Action.READ, TopicName.of("a/b")))
                .filteredOn(step -> step.rule().line() == 9)
                .singleElement()
                .satisfies(step -> assertThat(step.why()).isEqualTo("needs a user name"));
    }

    @Test
    void what_is_wrong_is_named_with_its_line() {
        refused("acl:1: 'topics' is none of user, topic and pattern", "topics a");
        refused("acl:2: 'user' is followed by nothing", "", "user ");
        refused("acl:1: 'topic' is followed by nothing", "topic");
        assertThatThrownBy(() -> AclFile.parse(FILE, bytes("topic read a/#/b")))
                .isInstanceOf(AccessFileException.class)
                .hasMessageStartingWith("acl:1: 'a/#/b': ");
    }

    private static void refused(String message, String... lines) {
        assertThatThrownBy(() -> AclFile.parse(FILE, bytes(lines)))
                .isInstanceOf(AccessFileException.class)
                .hasMessage(message);
    }
}
