package org.althing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.Delivery;
import org.althing.broker.migration.MosquittoDb;
import org.althing.broker.storage.StateFolder;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.net.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrateCommandTest {
    private static final List<StateChange> STATE = List.of(
            new StateChange.MessageStored(
                    1,
                    new ApplicationMessage(
                            TopicName.of("a"), Bytes.of("kept"), Qos.AT_LEAST_ONCE, true, Properties.NONE),
                    "p",
                    StateChange.NEVER),
            new StateChange.SessionPut(
                    "s", "anna", "1883", ProtocolVersion.MQTT_3_1_1, StateChange.NO_EXPIRY_SECONDS, 0, null),
            new StateChange.SubscriptionPut("s", TopicFilter.of("a"), SubscriptionOptions.of(Qos.AT_LEAST_ONCE), 0),
            new StateChange.Queued("s", 1, new Delivery(1, Qos.AT_LEAST_ONCE, false, List.of())),
            new StateChange.RetainedPut(TopicName.of("a"), 1));

    @TempDir
    Path folder;

    private Path conf() throws IOException {
        Path acl = Files.writeString(folder.resolve("acl"), "pattern read dev%c/#\n");
        return Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener 1883\nallow_anonymous true\nacl_file " + acl + "\npersistence true\npersistence_location "
                        + folder + "/\nautosave_interval 30\n");
    }

    private String migrate(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        int status = new MigrateCommand(print, print, Clock.system()).run(List.of(words));
        return out.toString(StandardCharsets.UTF_8) + status;
    }

    @Test
    void a_configuration_is_checked_its_differences_are_listed_and_nothing_changes() throws IOException {
        Path conf = conf();
        Files.write(folder.resolve("mosquitto.db"), MosquittoDb.write(STATE::forEach, 0, note -> {}));
        String said = migrate(folder.toString());
        assertThat(said)
                .startsWith("The configuration " + conf + " is served.\n")
                .contains("autosave_interval")
                .contains("- 'pattern read dev%c/#' (" + folder.resolve("acl") + ":1): %c and %u stand for a name only")
                .contains(
                        "mosquitto.db has 1 sessions, 1 subscriptions, 1 messages for clients and 1 retained messages.")
                .endsWith(".\n0");
        assertThat(folder.resolve("mosquitto.db.althing")).doesNotExist();
    }

    @Test
    void state_comes_over_and_goes_back() throws IOException {
        Path conf = conf();
        Path database = folder.resolve("mosquitto.db");
        byte[] before = MosquittoDb.write(STATE::forEach, 0, note -> {});
        Files.write(database, before);
        assertThat(migrate("--import", conf.toString())).endsWith("mosquitto.db is as it was.\n0");
        assertThat(Files.readAllBytes(database)).isEqualTo(before);
        List<StateChange> stored = new ArrayList<>();
        new StateFolder(folder.resolve("mosquitto.db.althing")).export(stored::add);
        assertThat(stored.stream().map(each -> each.getClass().getSimpleName()))
                .containsExactlyInAnyOrder("MessageStored", "SessionPut", "SubscriptionPut", "Queued", "RetainedPut");
        assertThat(migrate("--import", conf.toString()))
                .contains("has state already")
                .endsWith("1");
        assertThat(migrate("--back", conf.toString()))
                .contains("Written: " + database)
                .endsWith("0");
        assertThat(Files.readAllBytes(folder.resolve("mosquitto.db.before"))).isEqualTo(before);
        assertThat(MosquittoDb.read(Files.readAllBytes(database), 0, port -> null)
                        .changes())
                .hasSize(STATE.size());
    }

    @Test
    void a_damaged_file_is_refused_with_its_place() throws IOException {
        Path conf = conf();
        byte[] bytes = MosquittoDb.write(STATE::forEach, 0, note -> {});
        Files.write(folder.resolve("mosquitto.db"), java.util.Arrays.copyOf(bytes, bytes.length - 3));
        assertThat(migrate("--import", conf.toString()))
                .contains("mosquitto.db: byte ")
                .endsWith("1");
        assertThat(folder.resolve("mosquitto.db.althing")).doesNotExist();
    }
}
