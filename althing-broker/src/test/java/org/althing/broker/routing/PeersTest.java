package org.althing.broker.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.althing.broker.BrokerLog;
import org.althing.broker.Counters;
import org.althing.broker.StateChange;
import org.althing.broker.StateLog;
import org.althing.broker.StateStore;
import org.althing.broker.routing.PeerMessage.InterestBegan;
import org.althing.broker.routing.PeerMessage.InterestEnded;
import org.althing.broker.routing.PeerMessage.Published;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.net.EventLoop;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.VirtualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PeersTest {
    private static final BrokerLog SILENT = (level, line) -> {};

    private final VirtualTime time = new VirtualTime(1);
    private final MemoryEngine engine = new MemoryEngine(time);
    private final Journal journal = new Journal();
    private final List<Side> sides = new ArrayList<>();

    /** What the shards say and write, in the order of all. */
    private final List<String> events = new ArrayList<>();

    /** A store whose commits wait for {@link Journal#sync}. */
    private final class Journal implements StateStore {
        private final ArrayDeque<Committed> underWay = new ArrayDeque<>();

        @Override
        public void replay(Consumer<StateChange> consumer) {}

        @Override
        public StateChange.@Nullable MessageStored read(long messageId) {
            return null;
        }

        @Override
        public StateLog log(int shard) {
            return new StateLog() {
                private int gathered;

                @Override
                public void append(StateChange change) {
                    gathered++;
                }

                @Override
                public void commit(Committed done) {
                    events.add("journal takes " + gathered + " of " + shard);
                    gathered = 0;
                    underWay.add(done);
                }

                @Override
                public void load(long messageId, Loaded loaded) {
                    throw new UnsupportedOperationException();
                }
            };
        }

        void sync() {
            for (Committed done = underWay.poll(); done != null; done = underWay.poll()) {
                done.committed(null);
            }
            time.runUntilIdle();
        }

        @Override
        public void close() {}
    }

    /** One shard: it writes down what it is told, and what it is told to store it stores. */
    private final class Side {
        final EventLoop loop = engine.newLoop("shard");
        final ChangeLog changes;
        final Peers peers;
        Consumer<PeerMessage> onMessage = message -> {};

        Side(int shard, int shards) {
            Partitions partitions = new Partitions(shard, shards);
            changes = new ChangeLog(journal, partitions, loop, new Counters().memory, SILENT);
            peers = new Peers(partitions, changes, loop);
        }

        void run(Runnable task) {
            loop.execute(task);
            time.runUntilIdle();
        }

        void store() {
            changes.append(new StateChange.MessageDropped(1));
        }

        void handle(int from, PeerMessage message) {
            events.add(peers.partitions().shard() + " hears " + name(message) + " of " + from);
            onMessage.accept(message);
        }

        boolean isSafe() {
            return changes.isCommitted(changes.last());
        }
    }

    private record Way(Side to) implements Peers.Link {
        @Override
        public void send(PeerBatch batch) {
            to.loop.execute(() -> to.peers.onBatch(batch));
        }

        @Override
        public void answer(int from, long applied, long durable) {
            to.loop.execute(() -> to.peers.onAnswer(from, applied, durable));
        }
    }

    private void shards(int count) {
        for (int shard = 0; shard < count; shard++) {
            sides.add(new Side(shard, count));
        }
        List<Peers.Link> ways = new ArrayList<>();
        sides.forEach(side -> ways.add(new Way(side)));
        sides.forEach(side -> side.peers.connect(ways, side::handle));
    }

    private static String name(PeerMessage message) {
        return switch (message) {
            case InterestBegan(TopicFilter filter) -> "+" + filter;
            case InterestEnded(TopicFilter filter) -> "-" + filter;
            default -> "message";
        };
    }

    private static PeerMessage began(String filter) {
        return new InterestBegan(TopicFilter.of(filter));
    }

    private static PeerMessage ended(String filter) {
        return new InterestEnded(TopicFilter.of(filter));
    }

    @Test
    void what_is_said_arrives_in_its_order_behind_what_was_stored_before_it() {
        shards(2);
        Side first = sides.getFirst();
        first.run(() -> {
            first.peers.post(1, began("a"));
            first.peers.tell(1, ended("a"));
            first.store(); // asked for after the message, and still in the journal before it
            first.peers.post(1, began("b"));
        });
        first.run(() -> first.peers.post(1, began("c")));
        assertThat(events)
                .containsExactly(
                        "journal takes 1 of 0",
                        "1 hears +a of 0",
                        "1 hears -a of 0",
                        "1 hears +b of 0",
                        "1 hears +c of 0");
    }

    @Test
    void what_was_posted_is_safe_when_all_others_have_applied_it_and_stored_what_it_made_them_store() {
        shards(3);
        Side first = sides.getFirst();
        Side second = sides.get(1);
        second.onMessage = message -> second.store();
        first.run(() -> first.peers.postToAll(began("a")));
        assertThat(events).containsExactlyInAnyOrder("1 hears +a of 0", "2 hears +a of 0", "journal takes 1 of 1");
        assertThat(first.isSafe()).isFalse();
        assertThat(first.changes.isCommitted(first.changes.last() - 2)).isTrue();
        List<String> told = new ArrayList<>();
        first.changes.afterCommit(() -> told.add("safe " + first.isSafe()));
        journal.sync();
        assertThat(first.isSafe()).isTrue();
        assertThat(told).containsExactly("safe true");
    }

    @Test
    void what_is_only_told_nobody_waits_for() {
        shards(2);
        Side first = sides.getFirst();
        Side second = sides.get(1);
        second.onMessage = message -> second.store();
        first.run(() -> first.peers.tell(1, began("a")));
        assertThat(events).contains("1 hears +a of 0");
        assertThat(first.isSafe()).isTrue();
    }

    @Test
    void an_answer_does_not_wait_for_other_answers() {
        shards(2);
        Side first = sides.getFirst();
        Side second = sides.get(1);
        first.onMessage = message -> first.store();
        second.onMessage = message -> second.store();
        first.loop.execute(() -> first.peers.post(1, began("a")));
        second.loop.execute(() -> second.peers.post(0, began("b")));
        time.runUntilIdle();
        assertThat(first.isSafe()).isFalse();
        assertThat(second.isSafe()).isFalse();
        journal.sync();
        assertThat(first.isSafe()).isTrue();
        assertThat(second.isSafe()).isTrue();
    }

    @Test
    void a_change_of_this_shards_own_waits_for_what_was_posted_before_it_but_not_for_what_comes_after() {
        shards(2);
        Side first = sides.getFirst();
        Side second = sides.get(1);
        second.onMessage = message -> second.store();
        long[] numbers = new long[2];
        first.run(() -> {
            first.store();
            numbers[0] = first.changes.last();
            first.peers.post(1, began("a"));
            first.store();
            numbers[1] = first.changes.last();
        });
        journal.underWay.remove().committed(null); // the first shard's
        time.runUntilIdle();
        assertThat(first.changes.isCommitted(numbers[0])).isTrue();
        assertThat(first.changes.isJournaled(numbers[1])).isTrue();
        assertThat(first.changes.isCommitted(numbers[1])).isFalse();
        journal.sync();
        assertThat(first.changes.isCommitted(numbers[1])).isTrue();
    }

    @Test
    void who_answers_has_sent_before_what_it_said_before() {
        shards(3);
        Side origin = sides.getFirst();
        Side second = sides.get(1);
        Side third = sides.get(2);
        // The second shard says something to the third in the turn in which it applies the origin's message.
        second.onMessage = message -> second.peers.tell(2, began("early"));
        origin.loop.execute(() -> {
            origin.peers.post(1, began("a"));
            origin.changes.afterCommit(() -> origin.peers.tell(2, began("late")));
        });
        time.runUntilIdle();
        assertThat(third.isSafe()).isTrue();
        assertThat(events.indexOf("2 hears +early of 1")).isLessThan(events.indexOf("2 hears +late of 0"));
        assertThat(events).contains("2 hears +early of 1");
    }

    @Test
    void a_shard_that_takes_too_little_congests_its_peers_until_it_has_caught_up() {
        shards(2);
        Side first = sides.getFirst();
        ApplicationMessage message = new ApplicationMessage(
                TopicName.of("t"), Bytes.wrap(new byte[1 << 20]), Qos.AT_MOST_ONCE, false, Properties.NONE);
        List<String> told = new ArrayList<>();
        first.loop.execute(() -> {
            for (int i = 0; i < 7; i++) {
                first.peers.tell(1, new Published(message, null, StateChange.NEVER, true, 0, null, 0));
            }
            assertThat(first.peers.isCongested()).isFalse();
            first.peers.tell(1, new Published(message, null, StateChange.NEVER, true, 0, null, 0));
            assertThat(first.peers.isCongested()).isTrue();
            first.peers.whenUncongested(() -> told.add("room"));
        });
        time.runUntilIdle();
        assertThat(told).containsExactly("room");
        assertThat(first.peers.isCongested()).isFalse();
    }
}
