package org.althing.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.althing.broker.StateChange;
import org.althing.broker.StateLog;
import org.althing.journal.Journal;
import org.althing.journal.memory.FaultyDisk;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

/** Random changes, crashes in between: what comes back is the fold of the commits that were acknowledged. */
class JournalStateStoreProperties {
    private static final Journal.Options OPTIONS = new Journal.Options(2048, Journal.Durability.SYNC);

    /** The state as keys in words and their last changes, as StateChange describes it. */
    private static final class Model {
        final Map<String, StateChange> byKey;

        Model(Map<String, StateChange> byKey) {
            this.byKey = new LinkedHashMap<>(byKey);
        }

        void apply(StateChange change) {
            switch (change) {
                case StateChange.SessionPut c -> byKey.put("session " + c.clientId(), c);
                case StateChange.SubscriptionPut c -> byKey.put("subscription " + c.clientId() + " " + c.filter(), c);
                case StateChange.RetainedPut c -> byKey.put("retained " + c.topic(), c);
                case StateChange.MessageStored c -> byKey.put("message " + c.messageId(), c);
                case StateChange.Queued c -> byKey.put("queued " + c.clientId() + " " + c.sequence(), c);
                case StateChange.InflightPut c -> byKey.put("inflight " + c.clientId() + " " + c.packetIdentifier(), c);
                case StateChange.ReceivedPut c -> byKey.put("received " + c.clientId() + " " + c.packetIdentifier(), c);
                case StateChange.GroupQueued c -> byKey.put("group " + c.group() + " " + c.sequence(), c);
                case StateChange.GroupDequeued c -> byKey.remove("group " + c.group() + " " + c.sequence());
                case StateChange.SessionRemoved c ->
                    byKey.keySet()
                            .removeIf(key -> key.split(" ", 3)[1].equals(c.clientId())
                                    && !key.startsWith("message ")
                                    && !key.startsWith("group ")
                                    && !key.startsWith("retained "));
                case StateChange.SubscriptionRemoved c ->
                    byKey.remove("subscription " + c.clientId() + " " + c.filter());
                case StateChange.RetainedRemoved c -> byKey.remove("retained " + c.topic());
                case StateChange.MessageDropped c -> byKey.remove("message " + c.messageId());
                case StateChange.Dequeued c -> byKey.remove("queued " + c.clientId() + " " + c.sequence());
                case StateChange.InflightRemoved c ->
                    byKey.remove("inflight " + c.clientId() + " " + c.packetIdentifier());
                case StateChange.ReceivedRemoved c ->
                    byKey.remove("received " + c.clientId() + " " + c.packetIdentifier());
            }
        }

        Set<Long> referenced() {
            Set<Long> ids = new HashSet<>();
            for (StateChange change : byKey.values()) {
                ids.add(messageOf(change));
            }
            return ids;
        }

        Set<StateChange> state() {
            Set<Long> referenced = referenced();
            Set<StateChange> state = new HashSet<>(byKey.values());
            state.removeIf(
                    change -> change instanceof StateChange.MessageStored m && !referenced.contains(m.messageId()));
            return state;
        }
    }

    private static long messageOf(StateChange change) {
        return switch (change) {
            case StateChange.RetainedPut c -> c.messageId();
            case StateChange.Queued c -> c.delivery().messageId();
            case StateChange.InflightPut c -> c.delivery().messageId();
            case StateChange.ReceivedPut c -> c.messageId();
            case StateChange.GroupQueued c -> c.delivery().messageId();
            default -> 0;
        };
    }

    /** Does what a broker does, at random, and keeps the rules of StateChange. */
    private static final class RandomBroker {
        private static final List<String> CLIENTS = List.of("alice", "bob", "carla");
        private final Gen gen;
        private long nextNumber = 1;

        RandomBroker(Gen gen) {
            this.gen = gen;
        }

