package org.althing.benchmark;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.althing.broker.routing.Interest;
import org.althing.broker.routing.RoutedMessage;
import org.althing.broker.routing.Subscriber;
import org.althing.broker.routing.Subscription;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;

/** Topics of seven levels; each is matched by a filter of its own, by one with {@code +} and by one with {@code #}. */
final class Wild {
    private static final int CLIENTS = 30;

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    private final Interest[] clients = new Interest[CLIENTS];
    private final TopicName[] names;
    private long delivered;

    /** @param subscribe takes each subscription */
    Wild(int topics, Consumer<Subscription> subscribe) {
        Arrays.setAll(clients, i -> new Interest(new Counting()));
        names = new TopicName[topics];
        for (int i = 0; i < topics; i++) {
            String branch = "plant/" + i % 10 + "/" + i / 10 % 10 + "/" + i / 100 % 10;
            names[i] = TopicName.of(branch + "/" + i + "/state/now");
            subscribe.accept(subscription(names[i].toString(), 3 * i));
            subscribe.accept(subscription(branch + "/" + i + "/+/now", 3 * i + 1));
            subscribe.accept(subscription(branch + "/" + i + "/#", 3 * i + 2));
        }
    }

    /** A subscription of one of the thirty clients. */
    Subscription subscription(String filter, int number) {
        return new Subscription(
                TopicFilter.of(filter), SubscriptionOptions.of(Qos.AT_MOST_ONCE), 0, clients[number % CLIENTS]);
    }

    /** Any of the topics. */
    TopicName next() {
        return names[random.nextInt(names.length)];
    }

    long delivered() {
        return delivered;
    }

    private final class Counting implements Subscriber {
        @Override
        public String clientId() {
            return "counting";
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public int partition() {
            return 0;
        }

        @Override
        public void deliver(RoutedMessage message, Qos qos, boolean retain, int[] subscriptionIdentifiers) {
            delivered++;
        }
    }
}
