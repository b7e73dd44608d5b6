package org.althing.broker.storage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.althing.broker.StateChange;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** What all changes together leave: the last by key, without what was removed. Made at start, then forgotten. */
final class StateFold {
    private final Map<String, ClientState> clients = new LinkedHashMap<>();
    private final Map<TopicName, StateChange.RetainedPut> retained = new LinkedHashMap<>();
    private final Map<Long, StateChange.MessageStored> messages = new LinkedHashMap<>();
    private final Map<TopicFilter, Map<Long, StateChange.GroupQueued>> groups = new LinkedHashMap<>();

    /** All keys that begin with a word and one client identifier. */
    private static final class ClientState {
        StateChange.@Nullable SessionPut session;
        final Map<TopicFilter, StateChange.SubscriptionPut> subscriptions = new LinkedHashMap<>();
        final Map<Long, StateChange.Queued> queued = new TreeMap<>();
        final Map<Integer, StateChange.InflightPut> inflight = new LinkedHashMap<>();
        final Map<Integer, StateChange.ReceivedPut> received = new LinkedHashMap<>();
    }

    void apply(StateChange change) {
        switch (change) {
            case StateChange.SessionPut put -> client(put.clientId()).session = put;
            case StateChange.SessionRemoved removed -> clients.remove(removed.clientId());
            case StateChange.SubscriptionPut put ->
                client(put.clientId()).subscriptions.put(put.filter(), put);
            case StateChange.SubscriptionRemoved removed ->
                client(removed.clientId()).subscriptions.remove(removed.filter());
            case StateChange.RetainedPut put -> retained.put(put.topic(), put);
            case StateChange.RetainedRemoved removed -> retained.remove(removed.topic());
            case StateChange.MessageStored stored -> messages.put(stored.messageId(), stored);
            case StateChange.MessageDropped dropped -> messages.remove(dropped.messageId());
            case StateChange.Queued queued -> client(queued.clientId()).queued.put(queued.sequence(), queued);
            case StateChange.Dequeued dequeued ->
                client(dequeued.clientId()).queued.remove(dequeued.sequence());
            case StateChange.InflightPut put -> client(put.clientId()).inflight.put(put.packetIdentifier(), put);
            case StateChange.InflightRemoved removed ->
                client(removed.clientId()).inflight.remove(removed.packetIdentifier());
            case StateChange.ReceivedPut put -> client(put.clientId()).received.put(put.packetIdentifier(), put);
            case StateChange.ReceivedRemoved removed ->
                client(removed.clientId()).received.remove(removed.packetIdentifier());
            case StateChange.GroupQueued queued ->
                groups.computeIfAbsent(queued.group(), missing -> new TreeMap<>())
                        .put(queued.sequence(), queued);
            case StateChange.GroupDequeued dequeued -> remove(dequeued);
        }
    }

    private void remove(StateChange.GroupDequeued dequeued) {
        Map<Long, StateChange.GroupQueued> queue = groups.get(dequeued.group());
        if (queue != null) {
            queue.remove(dequeued.sequence());
            if (queue.isEmpty()) {
                groups.remove(dequeued.group());
            }
        }
    }

    private ClientState client(String clientId) {
        return clients.computeIfAbsent(clientId, missing -> new ClientState());
    }

    /**
     * Removes what nobody can use, and says how to remove it for good: messages without references (a crash between the
     * removal of a session and that of its messages leaves them), and, which should never be, references to messages that
     * are not there.
     *
     * @param dangling told of each such reference
     * @return removals to be appended
     */
    List<StateChange> dropUnusable(Consumer<StateChange> dangling) {
        List<StateChange> removals = new ArrayList<>();
        Set<Long> referenced = new HashSet<>();
        forEachReference((change, messageId, removal) -> {
            if (messageId == 0 || messages.containsKey(messageId)) {
                referenced.add(messageId);
            } else {
                dangling.accept(change);
                removals.add(removal);
            }
        });
        for (long messageId : messages.keySet()) {
            if (!referenced.contains(messageId)) {
                removals.add(new StateChange.MessageDropped(messageId));
            }
        }
        removals.forEach(this::apply);
        return removals;
    }

    /** Takes each change that names a message, and what removes the change. */
    private interface ReferenceConsumer {
        void reference(StateChange change, long messageId, StateChange removal);
    }

    private void forEachReference(ReferenceConsumer consumer) {
        retained.forEach(
                (topic, put) -> consumer.reference(put, put.messageId(), new StateChange.RetainedRemoved(topic)));
        clients.forEach((clientId, client) -> {
            client.queued.forEach((sequence, queued) -> consumer.reference(
                    queued, queued.delivery().messageId(), new StateChange.Dequeued(clientId, sequence)));
            client.inflight.forEach((packet, put) -> consumer.reference(
                    put, put.delivery().messageId(), new StateChange.InflightRemoved(clientId, packet)));
            client.received.forEach((packet, put) ->
                    consumer.reference(put, put.messageId(), new StateChange.ReceivedRemoved(clientId, packet)));
        });
        groups.forEach((group, queue) -> queue.forEach((sequence, queued) -> consumer.reference(
                queued, queued.delivery().messageId(), new StateChange.GroupDequeued(group, sequence))));
    }

    /** Messages, then of each client its session and what hangs on it, then the queues of groups, then retained ones. */
    void forEach(Consumer<? super StateChange> consumer) {
        messages.values().forEach(consumer);
        for (ClientState client : clients.values()) {
            if (client.session != null) {
                consumer.accept(client.session);
            }
            client.subscriptions.values().forEach(consumer);
            client.received.values().forEach(consumer);
            client.inflight.values().stream()
                    .sorted(Comparator.comparingLong(StateChange.InflightPut::sequence))
                    .forEach(consumer);
            client.queued.values().forEach(consumer);
        }
        groups.values().forEach(queue -> queue.values().forEach(consumer));
        retained.values().forEach(consumer);
    }
}
