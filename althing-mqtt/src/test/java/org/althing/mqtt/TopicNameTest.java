package org.althing.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.althing.testing.Gen;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

class TopicNameTest {
    @Normative(
            value = {"MQTT-4.7.0-1", "MQTT-4.7.3-1", "MQTT-4.7.3-2", "MQTT-4.7.3-3", "MQTT-1.5.4-1"},
            v311 = {"MQTT-4.7.1-1", "MQTT-4.7.3-1", "MQTT-4.7.3-2", "MQTT-4.7.3-3", "MQTT-1.5.3-1"})
    @Test
    void a_name_has_1_to_65535_bytes_without_wildcards_null_and_single_surrogates() {
        String[] invalid = {
            "",
            "#",
            "+",
            "a/#",
            "a/+/b",
            "a+",
            "\u0000",
            "a\u0000",
            "\uD800",
            "\uDC00a",
            "\uD83C\uD83C",
            "a".repeat(65_536),
            "\uD83C\uDF89".repeat(16_384)
        };
        for (String text : invalid) {
            assertThatIllegalArgumentException().isThrownBy(() -> TopicName.of(text));
        }
        assertThat(TopicName.of("a".repeat(65_535)).utf8Length()).isEqualTo(65_535);
        assertThat(TopicName.of("\uD83C\uDF89".repeat(16_383)).utf8Length()).isEqualTo(65_532);
    }

    @Test
    void levels_are_what_stands_between_slashes_empty_ones_too() {
        assertThat(TopicName.of("a").levels()).containsExactly("a");
        assertThat(TopicName.of("a//b").levels()).containsExactly("a", "", "b");
        assertThat(TopicName.of("/").levels()).containsExactly("", "");
        assertThat(TopicName.of("a/").levels()).containsExactly("a", "");
    }

    @Test
    void equal_text_is_an_equal_name() {
        assertThat(TopicName.of("a/b")).isEqualTo(TopicName.of("a/b")).hasSameHashCodeAs(TopicName.of("a/b"));
        assertThat(TopicName.of("a/b")).isNotEqualTo(TopicName.of("a/B"));
        assertThat(TopicName.of("$SYS").startsWithDollar()).isTrue();
        assertThat(TopicName.of("S$").startsWithDollar()).isFalse();
        assertThat(TopicName.ALIASED.startsWithDollar()).isFalse();
    }

    @Test
    void the_length_in_utf8_is_that_of_the_jdk() {
        Gen.forAll(5_000, gen -> {
            String text = gen.text(40) + "x";
            assertThat(Utf8.encodedLength("text", text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        });
    }
}
