package org.althing.broker.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.testing.Gen;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** The tree against {@link TopicFilter#matches}, filter by filter. */
class TopicTreeProperties {
    @Normative({"MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-4.7.2-1", "MQTT-4.7.3-4"})
    @Test
    void finds_what_a_list_of_all_filters_finds_through_adding_and_removing() {
        Gen.forAll(300, gen -> {
            TopicTree tree = new TopicTree();
            List<Subscription> all = new ArrayList<>();
            for (int step = 0; step < 60; step++) {
                if (!all.isEmpty() && gen.oneIn(3)) {
                    Subscription gone = all.remove(gen.between(0, all.size() - 1));
                    tree.remove(gone);
                } else {
                    Subscription added = Topics.subscription(Topics.filter(gen));
                    all.add(added);
                    tree.add(added);
                }
                TopicName name = Topics.name(gen);
                List<Subscription> found = new ArrayList<>();
                tree.match(name, found::add);
                assertThat(found)
                        .as("%s", name)
                        .containsExactlyInAnyOrderElementsOf(all.stream()
                                .filter(each -> each.filter().matches(name))
                                .toList());
                assertThat(tree.size()).isEqualTo(all.size());
            }
        });
    }

    @Test
    void one_of_very_many_equal_subscriptions_comes_and_goes_at_once() {
        TopicTree tree = new TopicTree();
        List<Subscription> all = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            Subscription added = Topics.subscription(TopicFilter.of("vote/results"));
            all.add(added);
            tree.add(added);
        }
        // In time that grows with their square this would take minutes.
        all.forEach(tree::remove);
        assertThat(tree.size()).isZero();
        List<Subscription> found = new ArrayList<>();
        tree.match(TopicName.of("vote/results"), found::add);
        assertThat(found).isEmpty();
    }

    @Test
    void what_is_not_there_cannot_be_removed() {
        TopicTree tree = new TopicTree();
        tree.add(Topics.subscription(TopicFilter.of("a/b")));
        assertThatThrownBy(() -> tree.remove(Topics.subscription(TopicFilter.of("a/b"))))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> tree.remove(Topics.subscription(TopicFilter.of("c"))))
                .isInstanceOf(IllegalStateException.class);
    }
}
