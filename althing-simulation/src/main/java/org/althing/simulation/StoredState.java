package org.althing.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.althing.broker.StateChange;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;

/** What the disk holds when the broker is down. */
final class StoredState implements Consumer<StateChange> {
    final Set<String> sessions = new LinkedHashSet<>();
    final Map<String, Map<TopicFilter, SubscriptionOptions>> subscriptions = new LinkedHashMap<>();
    final Map<TopicName, Long> retained = new LinkedHashMap<>();
    final Map<Long, ApplicationMessage> messages = new LinkedHashMap<>();
    /** What is queued, in flight or received and not done with. */
    final List<StateChange> unfinished = new ArrayList<>();

    @Override
    public void accept(StateChange change) {
        switch (change) {
            case StateChange.SessionPut put -> sessions.add(put.clientId());
            case StateChange.SubscriptionPut put ->
                subscriptions
                        .computeIfAbsent(put.clientId(), id -> new LinkedHashMap<>())
                        .put(put.filter(), put.options());
            case StateChange.RetainedPut put -> retained.put(put.topic(), put.messageId());
            case StateChange.MessageStored stored -> messages.put(stored.messageId(), stored.message());
            case StateChange.Queued queued -> unfinished.add(queued);
            case StateChange.InflightPut inflight -> unfinished.add(inflight);
            case StateChange.ReceivedPut received -> unfinished.add(received);
            case StateChange.GroupQueued queued -> unfinished.add(queued);
            case StateChange.HandOver handOver -> unfinished.add(handOver);
            case StateChange.WillUndecided undecided -> unfinished.add(undecided);
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

    private static void refuse(StateChange removal) {
        throw new SimulationFailure("replay gives the fold of all changes, not " + removal);
    }
}
