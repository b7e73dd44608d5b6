package org.althing.vote.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TextBarsTest {
    private static TextBars bars(String... labels) {
        Map<String, String> byKey = new LinkedHashMap<>();
        for (String label : labels) {
            byKey.put("key" + byKey.size(), label);
        }
        return new TextBars("Question ?", byKey);
    }

    private static TextBars.Count count(long total, long first, long second) {
        return new TextBars.Count("open", total, Map.of("key0", first, "key1", second));
    }

    @Test
    void without_votes_bars_are_empty() {
        assertThat(bars("a", "b").lines(count(0, 0, 0), 40, false))
                .containsExactly(
                        "Question ?",
                        "a " + " ".repeat(21) + "       0    0 %",
                        "b " + " ".repeat(21) + "       0    0 %",
                        "open · 0 vote");
    }

    @Test
    void bars_start_at_zero_and_show_eighths() {
        List<String> lines = bars("a", "b").lines(count(16, 1, 15), 27, false);
        assertThat(lines.get(1)).isEqualTo("a ▌       " + "       1    6 %");
        assertThat(lines.get(2)).isEqualTo("b ███████▌" + "      15   94 %");
    }

    @Test
    void no_line_is_wider_than_the_terminal() {
        for (int columns : new int[] {20, 40, 80, 200}) {
            for (String line : bars("été", "x".repeat(80)).lines(count(10_000, 4_000, 6_000), columns, false)) {
                if (columns >= 40 || !line.contains("%")) {
                    assertThat(line.codePointCount(0, line.length())).isLessThanOrEqualTo(columns);
                }
            }
        }
    }

    @Test
    void colour_is_there_only_when_wanted() {
        assertThat(String.join("", bars("a", "b").lines(count(2, 1, 1), 40, false)))
                .doesNotContain("\u001b");
        assertThat(String.join("", bars("a", "b").lines(count(2, 1, 1), 40, true)))
                .contains("\u001b[33m")
                .contains("\u001b[0m");
    }

    @Test
    void rules_in_the_answer_are_no_options_and_hidden_counts_no_zeros() throws IOException {
        TextBars bars =
                TextBars.of(Answer.parse("OK poll state=open counting=score max=5 who=roster secrecy=confidential"
                        + " change=no a=Amina b=Bastien : Qui ?"));
        assertThat(bars.labels()).containsExactly(Map.entry("a", "Amina"), Map.entry("b", "Bastien"));
        assertThat(bars.lines(new TextBars.Count("scrutin ouvert", 19, 30, 0, Map.of()), 40, false))
                .containsExactly(
                        "Qui ?",
                        "Amina   " + " ".repeat(15) + "       –",
                        "Bastien " + " ".repeat(15) + "       –",
                        "scrutin ouvert · 19 votes sur 30");
        List<String> shown =
                bars.lines(new TextBars.Count("scrutin ouvert", 12, 30, 10, Map.of("a", 25L, "b", 50L)), 60, false);
        assertThat(shown.get(1)).endsWith("25   50 %");
        assertThat(shown.get(2)).endsWith("50  100 %");
        assertThat(shown.getLast()).isEqualTo("scrutin ouvert · 12 votes sur 30, 10 montrés");
    }
}
