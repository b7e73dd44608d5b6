package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.althing.testing.ChildProcess;
import org.althing.testing.DebianMosquitto;
import org.althing.testing.Programs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands against Debian's broker, and beside Debian's commands where the bytes must be the same. */
class CommandsTest {
    private static DebianMosquitto broker;

    @TempDir
    Path folder;

    /** How a command ended. */
    private record Ended(int status, String out, String err) {}

    @BeforeAll
    static void start() {
        broker = DebianMosquitto.start();
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    private static Ended run(String name, String input, String... words) throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> all = new ArrayList<>(List.of(words));
        int status = Main.run(
                name,
                all,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                client -> {});
        return new Ended(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static Ended here(String command, String... words) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(command, "-p", Integer.toString(broker.port())));
        all.addAll(List.of(words));
        return run("althing", "", all.toArray(String[]::new));
    }

    /** What is published comes out of Debian's subscriber, retained so that nobody must be in time. */
    private static void arrives(String topic, String expected) {
        ChildProcess.Result result = Programs.run(
                "mosquitto_sub", "-p", Integer.toString(broker.port()), "-t", topic, "-C", "1", "-W", "5", "-v");
        assertThat(result.outText()).isEqualTo(topic + " " + expected + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "2"})
    void a_message_is_published_at_each_qos(String qos) throws InterruptedException {
        assertThat(here("pub", "-t", "qos/" + qos, "-m", "salut été", "-q", qos, "-r"))
                .isEqualTo(new Ended(0, "", ""));
        arrives("qos/" + qos, "salut été");
    }

