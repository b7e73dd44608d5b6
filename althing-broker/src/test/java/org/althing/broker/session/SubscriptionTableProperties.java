package org.althing.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.althing.broker.routing.Interest;
import org.althing.broker.routing.RoutedMessage;
import org.althing.broker.routing.Subscriber;
import org.althing.broker.routing.Subscription;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

class SubscriptionTableProperties {
    private static final Interest NOBODY = new Interest(new Subscriber() {
        @Override
        public String clientId() {
            return "nobody";
        }

        @Override
        public int partition() {
            return 0;
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public void deliver(RoutedMessage message, Qos qos, boolean retain, int[] subscriptionIdentifiers) {}
    });

    @Test
    void behaves_like_a_map_with_few_and_with_many() {
        Gen.forAll(300, gen -> {
            SubscriptionTable table = new SubscriptionTable();
            Map<TopicFilter, Subscription> model = new LinkedHashMap<>();
            int filters = gen.pick(2, 8, 9, 30);
            for (int step = 0; step < 150; step++) {
                TopicFilter filter = TopicFilter.of("f/" + gen.between(0, filters));
                if (gen.between(0, 2) == 0) {
                    assertThat(table.remove(filter)).isSameAs(model.remove(filter));
                } else if (!model.containsKey(filter)) {
                    Subscription added = new Subscription(filter, SubscriptionOptions.of(Qos.AT_LEAST_ONCE), 0, NOBODY);
                    table.add(added);
                    model.put(filter, added);
                }
                TopicFilter asked = TopicFilter.of("f/" + gen.between(0, filters));
                assertThat(table.get(asked)).isSameAs(model.get(asked));
                assertThat(table.size()).isEqualTo(model.size());
                assertThat(table.all()).containsExactlyElementsOf(model.values());
            }
            table.clear();
            assertThat(table.size()).isZero();
            assertThat(table.all()).isEmpty();
        });
    }
}
