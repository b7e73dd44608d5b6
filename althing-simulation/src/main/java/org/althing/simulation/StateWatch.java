package org.althing.simulation;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.InflightPut;
import org.althing.broker.StateChange.InflightState;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * Looks at each change that the broker makes of its durable state: it must fit to those before it, and at the end of a
 * turn nothing may be stored that nobody refers to.
 */
final class StateWatch {
    private static final class ClientState {
        final Set<TopicFilter> subscriptions = new HashSet<>();
        final Map<Long, Long> queued = new HashMap<>();
        final Map<Integer, InflightPut> inflight = new HashMap<>();
        final Map<Integer, Long> received = new HashMap<>();
        long lastSequence;
    }

    private record GroupPlace(TopicFilter group, long sequence) {}

    private final Trace trace;
    private final Consumer<String> onViolation;
    private final Map<String, ClientState> clients = new HashMap<>();
    private final Map<TopicName, Long> retained = new HashMap<>();
    private final Map<GroupPlace, Long> groupQueued = new HashMap<>();
    /** By message: how many refer to it. */
    private final Map<Long, Integer> references = new HashMap<>();

    private final Set<Long> undecidedWills = new HashSet<>();
    private final Set<Long> unreferred = new HashSet<>();
    /**
     * Messages that the shard of a member has taken out of the queue of a group elsewhere; that one says so again, and drops
     * its message, when it hears of it.
     */
    private final Map<GroupPlace, Long> taken = new HashMap<>();

    /** By message, and the shard that is to store what it owes. */
    private record Place(long messageId, int shard) {}

    private final Map<Place, StateChange.HandOver> handOvers = new HashMap<>();
    /** Messages of which some hand-over is done, while the shard that stores them may not have heard of it. */
    private final Set<Long> handedOver = new HashSet<>();

    private final boolean severalShards;
    /** Until the first commit: messages that shards share may be stored anew, and then others are named in old places. */
    private boolean starting;

    private StateChange change = new StateChange.MessageDropped(0);

    /**
     * @param severalShards whether the broker has more than one
     * @param onViolation told what is wrong
     */
    StateWatch(Trace trace, boolean severalShards, Consumer<String> onViolation) {
        this.trace = trace;
        this.severalShards = severalShards;
        this.onViolation = onViolation;
    }

    /** What the broker finds when it starts. The order is the store's own: whatever others refer to is seen first. */
    void onReplayed(List<StateChange> replayed) {
        starting = true;
        replayed.stream().sorted(Comparator.comparingInt(StateWatch::rank)).forEach(this::onChange);
    }

    private static int rank(StateChange replayed) {
        return switch (replayed) {
            case StateChange.MessageStored stored -> 0;
            case StateChange.SessionPut put -> 0;
            case StateChange.Queued queued -> 1;
            default -> 2;
        };
    }

    /** A turn has ended. */
    void onCommit() {
        starting = false;
        if (!handedOver.containsAll(unreferred)) {
            onViolation.accept("messages are stored that nobody refers to: " + unreferred + " after " + change);
        }
    }

    void onChange(StateChange appended) {
        trace.line("state", appended::toString);
        change = appended;
        switch (appended) {
            case StateChange.SessionPut put -> clients.computeIfAbsent(put.clientId(), id -> new ClientState());
            case StateChange.SessionRemoved removed -> onSessionRemoved(removed);
            case StateChange.SubscriptionPut put ->
                client(put.clientId()).subscriptions.add(put.filter());
            case StateChange.SubscriptionRemoved removed ->
                require(client(removed.clientId()).subscriptions.remove(removed.filter()), "there is none");
            case StateChange.RetainedPut put -> {
                refer(put.messageId());
                forget(retained.put(put.topic(), put.messageId()));
            }
            case StateChange.RetainedRemoved removed -> forgetOnly(retained.remove(removed.topic()));
            case StateChange.MessageStored stored -> {
                require(references.put(stored.messageId(), 0) == null, "there is one");
                unreferred.add(stored.messageId());
            }
            case StateChange.MessageDropped dropped -> {
                boolean dropable =
                        unreferred.remove(dropped.messageId()) || taken.values().remove(dropped.messageId());
                require(dropable, "somebody refers to it, or it is not there");
                references.remove(dropped.messageId());
                handedOver.remove(dropped.messageId());
            }
            case StateChange.Queued queued -> onQueued(queued);
            case StateChange.Dequeued dequeued ->
                forgetOnly(client(dequeued.clientId()).queued.remove(dequeued.sequence()));
            case InflightPut put -> onInflight(put);
            case StateChange.InflightRemoved removed -> onInflightRemoved(removed);
            case StateChange.ReceivedPut put -> {
                refer(put.messageId());
                Long before = client(put.clientId()).received.put(put.packetIdentifier(), put.messageId());
                require(before == null || starting, "the packet identifier is in use");
                forget(before);
            }
            case StateChange.ReceivedRemoved removed ->
                forgetOnly(client(removed.clientId()).received.remove(removed.packetIdentifier()));
            case StateChange.GroupQueued queued -> {
                refer(queued.delivery().messageId());
                forget(groupQueued.put(
                        new GroupPlace(queued.group(), queued.sequence()),
                        queued.delivery().messageId()));
            }
            case StateChange.GroupDequeued dequeued ->
                onGroupDequeued(new GroupPlace(dequeued.group(), dequeued.sequence()));
            case StateChange.HandOver put -> {
                refer(put.messageId());
                Place place = new Place(put.messageId(), put.shard());
                if (handOvers.put(place, put) != null) {
                    forget(put.messageId()); // at a start what it says may change
                }
            }
            case StateChange.WillUndecided put -> onUndecided(put.messageId());
            case StateChange.WillDecided removed -> onDecided(removed.messageId());
            case StateChange.HandedOver removed -> onHandedOver(new Place(removed.messageId(), removed.shard()));
        }
    }

