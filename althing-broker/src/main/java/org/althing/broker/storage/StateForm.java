package org.althing.broker.storage;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.Delivery;
import org.althing.broker.StateChange.InflightState;
import org.althing.broker.routing.Partitions;
import org.althing.journal.Keys;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;

/**
 * A {@link StateChange} as a record of the journal. For those who read the files without us: docs/formats.md.
 *
 * <pre>
 *   ┌───────┬─────────┬─────────┬────────────┬─────────────────────┬ ─ ─ ─ ─ ─ ┐
 *   │version│partition│ removes │ key length │ key: kind, fields   │   value    │
 *   └───────┴─────────┴─────────┴────────────┴─────────────────────┴ ─ ─ ─ ─ ─ ┘
 *       1       1          1        1...        1 + ...                not if it removes
 * </pre>
 *
 * <p>The version is that in which the record's kind got its form: so a program refuses only what it really cannot read, and
 * says that it is newer. A kind that its version does not have was never written by any program: it is damage.
 *
 * <p>The key stands in one piece, so that a compactor compares keys without knowing kinds. Keys of a client begin with its
 * identifier, which is the group that the removal of a session removes.
 */
final class StateForm {
    /** The newest one that this program reads. */
    static final int VERSION = 4;

    private static final int FIRST_VERSION = 1;
    /** Brought listeners to sessions, stamps to retained messages, filters of groups, and hand-overs. */
    private static final int SECOND_VERSION = 2;
    /** Brought sources to retained messages. */
    private static final int THIRD_VERSION = 3;

    private static final int SESSION = 1;
    private static final int SUBSCRIPTION = 2;
    private static final int RETAINED = 3;
    private static final int MESSAGE = 4;
    private static final int QUEUED = 5;
    private static final int INFLIGHT = 6;
    private static final int RECEIVED = 7;
    private static final int GROUP = 8;
    private static final int HAND_OVER = 9;
    private static final int UNDECIDED_WILL = 10;

    private static final int SUBSCRIPTION_IDENTIFIER_MAX = 268_435_455;

    private static final int NO_LOCAL = 4;
    private static final int RETAIN_AS_PUBLISHED = 8;
    private static final int RETAIN_HANDLING_SHIFT = 4;
    private static final int RETAIN = 4;
    /** With the version of a session: its listener follows. Records from before do not say it. */
    private static final int LISTENER = 0x80;

    private static final ProtocolVersion[] VERSIONS = ProtocolVersion.values();
    private static final RetainHandling[] RETAIN_HANDLINGS = RetainHandling.values();
    private static final InflightState[] INFLIGHT_STATES = InflightState.values();

    /** What the journal is told of records. */
    static final Keys KEYS = new Keys() {
        @Override
        public Key keyOf(ByteBuffer record) {
            return StateForm.keyOf(record);
        }

        @Override
        public long numberOf(ByteBuffer record) {
            return StateForm.numberOf(record);
        }
    };

    private final StateBuffer record = new StateBuffer();
    private final StateBuffer key = new StateBuffer();

    private static int partition(String text) {
        return Partitions.of(text);
    }

    private static int partition(TopicFilter group) {
        return Partitions.ofGroup(group);
    }

    private static int partition(long messageId) {
        return (int) (messageId % Partitions.COUNT);
    }

