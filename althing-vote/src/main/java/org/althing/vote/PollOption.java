package org.althing.vote;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One thing that can be voted for.
 *
 * @param key its stable identifier: 1 to 32 of a-z 0-9 -
 * @param labels what people read
 * @param aliases other spellings that mean it, such as the digits of a lab's client
 */
public record PollOption(String key, Map<Language, String> labels, List<String> aliases) {
    /** They name other values in the answers that also carry options. */
    private static final Set<String> RESERVED = Set.of(
            "state",
            "total",
            "counted",
            "eligible",
            "round",
            "shown",
            "until",
            "id",
            "pin",
            "code",
            "retry",
            "seq",
            "n",
            "counting",
            "who",
            "secrecy",
            "change",
            "min",
            "max");

    public PollOption {
        labels = Map.copyOf(labels);
        aliases = List.copyOf(aliases);
        if (!Poll.isIdentifier(key) || RESERVED.contains(key)) {
            throw new IllegalArgumentException(
                    "option key must be 1 to 32 of a-z 0-9 -, and none of " + RESERVED + ", not \"" + key + "\"");
        }
        if (labels.isEmpty() || labels.values().stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("option " + key + " needs a label");
        }
    }

    public PollOption(String key, Map<Language, String> labels) {
        this(key, labels, List.of());
    }

    /** What people read, in this language or, where it is missing, in the first there is. */
    public String label(Language language) {
        return Poll.text(labels, language);
    }
}
