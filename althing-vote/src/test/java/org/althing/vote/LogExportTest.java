package org.althing.vote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.althing.journal.memory.MemoryDisk;
import org.althing.testing.ChildProcess;
import org.althing.testing.Gen;
import org.althing.testing.Programs;
import org.althing.vote.Rules.Change;
import org.althing.vote.Rules.Eligibility;
import org.althing.vote.Rules.ResultsShown;
import org.althing.vote.Rules.Secrecy;
import org.althing.vote.json.JsonException;
import org.althing.vote.json.JsonObject;
import org.althing.vote.json.JsonReader;
import org.althing.vote.sql.SqliteMirror;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What leaves the log: as tables, as JSON, and line by line for a program that shares no code with ours. */
class LogExportTest {
    private static final Path RECOUNT = Path.of(System.getProperty("althing.root", ".."), "examples/python/recount.py");

    @TempDir
    Path folder;

    private final MemoryDisk disk = new MemoryDisk();
    private Hall hall = start();

    private Hall start() {
        try {
            Hall started = Hall.on(disk);
            started.loop.run();
            return started;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private LogExport export() throws IOException {
        for (String name : disk.list()) {
            try (var file = disk.open(name)) {
                ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
                file.read(bytes, 0);
                Files.write(folder.resolve(name), bytes.array());
            }
        }
        try (var files = Files.list(folder)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".key")).toList()) {
                if (!disk.list().contains(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
        return LogExport.of(folder);
    }

    private static Poll poll(String id, Rules rules) {
        return new Poll(
                id,
                Map.of(Language.FRENCH, "Quoi ?"),
                rules.counting() instanceof Counting.YesNo
                        ? Poll.yesNo()
                        : List.of(
                                new PollOption("a", Map.of(Language.FRENCH, "A")),
                                new PollOption("b", Map.of(Language.FRENCH, "B"))),
                rules);
    }

    @Test
    void the_table_of_a_named_poll_says_who_voted_what_and_no_cell_is_a_formula() throws IOException {
        hall.run(new PollCommand.Define(
                poll("p", Rules.of(new Counting.Approval(), Eligibility.OPEN_NAMES, Secrecy.NAMED))));
        hall.run(new PollCommand.Open("p", 0));
        hall.vote(new Ballot("p", "=cmd|' /C calc'!A0", List.of("a"), null));
        hall.vote(new Ballot("p", "@SUM(1)", List.of("a", "b"), null));
        hall.vote(new Ballot("p", "Zoé \"Zo\", dite Z", List.of("b"), null));

        assertThat(export().csv("p")).isEqualTo("""
                round,seq,voter,choice,ballots\r
                1,1,"'=cmd|' /C calc'!A0",a,1\r
                1,2,"'@SUM(1)",a b,1\r
                1,3,"Zoé ""Zo"", dite Z",b,1\r
                """);
        assertThat(LogExport.cell("+1")).isEqualTo("\"'+1\"");
        assertThat(LogExport.cell("-1")).isEqualTo("\"'-1\"");
    }

    @Test
    void a_secret_poll_shows_nothing_while_it_is_open_and_ballots_without_voters_afterwards() throws IOException {
        Rules rules = Rules.of(new Counting.Single(), Eligibility.ROSTER, Secrecy.CONFIDENTIAL);
        hall.run(new PollCommand.Define(poll("p", rules)));
        hall.run(new PollCommand.Enrol(
                "p", List.of(new PollCommand.Enrolment("Zoé", "1234"), new PollCommand.Enrolment("Alice", "1234"))));
        hall.run(new PollCommand.Open("p", 0));
        hall.vote(new Ballot("p", "Zoé", List.of("b"), "zoe-id", new Proof.Pin("1234", "")));
        hall.vote(new Ballot("p", "Alice", List.of("a"), "alice-id", new Proof.Pin("1234", "")));
        assertThat(export().csv("p")).isEqualTo("round,seq,voter,choice,ballots\r\n");
        assertThat(export().log()).doesNotContain("Zo").doesNotContain("1234").doesNotContain("zoe-id");

        hall.run(new PollCommand.Close("p"));

        assertThat(export().csv("p")).isEqualTo("round,seq,voter,choice,ballots\r\n1,,,a,1\r\n1,,,b,1\r\n");
        assertThat(export().json("p"))
                .contains("\"voters\":{\"1\":[\"Alice\",\"Zoé\"]}")
                .doesNotContain("zoe-id");
    }

    @Test
    void the_table_of_a_poll_with_codes_is_by_the_hash_of_the_code() throws IOException {
        hall.run(new PollCommand.Define(poll("p", Rules.of(new Counting.Single(), Eligibility.CODES, Secrecy.CODES))));
        CommandResult issued = hall.run(new PollCommand.IssueCodes("p", 2));
        List<String> codes = ((CommandResult.Codes) issued).codes();
        hall.run(new PollCommand.Open("p", 0));
        hall.vote(new Ballot("p", "", List.of("b"), null, new Proof.Code(codes.getFirst(), "")));
        hall.run(new PollCommand.Close("p"));
        String hash = Sha256.hex("p\n" + codes.getFirst().replace("-", ""));
        assertThat(export().csv("p")).isEqualTo("round,seq,voter,choice,ballots\r\n1,," + hash + ",b,1\r\n");
        assertThat(export().log()).doesNotContain(codes.getFirst());
    }

    @Test
    void sqlite_answers_the_same_also_when_it_is_written_twice() throws IOException, SQLException {
        hall.ensureHeure();
        hall.vote("alice", "ete", null);
        hall.vote("bob", "ete", null);
        Path database = folder.resolve("votes.db");
        SqliteMirror.write(export(), database);
        hall.vote("carla", "hiver", null);
        SqliteMirror.write(export(), database);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                ResultSet row = connection
                        .createStatement()
                        .executeQuery("SELECT group_concat(o, ' ') FROM (SELECT choice || ':' || sum(ballots) AS o"
                                + " FROM ballot WHERE poll = 'heure' GROUP BY choice ORDER BY choice)")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("ete:2 hiver:1");
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                ResultSet row = connection
                        .createStatement()
                        .executeQuery(
                                "SELECT voters, (SELECT sum(count) FROM count), (SELECT head FROM log) FROM round")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getInt(1)).isEqualTo(3);
            assertThat(row.getInt(2)).isEqualTo(3);
            assertThat(row.getString(3)).isEqualTo(export().head());
        }
    }

    // ---------------------------------------------------------------------------------------------- recount

    private ChildProcess.Result recount(String log) throws IOException {
        Path file = Files.writeString(folder.resolve("export.jsonl"), log);
        return Programs.run("python3", RECOUNT.toAbsolutePath().toString(), file.toString());
    }

    private static Rules anyRules(Gen gen) {
        Counting counting = switch (gen.between(0, 4)) {
            case 0 -> new Counting.Single();
            case 1 -> new Counting.YesNo();
            case 2 -> new Counting.Multiple(1, 2);
            case 3 -> new Counting.Approval();
            default -> new Counting.Score(5);
        };
        Eligibility eligibility = switch (gen.between(0, 2)) {
            case 0 -> Eligibility.OPEN_NAMES;
            case 1 -> Eligibility.ROSTER;
            default -> Eligibility.CODES;
        };
        Secrecy secrecy =
                eligibility == Eligibility.CODES ? Secrecy.CODES : gen.bool() ? Secrecy.NAMED : Secrecy.CONFIDENTIAL;
        Rules rules = Rules.of(counting, eligibility, secrecy);
        if (eligibility != Eligibility.OPEN_NAMES && gen.bool()) {
            rules = rules.withChange(Change.UNTIL_CLOSE);
        }
        return gen.oneIn(3) ? rules.withResults(ResultsShown.AT_CLOSE, 5) : rules;
    }

    /** Polls of all kinds, with votes, changes, pauses, rounds and restarts. */
    private void live(Gen gen, String id) {
        Poll poll = poll(id, anyRules(gen));
        hall.run(new PollCommand.Define(poll));
        List<String> codes = new ArrayList<>();
        if (poll.rules().eligibility() == Eligibility.ROSTER) {
            List<PollCommand.Enrolment> voters = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                voters.add(new PollCommand.Enrolment("v" + i, "1234"));
            }
            hall.run(new PollCommand.Enrol(id, voters));
        } else if (hall.run(new PollCommand.IssueCodes(id, 6)) instanceof CommandResult.Codes(List<String> issued)) {
            codes.addAll(issued);
        }
        for (int round = gen.between(0, 2); round > 0; round--) {
            hall.run(new PollCommand.Open(id, 0));
            for (int i = gen.between(0, 12); i > 0; i--) {
                int voter = gen.between(0, 5);
                Proof proof = codes.isEmpty() ? new Proof.Pin("1234", "") : new Proof.Code(codes.get(voter), "");
                hall.box.cast(new Ballot(id, "v" + voter, choice(gen, poll), "i" + i, proof), _ -> {});
            }
            hall.loop.run();
            if (gen.bool()) {
                hall.run(new PollCommand.Close(id));
            } else {
                break;
            }
        }
        if (gen.oneIn(4)) {
            hall.run(new PollCommand.Delete(id));
        }
    }