    /** The record; valid until the next call. */
    ByteBuffer write(StateChange change) {
        record.clear();
        key.clear();
        switch (change) {
            case StateChange.SessionPut put -> write(put);
            case StateChange.SessionRemoved removed -> {
                clientKey(SESSION, removed.clientId());
                removal(partition(removed.clientId()));
            }
            case StateChange.SubscriptionPut put -> write(put);
            case StateChange.SubscriptionRemoved removed -> {
                clientKey(SUBSCRIPTION, removed.clientId());
                key.text(removed.filter().toString());
                removal(partition(removed.clientId()));
            }
            case StateChange.RetainedPut put -> write(put);
            case StateChange.RetainedRemoved removed -> {
                topicKey(removed.topic());
                removal(partition(removed.topic().toString()));
            }
            case StateChange.MessageStored stored -> write(stored);
            case StateChange.MessageDropped dropped -> {
                messageKey(MESSAGE, dropped.messageId());
                removal(partition(dropped.messageId()));
            }
            case StateChange.Queued queued -> {
                clientKey(QUEUED, queued.clientId(), queued.sequence());
                begin(partition(queued.clientId()));
                write(queued.delivery());
            }
            case StateChange.Dequeued dequeued -> clientRemoval(QUEUED, dequeued.clientId(), dequeued.sequence());
            case StateChange.InflightPut put -> write(put);
            case StateChange.InflightRemoved removed ->
                clientRemoval(INFLIGHT, removed.clientId(), removed.packetIdentifier());
            case StateChange.ReceivedPut put -> {
                clientKey(RECEIVED, put.clientId(), put.packetIdentifier());
                begin(partition(put.clientId()));
                record.number(put.messageId());
            }
            case StateChange.ReceivedRemoved removed ->
                clientRemoval(RECEIVED, removed.clientId(), removed.packetIdentifier());
            case StateChange.GroupQueued queued -> write(queued);
            case StateChange.GroupDequeued dequeued -> {
                groupKey(dequeued.group(), dequeued.sequence());
                removal(partition(dequeued.group()));
            }
            case StateChange.HandOver put -> write(put);
            case StateChange.WillUndecided put -> write(put);
            case StateChange.WillDecided removed -> {
                messageKey(UNDECIDED_WILL, removed.messageId());
                removal(partition(removed.messageId()));
            }
            case StateChange.HandedOver removed -> {
                handOverKey(removed.messageId(), removed.shard());
                removal(partition(removed.messageId()));
            }
        }
        return record.written();
    }

    private void write(StateChange.SessionPut put) {
        clientKey(SESSION, put.clientId());
        begin(partition(put.clientId()));
        record.optional(put.userName());
        record.u8(put.version().level() | (put.listener() == null ? 0 : LISTENER));
        if (put.listener() != null) {
            record.text(put.listener());
        }
        record.number(put.expirySeconds());
        record.time(put.disconnectedAtMillis());
        MessageForm.write(put.will(), record);
    }

    private void write(StateChange.WillUndecided put) {
        messageKey(UNDECIDED_WILL, put.messageId());
        begin(partition(put.messageId()));
        record.optional(put.source().userName());
        record.optional(put.source().listener());
    }

    private void write(StateChange.SubscriptionPut put) {
        clientKey(SUBSCRIPTION, put.clientId());
        key.text(put.filter().toString());
        begin(partition(put.clientId()));
        SubscriptionOptions options = put.options();
        record.u8(options.qos().level()
                | (options.noLocal() ? NO_LOCAL : 0)
                | (options.retainAsPublished() ? RETAIN_AS_PUBLISHED : 0)
                | options.retainHandling().ordinal() << RETAIN_HANDLING_SHIFT);
        record.number(put.subscriptionIdentifier());
    }

    private void write(StateChange.InflightPut put) {
        clientKey(INFLIGHT, put.clientId(), put.packetIdentifier());
        begin(partition(put.clientId()));
        record.number(put.sequence());
        record.u8(put.state().ordinal());
        write(put.delivery());
    }

    private void write(StateChange.MessageStored stored) {
        messageKey(MESSAGE, stored.messageId());
        begin(partition(stored.messageId()));
        record.optional(stored.publisher());
        record.time(stored.expiresAtMillis());
        MessageForm.write(stored.message(), record);
    }

