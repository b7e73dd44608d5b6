package org.althing.vote;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.althing.vote.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * A ballot log for other programs: as a table, as JSON, and line by line to be recounted. From the log alone, which is
 * checked on the way; a server may be running on it.
 *
 * <p>What a poll keeps secret is not exported: while a secret poll is open, nothing of its ballots; afterwards the ballots
 * without voters (sorted, so that no order tells anything), and with one-time codes by the hash of the code.
 */
public final class LogExport {
    /** One row of a poll's table. */
    public record Row(int round, @Nullable Long seq, String voter, String choice, long ballots) {}

    /** A round as its lines tell it. */
    private static final class RoundLines {
        final Map<String, LogRecord.Counted> lastByKey = new LinkedHashMap<>();
        LogRecord.@Nullable Closed closed;
    }

    private final Ledger ledger;
    private final List<String> lines = new ArrayList<>();
    private final Map<String, Map<Integer, RoundLines>> rounds = new LinkedHashMap<>();

    private LogExport(Path folder) throws IOException {
        List<LogChain.Line> read = new ArrayList<>();
        ledger = LogCheck.read(folder, read::add);
        read.forEach(this::take);
    }

    /**
     * Reads a log.
     *
     * @throws LogDamagedException if a line does not follow from those before it
     * @throws IOException if the files cannot be read, or are damaged below the lines
     */
    public static LogExport of(Path folder) throws IOException {
        return new LogExport(folder);
    }

    private void take(LogChain.Line line) {
        boolean isHidden = isHidden(line.record());
        switch (line.record()) {
            case LogRecord.Counted ballot -> {
                if (ballot.opening() != null && !isHidden) {
                    round(ballot.poll(), ballot.round())
                            .lastByKey
                            .put(ballot.opening().key(), ballot);
                }
            }
            case LogRecord.Closed closed -> round(closed.poll(), closed.round()).closed = closed;
            default -> {
                // Says nothing of ballots.
            }
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("line", line.text());
        if (line.secret() != null && !isHidden) {
            members.put("secret", line.secret());
        }
        lines.add(JsonWriter.write(members));
    }

    private RoundLines round(String poll, int round) {
        return rounds.computeIfAbsent(poll, _ -> new TreeMap<>()).computeIfAbsent(round, _ -> new RoundLines());
    }

    /** Rosters with their PINs never leave, and the ballots of a secret poll neither. */
    private boolean isHidden(LogRecord record) {
        PollLedger poll = ledger.poll(record.poll());
        return record instanceof LogRecord.Enrolled
                || record instanceof LogRecord.Counted
                        && poll != null
                        && poll.poll.rules().isSecret();
    }

    /** Identifiers of all polls that were not deleted. */
    public List<String> polls() {
        List<String> ids = new ArrayList<>();
        ledger.polls().forEach(poll -> {
            if (poll.state != PollState.DELETED) {
                ids.add(poll.poll.id());
            }
        });
        return ids;
    }

    /**
     * The log: each line as a JSON object with the {@code line} as it was hashed, and with the {@code secret} that its
     * {@code commit} is the hash of, where that is public.
     */
    public String log() {
        return String.join("\n", lines) + "\n";
    }

    /** The ballots of a poll, as far as they are public; the last one of each voter. */
    public List<Row> rows(String id) {
        List<Row> rows = new ArrayList<>();
        rounds.getOrDefault(id, Map.of()).forEach((number, round) -> rows(number, round, rows));
        return rows;
    }

    private static void rows(int number, RoundLines round, List<Row> rows) {
        LogRecord.Closed closed = round.closed;
        if (!round.lastByKey.isEmpty()) {
            round.lastByKey.values().forEach(ballot -> {
                Opening opening = ballot.opening();
                if (opening != null) {
                    rows.add(new Row(number, ballot.seq(), opening.voter(), choice(opening.choice()), 1));
                }
            });
        } else if (closed != null && !closed.byCode().isEmpty()) {
            closed.byCode().forEach((code, choice) -> rows.add(new Row(number, null, code, choice(choice), 1)));
        } else if (closed != null) {
            closed.tally().forEach(line -> rows.add(new Row(number, null, "", choice(line.choice()), line.ballots())));
        }
    }

    private static String choice(List<String> choice) {
        return String.join(" ", choice);
    }

    /** The ballots of a poll as a table (RFC 4180), in which no cell is taken for a formula. */
    public String csv(String id) {
        StringBuilder csv = new StringBuilder("round,seq,voter,choice,ballots\r\n");
        for (Row row : rows(id)) {
            csv.append(row.round())
                    .append(',')
                    .append(row.seq() == null ? "" : row.seq())
                    .append(',')
                    .append(cell(row.voter()))
                    .append(',')
                    .append(cell(row.choice()))
                    .append(',')
                    .append(row.ballots())
                    .append("\r\n");
        }
        return csv.toString();
    }

    /** A cell that a spreadsheet would run gets an apostrophe in front, and is shown as text. */
    static String cell(String text) {
        boolean isFormula = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0;
        String safe = isFormula ? "'" + text : text;
        boolean needsQuotes = isFormula || safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return needsQuotes ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }

    /** A poll with its rules, its rounds, what was shown of them and the ballots that are public. */
    public String json(String id) {
        PollLedger poll = ledger.poll(id);
        if (poll == null) {
            throw new IllegalArgumentException("no poll " + id);
        }
        Map<String, Object> members = new LinkedHashMap<>(LogCodec.definition(poll.poll));
        List<Object> results = new ArrayList<>();
        poll.past.forEach(round -> results.add(round.members(Outcome.of(poll.poll, round))));
        results.add(poll.results().members(Outcome.of(poll.poll, poll.results())));
        members.put("results", results);
        List<Object> ballots = new ArrayList<>();
        for (Row row : rows(id)) {
            Map<String, @Nullable Object> ballot = new LinkedHashMap<>();
            ballot.put("round", row.round());
            ballot.put("seq", row.seq());
            ballot.put("voter", row.voter());
            ballot.put("choice", List.of(row.choice().split(" ")));
            ballot.put("ballots", row.ballots());
            ballots.add(ballot);
        }
        members.put("ballots", ballots);
        Map<String, Object> voters = new LinkedHashMap<>();
        rounds.getOrDefault(id, Map.of()).forEach((number, round) -> {
            LogRecord.Participation took = round.closed == null ? null : round.closed.participation();
            if (took != null) {
                voters.put(Integer.toString(number), took.voters());
            }
        });
        members.put("voters", voters);
        members.put("log-head", ledger.chain().head());
        return JsonWriter.write(members) + "\n";
    }

    /** Number of the last line, and its hash. */
    public String head() {
        return ledger.chain().head();
    }

    /** What is shown of each round of a poll, oldest first. */
    public List<Results> results(String id) {
        PollLedger poll = ledger.poll(id);
        if (poll == null) {
            return List.of();
        }
        List<Results> results = new ArrayList<>(poll.past);
        results.add(poll.results());
        return results;
    }
}
