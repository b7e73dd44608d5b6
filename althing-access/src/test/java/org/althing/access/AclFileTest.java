package org.althing.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AclFileTest {
    private static final Path FILE = Path.of("acl");

    private static AclFile acl(String... lines) {
        try {
            return AclFile.parse(FILE, List.of(lines));
        } catch (AccessFileException e) {
            throw new AssertionError(e);
        }
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
            assertThat(decision.reason()).contains("has a wildcard");
        }
        assertThat(reads(acl("user +", "topic a"), "+", "a")).isTrue();
    }

    @Test
    void a_name_with_a_slash_is_more_levels() {
        AclFile acl = acl("pattern dev/%u/#");
        assertThat(reads(acl, "a/b", "dev/a/b/c")).isTrue();
        assertThat(reads(acl, "a/b", "dev/a/c")).isFalse();
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
        assertThat(rights.decide(Action.READ, TopicName.of("a/c")).reason())
                .isEqualTo("allowed by 'topic read a/#' (acl:3)");
        assertThat(rights.decide(Action.WRITE, TopicName.of("a/b")).reason())
                .isEqualTo("denied by 'topic deny a/b' (acl:4)");
        assertThat(rights.decide(Action.WRITE, TopicName.of("a/c")).reason())
                .isEqualTo("denied: no line of acl allows it");
    }

    @Test
    void what_is_wrong_is_named_with_its_line() {
        refused("acl:1: 'topics' is none of user, topic and pattern", "topics a");
        refused("acl:2: 'user' is followed by nothing", "", "user ");
        refused("acl:1: 'topic' is followed by nothing", "topic");
        assertThatThrownBy(() -> AclFile.parse(FILE, List.of("topic read a/#/b")))
                .isInstanceOf(AccessFileException.class)
                .hasMessageStartingWith("acl:1: 'a/#/b': ");
        refused("acl:1: '$share/g/a': a rule names topics, not a shared subscription", "topic read $share/g/a");
    }

    private static void refused(String message, String... lines) {
        assertThatThrownBy(() -> AclFile.parse(FILE, List.of(lines)))
                .isInstanceOf(AccessFileException.class)
                .hasMessage(message);
    }
}
