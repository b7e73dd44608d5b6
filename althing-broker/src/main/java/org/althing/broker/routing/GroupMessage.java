package org.althing.broker.routing;

import org.althing.broker.Ledger.Fate;
import org.althing.mqtt.Qos;
import org.jspecify.annotations.Nullable;

/** A message of QoS 1 or 2 that a share group answers for: waiting, or lent to one member. */
final class GroupMessage implements Loan, Comparable<GroupMessage> {
    final ShareGroup group;
    /** The order of the group's messages. */
    final long sequence;

    /** Of the topic, which is not in memory as long as the content is not. */
    final int topicHash;

    private final RoutedMessage message;

    /** Whether it can do without its content; kept by {@link ShareGroup}. */
    boolean aside;

    /** Whether a record of it is stored. */
    boolean recorded;

    /** Who it was lent to; null while it waits. */
    @Nullable
    Place borrower;

    boolean ended;

    GroupMessage(ShareGroup group, long sequence, RoutedMessage message, int topicHash) {
        this.group = group;
        this.sequence = sequence;
        this.topicHash = topicHash;
        this.message = message;
    }

    @Override
    public RoutedMessage message() {
        return message;
    }

    @Override
    public Membership membership() {
        Place place = borrower;
        if (place == null) {
            throw new IllegalStateException("not lent: " + sequence);
        }
        return place;
    }

    /** Whether it could be lent now: false while its content is being read back. */
    boolean isLoaded() {
        return message.isLoaded();
    }

    int payloadLength() {
        return message.payloadLength();
    }

    Qos qos() {
        return message.qos();
    }

    @Override
    public void end(Fate fate) {
        group.onEnded(this, fate);
    }

    @Override
    public void handOver() {
        group.onHandedOver(this);
    }

    @Override
    public void giveBack() {
        group.onGivenBack(this);
    }

    @Override
    public int compareTo(GroupMessage other) {
        return Long.compare(sequence, other.sequence);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(sequence);
    }
}
