package org.althing.vote;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.althing.vote.json.JsonException;
import org.althing.vote.json.JsonObject;

/** Log records to the members of their JSON object, and back. */
final class LogCodec {
    private LogCodec() {}

    static Map<String, Object> members(LogRecord record) {
        Map<String, Object> members = new TreeMap<>();
        members.put("at", record.at());
        members.put("poll", record.poll());
        switch (record) {
            case LogRecord.Defined defined -> {
                Poll poll = defined.definition();
                members.put("kind", "poll");
                members.put("question", texts(poll.question()));
                members.put(
                        "options", poll.options().stream().map(LogCodec::option).toList());
                members.put("rules", rules(poll.rules()));
            }
            case LogRecord.Opened opened -> {
                members.put("kind", "open");
                members.put("round", opened.round());
            }
            case LogRecord.Counted ballot -> {
                members.put("kind", "ballot");
                members.put("round", ballot.round());
                members.put("seq", ballot.seq());
                members.put("voter", ballot.voter());
                members.put("key", ballot.key());
                members.put("choice", ballot.choice());
                if (ballot.id() != null) {
                    members.put("id", ballot.id());
                }
            }
            case LogRecord.Closed _ -> members.put("kind", "close");
        }
        return members;
    }

    static LogRecord record(JsonObject members) throws JsonException {
        long at = members.integer("at");
        String poll = members.string("poll");
        String kind = members.string("kind");
        return switch (kind) {
            case "poll" -> new LogRecord.Defined(at, poll(poll, members));
            case "open" -> new LogRecord.Opened(at, poll, round(members));
            case "ballot" ->
                new LogRecord.Counted(
                        at,
                        poll,
                        round(members),
                        members.integer("seq"),
                        members.string("voter"),
                        members.string("key"),
                        members.strings("choice"),
                        members.optionalString("id"));
            case "close" -> new LogRecord.Closed(at, poll);
            default -> throw new JsonException("unknown kind \"" + kind + "\": was it written by a newer version?");
        };
    }

    private static int round(JsonObject members) throws JsonException {
        return Math.toIntExact(members.integer("round"));
    }

    private static Map<String, Object> option(PollOption option) {
        return Map.of("key", option.key(), "labels", texts(option.labels()), "aliases", option.aliases());
    }

    static Map<String, Object> texts(Map<Language, String> texts) {
        Map<String, Object> members = new TreeMap<>();
        texts.forEach((language, text) -> members.put(language.code(), text));
        return members;
    }

    static Map<String, Object> rules(Poll.Rules rules) {
        Map<String, Object> members = new HashMap<>();
        members.put("eligibility", word(rules.eligibility()));
        members.put("secrecy", word(rules.secrecy()));
        members.put("change", word(rules.change()));
        members.put("results", word(rules.results()));
        return members;
    }

    private static Poll poll(String id, JsonObject members) throws JsonException {
        List<PollOption> options = new ArrayList<>();
        for (JsonObject option : members.objects("options")) {
            options.add(
                    new PollOption(option.string("key"), texts(option.object("labels")), option.strings("aliases")));
        }
        JsonObject rules = members.object("rules");
        return new Poll(
                id,
                texts(members.object("question")),
                options,
                new Poll.Rules(
                        of(Poll.Eligibility.class, rules.string("eligibility")),
                        of(Poll.Secrecy.class, rules.string("secrecy")),
                        of(Poll.Change.class, rules.string("change")),
                        of(Poll.ResultsShown.class, rules.string("results"))));
    }

    private static Map<Language, String> texts(JsonObject members) throws JsonException {
        Map<Language, String> texts = new EnumMap<>(Language.class);
        for (String code : members.names()) {
            Language language = Language.of(code);
            if (language == null) {
                throw new JsonException("unknown language \"" + code + "\"");
            }
            texts.put(language, members.string(code));
        }
        return texts;
    }

    /** OPEN_NAMES is written open-names. */
    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <E extends Enum<E>> E of(Class<E> type, String word) throws JsonException {
        for (E value : type.getEnumConstants()) {
            if (word(value).equals(word)) {
                return value;
            }
        }
        throw new JsonException("unknown word \"" + word + "\"");
    }
}
