package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.althing.testing.DebianMosquitto;
import org.althing.testing.Programs;
import org.althing.tools.Commands.Ended;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What sub prints beyond what Debian's Mosquitto 2.0 can: formats of 2.1, JSON lines, what people see on a terminal. */
class OutputTest {
    private static DebianMosquitto broker;

    @BeforeAll
    static void start() throws IOException {
        Programs.require("mosquitto");
        broker = DebianMosquitto.start();
        retain("o/hello", "hello".getBytes(StandardCharsets.UTF_8));
        retain("o/binary", new byte[] {'a', 0, (byte) 0xFF});
        retain("o/json", "{\"a\": [1.50, \"é\\n\"]}".getBytes(StandardCharsets.UTF_8));
        retain("o/escape", "\u001b[2Jx\ty".getBytes(StandardCharsets.UTF_8));
        retain(
                "o/float",
                ByteBuffer.allocate(4)
                        .order(ByteOrder.nativeOrder())
                        .putFloat(1.5f)
                        .array());
        retain(
                "o/double",
                ByteBuffer.allocate(8)
                        .order(ByteOrder.nativeOrder())
                        .putDouble(-2.25)
                        .array());
        assertThat(Commands.ours(
                                "mosquitto_pub",
                                "",
                                at(
                                        "-V",
                                        "5",
                                        "-t",
                                        "o/five",
                                        "-r",
                                        "-q",
                                        "1",
                                        "-m",
                                        "x",
                                        "-D",
                                        "publish",
                                        "user-property",
                                        "k",
                                        "v",
                                        "-D",
                                        "publish",
                                        "user-property",
                                        "k",
                                        "w",
                                        "-D",
                                        "publish",
                                        "content-type",
                                        "text/plain"))
                        .status())
                .isZero();
    }

