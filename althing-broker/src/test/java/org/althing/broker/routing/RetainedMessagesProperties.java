package org.althing.broker.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.althing.broker.StateChange;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

/** Retained messages against a plain map and {@link TopicFilter#matches}. */
class RetainedMessagesProperties {
    @Test
    void finds_what_a_list_of_all_topics_finds_through_putting_and_removing() {
        Gen.forAll(300, gen -> {
            RetainedMessages retained = new RetainedMessages();
            Map<TopicName, RoutedMessage> model = new HashMap<>();
            for (int step = 0; step < 60; step++) {
                TopicName topic = Topics.name(gen);
                if (gen.oneIn(3)) {
                    assertThat(retained.remove(topic)).isSameAs(model.remove(topic));
                } else {
                    RoutedMessage message = message(topic);
                    assertThat(retained.put(message)).isSameAs(model.put(topic, message));
                }
                TopicFilter filter = Topics.filter(gen);
                List<RoutedMessage> found = new ArrayList<>();
                retained.match(filter, found::add);
                assertThat(found)
                        .as("%s", filter)
                        .containsExactlyInAnyOrderElementsOf(model.values().stream()
                                .filter(each -> filter.matches(each.message().topic()))
                                .toList());
                assertThat(retained.size()).isEqualTo(model.size());
                assertThat(retained.get(topic)).isSameAs(model.get(topic));
            }
        });
    }

    private static RoutedMessage message(TopicName topic) {
        return new RoutedMessage(
                new ApplicationMessage(topic, Bytes.of("x"), Qos.AT_MOST_ONCE, true, Properties.NONE),
                null,
                StateChange.NEVER);
    }
}
