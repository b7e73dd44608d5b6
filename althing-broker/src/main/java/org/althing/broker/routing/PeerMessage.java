package org.althing.broker.routing;

import java.util.List;
import org.althing.broker.Client;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.StateChange;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/** What one shard says to another. Immutable, as everything that crosses threads. */
public sealed interface PeerMessage {
    /** The sender has its first subscription to this filter: from now on it wants what matches. */
    record InterestBegan(TopicFilter filter) implements PeerMessage {}

    /** The sender's last subscription to this filter is gone. */
    record InterestEnded(TopicFilter filter) implements PeerMessage {}

    /**
     * A client of the sender, or the sender itself, has published.
     *
     * @param publisher the publisher's client identifier, or null for the broker itself
     * @param expiresAtMillis wall time, or {@link org.althing.broker.StateChange#NEVER}
     * @param stored see {@link RoutedMessage#isStored}
     * @param retainedStamp of the change to the topic's retained message, or 0 if there is none
     * @param source whose message it is, if it is retained and somebody asks for that; otherwise null
     * @param handOver the message id of the {@link org.althing.broker.StateChange.HandOver} to the receiver, which removes it
     *     together with what it stores; 0 if there is none
     */
    record Published(
            ApplicationMessage message,
            @Nullable String publisher,
            long expiresAtMillis,
            boolean stored,
            long retainedStamp,
            StateChange.@Nullable Source source,
            long handOver)
            implements PeerMessage {}

    /** All changes of the sender to retained messages up to this stamp are known everywhere. */
    record RetainedSettled(long stamp) implements PeerMessage {}

    // ---- share groups: see RemoteMember, at the group's home, and RemoteMembership, at the member's

    /** About a share group. */
    sealed interface OfGroup extends PeerMessage {
        Member member();
    }

    /** One session's membership in one group. */
    record Member(TopicFilter group, String clientId) {}

    /** A message as it is sent to one member. */
    record Sent(
            ApplicationMessage message,
            @Nullable String publisher,
            long expiresAtMillis,
            Qos qos,
            boolean retain,
            List<Integer> subscriptionIdentifiers) {
        RoutedMessage routed() {
            return new RoutedMessage(message, publisher, expiresAtMillis);
        }

        int[] identifiers() {
            return subscriptionIdentifiers.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    /** The session joins the group, or changes its options; answered with {@link GroupJoined}. */
    record GroupJoin(Member member, long number, boolean durable, SubscriptionOptions options, int identifier)
            implements OfGroup {}

    /** What matches reaches the group from now on, wherever it is published: the answer to the join of this number. */
    record GroupJoined(Member member, long number) implements OfGroup {}

    /** The client is there, and can take so many messages. */
    record GroupPresent(Member member, Client client, long visit, int credit) implements OfGroup {}

    /** The client can take so many more. */
    record GroupDemand(Member member, int credit) implements OfGroup {}

    /** The client is gone; what it was lent and has not ended is given back with this. */
    record GroupAbsent(Member member) implements OfGroup {}

    /** The membership ends. */
    record GroupLeave(Member member) implements OfGroup {}

    /** A message of QoS 1 or 2 is lent. */
    record GroupLend(Member member, long visit, long sequence, Sent sent) implements OfGroup {}

    /** A message is sent at QoS 0. */
    record GroupSend(Member member, long visit, Sent sent) implements OfGroup {}

    /** A loan has ended so, or, where fate is null, the session answers for the message from now on. */
    record GroupEnded(
            Member member, long sequence, @Nullable Fate fate) implements OfGroup {}
}
