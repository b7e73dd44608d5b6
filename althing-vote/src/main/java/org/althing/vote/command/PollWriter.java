package org.althing.vote.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.althing.vote.Poll;
import org.althing.vote.PollJson;
import org.althing.vote.command.Arguments.UsageException;
import org.althing.vote.json.JsonWriter;

/**
 * Writes the definition of a poll from a command line: {@code create budget "Budget ?" pour=Pour contre=Contre}. What a
 * line cannot say, such as a second language, stands in a JSON file.
 */
final class PollWriter {
    private static final String USAGE =
            "althing vote poll create ID QUESTION [KEY=]LABEL [KEY=]LABEL ... | create --file FILE.json";

    private final Arguments arguments;

    PollWriter(Arguments arguments) {
        this.arguments = arguments;
    }

    /** One line of JSON, checked as the server will check it. */
    String json(List<String> operands) throws UsageException, IOException {
        String file = arguments.value("--file");
        try {
            return PollJson.write(PollJson.read(file == null ? written(operands) : Files.readString(Path.of(file))));
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private String written(List<String> operands) throws UsageException {
        if (operands.size() < 2) {
            throw new UsageException("usage: " + USAGE);
        }
        List<Object> options = new ArrayList<>();
        for (String option : operands.subList(2, operands.size())) {
            int cut = option.indexOf('=');
            String label = option.substring(cut + 1).strip();
            String key = cut < 0
                    ? Poll.identifierOf(label)
                    : option.substring(0, cut).strip();
            options.add(Map.of("key", key, "labels", Map.of("fr", label)));
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", operands.getFirst());
        members.put("question", Map.of("fr", operands.get(1)));
        if (!options.isEmpty()) {
            members.put("options", options);
        }
        members.put("rules", rules());
        return JsonWriter.write(members);
    }

    private Map<String, Object> rules() throws UsageException {
        Map<String, Object> rules = new LinkedHashMap<>();
        Map<String, Object> counting = new LinkedHashMap<>();
        counting.put("kind", arguments.value("--counting", "single"));
        number("--min", "min", counting);
        number("--max", "max", counting);
        rules.put("counting", counting);
        word("--who", "eligibility", rules);
        word("--secrecy", "secrecy", rules);
        word("--results", "results", rules);
        word("--change", "change", rules);
        word("--majority", "majority", rules);
        number("--batch", "batch", rules);
        number("--retention-days", "retention-days", rules);
        String quorum = arguments.value("--quorum");
        if (quorum != null) {
            boolean isPercent = quorum.endsWith("%");
            String digits = isPercent ? quorum.substring(0, quorum.length() - 1) : quorum;
            rules.put(isPercent ? "quorum-percent" : "quorum-voters", number("--quorum", digits));
        }
        return rules;
    }

    private void word(String option, String member, Map<String, Object> rules) {
        String value = arguments.value(option);
        if (value != null) {
            rules.put(member, value);
        }
    }

    private void number(String option, String member, Map<String, Object> into) throws UsageException {
        String value = arguments.value(option);
        if (value != null) {
            into.put(member, number(option, value));
        }
    }

    private static long number(String option, String value) throws UsageException {
        if (!value.matches("[0-9]{1,9}")) {
            throw new UsageException(option + " must be a number, not '" + value + "'");
        }
        return Long.parseLong(value);
    }
}