        List<StateChange> turn(Model before) {
            Model model = new Model(before.byKey);
            List<StateChange> changes = new ArrayList<>();
            for (int i = gen.between(0, 4); i > 0; i--) {
                String client = gen.pick(CLIENTS);
                boolean known = model.byKey.containsKey("session " + client);
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

        private List<StateChange> step(Model model, String client) {
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

        private List<StateChange> unqueue(Model model) {
            for (StateChange change : model.byKey.values()) {
                if (change instanceof StateChange.GroupQueued queued && gen.bool()) {
                    return List.of(new StateChange.GroupDequeued(queued.group(), queued.sequence()));
                }
            }
            return List.of();
        }

        private List<StateChange> send(Model model, String client, int packet) {
            for (StateChange change : model.byKey.values()) {
                if (change instanceof StateChange.Queued queued
                        && queued.clientId().equals(client)) {
                    return List.of(
                            new StateChange.Dequeued(client, queued.sequence()),
                            new StateChange.InflightPut(
                                    client, packet, queued.sequence(), StateGen.inflightState(gen), queued.delivery()));
                }
            }
            return List.of();
        }

        private static List<StateChange> drops(Model model) {
            Set<Long> referenced = model.referenced();
            List<StateChange> drops = new ArrayList<>();
            for (StateChange change : model.byKey.values()) {
                if (change instanceof StateChange.MessageStored m && !referenced.contains(m.messageId())) {
                    drops.add(new StateChange.MessageDropped(m.messageId()));
                }
            }
            return drops;
        }
    }

    private static List<StateChange> replay(JournalStateStore store) {
        List<StateChange> changes = new ArrayList<>();
        store.replay(changes::add);
        return changes;
    }

    /** Messages before what names them, sessions before what hangs on them, queues in their order. */
    private static void checkOrder(List<StateChange> replayed) {
        Set<Long> messages = new HashSet<>(Set.of(0L));
        Set<String> sessions = new HashSet<>();
        Map<String, Long> lastSequence = new LinkedHashMap<>();
        for (StateChange change : replayed) {
            assertThat(messages).contains(messageOf(change));
            switch (change) {
                case StateChange.MessageStored c -> messages.add(c.messageId());
                case StateChange.SessionPut c -> sessions.add(c.clientId());
                case StateChange.SubscriptionPut c -> assertThat(sessions).contains(c.clientId());
                case StateChange.ReceivedPut c -> assertThat(sessions).contains(c.clientId());
                case StateChange.InflightPut c -> {
                    assertThat(sessions).contains(c.clientId());
                    Long before = lastSequence.put("inflight " + c.clientId(), c.sequence());
                    assertThat(before == null || before <= c.sequence()).isTrue();
                }
                case StateChange.Queued c -> {
                    assertThat(sessions).contains(c.clientId());
                    Long before = lastSequence.put("queued " + c.clientId(), c.sequence());
                    assertThat(before == null || before < c.sequence()).isTrue();
                }
                case StateChange.GroupQueued c -> {
                    Long before = lastSequence.put("group " + c.group(), c.sequence());
                    assertThat(before == null || before < c.sequence()).isTrue();
                }
                default -> assertThat(change).isInstanceOf(StateChange.RetainedPut.class);
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
        List<Model> possible = List.of(new Model(Map.of()));
        for (int start = gen.between(2, 4); start > 0; start--) {
            JournalStateStore store = JournalStateStore.open(disk, OPTIONS, Runnable::run, Runnable::run);
            List<StateChange> replayed = replay(store);
            StateLog log = store.log(0);
            checkOrder(replayed);
            Set<StateChange> state = new HashSet<>(replayed);
            assertThat(state).hasSize(replayed.size());
            assertThat(possible.stream().map(Model::state)).contains(state);
            Model acknowledged = new Model(Map.of());
            replayed.forEach(acknowledged::apply);
            Model handedOver = acknowledged;
            if (gen.bool()) {
                disk.cutPowerAt(gen.between(1, 200));
            }
            for (int turn = gen.between(0, 60); turn > 0 && handedOver == acknowledged; turn--) {
                Model next = new Model(acknowledged.byKey);
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
