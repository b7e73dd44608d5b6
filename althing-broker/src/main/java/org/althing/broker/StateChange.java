package org.althing.broker;

import java.util.List;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;
import org.jspecify.annotations.Nullable;

/**
 * One change of what outlives the process: the whole persistence format on one page.
 *
 * <h2>Keys</h2>
 *
 * <p>Every record has a key, given at the record below; the last record with a key wins, a removal removes it. So the
 * state is the fold of all changes in their order, and a change that a later one replaced may be forgotten.
 *
 * <h2>Messages are stored once</h2>
 *
 * <p>{@link MessageStored} comes before every change that names its id, {@link MessageDropped} after the last of them is
 * gone. The removal of a session does not drop messages: their own records follow it.
 *
 * <h2>Times</h2>
 *
 * <p>Wall time in milliseconds since 1970-01-01 UTC, so that expiry goes on while the process is down.
 */
public sealed interface StateChange {
    /** A time that never comes. */
    long NEVER = Long.MAX_VALUE;

    /** A Session Expiry Interval, in seconds, that never ends ([MQTT 5.0, 3.1.2.11.2]). */
    long NO_EXPIRY_SECONDS = 0xFFFF_FFFFL;

    /**
     * Key {@code session/clientId}. A session began, or one of these fields changed.
     *
     * @param userName as proved at the last CONNECT, or null
     * @param listener where the last CONNECT came in, as {@link Client#listener}; null if that is not known
     * @param version of the last CONNECT
     * @param expirySeconds Session Expiry Interval; {@link #NO_EXPIRY_SECONDS} never ends. 0 is stored only to keep a
     *     will: such a session ends at replay
     * @param disconnectedAtMillis wall time of the end of the last connection; {@link #NEVER} while one is open
     * @param will what is still to be published if the connection is lost or the Will Delay Interval passes, or null
     */
    record SessionPut(
            String clientId,
            @Nullable String userName,
            @Nullable String listener,
            ProtocolVersion version,
            long expirySeconds,
            long disconnectedAtMillis,
            @Nullable Will will)
            implements StateChange {}

    /** Removes {@code session/clientId} and every key that begins with a word and this client identifier. */
    record SessionRemoved(String clientId) implements StateChange {}

    /**
     * Key {@code subscription/clientId/filter}. A subscription began or its options changed.
     *
     * @param subscriptionIdentifier 1 to 268,435,455, or 0 for none
     */
    record SubscriptionPut(String clientId, TopicFilter filter, SubscriptionOptions options, int subscriptionIdentifier)
            implements StateChange {}

    /** Removes {@code subscription/clientId/filter}. */
    record SubscriptionRemoved(String clientId, TopicFilter filter) implements StateChange {}

    /**
     * Key {@code retained/topic}.
     *
     * @param messageId 0 if the topic has none any more, and an older change may still be on its way from another shard
     * @param stamp the highest of a topic is the last change; 0 where there is one shard
     * @param source whose message it is, beyond the client identifier; null if nobody asks for that
     */
    record RetainedPut(
            TopicName topic,
            long messageId,
            long stamp,
            @Nullable Source source) implements StateChange {
        /** One of which nobody asks whose it is. */
        public RetainedPut(TopicName topic, long messageId, long stamp) {
            this(topic, messageId, stamp, null);
        }

        /** Of a broker with one shard. */
        public RetainedPut(TopicName topic, long messageId) {
            this(topic, messageId, 0);
        }
    }

    /**
     * What decides about a publisher's rights, beyond its client identifier.
     *
     * @param userName as proved at its CONNECT, or null
     * @param listener where it came in, as {@link Client#listener}; null if that is not known
     */
    record Source(@Nullable String userName, @Nullable String listener) {}

    /** Removes {@code retained/topic}. */
    record RetainedRemoved(TopicName topic) implements StateChange {}