    private void write(StateChange.RetainedPut put) {
        topicKey(put.topic());
        header(
                put.source() == null ? SECOND_VERSION : THIRD_VERSION,
                partition(put.topic().toString()),
                false);
        record.number(put.messageId());
        record.number(put.stamp());
        if (put.source() != null) {
            record.optional(put.source().userName());
            record.optional(put.source().listener());
        }
    }

    private void write(StateChange.GroupQueued queued) {
        groupKey(queued.group(), queued.sequence());
        begin(partition(queued.group()));
        write(queued.delivery());
    }

    private void write(StateChange.HandOver put) {
        handOverKey(put.messageId(), put.shard());
        begin(partition(put.messageId()));
        record.bits(put.partitions());
        record.number(put.retainedStamp());
    }

    private void write(Delivery delivery) {
        record.number(delivery.messageId());
        record.u8(delivery.qos().level() | (delivery.retain() ? RETAIN : 0));
        record.number(delivery.subscriptionIdentifiers().size());
        for (int identifier : delivery.subscriptionIdentifiers()) {
            record.number(identifier);
        }
    }

    private void clientKey(int kind, String clientId) {
        key.u8(kind);
        key.text(clientId);
    }

    private void clientKey(int kind, String clientId, long number) {
        clientKey(kind, clientId);
        key.number(number);
    }

    private void clientRemoval(int kind, String clientId, long number) {
        clientKey(kind, clientId, number);
        removal(partition(clientId));
    }

    private void topicKey(TopicName topic) {
        key.u8(RETAINED);
        key.text(topic.toString());
    }

    private void groupKey(TopicFilter group, long sequence) {
        key.u8(GROUP);
        key.text(group.toString());
        key.number(sequence);
    }

    private void messageKey(int kind, long messageId) {
        key.u8(kind);
        key.number(messageId);
    }

    private void handOverKey(long messageId, int shard) {
        key.u8(HAND_OVER);
        key.number(messageId);
        key.number(shard);
    }

    private void begin(int partition) {
        header(versionOf(key.written().get(0)), partition, false);
    }

    private void removal(int partition) {
        header(versionOf(key.written().get(0)), partition, true);
    }

    private void header(int version, int partition, boolean removes) {
        record.u8(version);
        record.u8(partition);
        record.flag(removes);
        record.nested(key);
    }

    /**
     * Reads one record.
     *
     * @throws IllegalArgumentException if it was written by a newer version, or does not have this form
     */
    static StateChange read(ByteBuffer bytes) {
        try {
            return readChange(new StateReader(bytes.duplicate()));
        } catch (BufferUnderflowException | ArithmeticException e) {
            throw new IllegalArgumentException("it does not have the form of a record of the state", e);
        }
    }

    private static StateChange readChange(StateReader reader) {
        int version = readVersionOfForm(reader);
        int partition = reader.u8();
        boolean removes = reader.flag();
        StateReader key = new StateReader(reader.nested());
        int kind = key.u8();
        checkKind(kind, version);
        StateChange change = removes ? readRemoval(kind, key) : readPut(kind, version, key, reader);
        if (partition >= Partitions.COUNT || !key.isAtEnd() || !reader.isAtEnd()) {
            throw new IllegalArgumentException("it has more than a record of kind " + kind + " has");
        }
        return change;
    }

    private static int readVersionOfForm(StateReader reader) {
        int version = reader.u8();
        if (version < FIRST_VERSION || version > VERSION) {
            throw new IllegalArgumentException("its form has version " + version + ", this program reads up to "
                    + VERSION + "; was it written by a newer version of this program?");
        }
        return version;
    }

    /** The version that brought the kind its present form; programs before it refuse such records by this number. */
    private static int versionOf(int kind) {
        if (kind == UNDECIDED_WILL) {
            return VERSION;
        }
        return wasChanged(kind) || kind == HAND_OVER ? SECOND_VERSION : FIRST_VERSION;
    }

    /** Sessions without a listener, retained messages without a stamp, and share groups stood in version 1 too. */
    private static boolean wasChanged(int kind) {
        return kind == SESSION || kind == RETAINED || kind == GROUP;
    }

