package org.althing.broker.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.althing.broker.Counters;
import org.althing.broker.StateChange;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * Publications in, deliveries out: the only one that calls the topic tree and the retained messages. What other shards
 * want goes to them through {@link Peers}, once for each, and what they send goes to this shard's subscribers only.
 */
public final class Router {
    private final TopicTree tree = new TopicTree();
    private final MatchCache cache;
    private final RetainedReplica retained;
    private final Peers peers;
    private final ChangeLog changes;
    private final HandOvers handOvers;

    /** Who gets the message that is being published, where that is remembered; otherwise {@link #matched}. */
    private @Nullable Audience audience;

    private final List<Interest> matched = new ArrayList<>();

    /** Whether it depends on the publisher who they are. */
    private boolean dependsOnPublisher;

    /** Whether only No Local keeps the message from its publisher. */
    private boolean publisherSubscribes;

    private final Consumer<Subscription> onMatch = this::onMatch;
    private @Nullable String publisher;
    private long publications;
    private boolean publishing;

    /** @param topicsKept of how many topics is remembered who gets their messages */
    public Router(ChangeLog changes, Deadlines deadlines, Counters counters, Peers peers, int topicsKept) {
        this.peers = peers;
        this.changes = changes;
        handOvers = new HandOvers(changes, peers.partitions());
        cache = new MatchCache(tree, topicsKept);
        retained = new RetainedReplica(changes, deadlines, counters, peers);
    }

    /** How long messages may be retained at most, in milliseconds; 0 for ever. Asked each time. */
    public void retainAtMost(LongSupplier millis) {
        retained.atMost(millis);
    }

    /** Retains the message if it says so, and delivers it; returns whether any subscription matched. */
    public boolean publish(RoutedMessage message) {
        return publish(message, null, false);
    }

    /** The same, with whose message it is if it is retained and somebody will ask for that. */
    public boolean publish(RoutedMessage message, StateChange.@Nullable Source source) {
        return publish(message, source, false);
    }

    /**
     * The same for a message that nobody sends again when this turn's changes are durable: whatever other shards owe because
     * of it they store, even if all stops now. See {@link HandOvers}.
     */
    public boolean publishForGood(RoutedMessage message, StateChange.@Nullable Source source) {
        return publish(message, source, changes.isDurable());
    }

    private boolean publish(RoutedMessage message, StateChange.@Nullable Source source, boolean forGood) {
        long stamp = message.message().retain() ? retained.change(message, source) : 0;
        long interested = deliver(message);
        if ((interested | stamp) != 0) {
            tellPeers(message, source, stamp, interested, forGood);
        }
        return interested != 0 || hasSubscriber();
    }

    /** Delivers to this shard's subscribers; returns which other shards have some, as bits. */
    private long deliver(RoutedMessage message) {
        assert !publishing : "published in the middle of a publication";
        publishing = true;
        long interested = match(message.message().topic(), message.publisher());
        if (audience != null) {
            audience.deliver(message);
        } else {
            for (int i = 0; i < matched.size(); i++) {
                matched.get(i).deliver(message);
            }
        }
        publishing = false;
        return interested;
    }

    /** Mosquitto: a subscription with No Local of the publisher's own is one that matches. */
    private boolean hasSubscriber() {
        return audience != null ? audience.size() > 0 : publisherSubscribes || !matched.isEmpty();
    }

    /** Whether a message of this publisher on this topic would be refused by anybody because a queue is full. */
    public boolean wouldBeRefused(TopicName topic, @Nullable String from) {
        assert !publishing : "asked in the middle of a publication";
        match(topic, from);
        if (audience != null) {
            return audience.refuses();
        }
        boolean refused = false;
        for (int i = 0; i < matched.size(); i++) {
            refused |= matched.get(i).subscriber().isFull();
        }
        return refused;
    }

    /** Finds out who gets a message of this publisher on this topic; returns which other shards do, as bits. */
    private long match(TopicName topic, @Nullable String from) {
        audience = cache.find(topic);
        if (audience != null) {
            return audience.peers();
        }
        long interested = walk(topic, from);
        if (!dependsOnPublisher && cache.hasRoomFor(matched.size())) {
            cache.keep(topic, new Audience(matched, interested));
        }
        return interested;
    }

    /** The same by a walk through the tree: who gets it is {@link #matched} then. */
    private long walk(TopicName topic, @Nullable String from) {
        audience = null;
        publications++;
        publisher = from;
        matched.clear();
        dependsOnPublisher = false;
        publisherSubscribes = false;
        return tree.match(topic, onMatch);
    }

    private void onMatch(Subscription subscription) {
        Interest interest = subscription.interest();
        if (subscription.options().noLocal()) {
            dependsOnPublisher = true;
            if (interest.subscriber().clientId().equals(publisher)) {
                publisherSubscribes = true;
                return; // [MQTT-3.8.3-3]
            }
        }
        if (interest.add(subscription, publications)) {
            matched.add(interest);
        }
    }

    /** Tells those shards that want the message, and all of them if a retained message changed with it. */
    private void tellPeers(
            RoutedMessage message,
            StateChange.@Nullable Source source,
            long retainedStamp,
            long interested,
            boolean forGood) {
        boolean mustArrive = message.message().qos() != Qos.AT_MOST_ONCE || retainedStamp != 0;
        long owing = forGood && mustArrive ? owing(message, retainedStamp, interested) : 0;
        if (owing != 0) {
            handOvers.write(message, owing, retainedStamp);
        }
        long shards = retainedStamp == 0 ? interested : peers.all();
        tell(shards & ~owing, told(message, source, retainedStamp, 0), mustArrive);
        if (owing != 0) {
            tell(owing, told(message, source, retainedStamp, message.storedId()), true);
            handOvers.posted(message);
        }
        if (retainedStamp != 0) {
            retained.onTold(retainedStamp);
        }
    }