    private static List<String> choice(Gen gen, Poll poll) {
        String first = poll.options().get(gen.between(0, 1)).key();
        return switch (poll.rules().counting()) {
            case Counting.Single _, Counting.YesNo _ -> List.of(first);
            case Counting.Multiple _, Counting.Approval _ -> gen.bool() ? List.of(first) : List.of("a", "b");
            case Counting.Score _ -> List.of("a=" + gen.between(0, 5), "b=" + gen.between(0, 5));
        };
    }

    @Test
    void an_independent_recount_finds_what_was_shown() throws Exception {
        Gen.forAll(1, gen -> {
            for (int i = 0; i < 40; i++) {
                live(gen, "p" + i);
                if (gen.oneIn(5)) {
                    hall.box.close((_, _) -> {});
                    hall.loop.run();
                    hall = start();
                }
            }
        });
        ChildProcess.Result result = recount(export().log());
        assertThat(result.errText()).isEmpty();
        Map<String, JsonObject> last = new HashMap<>();
        for (String line : result.outText().split("\n")) {
            JsonObject round = JsonReader.readObject(line);
            if (round.has("poll")) {
                last.put(round.string("poll"), round);
            }
        }
        int compared = 0;
        for (Poll poll : hall.box.polls()) {
            Results shown = hall.results(poll.id());
            JsonObject counted = last.get(poll.id());
            if (counted != null
                    && counted.members().get("counts") != null
                    && shown.counted() == shown.total()
                    && shown.isShown()) {
                compared++;
                for (Map.Entry<String, Long> count : shown.counts().entrySet()) {
                    assertThat(number(counted.object("counts"), count.getKey()))
                            .as(poll.toString())
                            .isEqualTo(count.getValue());
                }
                assertThat(number(counted, "voters")).isEqualTo(shown.total());
            }
        }
        assertThat(compared).isGreaterThan(8);
        assertThat(result.outText()).contains(export().head());
    }

    private static long number(JsonObject object, String name) throws JsonException {
        return object.integer(name);
    }

    @Test
    void an_independent_recount_finds_every_change() throws Exception {
        hall.ensureHeure();
        hall.vote("alice", "ete", "1");
        hall.vote("bob", "hiver", "2");
        hall.run(new PollCommand.Close("heure"));
        String log = export().log();
        assertThat(recount(log).exitCode()).isZero();
        Map<String, String> changes = Map.of(
                "\\\"alice\\\"", "\\\"alicf\\\"",
                "\\\"seq\\\":2", "\\\"seq\\\":3",
                "\\\"ballots\\\":1", "\\\"ballots\\\":2",
                "été", "ete");
        changes.forEach((from, to) -> {
            assertThat(log).contains(from);
            try {
                ChildProcess.Result result = recount(log.replaceFirst(
                        java.util.regex.Pattern.quote(from), java.util.regex.Matcher.quoteReplacement(to)));
                assertThat(result.exitCode()).as(from).isEqualTo(1);
                assertThat(result.errText()).startsWith("line ");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        String[] lines = log.split("\n");
        assertThat(recount(lines[0] + "\n" + lines[1] + "\n" + lines[3] + "\n").exitCode())
                .isEqualTo(1);
    }
}