    private static void checkKind(int kind, int version) {
        boolean exists = kind >= SESSION && kind <= UNDECIDED_WILL;
        boolean before = wasChanged(kind) && version == FIRST_VERSION;
        boolean withSource = kind == RETAINED && version == THIRD_VERSION;
        if (!exists || version != versionOf(kind) && !before && !withSource) {
            throw new IllegalArgumentException("its kind " + kind + " does not exist in version " + version);
        }
    }

    private static StateChange readRemoval(int kind, StateReader key) {
        return switch (kind) {
            case SESSION -> new StateChange.SessionRemoved(key.text());
            case SUBSCRIPTION -> new StateChange.SubscriptionRemoved(key.text(), TopicFilter.of(key.text()));
            case RETAINED -> new StateChange.RetainedRemoved(TopicName.of(key.text()));
            case MESSAGE -> new StateChange.MessageDropped(key.number());
            case QUEUED -> new StateChange.Dequeued(key.text(), key.number());
            case INFLIGHT -> new StateChange.InflightRemoved(key.text(), readIdentifier(key));
            case RECEIVED -> new StateChange.ReceivedRemoved(key.text(), readIdentifier(key));
            case GROUP -> new StateChange.GroupDequeued(readGroup(key), key.number());
            case HAND_OVER -> new StateChange.HandedOver(key.number(), readShard(key));
            case UNDECIDED_WILL -> new StateChange.WillDecided(key.number());
            default -> throw new IllegalStateException("kind " + kind + " was checked");
        };
    }

    private static StateChange readPut(int kind, int version, StateReader key, StateReader value) {
        return switch (kind) {
            case SESSION -> readSession(key, value);
            case SUBSCRIPTION ->
                new StateChange.SubscriptionPut(
                        key.text(),
                        TopicFilter.of(key.text()),
                        readOptions(value),
                        value.integer(0, SUBSCRIPTION_IDENTIFIER_MAX));
            case RETAINED -> readRetained(version, key, value);
            case MESSAGE -> readMessage(key, value);
            case QUEUED -> new StateChange.Queued(key.text(), key.number(), readDelivery(value));
            case INFLIGHT -> readInflight(key, value);
            case RECEIVED -> new StateChange.ReceivedPut(key.text(), readIdentifier(key), value.number());
            case GROUP -> new StateChange.GroupQueued(readGroup(key), key.number(), readDelivery(value));
            case HAND_OVER -> new StateChange.HandOver(key.number(), readShard(key), value.bits(), value.number());
            case UNDECIDED_WILL -> new StateChange.WillUndecided(key.number(), readSource(value));
            default -> throw new IllegalStateException("kind " + kind + " was checked");
        };
    }

    private static StateChange.SessionPut readSession(StateReader key, StateReader value) {
        String userName = value.optional();
        int flags = value.u8();
        ProtocolVersion version = readVersion(flags & ~LISTENER);
        String listener = (flags & LISTENER) == 0 ? null : value.text();
        long expirySeconds = value.number(0, StateChange.NO_EXPIRY_SECONDS);
        long disconnectedAtMillis = value.time();
        Will will = MessageForm.readWill(value);
        return new StateChange.SessionPut(
                key.text(), userName, listener, version, expirySeconds, disconnectedAtMillis, will);
    }

    private static int readIdentifier(StateReader key) {
        return key.integer(1, 0xFFFF);
    }

    private static int readShard(StateReader key) {
        return key.integer(0, Partitions.COUNT - 1);
    }

    /** Version 1 has no stamp, and only version 3 has a source. */
    private static StateChange readRetained(int version, StateReader key, StateReader value) {
        TopicName topic = TopicName.of(key.text());
        long messageId = value.number();
        long stamp = version == FIRST_VERSION && value.isAtEnd() ? 0 : value.number();
        StateChange.Source source = version == THIRD_VERSION ? readSource(value) : null;
        return new StateChange.RetainedPut(topic, messageId, stamp, source);
    }

