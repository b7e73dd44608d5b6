package org.althing.vote;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.althing.vote.json.JsonException;
import org.althing.vote.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** Log records to the members of their JSON objects, and back: what everybody may read, and what is sealed. */
final class LogCodec {
    private LogCodec() {}

    // ---------------------------------------------------------------------------------------------- open part

    static Map<String, Object> members(LogRecord record) {
        Map<String, Object> members = new TreeMap<>();
        members.put("at", record.at());
        members.put("poll", record.poll());
        switch (record) {
            case LogRecord.Defined defined -> {
                members.put("kind", "poll");
                members.putAll(definition(defined.definition()));
                members.remove("id");
            }
            case LogRecord.Enrolled enrolled -> {
                members.put("kind", "roster");
                members.put("count", enrolled.count());
            }
            case LogRecord.CodesIssued codes -> {
                members.put("kind", "codes");
                members.put("hashes", codes.hashes());
            }
            case LogRecord.Opened opened -> {
                members.put("kind", "open");
                members.put("round", opened.round());
                members.put("until", opened.untilMillis());
            }
            case LogRecord.Paused paused -> {
                members.put("kind", "pause");
                members.put("left", paused.leftMillis());
            }
            case LogRecord.Counted ballot -> {
                members.put("kind", "ballot");
                members.put("round", ballot.round());
                members.put("seq", ballot.seq());
            }
            case LogRecord.Closed closed -> closed(closed, members);
            case LogRecord.Published _ -> members.put("kind", "publish");
            case LogRecord.Deleted _ -> members.put("kind", "delete");
        }
        return members;
    }

    private static void closed(LogRecord.Closed closed, Map<String, Object> members) {
        members.put("kind", "close");
        members.put("round", closed.round());
        members.put("timer", closed.byTimer());
        members.put("voters", closed.voters());
        members.put("tally", closed.tally().stream().map(LogCodec::tallyLine).toList());
        if (!closed.byCode().isEmpty()) {
            members.put("codes", closed.byCode());
        }
    }

    static LogRecord record(JsonObject members, @Nullable JsonObject secret) throws JsonException {
        long at = members.integer("at");
        String poll = members.string("poll");
        String kind = members.string("kind");
        return switch (kind) {
            case "poll" -> new LogRecord.Defined(at, definition(poll, members));
            case "roster" -> new LogRecord.Enrolled(at, poll, number(members, "count"), voters(secret));
            case "codes" -> new LogRecord.CodesIssued(at, poll, members.strings("hashes"));
            case "open" -> new LogRecord.Opened(at, poll, number(members, "round"), members.integer("until"));
            case "pause" -> new LogRecord.Paused(at, poll, members.integer("left"));
            case "ballot" ->
                new LogRecord.Counted(at, poll, number(members, "round"), members.integer("seq"), opening(secret));
            case "close" ->
                new LogRecord.Closed(
                        at,
                        poll,
                        number(members, "round"),
                        members.bool("timer"),
                        members.integer("voters"),
                        tally(members),
                        byCode(members),
                        participation(secret));
            case "publish" -> new LogRecord.Published(at, poll);
            case "delete" -> new LogRecord.Deleted(at, poll);
            default -> throw new JsonException("unknown kind \"" + kind + "\": was it written by a newer version?");
        };
    }

    // ---------------------------------------------------------------------------------------------- sealed part

    /** What is sealed of the record, without its salt; null where nothing is. */
    static @Nullable Map<String, Object> secret(LogRecord record) {
        return switch (record) {
            case LogRecord.Enrolled roster
            when roster.voters() != null ->
                new TreeMap<>(Map.of(
                        "voters", roster.voters().stream().map(LogCodec::voter).toList()));
            case LogRecord.Counted ballot
            when ballot.opening() != null -> {
                Opening opening = ballot.opening();
                Map<String, Object> members = new TreeMap<>();
                members.put("voter", opening.voter());
                members.put("key", opening.key());
                members.put("choice", opening.choice());
                if (opening.id() != null) {
                    members.put("id", opening.id());
                }
                yield members;
            }
            case LogRecord.Closed closed
            when closed.participation() != null -> {
                Map<String, Object> members = new TreeMap<>();
                members.put("voters", closed.participation().voters());
                members.put("receipts", closed.participation().receipts());
                yield members;
            }
            default -> null;
        };
    }

    private static Map<String, Object> voter(RosterEntry entry) {
        return Map.of("name", entry.name(), "salt", entry.salt(), "pin", entry.pinHash());
    }

    private static @Nullable List<RosterEntry> voters(@Nullable JsonObject secret) throws JsonException {
        if (secret == null) {
            return null;
        }
        List<RosterEntry> voters = new ArrayList<>();
        for (JsonObject voter : secret.objects("voters")) {
            voters.add(new RosterEntry(voter.string("name"), voter.string("salt"), voter.string("pin")));
        }
        return voters;
    }

    private static @Nullable Opening opening(@Nullable JsonObject secret) throws JsonException {
        return secret == null
                ? null
                : new Opening(
                        secret.string("voter"),
                        secret.string("key"),
                        secret.strings("choice"),
                        secret.optionalString("id"));
    }

