package org.althing.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.althing.broker.StateChange;
import org.althing.broker.StateLog;
import org.althing.broker.StateModel;
import org.althing.journal.Journal;
import org.althing.journal.memory.FaultyDisk;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

/** Random changes, crashes in between: what comes back is the fold of the commits that were acknowledged. */
class JournalStateStoreProperties {
    private static final JournalStateStore.Workers AT_ONCE =
            new JournalStateStore.Workers(Runnable::run, Runnable::run, (nanos, task) -> {});

    /** Does what a broker does, at random, and keeps the rules of StateChange. */
    private static final class RandomBroker {
        private static final List<String> CLIENTS = List.of("alice", "bob", "carla");
        private final Gen gen;
        private long nextNumber = 1;

        RandomBroker(Gen gen) {
            this.gen = gen;
        }

        List<StateChange> turn(StateModel before) {
            StateModel model = before.copy();
            List<StateChange> changes = new ArrayList<>();
            for (int i = gen.between(0, 4); i > 0; i--) {
                String client = gen.pick(CLIENTS);
                boolean known = model.hasSession(client);
                for (StateChange change : known ? step(model, client) : List.of(StateGen.session(gen, client))) {
                    model.apply(change);
                    changes.add(change);
                }
            }
            if (gen.oneIn(3)) {
                changes.addAll(drops(model));
            }
            return changes;
        }

        private List<StateChange> step(StateModel model, String client) {
            long number = nextNumber++;
            int packet = gen.between(1, 4);
            return switch (gen.between(0, 11)) {
                case 0 -> List.of(StateGen.session(gen, client));
                case 1 -> List.of(StateGen.subscription(gen, client));
                case 2 -> List.of(new StateChange.SubscriptionRemoved(client, StateGen.filter(gen)));
                case 3 ->
                    List.of(StateGen.stored(gen, number), new StateChange.RetainedPut(StateGen.topic(gen), number));
                case 4 ->
                    List.of(
                            StateGen.stored(gen, number),
                            new StateChange.Queued(client, number, StateGen.delivery(gen, number)));
                case 5, 6 -> send(model, client, packet);
                case 7 -> List.of(new StateChange.InflightRemoved(client, packet));
                case 8 ->
                    gen.bool()
                            ? List.of(StateGen.stored(gen, number), new StateChange.ReceivedPut(client, packet, number))
                            : List.of(new StateChange.ReceivedRemoved(client, packet));
                case 9 ->
                    List.of(
                            StateGen.stored(gen, number),
                            new StateChange.GroupQueued(StateGen.group(gen), number, StateGen.delivery(gen, number)));
                case 10 -> unqueue(model);
                default ->
                    gen.oneIn(4)
                            ? List.of(new StateChange.SessionRemoved(client))
                            : List.of(new StateChange.RetainedRemoved(StateGen.topic(gen)));
            };
        }

        private List<StateChange> unqueue(StateModel model) {
            for (StateChange change : model.changes()) {
                if (change instanceof StateChange.GroupQueued queued && gen.bool()) {
                    return List.of(new StateChange.GroupDequeued(queued.group(), queued.sequence()));
                }
            }
            return List.of();
        }

        private List<StateChange> send(StateModel model, String client, int packet) {
            for (StateChange change : model.changes()) {
                if (change instanceof StateChange.Queued queued
                        && queued.clientId().equals(client)) {
                    return List.of(
                            new StateChange.Dequeued(client, queued.sequence()),
                            StateGen.inflight(gen, client, packet, queued.sequence(), queued.delivery()));
                }
            }
            return List.of();
        }

        private static List<StateChange> drops(StateModel model) {
            Set<Long> referenced = model.referenced();
            List<StateChange> drops = new ArrayList<>();
            for (StateChange change : model.changes()) {
                if (change instanceof StateChange.MessageStored m && !referenced.contains(m.messageId())) {
                    drops.add(new StateChange.MessageDropped(m.messageId()));
                }
            }
            return drops;
        }
    }

    /** Messages come before what names them. */
    private static void checkOrder(List<StateChange> replayed) {
        Set<Long> messages = new HashSet<>(Set.of(0L));
        for (StateChange change : replayed) {
            assertThat(messages).contains(StateModel.messageOf(change));
            if (change instanceof StateChange.MessageStored stored) {
                messages.add(stored.messageId());
            }
        }
    }

    @Test
    void after_crashes_the_fold_of_what_was_acknowledged_comes_back() {
        Gen.forAll(150, gen -> {
            try {
                check(gen);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void check(Gen gen) throws IOException {
        FaultyDisk disk = new FaultyDisk(new SplittableRandom(gen.between(0L, Long.MAX_VALUE - 1)));
        RandomBroker broker = new RandomBroker(gen);
        List<StateModel> possible = List.of(new StateModel());
        for (int start = gen.between(2, 4); start > 0; start--) {
            JournalStateStore store = JournalStateStore.on(disk, 2048, AT_ONCE, Journal.Durability.SYNC);
            List<StateChange> replayed = new ArrayList<>();
            store.replay(replayed::add);
            StateLog log = store.log(0);
            checkOrder(replayed);
            assertThat(possible.stream().map(StateModel::changes)).contains(replayed);
            StateModel acknowledged = new StateModel();
            replayed.forEach(acknowledged::apply);
            StateModel handedOver = acknowledged;
            if (gen.bool()) {
                disk.cutPowerAt(gen.between(1, 200));
            }
            for (int turn = gen.between(0, 60); turn > 0 && handedOver == acknowledged; turn--) {
                StateModel next = acknowledged.copy();
                for (StateChange change : broker.turn(acknowledged)) {
                    next.apply(change);
                    log.append(change);
                }
                handedOver = next;
                boolean[] durable = {false};
                log.commit(failure -> durable[0] = failure == null);
                acknowledged = durable[0] ? next : acknowledged;
            }
            possible = List.of(acknowledged, handedOver);
            disk = gen.bool() ? disk.afterPowerCut() : disk.afterKill();
        }
    }
}
