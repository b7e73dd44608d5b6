package org.althing.broker.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.althing.broker.Counters;
import org.althing.broker.StateChange;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** Publications in, deliveries out: the only one that calls the topic tree and the retained messages. */
public final class Router {
    private final TopicTree tree = new TopicTree();
    private final RetainedMessages retained = new RetainedMessages();
    private final ChangeLog changes;
    private final Deadlines deadlines;
    private final Counters counters;

    /** Who gets the message that is being published. */
    private final List<Interest> matched = new ArrayList<>();

    private final Consumer<Subscription> onMatch = this::onMatch;
    private @Nullable String publisher;
    private long publications;
    private boolean publishing;

    public Router(ChangeLog changes, Deadlines deadlines, Counters counters) {
        this.changes = changes;
        this.deadlines = deadlines;
        this.counters = counters;
    }

    /** Retains the message if it says so, and delivers it; returns whether any subscription matched. */
    public boolean publish(RoutedMessage message) {
        assert !publishing : "published in the middle of a publication";
        publishing = true;
        if (message.message().retain()) {
            retain(message);
        }
        publications++;
        publisher = message.publisher();
        matched.clear();
        tree.match(message.message().topic(), onMatch);
        for (int i = 0; i < matched.size(); i++) {
            matched.get(i).deliver(message);
        }
        publishing = false;
        return !matched.isEmpty();
    }

    /** Whether a message of this publisher on this topic would go to anybody. */
    public boolean wouldReachAnybody(TopicName topic, @Nullable String from) {
        assert !publishing : "asked in the middle of a publication";
        publications++;
        publisher = from;
        matched.clear();
        tree.match(topic, onMatch);
        return !matched.isEmpty();
    }

    private void onMatch(Subscription subscription) {
        Interest interest = subscription.interest();
        if (subscription.options().noLocal() && interest.subscriber().clientId().equals(publisher)) {
            return; // [MQTT-3.8.3-3]
        }
        if (interest.add(subscription, publications)) {
            matched.add(interest);
        }
    }

    private void retain(RoutedMessage message) {
        TopicName topic = message.message().topic();
        RoutedMessage before;
        if (message.message().payload().isEmpty()) {
            before = retained.remove(topic); // [MQTT-3.3.1-6], [MQTT-3.3.1-7]
            if (before != null) {
                changes.append(new StateChange.RetainedRemoved(topic));
            }
        } else {
            before = retained.put(message); // [MQTT-3.3.1-5]
            changes.hold(message);
            if (message.isStored()) {
                changes.append(new StateChange.RetainedPut(topic, message.storedId()));
            }
            expireRetained(message);
        }
        if (before != null) {
            forget(before);
        }
        counters.retainedMessages.set(retained.size());
    }

    private void expireRetained(RoutedMessage message) {
        if (message.expires()) {
            message.retainedUntil = deadlines.at(message.expiresAtMillis(), () -> {
                TopicName topic = message.message().topic();
                retained.remove(topic);
                changes.append(new StateChange.RetainedRemoved(topic));
                forget(message);
                counters.retainedMessages.set(retained.size());
            });
        }
    }

    private void forget(RoutedMessage before) {
        if (before.retainedUntil != null) {
            deadlines.cancel(before.retainedUntil);
            before.retainedUntil = null;
        }
        changes.release(before);
    }

    /** Puts back a message that was retained before this process began. */
    public void restoreRetained(RoutedMessage message) {
        retained.put(message);
        changes.restoreReference(message);
        expireRetained(message);
        counters.retainedMessages.set(retained.size());
    }

    /** Visits each retained message that the filter matches. */
    public void retained(TopicFilter filter, Consumer<RoutedMessage> visitor) {
        retained.match(filter, visitor);
    }

    /** Whether this very message is still the retained one of its topic. */
    public boolean isRetained(RoutedMessage message) {
        return retained.get(message.message().topic()) == message;
    }

    public void subscribe(Subscription subscription) {
        assert !publishing : "subscribed in the middle of a publication";
        tree.add(subscription);
    }

    public void unsubscribe(Subscription subscription) {
        assert !publishing : "unsubscribed in the middle of a publication";
        tree.remove(subscription);
    }
}
