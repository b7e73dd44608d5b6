package org.althing.vote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.vote.CastResult.AlreadyVoted;
import org.althing.vote.CastResult.Voted;
import org.althing.vote.Rules.Eligibility;
import org.althing.vote.Rules.Secrecy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The folder of a ballot box as a program wrote it, in {@code src/test/resources/box}: each build must open it and find in
 * it what was counted, and answer those who voted as they were answered then.
 *
 * <p>When the present format changes, {@link #the_newest_folder_is_what_this_program_writes} fails: then this class's {@code
 * main} writes one more folder, and the older ones stay, to be opened for ever.
 */
class StoredLogTest {
    private static final int FORMATS = 1;
    private static final Path FOLDERS = Path.of("src/test/resources/box");
    private static final long SEGMENT_BYTES = 8 << 10;
    private static final String HERE = "192.0.2.1";

    /** What whoever noted it then must find again. */
    private static final String HEAD = "fbab9d70db33c73df37f0b39fafe1f08aa2e10681ba0814a1b512b668b5eb29d";

    private static Path folder(int format) {
        return FOLDERS.resolve("format-" + format);
    }

    /** A box in a folder, with everything drawn from one seed. */
    private static final class Box implements AutoCloseable {
        final ManualLoop loop = new ManualLoop();
        final Disk disk;
        final BallotBox box;
        final List<String> codes = new ArrayList<>();

        Box(Path folder) throws IOException {
            disk = Disk.folder(folder);
            Journal.Options options = new Journal.Options(SEGMENT_BYTES, Journal.Durability.SYNC);
            box = BallotBox.open(
                    replay -> Journal.open(disk, options, loop.committer(), replay),
                    disk,
                    new SplittableRandom(20_261_125L),
                    loop,
                    loop.worker());
            loop.run();
        }

        void run(PollCommand command) {
            List<CommandResult> answers = new ArrayList<>();
            box.run(Role.ORGANISER, command, answers::add);
            loop.run();
            if (answers.getFirst() instanceof CommandResult.Codes issued) {
                codes.addAll(issued.codes());
            } else {
                assertThat(answers.getFirst()).isInstanceOf(CommandResult.Done.class);
            }
        }

        CastResult vote(String poll, String voter, String id, Proof proof, String... choice) {
            List<CastResult> answers = new ArrayList<>();
            box.cast(new Ballot(poll, voter, List.of(choice), id, proof), answers::add);
            loop.run();
            return answers.getFirst();
        }

        void define(String poll, Rules rules) {
            List<PollOption> options = rules.counting() instanceof Counting.YesNo
                    ? Poll.yesNo()
                    : List.of(
                            new PollOption("a", Map.of(Language.ENGLISH, "Ægir 🎉")),
                            new PollOption("b", Map.of(Language.FRENCH, "été")));
            run(new PollCommand.Define(new Poll(poll, Map.of(Language.ENGLISH, "Who?"), options, rules)));
        }

        Results results(String poll) {
            Results results = box.results(poll);
            if (results == null) {
                throw new AssertionError("no poll " + poll);
            }
            return results;
        }

        @Override
        public void close() throws IOException {
            List<Object> closed = new ArrayList<>();
            box.close((done, failure) -> closed.add(failure == null ? "closed" : failure));
            loop.run();
            assertThat(closed).hasSize(1);
            disk.close();
        }
    }

    private static Rules rules(Eligibility eligibility, Secrecy secrecy) {
        return Rules.of(new Counting.Single(), eligibility, secrecy);
    }

