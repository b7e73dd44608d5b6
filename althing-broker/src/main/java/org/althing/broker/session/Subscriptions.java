package org.althing.broker.session;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.Client;
import org.althing.broker.Denial;
import org.althing.broker.StateChange;
import org.althing.broker.routing.Interest;
import org.althing.broker.routing.Membership;
import org.althing.broker.routing.RoutedMessage;
import org.althing.broker.routing.Subscription;
import org.althing.broker.routing.TopicTree;
import org.althing.broker.session.SessionLink.AckSlot;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** What one session has subscribed to, and the retained messages that it still has to be sent for that. */
final class Subscriptions {
    /** Retained messages that are sent in one go, so that one SUBSCRIBE does not keep others waiting. */
    private static final int SLICE = 256;

    private final SessionEnvironment environment;
    private final Session session;
    private final OutboundFlow outbound;
    private final SessionChanges changes;
    private final Interest interest;
    private final SubscriptionTable byFilter = new SubscriptionTable();
    private final RetainedBacklog backlog = new RetainedBacklog();

    Subscriptions(
            SessionEnvironment environment,
            Session session,
            OutboundFlow outbound,
            SessionChanges changes,
            Interest interest) {
        this.environment = environment;
        this.session = session;
        this.outbound = outbound;
        this.changes = changes;
        this.interest = interest;
    }

    void visit(BiConsumer<TopicFilter, Qos> visitor) {
        byFilter.all().forEach(subscription -> visitor.accept(subscription.filter(), subscription.qos()));
    }

    /** [MQTT-3.8.4-1] Answered with SUBACK; retained messages follow, as far as window and room allow. */
    void onSubscribe(ControlPacket.Subscribe packet, Qos qosMax) {
        int identifier = (int) packet.properties().integer(Property.SUBSCRIPTION_IDENTIFIER, 0);
        Joining joining = new Joining();
        List<ReasonCode> codes = new ArrayList<>(packet.requests().size());
        for (ControlPacket.Subscribe.Request request : packet.requests()) {
            ReasonCode refusal = refusal(request.filter());
            codes.add(
                    refusal == null
                            ? subscribe(request, identifier, qosMax, joining)
                            : refused(request, refusal, qosMax));
        }
        if (environment.router().peers().exist()) {
            changes.standOnPeers(); // another shard may not know the filter yet, though somebody here had it before
        }
        if (session.link() instanceof SessionLink link) {
            joining.answer(link, new ControlPacket.SubAck(packet.packetIdentifier(), codes, Properties.NONE));
        }
        sendRetained();
    }

    /** Why the filter is not granted, or null if it is. */
    private @Nullable ReasonCode refusal(TopicFilter filter) {
        ReasonCode refusal = null;
        Denial denial = session.rights().subscribe(filter);
        if (filter.levels().size() > TopicTree.LEVELS_MAX) {
            refusal = ReasonCode.TOPIC_FILTER_INVALID;
        } else if (isOneTooMany(filter) || isTooMuchForMemory()) {
            refusal = ReasonCode.QUOTA_EXCEEDED;
        } else if (denial != null) {
            session.denials().subscribe(filter, denial);
            refusal = ReasonCode.NOT_AUTHORIZED;
        }
        return refusal;
    }

    /** What cannot be saved now stays in memory until it can. */
    private boolean isTooMuchForMemory() {
        return environment.changes().isDegraded()
                && environment.counters().memory.isFull();
    }

    /** What SUBACK says of a refused request. MQTT 3.1 knows no failure there. Mosquitto: says then what was asked for. */
    private ReasonCode refused(ControlPacket.Subscribe.Request request, ReasonCode refusal, Qos qosMax) {
        return switch (session.version()) {
            case MQTT_3_1 -> ReasonCode.granted(Qos.min(request.options().qos(), qosMax));
            case MQTT_3_1_1 -> ReasonCode.UNSPECIFIED_ERROR;
            case MQTT_5 -> refusal;
        };
    }

