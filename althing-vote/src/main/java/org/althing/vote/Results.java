package org.althing.vote;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.althing.vote.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * What is shown of a poll's round: durable ballots only, and no more than its rules allow at present.
 *
 * @param total voters whose ballot counts
 * @param eligible how many may vote, or null where nobody knows
 * @param isShown whether the counts may be seen; if not, they are empty
 * @param counts by option key, in the order asked: ballots with the option, or points
 * @param counted ballots in the counts; fewer than {@code total} while a batch gathers
 * @param seq grows with every ballot
 * @param untilMillis when the round ends by itself, wall clock; 0 if it does not
 */
public record Results(
        String poll,
        int round,
        PollState state,
        long total,
        @Nullable Long eligible,
        boolean isShown,
        Map<String, Long> counts,
        long counted,
        long seq,
        long untilMillis) {

    /** Of a round in which nobody has voted yet, with what may be shown then. */
    public static Results none(Poll poll, PollState state) {
        Map<String, Long> counts = new LinkedHashMap<>();
        poll.options().forEach(option -> counts.put(option.key(), 0L));
        return new Results(poll.id(), 1, state, 0, null, true, counts, 0, 0, 0);
    }

    /**
     * As pushed and retained: {@code {"poll":"heure","round":1,"state":"open","total":3,"eligible":null,"counts":{..},
     * "counted":3,"seq":3}}; counts are null while they are hidden.
     */
    public String json() {
        return JsonWriter.write(members());
    }

    /** The members of {@link #json} with what the counts decide. */
    public Map<String, @Nullable Object> members(Outcome outcome) {
        Map<String, @Nullable Object> members = members();
        if (state.isFinal()) {
            members.put("quorum", outcome.isQuorate());
            members.put("winners", List.copyOf(outcome.winners()));
        }
        return members;
    }

    private Map<String, @Nullable Object> members() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("poll", poll);
        members.put("round", round);
        members.put("state", state.word());
        members.put("total", total);
        members.put("eligible", eligible);
        members.put("counts", isShown ? counts : null);
        members.put("counted", counted);
        members.put("seq", seq);
        if (untilMillis > 0) {
            members.put("until", untilMillis);
        }
        return members;
    }
}
