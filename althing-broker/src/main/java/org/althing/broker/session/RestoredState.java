package org.althing.broker.session;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.althing.broker.StateChange;
import org.althing.broker.StateStore;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * What a store gave back, sorted by session, and checked before anything is built from it. Nobody changes it after {@link
 * #check}.
 *
 * <p>It stands beside the state that is built from it, so it is lean: lists instead of maps, and the records of one
 * session share its client identifier.
 */
public final class RestoredState implements Consumer<StateChange> {
    /** A stored message. Of those that only queues name, only what the queues have to know is in memory. */
    static final class Stored {
        final Qos qos;
        final int payloadLength;
        final int topicHash;
        final long expiresAtMillis;
        StateChange.@Nullable MessageStored content;
        /** Whether something names it that has to have its content at once. */
        private boolean needed;

        private boolean named;
        /** The shard that has it, where there are several, plus one; see {@link Spreading}. */
        byte keeper;

        Stored(StateChange.MessageStored content) {
            qos = content.message().qos();
            payloadLength = content.message().payload().length();
            topicHash = content.message().topic().hashCode();
            expiresAtMillis = content.expiresAtMillis();
            this.content = content;
        }
    }

    /** One session's part. */
    static final class RestoredSession {
        private final String clientId;
        StateChange.@Nullable SessionPut put;
        final List<StateChange.SubscriptionPut> subscriptions = new ArrayList<>(1);
        /** In the order of their sequence numbers. */
        final List<StateChange.Queued> queued = new ArrayList<>(0);
        /** In the order of their sequence numbers. */
        final List<StateChange.InflightPut> inflight = new ArrayList<>(0);

        final List<StateChange.ReceivedPut> received = new ArrayList<>(0);

        RestoredSession(String clientId) {
            this.clientId = clientId;
        }
    }

    final Map<String, RestoredSession> sessions = new LinkedHashMap<>();
    final IdMap<Stored> messages = new IdMap<>();
    final List<StateChange.RetainedPut> retained = new ArrayList<>();
    /** By shared filter, in the order of their sequence numbers. */
    final Map<TopicFilter, List<StateChange.GroupQueued>> groups = new LinkedHashMap<>();

    final List<StateChange.WillUndecided> undecidedWills = new ArrayList<>(0);
    /** In the order of their message ids. */
    final List<StateChange.HandOver> handOvers = new ArrayList<>(0);

    @Override
    public void accept(StateChange change) {
        switch (change) {
            case StateChange.SessionPut put -> session(put.clientId()).put = put;
            case StateChange.SubscriptionPut put -> {
                RestoredSession session = session(put.clientId());
                session.subscriptions.add(new StateChange.SubscriptionPut(
                        session.clientId, put.filter(), put.options(), put.subscriptionIdentifier()));
            }
            case StateChange.RetainedPut put -> {
                need(put.messageId());
                retained.add(sharingItsTopic(put));
            }
            case StateChange.MessageStored stored -> messages.put(stored.messageId(), new Stored(stored));
            case StateChange.Queued put -> {
                RestoredSession session = session(put.clientId());
                session.queued.add(new StateChange.Queued(session.clientId, put.sequence(), put.delivery()));
                setAside(put.delivery().messageId());
            }
            case StateChange.InflightPut put -> {
                need(put.delivery().messageId());
                session(put.clientId()).inflight.add(put);
            }
            case StateChange.ReceivedPut put -> {
                need(put.messageId());
                session(put.clientId()).received.add(put);
            }
            case StateChange.GroupQueued put -> {
                setAside(put.delivery().messageId());
                groups.computeIfAbsent(put.group(), missing -> new ArrayList<>())
                        .add(put);
            }
            case StateChange.HandOver put -> {
                need(put.messageId());
                handOvers.add(put);
            }
            case StateChange.WillUndecided put -> {
                need(put.messageId());
                undecidedWills.add(put);
            }
            case StateChange.SessionRemoved removed -> refuse(removed);
            case StateChange.SubscriptionRemoved removed -> refuse(removed);
            case StateChange.RetainedRemoved removed -> refuse(removed);
            case StateChange.MessageDropped removed -> refuse(removed);
            case StateChange.Dequeued removed -> refuse(removed);
            case StateChange.InflightRemoved removed -> refuse(removed);
            case StateChange.ReceivedRemoved removed -> refuse(removed);
            case StateChange.GroupDequeued removed -> refuse(removed);
            case StateChange.HandedOver removed -> refuse(removed);
            case StateChange.WillDecided removed -> refuse(removed);
        }
    }

    private void need(long messageId) {
        Stored stored = messageId == 0 ? null : messages.get(messageId);
        if (stored != null) {
            stored.needed = true;
        }
    }

    /** Lets go of the content of a message that a queue names, unless something else needs it. */
    private void setAside(long messageId) {
        Stored stored = messages.get(messageId);
        if (stored != null && !stored.needed) {
            stored.content = null;
        }
    }

    /** The message comes before what names it, and its topic is the same. */
    private StateChange.RetainedPut sharingItsTopic(StateChange.RetainedPut put) {
        StateChange.MessageStored stored = contentOf(put.messageId());
        return stored != null && stored.message().topic().equals(put.topic())
                ? new StateChange.RetainedPut(stored.message().topic(), put.messageId(), put.stamp(), put.source())
                : put;
    }

    private static void refuse(StateChange removal) {
        throw new IllegalStateException("a store gives back what counts, not " + removal);
    }

    private RestoredSession session(String clientId) {
        return sessions.computeIfAbsent(clientId, RestoredSession::new);
    }

    /**
     * Checks that everything belongs to something, and says what is to be changed: messages that nothing names are dropped.
     * A crash leaves those in order, since what names a message may end a commit before the message does; anything else
     * that leads nowhere was never written so. Changes of retained messages that were on their way to the shard that stores
     * them have arrived.
     *
     * @param where the store, for messages
     * @return changes, to be appended
     * @throws IOException naming the first record that leads nowhere, and the command that repairs
     */
    public List<StateChange> check(StateStore where) throws IOException {
        try {
            readWhatIsNeeded(where);
            return check();
        } catch (Dangling e) {
            throw new IOException(
                    "the state in " + where + " is damaged: " + e.getMessage() + ". Nothing was changed. 'althing data"
                            + " repair' makes a copy of the folder without such records, and says which they are.",
                    e);
        }
    }

    /** Reads back what a queue has let go of before something else needed it. */
    private void readWhatIsNeeded(StateStore where) throws IOException, Dangling {
        List<Long> missing = new ArrayList<>();
        messages.forEach((id, stored) -> {
            if (stored.needed && stored.content == null) {
                missing.add(id);
            }
        });
        for (long id : missing) {
            Stored stored = messages.get(id);
            if (stored != null) {
                stored.content = read(id, where);
            }
        }
    }

    private static StateChange.MessageStored read(long id, StateStore where) throws IOException, Dangling {
        StateChange.MessageStored content = where.read(id);
        if (content == null) {
            throw new Dangling("message " + id + " was there and cannot be found again");
        }
        return content;
    }

    /** The content of a message that is needed; null if it is not in memory. */
    StateChange.@Nullable MessageStored contentOf(long messageId) {
        Stored stored = messages.get(messageId);
        return stored == null ? null : stored.content;
    }

    private List<StateChange> check() throws Dangling {
        for (StateChange.HandOver put : handOvers) {
            name(put.messageId(), "handover", put.messageId(), "/" + put.shard());
        }
        for (StateChange.WillUndecided put : undecidedWills) {
            name(put.messageId(), "undecided", put.messageId(), "");
        }
        handOvers.sort(Comparator.comparingLong(StateChange.HandOver::messageId));
        List<StateChange> changes = new ArrayList<>(new OpenHandOvers(this).retain());
        for (StateChange.RetainedPut put : retained) {
            name(put.messageId(), "retained", put.topic(), "");
            StateChange.MessageStored stored = contentOf(put.messageId());
            if (stored != null && !stored.message().topic().equals(put.topic())) {
                throw new Dangling("the record retained/" + put.topic() + " names message " + put.messageId()
                        + ", which is one of " + stored.message().topic());
            }
        }
        for (RestoredSession session : sessions.values()) {
            check(session);
        }
        for (List<StateChange.GroupQueued> queue : groups.values()) {
            queue.sort(Comparator.comparingLong(StateChange.GroupQueued::sequence));
            for (StateChange.GroupQueued queued : queue) {
                name(queued.delivery().messageId(), "group", queued.group(), "/" + queued.sequence());
            }
        }
        messages.forEach((id, stored) -> {
            if (!stored.named) {
                changes.add(new StateChange.MessageDropped(id));
                messages.forget(id);
            }
        });
        return changes;
    }

    private void check(RestoredSession session) throws Dangling {
        String clientId = session.clientId;
        if (session.put == null) {
            throw new Dangling("there are records of client " + clientId + ", but not session/" + clientId);
        }
        session.queued.sort(Comparator.comparingLong(StateChange.Queued::sequence));
        session.inflight.sort(Comparator.comparingLong(StateChange.InflightPut::sequence));
        for (StateChange.Queued queued : session.queued) {
            name(queued.delivery().messageId(), "queued", clientId, "/" + queued.sequence());
        }
        for (StateChange.InflightPut inflight : session.inflight) {
            if (inflight.state() != StateChange.InflightState.AWAITING_PUBCOMP) {
                name(inflight.delivery().messageId(), "inflight", clientId, "/" + inflight.packetIdentifier());
            }
        }
        for (StateChange.ReceivedPut received : session.received) {
            if (received.messageId() != 0) {
                name(received.messageId(), "received", clientId, "/" + received.packetIdentifier());
            }
        }
    }

    /**
     * Makes the state fit this number of shards. Each shard stores and drops its messages by itself, so a message that
     * several of them refer to, perhaps since there were fewer shards, is stored anew for all but one, and what is still to be
     * handed over is for those who own its clients now. After {@link #check}.
     *
     * @return changes, to be appended before any shard runs; none if there is one shard
     * @throws IOException if a message that is to be copied cannot be read
     */
    public List<StateChange> spread(int shards, StateStore where) throws IOException {
        return shards == 1 && handOvers.isEmpty() ? List.of() : new Spreading(this, shards, where).run();
    }

    /** The highest message id; ids that are given away from now on are higher. */
    public long lastMessageId() {
        long[] last = {0};
        messages.forEach((id, stored) -> last[0] = Math.max(last[0], id));
        return last[0];
    }

    private void name(long messageId, String kind, Object of, String number) throws Dangling {
        Stored stored = messages.get(messageId);
        if (stored == null) {
            throw new Dangling(
                    "the record " + kind + "/" + of + number + " names message " + messageId + ", which is not stored");
        }
        stored.named = true;
    }

    /** A record that leads nowhere. */
    private static final class Dangling extends Exception {
        private static final long serialVersionUID = 1L;

        Dangling(String message) {
            super(message);
        }
    }

    /** For the log. */
    @Override
    public String toString() {
        return sessions.size() + " sessions, " + retained.size() + " retained messages, " + messages.size()
                + " messages";
    }
}
