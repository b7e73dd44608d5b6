package org.althing.broker.routing;

import java.util.List;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.testing.Gen;

/** Topic names and filters from a small alphabet, so that they meet. */
final class Topics {
    private static final List<String> LEVELS = List.of("a", "b", "", "$x");

    private Topics() {}

    static TopicName name(Gen gen) {
        List<String> levels = gen.list(1, 4, g -> g.pick(LEVELS));
        String text = String.join("/", levels);
        return TopicName.of(text.isEmpty() ? "/" : text);
    }

    static TopicFilter filter(Gen gen) {
        List<String> levels = gen.list(1, 4, g -> g.oneIn(3) ? "+" : g.pick(LEVELS));
        if (gen.oneIn(3)) {
            levels.set(levels.size() - 1, "#");
        }
        String text = String.join("/", levels);
        return TopicFilter.of(text.isEmpty() ? "/" : text);
    }

    /** A subscription of somebody who must not be delivered to. */
    static Subscription subscription(TopicFilter filter) {
        return new Subscription(
                filter, SubscriptionOptions.of(Qos.AT_MOST_ONCE), 0, new Interest(new NobodyInParticular()));
    }

    private static final class NobodyInParticular implements Subscriber {
        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public String clientId() {
            return "nobody";
        }

        @Override
        public int partition() {
            return 0;
        }

        @Override
        public void deliver(RoutedMessage message, Qos qos, boolean retain, int[] subscriptionIdentifiers) {
            throw new AssertionError("nothing is delivered here");
        }
    }
}
