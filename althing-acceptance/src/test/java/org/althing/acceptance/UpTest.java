package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code althing up} opens, to whom, and what it says about that. */
class UpTest {
    /** An address of this machine that a server on 127.0.0.1 does not have, and one on all addresses has. */
    private static final String ANOTHER_ADDRESS = "127.18.83.7";

    private static final int CONNECT_MILLIS = 5_000;

    @TempDir
    Path folder;

    private Althing.Up up(String... more) {
        List<String> words =
                new ArrayList<>(List.of("up", "--data", folder.resolve("data").toString()));
        words.addAll(List.of("--mqtt-port", "0", "--vote-port", "0", "--web-port", "0"));
        words.addAll(Arrays.asList(more));
        ChildProcess process = Althing.start(words.toArray(String[]::new));
        process.awaitOut("Ctrl-C", Althing.LIMIT);
        return new Althing.Up(process);
    }

    private static void connect(String host, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
        }
    }

    private static String curl(String... words) {
        List<String> command = new ArrayList<>(List.of("curl", "-s", "-m", "10", "-H", "Accept-Language: fr"));
        command.addAll(List.of(words));
        return Programs.run(command.toArray(String[]::new)).outText();
    }

    @Test
    void without_lan_no_other_address_answers_at_any_door() {
        try (Althing.Up up = up()) {
            assertThat(up.process().out()).contains("Only this machine is served; --lan serves the local network.");
            for (int port : new int[] {up.mqttPort(), up.votePort(), up.webPort()}) {
                assertThatThrownBy(() -> connect(ANOTHER_ADDRESS, port)).isInstanceOf(ConnectException.class);
            }
        }
    }

    @Test
    void with_lan_all_doors_answer_at_the_address_that_is_told_to_phones() throws IOException {
        try (Althing.Up up = up("--lan")) {
            String said = up.process().out();
            assertThat(said)
                    .contains("Open to everybody who reaches this machine")
                    .contains("Closed to them: creating");
            for (int port : new int[] {up.mqttPort(), up.votePort(), up.webPort()}) {
                connect(ANOTHER_ADDRESS, port);
                assertThat(said).contains(Integer.toString(port));
            }
            List<String> told = new ArrayList<>(List.of("http://" + ANOTHER_ADDRESS + ":" + up.webPort() + "/"));
            Matcher phones = Pattern.compile("Phones open +(http://\\S+/)").matcher(said);
            while (phones.find()) {
                told.add(phones.group(1));
            }
            for (String page : told) { // the machine may be on no network: then the first one alone
                assertThat(curl(page)).contains("Heure d’été ou heure d’hiver");
            }
            Matcher code = Pattern.compile("type ([A-Z2-9]{6})").matcher(said);
            if (code.find()) {
                assertThat(curl("-L", told.getLast() + "j/" + code.group(1))).contains("Heure d’été");
            }
            String address = told.getLast().replaceAll("https?://|:.*", "");
            assertThat(curl("-d", "name=lan&choice=ete", told.getLast() + "v/heure"))
                    .contains("a voté");
            assertThat(rr(address, up.mqttPort(), "lan")).isEqualTo("erreur, vote déjà réalisé\n");
            assertThat(curl("-X", "POST", told.getLast() + "api/polls/heure/close"))
                    .contains("forbidden");
        }
    }

    private static String rr(String host, int port, String name, String... more) {
        List<String> command = new ArrayList<>(List.of("mosquitto_rr", "-h", host, "-p", Integer.toString(port)));
        command.addAll(List.of("-q", "1", "-W", "10", "-t", "vote/v1/heure/ballot/" + name));
        command.addAll(List.of("-e", "vote/v1/heure/receipt/" + name, "-m", "ete"));
        command.addAll(List.of(more));
        return Programs.run(command.toArray(String[]::new)).outText();
    }

    @Test
    void with_a_certificate_every_door_of_the_vote_speaks_tls() throws IOException {
        Programs.require("openssl");
        String key = folder.resolve("key.pem").toString();
        String certificate = folder.resolve("certificate.pem").toString();
        assertThat(Programs.run(("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext"
                                        + " subjectAltName=IP:127.0.0.1,DNS:localhost -keyout "
                                        + key
                                        + " -out "
                                        + certificate)
                                .split(" "))
                        .exitCode())
                .isZero();
        try (Althing.Up up = up("--tls-certificate", certificate, "--tls-key", key)) {
            String page = "https://127.0.0.1:" + up.webPort() + "/";
            assertThat(up.process().out()).contains("https://127.0.0.1:" + up.webPort() + "/organiser#t=");
            assertThat(curl("--cacert", certificate, page)).contains("Heure d’été");
            assertThat(curl(page.replace("https", "http"))).doesNotContain("<html");
            String secret = up.process().out().replaceFirst("(?s).*organiser#t=([0-9a-f]+).*", "$1");
            assertThat(curl("-i", "--cacert", certificate, "-d", "secret=" + secret, page + "organiser/session"))
                    .contains("Set-Cookie: organiser=")
                    .contains("; Secure");
            assertThat(rr("127.0.0.1", up.mqttPort(), "zoé", "--cafile", certificate))
                    .isEqualTo("a voté\n");
            assertThat(rr("127.0.0.1", up.mqttPort(), "plain")).isEqualTo("a voté\n");
            ChildProcess.Result line = Programs.run(
                    "VOTE heure ida ete\nQUIT\n".getBytes(StandardCharsets.UTF_8),
                    "openssl",
                    "s_client",
                    "-quiet",
                    "-verify_quiet",
                    "-CAfile",
                    certificate,
                    "-connect",
                    "127.0.0.1:" + up.votePort());
            assertThat(line.outText()).contains("OK voted seq=3 : a voté");
        }
    }

    @Test
    void a_certificate_without_its_key_is_a_mistake_on_the_command_line() {
        ChildProcess.Result result = Althing.run("up", "--tls-certificate", "x.pem");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.errText()).contains("--tls-key").hasLineCount(1);
    }

    @Test
    void the_sqlite_copy_follows_while_people_vote_and_is_whole_at_the_end() throws IOException {
        Path file = folder.resolve("copy.db");
        try (Althing.Up up = up("--sqlite", file.toString())) {
            try (Lines lines = new Lines(up.votePort(), CONNECT_MILLIS)) {
                assertThat(lines.ask("VOTE heure alice ete")).startsWith("OK");
                Waiting.until(() -> rows(file).equals("1|alice|ete\n"), () -> "the copy holds: " + rows(file));
                assertThat(lines.ask("VOTE heure bob hiver")).startsWith("OK");
            }
            up.process().signal("TERM");
            assertThat(up.process().await(Althing.LIMIT).exitCode()).isZero();
        }
        assertThat(rows(file)).isEqualTo("1|alice|ete\n2|bob|hiver\n");
    }

    private static String rows(Path file) {
        String program = "import sqlite3, sys\n"
                + "for row in sqlite3.connect(sys.argv[1]).execute('select seq, voter, choice from ballot order by seq'):\n"
                + "    print('|'.join(map(str, row)))\n";
        return Programs.run("/usr/bin/python3", "-c", program, file.toString()).outText();
    }

    @Test
    void a_stranger_who_subscribes_to_everything_reads_no_receipt() {
        try (Althing.Up up = up();
                ChildProcess spy = Programs.start(
                        "mosquitto_sub",
                        "-p",
                        Integer.toString(up.mqttPort()),
                        "-t",
                        "#",
                        "-t",
                        "vote/v1/+/receipt/+",
                        "-v")) {
            spy.awaitOut("vote/v1/heure/poll ", Althing.LIMIT);
            assertThat(rr("127.0.0.1", up.mqttPort(), "secret")).isEqualTo("a voté\n");
            spy.awaitOut("\"ete\":1", Althing.LIMIT);
            assertThat(rr("127.0.0.1", up.mqttPort(), "secret")).startsWith("erreur");
            Programs.run("mosquitto_pub", "-p", Integer.toString(up.mqttPort()), "-t", "end", "-m", "end");
            spy.awaitOut("end end\n", Althing.LIMIT);
            assertThat(spy.out()).doesNotContain("/receipt/").doesNotContain("secret");
        }
    }
}
