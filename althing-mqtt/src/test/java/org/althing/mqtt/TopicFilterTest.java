package org.althing.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.althing.testing.Gen;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** Topic filters: their form, and what they match (MQTT 5.0, section 4.7; the examples are its). */
class TopicFilterTest {
    private static void matches(String filter, String... names) {
        for (String name : names) {
            assertThat(TopicFilter.of(filter).matches(TopicName.of(name)))
                    .as("%s matches %s", filter, name)
                    .isTrue();
        }
    }

    private static void differs(String filter, String... names) {
        for (String name : names) {
            assertThat(TopicFilter.of(filter).matches(TopicName.of(name)))
                    .as("%s matches %s", filter, name)
                    .isFalse();
        }
    }

    private static void invalid(String... filters) {
        for (String filter : filters) {
            assertThatIllegalArgumentException().as(filter).isThrownBy(() -> TopicFilter.of(filter));
        }
    }

    @Test
    void the_multi_level_wildcard_matches_the_parent_and_all_below() {
        matches(
                "sport/tennis/player1/#",
                "sport/tennis/player1",
                "sport/tennis/player1/ranking",
                "sport/tennis/player1/score/wimbledon");
        differs("sport/tennis/player1/#", "sport/tennis/player2", "sport/tennis", "sport/tennis/player10");
        matches("sport/#", "sport", "sport/", "sport/a/b");
        matches("#", "sport", "/", "a/b/c", "/finance");
        matches("sport/tennis/#", "sport/tennis", "sport/tennis/x");
    }

    @Test
    void the_single_level_wildcard_matches_one_level_even_an_empty_one() {
        matches("sport/tennis/+", "sport/tennis/player1", "sport/tennis/player2", "sport/tennis/");
        differs("sport/tennis/+", "sport/tennis/player1/ranking", "sport/tennis");
        matches("sport/+", "sport/");
        differs("sport/+", "sport");
        matches("+", "finance");
        matches("+/+", "/finance", "a/b", "/");
        matches("/+", "/finance");
        differs("+", "/finance");
        matches("+/tennis/#", "sport/tennis", "sport/tennis/a/b");
        matches("sport/+/player1", "sport/tennis/player1", "sport//player1");
    }

    @Test
    void without_wildcards_names_match_character_by_character() {
        matches("ACCOUNTS", "ACCOUNTS");
        differs("ACCOUNTS", "Accounts", "ACCOUNTS/", "/ACCOUNTS");
        differs("/finance", "finance");
        matches("/", "/");
        matches("Accounts payable", "Accounts payable");
        differs("é", "e\u0301");
    }

    @Normative(value = "MQTT-4.7.2-1", v311 = "MQTT-4.7.2-1")
    @Test
    void a_leading_wildcard_does_not_match_a_name_that_begins_with_dollar() {
        differs("#", "$SYS/x", "$SYS");
        differs("+/monitor/Clients", "$SYS/monitor/Clients");
        differs("+", "$SYS");
        matches("$SYS/#", "$SYS", "$SYS/x");
        matches("$SYS/monitor/+", "$SYS/monitor/Clients");
        matches("a/+", "a/$b");
        matches("+/b", "a$/b");
    }

    @Normative(value = "MQTT-4.7.1-1", v311 = "MQTT-4.7.1-2")
    @Test
    void the_multi_level_wildcard_is_the_whole_last_level() {
        invalid("sport/tennis#", "sport/tennis/#/ranking", "##", "#/", "a/##", "#a");
    }

    @Normative(value = "MQTT-4.7.1-2", v311 = "MQTT-4.7.1-3")
    @Test
    void the_single_level_wildcard_is_a_whole_level() {
        invalid("sport+", "+sport", "a/b+/c", "++", "+#", "a/+#");
    }

    @Normative(
            value = {"MQTT-4.7.3-1", "MQTT-4.7.3-2", "MQTT-4.7.3-3"},
            v311 = {"MQTT-4.7.3-1", "MQTT-4.7.3-2", "MQTT-4.7.3-3"})
    @Test
    void a_filter_has_1_to_65535_bytes_without_null() {
        invalid("", "\u0000", "a\u0000b", "a".repeat(65_536), "é".repeat(32_768), "\uDC00", "a\uD800/b");
        assertThat(TopicFilter.of("a".repeat(65_535)).levels()).hasSize(1);
        assertThat(TopicFilter.of("/").levels()).containsExactly("", "");
    }

    @Normative({"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
    @Test
    void a_shared_subscription_has_a_name_and_a_filter() {
        TopicFilter shared = TopicFilter.of("$share/consumer1/sport/tennis/+");
        assertThat(shared.shareName()).isEqualTo("consumer1");
        assertThat(shared.isShared()).isTrue();
        assertThat(shared.levels()).containsExactly("sport", "tennis", "+");
        assertThat(shared.hasWildcard()).isTrue();
        assertThat(shared.toString()).isEqualTo("$share/consumer1/sport/tennis/+");
        matches("$share/consumer2/sport/tennis/+", "sport/tennis/player1");
        matches("$share/g//finance", "/finance");
        matches("$share/g/#", "a");
        differs("$share/g/#", "$SYS/x");
        invalid("$share/", "$share/g", "$share/g/", "$share//t", "$share/+/t", "$share/#/t", "$share/g+/t", "$share/#");
    }

    @Test
    void what_only_looks_like_a_share_is_an_ordinary_filter() {
        for (String text : List.of("$share", "$shared/g/t", "$SHARE/g/t", "a/$share/g/t")) {
            assertThat(TopicFilter.of(text).isShared()).isFalse();
        }
    }

    @Test
    void wildcards_are_seen() {
        assertThat(TopicFilter.of("a/b").hasWildcard()).isFalse();
        assertThat(TopicFilter.of("a/+/b").hasWildcard()).isTrue();
        assertThat(TopicFilter.of("a/#").hasWildcard()).isTrue();
    }

    @Test
    void the_text_of_a_refused_filter_cannot_break_a_line() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TopicFilter.of("a\nb#" + "c".repeat(1000)))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(200));
    }

    @Test
    void matching_agrees_with_a_definition_by_recursion() {
        Gen.forAll(50_000, gen -> {
            TopicName name = TopicName.of(levels(gen, "a", "b", "", "$"));
            String text = levels(gen, "a", "b", "", "$", "+", "+") + (gen.oneIn(3) ? "/#" : "");
            TopicFilter filter = TopicFilter.of(gen.oneIn(10) ? "#" : text);
            boolean hidden = name.toString().startsWith("$")
                    && (filter.toString().startsWith("+") || filter.toString().startsWith("#"));
            assertThat(filter.matches(name))
                    .as("%s matches %s", filter, name)
                    .isEqualTo(!hidden && matches(filter.levels(), name.levels()));
        });
    }

    private static String levels(Gen gen, String... choices) {
        String text = String.join("/", gen.list(1, 4, g -> g.pick(choices)));
        return text.isEmpty() ? "/" : text;
    }

    private static boolean matches(List<String> filter, List<String> name) {
        if (filter.isEmpty()) {
            return name.isEmpty();
        }
        String first = filter.getFirst();
        if (first.equals("#")) {
            return true;
        }
        return !name.isEmpty()
                && (first.equals("+") || first.equals(name.getFirst()))
                && matches(filter.subList(1, filter.size()), name.subList(1, name.size()));
    }
}
