package org.althing.broker.session;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.althing.broker.StateChange;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** The fold of all changes that a store gave back: plain values, checked before anything is built from them. */
public final class RestoredState implements Consumer<StateChange> {
    /** One session's part. */
    static final class RestoredSession {
        StateChange.@Nullable SessionPut put;
        final Map<TopicFilter, StateChange.SubscriptionPut> subscriptions = new LinkedHashMap<>();
        final TreeMap<Long, StateChange.Queued> queued = new TreeMap<>();
        final Map<Integer, StateChange.InflightPut> inflight = new HashMap<>();
        final Map<Integer, StateChange.ReceivedPut> received = new HashMap<>();
    }

    final Map<String, RestoredSession> sessions = new LinkedHashMap<>();
    final Map<TopicName, Long> retained = new LinkedHashMap<>();
    final Map<Long, StateChange.MessageStored> messages = new LinkedHashMap<>();
    final Map<TopicFilter, TreeMap<Long, StateChange.GroupQueued>> groups = new LinkedHashMap<>();

    @Override
    public void accept(StateChange change) {
        switch (change) {
            case StateChange.SessionPut put -> session(put.clientId()).put = put;
            case StateChange.SessionRemoved removed -> sessions.remove(removed.clientId());
            case StateChange.SubscriptionPut put ->
                session(put.clientId()).subscriptions.put(put.filter(), put);
            case StateChange.SubscriptionRemoved removed ->
                session(removed.clientId()).subscriptions.remove(removed.filter());
            case StateChange.RetainedPut put -> retained.put(put.topic(), put.messageId());
            case StateChange.RetainedRemoved removed -> retained.remove(removed.topic());
            case StateChange.MessageStored stored -> messages.put(stored.messageId(), stored);
            case StateChange.MessageDropped dropped -> messages.remove(dropped.messageId());
            case StateChange.Queued put -> session(put.clientId()).queued.put(put.sequence(), put);
            case StateChange.Dequeued removed ->
                session(removed.clientId()).queued.remove(removed.sequence());
            case StateChange.InflightPut put -> session(put.clientId()).inflight.put(put.packetIdentifier(), put);
            case StateChange.InflightRemoved removed ->
                session(removed.clientId()).inflight.remove(removed.packetIdentifier());
            case StateChange.ReceivedPut put -> session(put.clientId()).received.put(put.packetIdentifier(), put);
            case StateChange.ReceivedRemoved removed ->
                session(removed.clientId()).received.remove(removed.packetIdentifier());
            case StateChange.GroupQueued put -> group(put.group()).put(put.sequence(), put);
            case StateChange.GroupDequeued removed -> group(removed.group()).remove(removed.sequence());
        }
    }

    private TreeMap<Long, StateChange.GroupQueued> group(TopicFilter group) {
        return groups.computeIfAbsent(group, missing -> new TreeMap<>());
    }

    private RestoredSession session(String clientId) {
        return sessions.computeIfAbsent(clientId, id -> new RestoredSession());
    }

    /**
     * Checks that nothing refers to what is not there.
     *
     * @throws IOException naming the first reference that leads nowhere
     */
    public void check() throws IOException {
        for (Map.Entry<TopicName, Long> entry : retained.entrySet()) {
            need(entry.getValue(), "the retained message of " + entry.getKey());
        }
        for (Map.Entry<TopicFilter, TreeMap<Long, StateChange.GroupQueued>> entry : groups.entrySet()) {
            for (StateChange.GroupQueued queued : entry.getValue().values()) {
                need(queued.delivery().messageId(), "the queue of group " + entry.getKey());
            }
        }
        for (Map.Entry<String, RestoredSession> entry : sessions.entrySet()) {
            String clientId = entry.getKey();
            RestoredSession session = entry.getValue();
            if (session.put == null) {
                throw new IOException(
                        "stored state has parts of the session of client " + clientId + ", but not the session itself");
            }
            for (StateChange.Queued queued : session.queued.values()) {
                need(queued.delivery().messageId(), "the queue of client " + clientId);
            }
            for (StateChange.InflightPut inflight : session.inflight.values()) {
                if (inflight.state() != StateChange.InflightState.AWAITING_PUBCOMP) {
                    need(inflight.delivery().messageId(), "what is in flight to client " + clientId);
                }
            }
            for (StateChange.ReceivedPut received : session.received.values()) {
                if (received.messageId() != 0) {
                    need(received.messageId(), "what was received from client " + clientId);
                }
            }
        }
    }

    private void need(long messageId, String who) throws IOException {
        if (!messages.containsKey(messageId)) {
            throw new IOException(
                    "stored state is damaged: " + who + " refers to message " + messageId + ", which is not stored");
        }
    }

    /** For the log. */
    @Override
    public String toString() {
        return sessions.size() + " sessions, " + retained.size() + " retained messages, " + messages.size()
                + " messages";
    }
}
