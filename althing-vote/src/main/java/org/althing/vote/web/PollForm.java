package org.althing.vote.web;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.althing.vote.Counting;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollJson;
import org.althing.vote.PollOption;
import org.althing.vote.Rules;
import org.althing.vote.json.JsonWriter;

/** The fields of the form that a poll is written in: into a definition, and from one. */
final class PollForm {

    private final Map<String, String> values;

    private PollForm(Map<String, String> values) {
        this.values = values;
    }

    static PollForm of(FormFields fields) {
        Map<String, String> values = new HashMap<>();
        for (String name : fields.names()) {
            values.put(name, fields.first(name));
        }
        return new PollForm(values);
    }

    /** What a new poll begins with. */
    static PollForm empty() {
        return new PollForm(Map.of());
    }

    static PollForm of(Poll poll) {
        Rules rules = poll.rules();
        Map<String, String> values = new HashMap<>();
        values.put("id", poll.id());
        boolean withKeys = true; // in the first language that all options have
        for (Language language : Language.values()) {
            boolean isThere =
                    poll.options().stream().allMatch(option -> option.labels().containsKey(language));
            values.put("question-" + language.code(), poll.question().getOrDefault(language, ""));
            values.put("options-" + language.code(), isThere ? lines(poll.options(), language, withKeys) : "");
            withKeys &= !isThere;
        }
        values.put("counting", rules.counting().word());
        if (rules.counting() instanceof Counting.Multiple(int min, int max)) {
            values.put("min", Integer.toString(min));
            values.put("max", Integer.toString(max));
        } else if (rules.counting() instanceof Counting.Score(int max)) {
            values.put("max", Integer.toString(max));
        }
        values.put("who", word(rules.eligibility()));
        values.put("secrecy", word(rules.secrecy()));
        values.put("results", word(rules.results()));
        values.put("batch", Integer.toString(rules.batch()));
        values.put("change", word(rules.change()));
        values.put("majority", word(rules.majority()));
        values.put(
                "quorum",
                rules.quorumPercent() > 0
                        ? rules.quorumPercent() + "%"
                        : rules.quorumVoters() > 0 ? Long.toString(rules.quorumVoters()) : "");
        values.put("retention", Integer.toString(rules.retentionDays()));
        return new PollForm(values);
    }

    private static String lines(List<PollOption> options, Language language, boolean withKeys) {
        return options.stream()
                .map(option -> {
                    String label = option.label(language);
                    boolean isOwnKey = !option.key().equals(Poll.identifierOf(label));
                    return withKeys && isOwnKey ? option.key() + " = " + label : label;
                })
                .collect(Collectors.joining("\n"));
    }

    /** As the log and the commands write it: {@code mqtt-user}. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String value(String name) {
        return values.getOrDefault(name, "").strip();
    }

    String value(String name, String otherwise) {
        String value = value(name);
        return value.isEmpty() ? otherwise : value;
    }

    boolean isAny() {
        return !value("question-fr").isEmpty() || !value("question-en").isEmpty();
    }

    /**
     * The definition that the fields say.
     *
     * @param isTaken whether an identifier cannot be had; asked where the form says none
     * @throws IllegalArgumentException if it is none; the message says why
     */
    Poll poll(Predicate<String> isTaken) {
        Map<String, Object> members = new LinkedHashMap<>();
        String question = value("question-fr", value("question-en"));
        members.put("id", value("id", free(Poll.identifierOf(question), isTaken)));
        members.put("question", texts(value("question-fr"), value("question-en")));
        List<Object> options = options();
        if (!value("counting", "single").equals("yes-no")) {
            members.put("options", options);
        }
        members.put("rules", rules());
        return PollJson.read(JsonWriter.write(members));
    }

    private static String free(String wanted, Predicate<String> isTaken) {
        String base = wanted.isEmpty() ? "scrutin" : wanted.length() > 28 ? wanted.substring(0, 28) : wanted;
        String free = base;
        for (int number = 2; isTaken.test(free); number++) {
            free = base + "-" + number;
        }
        return free;
    }

    private List<Object> options() {
        List<String> french = linesOf("options-fr");
        List<String> english = linesOf("options-en");
        if (!french.isEmpty() && !english.isEmpty() && french.size() != english.size()) {
            throw new IllegalArgumentException("options: " + french.size() + " fr, " + english.size() + " en");
        }
        List<Object> options = new ArrayList<>();
        Set<String> keys = new LinkedHashSet<>();
        List<String> first = french.isEmpty() ? english : french;
        for (int i = 0; i < first.size(); i++) {
            String[] both = first.get(i).split("=", 2);
            boolean hasKey = both.length == 2 && both[0].strip().matches("[a-z0-9-]{1,32}");
            String label = hasKey ? both[1].strip() : first.get(i);
            String key = hasKey ? both[0].strip() : Poll.identifierOf(label);
            if (key.isEmpty() || !keys.add(key)) {
                key = "choix-" + (i + 1);
                keys.add(key);
            }
            String translated = french.isEmpty() || english.isEmpty() ? "" : english.get(i);
            options.add(Map.of(
                    "key", key, "labels", texts(french.isEmpty() ? "" : label, french.isEmpty() ? label : translated)));
        }
        return options;
    }

    private List<String> linesOf(String field) {
        return value(field)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static Map<String, Object> texts(String french, String english) {
        Map<String, Object> texts = new LinkedHashMap<>();
        if (!french.isEmpty()) {
            texts.put("fr", french);
        }
        if (!english.isEmpty()) {
            texts.put("en", english);
        }
        return texts;
    }

    private Map<String, Object> rules() {
        Map<String, Object> rules = new LinkedHashMap<>();
        Map<String, Object> counting = new LinkedHashMap<>();
        String kind = value("counting", "single");
        counting.put("kind", kind);
        if (kind.equals("multiple")) {
            number("min", counting, "min");
        }
        if (kind.equals("multiple") || kind.equals("score")) {
            number("max", counting, "max");
        }
        rules.put("counting", counting);
        String who = value("who", "open-names");
        String secrecy =
                who.equals("codes") ? "codes" : value("secrecy", "named").replace("codes", "confidential");
        String results = value("results", "always");
        rules.put("eligibility", who);
        rules.put("secrecy", secrecy);
        // What is secret is never shown ballot by ballot.
        rules.put("results", !secrecy.equals("named") && results.equals("always") ? "batched" : results);
        number("batch", rules, "batch");
        rules.put("change", value("change", "no"));
        rules.put("majority", value("majority", kind.equals("yes-no") ? "half" : "plurality"));
        String quorum = value("quorum").replaceAll("[\\s\u202f\u00a0]", "");
        if (quorum.endsWith("%")) {
            rules.put("quorum-percent", number(quorum.substring(0, quorum.length() - 1)));
        } else if (!quorum.isEmpty()) {
            rules.put("quorum-voters", number(quorum));
        }
        number("retention", rules, "retention-days");
        return rules;
    }

    private void number(String field, Map<String, Object> into, String member) {
        if (!value(field).isEmpty()) {
            into.put(member, number(value(field)));
        }
    }

    private static long number(String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("\"" + text + "\": 0 - 999 999 999");
        }
        return Long.parseLong(text);
    }
}