    private boolean isOneTooMany(TopicFilter filter) {
        int max = environment.limits().subscriptionsMax();
        boolean isFull = max > 0 && byFilter.size() + session.shares().size() >= max;
        return isFull && byFilter.get(filter) == null && !session.shares().has(filter);
    }

    /** Grants the request; [MQTT-3.8.4-3] one with the same filter takes the place of what was there. */
    private ReasonCode subscribe(ControlPacket.Subscribe.Request request, int identifier, Qos qosMax, Joining joining) {
        TopicFilter filter = request.filter();
        SubscriptionOptions asked = request.options();
        Qos granted = Qos.min(asked.qos(), qosMax);
        SubscriptionOptions options = asked.withQos(granted);
        if (filter.isShared()) {
            joining.add(session.shares()
                    .put(filter, options, identifier)); // no retained messages for these (section 4.8.2)
        } else {
            putOwn(filter, options, identifier);
        }
        if (changes.isDurable()) {
            changes.append(new StateChange.SubscriptionPut(session.clientId(), filter, options, identifier));
        }
        if (environment.log().logs(Level.SUBSCRIBE)) {
            session.log(Level.SUBSCRIBE, session.clientId() + " " + granted.level() + " " + filter);
        }
        return ReasonCode.granted(granted);
    }

    /** The groups that one SUBSCRIBE joins: SUBACK says that what is published from then on is matched. */
    private final class Joining {
        private int open = 1;
        private @Nullable AckSlot place;
        private @Nullable ControlPacket answer;

        void add(Membership membership) {
            open++;
            membership.whenJoined(this::done);
        }

        void answer(SessionLink link, ControlPacket packet) {
            if (open == 1) {
                link.sendAfter(changes.last(), packet);
            } else {
                place = link.reserve();
                answer = packet;
                done();
            }
        }

        private void done() {
            open--;
            if (open == 0 && place != null && answer != null) {
                place.fill(changes.last(), answer);
            }
        }
    }

    private void putOwn(TopicFilter filter, SubscriptionOptions options, int identifier) {
        Subscription subscription = byFilter.get(filter);
        boolean isNew = subscription == null;
        if (subscription == null) {
            subscription = add(filter, options, identifier);
        } else {
            environment.router().replaceOptions(subscription, options, identifier);
        }
        RetainHandling handling = options.retainHandling();
        if (handling == RetainHandling.SEND || (handling == RetainHandling.SEND_IF_NEW && isNew)) {
            collectRetained(subscription); // [MQTT-3.3.1-9], [MQTT-3.3.1-10], [MQTT-3.3.1-11]
        }
    }

    private Subscription add(TopicFilter filter, SubscriptionOptions options, int identifier) {
        Subscription subscription = create(filter, options, identifier);
        environment.router().subscribe(subscription);
        return subscription;
    }

    private Subscription create(TopicFilter filter, SubscriptionOptions options, int identifier) {
        Subscription subscription = new Subscription(filter, options, identifier, interest);
        byFilter.add(subscription);
        environment.counters().subscriptions.increment();
        return subscription;
    }

    private void collectRetained(Subscription subscription) {
        environment.router().retained(subscription.filter(), message -> {
            if (!isOwn(message, subscription)) {
                backlog.add(message, subscription);
            }
        });
    }

    /** [MQTT-3.8.3-3] Whether No Local keeps the message back; the option may have come after the message was due. */
    private boolean isOwn(RoutedMessage message, Subscription subscription) {
        return subscription.options().noLocal() && session.clientId().equals(message.publisher());
    }

    /** [MQTT-3.10.4-4] Answered with UNSUBACK. */
    void onUnsubscribe(ControlPacket.Unsubscribe packet) {
        List<ReasonCode> codes = new ArrayList<>(packet.filters().size());
        for (TopicFilter filter : packet.filters()) {
            codes.add(unsubscribe(filter));
        }
        if (session.link() instanceof SessionLink link) {
            link.sendAfter(
                    changes.last(), new ControlPacket.UnsubAck(packet.packetIdentifier(), codes, Properties.NONE));
        }
    }

