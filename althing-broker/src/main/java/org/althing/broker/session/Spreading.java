package org.althing.broker.session;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.Delivery;
import org.althing.broker.StateStore;
import org.althing.broker.routing.Partitions;

/** Gives each shard messages of its own: see {@link RestoredState#spread}. Used once. */
final class Spreading {
    private final RestoredState state;
    private final StateStore store;
    private final Partitions partitions;
    private final List<StateChange> changes = new ArrayList<>();
    /** Under which ids other shards have it from now on, by shard. */
    private final Map<Long, long[]> copies = new HashMap<>();

    private final List<StateChange.MessageStored> stored = new ArrayList<>();
    private long lastId;

    Spreading(RestoredState state, int shards, StateStore store) {
        this.state = state;
        this.store = store;
        partitions = new Partitions(0, shards);
        lastId = state.lastMessageId();
    }

    List<StateChange> run() throws IOException {
        try {
            spread();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return changes;
    }

    private void spread() {
        state.sessions.forEach((clientId, session) -> spread(session, partitions.shardOf(clientId)));
        state.groups.forEach((group, queue) -> {
            int shard = partitions.shardOfGroup(group);
            replaceAll(
                    queue, put -> new StateChange.GroupQueued(put.group(), put.sequence(), own(put.delivery(), shard)));
        });
        replaceAll(state.retained, put -> {
            int shard = partitions.shardOf(put.topic().toString());
            return new StateChange.RetainedPut(put.topic(), own(put.messageId(), shard), put.stamp(), put.source());
        });
        for (StateChange.WillUndecided put : state.undecidedWills) {
            long id = own(put.messageId(), partitions.shardOf(put.messageId()));
            assert id == put.messageId() : "something else names the message of " + put;
        }
        spreadHandOvers();
        stored.forEach(message -> state.messages.put(message.messageId(), new RestoredState.Stored(message)));
    }

    private void spread(RestoredState.RestoredSession session, int shard) {
        replaceAll(
                session.queued,
                put -> new StateChange.Queued(put.clientId(), put.sequence(), own(put.delivery(), shard)));
        replaceAll(
                session.inflight,
                put -> put.state() == StateChange.InflightState.AWAITING_PUBCOMP
                        ? put
                        : new StateChange.InflightPut(
                                put.clientId(),
                                put.packetIdentifier(),
                                put.sequence(),
                                put.state(),
                                own(put.delivery(), shard)));
        replaceAll(
                session.received,
                put -> put.messageId() == 0
                        ? put
                        : new StateChange.ReceivedPut(
                                put.clientId(), put.packetIdentifier(), own(put.messageId(), shard)));
    }

    /** What was for shards of then is for those of now; of retained messages nothing is left to be handed over. */
    private void spreadHandOvers() {
        List<StateChange.HandOver> before = List.copyOf(state.handOvers);
        Map<Long, Long> partitionsOf = new LinkedHashMap<>();
        before.forEach(put -> partitionsOf.merge(put.messageId(), put.partitions(), (a, b) -> a | b));
        state.handOvers.clear();
        Set<StateChange.HandedOver> keys = new HashSet<>();
        partitionsOf.forEach((messageId, meant) -> {
            for (int shard = 0; shard < partitions.shards(); shard++) {
                long bits = meant & partitions.ofShard(shard);
                if (bits != 0) {
                    long id = own(messageId, shard);
                    state.handOvers.add(new StateChange.HandOver(id, shard, bits, 0));
                    keys.add(new StateChange.HandedOver(id, shard));
                }
            }
        });
        state.handOvers.stream().filter(put -> !before.contains(put)).forEach(changes::add);
        for (StateChange.HandOver put : before) {
            StateChange.HandedOver removal = new StateChange.HandedOver(put.messageId(), put.shard());
            if (!keys.contains(removal)) {
                changes.add(removal);
            }
        }
    }

    private <T extends StateChange> void replaceAll(List<T> records, UnaryOperator<T> own) {
        for (int i = 0; i < records.size(); i++) {
            T before = records.get(i);
            T after = own.apply(before);
            if (!after.equals(before)) {
                records.set(i, after);
                changes.add(after);
            }
        }
    }

    private Delivery own(Delivery delivery, int shard) {
        long id = own(delivery.messageId(), shard);
        return id == delivery.messageId()
                ? delivery
                : new Delivery(id, delivery.qos(), delivery.retain(), delivery.subscriptionIdentifiers());
    }

    /** The id of this shard's own copy of the message. */
    private long own(long messageId, int shard) {
        RestoredState.Stored original = state.messages.get(messageId);
        if (original == null) {
            throw new IllegalStateException("message " + messageId + " is not stored");
        }
        if (original.keeper == 0) {
            original.keeper = (byte) (shard + 1);
        }
        if (original.keeper == shard + 1) {
            return messageId;
        }
        long[] ids = copies.computeIfAbsent(messageId, missing -> new long[partitions.shards()]);
        if (ids[shard] == 0) {
            lastId++;
            ids[shard] = lastId;
            StateChange.MessageStored content = contentOf(messageId, original);
            StateChange.MessageStored copy = new StateChange.MessageStored(
                    lastId, content.message(), content.publisher(), content.expiresAtMillis());
            stored.add(copy);
            changes.add(copy);
        }
        return ids[shard];
    }

    private StateChange.MessageStored contentOf(long messageId, RestoredState.Stored original) {
        StateChange.MessageStored content = original.content;
        try {
            content = content == null ? store.read(messageId) : content;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (content == null) {
            throw new IllegalStateException("message " + messageId + " is not stored any more");
        }
        return content;
    }
}
