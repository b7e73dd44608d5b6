package org.althing.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.Delivery;
import org.althing.broker.StateChange.InflightState;
import org.althing.broker.StateLog;
import org.althing.broker.session.RestoredState;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Folders of every format that programs have written, in {@code src/test/resources/state}: each build must open them all
 * and find in them what was stored.
 *
 * <p>When the present format changes, {@link #the_newest_folder_is_what_this_program_writes} fails: then the format gets a
 * new version ({@link StateForm}, docs/formats.md), and this class's {@code main} writes one more folder. The older ones
 * are never written again.
 */
class StoredFormatsTest {
    /** The newest is the last. */
    private static final int FORMATS = 4;

    private static final Path FOLDERS = Path.of("src/test/resources/state");
    private static final long SEGMENT_BYTES = 1 << 10;
    private static final TopicName TOPIC = TopicName.of("house/temperature");
    private static final TopicFilter GROUP = TopicFilter.of("$share/workers/house/#");

    static IntStream formats() {
        return IntStream.rangeClosed(1, FORMATS);
    }

    private static Path folder(int format) {
        return FOLDERS.resolve("format-" + format);
    }

    /** One record of every kind that the format has at least, with every field in use somewhere. */
    private static List<StateChange> state(int format) {
        Properties properties = Properties.builder()
                .set(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                .set(Property.MESSAGE_EXPIRY_INTERVAL, 3_600)
                .set(Property.CONTENT_TYPE, "text/plain")
                .set(Property.RESPONSE_TOPIC, "answers/1")
                .set(Property.CORRELATION_DATA, Bytes.of("correlation"))
                .user("name", "Ægir 🎉")
                .build();
        ApplicationMessage message =
                new ApplicationMessage(TOPIC, Bytes.of("21.5 °C"), Qos.EXACTLY_ONCE, true, properties);
        Delivery delivery = new Delivery(2, Qos.EXACTLY_ONCE, true, List.of(1, 268_435_455));
        Delivery plain = new Delivery(2, Qos.AT_LEAST_ONCE, false, List.of());
        Will will = new Will(message, 30);
        List<StateChange> state = new ArrayList<>(List.of(
                new StateChange.SessionPut(
                        "anna",
                        "anna@house",
                        format == 1 ? null : "1883 example.org",
                        ProtocolVersion.MQTT_5,
                        86_400,
                        1_767_225_600_000L,
                        will),
                new StateChange.SessionPut(
                        "old",
                        null,
                        null,
                        ProtocolVersion.MQTT_3_1,
                        StateChange.NO_EXPIRY_SECONDS,
                        StateChange.NEVER,
                        null),
                new StateChange.SubscriptionPut(
                        "anna",
                        TopicFilter.of("house/+/#"),
                        new SubscriptionOptions(Qos.EXACTLY_ONCE, true, true, RetainHandling.SEND_IF_NEW),
                        268_435_455),
                new StateChange.SubscriptionPut("anna", GROUP, SubscriptionOptions.of(Qos.AT_LEAST_ONCE), 0),
                new StateChange.MessageStored(2, message, "sensor", 1_999_999_999_999L),
                new StateChange.MessageStored(
                        300,
                        new ApplicationMessage(
                                TopicName.of("plain"), Bytes.of(""), Qos.AT_LEAST_ONCE, false, Properties.NONE),
                        null,
                        StateChange.NEVER),
                retained(format),
                new StateChange.Queued("anna", 7, delivery),
                new StateChange.Queued("old", 8, new Delivery(300, Qos.AT_MOST_ONCE, false, List.of())),
                new StateChange.InflightPut("anna", 1, 4, InflightState.AWAITING_PUBACK, plain),
                new StateChange.InflightPut("anna", 2, 5, InflightState.AWAITING_PUBREC, delivery),
                new StateChange.InflightPut(
                        "anna",
                        65_535,
                        6,
                        InflightState.AWAITING_PUBCOMP,
                        new Delivery(0, Qos.EXACTLY_ONCE, false, List.of())),
                new StateChange.ReceivedPut("anna", 9, 300),
                new StateChange.ReceivedPut("anna", 10, 0),
                new StateChange.GroupQueued(GROUP, 3, plain)));
        if (format > 1) {
            state.add(new StateChange.HandOver(2, 1, -1L, 300));
        }
        if (format > 3) {
            state.add(new StateChange.WillUndecided(300, new StateChange.Source("anna@house", "1883")));
        }
        return state;
    }

    private static StateChange retained(int format) {
        StateChange.Source source = format < 3 ? null : new StateChange.Source("anna@house", null);
        return new StateChange.RetainedPut(TOPIC, 2, format == 1 ? 0 : 300, source);
    }

    /** What is removed again, so that there are removals, several segments and a compacted one. */
    private static void churn(StateLog log) {
        for (int i = 0; i < 60; i++) {
            log.append(new StateChange.SessionPut("gone", "nobody", null, ProtocolVersion.MQTT_3_1_1, i, i, null));
            log.append(new StateChange.SubscriptionPut(
                    "gone", TopicFilter.of("a/" + i), SubscriptionOptions.of(Qos.AT_MOST_ONCE), 0));
            log.commit(failure -> {});
        }
        log.append(new StateChange.SessionRemoved("gone"));
        log.commit(failure -> {});
    }

    private static void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Disk disk = Disk.folder(folder);
                JournalStateStore store = JournalStateStore.on(
                        disk,
                        SEGMENT_BYTES,
                        new JournalStateStore.Workers(Runnable::run, Runnable::run, (nanos, task) -> {}),
                        Journal.Durability.SYNC)) {
            store.replay(change -> {});
            StateLog log = store.log(0);
            List<StateChange> state = state(FORMATS);
            state.subList(0, 8).forEach(log::append);
            log.commit(failure -> {});
            churn(log);
            state.subList(8, state.size()).forEach(log::append);
            log.commit(failure -> {});
        }
        Files.deleteIfExists(folder.resolve("lock"));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }

    private static TreeMap<String, List<Byte>> contents(Path folder) throws IOException {
        TreeMap<String, List<Byte>> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                List<Byte> bytes = new ArrayList<>();
                for (byte each : Files.readAllBytes(file)) {
                    bytes.add(each);
                }
                contents.put(file.getFileName().toString(), bytes);
            }
        }
        return contents;
    }

    @ParameterizedTest
    @MethodSource("formats")
    void a_folder_of_every_format_opens_and_holds_what_was_stored(int format, @TempDir Path temporary)
            throws IOException {
        copy(folder(format), temporary);
        assertThat(new StateFolder(temporary).check().isSound()).isTrue();
        List<StateChange> found = new ArrayList<>();
        try (JournalStateStore store = JournalStateStore.inFolder(temporary)) {
            RestoredState restored = new RestoredState();
            store.replay(change -> {
                found.add(change);
                restored.accept(change);
            });
            assertThat(store.recovery().cut()).isNull();
            assertThat(restored.check(store)).isEmpty();
            assertThat(restored).hasToString("2 sessions, 1 retained messages, 2 messages");
        }
        assertThat(found).containsExactlyElementsOf(state(format));
    }

    @Test
    void the_newest_folder_is_what_this_program_writes(@TempDir Path temporary) throws IOException {
        write(temporary);
        assertThat(contents(temporary)).isEqualTo(contents(folder(FORMATS)));
        assertThat(contents(temporary).keySet())
                .as("both kinds of files")
                .anyMatch(name -> name.endsWith(".compacted"));
    }

    /** Writes the folder of the newest format; its argument is where the others are. */
    public static void main(String[] arguments) throws IOException {
        write(Path.of(arguments[0]).resolve("format-" + FORMATS));
    }
}
