package org.althing.vote.command;

import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.althing.vote.command.Arguments.UsageException;
import org.althing.vote.json.JsonException;
import org.althing.vote.json.JsonObject;
import org.althing.vote.json.JsonReader;
import org.jspecify.annotations.Nullable;

/**
 * {@code vote watch}: bars that live in the terminal, or a line for each change where nobody looks. Ends at the close of
 * the poll; a lost server is waited for.
 */
final class WatchCommand {
    private static final String USAGE = "althing vote watch [HOST PORT] [POLL]";
    private static final int CONNECT_MILLIS = 5_000;
    private static final long AGAIN_MILLIS = 2_000;

    private final Surroundings around;
    private final PrintStream out;
    private final boolean isTerminal;

    /** Lines that stand on the screen from the last drawing. */
    private int drawn;

    WatchCommand(Surroundings around) {
        this.around = around;
        this.out = around.out();
        this.isTerminal = around.screen().isTerminal();
    }

    int run(List<String> words) throws UsageException, IOException, InterruptedException {
        PollAddress address =
                PollAddress.of(Arguments.parse(words, Set.of(), Set.of()).operands(), USAGE);
        boolean wasConnected = false;
        while (true) {
            try (LineClient client = LineClient.connect(address.host(), address.port(), CONNECT_MILLIS)) {
                Answer poll = Answer.parse(client.ask("POLL " + address.poll()));
                Answer watching = Answer.parse(client.ask("WATCH " + address.poll()));
                if (!poll.isOk() || !watching.isOk()) {
                    around.err().println("althing vote: " + (poll.isOk() ? watching : poll).text());
                    return VoteCommand.REFUSED;
                }
                wasConnected = true;
                client.timeout(0);
                watch(client, TextBars.of(poll));
                return VoteCommand.OK;
            } catch (IOException e) {
                if (!wasConnected) {
                    throw e;
                }
                show(List.of("connexion perdue, nouvel essai dans " + AGAIN_MILLIS / 1000 + " s"));
                Surroundings.pause(AGAIN_MILLIS);
            }
        }
    }

    /** Shows every count that comes, until the poll is closed. */
    private void watch(LineClient client, TextBars bars) throws IOException {
        boolean open = true;
        while (open) {
            String line = client.read();
            int json = line.indexOf('{');
            if (!line.startsWith("RESULT ") || json < 0) {
                throw new IOException("the server said: " + line);
            }
            JsonObject results = object(line.substring(json));
            open = !"closed".equals(member(results, "state"));
            TextBars.Count count = count(results, bars);
            if (isTerminal) {
                show(bars.lines(
                        count, around.screen().columns(), around.screen().hasColour()));
            } else {
                show(List.of(plain(member(results, "state"), count)));
            }
        }
    }

    /** Draws over what was drawn before, line by line, so that nothing flickers. */
    private void show(List<String> lines) {
        StringBuilder text = new StringBuilder();
        if (isTerminal && drawn > 0) {
            text.append("\u001b[").append(drawn).append("F");
        }
        for (String line : lines) {
            text.append(line).append(isTerminal ? "\u001b[K" : "").append(System.lineSeparator());
        }
        if (isTerminal) {
            text.append("\u001b[J");
        }
        drawn = lines.size();
        out.print(text);
        out.flush();
    }

    private static String plain(@Nullable String state, TextBars.Count count) {
        StringBuilder line = new StringBuilder("state=" + state + " total=" + count.total());
        count.counts()
                .forEach(
                        (key, votes) -> line.append(' ').append(key).append('=').append(votes));
        return line.toString();
    }

    private static JsonObject object(String json) throws IOException {
        try {
            return JsonReader.readObject(json);
        } catch (JsonException e) {
            throw new IOException("the server's count cannot be read: " + e.getMessage(), e);
        }
    }

    private static @Nullable String member(JsonObject results, String name) {
        return results.members().get(name) instanceof String text ? text : null;
    }

    private static TextBars.Count count(JsonObject results, TextBars bars) throws IOException {
        try {
            JsonObject counts = results.object("counts");
            Map<String, Long> ordered = new LinkedHashMap<>();
            for (String key : bars.labels().keySet()) {
                ordered.put(key, counts.integer(key));
            }
            return new TextBars.Count(ResultsCommand.state(results.string("state")), results.integer("total"), ordered);
        } catch (JsonException e) {
            throw new IOException("the server's count cannot be read: " + e.getMessage(), e);
        }
    }
}
