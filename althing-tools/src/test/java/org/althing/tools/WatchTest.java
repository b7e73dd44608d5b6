package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.althing.mqtt.Bytes;
import org.althing.tools.Commands.Ended;
import org.junit.jupiter.api.Test;

/** The tree, the screen and the keys of {@code watch}; the whole of it is looked at in a terminal (dev/terminal-pictures). */
class WatchTest {
    private static final long SECOND = 1_000_000_000L;

    private final TopicNode root = new TopicNode("", "", null);
    private final WatchScreen screen = new WatchScreen(Colors.of(new Arguments(), Map.of("NO_COLOR", "1"), true), root);

    private void got(String topic, String payload, long now) {
        root.at(topic).got(Bytes.of(payload), false, 0, now);
    }

    private List<String> drawn(int rows, int columns, long now) {
        return screen.draw("head", "foot", rows, columns, now)
                .replaceAll("\u001b\\[[0-9;?]*[A-Za-z]", "")
                .lines()
                .map(String::stripTrailing)
                .toList();
    }

    @Test
    void it_never_subscribes_to_everything_unasked_and_wants_a_terminal() {
        Ended nothing = Commands.ours("althing watch", "");
        assertThat(nothing.status()).isEqualTo(2);
        assertThat(nothing.err()).contains("what to watch? althing watch 'a/#'");
        assertThat(Commands.ours("althing watch", "", "a/#").err()).contains("watch needs a terminal");
        assertThat(Commands.ours("althing watch", "", "a/#/b").err()).contains("Invalid subscription topic 'a/#/b'");
    }

    @Test
    void topics_are_a_tree_with_value_and_age() {
        got("house/kitchen/temp", "21.5", 0);
        got("house/bath/temp", "19", 3 * SECOND);
        assertThat(drawn(8, 60, 10 * SECOND))
                .containsExactly(
                        "head",
                        "▾ house    >",
                        "  ▾ bath",
                        "      temp  19                            2 B             7s",
                        "  ▾ kitchen",
                        "      temp  21.5                          4 B            10s",
                        "",
                        "foot");
    }

    @Test
    void branches_close_the_filter_finds_and_the_selection_stays() {
        got("a/b/c", "x", 0);
        got("a/d", "needle", 0);
        got("z", "y", 0);
        drawn(10, 60, 0);
        screen.move(1);
        assertThat(String.valueOf(screen.selected() == null ? "" : screen.selected().topic))
                .isEqualTo("a/b");
        got("a/a", "before it", 0);
        drawn(10, 60, 0);
        assertThat(String.valueOf(screen.selected() == null ? "" : screen.selected().topic))
                .isEqualTo("a/b");

        screen.openAll(false);
        assertThat(drawn(6, 60, 0)).element(1).asString().startsWith("▸ a").contains("3 topics");
        screen.filter("NEEDLE");
        List<String> found = drawn(6, 60, 0);
        assertThat(found.get(1)).startsWith("▾ a");
        assertThat(found.get(2)).contains("d").contains("needle");
        assertThat(found.get(3)).isEmpty();
    }

    @Test
    void what_does_not_fit_scrolls_and_is_cut() {
        for (int i = 10; i < 60; i++) {
            got("t" + i, "v".repeat(500), 0);
        }
        List<String> first = drawn(7, 40, 0);
        assertThat(first).hasSize(7);
        assertThat(first.get(1)).startsWith("  t10");
        assertThat(first).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(40));
        screen.move(1_000);
        assertThat(drawn(7, 40, 0).get(5)).startsWith("  t59");
        assertThat(drawn(7, 12, 0)).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(12));
    }

    @Test
    void control_characters_of_others_do_not_reach_the_terminal() {
        got("evil\u001b[2J", "\u001b]0;x\u0007", 0);
        String all = screen.draw("head", "foot", 5, 80, 0);
        assertThat(all).doesNotContain("\u001b[2J").doesNotContain("\u001b]0;").contains("␛]0;x␇");
    }

    @Test
    void a_rate_rises_with_messages_and_falls_without() {
        TopicNode node = root.at("r");
        for (int i = 0; i < 100; i++) {
            node.got(Bytes.of("x"), false, 0, i * SECOND / 10);
        }
        assertThat(node.rate(99 * SECOND / 10)).isBetween(9.5, 10.5);
        assertThat(node.rate(99 * SECOND / 10 + 10 * SECOND)).isLessThan(0.05);
        assertThat(node.count()).isEqualTo(100);
        assertThat(List.of(WatchScreen.age(5 * SECOND), WatchScreen.age(200 * SECOND), WatchScreen.age(7_300 * SECOND)))
                .containsExactly("5s", "3m", "2h");
    }

    @Test
    void keys_and_the_size_of_the_terminal_are_read() {
        byte[] typed = "q\u001b[A\u001b[6~\u001b[45;120R\u001bOF\r\u007f/".getBytes(StandardCharsets.UTF_8);
        Keys keys = new Keys(new ByteArrayInputStream(typed), 24, 80);
        keys.run();
        List<String> got = new ArrayList<>();
        for (String key = keys.next(); key != null; key = keys.next()) {
            got.add(key);
        }
        assertThat(got).containsExactly("q", Keys.UP, Keys.PAGE_DOWN, Keys.END, Keys.ENTER, Keys.BACKSPACE, "/");
        assertThat(List.of(keys.rows(), keys.columns())).containsExactly(45, 120);
    }
}
