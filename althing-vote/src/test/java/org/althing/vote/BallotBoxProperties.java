package org.althing.vote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.althing.journal.memory.FaultyDisk;
import org.althing.testing.Gen;
import org.althing.vote.CastResult.AlreadyVoted;
import org.althing.vote.CastResult.Refused;
import org.althing.vote.CastResult.Voted;
import org.junit.jupiter.api.Test;

/** Whatever disk and power do: what was acknowledged counts, once, under the same number. */
class BallotBoxProperties {
    private record Attempt(String voter, String choice, String id, List<CastResult> answers) {}

    /** What voters were told, over all starts. */
    private static final class Told {
        final Map<String, Long> seqOf = new HashMap<>();
        final Map<String, String> idOf = new HashMap<>();

        void all(List<Attempt> attempts) {
            for (Attempt attempt : attempts) {
                assertThat(attempt.answers).hasSizeLessThanOrEqualTo(1);
                if (!attempt.answers.isEmpty() && attempt.answers.getFirst() instanceof Voted(long seq)) {
                    Long before = seqOf.putIfAbsent(attempt.voter, seq);
                    assertThat(before == null || before == seq).isTrue();
                    assertThat(idOf.computeIfAbsent(attempt.voter, _ -> attempt.id))
                            .isEqualTo(attempt.id);
                }
            }
        }
    }

    private static List<Attempt> attempts(Gen gen, Hall hall, int count) {
        List<Attempt> attempts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String voter = "voter " + gen.between(1, 12);
            String id = gen.oneIn(4) ? "other" : "id-of-" + voter.replace(' ', '-');
            String choice = gen.pick("ete", "hiver");
            attempts.add(new Attempt(voter, choice, id, hall.cast(voter, choice, id)));
            switch (gen.between(0, 3)) {
                case 0 -> hall.loop.run();
                case 1 -> hall.loop.turn();
                case 2 -> hall.loop.advance(gen.between(0, 500));
                default -> {} // the next ballot comes in the same turn
            }
        }
        hall.loop.run();
        return attempts;
    }

    private static void holds(Told told, Hall hall) {
        Results results = hall.results();
        assertThat(results.total())
                .isEqualTo(results.counts().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isLessThanOrEqualTo(12);
        told.seqOf.forEach((voter, seq) -> {
            assertThat(hall.vote(voter, "ete", told.idOf.get(voter))).isEqualTo(new Voted(seq));
            assertThat(hall.vote(voter, "ete", "a-third")).isEqualTo(new AlreadyVoted());
        });
        assertThat(hall.results()).isEqualTo(results);
    }

    @Test
    void a_power_cut_at_any_moment_loses_no_acknowledged_ballot() {
        Gen.forAll(300, gen -> {
            try {
                FaultyDisk disk = new FaultyDisk(new SplittableRandom(gen.between(0L, 1L << 60)));
                Told told = new Told();
                for (int start = 0; start < 4; start++) {
                    Hall hall = Hall.on(disk);
                    if (hall.ensureHeure()) {
                        holds(told, hall);
                        disk.cutPowerAt(gen.between(1, 60));
                        List<Attempt> attempts = attempts(gen, hall, gen.between(0, 30));
                        told.all(attempts);
                    }
                    disk = gen.bool() ? disk.afterPowerCut() : disk.afterKill();
                }
                Hall last = Hall.on(disk);
                last.ensureHeure();
                holds(told, last);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void a_disk_that_fails_now_and_then_gets_no_ballot_acknowledged_that_is_not_there() {
        Gen.forAll(300, gen -> {
            try {
                FaultyDisk disk = new FaultyDisk(new SplittableRandom(gen.between(0L, 1L << 60)));
                Told told = new Told();
                Hall hall = Hall.on(disk);
                hall.ensureHeure();
                for (int fault = 0; fault < 4; fault++) {
                    disk.failAt(gen.between(1, 20));
                    told.all(attempts(gen, hall, gen.between(1, 20)));
                }
                hall.loop.advance(60_000);
                assertThat(hall.box.isDegraded()).isFalse();
                holds(told, hall);
                Results shown = hall.results();
                Hall next = Hall.on(disk.afterPowerCut());
                assertThat(next.results()).isEqualTo(shown);
                holds(told, next);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void every_ballot_is_answered_once_and_the_count_is_that_of_a_simple_model() {
        Gen.forAll(200, gen -> {
            Hall hall = Hall.open();
            Map<String, String> model = new HashMap<>();
            Map<String, Long> counts = new HashMap<>(Map.of("ete", 0L, "hiver", 0L));
            List<Attempt> attempts = attempts(gen, hall, gen.between(0, 60));
            for (Attempt attempt : attempts) {
                String first = model.putIfAbsent(attempt.voter, attempt.id);
                if (first == null) {
                    counts.merge(attempt.choice, 1L, Long::sum);
                }
                assertThat(attempt.answers).hasSize(1);
                assertThat(attempt.answers.getFirst())
                        .isInstanceOf(first == null || first.equals(attempt.id) ? Voted.class : AlreadyVoted.class)
                        .isNotInstanceOf(Refused.class);
            }
            assertThat(hall.results().counts()).isEqualTo(counts);
        });
    }
}
