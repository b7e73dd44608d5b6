package org.althing.vote.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.althing.net.Clock;
import org.althing.net.Worker;
import org.althing.net.nio.NioEngine;
import org.althing.vote.Poll;
import org.althing.vote.PollCommand;
import org.althing.vote.Role;
import org.althing.vote.service.VoteFolder;
import org.althing.vote.service.VoteService;
import org.althing.vote.tcp.TcpDoor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VoteCommandTest {
    @TempDir
    Path data;

    private final NioEngine engine = new NioEngine();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private VoteService vote;
    private String port = "";

    @BeforeEach
    void start() throws IOException {
        vote = VoteService.open(VoteFolder.of(data), engine, Worker.virtualThreads());
        vote.ensureOpened(Poll.heure());
        InetSocketAddress address =
                (InetSocketAddress) vote.listen(new InetSocketAddress("127.0.0.1", 0), TcpDoor.Options.defaults())
                        .address();
        port = Integer.toString(address.getPort());
    }

    @AfterEach
    void stop() {
        vote.close();
        engine.close();
    }

    private record NoTerminal() implements Surroundings.Screen {
        @Override
        public boolean isTerminal() {
            return false;
        }

        @Override
        public boolean hasColour() {
            return false;
        }

        @Override
        public int columns() {
            return 80;
        }
    }

    private int run(String... words) {
        out.reset();
        err.reset();
        return VoteCommand.run(
                Arrays.asList(words),
                new Surroundings(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        () -> {
                            throw new AssertionError("no server was asked for");
                        },
                        Clock.system(),
                        new Random(),
                        new NoTerminal(),
                        data));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void cast_prints_the_verdict_and_says_it_by_its_exit_status() {
        assertThat(run("cast", "127.0.0.1", port, "Zoé \"Z\" \\o/", "ete")).isZero();
        assertThat(out()).isEqualTo("a voté\n");
        assertThat(run("cast", "127.0.0.1", port, "zoé  \"z\" \\o/", "hiver")).isEqualTo(1);
        assertThat(out()).isEqualTo("erreur, vote déjà réalisé\n");
        assertThat(run("cast", "127.0.0.1", port, "bob", "automne")).isEqualTo(3);
        assertThat(out()).isEmpty();
        assertThat(err()).isEqualTo("erreur, choix inconnu (été, hiver)\n");
        assertThat(run("cast", "127.0.0.1", port, "bob", "ete", "--poll", "pomme"))
                .isEqualTo(3);
    }

    @Test
    void cast_may_be_repeated_with_its_id() {
        assertThat(run("cast", "127.0.0.1", port, "alice", "ete", "--id", "a-1"))
                .isZero();
        assertThat(run("cast", "--id=a-1", "127.0.0.1", port, "alice", "ete")).isZero();
        assertThat(run("cast", "127.0.0.1", port, "alice", "ete")).isEqualTo(1);
    }

    @Test
    void cast_sends_the_same_line_again_when_the_answer_is_lost() throws Exception {
        List<String> lines = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread cutting = Thread.ofVirtual().start(() -> {
                try {
                    for (String answer : List.of("", "ERR degraded : plus tard\n", "OK voted seq=1 : a voté\n")) {
                        try (Socket socket = server.accept()) {
                            lines.add(new BufferedReader(
                                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                                    .readLine());
                            socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                        }
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(run("cast", "127.0.0.1", Integer.toString(server.getLocalPort()), "alice", "ete"))
                    .isZero();
            cutting.join();
        }
        assertThat(lines).hasSize(3).allMatch(line -> line.equals(lines.getFirst()));
        assertThat(lines.getFirst()).matches("VOTE heure \"alice\" \"ete\" id=[0-9a-f]{32}");
    }

    @Test
    void cast_says_when_nobody_is_there() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertThat(run("cast", "127.0.0.1", Integer.toString(free), "alice", "ete"))
                .isEqualTo(4);
        assertThat(err()).isEqualTo("althing vote: nobody listens on 127.0.0.1:" + free + "\n");
        assertThat(run("cast", "--mqtt", "127.0.0.1", Integer.toString(free), "alice", "ete"))
                .isEqualTo(4);
        assertThat(err().lines()).hasSize(1);
    }

    @Test
    void results_show_bars_and_numbers() {
        run("cast", "127.0.0.1", port, "a", "ete");
        run("cast", "127.0.0.1", port, "b", "ete");
        run("cast", "127.0.0.1", port, "c", "hiver");
        assertThat(run("results", "127.0.0.1", port)).isZero();
        assertThat(out()).isEqualTo("""
                        Heure d’été ou heure d’hiver ?
                        été   ██████████████████████████████████████                          2   67 %
                        hiver ███████████████████                                             1   33 %
                        scrutin ouvert, résultat provisoire · 3 votes
                        """);
        assertThat(run("results", "127.0.0.1", port, "pomme")).isEqualTo(3);
        assertThat(err()).isEqualTo("althing vote: erreur, scrutin inconnu\n");
    }

    @Test
    void watch_writes_plain_lines_where_nobody_looks_and_ends_with_the_poll() throws Exception {
        run("cast", "127.0.0.1", port, "a", "ete");
        Thread closing = Thread.ofVirtual()
                .start(() -> vote.loop()
                        .execute(() -> vote.loop()
                                .schedule(
                                        300_000_000L,
                                        () -> vote.box()
                                                .run(Role.ORGANISER, new PollCommand.Close("heure"), _ -> {}))));
        assertThat(run("watch", "127.0.0.1", port)).isZero();
        closing.join();
        assertThat(out()).isEqualTo("""
                state=open total=1 ete=1 hiver=0
                state=closed total=1 ete=1 hiver=0
                """);
    }

    @Test
    void check_counts_from_the_log_alone_while_the_server_runs() {
        run("cast", "127.0.0.1", port, "a", "ete");
        run("cast", "127.0.0.1", port, "b", "hiver");
        for (String command : List.of("check", "recount")) {
            assertThat(run(command, data.toString())).isZero();
            assertThat(out())
                    .startsWith("poll heure: open, 2 ballots\n  ete 1\n  hiver 1\n4 lines, ")
                    .containsPattern("head [0-9a-f]{64}\n");
        }
        assertThat(run("check")).isZero();
    }

    @Test
    void check_finds_a_changed_ballot() throws IOException {
        run("cast", "127.0.0.1", port, "a", "ete");
        run("cast", "127.0.0.1", port, "b", "hiver");
        vote.close();
        Path segment = VoteFolder.of(data).resolve("00000001.journal");
        byte[] bytes = Files.readAllBytes(segment);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        bytes[text.indexOf("\"hiver\"],\"key\"") + 1] = 'H';
        Files.write(segment, bytes, StandardOpenOption.TRUNCATE_EXISTING);

        assertThat(run("check", data.toString())).isEqualTo(1);
        assertThat(err().lines()).hasSize(1);
    }

    @Test
    void every_mistake_is_one_clear_line() {
        List<String[]> mistakes = List.of(
                new String[] {"dance"},
                new String[] {"cast", "127.0.0.1", port, "alice"},
                new String[] {"cast", "127.0.0.1", port, "alice", "ete", "more"},
                new String[] {"cast", "127.0.0.1", "65536", "alice", "ete"},
                new String[] {"cast", "127.0.0.1", "x", "alice", "ete"},
                new String[] {"cast", "127.0.0.1", port, "", "ete"},
                new String[] {"cast", "127.0.0.1", port, "a\nb", "ete"},
                new String[] {"cast", "--timeout", "0", "127.0.0.1", port, "alice", "ete"},
                new String[] {"cast", "--dance", "127.0.0.1", port, "alice", "ete"},
                new String[] {"cast", "-u", "me", "127.0.0.1", port, "alice", "ete"},
                new String[] {"cast", "--id", "127.0.0.1", "--id", port, "alice", "ete"},
                new String[] {"results", "a", "b", "c", "d"},
                new String[] {"results", "not a poll"},
                new String[] {"watch", "host", "0"},
                new String[] {"check", "no-such-folder"},
                new String[] {"check", "a", "b"},
                new String[] {"server", "--port", "70000"},
                new String[] {"server", "--port"},
                new String[] {"server", "--mqtt", ":1"},
                new String[] {"server", "--mqtt", "host:x"},
                new String[] {"server", "--root", "a"},
                new String[] {"server", "more"});
        for (String[] words : mistakes) {
            assertThat(run(words)).as(String.join(" ", words)).isEqualTo(2);
            assertThat(err().lines()).as(String.join(" ", words)).hasSize(1);
            assertThat(err()).startsWith("althing vote: ");
            assertThat(out()).isEmpty();
        }
    }

    private int poll(String... words) {
        List<String> all = new ArrayList<>(List.of("poll"));
        all.addAll(List.of(words));
        all.addAll(List.of("--host", "127.0.0.1", "--port", port));
        return run(all.toArray(String[]::new));
    }

    @Test
    void polls_are_directed_with_the_token_of_the_data_folder() throws IOException {
        assertThat(poll("create", "budget", "Budget ?", "Pour", "contre=Contre", "Ça dépend", "--counting", "approval"))
                .as(err())
                .isZero();
        assertThat(out()).isEqualTo("scrutin pas encore ouvert\n");
        assertThat(poll("open", "budget", "--seconds", "3600")).isZero();
        assertThat(run("cast", "127.0.0.1", port, "alice", "ca-depend", "--poll", "budget"))
                .isZero();
        assertThat(poll("pause", "budget")).isZero();
        assertThat(poll("list")).isZero();
        assertThat(out()).isEqualTo("heure open\nbudget paused\n");
        assertThat(poll("voters", "budget")).isZero();
        assertThat(out()).isEqualTo("[\"alice\"]\n");
        assertThat(poll("close", "budget")).isZero();
        assertThat(poll("publish", "budget")).isZero();
        assertThat(out()).isEqualTo("résultat publié\n");
        assertThat(poll("open", "budget")).isEqualTo(VoteCommand.REFUSED);
        assertThat(err()).isEqualTo("althing vote: impossible dans cet état du scrutin (published)\n");
        assertThat(poll("delete", "budget")).isEqualTo(VoteCommand.USAGE);
        assertThat(err()).contains("--yes");
        assertThat(poll("delete", "budget", "--yes")).isZero();
        assertThat(poll("list")).isZero();
        assertThat(out()).isEqualTo("heure open\n");
    }

    @Test
    void a_roster_file_is_read_with_its_pins_and_missing_ones_are_drawn() throws IOException {
        Path roster = Files.writeString(data.resolve("roster.csv"), "Alice Martin;4711\n\nBob\n");
        poll(
                "create",
                "p",
                "Quoi ?",
                "a=A",
                "b=B",
                "--who",
                "roster",
                "--secrecy",
                "confidential",
                "--results",
                "at-close");
        assertThat(poll("roster", "p", roster.toString())).as(err()).isZero();
        assertThat(out()).matches("(?s)scrutin pas encore ouvert\\nBob;[0-9]{6}\\n");
        Files.writeString(roster, "Alice;1234\nAlice;1234;more\n");
        assertThat(poll("roster", "p", roster.toString())).isEqualTo(VoteCommand.USAGE);
        assertThat(err()).contains("line 2: a name and a PIN are expected");
        Files.writeString(roster, "Alice;1234\nALICE;1234\nBob;1\n");
        assertThat(poll("roster", "p", roster.toString())).isEqualTo(VoteCommand.USAGE);
        assertThat(err()).contains("line 2: this name stands in a line before").contains("line 3: a PIN has 4");
    }

    @Test
    void codes_are_printed_once_as_links_if_wanted() {
        poll("create", "p", "Quoi ?", "a=A", "b=B", "--who", "codes", "--results", "at-close");
        assertThat(poll("codes", "p", "2", "--link", "http://192.168.1.5:8080"))
                .as(err())
                .isZero();
        assertThat(out()).matches("(http://192\\.168\\.1\\.5:8080/v/p#k=\\S{14}\\n){2}");
    }

    @Test
    void a_wrong_definition_a_wrong_token_and_no_token_are_said_so() {
        assertThat(poll("create", "p", "Quoi ?", "a=A", "b=B", "--who", "everybody"))
                .isEqualTo(VoteCommand.USAGE);
        assertThat(err()).contains("must be one of open-names, roster, codes, mqtt-user, certificate");
        assertThat(poll("create", "p", "Quoi ?", "seul")).isEqualTo(VoteCommand.USAGE);
        assertThat(err()).contains("2 to 100 options");
        assertThat(poll("close", "heure", "--token", "00")).isEqualTo(VoteCommand.REFUSED);
        assertThat(err()).isEqualTo("althing vote: jeton inconnu\n");
        assertThat(poll("close", "heure", "--data", data.resolve("nothing").toString()))
                .isEqualTo(VoteCommand.UNAVAILABLE);
        assertThat(err()).contains("there is no organiser's token in");
    }

    @Test
    void a_log_is_exported_while_the_server_runs() throws IOException {
        run("cast", "127.0.0.1", port, "=1+1", "ete");
        assertThat(run("export")).as(err()).isZero();
        assertThat(out()).isEqualTo("round,seq,voter,choice,ballots\r\n1,1,\"'=1+1\",ete,1\r\n");
        assertThat(run("export", "heure", "--format", "json")).isZero();
        assertThat(out()).contains("\"voter\":\"=1+1\"");
        Path log = data.resolve("log.jsonl");
        assertThat(run("export", "--format", "log", "--out", log.toString())).isZero();
        assertThat(Files.readAllLines(log)).hasSize(3);
        assertThat(run(
                        "export",
                        "--format",
                        "sqlite",
                        "--out",
                        data.resolve("v.db").toString()))
                .isZero();
        assertThat(data.resolve("v.db")).isNotEmptyFile();
        assertThat(run("export", "nothing")).isEqualTo(VoteCommand.USAGE);
        assertThat(run("export", "--format", "pdf")).isEqualTo(VoteCommand.USAGE);
    }
}
