package org.althing.broker.routing;

import java.util.List;
import org.althing.broker.BrokerConfig.QueueFull;
import org.althing.broker.BrokerLog;
import org.althing.broker.Ledger.Account;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.StateChange;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;

/**
 * The members of one shared subscription {@code $share/name/filter}, and the queue that they empty together (MQTT 5.0,
 * section 4.8.2).
 *
 * <h2>Whose a message is</h2>
 *
 * <pre>
 *             ┌────────── gives back: the member went before PUBACK ◄─────────┐
 *             ▼                                                               │
 *   match ──► waits ──► lent to one member ──── QoS 1 ──────────────────► in flight ──PUBACK──► ended
 *                                          ├─── QoS 2: the session's from now on, ended here
 *                                          └─── QoS 0: sent, ended
 * </pre>
 *
 * <p>The group answers for a message until its loan has ended, and stores it that long if any member's session is durable.
 * So a crash is like the going of all members: what was not acknowledged waits again, in its order.
 *
 * <h2>Who gets it</h2>
 *
 * <p>Only members that are there, may receive it and have room; {@link ShareTurns} says which. A refusal by PUBACK or
 * PUBREC is an answer like any other: the message goes to nobody else ([MQTT-4.8.2-6]).
 */
final class ShareGroup implements Subscriber {
    /** Slots that topics are dealt into when messages of one topic go to one member. */
    private static final int KEY_SLOTS = 4_096;

    private static final SubscriptionOptions EVERYTHING =
            new SubscriptionOptions(Qos.EXACTLY_ONCE, false, true, RetainHandling.DO_NOT_SEND);

    private final TopicFilter filter;
    private final GroupEnvironment environment;
    private final ShareGroups groups;
    private final Subscription subscription;
    private final ShareTurns turns;
    private final Account account;
    private int members;
    private int durableMembers;
    /** Members whose clients are there. */
    private int presentMembers;
    /** Messages that the group answers for and that expire. */
    private int expiring;
    /** Of payload, in all messages that the group answers for. */
    private long bytes;

    private boolean dropping;

    ShareGroup(TopicFilter filter, GroupEnvironment environment, ShareGroups groups) {
        this.filter = filter;
        this.environment = environment;
        this.groups = groups;
        account = environment.counters().ledger.account(filter.toString());
        subscription = new Subscription(filter, EVERYTHING, 0, new Interest(this));
        turns = switch (environment.limits().shareStrategy()) {
            case ROUND_ROBIN -> new RoundRobinTurns(this);
            case STICKY -> new KeyedTurns(this, 1);
            case KEY -> new KeyedTurns(this, KEY_SLOTS);
        };
    }

    void begin() {
        environment.router().subscribe(subscription);
    }

    // ---- members

    Membership join(ShareMember member, SubscriptionOptions options, int identifier) {
        members++;
        if (member.isDurable()) {
            durableMembers++;
            if (durableMembers == 1) {
                turns.forEach(this::record);
            }
        }
        return new Place(this, member, options, identifier);
    }

    void onPresent(Place place) {
        if (!place.present) {
            place.present = true;
            presentMembers++;
        }
        turns.onPresent(place);
    }

    void onDemand(Place place) {
        if (place.present) {
            turns.onDemand(place);
        }
    }

    void onAbsent(Place place) {
        if (place.present) {
            place.present = false;
            presentMembers--;
            turns.onAbsent(place);
        }
    }

    void onLeave(Place place) {
        onAbsent(place);
        members--;
        if (place.member.isDurable()) {
            durableMembers--; // what is recorded stays so: the journal may have the only copy
        }
        if (members == 0) {
            environment.router().unsubscribe(subscription);
            turns.removeIf(message -> true, message -> end(message, Fate.GROUP_ENDED));
            groups.onEnd(filter);
        }
        if (!(place.member instanceof RemoteMember)) {
            groups.onLeft();
        }
    }

    /** Whether any member is there. */
    boolean isAttended() {
        return presentMembers > 0;
    }

    boolean allows(Place place, RoutedMessage message) {
        return place.member.rights().receive(message.message().topic()) == null;
    }

    // ---- messages

    @Override
    public String clientId() {
        return filter.toString(); // of a client that publishes nothing: No Local does not exist here ([MQTT-3.8.3-4])
    }

    @Override
    public int partition() {
        return Partitions.ofGroup(filter);
    }

    @Override
    public boolean isFull() {
        boolean dropsNewest = environment.limits().queue().whenFull() == QueueFull.DROP_NEWEST;
        return environment.counters().memory.isFull() || (dropsNewest && !fits());
    }

    @Override
    public void deliver(RoutedMessage message, Qos qos, boolean retain, int[] subscriptionIdentifiers) {
        account.matched();
        if (message.hasExpired(environment.clock().wallMillis())) {
            account.ended(Fate.EXPIRED);
        } else if (qos == Qos.AT_MOST_ONCE) {
            deliverUnacknowledged(message);
        } else {
            deliverAcknowledged(message);
        }
    }

    private void deliverUnacknowledged(RoutedMessage message) {
        Fate fate = turns.offerUnacknowledged(message);
        if (fate == Fate.CLIENT_GONE && environment.limits().queueQos0Messages() && message.isStored()) {
            deliverAcknowledged(message);
        } else {
            account.ended(fate);
        }
    }