    /** Every kind of line, and polls in every state. */
    private static void fill(Box box) {
        box.define("hands", rules(Eligibility.OPEN_NAMES, Secrecy.NAMED));
        box.run(new PollCommand.Open("hands", 0));
        box.vote("hands", "Anna", "id-1", Proof.none(), "a");
        box.vote("hands", "Émile", "id-2", Proof.none(), "b");
        box.run(new PollCommand.Pause("hands"));

        box.define("secret", rules(Eligibility.ROSTER, Secrecy.CONFIDENTIAL));
        box.run(new PollCommand.Enrol(
                "secret",
                List.of(new PollCommand.Enrolment("Anna", "4711"), new PollCommand.Enrolment("Bob", "0000"))));
        box.run(new PollCommand.Open("secret", 3_600));
        box.vote("secret", "Anna", "id-3", new Proof.Pin("4711", HERE), "a");
        box.run(new PollCommand.Close("secret"));
        box.run(new PollCommand.Open("secret", 0));
        box.vote("secret", "Bob", "id-4", new Proof.Pin("0000", HERE), "b");

        box.define("codes", rules(Eligibility.CODES, Secrecy.CODES));
        box.run(new PollCommand.IssueCodes("codes", 3));
        box.run(new PollCommand.Open("codes", 0));
        box.vote("codes", "", "id-5", new Proof.Code(box.codes.getFirst(), HERE), "b");
        box.run(new PollCommand.Close("codes"));
        box.run(new PollCommand.Publish("codes"));

        box.define("motion", Rules.of(new Counting.YesNo(), Eligibility.MQTT_USER, Secrecy.NAMED));
        box.run(new PollCommand.Open("motion", 0));
        box.vote("motion", "", "id-6", new Proof.MqttUser("carla"), "abstain");
        box.run(new PollCommand.Close("motion"));
        box.run(new PollCommand.Delete("motion"));

        box.define("draft", rules(Eligibility.CERTIFICATE, Secrecy.NAMED));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }

    private static TreeMap<String, String> contents(Path folder) throws IOException {
        TreeMap<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> !each.endsWith("lock")).toList()) {
                contents.put(file.getFileName().toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        }
        return contents;
    }

    @Test
    void a_folder_of_every_format_opens_and_counts_what_was_counted(@TempDir Path temporary) throws IOException {
        for (int format = 1; format <= FORMATS; format++) {
            Path copied = Files.createDirectory(temporary.resolve("format-" + format));
            copy(folder(format), copied);
            assertThat(LogCheck.of(copied).head()).isEqualTo(HEAD);
            try (Box box = new Box(copied)) {
                assertThat(box.results("hands").counts()).isEqualTo(Map.of("a", 1L, "b", 1L));
                assertThat(box.results("hands").state()).isEqualTo(PollState.PAUSED);
                assertThat(box.results("secret").round()).isEqualTo(2);
                assertThat(box.results("secret").total()).isEqualTo(1);
                assertThat(box.results("secret").eligible()).isEqualTo(2);
                assertThat(box.results("codes").counts()).isEqualTo(Map.of("a", 0L, "b", 1L));
                assertThat(box.results("codes").state()).isEqualTo(PollState.PUBLISHED);
                assertThat(box.results("draft").state()).isEqualTo(PollState.DRAFT);
                assertThat(box.box.poll("motion")).as("deleted").isNull();
                assertThat(box.box.isTaken("motion")).isTrue();
                assertThat(box.vote("hands", "Émile", "id-2", Proof.none(), "b"))
                        .isEqualTo(new Voted(2));
                assertThat(box.vote("hands", "anna", "another", Proof.none(), "b"))
                        .isEqualTo(new AlreadyVoted());
                assertThat(box.vote("secret", "Bob", "id-4", new Proof.Pin("0000", HERE), "b"))
                        .isEqualTo(new Voted(1));
                assertThat(box.vote("secret", "Anna", "id-7", new Proof.Pin("4711", HERE), "b"))
                        .as("goes on counting")
                        .isEqualTo(new Voted(2));
            }
        }
    }

    @Test
    void the_newest_folder_is_what_this_program_writes(@TempDir Path temporary) throws IOException {
        write(temporary);
        assertThat(contents(temporary)).isEqualTo(contents(folder(FORMATS)));
        assertThat(contents(temporary).keySet())
                .as("several segments, and keys")
                .anyMatch(name -> name.startsWith("00000002"))
                .anyMatch(name -> name.endsWith(".key"));
    }

    private static void write(Path folder) throws IOException {
        try (Box box = new Box(folder)) {
            fill(box);
        }
        Files.deleteIfExists(folder.resolve("lock"));
    }

    /** Writes the folder of the newest format; its argument is where the others are. */
    public static void main(String[] arguments) throws IOException {
        write(Files.createDirectories(Path.of(arguments[0]).resolve("format-" + FORMATS)));
    }
}
