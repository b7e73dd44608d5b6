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
            TextBars.of(poll).lines(count(results, poll), columns, inColour).forEach(around.out()::println);
            return VoteCommand.OK;
        }
    }

    private static TextBars.Count count(Answer results, Answer poll) throws IOException {
        Map<String, Long> counts = new LinkedHashMap<>();
        try {
            Map<String, String> values = results.values();
            long total = Long.parseLong(values.getOrDefault("total", "0"));
            for (String option : TextBars.of(poll).labels().keySet()) {
                String votes = values.get(option);
                if (votes != null) { // none while they are hidden
                    counts.put(option, Long.parseLong(votes));
                }
            }
            return new TextBars.Count(
                    state(values.getOrDefault("state", "")),
                    total,
                    Long.parseLong(values.getOrDefault("eligible", "-1")),
                    Long.parseLong(values.getOrDefault("counted", Long.toString(total))),
                    counts);
        } catch (NumberFormatException e) {
            throw new IOException("the server's counts cannot be read: " + results.values(), e);
        }
    }

    /** The state in words. */
    static String state(String word) {
        return switch (word) {
            case "open" -> "scrutin ouvert, résultat provisoire";
            case "paused" -> "scrutin suspendu, résultat provisoire";
            case "closed" -> "scrutin fermé, résultat final";
            case "published" -> "résultat publié";
            default -> "scrutin pas encore ouvert";
        };
    }
}