    private static PeerMessage told(
            RoutedMessage message, StateChange.@Nullable Source source, long retainedStamp, long handOver) {
        return new PeerMessage.Published(
                message.message(),
                message.publisher(),
                message.expiresAtMillis(),
                message.isStored(),
                retainedStamp,
                source,
                handOver);
    }

    private void tell(long shards, PeerMessage told, boolean mustArrive) {
        for (long rest = shards; rest != 0; rest &= rest - 1) {
            int shard = Long.numberOfTrailingZeros(rest);
            if (mustArrive) {
                peers.post(shard, told);
            } else {
                peers.tell(shard, told);
            }
        }
    }

    /** Which other shards may have something to store because of the message. */
    private long owing(RoutedMessage message, long retainedStamp, long interested) {
        long owing = message.message().qos() == Qos.AT_MOST_ONCE ? 0 : interested;
        if (retainedStamp != 0) {
            Partitions partitions = peers.partitions();
            int home = partitions.shardOf(message.message().topic().toString());
            owing |= (1L << home) & peers.all();
        }
        return owing;
    }

    /** Another shard has said something. */
    public void onMessage(int from, PeerMessage message) {
        switch (message) {
            case PeerMessage.InterestBegan(TopicFilter filter) -> tree.addPeer(filter, from);
            case PeerMessage.InterestEnded(TopicFilter filter) -> tree.removePeer(filter, from);
            case PeerMessage.Published published -> onPublished(published);
            case PeerMessage.RetainedSettled(long stamp) -> retained.onSettled(from, stamp);
            case PeerMessage.OfGroup group -> throw new IllegalStateException("for the groups: " + group);
        }
    }

    /** The change to the retained message and the deliveries are one step: a subscription sees one of them, not both. */
    private void onPublished(PeerMessage.Published published) {
        RoutedMessage message = published.stored()
                ? new RoutedMessage(published.message(), published.publisher(), published.expiresAtMillis())
                : RoutedMessage.ofBroker(published.message());
        if (published.retainedStamp() != 0) {
            retained.onChange(message, published.retainedStamp(), published.source());
        }
        deliver(message);
        if (published.handOver() != 0) {
            changes.append(new StateChange.HandedOver(
                    published.handOver(), peers.partitions().shard()));
        }
    }

    /**
     * Ends a hand-over to this shard that the process before this one left open: delivers the message to those of its
     * clients and groups who are meant.
     */
    public void finish(StateChange.HandOver handOver, RoutedMessage message) {
        walk(message.message().topic(), message.publisher());
        for (Interest interest : matched) {
            if ((handOver.partitions() >>> interest.subscriber().partition() & 1) != 0) {
                interest.deliver(message);
            }
        }
        changes.append(new StateChange.HandedOver(handOver.messageId(), handOver.shard()));
        changes.release(message);
    }

    /** Puts back a message that was retained before this process began, with the stamp that it had then. */
    public void restoreRetained(RoutedMessage message, long stamp, StateChange.@Nullable Source source) {
        retained.restore(message, stamp, source);
    }

    /** Whose message the topic's retained one is, if that was to be remembered. */
    public StateChange.@Nullable Source sourceOfRetained(TopicName topic) {
        return retained.source(topic);
    }

    /** Puts back that another shard has subscriptions to this filter. */
    public void restoreInterest(TopicFilter filter, int shard) {
        tree.addPeer(filter, shard);
    }

    /** Visits each retained message that the filter matches. */
    public void retained(TopicFilter filter, Consumer<RoutedMessage> visitor) {
        retained.match(filter, visitor);
    }

    /** Whether this very message is still the retained one of its topic. */
    public boolean isRetained(RoutedMessage message) {
        return message.isLoaded() && retained.get(message.message().topic()) == message; // retained ones are
    }

    /** Adds the subscription. Other shards know of it when the last change of the {@link ChangeLog} is committed. */
    public void subscribe(Subscription subscription) {
        assert !publishing : "subscribed in the middle of a publication";
        if (tree.add(subscription) && peers.exist()) {
            peers.postToAll(new PeerMessage.InterestBegan(subscription.filter()));
        }
    }

    /** A SUBSCRIBE with the same filter replaces the options; no message is lost meanwhile ([MQTT-3.8.4-3]). */
    public void replaceOptions(Subscription subscription, SubscriptionOptions options, int identifier) {
        assert !publishing : "subscribed in the middle of a publication";
        subscription.replaceOptions(options, identifier);
        tree.changed(subscription.filter());
    }

    public void unsubscribe(Subscription subscription) {
        assert !publishing : "unsubscribed in the middle of a publication";
        if (tree.remove(subscription) && peers.exist()) {
            peers.tellAll(new PeerMessage.InterestEnded(subscription.filter()));
        }
    }

    /** Puts back a subscription from before this process began, of which the other shards know. */
    public void restoreSubscription(Subscription subscription) {
        tree.add(subscription);
    }

    /** The other shards. */
    public Peers peers() {
        return peers;
    }
}
