package org.althing.vote;

import java.util.List;
import java.util.Map;
import org.althing.vote.json.JsonException;
import org.althing.vote.json.JsonObject;

/** What a ballot may say, and how ballots add up. */
public sealed interface Counting {
    /** Exactly one option. */
    record Single() implements Counting {}

    /** One of yes, no and abstain; abstentions count for the quorum and not for the majority. */
    record YesNo() implements Counting {}

    /** Some options. */
    record Multiple(int min, int max) implements Counting {
        public Multiple {
            if (min < 1 || max < min) {
                throw new IllegalArgumentException("choices must be from 1 up, not " + min + " to " + max);
            }
        }
    }

    /** Every option that is good enough: one or more. */
    record Approval() implements Counting {}

    /** A number of points for each option, 0 where none is given. */
    record Score(int max) implements Counting {
        /** Of what a poll may allow. */
        public static final int LIMIT = 100;

        public Score {
            if (max < 1 || max > LIMIT) {
                throw new IllegalArgumentException("the highest score must be 1 to " + LIMIT + ", not " + max);
            }
        }
    }

    /** The word in the log and at the doors. */
    default String word() {
        return switch (this) {
            case Single _ -> "single";
            case YesNo _ -> "yes-no";
            case Multiple _ -> "multiple";
            case Approval _ -> "approval";
            case Score _ -> "score";
        };
    }

    /** The fewest options on one ballot. */
    default int choicesMin() {
        return this instanceof Multiple multiple ? multiple.min : 1;
    }

    /** The most options on one ballot of a poll with so many. */
    default int choicesMax(int options) {
        return switch (this) {
            case Single _, YesNo _ -> 1;
            case Multiple multiple -> Math.min(multiple.max, options);
            case Approval _, Score _ -> options;
        };
    }

    /** As JSON: {@code {"kind":"multiple","max":3,"min":1}}. */
    default Map<String, Object> members() {
        return switch (this) {
            case Multiple(int min, int max) -> Map.of("kind", word(), "min", min, "max", max);
            case Score(int max) -> Map.of("kind", word(), "max", max);
            case Single _, YesNo _, Approval _ -> Map.of("kind", word());
        };
    }

    /** From JSON; numbers that are absent get their usual value. */
    static Counting of(JsonObject members) throws JsonException {
        String kind = members.string("kind");
        return switch (kind) {
            case "single" -> new Single();
            case "yes-no" -> new YesNo();
            case "multiple" -> new Multiple(number(members, "min", 1), number(members, "max", Poll.OPTIONS_MAX));
            case "approval" -> new Approval();
            case "score" -> new Score(number(members, "max", 5));
            default ->
                throw new JsonException("\"" + kind + "\" is no way to count; there are "
                        + String.join(", ", List.of("single", "yes-no", "multiple", "approval", "score")));
        };
    }

    private static int number(JsonObject members, String name, int otherwise) throws JsonException {
        return members.has(name) ? Math.toIntExact(members.integer(name)) : otherwise;
    }
}
