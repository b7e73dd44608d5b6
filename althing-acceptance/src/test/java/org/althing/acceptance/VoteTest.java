package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.althing.testing.ChildProcess;
import org.althing.testing.DebianMosquitto;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The vote as its users run it: servers, clients, stock tools. */
class VoteTest {
    private static final Duration LIMIT = Althing.LIMIT;
    private static final String VOTED = "a voté\n";
    private static final String ALREADY = "erreur, vote déjà réalisé\n";

    @TempDir
    Path folder;

    /** {@code althing vote server} over TCP alone, and its port. */
    private record Server(ChildProcess process, String port) implements AutoCloseable {
        static Server start(Path data, String... more) {
            String[] words = new String[6 + more.length];
            System.arraycopy(new String[] {"vote", "server", "--port", "0", "--data", data.toString()}, 0, words, 0, 6);
            System.arraycopy(more, 0, words, 6, more.length);
            ChildProcess process = Althing.start(words);
            process.awaitOut("vote over TCP on ", LIMIT);
            Matcher port = Pattern.compile("vote over TCP on [^ ]*:(\\d+)").matcher(process.out());
            assertThat(port.find()).isTrue();
            return new Server(process, port.group(1));
        }

        @Override
        public void close() {
            process.close();
        }
    }

    private static ChildProcess.Result cast(String port, String name, String choice) {
        return Althing.run("vote", "cast", "127.0.0.1", port, name, choice);
    }

