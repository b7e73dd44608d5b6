package org.althing.vote;

import java.util.List;
import java.util.Map;

/**
 * A question and its options: what does not change while people vote.
 *
 * @param id 1 to 32 of a-z 0-9 -; never used again for another poll
 * @param options 2 to 100, in the order asked
 */
public record Poll(String id, Map<Language, String> question, List<PollOption> options, Rules rules) {
    private static final int OPTIONS_MAX = 100;

    /** Who may vote. */
    public enum Eligibility {
        /** Anybody, by name. Spoofable, and every screen says so. */
        OPEN_NAMES
    }

    /** Who may know what somebody voted. */
    public enum Secrecy {
        /** Everyone: a show of hands. */
        NAMED
    }

    /** Whether a vote can be changed. */
    public enum Change {
        NO
    }

    /** When the counts are shown. */
    public enum ResultsShown {
        ALWAYS
    }

    /** How the poll is held. */
    public record Rules(Eligibility eligibility, Secrecy secrecy, Change change, ResultsShown results) {
        /** Anybody by name, secrecy named, no change, results always. */
        public static Rules showOfHands() {
            return new Rules(Eligibility.OPEN_NAMES, Secrecy.NAMED, Change.NO, ResultsShown.ALWAYS);
        }
    }

    public Poll {
        question = Map.copyOf(question);
        options = List.copyOf(options);
        if (!isIdentifier(id)) {
            throw new IllegalArgumentException("poll id must be 1 to 32 of a-z 0-9 -, not \"" + id + "\"");
        }
        if (question.isEmpty() || question.values().stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("poll " + id + " needs a question");
        }
        if (options.size() < 2 || options.size() > OPTIONS_MAX) {
            throw new IllegalArgumentException("poll " + id + " needs 2 to " + OPTIONS_MAX + " options");
        }
        new OptionNames(options); // refuses a spelling that means two of them
    }

    /** The poll of the lab: summer or winter time. */
    public static Poll heure() {
        return new Poll(
                "heure",
                Map.of(Language.FRENCH, "Heure d’été ou heure d’hiver ?", Language.ENGLISH, "Summer or winter time?"),
                List.of(
                        new PollOption("ete", Map.of(Language.FRENCH, "été", Language.ENGLISH, "summer")),
                        new PollOption("hiver", Map.of(Language.FRENCH, "hiver", Language.ENGLISH, "winter"))),
                Rules.showOfHands());
    }

    public String question(Language language) {
        return text(question, language);
    }

    /** How the options may be written. */
    public OptionNames optionNames() {
        return new OptionNames(options);
    }

    static String text(Map<Language, String> texts, Language language) {
        String text = texts.get(language);
        for (Language other : Language.values()) {
            if (text == null) {
                text = texts.get(other);
            }
        }
        return text == null ? "" : text;
    }

    static boolean isIdentifier(String text) {
        return text.length() <= 32
                && !text.isEmpty()
                && text.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-');
    }
}
