package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.althing.testing.DebianMosquitto;
import org.althing.testing.Programs;
import org.althing.tools.Commands.Ended;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code record} writes, {@code replay} publishes again. */
class RecordReplayTest {
    @TempDir
    Path folder;

    @Test
    void what_is_recorded_comes_back_the_same_with_its_distances() throws IOException {
        Programs.require("mosquitto");
        Path binary = Files.write(folder.resolve("binary"), new byte[] {0, (byte) 0xFF, 'x'});
        String file = folder.resolve("recording").toString();
        try (DebianMosquitto from = DebianMosquitto.start();
                DebianMosquitto to = DebianMosquitto.start()) {
            String port = "" + from.port();
            Commands.ours(
                    "mosquitto_pub",
                    "",
                    "-p",
                    port,
                    "-V",
                    "5",
                    "-t",
                    "a/1",
                    "-m",
                    "one\n\"two\"",
                    "-r",
                    "-q",
                    "1",
                    "-D",
                    "publish",
                    "user-property",
                    "k",
                    "v",
                    "-D",
                    "publish",
                    "content-type",
                    "text/plain");
            Commands.ours("mosquitto_pub", "", "-p", port, "-t", "a/2", "-f", binary.toString(), "-r", "-q", "1");
            Commands.ours("mosquitto_pub", "", "-p", port, "-t", "b/3", "-m", "left out", "-r", "-q", "1");
            assertThat(Commands.ours("althing record", "", "-p", port, "-t", "#", "-T", "b/#", "-C", "2", file))
                    .isEqualTo(new Ended(0, "", "2 messages in " + file + "\n"));

            List<String> lines = Files.readAllLines(Path.of(file));
            assertThat(lines).hasSize(2);
            assertThat(lines.toString())
                    .contains("\"payload\":\"one\\n\\\"two\\\"\"")
                    .contains("\"base64\":\"AP94\"");

            String other = "" + to.port();
            assertThat(Commands.ours("althing replay", "", "-p", other, "--prefix", "again/", "--speed", "0", file))
                    .isEqualTo(new Ended(0, "", ""));
            assertThat(Commands.ours(
                                    "mosquitto_sub",
                                    "",
                                    "-p",
                                    other,
                                    "-V",
                                    "5",
                                    "-t",
                                    "again/#",
                                    "-C",
                                    "2",
                                    "-F",
                                    "%t %r %x %C %P")
                            .out()
                            .lines())
                    .containsExactlyInAnyOrder("again/a/1 1 6f6e650a2274776f22 text/plain k:v", "again/a/2 1 00ff78  ");
        }
    }

    @Test
    void distances_are_kept_and_speed_changes_them() throws IOException {
        Programs.require("mosquitto");
        Path file = Files.writeString(folder.resolve("recording"), """
                {"after":5000000,"topic":"t","qos":0,"retain":false,"payload":"1"}
                {"after":5200000,"topic":"t","qos":1,"retain":false,"json":{"a":1}}
                """);
        try (DebianMosquitto broker = DebianMosquitto.start()) {
            String port = "" + broker.port();
            long start = org.althing.net.Clock.system().nanos();
            assertThat(Commands.ours("althing replay", "", "-p", port, file.toString())
                            .status())
                    .isZero();
            long usual = org.althing.net.Clock.system().nanos() - start;
            assertThat(usual).isGreaterThan(190_000_000L);
            start = org.althing.net.Clock.system().nanos();
            assertThat(Commands.ours("althing replay", "", "-p", port, "--speed", "0.2", file.toString())
                            .status())
                    .isZero();
            assertThat(org.althing.net.Clock.system().nanos() - start).isGreaterThan(950_000_000L);
        }
    }

    @Test
    void what_is_no_recording_is_named_by_its_line() throws IOException {
        Programs.require("mosquitto");
        Path file = Files.writeString(folder.resolve("none"), "{\"topic\":\"t\",\"payload\":\"x\"}\nnonsense\n");
        try (DebianMosquitto broker = DebianMosquitto.start()) {
            Ended ended = Commands.ours("althing replay", "", "-p", "" + broker.port(), file.toString());
            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.err()).contains("line 2 is no JSON object");
        }
        assertThat(Commands.ours("althing record", "").err()).contains("-t says what to record");
    }
}
