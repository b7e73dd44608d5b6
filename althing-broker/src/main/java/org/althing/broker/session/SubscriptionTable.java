package org.althing.broker.session;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.althing.broker.routing.Subscription;
import org.althing.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/** The subscriptions of one session by their filters. Most sessions have a few, and of those there are very many. */
final class SubscriptionTable {
    private static final int FEW = 8;
    private static final Subscription[] NONE = {};

    /** As long as there are no more than {@link #FEW}, in the order of their coming. */
    private Subscription[] few = NONE;

    private @Nullable Map<TopicFilter, Subscription> many;

    int size() {
        return many == null ? few.length : many.size();
    }

    @Nullable
    Subscription get(TopicFilter filter) {
        if (many != null) {
            return many.get(filter);
        }
        int index = indexOf(filter);
        return index < 0 ? null : few[index];
    }

    /** Adds a subscription whose filter is not here yet. */
    void add(Subscription subscription) {
        if (many == null && few.length == FEW) {
            Map<TopicFilter, Subscription> all = new LinkedHashMap<>();
            for (Subscription each : few) {
                all.put(each.filter(), each);
            }
            many = all;
            few = NONE;
        }
        if (many == null) {
            few = Arrays.copyOf(few, few.length + 1);
            few[few.length - 1] = subscription;
        } else {
            many.put(subscription.filter(), subscription);
        }
    }

    @Nullable
    Subscription remove(TopicFilter filter) {
        if (many != null) {
            return many.remove(filter);
        }
        int index = indexOf(filter);
        if (index < 0) {
            return null;
        }
        Subscription removed = few[index];
        Subscription[] rest = few.length == 1 ? NONE : Arrays.copyOf(few, few.length - 1);
        System.arraycopy(few, index + 1, rest, index, rest.length - index);
        few = rest;
        return removed;
    }

    Collection<Subscription> all() {
        return many == null ? List.of(few) : many.values();
    }

    void clear() {
        few = NONE;
        many = null;
    }

    private int indexOf(TopicFilter filter) {
        for (int i = 0; i < few.length; i++) {
            if (few[i].filter().equals(filter)) {
                return i;
            }
        }
        return -1;
    }
}
