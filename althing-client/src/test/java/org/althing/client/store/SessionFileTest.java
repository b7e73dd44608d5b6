package org.althing.client.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.althing.client.engine.SavedSession;
import org.althing.client.engine.SavedSession.Outgoing;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionFileTest {
    @TempDir
    Path directory;

    private static ApplicationMessage message(String text) {
        Properties properties = Properties.builder()
                .set(Property.CONTENT_TYPE, "x")
                .user("k", "v")
                .build();
        return new ApplicationMessage(TopicName.of("t"), Bytes.of(text), Qos.EXACTLY_ONCE, true, properties);
    }

    private SessionFile open() throws IOException {
        return SessionFile.open(directory, "me", true);
    }

    private SavedSession reopened() throws IOException {
        try (SessionFile again = open()) {
            return again.saved();
        }
    }

    @Test
    void what_was_said_is_there_again() throws IOException {
        try (SessionFile file = open()) {
            file.accepted(1, message("a"));
            file.accepted(2, message("b"));
            file.accepted(3, message("c"));
            file.accepted(4, message("d"));
            file.sent(2, 7);
            file.sent(1, 8);
            file.sent(4, 9);
            file.released(4);
            file.received(5);
            file.received(6);
            file.completed(5);
        }
        assertThat(reopened())
                .isEqualTo(new SavedSession(
                        List.of(
                                new Outgoing(4, message("d"), 9, true),
                                new Outgoing(2, message("b"), 7, false),
                                new Outgoing(1, message("a"), 8, false),
                                new Outgoing(3, message("c"), 0, false)),
                        Set.of(6)));
    }

    @Test
    void what_is_settled_requeued_or_lost_with_its_session_is_not_there_as_it_was() throws IOException {
        try (SessionFile file = open()) {
            file.accepted(1, message("a"));
            file.accepted(2, message("b"));
            file.sent(1, 1);
            file.sent(2, 2);
            file.received(3);
            file.settled(1);
            file.requeued(2);
            file.sessionLost();
        }
        assertThat(reopened()).isEqualTo(new SavedSession(List.of(new Outgoing(2, message("b"), 0, false)), Set.of()));
    }

    @Test
    void forced_means_that_a_process_that_ends_here_has_lost_nothing() throws IOException {
        try (SessionFile file = open()) {
            file.accepted(1, message("a"));
            file.force();
            file.accepted(2, message("not forced"));
            Path copy = Files.createDirectory(directory.resolve("copy"));
            Files.copy(directory.resolve("session.log"), copy.resolve("session.log"));
            try (SessionFile other = SessionFile.open(copy, "me", false)) {
                assertThat(other.saved().outgoing()).containsExactly(new Outgoing(1, message("a"), 0, false));
            }
        }
    }

    @Test
    void a_file_that_is_cut_anywhere_holds_what_was_whole() throws IOException {
        try (SessionFile file = open()) {
            for (int key = 1; key <= 5; key++) {
                file.accepted(key, message("m" + key));
                file.force();
            }
        }
        byte[] whole = Files.readAllBytes(directory.resolve("session.log"));
        int before = 0;
        for (int length = 8; length <= whole.length; length++) {
            Files.write(directory.resolve("session.log"), Arrays.copyOf(whole, length));
            int count = reopened().outgoing().size();
            assertThat(count).isBetween(before, before + 1);
            before = count;
        }
        assertThat(before).isEqualTo(5);
    }

    @Test
    void a_changed_byte_ends_what_is_believed() throws IOException {
        try (SessionFile file = open()) {
            file.accepted(1, message("a"));
            file.accepted(2, message("b"));
        }
        byte[] whole = Files.readAllBytes(directory.resolve("session.log"));
        whole[whole.length - 3] ^= 1;
        Files.write(directory.resolve("session.log"), whole);
        assertThat(reopened().outgoing()).containsExactly(new Outgoing(1, message("a"), 0, false));
    }

    @Test
    void the_file_does_not_grow_with_the_past() throws IOException {
        try (SessionFile file = open()) {
            byte[] large = new byte[10_000];
            new Random(1).nextBytes(large);
            for (int key = 1; key <= 1_000; key++) {
                file.accepted(
                        key,
                        new ApplicationMessage(
                                TopicName.of("t"), Bytes.of(large), Qos.AT_LEAST_ONCE, false, Properties.NONE));
                file.settled(key);
                if (key % 10 == 0) {
                    file.force();
                }
            }
            assertThat(Files.size(directory.resolve("session.log"))).isLessThan(2 << 20);
        }
        assertThat(reopened()).isEqualTo(SavedSession.EMPTY);
    }

    @Test
    void a_directory_is_for_one_client() throws IOException {
        try (SessionFile first = open()) {
            assertThat(first.saved()).isEqualTo(SavedSession.EMPTY);
            assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("another client uses");
        }
        assertThatThrownBy(() -> SessionFile.open(directory, "you", true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("\"me\"");
    }

    @Test
    void another_file_in_its_place_is_not_touched() throws IOException {
        Files.writeString(directory.resolve("session.log"), "my diary, first page");
        assertThatThrownBy(this::open).hasMessageContaining("is no session");
        assertThat(Files.readString(directory.resolve("session.log"))).isEqualTo("my diary, first page");
    }

    @Test
    void after_a_write_that_failed_the_next_one_has_all_of_it() throws IOException {
        try (SessionFile file = open()) {
            file.accepted(1, message("a"));
            Path blocked = Files.createDirectory(directory.resolve("session.log.new"));
            file.fail();
            assertThatThrownBy(file::force).isInstanceOf(IOException.class);
            assertThatThrownBy(file::force).hasMessageContaining("session.log.new");
            Files.delete(blocked);
            file.accepted(2, message("b"));
            file.force();
        }
        assertThat(reopened().outgoing()).extracting(Outgoing::key).containsExactly(1L, 2L);
    }
}