    private static StateChange.Source readSource(StateReader value) {
        return new StateChange.Source(value.optional(), value.optional());
    }

    private static StateChange readInflight(StateReader key, StateReader value) {
        var put = new StateChange.InflightPut(
                key.text(),
                readIdentifier(key),
                value.number(),
                pick(INFLIGHT_STATES, value.u8()),
                readDelivery(value));
        Qos expected = put.state() == InflightState.AWAITING_PUBACK ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE;
        if (put.delivery().qos() != expected) {
            throw new IllegalArgumentException("its QoS does not fit to its state: " + put);
        }
        return put;
    }

    private static TopicFilter readGroup(StateReader key) {
        TopicFilter group = TopicFilter.of(key.text());
        if (!group.isShared()) {
            throw new IllegalArgumentException("not the filter of a share group: " + group);
        }
        return group;
    }

    private static StateChange readMessage(StateReader key, StateReader value) {
        long messageId = key.number();
        String publisher = value.optional();
        long expiresAtMillis = value.time();
        return new StateChange.MessageStored(messageId, MessageForm.read(value), publisher, expiresAtMillis);
    }

    private static ProtocolVersion readVersion(int level) {
        return pick(VERSIONS, level - VERSIONS[0].level());
    }

    private static SubscriptionOptions readOptions(StateReader value) {
        int flags = value.u8();
        return new SubscriptionOptions(
                Qos.of(flags & 3),
                (flags & NO_LOCAL) != 0,
                (flags & RETAIN_AS_PUBLISHED) != 0,
                pick(RETAIN_HANDLINGS, flags >> RETAIN_HANDLING_SHIFT));
    }

    private static Delivery readDelivery(StateReader value) {
        long messageId = value.number();
        int flags = value.u8();
        int count = value.integer();
        List<Integer> identifiers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            identifiers.add(value.integer(1, SUBSCRIPTION_IDENTIFIER_MAX));
        }
        return new Delivery(messageId, Qos.of(flags & 3), (flags & RETAIN) != 0, identifiers);
    }

    private static <T> T pick(T[] values, int ordinal) {
        if (ordinal < 0 || ordinal >= values.length) {
            throw new IllegalArgumentException("it names the unknown case " + ordinal);
        }
        return values[ordinal];
    }

    /** The key of a record, for the journal's compactor. */
    static Keys.Key keyOf(ByteBuffer bytes) {
        try {
            return readKey(new StateReader(bytes.duplicate()));
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("it does not have the form of a record of the state", e);
        }
    }

    private static Keys.Key readKey(StateReader reader) {
        int version = readVersionOfForm(reader);
        reader.u8();
        boolean removes = reader.flag();
        ByteBuffer key = reader.nested();
        StateReader parts = new StateReader(key.duplicate());
        int kind = parts.u8();
        checkKind(kind, version);
        if (kind == MESSAGE || kind == RETAINED || kind == GROUP || kind >= HAND_OVER) {
            return Keys.Key.of(key, removes);
        }
        ByteBuffer client = parts.nested();
        return removes && kind == SESSION ? Keys.Key.removalOf(client) : Keys.Key.in(client, key, removes);
    }

    /** A message's id, by which it can be read back; negative if the record drops it; 0 of other records. */
    private static long numberOf(ByteBuffer bytes) {
        int start = bytes.position();
        boolean removes = bytes.get(start + 2) != 0;
        int key = start + 3; // a message's key is shorter than 128, so its length is one byte
        if (bytes.get(key + 1) != MESSAGE || bytes.get(key) < 0) {
            return 0;
        }
        long messageId = new StateReader(bytes.duplicate().position(key + 2)).number();
        return removes ? -messageId : messageId;
    }
}