    /** Sends bytes, ends the output, and reads everything, as nc does. */
    private static String line(String port, String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port))) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void the_lectures_client_votes_once() {
        try (Server server = Server.start(folder)) {
            ChildProcess.Result first = cast(server.port(), "alice", "été");
            assertThat(first.outText()).as(first.errText()).isEqualTo(VOTED);
            assertThat(first.exitCode()).isZero();
            ChildProcess.Result second = cast(server.port(), "alice", "hiver");
            assertThat(second.outText()).isEqualTo(ALREADY);
            assertThat(second.exitCode()).isEqualTo(1);
        }
    }

    @Test
    void twenty_lines_of_c_vote_once() {
        Path program = Examples.compile(folder, "gcc", "vote.c", "", "");
        try (Server server = Server.start(folder.resolve("data"))) {
            String[] command = {program.toString(), "localhost", server.port(), "bob", "hiver"};
            assertThat(Programs.run(command).outText()).isEqualTo(VOTED);
            ChildProcess.Result again = Programs.run(command);
            assertThat(again.outText()).isEqualTo(ALREADY);
            assertThat(again.exitCode()).isEqualTo(1);
        }
    }

    @Test
    void the_tcp_server_speaks_both_forms_and_counts() throws IOException {
        try (Server server = Server.start(folder)) {
            assertThat(line(server.port(), "marie curie ete\n")).isEqualTo(VOTED);
            assertThat(line(server.port(), "jean hiver")).isEqualTo(VOTED);
            assertThat(line(server.port(), "VOTE heure zoé ete id=z1\n")).isEqualTo("OK voted seq=3 : a voté\n");
            assertThat(line(server.port(), "VOTE heure zoé ete id=z1\n")).isEqualTo("OK voted seq=3 : a voté\n");
            assertThat(line(server.port(), "RESULTS heure\n"))
                    .isEqualTo("OK results state=open total=3 ete=2 hiver=1 : 3 votes\n");
            ChildProcess.Result results = Althing.run("vote", "results", "127.0.0.1", server.port());
            assertThat(results.outText())
                    .contains("été")
                    .contains("2")
                    .contains("hiver")
                    .contains("1");
        }
    }

    @Test
    void the_tcp_server_alone_has_no_mqtt_code_in_its_process() {
        Path log = folder.resolve("classes.log");
        try (ChildProcess process = Programs.start(
                null,
                withClassLog(log),
                Althing.ROOT.resolve("althing-dist/src/dist/bin/althing").toString(),
                "vote",
                "server",
                "--port",
                "0",
                "--data",
                folder.toString())) {
            process.awaitOut("vote over TCP on ", LIMIT);
            String port = process.out().replaceFirst("(?s).*?on [^ ]*:(\\d+),.*", "$1");
            assertThat(cast(port, "alice", "ete").outText()).isEqualTo(VOTED);
            process.signal("TERM");
            assertThat(process.await(LIMIT).exitCode()).isZero();
            String classes = java.nio.file.Files.readString(log);
            assertThat(classes).contains("org.althing.vote.BallotBox");
            assertThat(classes).doesNotContain("org.althing.mqtt.").doesNotContain("org.althing.broker.");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static java.util.Map<String, String> withClassLog(Path log) {
        java.util.Map<String, String> environment = Althing.environment("althing");
        environment.put("JAVA_TOOL_OPTIONS", "-Xlog:class+load=info:file=" + log);
        return environment;
    }

    @Test
    void more_connections_than_allowed_are_told_so() throws IOException {
        try (Server server = Server.start(folder, "--connections", "1");
                Socket first = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(server.port()))) {
            first.getOutputStream().write("PING\n".getBytes(StandardCharsets.UTF_8));
            assertThat(first.getInputStream().read()).isPositive();
            assertThat(line(server.port(), "PING\n")).startsWith("ERR busy");
            assertThat(line(server.port(), "alice ete\n")).isNotEmpty().doesNotContain("a voté");
        }
    }

    @Test
    void every_acknowledged_vote_survives_a_kill() throws IOException {
        try (Server server = Server.start(folder)) {
            for (int i = 0; i < 20; i++) {
                assertThat(line(server.port(), "VOTE heure v" + i + " ete id=i" + i + "\n"))
                        .startsWith("OK voted");
            }
            server.process().kill();
        }
        try (Server server = Server.start(folder)) {
            assertThat(line(server.port(), "RESULTS heure\n")).contains("total=20 ete=20 hiver=0");
            assertThat(line(server.port(), "VOTE heure v7 ete id=i7\n")).isEqualTo("OK voted seq=8 : a voté\n");
            assertThat(line(server.port(), "VOTE heure v7 ete\n")).startsWith("ERR already-voted");
        }
        ChildProcess.Result check = Althing.run("vote", "check", folder.toString());
        assertThat(check.outText()).contains("20 ballots").contains("ete 20").contains("every one follows");
        assertThat(check.exitCode()).isZero();
    }

    @Test
    void a_vote_server_is_a_plain_client_of_debians_broker() {
        try (DebianMosquitto broker = DebianMosquitto.start();
                ChildProcess server = Althing.start(
                        "vote", "server", "--mqtt", "127.0.0.1:" + broker.port(), "--data", folder.toString())) {
            String port = Integer.toString(broker.port());
            broker.awaitLog("Sending SUBACK");
            ChildProcess.Result first = Althing.run("vote", "cast", "--mqtt", "127.0.0.1", port, "eve", "ete");
            assertThat(first.outText()).as(first.errText() + server.err()).isEqualTo(VOTED);
            assertThat(first.exitCode()).isZero();
            ChildProcess.Result second = Althing.run("vote", "cast", "--mqtt", "127.0.0.1", port, "eve", "hiver");
            assertThat(second.outText()).isEqualTo(ALREADY);
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(requestResponse(port, "carla", "ete")).isEqualTo(VOTED);
            assertThat(requestResponse(port, "carla", "hiver")).isEqualTo(ALREADY);
        }
    }

    private static String requestResponse(String port, String name, String choice) {
        return Programs.run(
                        "mosquitto_rr",
                        "-p",
                        port,
                        "-q",
                        "1",
                        "-W",
                        "10",
                        "-t",
                        "vote/v1/heure/ballot/" + name,
                        "-e",
                        "vote/v1/heure/receipt/" + name,
                        "-m",
                        choice)
                .outText();
    }

    @Test
    void one_ballot_box_stands_behind_all_doors() throws IOException {
        try (Althing.Up up = Althing.up(folder)) {
            String mqtt = Integer.toString(up.mqttPort());
            String tcp = Integer.toString(up.votePort());
            assertThat(requestResponse(mqtt, "carla", "ete")).isEqualTo(VOTED);
            assertThat(cast(tcp, "Carla", "hiver").outText()).isEqualTo(ALREADY);
            assertThat(line(tcp, "dora ete\n")).isEqualTo(VOTED);
            assertThat(requestResponse(mqtt, "dora", "hiver")).isEqualTo(ALREADY);
            assertThat(form(up.webPort(), "emil")).contains("a voté");
            assertThat(Althing.run("vote", "cast", "--mqtt", "127.0.0.1", mqtt, "emil", "hiver")
                            .outText())
                    .isEqualTo(ALREADY);
            assertThat(form(up.webPort(), "dora")).contains("erreur, vote déjà réalisé");
            assertThat(line(tcp, "RESULTS heure\n"))
                    .isEqualTo("OK results state=open total=3 ete=3 hiver=0 : 3 votes\n");
            String shown = Programs.run(
                            "mosquitto_sub", "-p", mqtt, "-t", "vote/v1/heure/results", "-C", "1", "-W", "5")
                    .outText();
            assertThat(shown).contains("\"total\":3").contains("\"ete\":3");
        }
    }

    private static String form(int port, String name) {
        return Programs.run(
                        "curl",
                        "-s",
                        "-H",
                        "Accept-Language: fr",
                        "-d",
                        "name=" + name + "&choice=ete",
                        "http://127.0.0.1:" + port + "/v/heure")
                .outText();
    }

    @Test
    void a_ballot_reaches_no_subscriber_of_our_broker() {
        try (Althing.Up up = Althing.up(folder)) {
            String mqtt = Integer.toString(up.mqttPort());
            try (ChildProcess spy = Programs.start("mosquitto_sub", "-p", mqtt, "-t", "#", "-v")) {
                spy.awaitOut("vote/v1/heure/poll ", LIMIT);
                assertThat(requestResponse(mqtt, "secret", "hiver")).isEqualTo(VOTED);
                spy.awaitOut("\"hiver\":1", LIMIT);
                assertThat(spy.out()).doesNotContain("/ballot/");
            }
        }
    }

    @Test
    void sessions_retained_messages_and_votes_go_on_after_a_kill() throws IOException {
        try (Althing.Up up = Althing.up(folder)) {
            String mqtt = Integer.toString(up.mqttPort());
            Programs.run("mosquitto_sub", "-p", mqtt, "-i", "away", "-c", "-q", "1", "-t", "news", "-E");
            Programs.run("mosquitto_pub", "-p", mqtt, "-q", "1", "-t", "news", "-m", "queued");
            Programs.run("mosquitto_pub", "-p", mqtt, "-q", "1", "-t", "kept", "-m", "retained", "-r");
            assertThat(line(Integer.toString(up.votePort()), "alice ete\n")).isEqualTo(VOTED);
            up.process().kill();
        }
        try (Althing.Up up = Althing.up(folder)) {
            String mqtt = Integer.toString(up.mqttPort());
            assertThat(Programs.run("mosquitto_sub", "-p", mqtt, "-t", "kept", "-C", "1", "-W", "5")
                            .outText())
                    .isEqualTo("retained\n");
            assertThat(Programs.run(
                                    "mosquitto_sub",
                                    "-p",
                                    mqtt,
                                    "-i",
                                    "away",
                                    "-c",
                                    "-q",
                                    "1",
                                    "-t",
                                    "news",
                                    "-C",
                                    "1",
                                    "-W",
                                    "5")
                            .outText())
                    .isEqualTo("queued\n");
            assertThat(line(Integer.toString(up.votePort()), "alice hiver\n")).isEqualTo(ALREADY);
            up.process().signal("TERM");
            assertThat(up.process().await(LIMIT).exitCode()).isZero();
        }
    }

    /**
     * A voter with a session on the disk: the ballot was counted, the receipt was on its way when everything was killed. It
     * is not kept for a reader that nobody can name any more; sent again, the ballot gets the same receipt.
     */
    @Test
    void a_receipt_that_a_kill_swallowed_comes_when_the_ballot_is_sent_again() throws IOException {
        String topic = "vote/v1/heure/receipt/alice";
        String told;
        try (Althing.Up up = Althing.up(folder)) {
            String mqtt = Integer.toString(up.mqttPort());
            Programs.run("mosquitto_sub", "-p", mqtt, "-i", "phone", "-c", "-q", "1", "-t", topic, "-E");
            // The voter's own connection ends before its receipt can be read: it waits in the session.
            ChildProcess.Result sent = Programs.run(
                    "mosquitto_pub",
                    "-p",
                    mqtt,
                    "-i",
                    "phone",
                    "-c",
                    "-q",
                    "1",
                    "-t",
                    "vote/v1/heure/ballot/alice",
                    "-m",
                    "{\"choice\":\"ete\",\"id\":\"a-1\"}");
            assertThat(sent.exitCode()).as(sent.errText()).isZero();
            told = line(Integer.toString(up.votePort()), "VOTE heure alice ete id=a-1\n");
            assertThat(told).isEqualTo("OK voted seq=1 : a voté\n");
            up.process().kill();
        }
        try (Althing.Up up = Althing.up(folder)) {
            String mqtt = Integer.toString(up.mqttPort());
            try (ChildProcess phone = Programs.start(
                    "mosquitto_rr",
                    "-V",
                    "5",
                    "-p",
                    mqtt,
                    "-i",
                    "phone",
                    "-c",
                    "-q",
                    "1",
                    "-W",
                    "10",
                    "-e",
                    topic,
                    "-t",
                    "vote/v1/heure/ballot/alice",
                    "-m",
                    "{\"choice\":\"ete\",\"id\":\"a-1\"}")) {
                ChildProcess.Result again = phone.await(LIMIT);
                assertThat(again.outText())
                        .as(again.errText())
                        .isEqualTo("{\"id\":\"a-1\",\"status\":\"voted\",\"seq\":1,\"text\":\"a voté\"}\n");
            }
            assertThat(line(Integer.toString(up.votePort()), "RESULTS heure\n")).contains(" total=1 ");
        }
    }

    @Test
    void a_taken_port_is_named_with_its_owner_and_the_option_that_changes_it() {
        try (Althing.Up up = Althing.up(folder.resolve("a"))) {
            ChildProcess.Result result = Althing.run(
                    "up",
                    "--data",
                    folder.resolve("b").toString(),
                    "--mqtt-port",
                    Integer.toString(up.mqttPort()),
                    "--vote-port",
                    "0",
                    "--web-port",
                    "0");
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.errText())
                    .contains("address already in use")
                    .contains("java (process " + up.process().pid() + ")")
                    .contains("--mqtt-port")
                    .hasLineCount(1);
        }
    }

    @Test
    void the_demonstration_counts_everybody_once_through_a_kill() {
        try (ChildProcess demo = Althing.start("demo")) {
            ChildProcess.Result result = demo.await(Duration.ofSeconds(90));
            assertThat(result.exitCode())
                    .as(result.outText() + result.errText())
                    .isZero();
            assertThat(result.outText()).contains("kill -9").contains("Right: everyone counted, once.");
        }
    }
}
