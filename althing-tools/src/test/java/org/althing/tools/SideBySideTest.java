package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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

/** Under Mosquitto's names: the same bytes and the same exit status as Debian's programs. */
class SideBySideTest {
    private static final byte[] BINARY = {'a', 0, 'b', (byte) 0xFF, (byte) 0xFE, 'z'};
    private static DebianMosquitto broker;
    private static DebianMosquitto strict;

    @BeforeAll
    static void start() throws IOException {
        Programs.require("mosquitto_sub");
        broker = DebianMosquitto.start();
        retained("s/hello", "-m", "hello");
        retained("s/empty/not", "-m", "");
        retained("s/é/tö", "-m", "hé");
        Path binary = Files.write(broker.folder().resolve("binary"), BINARY);
        retained("s/binary", "-f", binary.toString());
        retained(
                "s/json",
                "-m",
                "{\"a\":[1,2.50,true,null,\"é\\u00e9\\n\\/\"],\"b\":{},\"c\":[],\"d\":-12345678901234567,\"e\":1e-7}");
        retained(
                "s/five",
                "-V",
                "5",
                "-m",
                "[1]",
                "-D",
                "publish",
                "content-type",
                "text/plain",
                "-D",
                "publish",
                "user-property",
                "k",
                "v",
                "-D",
                "publish",
                "user-property",
                "k",
                "v2",
                "-D",
                "publish",
                "response-topic",
                "rr",
                "-D",
                "publish",
                "correlation-data",
                "cd",
                "-D",
                "publish",
                "payload-format-indicator",
                "1");
        Path acl = Files.writeString(broker.folder().resolve("acl"), "topic read r/#\n");
        strict = DebianMosquitto.start("allow_anonymous true", "acl_file " + acl);
    }

    private static void retained(String topic, String... words) {
        assertThat(Commands.debians("mosquitto_pub", "", Commands.with(at(broker, "-t", topic, "-r", "-q", "1"), words))
                        .status())
                .isZero();
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
        if (strict != null) {
            strict.close();
        }
    }

    private static String[] at(DebianMosquitto where, String... words) {
        return Commands.with(new String[] {"-p", Integer.toString(where.port())}, words);
    }

    private static void same(String program, String input, String... words) {
        Ended debians = Commands.debians(program, input, words);
        assertThat(Commands.ours(program, input, words)).isEqualTo(debians);
    }

    /** The first line; Debian's programs point to --help on two more. */
    private static void sameFirstLine(String program, String... words) {
        Ended debians = Commands.debians(program, "", words);
        Ended ours = Commands.ours(program, "", words);
        assertThat(ours.err().lines()).hasSize(1);
        assertThat(ours.err().lines().findFirst())
                .isEqualTo(debians.err().lines().findFirst());
        assertThat(ours.status()).isEqualTo(debians.status());
        assertThat(ours.out()).isEmpty();
    }

