package org.althing.vote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.althing.journal.memory.FaultyDisk;
import org.althing.journal.memory.MemoryDisk;
import org.althing.vote.CastResult.AlreadyVoted;
import org.althing.vote.CastResult.Refused;
import org.althing.vote.CastResult.Voted;
import org.junit.jupiter.api.Test;

class BallotBoxTest {
    private final Hall hall = Hall.open();

    @Test
    void ballots_are_numbered_from_one() {
        assertThat(hall.vote("alice", "ete", null)).isEqualTo(new Voted(1));
        assertThat(hall.vote("bob", "hiver", null)).isEqualTo(new Voted(2));

        assertThat(hall.results())
                .isEqualTo(new Results(
                        "heure", 1, PollState.OPEN, 2, null, true, Map.of("ete", 1L, "hiver", 1L), 2, 2, 0));
    }

    @Test
    void a_second_ballot_of_the_same_person_does_not_count() {
        hall.vote("Alice Martin", "ete", null);

        assertThat(hall.vote(" ALICE  martin ", "hiver", null)).isEqualTo(new AlreadyVoted());
        assertThat(hall.results().counts()).isEqualTo(Map.of("ete", 1L, "hiver", 0L));
    }

    @Test
    void a_repetition_with_the_same_id_gets_the_same_answer() {
        hall.vote("alice", "ete", "one");
        hall.vote("bob", "ete", "two");

        assertThat(hall.vote("alice", "ete", "one")).isEqualTo(new Voted(1));
        assertThat(hall.vote("alice", "ete", "other")).isEqualTo(new AlreadyVoted());
        assertThat(hall.vote("alice", "ete", null)).isEqualTo(new AlreadyVoted());
        assertThat(hall.results().total()).isEqualTo(2);
    }

    @Test
    void a_repetition_may_not_change_the_choice() {
        hall.vote("alice", "ete", "one");

        assertThat(hall.vote("alice", "hiver", "one")).isEqualTo(new Voted(1));
        assertThat(hall.results().counts()).isEqualTo(Map.of("ete", 1L, "hiver", 0L));
    }

    @Test
    void options_match_without_accents_and_case_and_by_number() {
        assertThat(hall.vote("a", "ÉTÉ", null)).isEqualTo(new Voted(1));
        assertThat(hall.vote("b", "Ete", null)).isEqualTo(new Voted(2));
        assertThat(hall.vote("c", "e\u0301te\u0301", null)).isEqualTo(new Voted(3));
        assertThat(hall.vote("d", "2", null)).isEqualTo(new Voted(4));
        assertThat(hall.vote("e", "winter", null)).isEqualTo(new Voted(5));
        assertThat(hall.results().counts()).isEqualTo(Map.of("ete", 3L, "hiver", 2L));
    }

    @Test
    void what_cannot_count_is_refused_with_its_reason() {
        assertThat(hall.vote("alice", "printemps", null)).isEqualTo(new Refused(Refusal.UNKNOWN_CHOICE));
        assertThat(hall.vote("alice", "0", null)).isEqualTo(new Refused(Refusal.UNKNOWN_CHOICE));
        assertThat(hall.vote("alice", "3", null)).isEqualTo(new Refused(Refusal.UNKNOWN_CHOICE));
        assertThat(hall.vote("  ", "ete", null)).isEqualTo(new Refused(Refusal.BAD_NAME));
        assertThat(hall.vote("al\u202Eice", "ete", null)).isEqualTo(new Refused(Refusal.BAD_NAME));
        assertThat(hall.vote("x".repeat(65), "ete", null)).isEqualTo(new Refused(Refusal.NAME_TOO_LONG));
        assertThat(hall.vote("x".repeat(64), "ete", null)).isEqualTo(new Voted(1));
        assertThat(hall.vote("alice", "ete", "not an id")).isEqualTo(new Refused(Refusal.BAD_VOTE_ID));
        List<CastResult> answers = new ArrayList<>();
        hall.box.cast(new Ballot("pomme", "alice", List.of("ete"), null), answers::add);
        hall.box.cast(new Ballot("heure", "alice", List.of("ete", "hiver"), null), answers::add);
        assertThat(answers)
                .containsExactly(new Refused(Refusal.UNKNOWN_POLL), new Refused(Refusal.WRONG_NUMBER_OF_CHOICES));
    }