    private static void retain(String topic, byte[] payload) throws IOException {
        Path file = Files.write(Files.createTempFile("payload", ""), payload);
        assertThat(Commands.ours("mosquitto_pub", "", at("-t", topic, "-r", "-q", "1", "-f", file.toString()))
                        .status())
                .isZero();
        Files.delete(file);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static String[] at(String... words) {
        return Commands.with(new String[] {"-p", "" + broker.port()}, words);
    }

    private static Ended sub(String... words) {
        return Commands.ours("mosquitto_sub", "", at(Commands.with(words, "-C", "1", "-W", "10")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "o/hello; %.2:X; 68:65:6C:6C:6F",
                "o/hello; %.4x; 6865 6c6c 6f",
                "o/hello; %.3-x; 686-56c-6c6-f",
                "o/hello; %12x|%012x|%-12x|; '  68656c6c6f|0068656c6c6f|68656c6c6f  |'",
                "o/hello; %2x|%3p; 6865|hel",
                "o/float; %f|%.1f|%9.2f|%-8.1f|%08.1f; 1.500000|1.5|     1.50|1.5     |000001.5",
                "o/double; %d|%.0d|%.2d; -2.250000|-2|-2.25",
                "o/five; %A|%C|%S; |text/plain|"
            })
    void formats_of_mosquitto_2_1(String topic, String format, String printed) {
        assertThat(sub("-V", "5", "-t", topic, "-F", format).out()).isEqualTo(printed + "\n");
    }

    @Test
    void what_is_no_float_is_said_and_the_rest_is_printed() {
        Ended ended = sub("-t", "o/hello", "-F", "<%f>");
        assertThat(ended).isEqualTo(new Ended(0, "<>\n", "requested float printing, but non-float data received"));
    }

    @Test
    void json_lines_have_utc_times_and_pairs_of_user_properties() {
        String time = "\"time\":\"20..-..-..T..:..:..\\.\\d{3}Z\"";
        Ended five = Commands.ours("althing sub", "", at("-V", "5", "--json", "-t", "o/five", "-C", "1"));
        assertThat(five.out().replaceFirst(time, "TIME"))
                .isEqualTo("{TIME,\"topic\":\"o/five\",\"qos\":0,\"retain\":true,\"properties\":{\"content-type\":"
                        + "\"text/plain\",\"user-properties\":[[\"k\",\"v\"],[\"k\",\"w\"]]},\"payload\":\"x\"}\n");
        assertThat(Commands.utf8(sub("--json", "-t", "o/json").out())).endsWith(",\"json\":{\"a\":[1.50,\"é\\n\"]}}\n");
        assertThat(sub("--json", "-t", "o/binary").out()).endsWith(",\"base64\":\"YQD/\"}\n");
    }

    /** As on a terminal. */
    private static String seen(Map<String, String> environment, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(new ByteArrayInputStream(new byte[0]), out, out, "ioe");
        String[] all = Commands.with(new String[] {"sub"}, at(Commands.with(words, "-C", "1", "-W", "10")));
        assertThat(Main.run("althing", all, terminal, environment)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void a_terminal_shows_time_topic_marks_and_what_kind_of_payload_it_is() {
        Map<String, String> plain = Map.of("NO_COLOR", "1");
        assertThat(seen(plain, "-t", "o/hello")).matches("\\d\\d:\\d\\d:\\d\\d o/hello retained hello\n");
        assertThat(seen(plain, "-t", "o/json", "-q", "1"))
                .matches("(?s)..:..:.. o/json retained qos 1\n\\{\n\t\"a\":\t\\[1.50, \"é\\\\n\"\\]\n\\}\n");
        assertThat(seen(plain, "-t", "o/binary")).endsWith(" 3 bytes\n  61 00 ff " + "   ".repeat(13) + " a..\n");
        assertThat(seen(plain, "-t", "o/escape")).endsWith(" ␛[2Jx\ty\n");
        assertThat(seen(Map.of(), "-t", "o/hello")).contains("\u001b[");
        assertThat(seen(Map.of("TERM", "dumb"), "-t", "o/hello")).doesNotContain("\u001b[");
        assertThat(seen(Map.of(), "--color", "never", "-t", "o/hello")).doesNotContain("\u001b[");
    }

    @Test
    void behind_a_pipe_nothing_is_decorated() {
        assertThat(Commands.ours("althing sub", "", at("-t", "o/json", "-C", "1"))
                        .out())
                .isEqualTo("{\"a\": [1.50, \"Ã©\\n\"]}\n");
    }

    @Test
    void fixed_lines_move_the_cursor_as_mosquittos_do() {
        assertThat(sub("-t", "o/hello", "-w").out())
                .isEqualTo("\u001b[2J\u001b[1;1HBroker: localhost\n\u001b[2;1Hhello\n\u001b[2;1H\n");
    }

    @Test
    void the_random_filter_prints_the_share_that_it_is_told() {
        Commands.ours("mosquitto_pub", "", at("-t", "rnd", "-m", "x", "-r", "-q", "1"));
        String lines = "x\n".repeat(2000);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(new ByteArrayInputStream(new byte[0]), out, out);
        Thread sub = Thread.ofPlatform()
                .start(() -> Main.run(
                        "mosquitto_sub",
                        Commands.with(
                                new String[] {"sub", "-i", "rnd"},
                                at("-t", "random", "--random-filter", "25", "-C", "2000", "-N")),
                        terminal,
                        Map.of()));
        broker.awaitLog("Sending SUBACK to rnd");
        Commands.ours("mosquitto_pub", lines, at("-t", "random", "-l", "-q", "1"));
        try {
            sub.join();
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
        assertThat(out.size()).isBetween(350, 650);
    }

    @Test
    void the_rate_is_printed_each_second() {
        Ended ended = Commands.ours("mosquitto_sub", "", at("-t", "o/#", "--message-rate", "-W", "2"));
        assertThat(ended.out()).startsWith("7 msgs/s\n");
        assertThat(ended.status()).isEqualTo(27);
    }

    @Test
    void the_alias_that_the_broker_used_is_printed() {
        try (FakeBroker aliasing = new FakeBroker(peer -> {
            peer.accept();
            FakeBroker.Packet subscribe = peer.next();
            peer.send(0x90, 4, subscribe.body()[0], subscribe.body()[1], 0, 0);
            peer.send(0x30, 9, 0, 1, 't', 3, 0x23, 0, 7, 'h', 'i').next();
        })) {
            String[] words = {
                "-p", aliasing.port(), "-V", "5", "-t", "t", "-C", "1", "-D", "connect", "topic-alias-maximum", "10"
            };
            assertThat(Commands.ours("mosquitto_sub", "", Commands.with(words, "-F", "%A|%3A|%j"))
                            .out())
                    .startsWith("7|  7|")
                    .contains("\"properties\":{\"topic-alias\":7}");
        }
    }

    @Test
    void a_broker_that_breaks_the_protocol_is_not_asked_again_and_again() {
        try (FakeBroker broken = new FakeBroker(peer -> {
            peer.accept();
            FakeBroker.Packet subscribe = peer.next();
            peer.send(0x90, 3, subscribe.body()[0], subscribe.body()[1], 0).next();
        })) {
            String[] words = {"-p", broken.port(), "-V", "5", "-t", "t"};
            assertThat(Commands.ours("mosquitto_sub", "", words).status()).isEqualTo(2);
            Ended friendly = Commands.ours("althing sub", "", words);
            assertThat(friendly.status()).isEqualTo(7);
            assertThat(friendly.err()).contains("the broker broke the protocol").hasLineCount(1);
        }
    }

    @Test
    void an_alias_of_pub_is_sent_as_it_stands() {
        java.util.List<FakeBroker.Packet> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
        try (FakeBroker listening = new FakeBroker(peer -> {
            peer.next();
            peer.send(0x20, 6, 0, 0, 3, 0x22, 0, 10);
            seen.add(peer.next());
            peer.next();
        })) {
            for (String name : List.of("mosquitto_pub", "althing pub")) {
                assertThat(Commands.ours(
                                name,
                                "",
                                "-p",
                                listening.port(),
                                "-t",
                                "t",
                                "-m",
                                "x",
                                "-D",
                                "publish",
                                "topic-alias",
                                "4"))
                        .isEqualTo(new Ended(0, "", ""));
            }
            assertThat(seen).hasSize(2);
            assertThat(seen.getFirst().body()).containsExactly(0, 1, 't', 3, 0x23, 0, 4, 'x');
        }
    }

    @Test
    void messages_are_made_from_a_template_on_schedule() {
        Commands.ours("mosquitto_sub", "", at("-i", "tpl", "-c", "-q", "1", "-t", "tpl", "-E"));
        Ended ended = Commands.ours(
                "althing pub",
                "",
                at(
                        "-t",
                        "tpl",
                        "-q",
                        "1",
                        "--every",
                        "20ms",
                        "--count",
                        "3",
                        "--template",
                        "{{n}} {{random 5 5}} {{pick a}} {{now}}|{{ms}}|{{uuid}}|{{float 1 2}}"));
        assertThat(ended).isEqualTo(new Ended(0, "", ""));
        List<String> lines = Commands.ours(
                        "mosquitto_sub", "", at("-i", "tpl", "-c", "-q", "1", "-t", "tpl", "-C", "3"))
                .out()
                .lines()
                .toList();
        for (int i = 0; i < 3; i++) {
            assertThat(lines.get(i))
                    .matches((i + 1)
                            + " 5 a 20..-..-..T..:..:..\\....Z\\|\\d{13}\\|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-"
                            + "[89ab][0-9a-f]{3}-[0-9a-f]{12}\\|1\\.\\d+");
        }
    }
}
