package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.althing.testing.ChildProcess;
import org.althing.testing.DebianMosquitto;
import org.althing.testing.Programs;
import org.althing.tools.Commands.Ended;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands under Althing's name, against Debian's broker. */
class CommandsTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static DebianMosquitto broker;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        Programs.require("mosquitto_sub");
        broker = DebianMosquitto.start();
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    private static String port() {
        return Integer.toString(broker.port());
    }

    private static Ended pub(String... words) {
        return Commands.ours("althing pub", "", Commands.with(new String[] {"-p", port()}, words));
    }

    private static Ended sub(String... words) {
        return Commands.ours("althing sub", "", Commands.with(new String[] {"-p", port()}, words));
    }

    /** Not on the common pool, whose threads are too few to be waited on. */
    private static CompletableFuture<Integer> onThread(String name, String[] words, Terminal terminal) {
        return CompletableFuture.supplyAsync(
                () -> Main.run(name, words, terminal, Map.of()),
                task -> Thread.ofPlatform().daemon().start(task));
    }

    /** A subscriber of ours on a thread of its own, whose output is seen as it comes. */
    private static final class Live extends OutputStream {
        private final LinkedBlockingQueue<String> writes = new LinkedBlockingQueue<>();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        private final CompletableFuture<Integer> status;

        Live(String... words) {
            Terminal terminal = new Terminal(InputStream.nullInputStream(), this, err);
            status = CompletableFuture.supplyAsync(() -> Main.run(
                    "mosquitto_sub", Commands.with(new String[] {"sub", "-p", port()}, words), terminal, Map.of()));
        }

        @Override
        public void write(int value) {
            throw new AssertionError("one byte at a time");
        }

        @Override
        public void write(byte[] bytes, int from, int count) {
            writes.add(new String(bytes, from, count, StandardCharsets.UTF_8));
        }

        String next() throws InterruptedException {
            String written = writes.poll(10, TimeUnit.SECONDS);
            assertThat(written).as("something written").isNotNull();
            return String.valueOf(written);
        }

        int status() {
            return status.orTimeout(10, TimeUnit.SECONDS).join();
        }
    }

    // ---- messages ------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "2"})
    void a_message_is_published_at_each_qos(String qos) {
        assertThat(pub("-t", "qos/" + qos, "-m", "salut été", "-q", qos, "-r")).isEqualTo(new Ended(0, "", ""));
        assertThat(Commands.utf8(
                        sub("-t", "qos/" + qos, "-C", "1", "-W", "5", "-v").out()))
                .isEqualTo("qos/" + qos + " salut été\n");
    }

    @Test
    void a_message_comes_from_a_file() throws IOException {
        Path file = Files.writeString(folder.resolve("message"), "from a\nfile");
        assertThat(pub("-t", "from/file", "-f", file.toString(), "-r").status()).isZero();
        assertThat(sub("-t", "from/file", "-C", "1").out()).isEqualTo("from a\nfile\n");

        String missing = folder.resolve("none").toString();
        assertThat(pub("-t", "x", "-f", missing))
                .isEqualTo(new Ended(
                        1, "", "althing pub: Unable to read file \"" + missing + "\": No such file or directory.\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "2"})
    void each_line_of_the_input_is_a_message_and_none_is_lost(String qos) {
        try (ChildProcess debians = Programs.start(
                "mosquitto_sub", "-p", port(), "-q", qos, "-t", "lines", "-C", "500", "-i", "lines" + qos)) {
            broker.awaitLog("Sending SUBACK to lines" + qos);
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 500; i++) {
                lines.append("line ").append(i).append('\n');
            }
            assertThat(Commands.ours("althing pub", lines.toString(), "-p", port(), "-t", "lines", "-l", "-q", qos))
                    .isEqualTo(new Ended(0, "", ""));
            assertThat(debians.await(SOON).outText()).isEqualTo(lines.toString());
        }
    }

    @Test
    void a_line_leaves_before_the_next_one_comes() throws Exception {
        PipedOutputStream input = new PipedOutputStream();
        try (PipedInputStream in = new PipedInputStream(input)) {
            Live live = new Live("-t", "slow/lines", "-C", "2", "-i", "slow-lines");
            broker.awaitLog("Sending SUBACK to slow-lines");
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            CompletableFuture<Integer> pub = onThread(
                    "althing",
                    new String[] {"pub", "-p", port(), "-t", "slow/lines", "-l"},
                    new Terminal(in, out, out));
            input.write("first\n".getBytes(StandardCharsets.UTF_8));
            input.flush();
            assertThat(live.next()).isEqualTo("first\n");
            input.write("second\n".getBytes(StandardCharsets.UTF_8));
            input.close();
            assertThat(live.next()).isEqualTo("second\n");
            assertThat(pub.get(10, TimeUnit.SECONDS)).isZero();
            assertThat(live.status()).isZero();
        }
    }

    @Test
    void a_rare_message_is_printed_when_it_comes() throws Exception {
        Live live = new Live("-t", "rare", "-C", "2", "-i", "rare");
        broker.awaitLog("Sending SUBACK to rare");
        pub("-t", "rare", "-m", "1");
        assertThat(live.next()).isEqualTo("1\n");
        pub("-t", "rare", "-m", "2");
        assertThat(live.next()).isEqualTo("2\n");
        assertThat(live.status()).isZero();
    }

    @Test
    void many_messages_are_written_together() throws Exception {
        for (int i = 0; i < 200; i++) {
            assertThat(Commands.debians("mosquitto_pub", "", "-p", port(), "-t", "batch/" + i, "-m", "x", "-r")
                            .status())
                    .isZero();
        }
        Live live = new Live("-t", "batch/#", "-C", "200");
        assertThat(live.status()).isZero();
        assertThat(String.join("", live.writes)).isEqualTo("x\n".repeat(200));
        assertThat(live.writes).hasSizeLessThan(50);
    }

    @Test
    void nobody_reading_any_more_is_a_quiet_end() {
        pub("-t", "pipe", "-m", "x", "-r");
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        Terminal terminal = new Terminal(new ByteArrayInputStream(new byte[0]), closed, err);

        int status = Main.run("mosquitto_sub", new String[] {"sub", "-p", port(), "-t", "pipe"}, terminal, Map.of());
        assertThat(status).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    // ---- sessions and ends ---------------------------------------------------------------------------------------

    @Test
    void a_kept_session_gets_each_message_once() {
        for (String qos : List.of("1", "2")) {
            String[] session = {"-i", "away" + qos, "-c", "-q", qos, "-t", "away/" + qos};
            assertThat(sub(Commands.with(session, "-E")).status()).isZero();
            for (int i = 1; i <= 3; i++) {
                pub("-t", "away/" + qos, "-m", "" + i, "-q", qos);
            }
            assertThat(sub(Commands.with(session, "-C", "1", "-W", "5")).out()).isEqualTo("1\n");
            assertThat(sub(Commands.with(session, "-C", "2", "-W", "5")).out()).isEqualTo("2\n3\n");
            assertThat(sub(Commands.with(session, "-W", "1"))).isEqualTo(new Ended(27, "", "althing sub: timed out\n"));
        }
    }

    @Test
    void retained_messages_are_skipped_or_removed() {
        pub("-t", "old/1", "-m", "stale", "-r");
        pub("-t", "old/2", "-m", "kept", "-r");
        assertThat(sub("-t", "old/#", "-R", "-W", "1").out()).isEmpty();
        assertThat(sub("-t", "old/#", "-T", "old/2", "--remove-retained", "-W", "1")
                        .out())
                .isEqualTo("stale\n");
        assertThat(sub("-t", "old/#", "-W", "1").out()).isEqualTo("kept\n");
        assertThat(sub("-t", "old/#", "--remove-retained", "-C", "1").out()).isEqualTo("kept\n");
        assertThat(sub("-t", "old/#", "-W", "1").out()).isEmpty();
    }

    @Test
    void retained_only_leaves_at_the_first_live_message() throws Exception {
        pub("-t", "only", "-m", "stale", "-r");
        Live live = new Live("-t", "only", "--retained-only", "-i", "only");
        assertThat(live.next()).isEqualTo("stale\n");
        pub("-t", "only", "-m", "live");
        assertThat(live.status()).isZero();
        assertThat(live.writes).isEmpty();
    }

    @Test
    void a_subscriber_comes_back_when_the_broker_does() throws Exception {
        try (DebianMosquitto own = DebianMosquitto.start()) {
            String ownPort = Integer.toString(own.port());
            Live live = new Live("-p", ownPort, "-t", "back", "-C", "1", "-i", "back");
            own.awaitLog("Sending SUBACK to back");
            own.kill();
            own.restart();
            own.awaitLog("Sending SUBACK to back");
            Commands.ours("althing pub", "", "-p", ownPort, "-t", "back", "-m", "again");
            assertThat(live.next()).isEqualTo("again\n");
            assertThat(live.status()).isZero();
            assertThat(live.err.toString(StandardCharsets.UTF_8)).isEmpty();
        }
    }

    @Test
    void a_subscription_of_a_kept_session_can_be_taken_back() {
        String[] session = {"-i", "back", "-c", "-q", "1"};
        assertThat(sub(Commands.with(session, "-t", "back/a", "-t", "back/b", "-E"))
                        .status())
                .isZero();
        assertThat(sub(Commands.with(session, "-t", "back/a", "-U", "back/b", "-W", "1"))
                        .status())
                .isEqualTo(27);
        pub("-t", "back/b", "-m", "b", "-q", "1");
        pub("-t", "back/a", "-m", "a", "-q", "1");
        assertThat(sub(Commands.with(session, "-t", "back/a", "-C", "1")).out()).isEqualTo("a\n");
    }

    @Test
    void another_thread_can_ask_for_the_end() throws Exception {
        LinkedBlockingQueue<String> ended = new LinkedBlockingQueue<>();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(InputStream.nullInputStream(), out, out);
        Arguments arguments = ArgumentReader.read(Program.SUB, new OptionsFile(Map.of(), false), new String[] {
            "-p", port(), "-t", "stopped", "-i", "stopped"
        });
        SubCommand command =
                new SubCommand(arguments, Map.of(), terminal, new Voice(Program.SUB, false, terminal), false);
        Thread thread = Thread.ofPlatform().start(() -> ended.add(command.run().toString()));
        broker.awaitLog("Sending SUBACK to stopped");

        command.stop();

        assertThat(ended.poll(10, TimeUnit.SECONDS))
                .isEqualTo(Outcome.interrupted(Program.SUB).toString());
        broker.awaitLog("Client stopped disconnected.");
        thread.join();
    }

    // ---- mistakes ------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "pub -t a|Both topic and message must be supplied",
                "pub -t a -m b -n|Only one type of message",
                "pub -t a/+ -m b|Invalid publish topic 'a/+'",
                "pub -t a -m b -q x|Invalid QoS given: x",
                "pub -t a -m b -p port|Invalid port given: port",
                "sub -t a --proxy x|Unsupported proxy protocol: x",
                "sub -t a --psk x --psk-identity y|Java's TLS has no pre-shared keys",
                "sub -t a -S|-S needs the domain",
                "sub -t a --tls-keylog x|there is no --tls-keylog",
                "sub -t a --tls-keylog x --cafile no/such/file|TLS",
                "pub -t a -m b --tls-engine pkcs11|engines do not exist in Java",
                "pub -t a -m b --cert x|Both certfile and keyfile must be provided",
                "pub -t a -m b --cafile x --ciphers NONSENSE|no cipher suite \"NONSENSE\" in Java",
                "pub -t a -m b --tls-version ssl3|check the options are valid",
                "pub -t a -m b -u x -P y --pw-ask|Only one of -P, --pw-file, --pw-env and --pw-ask",
                "pub -t a -m b --pw-env X -u y|There is no environment variable X",
                "pub -t a --template {{x}}|{{x}} is none of",
                "pub -t a --template {{|{{ without }}",
                "pub -t a -m b --count 2|--count needs --every",
                "pub -t a -m b --every soon|is no time",
                "sub -t a --random-filter 0|--random-filter chance must be between 0.1-100.0",
                "sub -t a --color blue|--color is auto, always or never",
                "rr -t a -m b|All of topic, message, and response topic must be supplied",
                "rr -t a -m b -e c/+|Invalid response topic 'c/+'",
                "pub -t a -m b -c|-c option",
                "pub -t a -m b -V 4|Invalid protocol version argument given.",
                "pub -t a -m b -P x|-P needs a user name",
                "pub -t a -m|-m argument given but no message specified",
                "pub -t a -l --repeat 2|--repeat makes no sense with -l",
                "pub -t a -m b -D publish session-expiry-interval 5|session-expiry-interval property not allowed for publish",
                "pub -t a -m b -D publish content-typ x|Invalid property name content-typ given in --property argument.",
                "sub|You must specify a topic",
                "sub -t a/#/b|Invalid subscription topic 'a/#/b'",
                "sub -t a localhost|Unexpected argument 'localhost'",
                "sub -h IP -p port localhost -t hello|Invalid port given: port Unexpected argument 'localhost'",
                "sub -t a --nonsense|Unknown option '--nonsense'",
                "sub -t a -F %Q|Invalid format specifier 'Q'",
                "sub -t a -V 5 --retain-handling x|Unknown value 'x' for --retain-handling."
            })
    void a_mistake_costs_one_line_that_names_it(String line, String message) {
        String[] words = line.split(" ");
        String[] rest = java.util.Arrays.copyOfRange(words, 1, words.length);
        Ended ours = Commands.ours("althing " + words[0], "", rest);
        assertThat(ours.status()).isEqualTo(2);
        assertThat(ours.err())
                .contains(message)
                .startsWith("althing " + words[0] + ": ")
                .hasLineCount(1);
        Ended mosquittos = Commands.ours("mosquitto_" + words[0], "", rest);
        assertThat(mosquittos.status()).isEqualTo(1);
        assertThat(mosquittos.err()).contains(message).startsWith("Error: ").hasLineCount(1);
    }

    @Test
    void an_unknown_command_is_named() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(InputStream.nullInputStream(), err, err);
        assertThat(Main.run("althing", new String[] {"publish"}, terminal, Map.of()))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("althing: there is no command \"publish\"; althing help lists them\n");
    }

    @Test
    void help_and_version_go_to_the_standard_output() {
        for (String command : List.of("pub", "sub", "rr")) {
            Ended help = Commands.ours("althing " + command, "", "--help");
            assertThat(help.status()).isZero();
            assertThat(help.out()).contains("Usage: althing " + command, "-h, --host host", "--will-topic will topic");
            assertThat(help.out()).doesNotContain("--psk"); // refused, so not offered
            assertThat(help.err()).isEmpty();
            Ended version = Commands.ours("mosquitto_" + command, "", "--version");
            assertThat(version.status()).isEqualTo(1);
            assertThat(version.out()).startsWith("mosquitto_" + command + " version ");
        }
    }

    @Test
    void failures_say_what_to_do() {
        String nobody = Integer.toString(Programs.freePort());
        assertThat(Commands.ours("althing pub", "", "-p", nobody, "-t", "a", "-m", "b"))
                .isEqualTo(
                        new Ended(
                                3,
                                "",
                                "althing pub: no broker answers at localhost:" + nobody
                                        + ": connection refused. Is it running? ./althing up starts one; -h and -p choose another.\n"));
        assertThat(Commands.ours("althing sub", "", "-h", "no-such-host.invalid", "-t", "a"))
                .isEqualTo(new Ended(
                        3,
                        "",
                        "althing sub: unknown host no-such-host.invalid. Is it spelled right? -h takes a name or an"
                                + " address.\n"));
        try (DebianMosquitto closed = DebianMosquitto.start("allow_anonymous false")) {
            String at = Integer.toString(closed.port());
            assertThat(Commands.ours("althing pub", "", "-p", at, "-t", "a", "-m", "b"))
                    .isEqualTo(new Ended(
                            5,
                            "",
                            "althing pub: the broker refused the connection: not authorized. It wants a user name and"
                                    + " password: -u and -P.\n"));
        }
    }

    @Test
    void a_publisher_whose_broker_goes_away_says_so() {
        try (DebianMosquitto own = DebianMosquitto.start()) {
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Terminal terminal = new Terminal(InputStream.nullInputStream(), err, err);
            String[] words = {
                "pub",
                "-p",
                Integer.toString(own.port()),
                "-i",
                "p",
                "-t",
                "a",
                "-m",
                "b",
                "--repeat",
                "2",
                "--repeat-delay",
                "60"
            };
            CompletableFuture<Integer> status = onThread("mosquitto_pub", words, terminal);
            own.awaitLog("Received PUBLISH from p");
            own.kill();
            assertThat(status.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(7);
            assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("Error: The connection was lost.\n");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "true|true",
                "[1,2,{\"a\":null}]|true",
                "-1.5e+10|true",
                "\"\\u00e9\\n\"|true",
                "{}|true",
                " [ ] |true",
                "[1,]|false",
                "{\"a\"}|false",
                "1 2|false",
                "'a'|false",
                "\"a|false",
                ".5|false",
                "nul|false",
                "[|false"
            })
    void json_is_told_from_other_text(String text, boolean json) {
        assertThat(JsonReader.read(text) != null).isEqualTo(json);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "-0.0, 0",
        "2.50, 2.5",
        "0.1, 0.1",
        "1e-7, 1e-07",
        "0.0001, 0.0001",
        "1e15, 1e+15",
        "123456789012345, 123456789012345",
        "-12345678901234567, -12345678901234568",
        "0.1234567890123456789, 0.12345678901234568",
        "1e300, 1e+300"
    })
    void numbers_are_printed_as_mosquitto_prints_them(double number, String printed) {
        assertThat(JsonReader.printed(number)).isEqualTo(printed);
    }

    @Test
    void depth_without_end_is_no_json() {
        assertThat(JsonReader.read("[".repeat(100_000))).isNull();
        List<Json> nothing = new ArrayList<>();
        assertThat(JsonReader.read("[]")).isEqualTo(new Json.Array(nothing));
    }
}