    @Test
    void the_answer_waits_for_the_disk() {
        List<CastResult> answers = hall.cast("alice", "ete", null);
        hall.loop.turn();

        assertThat(answers).isEmpty();
        assertThat(hall.results().total()).isZero();
        assertThat(hall.box.hasVoted("heure", new VoterName("alice", "alice"), Role.NOBODY))
                .isFalse();

        hall.loop.run();
        assertThat(answers).containsExactly(new Voted(1));
        assertThat(hall.results().total()).isEqualTo(1);
        assertThat(hall.box.hasVoted("heure", new VoterName("alice", "alice"), Role.NOBODY))
                .isTrue();
    }

    @Test
    void a_second_ballot_in_the_same_turn_waits_for_the_first_ones_commit() {
        List<CastResult> first = hall.cast("alice", "ete", "one");
        List<CastResult> again = hall.cast("alice", "ete", "one");
        List<CastResult> other = hall.cast("alice", "hiver", "two");
        hall.loop.turn();
        assertThat(first).isEmpty();
        assertThat(again).isEmpty();
        assertThat(other).isEmpty();

        hall.loop.run();
        assertThat(first).containsExactly(new Voted(1));
        assertThat(again).containsExactly(new Voted(1));
        assertThat(other).containsExactly(new AlreadyVoted());
    }

    @Test
    void ballots_before_the_close_count_and_later_ones_do_not() {
        List<CastResult> before = hall.cast("alice", "ete", "one");
        List<CommandResult> closed = new ArrayList<>();
        hall.box.run(Role.PRESENTER, new PollCommand.Close("heure"), closed::add);
        List<CastResult> after = hall.cast("bob", "ete", null);
        hall.loop.run();

        assertThat(before).containsExactly(new Voted(1));
        assertThat(closed).containsExactly(new CommandResult.Done(PollState.CLOSED));
        assertThat(after).containsExactly(new Refused(Refusal.CLOSED));
        assertThat(hall.results().state()).isEqualTo(PollState.CLOSED);
        assertThat(hall.vote("alice", "ete", "one")).isEqualTo(new Voted(1));
    }

    @Test
    void the_next_start_finds_everything_again() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        Hall first = Hall.on(disk);
        first.ensureHeure();
        first.vote("alice", "ete", "one");
        first.vote("bob", "hiver", null);
        first.box.close((_, _) -> {});
        first.loop.run();

        Hall second = Hall.on(disk);
        assertThat(second.ensureHeure()).isTrue();
        assertThat(second.vote("alice", "ete", "one")).isEqualTo(new Voted(1));
        assertThat(second.vote("Bob", "ete", null)).isEqualTo(new AlreadyVoted());
        assertThat(second.vote("carla", "ete", null)).isEqualTo(new Voted(3));
        assertThat(second.results().counts()).isEqualTo(Map.of("ete", 2L, "hiver", 1L));
    }

    @Test
    void a_failing_disk_is_never_acknowledged_and_forgotten_ballots_may_come_again() throws IOException {
        FaultyDisk disk = new FaultyDisk(new SplittableRandom(1));
        Hall faulty = Hall.on(disk);
        faulty.ensureHeure();
        faulty.vote("alice", "ete", "one");
        disk.failAt(1);
        disk.capacity(disk.used());

        CastResult refused = faulty.vote("bob", "hiver", "two");
        assertThat(refused).isEqualTo(new Refused(Refusal.DEGRADED));
        assertThat(faulty.box.isDegraded()).isTrue();
        assertThat(faulty.results().total()).isEqualTo(1);
        assertThat(faulty.vote("alice", "ete", "one")).isEqualTo(new Voted(1));
        assertThat(faulty.vote("carla", "ete", null)).isEqualTo(new Refused(Refusal.DEGRADED));

        disk.capacity(Long.MAX_VALUE);
        faulty.loop.advance(60_000);
        assertThat(faulty.box.isDegraded()).isFalse();
        assertThat(faulty.vote("bob", "ete", "two")).isEqualTo(new Voted(2));
        assertThat(faulty.results().counts()).isEqualTo(Map.of("ete", 2L, "hiver", 0L));
        assertThat(Hall.on(disk.afterPowerCut()).results()).isEqualTo(faulty.results());
    }
}