    private ReasonCode unsubscribe(TopicFilter filter) {
        Denial denial = session.rights().unsubscribe(filter);
        if (denial != null) {
            session.denials().unsubscribe(filter, denial);
            return ReasonCode.NOT_AUTHORIZED;
        }
        if (!(filter.isShared() ? session.shares().remove(filter) : removeOwn(filter))) {
            return ReasonCode.NO_SUBSCRIPTION_EXISTED;
        }
        if (changes.isDurable()) {
            changes.append(new StateChange.SubscriptionRemoved(session.clientId(), filter));
        }
        if (environment.log().logs(Level.UNSUBSCRIBE)) {
            session.log(Level.UNSUBSCRIBE, session.clientId() + " " + filter);
        }
        return ReasonCode.SUCCESS;
    }

    private boolean removeOwn(TopicFilter filter) {
        Subscription subscription = byFilter.remove(filter);
        if (subscription == null) {
            return false;
        }
        drop(subscription);
        return true;
    }

    private void drop(Subscription subscription) {
        environment.router().unsubscribe(subscription);
        environment.counters().subscriptions.decrement();
    }

    /** Sends retained messages that are still due, as far as window and room allow. */
    void sendRetained() {
        int sent = 0;
        while (session.isOpen() && session.link() instanceof SessionLink link) {
            RetainedBacklog.Entry first = backlog.first();
            if (first == null) {
                return;
            }
            if (first.qos() == Qos.AT_MOST_ONCE ? !link.hasRoom() : !outbound.isIdle()) {
                return; // an acknowledgement or room brings us back
            }
            if (sent == SLICE) {
                environment.loop().execute(this::sendRetained);
                return;
            }
            sent++;
            deliver(first);
        }
    }

    /** Delivers the first of the backlog. */
    private void deliver(RetainedBacklog.Entry first) {
        backlog.removeFirst();
        RoutedMessage message = first.message();
        Subscription subscription = first.subscription();
        boolean stillDue = byFilter.get(subscription.filter()) == subscription;
        if (stillDue
                && environment.router().isRetained(message)
                && !isOwn(message, subscription)
                && mayStand(message)) {
            session.deliver(message, first.qos(), true, subscription.identifiers()); // [MQTT-3.3.1-8]
        }
    }

    /** {@code check_retain_source}: whether whoever published a retained message might still publish it. */
    private boolean mayStand(RoutedMessage message) {
        TopicName topic = message.message().topic();
        StateChange.Source source = environment.limits().retain().sourceChecked()
                ? environment.router().sourceOfRetained(topic)
                : null;
        if (source == null || message.publisher() == null) {
            return true;
        }
        Client publisher = Client.offline(message.publisher(), source.userName(), source.listener());
        Denial denial = environment.access().rights(publisher).publish(topic);
        if (denial != null) {
            session.denials().retained(topic, publisher.clientId(), denial);
        }
        return denial == null;
    }

    /** The client is gone: what it was granted at QoS 1 or 2 and has not been sent waits like any other message. */
    void onClientGone() {
        while (backlog.first() instanceof RetainedBacklog.Entry first) {
            if (changes.isDurable() && first.qos() != Qos.AT_MOST_ONCE) {
                deliver(first);
            } else {
                backlog.removeFirst();
            }
        }
    }

    void end() {
        backlog.clear();
        for (Subscription subscription : byFilter.all()) {
            drop(subscription);
        }
        byFilter.clear();
    }

    /** Puts back a subscription from before this process began. */
    void restore(StateChange.SubscriptionPut put) {
        if (put.filter().isShared()) {
            session.shares().put(put.filter(), put.options(), put.subscriptionIdentifier());
            environment.groups().restoreInterest(put.filter());
            return;
        }
        environment.router().restoreSubscription(create(put.filter(), put.options(), put.subscriptionIdentifier()));
    }
}
