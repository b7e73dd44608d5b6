package org.althing.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.Delivery;
import org.althing.broker.StateLog;
import org.althing.broker.StateModel;
import org.althing.broker.session.RestoredState;
import org.althing.journal.CommitterThread;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.journal.JournalDamagedException;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderTest {
    private static final StateChange.Source SOMEBODY = new StateChange.Source("anna", null);
    private static final JournalStateStore.Workers NO_COMPACTION =
            new JournalStateStore.Workers(Runnable::run, task -> {}, (nanos, task) -> {});
    private static final TopicName TOPIC = TopicName.of("t");

    @TempDir
    Path temporary;

    private Path folder = Path.of("");
    private final StateModel model = new StateModel();

    private static StateChange session(String clientId) {
        return new StateChange.SessionPut(clientId, null, null, ProtocolVersion.MQTT_5, 60, StateChange.NEVER, null);
    }

    private static StateChange message(long id) {
        byte[] payload = new byte[100];
        return new StateChange.MessageStored(
                id,
                new ApplicationMessage(TOPIC, Bytes.wrap(payload), Qos.AT_LEAST_ONCE, false, Properties.NONE),
                null,
                StateChange.NEVER);
    }

    private static StateChange queued(String clientId, long sequence, long messageId) {
        return new StateChange.Queued(clientId, sequence, new Delivery(messageId, Qos.AT_LEAST_ONCE, false, List.of()));
    }

    /** Commits each array by itself: some files of 2 KiB. */
    private void write(StateChange[]... commits) throws IOException {
        try (Disk disk = Disk.folder(folder);
                JournalStateStore store = JournalStateStore.on(disk, 2048, NO_COMPACTION, Journal.Durability.SYNC)) {
            store.replay(change -> {});
            StateLog log = store.log(0);
            for (StateChange[] commit : commits) {
                for (StateChange change : commit) {
                    log.append(change);
                    model.apply(change);
                }
                log.commit(failure -> assertThat(failure).isNull());
            }
        }
    }

    @BeforeEach
    void fill() throws IOException {
        folder = temporary.resolve("state");
        List<StateChange[]> commits = new ArrayList<>();
        commits.add(new StateChange[] {session("alice"), session("bob")});
        for (int id = 1; id <= 60; id++) {
            commits.add(new StateChange[] {message(id), queued(id % 4 == 0 ? "alice" : "bob", id, id)});
        }
        write(commits.toArray(StateChange[][]::new));
    }

    private static List<StateChange> start(Path folder) throws IOException {
        List<StateChange> changes = new ArrayList<>();
        try (JournalStateStore store = JournalStateStore.inFolder(folder)) {
            store.replay(changes::add);
            RestoredState restored = new RestoredState();
            changes.forEach(restored);
            assertThat(restored.check(store)).isEmpty();
        }
        return changes;
    }

    private void damage(String file, int at) throws IOException {
        Path path = folder.resolve(file);
        byte[] bytes = Files.readAllBytes(path);
        bytes[at]++;
        Files.write(path, bytes);
    }

    @Test
    void a_sound_folder_is_sound_and_counted_and_exported() throws IOException {
        StateFolder state = new StateFolder(folder);
        StateFolder.Report report = state.check();
        assertThat(report.isSound()).isTrue();
        assertThat(report.files()).hasSizeGreaterThan(4);
        assertThat(report.files().stream().mapToLong(file -> file.records()).sum())
                .isEqualTo(122);
        StateFolder.Stats stats = state.stats(1);
        assertThat(stats.sessions()).isEqualTo(2);
        assertThat(stats.queued()).isEqualTo(60);
        assertThat(stats.messageBytes()).isEqualTo(6_000);
        assertThat(stats.largest()).containsExactly(Map.entry("bob", 45L));
        List<StateChange> exported = new ArrayList<>();
        state.export(exported::add);
        assertThat(exported).isEqualTo(model.changes());
    }

    @Test
    void damage_in_the_middle_stops_the_start_with_the_place_and_the_command_and_is_repaired() throws IOException {
        damage("00000002.journal", 900);
        assertThatThrownBy(() -> start(folder))
                .isInstanceOf(IOException.class)
                .hasCauseInstanceOf(JournalDamagedException.class)
                .hasMessageContaining(folder.resolve("00000002.journal").toString())
                .hasMessageContaining("damaged at byte ")
                .hasMessageContaining("'althing data repair " + folder + " NEW'");
        StateFolder.Report report = new StateFolder(folder).check();
        assertThat(report.isSound()).isFalse();
        assertThat(report.files().get(1).damages())
                .singleElement()
                .satisfies(damage -> assertThat(900L).isBetween(damage.from(), damage.to() - 1));
        byte[] before = Files.readAllBytes(folder.resolve("00000002.journal"));
        Path repaired = temporary.resolve("new");
        assertThat(new StateFolder(folder).repair(repaired)).isEqualTo(report);
        List<StateChange> left = start(repaired);
        assertThat(model.changes()).containsAll(left);
        assertThat(left).hasSize(model.changes().size() - 2); // one commit was in the damaged block
        assertThat(new StateFolder(repaired).check().isSound()).isTrue();
        assertThat(folder.resolve("00000002.journal")).hasBinaryContent(before);
        assertThatThrownBy(() -> new StateFolder(folder).repair(repaired)).hasMessageContaining("is not empty");
    }

    @Test
    void a_file_that_is_gone_or_without_header_is_told_and_the_rest_is_repaired() throws IOException {
        Files.delete(folder.resolve("00000002.journal"));
        damage("00000004.journal", 3);
        assertThatThrownBy(() -> start(folder)).hasMessageContaining("the file is missing");
        StateFolder.Report report = new StateFolder(folder).repair(temporary.resolve("new"));
        assertThat(report.files().get(1).damages()).extracting(d -> d.what()).containsExactly("the file is missing");
        assertThat(report.files().get(3).damages()).extracting(d -> d.what()).containsExactly("its header is damaged");
        List<StateChange> left = start(temporary.resolve("new"));
        assertThat(model.changes()).containsAll(left);
        assertThat(left).hasSizeGreaterThan(50);
    }

    @Test
    void what_leads_nowhere_is_named_and_left_out_of_the_repaired_copy() throws IOException {
        write(new StateChange[][] {
            {queued("alice", 99, 999), new StateChange.RetainedPut(TOPIC, 998)},
            {queued("nobody", 1, 1), message(77)},
            {new StateChange.WillUndecided(997, SOMEBODY), message(78), new StateChange.WillUndecided(78, SOMEBODY)}
        });
        StateFolder.Report report = new StateFolder(folder).repair(temporary.resolve("new"));
        assertThat(report.problems()).hasSize(4);
        assertThat(report.problems().get(0)).contains("sequence=99").endsWith("names message 999, which is not stored");
        assertThat(report.problems().get(2)).endsWith("is of client nobody, who has no session");
        assertThat(report.problems().get(3)).endsWith("names message 997, which is not stored");
        assertThat(report.forgotten()).isEqualTo(1);
        List<StateChange> kept = new ArrayList<>();
        new StateFolder(temporary.resolve("new")).export(kept::add);
        assertThat(kept)
                .contains(new StateChange.WillUndecided(78, SOMEBODY), message(78))
                .doesNotContain(new StateChange.WillUndecided(997, SOMEBODY));
        StateFolder.Report copy = new StateFolder(temporary.resolve("new")).check();
        assertThat(copy.isSound()).isTrue();
    }

    @Test
    void a_torn_end_is_no_damage() throws IOException {
        Path last;
        try (var files = Files.list(folder)) {
            last = files.filter(file -> file.toString().endsWith(".journal"))
                    .sorted()
                    .toList()
                    .getLast();
        }
        byte[] bytes = Files.readAllBytes(last);
        bytes[bytes.length - 20]++;
        Files.write(last, bytes);
        StateFolder.Report report = new StateFolder(folder).check();
        assertThat(report.isSound()).isTrue();
        assertThat(report.files().getLast().torn()).isTrue();
    }

    @Test
    void a_folder_without_state_is_refused() {
        assertThatThrownBy(() -> new StateFolder(temporary)).hasMessageContaining("there is no journal in");
    }

    /** Every snapshot is a state that the broker had, and has everything that was acknowledged before it began. */
    @Test
    void a_snapshot_under_load_is_a_prefix_with_everything_acknowledged_before_it() throws Exception {
        Path live = temporary.resolve("live");
        CommitterThread committer = Journal.committerThread("test-committer");
        AtomicLong acknowledged = new AtomicLong();
        AtomicBoolean ended = new AtomicBoolean();
        try (Disk disk = Disk.folder(live);
                JournalStateStore store = JournalStateStore.on(
                        disk,
                        4096,
                        new JournalStateStore.Workers(
                                committer, task -> Thread.ofPlatform().daemon().start(task), (nanos, task) -> {}),
                        Journal.Durability.OPERATING_SYSTEM)) {
            store.replay(change -> {});
            StateLog log = store.log(0);
            Thread writer = Thread.ofPlatform().start(() -> write(log, acknowledged, ended));
            while (acknowledged.get() < 10) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < 30; i++) {
                long before = acknowledged.get();
                Path snapshot = temporary.resolve("snapshot" + i);
                new StateFolder(live).snapshot(snapshot);
                List<StateChange> state = start(snapshot);
                assertThat(state).hasSize(2).first().isInstanceOf(StateChange.MessageStored.class);
                long id = ((StateChange.MessageStored) state.getFirst()).messageId();
                assertThat(state.getLast()).isEqualTo(new StateChange.RetainedPut(TOPIC, id));
                assertThat(id).isGreaterThanOrEqualTo(before);
            }
            ended.set(true);
            writer.join();
        } finally {
            committer.close();
        }
        assertThat(new StateFolder(live).check().files().getFirst().name()).endsWith(".compacted");
    }

    private static void write(StateLog log, AtomicLong acknowledged, AtomicBoolean ended) {
        for (long id = 1; !ended.get(); id++) {
            long last = id;
            log.append(message(id));
            log.append(new StateChange.RetainedPut(TOPIC, id));
            log.append(new StateChange.MessageDropped(id - 1));
            log.commit(failure -> acknowledged.set(last));
            while (acknowledged.get() < id - 50) {
                Thread.onSpinWait();
            }
        }
    }
}