    /**
     * Key {@code message/messageId}.
     *
     * @param messageId from 1 on; not used again while the message is stored
     * @param message as published, with the Message Expiry Interval of its arrival
     * @param publisher the publisher's client identifier, or null if the broker itself published
     * @param expiresAtMillis wall time, or {@link #NEVER}
     */
    record MessageStored(
            long messageId,
            ApplicationMessage message,
            @Nullable String publisher,
            long expiresAtMillis) implements StateChange {}

    /** Removes {@code message/messageId}. */
    record MessageDropped(long messageId) implements StateChange {}

    /**
     * How a message goes to one client.
     *
     * @param messageId 0 where the message is no longer needed: after PUBREC
     * @param qos at which it is sent
     * @param retain the RETAIN flag that is sent
     * @param subscriptionIdentifiers of all matching subscriptions that have one
     */
    record Delivery(long messageId, Qos qos, boolean retain, List<Integer> subscriptionIdentifiers) {
        public Delivery {
            subscriptionIdentifiers = List.copyOf(subscriptionIdentifiers);
        }
    }

    /**
     * Key {@code queued/clientId/sequence}. A message waits for the client.
     *
     * @param sequence the order in which messages go to this client, shared with {@link InflightPut}
     */
    record Queued(String clientId, long sequence, Delivery delivery) implements StateChange {}

    /** Removes {@code queued/clientId/sequence}. */
    record Dequeued(String clientId, long sequence) implements StateChange {}

    /** What a sent message of QoS 1 or 2 waits for. */
    enum InflightState {
        AWAITING_PUBACK,
        AWAITING_PUBREC,
        AWAITING_PUBCOMP
    }

    /** Key {@code inflight/clientId/packetIdentifier}. A message was sent, or PUBREC came for it. */
    record InflightPut(String clientId, int packetIdentifier, long sequence, InflightState state, Delivery delivery)
            implements StateChange {}

    /** Removes {@code inflight/clientId/packetIdentifier}. */
    record InflightRemoved(String clientId, int packetIdentifier) implements StateChange {}

    /**
     * Key {@code received/clientId/packetIdentifier}. A QoS 2 message came from the client and waits for PUBREL.
     *
     * @param messageId 0 if it is acknowledged like any other, but goes nowhere
     */
    record ReceivedPut(String clientId, int packetIdentifier, long messageId) implements StateChange {}

    /** Removes {@code received/clientId/packetIdentifier}. */
    record ReceivedRemoved(String clientId, int packetIdentifier) implements StateChange {}

    /**
     * Key {@code group/filter/sequence}. A message waits for a member of a share group, or was sent to one and is not
     * acknowledged.
     *
     * @param group the shared filter as subscribed, {@code $share/name/filter}
     * @param sequence the order of the group's messages; not used again while the process lives
     * @param delivery QoS and RETAIN as published; what a member is granted is decided when it is chosen
     */
    record GroupQueued(TopicFilter group, long sequence, Delivery delivery) implements StateChange {}

    /** Removes {@code group/filter/sequence}. */
    record GroupDequeued(TopicFilter group, long sequence) implements StateChange {}

    /**
     * Key {@code handover/messageId/shard}. The publisher is done with a message, and another shard has not stored yet what
     * it owes because of it: to its sessions and share groups, and to the retained messages.
     *
     * @param shard which one, of as many as there are now
     * @param partitions whose clients, groups and topics are meant, as bits
     * @param retainedStamp of the change to the topic's retained message, or 0 if there is none
     */
    record HandOver(long messageId, int shard, long partitions, long retainedStamp) implements StateChange {}

    /**
     * Key {@code undecided/messageId}. A will is due, its session has it no more, and an interceptor has yet to decide about
     * it.
     *
     * @param source whose will it is, beyond the client identifier
     */
    record WillUndecided(long messageId, Source source) implements StateChange {}

    /** Removes {@code undecided/messageId}: in the commit of what came of it. */
    record WillDecided(long messageId) implements StateChange {}

    /** Removes {@code handover/messageId/shard}: in the commit in which that shard stores what it owes. */
    record HandedOver(long messageId, int shard) implements StateChange {}
}
