package org.althing.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.Delivery;
import org.althing.broker.StateChange.InflightState;
import org.althing.broker.StateLog;
import org.althing.broker.StateStore;
import org.althing.broker.storage.JournalStateStore.Workers;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.journal.RecordBatch;
import org.althing.journal.memory.FaultyDisk;
import org.althing.journal.memory.MemoryDisk;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalStateStoreTest {
    /** Tasks of the timer come when the test says so. */
    private final ArrayDeque<Runnable> later = new ArrayDeque<>();

    private final Workers atOnce = new Workers(Runnable::run, Runnable::run, (nanos, task) -> later.add(task));

    private final MemoryDisk disk = new MemoryDisk();

    private JournalStateStore open(Disk disk) {
        return JournalStateStore.on(disk, 2048, atOnce, Journal.Durability.SYNC);
    }

    private List<StateChange> replay(Disk disk) throws IOException {
        List<StateChange> changes = new ArrayList<>();
        try (JournalStateStore store = open(disk)) {
            store.replay(changes::add);
        }
        return changes;
    }

    private static @Nullable Throwable commit(JournalStateStore store, StateChange... changes) {
        return commit(store.log(0), changes);
    }

    private static @Nullable Throwable commit(StateLog log, StateChange... changes) {
        for (StateChange change : changes) {
            log.append(change);
        }
        List<@Nullable Throwable> told = new ArrayList<>();
        log.commit(told::add);
        assertThat(told).hasSize(1);
        return told.getFirst();
    }

    private static StateChange.SessionPut session(String clientId) {
        return new StateChange.SessionPut(clientId, null, null, ProtocolVersion.MQTT_5, 60, StateChange.NEVER, null);
    }

    private static StateChange.MessageStored message(long messageId, int bytes) {
        var message = new ApplicationMessage(
                TopicName.of("a"), Bytes.wrap(new byte[bytes]), Qos.AT_LEAST_ONCE, false, Properties.NONE);
        return new StateChange.MessageStored(messageId, message, null, StateChange.NEVER);
    }

    private static StateChange.Queued queued(String clientId, long sequence, long messageId) {
        return new StateChange.Queued(clientId, sequence, new Delivery(messageId, Qos.AT_LEAST_ONCE, false, List.of()));
    }

    private static StateChange.InflightPut inflight(String clientId, int packet, long sequence, long messageId) {
        return new StateChange.InflightPut(
                clientId,
                packet,
                sequence,
                InflightState.AWAITING_PUBACK,
                new Delivery(messageId, Qos.AT_LEAST_ONCE, false, List.of()));
    }

    @Test
    void an_empty_folder_is_an_empty_state() throws IOException {
        assertThat(replay(disk)).isEmpty();
    }

    @Test
    void the_last_change_of_each_key_comes_back_in_the_order_of_the_commits() throws IOException {
        var subscription = new StateChange.SubscriptionPut(
                "alice", TopicFilter.of("a/#"), SubscriptionOptions.of(Qos.AT_LEAST_ONCE), 0);
        var left = new StateChange.SessionPut("alice", "user", null, ProtocolVersion.MQTT_5, 60, 1234, null);
        var received = new StateChange.ReceivedPut("alice", 9, 2);
        try (JournalStateStore store = open(disk)) {
            store.replay(change -> {});
            commit(store, session("alice"), subscription);
            commit(store, message(3, 5), retained(3), message(1, 5), message(2, 5), received);
            commit(store, queued("alice", 12, 1), queued("alice", 11, 2));
            commit(store, inflight("alice", 5, 8, 2), inflight("alice", 4, 7, 1), left);
            commit(store, new StateChange.Dequeued("alice", 12), new StateChange.InflightRemoved("alice", 5));
        }
        assertThat(replay(disk))
                .containsExactly(
                        subscription,
                        message(3, 5),
                        retained(3),
                        message(1, 5),
                        message(2, 5),
                        received,
                        queued("alice", 11, 2),
                        inflight("alice", 4, 7, 1),
                        left);
    }

    @Test
    void the_end_of_a_session_takes_all_its_records_and_nothing_else() throws IOException {
        try (JournalStateStore store = open(disk)) {
            store.replay(change -> {});
            commit(store, session("bob"), session("bob/2"), message(1, 5), queued("bob", 1, 1), queued("bob/2", 1, 1));
            commit(store, new StateChange.SessionRemoved("bob"));
        }
        assertThat(replay(disk)).containsExactly(session("bob/2"), message(1, 5), queued("bob/2", 1, 1));
    }

    @Test
    void a_message_for_many_sessions_is_stored_once() throws IOException {
        try (JournalStateStore store = open(disk)) {
            store.replay(change -> {});
            StateLog log = store.log(0);
            log.append(message(1, 10_000));
            for (int i = 0; i < 1000; i++) {
                log.append(queued("client" + i, 1, 1));
            }
            commit(log);
        }
        long bytes = 0;
        for (String name : disk.list()) {
            try (Disk.DiskFile file = disk.open(name)) {
                bytes += file.size();
            }
        }
        assertThat(bytes).isLessThan(10_000 + 1000 * 30);
    }

    private static StateChange retained(long messageId) {
        return new StateChange.RetainedPut(TopicName.of("a"), messageId);
    }

    @Test
    void each_shard_commits_its_own_changes_and_the_order_of_commits_is_that_of_all() throws IOException {
        try (JournalStateStore store = open(disk)) {
            store.replay(change -> {});
            StateLog first = store.log(0);
            StateLog second = store.log(1);
            StateLog third = store.log(2);
            third.append(session("never committed"));
            first.append(session("alice"));
            second.append(message(1, 5));
            second.append(retained(1));
            assertThat(commit(first)).isNull();
            assertThat(commit(second)).isNull();
            assertThat(commit(first, message(2, 5), retained(2), new StateChange.MessageDropped(1)))
                    .isNull();
        }
        assertThat(replay(disk)).containsExactly(session("alice"), message(2, 5), retained(2));
    }

    @Test
    void a_queue_that_comes_and_goes_does_not_grow_the_files() throws IOException {
        try (JournalStateStore store = open(disk)) {
            store.replay(change -> {});
            commit(store, session("bob"));
            for (int i = 1; i <= 2000; i++) {
                commit(store, message(i, 50), queued("bob", i, i));
                commit(store, new StateChange.Dequeued("bob", i), new StateChange.MessageDropped(i));
            }
        }
        assertThat(disk.list()).hasSizeLessThan(8);
        assertThat(replay(disk)).containsExactly(session("bob"));
    }

    @Test
    void while_the_disk_fails_commits_wait_and_watchers_know() throws IOException {
        FaultyDisk faulty = new FaultyDisk(new SplittableRandom(1));
        JournalStateStore store = open(faulty);
        store.replay(change -> {});
        List<String> told = new ArrayList<>();
        StateStore.Watcher watcher = new StateStore.Watcher() {
            @Override
            public void degraded(Throwable why) {
                told.add(String.valueOf(why.getMessage()));
            }

            @Override
            public void recovered() {
                told.add("recovered");
            }
        };
        store.watch(watcher);
        StateLog log = store.log(0);
        assertThat(commit(log, session("alice"))).isNull();
        faulty.failAt(1);
        List<@Nullable Throwable> answers = new ArrayList<>();
        log.append(session("bob"));
        log.commit(answers::add);
        log.append(session("carla"));
        log.commit(answers::add);
        assertThat(answers).isEmpty();
        assertThat(store.failure()).isPresent();
        store.watch(watcher);
        assertThat(told).hasSize(2).allMatch(line -> line.contains("input/output error"));
        later.remove().run();
        assertThat(answers).containsExactly(null, null);
        assertThat(told).hasSize(4).last().isEqualTo("recovered");
        assertThat(replay(faulty.afterPowerCut())).containsExactly(session("alice"), session("bob"), session("carla"));
    }

    @Test
    void a_message_is_read_back_by_its_id_after_compactions_and_starts_too() throws IOException {
        for (int start = 0; start < 2; start++) {
            try (JournalStateStore store = open(disk)) {
                store.replay(change -> {});
                StateLog log = store.log(0);
                for (int i = 1; i <= 300; i++) {
                    int id = start * 300 + i;
                    assertThat(commit(log, message(id, i), queued("bob", id, id)))
                            .isNull();
                    assertThat(commit(log, session("s" + i), new StateChange.SessionRemoved("s" + i)))
                            .isNull();
                    if (i % 2 == 0) {
                        assertThat(commit(log, new StateChange.MessageDropped(id)))
                                .isNull();
                    }
                }
                for (int id = 1; id <= start * 300 + 300; id++) {
                    List<@Nullable Object> loaded = new ArrayList<>();
                    log.load(id, (message, failure) -> {
                        loaded.add(message);
                        loaded.add(failure);
                    });
                    assertThat(loaded).containsExactly(id % 2 == 0 ? null : message(id, (id - 1) % 300 + 1), null);
                }
                assertThat(disk.list()).anyMatch(name -> name.endsWith(".compacted"));
            }
        }
    }

    @Test
    void a_record_of_a_newer_version_stops_the_start() throws IOException {
        Journal journal = Journal.open(disk, Journal.Options.defaults(), Runnable::run, record -> {});
        RecordBatch batch = new RecordBatch();
        batch.add(ByteBuffer.wrap(new byte[] {5, 0, 0}));
        journal.commit(batch, failure -> {});
        journal.close();
        assertThatThrownBy(() -> replay(disk))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("byte 64 of memory/00000001.journal")
                .hasMessageContaining("its form has version 5");
    }

    @Test
    void a_folder_of_its_own_keeps_the_state_and_is_locked_meanwhile(@TempDir Path folder) throws Exception {
        CompletableFuture<@Nullable Throwable> durable = new CompletableFuture<>();
        try (JournalStateStore store = JournalStateStore.inFolder(folder)) {
            store.replay(change -> {});
            StateLog log = store.log(0);
            log.append(session("alice"));
            log.commit(durable::complete);
            assertThat(durable.get(10, TimeUnit.SECONDS)).isNull();
            assertThatThrownBy(() -> JournalStateStore.inFolder(folder)).hasMessageContaining("is in use");
        }
        try (JournalStateStore store = JournalStateStore.inFolder(folder)) {
            List<StateChange> state = new ArrayList<>();
            store.replay(state::add);
            assertThat(state).containsExactly(session("alice"));
            assertThat(store.recovery().records()).isEqualTo(1);
            assertThatThrownBy(() -> store.replay(state::add)).isInstanceOf(IllegalStateException.class);
        }
    }
}
