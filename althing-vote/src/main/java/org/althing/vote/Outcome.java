package org.althing.vote;

import java.util.ArrayList;
import java.util.List;

/**
 * What the counts of a round decide. Never by chance: where several options are level, all of them are named.
 *
 * @param isQuorate whether enough voters took part
 * @param winners the options with the most, if they reach the majority and there is a quorum; several are a tie
 */
public record Outcome(boolean isQuorate, List<String> winners) {
    public Outcome {
        winners = List.copyOf(winners);
    }

    /** Whether exactly one option won. */
    public boolean isDecided() {
        return winners.size() == 1;
    }

    static Outcome of(Poll poll, Results results) {
        Rules rules = poll.rules();
        Long eligible = results.eligible();
        boolean quorate = results.total() >= rules.quorumVoters()
                && (rules.quorumPercent() == 0
                        || eligible != null && results.total() * 100 >= eligible * rules.quorumPercent());
        if (!quorate || !results.isShown() || results.total() == 0) {
            return new Outcome(quorate, List.of());
        }
        return new Outcome(true, winners(poll, results));
    }

    private static List<String> winners(Poll poll, Results results) {
        Rules rules = poll.rules();
        if (rules.counting() instanceof Counting.YesNo) {
            long yes = results.counts().getOrDefault("yes", 0L);
            long no = results.counts().getOrDefault("no", 0L);
            if (yes + no == 0) {
                return List.of();
            }
            boolean adopted = rules.majority() == Rules.Majority.PLURALITY
                    ? yes > no
                    : rules.majority().isReached(yes, yes + no);
            return List.of(adopted ? "yes" : "no");
        }
        long most = results.counts().values().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        long of = rules.counting() instanceof Counting.Score(int max) ? results.total() * max : results.total();
        List<String> winners = new ArrayList<>();
        results.counts().forEach((key, count) -> {
            if (count == most && most > 0 && rules.majority().isReached(count, of)) {
                winners.add(key);
            }
        });
        return winners;
    }
}
