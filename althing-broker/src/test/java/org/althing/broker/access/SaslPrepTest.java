package org.althing.broker.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SaslPrepTest {
    @Test
    void the_examples_of_rfc_4013() {
        assertThat(SaslPrep.prepare("I\u00adX")).isEqualTo("IX");
        assertThat(SaslPrep.prepare("user")).isEqualTo("user");
        assertThat(SaslPrep.prepare("USER")).isEqualTo("USER");
        assertThat(SaslPrep.prepare("\u00aa")).isEqualTo("a");
        assertThat(SaslPrep.prepare("\u2168")).isEqualTo("IX");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SaslPrep.prepare("\u0007"))
                .withMessageContaining("U+0007");
        assertThatIllegalArgumentException().isThrownBy(() -> SaslPrep.prepare("\u06271"));
    }

    @Test
    void the_same_letter_in_two_forms_is_the_same_and_every_space_is_the_space() {
        assertThat(SaslPrep.prepare("e\u0301t\u00e9")).isEqualTo("\u00e9t\u00e9");
        assertThat(SaslPrep.prepare("a\u00a0b\u3000c")).isEqualTo("a b c");
    }

    @Test
    void text_from_right_to_left_is_fine_alone() {
        assertThat(SaslPrep.prepare("\u0627\u0628")).isEqualTo("\u0627\u0628");
        assertThat(SaslPrep.prepare("\u06271\u0628")).isEqualTo("\u06271\u0628");
        assertThatIllegalArgumentException().isThrownBy(() -> SaslPrep.prepare("\u0627a\u0628"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\u00ad", "a\u007f", "\ud800", "\ue000", "\ufffe", "\u202e", "\ufffd", "\u200e"})
    void what_cannot_be_seen_or_is_no_character_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> SaslPrep.prepare(text));
    }
}
