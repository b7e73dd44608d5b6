package org.althing.vote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.althing.journal.Journal;
import org.althing.journal.RecordBatch;
import org.althing.journal.memory.MemoryDisk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The lines of the log: their form, their chain, what is sealed, and that every change is noticed at the next start. */
class LogTest {
    private static final Seal SEAL = new Seal(new byte[Seal.KEY_BYTES]);

    private final MemoryDisk disk = new MemoryDisk();
    private final LogChain chain = new LogChain(new SecureRandom(), (_, _, _) -> SEAL);

    private static LogRecord counted(long seq, String voter) {
        return new LogRecord.Counted(
                1_700_000_000_000L,
                "heure",
                1,
                seq,
                new Opening(voter, voter.toLowerCase(java.util.Locale.ROOT), List.of("ete"), "i-1"));
    }

    private static String line(byte[] stored) {
        String text = new String(stored, StandardCharsets.UTF_8);
        int cut = text.indexOf('\n');
        return cut < 0 ? text : text.substring(0, cut);
    }

    private void write(byte[]... lines) throws IOException {
        try (var file = disk.open(KeyRing.ofPoll("heure"))) {
            byte[] key = new byte[Seal.KEY_BYTES];
            key[0] = 1;
            file.write(ByteBuffer.wrap(key), 0);
        }
        try (Journal journal = Journal.open(disk, Journal.Options.defaults(), Runnable::run, _ -> {})) {
            RecordBatch batch = new RecordBatch();
            for (byte[] line : lines) {
                batch.add(ByteBuffer.wrap(line));
            }
            journal.commit(batch, _ -> {});
        }
    }

    /** A chain that seals as the disk's key does. */
    private LogChain sealed() {
        byte[] key = new byte[Seal.KEY_BYTES];
        key[0] = 1;
        Seal seal = new Seal(key);
        return new LogChain(new SecureRandom(), (_, _, _) -> seal);
    }

    @Test
    void a_line_is_canonical_json_with_the_hash_of_the_line_before_and_of_what_is_sealed() throws Exception {
        byte[] poll = chain.append(new LogRecord.Defined(1, Poll.heure()), 0);
        byte[] stored = chain.append(counted(1, "Zoé"), 10);

        String secret = read(poll, stored).secret();
        assertThat(secret)
                .matches("\\{\"choice\":\\[\"ete\"],\"id\":\"i-1\",\"key\":\"zoé\",\"salt\":\"[0-9a-f]{32}\","
                        + "\"voter\":\"Zoé\"}");
        assertThat(line(stored))
                .isEqualTo("{\"at\":1700000000000,\"commit\":\"" + Sha256.hex(String.valueOf(secret))
                        + "\",\"kind\":\"ballot\",\"n\":2,\"poll\":\"heure\",\"prev\":\"" + Sha256.hex(line(poll))
                        + "\",\"round\":1,\"seq\":1}");
        assertThat(chain.head()).isEqualTo(Sha256.hex(line(stored)));
        assertThat(new String(stored, StandardCharsets.UTF_8))
                .doesNotContain("Zoé")
                .doesNotContain("ete\"");
    }

    private static LogChain.Line read(byte[]... lines) throws LogDamagedException {
        LogChain reader = new LogChain(new SecureRandom(), (_, _, _) -> SEAL);
        LogChain.Line last = null;
        for (byte[] line : lines) {
            last = reader.read(line);
        }
        if (last == null) {
            throw new AssertionError();
        }
        return last;
    }

    @Test
    void without_the_key_the_chain_is_whole_and_nothing_is_said_of_the_voter() throws Exception {
        byte[] poll = chain.append(new LogRecord.Defined(1, Poll.heure()), 0);
        byte[] stored = chain.append(counted(1, "Zoé"), 10);
        LogChain reader = new LogChain(new SecureRandom(), (_, _, _) -> null);
        reader.read(poll);

        assertThat(reader.read(stored).record())
                .isEqualTo(new LogRecord.Counted(1_700_000_000_000L, "heure", 1, 1, null));
        assertThat(reader.head()).isEqualTo(chain.head());
    }

    @Test
    void the_length_of_a_sealed_ballot_does_not_depend_on_the_choice() {
        Poll poll = new Poll(
                "p",
                Poll.heure().question(),
                List.of(
                        new PollOption("a", java.util.Map.of(Language.FRENCH, "a")),
                        new PollOption("a-very-long-key-of-an-option", java.util.Map.of(Language.FRENCH, "b"))),
                Rules.showOfHands());
        Choices choices = new Choices(poll);
        for (int name = 1; name < 64; name++) {
            assertThat(length(choices, "x".repeat(name), "a"))
                    .isEqualTo(length(choices, "x".repeat(name), "a-very-long-key-of-an-option"));
        }
    }