    // ---- sub -----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s/hello",
                "s/hello -v",
                "s/hello -N",
                "s/hello -v -N",
                "s/binary",
                "s/binary -v",
                "s/é/tö -v",
                "s/hello -q 2 -V 5",
                "s/hello -V 31 -i x",
                "s/hello -T s/other",
                "s/hello --retained-only"
            })
    void a_message_is_printed_the_same(String words) {
        same("mosquitto_sub", "", Commands.with(at(broker, "-C", "1", "-t"), words.split(" ")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "s/hello; [%5q][%-5r][%05m][%08l][%-8l][%-08l][%.3l][%.3t][%12t][%-12t][%012t][%3.2t]",
                "s/hello; [%-012t][%012p][%-012p][%.2p][%7.2p][%x][%X][%%][@@]",
                "s/é/tö; [%.2t][%5t][%6t][%8.4t][%x][%l]",
                "s/binary; %p|%x|%X",
                "s/hello; \\\\ \\n\\t\\r\\v\\a\\e\\0.",
                "s/hello; @Y-@m-@d @j @a @A @b @B @y @C @e @D @F @u @w @U @W @V @G @g @z @Z @n@t.",
                "s/hello; [%5A][%5C][%5D][%.1D][%9E][%-9E][%9F][%9P][%9R][%9S][%.1R]",
                "s/hello; %J",
                "s/hello; literal only"
            })
    void formats_give_the_same_bytes(String topic, String format) {
        same("mosquitto_sub", "", at(broker, "-C", "1", "-q", "1", "-t", topic, "-F", format));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[%5A][%5C][%20C][%-20C][%.3C][%5D][%.1D][%9F][%-9F][%.1P][%9P][%9R][%.1R][%S][%9S][%-9S]",
                "%q %m %r %l %p"
            })
    void properties_give_the_same_bytes(String format) {
        same(
                "mosquitto_sub",
                "",
                at(
                        broker,
                        "-V",
                        "5",
                        "-C",
                        "1",
                        "-q",
                        "1",
                        "-t",
                        "s/five",
                        "-F",
                        format,
                        "-D",
                        "subscribe",
                        "subscription-identifier",
                        "42"));
    }

    @ParameterizedTest
    @CsvSource({
        "s/hello,%j",
        "s/json,%j",
        "s/json,%J",
        "s/five,%j",
        "s/five,%J",
        "s/é/tö,%j",
    })
    void json_is_the_same_but_for_the_time(String topic, String format) {
        for (String[] more : new String[][] {{}, {"-V", "5", "-q", "1"}, {"--pretty"}, {"-V", "5", "--pretty"}}) {
            String[] words = Commands.with(at(broker, "-C", "1", "-t", topic, "-F", format), more);
            Ended debians = Commands.debians("mosquitto_sub", "", words);
            Ended ours = Commands.ours("mosquitto_sub", "", words);
            String time = "\"20..-..-..T..:..:..\\.......Z?[+-]....\"";
            assertThat(ours.out()).containsPattern(time.replace("Z?", ""));
            assertThat(ours.out().replaceFirst(time, "TIME"))
                    .isEqualTo(as21(debians.out().replaceFirst(time, "TIME")));
            assertThat(ours.status()).isEqualTo(debians.status());
        }
    }

    /** Mosquitto 2.1 writes the retain flag as a boolean, and the user properties as a list. */
    private static String as21(String json) {
        return json.replaceFirst("(\"retain\":\\s*)0", "$1false")
                .replaceFirst("(\"retain\":\\s*)1", "$1true")
                .replace("{\"k\":\"v\",\"k\":\"v2\"}", "[{\"k\":\"v\"},{\"k\":\"v2\"}]")
                .replaceFirst(
                        "\\{\n(\t+)\"k\":\t\"v\",\n\t+\"k\":\t\"v2\"\n(\t+)}",
                        "[{\n\t$1\"k\":\t\"v\"\n\t$2}, {\n\t$1\"k\":\t\"v2\"\n\t$2}]");
    }

    @Test
    void times_have_the_same_form() {
        String[] words = at(broker, "-C", "1", "-t", "s/hello", "-F", "%I|%U|%30I|%.4I|%8.4I|@N|@s|@T|@H:@M:@S");
        String form =
                "20..-..-..T..:..:..\\+....\\|\\d{10}\\.\\d{9}\\| {6}20..-..-..T..:..:..\\+....\\|20..\\| {4}20..\\|"
                        + "\\d{9}\\|\\d{10}\\|..:..:..\\|..:..:..\n";
        assertThat(Commands.debians("mosquitto_sub", "", words).out()).matches(form);
        assertThat(Commands.ours("mosquitto_sub", "", words).out()).matches(form);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-t nothing -W 1", "-t s/hello -R -W 1", "-t s/hello -E", "-t s/hello -T s/# -W 1"})
    void an_end_without_a_message_has_the_same_words_and_status(String words) {
        same("mosquitto_sub", "", at(broker, words.split(" ")));
    }

    @Test
    void packets_of_a_subscriber_are_shown_the_same() {
        same("mosquitto_sub", "", at(broker, "-d", "-i", "me", "-t", "x/1", "-t", "x/+", "-q", "2", "-E"));
        same("mosquitto_sub", "", at(broker, "-d", "-t", "s/hello", "-C", "1"));
        same("mosquitto_sub", "", at(broker, "-d", "-i", "me", "-V", "5", "--retain-as-published", "-t", "x", "-E"));
    }

    // ---- pub -----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-m x",
                "-m x -q 1",
                "-m x -q 2",
                "-n -q 1",
                "-m x -q 1 -V 5 -i me -r",
                "-m x -q 2 -V 5 -i me",
                "-m x --repeat 3 -q 1",
                "-m x --repeat 2",
                "-m x -V 31 -i me -q 1",
                "-m x -x 5 -i me",
                "-m x -D publish content-type x -i me",
                "-m x -c -i me2",
                "-m x --will-topic w --will-payload gone --will-qos 1 --will-retain -i me"
            })
    void packets_of_a_publisher_are_shown_the_same(String words) {
        same("mosquitto_pub", "", Commands.with(at(broker, "-d", "-t", "p/x"), words.split(" ")));
    }

    @Test
    void input_becomes_messages_the_same_way() {
        same("mosquitto_pub", "whole\ninput", at(broker, "-t", "p/x", "-s", "-d", "-q", "1"));
        String[] nothing = at(broker, "-t", "p/x", "-s", "-d");
        assertThat(Commands.ours("mosquitto_pub", "", nothing).status())
                .isEqualTo(Commands.debians("mosquitto_pub", "", nothing).status());
        for (String input : new String[] {"", "one\n", "one\n\ntwo\nlast", "\n"}) {
            String debians = sent(Commands.debians("mosquitto_pub", input, at(broker, "-t", "p/x", "-l", "-d")));
            assertThat(sent(Commands.ours("mosquitto_pub", input, at(broker, "-t", "p/x", "-l", "-d"))))
                    .isEqualTo(debians);
        }
    }

    private static String sent(Ended ended) {
        return ended.status() + "\n"
                + String.join(
                        "\n",
                        ended.out()
                                .lines()
                                .filter(line -> line.contains("sending"))
                                .toList());
    }

    @Test
    void a_url_is_read_the_same_way() {
        String address = "localhost:" + broker.port();
        same("mosquitto_pub", "", "-L", "mqtt://u:p@" + address + "/a/b", "-m", "x", "-d");
        same("mosquitto_sub", "", "-L", "mqtt://" + address + "/s/hello", "-C", "1");
        sameFirstLine("mosquitto_pub", "-L", "mqtt://" + address, "-m", "x");
    }

    @Test
    void options_in_a_file_come_first(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("mosquitto_pub"), "# for all\n\n-p " + broker.port() + "\n-t from/file\n-d\n");
        Map<String, String> environment = Map.of("XDG_CONFIG_HOME", folder.toString());

        assertThat(Commands.ours(environment, "mosquitto_pub", "", "-m", "x").out())
                .contains("'from/file'");
        assertThat(Commands.ours(environment, "mosquitto_pub", "", "-m", "x", "-t", "here")
                        .out())
                .contains("'here'");
        String file = folder.resolve("mosquitto_pub").toString();
        assertThat(Commands.ours("althing pub", "", "-o", file, "-m", "x").out())
                .contains("'from/file'");
    }

    // ---- what goes wrong -----------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-m x -q 3",
                "-m x -k 3",
                "-m x -p 70000",
                "-m x -M 0",
                "-m x --bogus",
                "-m x -C 1",
                "-m x -i a -I b",
                "-m x -m y",
                "-m",
                "-m x --will-payload x",
                "-m x --will-retain",
                "-m x --will-topic a/#",
                "-m x --will-topic a --will-qos 3",
                "-m x -c",
                "-m x --repeat 0",
                "-m x --repeat-delay -1",
                "-m x -D publish",
                "-m x -D publish user-property k",
                "-m x -D auth authentication-method x",
                "-t a/+ -m x",
                "-m x -D publish message-expiry-interval 99999999999"
            })
    void a_mistake_is_named_with_the_same_words(String words) {
        sameFirstLine("mosquitto_pub", Commands.with(new String[] {"-t", "a"}, words.split(" ")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-C 0",
                "-C -1",
                "-W 0",
                "-F %w",
                "-F %",
                "-F \\q",
                "-F \\",
                "-F @",
                "-t a#",
                "-T a#",
                "-U a/#/b",
                "-m x",
                "-W"
            })
    void a_mistake_of_a_subscriber_is_named_with_the_same_words(String words) {
        sameFirstLine("mosquitto_sub", Commands.with(new String[] {"-t", "a"}, words.split(" ")));
    }

    @Test
    void a_broker_that_is_not_there_is_named_with_the_same_words() {
        String port = Integer.toString(Programs.freePort());
        same("mosquitto_pub", "", "-p", port, "-t", "a", "-m", "x");
        same("mosquitto_pub", "", "-p", port, "-t", "a", "-m", "x", "--quiet");
        same("mosquitto_sub", "", "-p", port, "-t", "a");
        same("mosquitto_pub", "", "-h", "no-such-host.invalid", "-t", "a", "-m", "x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"31", "311", "5"})
    void a_refused_connection_is_named_with_the_same_words(String version) {
        try (DebianMosquitto closed = DebianMosquitto.start("allow_anonymous false")) {
            same("mosquitto_pub", "", at(closed, "-V", version, "-t", "a", "-m", "x"));
            same("mosquitto_sub", "", at(closed, "-V", version, "-t", "a"));
            same("mosquitto_sub", "", at(closed, "-V", version, "-t", "a", "-u", "me", "-P", "wrong", "-i", "me"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void a_refused_message_has_the_same_words_but_not_status_0(String qos) {
        String[] words = at(strict, "-V", "5", "-q", qos, "-t", "a", "-m", "x");
        Ended debians = Commands.debians("mosquitto_pub", "", words);
        Ended ours = Commands.ours("mosquitto_pub", "", words);

        assertThat(ours.err()).isEqualTo(debians.err());
        assertThat(ours.status()).isEqualTo(135);
        assertThat(Commands.ours("althing pub", "", words).status()).isEqualTo(6);
    }
}
