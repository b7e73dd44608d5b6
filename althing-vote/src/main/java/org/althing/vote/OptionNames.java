package org.althing.vote;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the options of a poll may be written: alias, key or label in any language, without regard to case and accents;
 * then the number in the order asked, from 1. A poll that has a number among its aliases has said itself what numbers
 * mean, and the order says nothing more.
 */
public final class OptionNames {
    /** By folded spelling. */
    private final Map<String, PollOption> bySpelling = new HashMap<>();

    /** As the poll itself writes them, which is how most voters do: not to be folded each time. */
    private final Map<String, PollOption> byWriting = new HashMap<>();

    /** @throws IllegalArgumentException if one spelling means two options */
    OptionNames(List<PollOption> options) {
        for (PollOption option : options) {
            spellings(option).map(TextFolding::foldOption).forEach(spelling -> add(spelling, option));
            spellings(option).forEach(writing -> byWriting.put(writing, option));
        }
        if (bySpelling.keySet().stream().noneMatch(OptionNames::isNumber)) {
            for (int i = 0; i < options.size(); i++) {
                add(Integer.toString(i + 1), options.get(i));
            }
        }
    }

    /** The option that this text means, or null. */
    public @Nullable PollOption option(String written) {
        PollOption exact = byWriting.get(written);
        return exact == null ? bySpelling.get(TextFolding.foldOption(written)) : exact;
    }

    /**
     * Whether the text means one option and cannot be the beginning of another one: then it may be taken as whole
     * although nothing says that it ends.
     */
    public boolean isUnmistakable(String written) {
        String folded = TextFolding.foldOption(written);
        PollOption meant = bySpelling.get(folded);
        return meant != null
                && bySpelling.entrySet().stream()
                        .allMatch(entry -> entry.getValue().equals(meant)
                                || !entry.getKey().startsWith(folded));
    }

    private void add(String spelling, PollOption option) {
        PollOption other = bySpelling.putIfAbsent(spelling, option);
        if (other != null && !other.equals(option)) {
            throw new IllegalArgumentException(
                    "\"" + spelling + "\" means both " + other.key() + " and " + option.key());
        }
    }

    private static Stream<String> spellings(PollOption option) {
        return Stream.of(Stream.of(option.key()), option.labels().values().stream(), option.aliases().stream())
                .flatMap(s -> s);
    }

    private static boolean isNumber(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
