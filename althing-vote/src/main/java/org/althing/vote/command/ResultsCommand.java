package org.althing.vote.command;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.althing.vote.command.Arguments.UsageException;

/** {@code vote results [HOST PORT] [POLL]}: the count, once. */
final class ResultsCommand {
    private static final String USAGE = "althing vote results [HOST PORT] [POLL]";
    private static final int ANSWER_MILLIS = 5_000;

    private final Surroundings around;

    ResultsCommand(Surroundings around) {
        this.around = around;
    }

    int run(List<String> words) throws UsageException, IOException {
        PollAddress address =
                PollAddress.of(Arguments.parse(words, Set.of(), Set.of()).operands(), USAGE);
        try (LineClient client = LineClient.connect(address.host(), address.port(), ANSWER_MILLIS)) {
            Answer poll = Answer.parse(client.ask("POLL " + address.poll()));
            Answer results = Answer.parse(client.ask("RESULTS " + address.poll()));
            if (!poll.isOk() || !results.isOk()) {
                around.err().println("althing vote: " + (poll.isOk() ? results : poll).text());
                return VoteCommand.REFUSED;
            }
            boolean isTerminal = around.screen().isTerminal();
            int columns = isTerminal ? around.screen().columns() : 80;
            boolean inColour = isTerminal && around.screen().hasColour();
            TextBars.of(poll).lines(count(results), columns, inColour).forEach(around.out()::println);
            return VoteCommand.OK;
        }
    }

    private static TextBars.Count count(Answer results) throws IOException {
        Map<String, Long> counts = new LinkedHashMap<>();
        try {
            long total = Long.parseLong(results.values().getOrDefault("total", "0"));
            for (Map.Entry<String, String> value : results.values().entrySet()) {
                if (!value.getKey().equals("state") && !value.getKey().equals("total")) {
                    counts.put(value.getKey(), Long.parseLong(value.getValue()));
                }
            }
            return new TextBars.Count(state(results.values().getOrDefault("state", "")), total, counts);
        } catch (NumberFormatException e) {
            throw new IOException("the server's counts cannot be read: " + results.values(), e);
        }
    }

    /** The state in words. */
    static String state(String word) {
        return switch (word) {
            case "open" -> "scrutin ouvert, résultat provisoire";
            case "closed" -> "scrutin fermé, résultat final";
            default -> "scrutin pas encore ouvert";
        };
    }
}