    private static LogRecord.@Nullable Participation participation(@Nullable JsonObject secret) throws JsonException {
        if (secret == null) {
            return null;
        }
        Map<String, Long> receipts = new LinkedHashMap<>();
        JsonObject written = secret.object("receipts");
        for (String receipt : written.names()) {
            receipts.put(receipt, written.integer(receipt));
        }
        return new LogRecord.Participation(secret.strings("voters"), receipts);
    }

    // ---------------------------------------------------------------------------------------------- parts

    private static Map<String, Object> tallyLine(TallyLine line) {
        return Map.of("choice", line.choice(), "ballots", line.ballots());
    }

    private static List<TallyLine> tally(JsonObject members) throws JsonException {
        List<TallyLine> tally = new ArrayList<>();
        for (JsonObject line : members.objects("tally")) {
            tally.add(new TallyLine(line.strings("choice"), line.integer("ballots")));
        }
        return tally;
    }

    private static Map<String, List<String>> byCode(JsonObject members) throws JsonException {
        Map<String, List<String>> byCode = new TreeMap<>();
        if (members.has("codes")) {
            JsonObject codes = members.object("codes");
            for (String code : codes.names()) {
                byCode.put(code, codes.strings(code));
            }
        }
        return byCode;
    }

    private static int number(JsonObject members, String name) throws JsonException {
        return Math.toIntExact(members.integer(name));
    }

    // ---------------------------------------------------------------------------------------------- polls

    /** A poll's definition as JSON, as in the log, in exports and as organisers hand it in. */
    static Map<String, Object> definition(Poll poll) {
        Map<String, Object> members = new TreeMap<>();
        members.put("id", poll.id());
        members.put("question", texts(poll.question()));
        members.put("options", poll.options().stream().map(LogCodec::option).toList());
        members.put("rules", rules(poll.rules()));
        return members;
    }

    /** The poll of its JSON. Rules that are absent are those that are usual. */
    static Poll definition(String id, JsonObject members) throws JsonException {
        JsonObject given = members.has("rules") ? members.object("rules") : JsonObject.EMPTY;
        Rules rules = rules(given);
        List<PollOption> options = new ArrayList<>();
        if (members.has("options")) {
            for (JsonObject option : members.objects("options")) {
                options.add(new PollOption(
                        option.string("key"),
                        texts(option.object("labels")),
                        option.has("aliases") ? option.strings("aliases") : List.of()));
            }
        }
        if (options.isEmpty() && rules.counting() instanceof Counting.YesNo) {
            options.addAll(Poll.yesNo());
        }
        return new Poll(id, texts(members.object("question")), options, rules);
    }

    private static Map<String, Object> option(PollOption option) {
        return new TreeMap<>(
                Map.of("key", option.key(), "labels", texts(option.labels()), "aliases", option.aliases()));
    }

    static Map<String, Object> texts(Map<Language, String> texts) {
        Map<String, Object> members = new TreeMap<>();
        texts.forEach((language, text) -> members.put(language.code(), text));
        return members;
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

    private static Map<String, Object> rules(Rules rules) {
        Map<String, Object> members = new TreeMap<>();
        members.put("counting", rules.counting().members());
        members.put("eligibility", word(rules.eligibility()));
        members.put("secrecy", word(rules.secrecy()));
        members.put("change", word(rules.change()));
        members.put("results", word(rules.results()));
        members.put("batch", rules.batch());
        members.put("majority", word(rules.majority()));
        members.put("quorum-percent", rules.quorumPercent());
        members.put("quorum-voters", rules.quorumVoters());
        members.put("retention-days", rules.retentionDays());
        return members;
    }

    private static Rules rules(JsonObject given) throws JsonException {
        Counting counting = given.has("counting") ? Counting.of(given.object("counting")) : new Counting.Single();
        Rules.Eligibility eligibility = word(given, "eligibility", Rules.Eligibility.OPEN_NAMES);
        Rules.Secrecy secrecy = word(
                given, "secrecy", eligibility == Rules.Eligibility.CODES ? Rules.Secrecy.CODES : Rules.Secrecy.NAMED);
        Rules usual = Rules.of(counting, eligibility, secrecy);
        return new Rules(
                counting,
                eligibility,
                secrecy,
                word(given, "change", usual.change()),
                word(given, "results", usual.results()),
                (int) integer(given, "batch", usual.batch()),
                word(given, "majority", usual.majority()),
                (int) integer(given, "quorum-percent", 0),
                integer(given, "quorum-voters", 0),
                (int) integer(given, "retention-days", 0));
    }

    private static long integer(JsonObject members, String name, long otherwise) throws JsonException {
        long value = members.has(name) ? members.integer(name) : otherwise;
        return name.equals("quorum-voters") ? value : Math.toIntExact(value);
    }

    /** OPEN_NAMES is written open-names. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <E extends Enum<E>> E word(JsonObject members, String name, E otherwise) throws JsonException {
        if (!members.has(name)) {
            return otherwise;
        }
        String written = members.string(name);
        List<String> words = new ArrayList<>();
        for (E value : otherwise.getDeclaringClass().getEnumConstants()) {
            words.add(word(value));
            if (word(value).equals(written)) {
                return value;
            }
        }
        throw new JsonException(
                "\"" + name + "\" must be one of " + String.join(", ", words) + ", not \"" + written + "\"");
    }
}