    @Test
    void a_message_comes_from_a_file_or_from_standard_input() throws Exception {
        Path file = Files.writeString(folder.resolve("message"), "from a file");
        assertThat(here("pub", "-t", "from/file", "-f", file.toString(), "-r").status())
                .isZero();
        arrives("from/file", "from a file");
        Ended input = run(
                "althing", "from\ninput", "pub", "-p", Integer.toString(broker.port()), "-t", "from/input", "-s", "-r");
        assertThat(input.status()).isZero();
        arrives("from/input", "from\ninput");
        Ended missing = here("pub", "-t", "x", "-f", folder.resolve("none").toString());
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err()).contains(folder.resolve("none").toString());
    }

    @Test
    void each_line_of_standard_input_is_a_message_and_none_is_lost() throws Exception {
        String port = Integer.toString(broker.port());
        try (ChildProcess sub =
                Programs.start("mosquitto_sub", "-p", port, "-q", "1", "-t", "lines", "-C", "500", "-i", "lines-sub")) {
            broker.awaitLog("Sending SUBACK to lines-sub");
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 500; i++) {
                lines.append("line ").append(i).append('\n');
            }
            assertThat(run("althing", lines.toString(), "pub", "-p", port, "-t", "lines", "-l", "-q", "1"))
                    .isEqualTo(new Ended(0, "", ""));
            assertThat(sub.await(java.time.Duration.ofSeconds(10)).outText()).isEqualTo(lines.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%t %p",
                "[%t|%5q|%-8l|%08l|%.3t|%12t|%x|%X|%r]",
                "%%\\t%t\\n%p",
                "%-20t|%20p|",
                "%m %q %r %l",
                "%C%R%D%E%F%P%S",
                "%J"
            })
    void formats_print_the_same_bytes_as_debians_subscriber(String format) throws InterruptedException {
        assertThat(here("pub", "-t", "format/topic", "-m", "[1,{\"a\":\"b\"}]", "-r", "-q", "1")
                        .status())
                .isZero();
        String[] words = {"-t", "format/topic", "-q", "1", "-C", "1", "-W", "5", "-F", format};
        List<String> debian = new ArrayList<>(List.of("mosquitto_sub", "-p", Integer.toString(broker.port())));
        debian.addAll(List.of(words));
        String expected = Programs.run(debian.toArray(String[]::new)).outText();
        String ours = here("sub", words).out();
        assertThat(withoutTime(ours)).isEqualTo(withoutTime(expected));
    }

    /** Debian's 2.0.11 writes six digits and a stray Z; ours has milliseconds. */
    private static String withoutTime(String line) {
        return line.replaceFirst("\"tst\":\"[^\"]*\"", "\"tst\":\"\"");
    }

    @Test
    void verbose_output_and_empty_messages_are_as_mosquittos() throws InterruptedException {
        String port = Integer.toString(broker.port());
        for (String[] words : new String[][] {{"-v"}, {}, {"-N"}, {"-v", "-N"}}) {
            Programs.run("mosquitto_pub", "-p", port, "-t", "plain/a", "-m", "x", "-r");
            List<String> debian = new ArrayList<>(List.of("mosquitto_sub", "-p", port, "-t", "plain/a", "-C", "1"));
            debian.addAll(List.of(words));
            List<String> ours = new ArrayList<>(List.of("-t", "plain/a", "-C", "1"));
            ours.addAll(List.of(words));
            assertThat(here("sub", ours.toArray(String[]::new)).out())
                    .isEqualTo(Programs.run(debian.toArray(String[]::new)).outText());
        }
    }

    @Test
    void a_subscriber_leaves_after_its_count_its_time_or_its_subscription() throws InterruptedException {
        assertThat(here("pub", "-t", "leave", "-m", "x", "-r").status()).isZero();
        assertThat(here("sub", "-t", "leave", "-C", "1")).isEqualTo(new Ended(0, "x\n", ""));
        assertThat(here("sub", "-t", "nothing/here", "-W", "1")).isEqualTo(new Ended(27, "", "Timed out\n"));
        assertThat(here("sub", "-t", "leave", "-E", "-i", "kept", "-c").status())
                .isZero();
    }

    @Test
    void retained_messages_are_shown_alone_skipped_or_removed() throws InterruptedException {
        assertThat(here("pub", "-t", "old/1", "-m", "stale", "-r").status()).isZero();
        assertThat(here("sub", "-t", "old/#", "-R", "-W", "1").out()).isEmpty();
        assertThat(here("sub", "-t", "old/#", "-T", "old/1", "-W", "1").out()).isEmpty();
        assertThat(here("sub", "-t", "old/#", "--remove-retained", "-W", "1").out())
                .isEqualTo("stale\n");
        assertThat(here("sub", "-t", "old/#", "-W", "1").out()).isEmpty();
    }

    @Test
    void a_kept_session_gets_what_was_published_meanwhile() throws InterruptedException {
        String[] session = {"-i", "away", "-c", "-q", "1", "-t", "away"};
        assertThat(here("sub", with(session, "-E")).status()).isZero();
        assertThat(here("pub", "-t", "away", "-m", "meanwhile", "-q", "1").status())
                .isZero();
        assertThat(here("sub", with(session, "-C", "1", "-W", "5")).out()).isEqualTo("meanwhile\n");
    }

    private static String[] with(String[] words, String... more) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "pub -t a|both a topic (-t) and a message",
                "pub -t a -m b -n|only one of -m",
                "pub -t a/+ -m b|wildcard",
                "pub -t a -m b -q 3|-q must be a number from 0 to 2, not '3'",
                "pub -t a -m b -p port|-p must be a number from 1 to 65535, not 'port'",
                "pub -t a -m b --cafile x|'--cafile' is not supported",
                "pub -t a -m b -c|-c needs a client id",
                "pub -t a -m b -V 4|-V must be 31, 311 or 5",
                "pub -t a -m|-m needs a value",
                "sub|what to subscribe to is missing",
                "sub -t a/#/b|# must be the whole last level",
                "sub -t a localhost|unexpected argument 'localhost'",
                "sub -t a --nonsense|unknown option '--nonsense'",
                "sub -t a -F %Q|unknown conversion",
            })
    void a_wrong_option_costs_one_line_that_names_it(String line, String message) throws InterruptedException {
        Ended ours = run("althing", "", line.split(" "));
        assertThat(ours.status()).isEqualTo(2);
        assertThat(ours.err()).contains(message).hasLineCount(1);
        Ended mosquittos = run("mosquitto_x", "", line.split(" "));
        assertThat(mosquittos.status()).isEqualTo(1);
        assertThat(mosquittos.err()).contains(message).startsWith("Error: ").hasLineCount(1);
    }

    @Test
    void without_a_broker_the_exit_code_and_the_words_say_so() throws InterruptedException {
        String port = Integer.toString(Programs.freePort());
        Ended ours = run("althing", "", "pub", "-p", port, "-t", "a", "-m", "b");
        assertThat(ours.status()).isEqualTo(3);
        assertThat(ours.err())
                .contains("no broker answers at localhost:" + port)
                .hasLineCount(1);
        assertThat(run("mosquitto_pub", "", "pub", "-p", port, "-t", "a", "-m", "b"))
                .isEqualTo(new Ended(1, "", "Error: Connection refused\n"));
    }

    @Test
    void a_refused_connection_has_its_own_exit_code() throws InterruptedException {
        try (DebianMosquitto closed = DebianMosquitto.start("allow_anonymous false")) {
            String port = Integer.toString(closed.port());
            assertThat(run("althing", "", "pub", "-p", port, "-t", "a", "-m", "b")
                            .status())
                    .isEqualTo(5);
            assertThat(run("mosquitto_pub", "", "pub", "-p", port, "-t", "a", "-m", "b"))
                    .isEqualTo(new Ended(5, "", "Connection error: Connection Refused: not authorised.\n"));
            assertThat(run("mosquitto_pub", "", "pub", "-V", "5", "-p", port, "-t", "a", "-m", "b")
                            .status())
                    .isEqualTo(135);
        }
    }

    @Test
    void a_publish_that_is_refused_does_not_end_with_0() throws Exception {
        Path acl = Files.writeString(folder.resolve("acl"), "topic read #\n");
        folder.toFile().setExecutable(true, false);
        acl.toFile().setReadable(true, false);
        try (DebianMosquitto strict = DebianMosquitto.start("allow_anonymous true", "acl_file " + acl)) {
            Ended ours = run(
                    "althing",
                    "",
                    "pub",
                    "-V",
                    "5",
                    "-q",
                    "1",
                    "-p",
                    Integer.toString(strict.port()),
                    "-t",
                    "a",
                    "-m",
                    "b");
            assertThat(ours.status()).isEqualTo(6);
            assertThat(ours.err()).contains("not authorised");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "true|true",
                "[1,2,{\"a\":null}]|true",
                "-1.5e+10|true",
                "\"\\u00e9\\n\"|true",
                "{}|true",
                "[1,]|false",
                "{\"a\"}|false",
                "01|false",
                "1 2|false",
                "'a'|false",
                "\"a|false",
                "nul|false",
                "[|false"
            })
    void json_is_told_from_other_text(String text, boolean json) {
        assertThat(JsonLine.isJson(text)).isEqualTo(json);
    }
}
