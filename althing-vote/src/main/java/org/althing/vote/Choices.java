package org.althing.vote;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a ballot of one poll may say.
 *
 * <p>The canonical form is a list of option keys in the order asked; where points are given, {@code key=points} for every
 * option. The same choice always has the same form, so that equal ballots are equal.
 */
final class Choices {
    /** A choice, or why there is none. */
    record Read(@Nullable List<String> choice, @Nullable Refusal refusal) {}

    private static final int SCORE_DIGITS_MAX = 3;

    private final List<PollOption> options;
    private final Counting counting;
    private final OptionNames names;
    private final int longest;

    /** The one-option choices, so that the usual ballot makes no list. */
    private final Map<String, List<String>> singles = new TreeMap<>();

    Choices(Poll poll) {
        options = poll.options();
        counting = poll.rules().counting();
        names = poll.optionNames();
        options.forEach(option -> singles.put(option.key(), List.of(option.key())));
        longest = options.stream()
                .mapToInt(option -> option.key().length() + SCORE_DIGITS_MAX + 4)
                .sum();
    }

    OptionNames names() {
        return names;
    }

    /** More than the canonical JSON of any choice of this poll is long. */
    int lengthMax() {
        return longest + 2;
    }

    /** Reads what a voter wrote. */
    Read read(List<String> written) {
        if (counting instanceof Counting.Score(int max)) {
            return readScores(written, max);
        }
        if (written.size() == 1) {
            PollOption one = names.option(written.getFirst());
            return one == null
                    ? new Read(null, Refusal.UNKNOWN_CHOICE)
                    : sized(singles.getOrDefault(one.key(), List.of()), 1);
        }
        boolean[] chosen = new boolean[options.size()];
        for (String word : written) {
            PollOption option = names.option(word);
            if (option == null) {
                return new Read(null, Refusal.UNKNOWN_CHOICE);
            }
            chosen[options.indexOf(option)] = true;
        }
        List<String> choice = new ArrayList<>();
        for (int i = 0; i < chosen.length; i++) {
            if (chosen[i]) {
                choice.add(options.get(i).key());
            }
        }
        return sized(List.copyOf(choice), written.size());
    }

    /** @param count as written: an option named twice is a mistake, not one choice */
    private Read sized(List<String> choice, int count) {
        boolean fits = choice.size() == count
                && count >= counting.choicesMin()
                && count <= counting.choicesMax(options.size());
        return fits ? new Read(choice, null) : new Read(null, Refusal.WRONG_NUMBER_OF_CHOICES);
    }

    private Read readScores(List<String> written, int max) {
        int[] points = new int[options.size()];
        boolean[] given = new boolean[options.size()];
        for (String word : written) {
            int cut = word.lastIndexOf('=');
            PollOption option = cut < 0 ? null : names.option(word.substring(0, cut));
            if (option == null) {
                return new Read(null, Refusal.UNKNOWN_CHOICE);
            }
            int at = options.indexOf(option);
            int score = score(word.substring(cut + 1).strip());
            if (given[at] || score < 0 || score > max) {
                return new Read(null, Refusal.WRONG_SCORE);
            }
            given[at] = true;
            points[at] = score;
        }
        if (written.isEmpty()) {
            return new Read(null, Refusal.WRONG_NUMBER_OF_CHOICES);
        }
        List<String> choice = new ArrayList<>();
        for (int i = 0; i < points.length; i++) {
            choice.add(options.get(i).key() + "=" + points[i]);
        }
        return new Read(List.copyOf(choice), null);
    }

    private static int score(String text) {
        boolean isNumber = !text.isEmpty()
                && text.length() <= SCORE_DIGITS_MAX
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return isNumber ? Integer.parseInt(text) : -1;
    }

    /** Whether the list is the canonical form of a choice of this poll. */
    boolean isCanonical(List<String> choice) {
        return choice.equals(read(choice).choice());
    }

    /** Adds so many ballots that say this to the counts by option. */
    static void add(List<String> choice, long ballots, ObjLongConsumer<String> counts) {
        for (String word : choice) {
            int cut = word.indexOf('=');
            if (cut < 0) {
                counts.accept(word, ballots);
            } else {
                counts.accept(word.substring(0, cut), ballots * Long.parseLong(word.substring(cut + 1)));
            }
        }
    }
}
