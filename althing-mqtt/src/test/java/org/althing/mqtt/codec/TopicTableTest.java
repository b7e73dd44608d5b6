package org.althing.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TopicTableTest {
    private final TopicTable table = new TopicTable(16 << 10);

    private TopicName remember(String topic) {
        byte[] bytes = topic.getBytes(StandardCharsets.UTF_8);
        TopicName name = TopicName.of(topic);
        table.remember(bytes, 0, bytes.length, name);
        return name;
    }

    @Test
    void finds_what_it_was_told_wherever_the_bytes_lie() {
        TopicName name = remember("a/é");
        byte[] elsewhere = "xxa/éyy".getBytes(StandardCharsets.UTF_8);
        assertThat(table.find(elsewhere, 2, 4)).isSameAs(name);
        assertThat(table.find(elsewhere, 2, 3)).isNull();
        assertThat(table.find(elsewhere, 1, 4)).isNull();
    }

    @Test
    void an_empty_table_finds_nothing() {
        assertThat(table.find(new byte[] {'a'}, 0, 1)).isNull();
    }

    @Test
    void never_gives_another_name_and_keeps_no_more_than_its_memory() {
        List<TopicName> names = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            names.add(remember("sensor/" + i));
        }
        int found = 0;
        for (TopicName name : names) {
            byte[] bytes = name.toString().getBytes(StandardCharsets.UTF_8);
            TopicName known = table.find(bytes, 0, bytes.length);
            if (known != null) {
                assertThat(known).isSameAs(name);
                found++;
            }
        }
        // Each takes some 290 bytes.
        assertThat(found).isBetween(20, 56);
    }

    @Test
    void a_few_topics_in_turn_do_not_drive_each_other_out() {
        for (int i = 0; i < 8; i++) {
            remember("sensor/building/" + i + "/temperature");
        }
        for (int i = 0; i < 8; i++) {
            byte[] bytes = ("sensor/building/" + i + "/temperature").getBytes(StandardCharsets.UTF_8);
            assertThat(table.find(bytes, 0, bytes.length)).isNotNull();
        }
    }

    @Test
    void a_long_topic_is_not_kept() {
        String atLimit = "a".repeat(TopicTable.BYTES_MAX);
        remember(atLimit);
        assertThat(table.find(atLimit.getBytes(StandardCharsets.UTF_8), 0, TopicTable.BYTES_MAX))
                .isNotNull();
        String beyond = "b".repeat(TopicTable.BYTES_MAX + 1);
        remember(beyond);
        assertThat(table.find(beyond.getBytes(StandardCharsets.UTF_8), 0, TopicTable.BYTES_MAX + 1))
                .isNull();
    }

    @Test
    void a_topic_of_many_levels_is_not_kept() {
        String atLimit = "a/".repeat(TopicTable.LEVELS_MAX - 1) + "a";
        String beyond = "b/".repeat(TopicTable.LEVELS_MAX) + "b";
        remember(atLimit);
        remember(beyond);
        assertThat(find(table, atLimit)).isNotNull();
        assertThat(find(table, beyond)).isNull();
    }

    @Test
    void grows_until_what_comes_again_and_again_is_found() {
        TopicTable large = new TopicTable(1 << 20);
        List<String> topics = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            topics.add("sensor/" + i);
        }
        for (int round = 0; round < 20; round++) {
            for (String topic : topics) {
                if (find(large, topic) == null) {
                    byte[] bytes = topic.getBytes(StandardCharsets.UTF_8);
                    large.remember(bytes, 0, bytes.length, TopicName.of(topic));
                }
            }
        }
        assertThat(topics).filteredOn(topic -> find(large, topic) != null).hasSizeGreaterThan(970);
    }

    private static @Nullable TopicName find(TopicTable table, String topic) {
        byte[] bytes = topic.getBytes(StandardCharsets.UTF_8);
        return table.find(bytes, 0, bytes.length);
    }
}