    /** One that is not there may stand for a message that was never stored: what follows waits for its commit. */
    private void onGroupDequeued(GroupPlace place) {
        Long messageId = groupQueued.remove(place);
        forget(messageId);
        if (severalShards && messageId != null && unreferred.remove(messageId)) {
            taken.put(place, messageId);
        } else if (taken.remove(place) instanceof Long dropped) {
            unreferred.add(dropped);
        }
    }

    private void onUndecided(long messageId) {
        require(undecidedWills.add(messageId), "there is one");
        refer(messageId);
    }

    private void onDecided(long messageId) {
        require(undecidedWills.remove(messageId), "there is none");
        forget(messageId);
    }

    /** The shard that it was for has removed it; the one that stores the message drops it when it hears of it. */
    private void onHandedOver(Place place) {
        require(handOvers.remove(place) != null, "there is none");
        forget(place.messageId);
        handedOver.add(place.messageId);
    }

    private void onSessionRemoved(StateChange.SessionRemoved removed) {
        ClientState client = clients.remove(removed.clientId());
        if (client == null) {
            require(false, "there is none");
            return;
        }
        client.queued.values().forEach(this::forget);
        client.inflight.values().forEach(put -> forget(put.delivery().messageId()));
        client.received.values().forEach(this::forget);
    }

    private void onQueued(StateChange.Queued queued) {
        refer(queued.delivery().messageId());
        ClientState client = client(queued.clientId());
        Long before = client.queued.put(queued.sequence(), queued.delivery().messageId());
        require(queued.sequence() > client.lastSequence || starting, "comes after " + client.lastSequence);
        client.lastSequence = Math.max(client.lastSequence, queued.sequence());
        forget(before);
    }

    private void onInflight(InflightPut put) {
        if (put.state() == InflightState.AWAITING_PUBCOMP) {
            require(put.delivery().messageId() == 0, "the message is no longer needed");
        } else {
            require(put.delivery().messageId() != 0, "the message is needed");
        }
        refer(put.delivery().messageId());
        ClientState client = client(put.clientId());
        client.lastSequence = Math.max(client.lastSequence, put.sequence());
        InflightPut before = client.inflight.put(put.packetIdentifier(), put);
        if (before != null) {
            boolean goesOn = before.sequence() == put.sequence()
                    && (starting
                            || (before.state() == InflightState.AWAITING_PUBREC
                                    && put.state() == InflightState.AWAITING_PUBCOMP));
            require(goesOn, "the packet identifier is in use: " + before); // [MQTT-2.2.1-4]
            forget(before.delivery().messageId());
        }
    }

    private void onInflightRemoved(StateChange.InflightRemoved removed) {
        InflightPut before = client(removed.clientId()).inflight.remove(removed.packetIdentifier());
        require(before != null, "there is none");
        forget(before == null ? null : before.delivery().messageId());
    }

    private ClientState client(String clientId) {
        ClientState client = clients.get(clientId);
        if (client == null) {
            require(false, "there is no session");
            return new ClientState();
        }
        return client;
    }

    private void refer(long messageId) {
        if (messageId != 0) {
            Integer before = references.get(messageId);
            require(before != null, "the message is not stored");
            references.merge(messageId, 1, Integer::sum);
            unreferred.remove(messageId);
        }
    }

    private void forgetOnly(@Nullable Long messageId) {
        require(messageId != null, "there is none");
        forget(messageId);
    }

    private void forget(@Nullable Long messageId) {
        if (messageId != null && messageId != 0 && references.merge(messageId, -1, Integer::sum) == 0) {
            unreferred.add(messageId);
        }
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            onViolation.accept(what + ": " + change);
        }
    }
}
