package org.althing.broker;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The state as keys in words and their last changes, as {@link StateChange} describes it: the oracle of all stores. */
public final class StateModel {
    private final Map<String, StateChange> byKey;

    public StateModel() {
        this(Map.of());
    }

    private StateModel(Map<String, StateChange> byKey) {
        this.byKey = new LinkedHashMap<>(byKey);
    }

    public StateModel copy() {
        return new StateModel(byKey);
    }

    private void put(String key, StateChange change) {
        byKey.remove(key);
        byKey.put(key, change);
    }

    public void apply(StateChange change) {
        switch (change) {
            case StateChange.SessionPut c -> put("session " + c.clientId(), c);
            case StateChange.SubscriptionPut c -> put("subscription " + c.clientId() + " " + c.filter(), c);
            case StateChange.RetainedPut c -> put("retained " + c.topic(), c);
            case StateChange.MessageStored c -> put("message " + c.messageId(), c);
            case StateChange.Queued c -> put("queued " + c.clientId() + " " + c.sequence(), c);
            case StateChange.InflightPut c -> put("inflight " + c.clientId() + " " + c.packetIdentifier(), c);
            case StateChange.ReceivedPut c -> put("received " + c.clientId() + " " + c.packetIdentifier(), c);
            case StateChange.GroupQueued c -> put("group " + c.group() + " " + c.sequence(), c);
            case StateChange.GroupDequeued c -> byKey.remove("group " + c.group() + " " + c.sequence());
            case StateChange.HandOver c -> put("handover " + c.messageId() + " " + c.shard(), c);
            case StateChange.HandedOver c -> byKey.remove("handover " + c.messageId() + " " + c.shard());
            case StateChange.WillUndecided c -> put("undecided " + c.messageId(), c);
            case StateChange.WillDecided c -> byKey.remove("undecided " + c.messageId());
            case StateChange.SessionRemoved c ->
                byKey.keySet()
                        .removeIf(key -> key.split(" ", 3)[1].equals(c.clientId())
                                && !key.startsWith("message ")
                                && !key.startsWith("group ")
                                && !key.startsWith("handover ")
                                && !key.startsWith("undecided ")
                                && !key.startsWith("retained "));
            case StateChange.SubscriptionRemoved c -> byKey.remove("subscription " + c.clientId() + " " + c.filter());
            case StateChange.RetainedRemoved c -> byKey.remove("retained " + c.topic());
            case StateChange.MessageDropped c -> byKey.remove("message " + c.messageId());
            case StateChange.Dequeued c -> byKey.remove("queued " + c.clientId() + " " + c.sequence());
            case StateChange.InflightRemoved c -> byKey.remove("inflight " + c.clientId() + " " + c.packetIdentifier());
            case StateChange.ReceivedRemoved c -> byKey.remove("received " + c.clientId() + " " + c.packetIdentifier());
        }
    }

    /** The last change of each key, in the order in which these came. */
    public List<StateChange> changes() {
        return List.copyOf(byKey.values());
    }

    public boolean hasSession(String clientId) {
        return byKey.containsKey("session " + clientId);
    }

    /** Ids of messages that something names. */
    public Set<Long> referenced() {
        Set<Long> ids = new HashSet<>();
        for (StateChange change : byKey.values()) {
            ids.add(messageOf(change));
        }
        return ids;
    }

    /** The message that the change names, or 0. */
    public static long messageOf(StateChange change) {
        return switch (change) {
            case StateChange.RetainedPut c -> c.messageId();
            case StateChange.Queued c -> c.delivery().messageId();
            case StateChange.InflightPut c -> c.delivery().messageId();
            case StateChange.ReceivedPut c -> c.messageId();
            case StateChange.GroupQueued c -> c.delivery().messageId();
            case StateChange.HandOver c -> c.messageId();
            default -> 0;
        };
    }
}
