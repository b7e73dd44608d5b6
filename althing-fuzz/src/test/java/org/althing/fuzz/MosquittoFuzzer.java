package org.althing.fuzz;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.althing.broker.StateChange;
import org.althing.broker.StateLog;
import org.althing.broker.migration.MosquittoDb;
import org.althing.broker.storage.JournalStateStore;
import org.althing.journal.memory.MemoryDisk;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;

/**
 * A file {@code mosquitto.db}: either it is refused with a message, or what was read is a state that a broker starts with,
 * and that can be written back and read again.
 *
 * <p>Input: the file.
 */
public final class MosquittoFuzzer {
    private static final long NOW_MILLIS = 1_795_615_221_000L;

    private MosquittoFuzzer() {}

    public static void fuzzerTestOneInput(byte[] data) {
        List<StateChange> changes;
        try {
            changes = MosquittoDb.read(data, NOW_MILLIS, port -> port == 1883 ? "1883" : null)
                    .changes();
        } catch (IOException e) {
            check(String.valueOf(e.getMessage()).length() > 10, "no message: " + e);
            return;
        }
        try {
            StateFuzzer.start(stored(changes));
            byte[] again = MosquittoDb.write(changes::forEach, NOW_MILLIS, note -> {});
            check(
                    !MosquittoDb.read(again, NOW_MILLIS, port -> null).changes().isEmpty() || changes.isEmpty(),
                    "nothing");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static MemoryDisk stored(List<StateChange> changes) throws IOException {
        MemoryDisk disk = new MemoryDisk();
        try (JournalStateStore store = StateFuzzer.store(disk)) {
            store.replay(change -> {});
            StateLog log = store.log(0);
            changes.forEach(log::append);
            log.commit(failure -> check(failure == null, "not stored: " + failure));
        }
        return disk;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** What our own writer makes of a state with everything in it that such a file can hold. */
    static List<byte[]> seeds() {
        Properties properties = Properties.builder()
                .set(Property.CONTENT_TYPE, "text")
                .set(Property.CORRELATION_DATA, Bytes.of("7"))
                .user("k", "v")
                .build();
        List<StateChange> state = new ArrayList<>();
        state.add(new StateChange.SessionPut(
                "s1", "anna", "1883", ProtocolVersion.MQTT_3_1_1, StateChange.NO_EXPIRY_SECONDS, NOW_MILLIS, null));
        state.add(new StateChange.SessionPut("s2", null, null, ProtocolVersion.MQTT_5, 3_600, NOW_MILLIS, null));
        state.add(new StateChange.SubscriptionPut(
                "s1", TopicFilter.of("a/#"), SubscriptionOptions.of(Qos.EXACTLY_ONCE), 0));
        state.add(new StateChange.SubscriptionPut(
                "s2", TopicFilter.of("+/b"), SubscriptionOptions.of(Qos.AT_LEAST_ONCE), 7));
        state.add(new StateChange.MessageStored(
                1, Seeds.message("a/b", "one", Qos.EXACTLY_ONCE, true, properties), "s2", NOW_MILLIS + 60_000));
        state.add(new StateChange.MessageStored(
                2, Seeds.message("a/c", "", Qos.AT_LEAST_ONCE, false, Properties.NONE), null, StateChange.NEVER));
        state.add(new StateChange.RetainedPut(TopicName.of("a/b"), 1));
        state.add(new StateChange.Queued("s1", 1, new StateChange.Delivery(1, Qos.EXACTLY_ONCE, false, List.of())));
        state.add(new StateChange.Queued("s2", 1, new StateChange.Delivery(1, Qos.AT_LEAST_ONCE, true, List.of(7))));
        state.add(new StateChange.InflightPut(
                "s1",
                3,
                2,
                StateChange.InflightState.AWAITING_PUBREC,
                new StateChange.Delivery(2, Qos.EXACTLY_ONCE, false, List.of())));
        state.add(new StateChange.ReceivedPut("s2", 9, 2));
        List<byte[]> seeds = new ArrayList<>();
        try {
            for (int count : new int[] {0, 1, 2, 4, state.size()}) {
                seeds.add(MosquittoDb.write(state.subList(0, count)::forEach, NOW_MILLIS, note -> {}));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return seeds;
    }
}
