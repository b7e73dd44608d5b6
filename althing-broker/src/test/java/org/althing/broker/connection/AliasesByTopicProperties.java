package org.althing.broker.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.althing.mqtt.TopicName;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

/** Which topics get an alias: what the client decodes is right, and what is sent often is short. */
class AliasesByTopicProperties {
    /** One side sends, the other one reads: returns how many messages went without their topic name. */
    private static int send(AliasesByTopic aliases, Map<Integer, TopicName> reader, TopicName topic) {
        AliasesByTopic.Alias alias = aliases.of(topic);
        if (alias == null) {
            return 0;
        }
        if (alias.isKnown()) {
            assertThat(reader.get(alias.number)).isEqualTo(topic);
            return 1;
        }
        reader.put(alias.number, topic);
        alias.told();
        return 0;
    }

    private static TopicName topic(int number) {
        return TopicName.of("topic/" + number);
    }

    @Test
    void an_alias_always_stands_for_the_topic_that_the_reader_was_told() {
        Gen.forAll(500, gen -> {
            int max = gen.between(1, 6);
            AliasesByTopic aliases = new AliasesByTopic(max);
            Map<Integer, TopicName> reader = new HashMap<>();
            int topics = gen.between(1, 12);
            for (int i = 0; i < 200; i++) {
                AliasesByTopic.Alias alias = aliases.of(topic(gen.between(1, topics)));
                if (alias != null && !alias.isKnown() && gen.oneIn(3)) {
                    continue; // it was too large: the reader is not told
                }
                send(aliases, reader, topic(gen.between(1, topics)));
            }
            assertThat(reader.keySet()).allSatisfy(number -> assertThat(number).isBetween(1, max));
        });
    }

    /** Shares of {@code messages} that went without topic name. */
    private static double hits(AliasesByTopic aliases, Map<Integer, TopicName> reader, int messages, IntSupplier next) {
        int hits = 0;
        for (int i = 0; i < messages; i++) {
            hits += send(aliases, reader, topic(next.getAsInt()));
        }
        return (double) hits / messages;
    }

    @Test
    void one_topic_more_than_aliases_in_a_circle_costs_that_one_only() {
        AliasesByTopic aliases = new AliasesByTopic(10);
        int[] count = {0};
        assertThat(hits(aliases, new HashMap<>(), 11_000, () -> count[0]++ % 11))
                .isGreaterThan(0.85); // the least recently used would lose every one before its turn
    }

    @Test
    void topics_that_make_much_of_the_traffic_keep_their_aliases_among_many_rare_ones() {
        Gen gen = new Gen(1);
        AliasesByTopic aliases = new AliasesByTopic(4);
        int[] rare = {1_000};
        assertThat(hits(aliases, new HashMap<>(), 10_000, () -> gen.oneIn(3) ? rare[0]++ : gen.between(1, 3)))
                .isGreaterThan(0.55); // two thirds are theirs
    }

    @Test
    void when_the_topics_change_the_new_ones_are_served_soon() {
        AliasesByTopic aliases = new AliasesByTopic(4);
        Map<Integer, TopicName> reader = new HashMap<>();
        int[] count = {0};
        hits(aliases, reader, 100_000, () -> count[0]++ % 4);
        hits(aliases, reader, 40, () -> 100 + count[0]++ % 4);
        assertThat(hits(aliases, reader, 400, () -> 100 + count[0]++ % 4)).isEqualTo(1.0);
    }

    @Test
    void a_topic_that_is_as_short_as_an_alias_gets_none() {
        AliasesByTopic aliases = new AliasesByTopic(4);
        List<Boolean> given = new ArrayList<>();
        for (String topic : List.of("abc", "abcd", "\u20ac", "\u20acd")) {
            given.add(aliases.of(TopicName.of(topic)) != null);
        }
        assertThat(given).containsExactly(false, true, false, true);
    }
}
