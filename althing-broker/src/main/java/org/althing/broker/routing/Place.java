package org.althing.broker.routing;

import java.util.ArrayDeque;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.routing.KeyedTurns.Slot;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.jspecify.annotations.Nullable;

/** A member's place in its share group. */
final class Place implements Membership {
    private static final int[] NO_IDENTIFIERS = {};

    final ShareGroup group;
    final ShareMember member;
    private SubscriptionOptions options;
    private int[] identifiers;

    /** Whether the client is there. */
    boolean present;

    // Where it stands, kept by PlaceRing.
    @Nullable
    PlaceRing ring;

    @Nullable
    Place before;

    @Nullable
    Place after;

    /** Its slots whose first messages are being read; only with {@link KeyedTurns}. */
    int reading;

    /** Its slots that have messages to lend; only with {@link KeyedTurns}. */
    private @Nullable ArrayDeque<Slot> lined;

    /** @param identifier Subscription Identifier, or 0 for none */
    Place(ShareGroup group, ShareMember member, SubscriptionOptions options, int identifier) {
        this.group = group;
        this.member = member;
        this.options = options;
        this.identifiers = identifiersOf(identifier);
    }

    private static int[] identifiersOf(int identifier) {
        return identifier == 0 ? NO_IDENTIFIERS : new int[] {identifier};
    }

    @Override
    public void options(SubscriptionOptions otherOptions, int identifier) {
        options = otherOptions;
        identifiers = identifiersOf(identifier);
    }

    /** At which a message is sent to this member ([MQTT-4.8.2-3]). */
    Qos qos(GroupMessage message) {
        return Qos.min(options.qos(), message.qos());
    }

    ArrayDeque<Slot> lined() {
        ArrayDeque<Slot> line = lined;
        if (line == null) {
            line = new ArrayDeque<>(1);
            lined = line;
        }
        return line;
    }

    boolean canTake(GroupMessage message) {
        return member.canTake(qos(message));
    }

    void take(GroupMessage message) {
        message.borrower = this;
        member.take(message, qos(message), retain(message.message()), identifiers);
    }

    /** See {@link ShareMember#takeUnacknowledged}. */
    Fate takeUnacknowledged(RoutedMessage message) {
        return member.takeUnacknowledged(message, retain(message), identifiers);
    }

    private boolean retain(RoutedMessage message) {
        return options.retainAsPublished() && message.message().retain();
    }

    @Override
    public void whenJoined(Runnable task) {
        task.run(); // other shards are told before what acknowledges leaves: see Router.subscribe
    }

    @Override
    public void present() {
        group.onPresent(this);
    }

    @Override
    public void demand() {
        group.onDemand(this);
    }

    @Override
    public void absent() {
        group.onAbsent(this);
    }

    @Override
    public void leave() {
        group.onLeave(this);
    }
}