    private int length(Choices choices, String voter, String choice) {
        Ledger ledger = new Ledger(keys(), new SecureRandom());
        Poll poll = new Poll(
                "p",
                Poll.heure().question(),
                List.of(
                        new PollOption("a", java.util.Map.of(Language.FRENCH, "a")),
                        new PollOption("a-very-long-key-of-an-option", java.util.Map.of(Language.FRENCH, "b"))),
                Rules.showOfHands());
        ledger.append(new LogRecord.Defined(1, poll));
        byte[] stored =
                ledger.chained(new LogRecord.Counted(1, "p", 1, 1, new Opening(voter, voter, List.of(choice), null)));
        assertThat(choices.isCanonical(List.of(choice))).isTrue();
        return stored.length - line(stored).length();
    }

    private static KeyRing keys() {
        try {
            MemoryDisk keys = new MemoryDisk();
            try (var file = keys.open("p.key")) {
                byte[] key = new byte[Seal.KEY_BYTES];
                Arrays.fill(key, (byte) 7);
                file.write(ByteBuffer.wrap(key), 0);
            }
            return KeyRing.read(keys, new SecureRandom());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_changed_line_stops_the_start() throws IOException {
        byte[] poll = chain.append(new LogRecord.Defined(1, Poll.heure()), 0);
        byte[] open = chain.append(new LogRecord.Opened(2, "heure", 1, 0), 0);
        byte[] changed = new String(poll, StandardCharsets.UTF_8)
                .replace("hiver ?", "hiver !")
                .getBytes(StandardCharsets.UTF_8);
        write(changed, open);

        assertThatThrownBy(() -> Hall.on(disk))
                .isInstanceOf(LogDamagedException.class)
                .hasMessageStartingWith("ballot log, line 2: it does not follow from the line before");
    }

    @Test
    void a_ballot_sealed_anew_with_another_choice_stops_the_start() throws IOException {
        LogChain honest = sealed();
        byte[] poll = honest.append(new LogRecord.Defined(1, Poll.heure()), 0);
        byte[] open = honest.append(new LogRecord.Opened(2, "heure", 1, 0), 0);
        LogChain.Mark here = honest.mark();
        String otherSecret = new String(honest.append(counted(1, "Zoé"), 0), StandardCharsets.UTF_8);
        honest.returnTo(here);
        String first = new String(honest.append(counted(1, "Zoé"), 0), StandardCharsets.UTF_8);
        String swapped = first.substring(0, first.indexOf('\n')) + otherSecret.substring(otherSecret.indexOf('\n'));
        write(poll, open, swapped.getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> Hall.on(disk))
                .hasMessage("ballot log, line 3: what is sealed beside it is not what it was committed to");
    }

    @Test
    void a_log_that_counts_a_person_twice_stops_the_start() throws IOException {
        LogChain honest = sealed();
        write(
                honest.append(new LogRecord.Defined(1, Poll.heure()), 0),
                honest.append(new LogRecord.Opened(2, "heure", 1, 0), 0),
                honest.append(counted(1, "Alice"), 0),
                honest.append(counted(2, "alice"), 0));

        assertThatThrownBy(() -> Hall.on(disk)).hasMessage("ballot log, line 4: a second ballot of \"alice\"");
    }

    @Test
    void a_close_that_counts_something_else_than_the_ballots_stops_the_start() throws IOException {
        LogChain honest = sealed();
        write(
                honest.append(new LogRecord.Defined(1, Poll.heure()), 0),
                honest.append(new LogRecord.Opened(2, "heure", 1, 0), 0),
                honest.append(counted(1, "Alice"), 0),
                honest.append(
                        new LogRecord.Closed(
                                3,
                                "heure",
                                1,
                                false,
                                1,
                                List.of(new TallyLine(List.of("hiver"), 1)),
                                java.util.Map.of(),
                                null),
                        0));

        assertThatThrownBy(() -> Hall.on(disk))
                .hasMessage("ballot log, line 4: the close does not count the ballots before it");
    }

    @Test
    void a_missing_key_stops_the_start_and_is_named() throws IOException {
        LogChain honest = sealed();
        write(
                honest.append(new LogRecord.Defined(1, Poll.heure()), 0),
                honest.append(new LogRecord.Opened(2, "heure", 1, 0), 0),
                honest.append(counted(1, "Alice"), 0));
        disk.delete("heure.key");

        assertThatThrownBy(() -> Hall.on(disk)).hasMessageStartingWith("the file heure.key is missing or damaged");
    }

    @Test
    void a_line_with_a_record_of_a_newer_version_is_refused_by_name() {
        String text = new String(chain.append(new LogRecord.Defined(1, Poll.heure()), 0), StandardCharsets.UTF_8)
                .replace("\"kind\":\"poll\"", "\"kind\":\"zeal\"");
        @Nullable LogDamagedException damage = null;
        try {
            new LogChain(new SecureRandom(), (_, _, _) -> SEAL).read(text.getBytes(StandardCharsets.UTF_8));
        } catch (LogDamagedException e) {
            damage = e;
        }
        assertThat(damage).hasMessageContaining("unknown kind \"zeal\"");
    }
}
