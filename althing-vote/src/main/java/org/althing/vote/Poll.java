package org.althing.vote;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A question and its options: what does not change while people vote.
 *
 * @param id 1 to 32 of a-z 0-9 -; never used again for another poll
 * @param options 2 to 100, in the order asked
 */
public record Poll(String id, Map<Language, String> question, List<PollOption> options, Rules rules) {
    private static final int IDENTIFIER_MAX = 32;

    /** Options of one poll. */
    public static final int OPTIONS_MAX = 100;

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
        if (options.stream().map(PollOption::key).distinct().count() != options.size()) {
            throw new IllegalArgumentException("two options of poll " + id + " have the same key");
        }
        if (rules.counting() instanceof Counting.YesNo && !options.equals(yesNo())) {
            throw new IllegalArgumentException("the options of a yes-no poll are yes, no and abstain");
        }
        if (rules.counting().choicesMin() > options.size()) {
            throw new IllegalArgumentException("poll " + id + " asks for more choices than it has options");
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

    /** The options of every yes-no poll. */
    public static List<PollOption> yesNo() {
        return List.of(
                new PollOption("yes", Map.of(Language.FRENCH, "oui", Language.ENGLISH, "yes")),
                new PollOption("no", Map.of(Language.FRENCH, "non", Language.ENGLISH, "no")),
                new PollOption("abstain", Map.of(Language.FRENCH, "abstention", Language.ENGLISH, "abstain")));
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
        return text.length() <= IDENTIFIER_MAX
                && !text.isEmpty()
                && text.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-');
    }

    /** An identifier made of a label: {@code Été indien} is {@code ete-indien}; empty if nothing of it can stand there. */
    public static String identifierOf(String label) {
        String plain = Normalizer.normalize(label, Normalizer.Form.NFKD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        return plain.length() > IDENTIFIER_MAX
                ? plain.substring(0, IDENTIFIER_MAX).replaceAll("-$", "")
                : plain;
    }
}