    private void deliverAcknowledged(RoutedMessage message) {
        int topicHash = message.message().topic().hashCode();
        GroupMessage lent = new GroupMessage(this, groups.nextSequence(), message, topicHash);
        message.keep(environment.counters().memory);
        account.waits();
        if (message.expires()) {
            expiring++;
        }
        if (turns.offer(lent)) {
            dropping = false;
            bytes += lent.payloadLength();
            if (!lent.ended) {
                recordIfDurable(lent);
            }
        } else if (environment.counters().memory.isFull()) {
            refuse(lent, Fate.MEMORY_FULL);
        } else if (hasPlace(message)) {
            bytes += lent.payloadLength();
            recordIfDurable(lent);
            turns.add(lent);
        } else {
            refuse(lent, Fate.QUEUE_FULL);
        }
    }

    private void refuse(GroupMessage newest, Fate fate) {
        bytes += newest.payloadLength();
        end(newest, fate);
        environment.counters().queueRefusals.increment();
        onDropping();
    }

    private boolean fits() {
        int max = environment.limits().queuedMessagesMax();
        long bytesMax = environment.limits().queue().bytesMax();
        return (max == 0 || turns.size() < max) && (bytesMax == 0 || bytes < bytesMax);
    }

    private boolean hasPlace(RoutedMessage newest) {
        if (!fits() && expiring > 0) {
            long now = environment.clock().wallMillis();
            turns.removeIf(message -> message.message().hasExpired(now), this::expired);
        }
        while (!fits()
                && environment.limits().queue().whenFull() == QueueFull.DROP_OLDEST
                && turns.pollOldest(newest) instanceof GroupMessage oldest) {
            end(oldest, Fate.QUEUE_FULL);
            onDropping();
        }
        return fits();
    }

    private void onDropping() {
        if (!dropping) {
            dropping = true;
            environment.log().log(
                    BrokerLog.Level.NOTICE,
                    "Outgoing messages are being dropped for shared subscription " + filter + ".");
        }
    }

    private void expired(GroupMessage message) {
        end(message, Fate.EXPIRED);
    }

    /** Drops the message, which the caller takes out of its queue, if its time is over. */
    boolean dropIfExpired(GroupMessage message) {
        boolean expired = message.message().hasExpired(environment.clock().wallMillis());
        if (expired) {
            expired(message);
        }
        return expired;
    }

    /** Whoever could take it must not have it. */
    void onForbidden(GroupMessage message) {
        end(message, Fate.NOT_AUTHORIZED);
    }

    void onEnded(GroupMessage message, Fate fate) {
        account.settled(fate);
        onHandedOver(message);
    }

    void onHandedOver(GroupMessage message) {
        boolean mayComeAgain = !message.recorded && message.qos() == Qos.EXACTLY_ONCE && durableMembers > 0;
        forget(message);
        if (mayComeAgain) {
            // Lent in the turn of its PUBREL. After a crash that PUBREL may come again; what is sent now waits for a
            // change
            // of this turn, and so for the one that says that the PUBREL was done.
            environment.changes().append(new StateChange.GroupDequeued(filter, message.sequence));
        }
    }

    void onGivenBack(GroupMessage message) {
        Place place = message.borrower;
        if (place == null || message.ended) {
            throw new IllegalStateException("given back, but not lent: " + message.sequence + " of " + filter);
        }
        message.borrower = null;
        if (durableMembers > 0) {
            recordIfDurable(message);
        } else {
            unrecord(message);
        }
        turns.onGivenBack(place, message);
    }

    private void end(GroupMessage message, Fate fate) {
        account.settled(fate);
        forget(message);
    }

    private void forget(GroupMessage message) {
        assert !message.ended : "ended twice: " + message.sequence + " of " + filter;
        message.ended = true;
        endWaiting(message);
        bytes -= message.payloadLength();
        if (message.message().expires()) {
            expiring--;
        }
        unrecord(message);
        message.message().unkeep(environment.counters().memory);
        environment.changes().mayDrop(message.message());
    }

    // ---- what is stored

    /** A recorded message that waits far behind can do without its content until {@link #bringBack}. */
    void setAside(GroupMessage message) {
        message.aside = true;
        message.message().beginWaiting();
        environment.changes().mayDrop(message.message());
    }

    /** The content of a message is needed soon; {@code then} runs on the loop if it has to be read. */
    void bringBack(GroupMessage message, Runnable then) {
        endWaiting(message);
        if (!message.isLoaded()) {
            environment.changes().load(message.message(), then);
        }
    }

    private static void endWaiting(GroupMessage message) {
        if (message.aside) {
            message.aside = false;
            message.message().endWaiting();
        }
    }

    private void recordIfDurable(GroupMessage message) {
        if (durableMembers > 0) {
            record(message);
        }
    }

    private void record(GroupMessage message) {
        ChangeLog changes = environment.changes();
        if (!message.recorded && changes.isDurable()) {
            message.recorded = true;
            changes.hold(message.message());
            changes.append(new StateChange.GroupQueued(
                    filter,
                    message.sequence,
                    new StateChange.Delivery(
                            message.message().storedId(),
                            message.qos(),
                            message.message().message().retain(),
                            List.of())));
        }
    }

    private void unrecord(GroupMessage message) {
        if (message.recorded) {
            message.recorded = false;
            environment.changes().append(new StateChange.GroupDequeued(filter, message.sequence));
            environment.changes().release(message.message());
        }
    }

    void restore(long sequence, RoutedMessage message, int topicHash) {
        GroupMessage waiting = new GroupMessage(this, sequence, message, topicHash);
        waiting.recorded = true;
        bytes += waiting.payloadLength();
        account.matched();
        account.waits();
        if (message.expires()) {
            expiring++;
        }
        turns.restore(waiting);
    }
}
