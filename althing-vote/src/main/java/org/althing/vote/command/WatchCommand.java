package org.althing.vote.command;

import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
    /** How often the size of the window is asked for. */
    private static final long LOOK_MILLIS = 1_000;

    private static final String CLEAR = "\u001b[H\u001b[2J";

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

    /** Shows every count that comes, until the round is over; draws anew when the window has another size. */
    private void watch(LineClient client, TextBars bars) throws IOException, InterruptedException {
        BlockingQueue<Object> read = new LinkedBlockingQueue<>();
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    read.add(client.read());
                }
            } catch (IOException e) {
                read.add(e);
            }
        });
        TextBars.Count count = null;
        int columns = isTerminal ? around.screen().columns() : 0;
        while (true) {
            Object next = isTerminal ? read.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS) : read.take();
            int columnsNow = isTerminal ? around.screen().columns() : 0;
            if (columnsNow != columns) {
                columns = columnsNow;
                drawn = 0; // lines of the old size may be broken in two
                out.print(CLEAR);
            } else if (next == null) {
                continue;
            }
            if (next instanceof IOException failure) {
                throw failure;
            }
            if (next instanceof String line) {
                JsonObject results = results(line);
                count = count(results, bars);
                if (!isTerminal) {
                    show(List.of(plain(member(results, "state"), count)));
                }
                if (isOver(member(results, "state"))) {
                    draw(bars, count, columns);
                    return;
                }
            }
            if (count != null) {
                draw(bars, count, columns);
            }
        }
    }

    private void draw(TextBars bars, TextBars.Count count, int columns) {
        if (isTerminal) {
            show(bars.lines(count, columns, around.screen().hasColour()));
        }
    }

    private static boolean isOver(@Nullable String state) {
        return "closed".equals(state) || "published".equals(state) || "deleted".equals(state);
    }

    private static JsonObject results(String line) throws IOException {
        int json = line.indexOf('{');
        if (!line.startsWith("RESULT ") || json < 0) {
            throw new IOException("the server said: " + line);
        }
        return object(line.substring(json));
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
            Map<String, Long> ordered = new LinkedHashMap<>();
            if (results.members().get("counts") != null) { // they are not while they are hidden
                JsonObject counts = results.object("counts");
                for (String key : bars.labels().keySet()) {
                    ordered.put(key, counts.integer(key));
                }
            }
            return new TextBars.Count(
                    ResultsCommand.state(results.string("state")),
                    results.integer("total"),
                    results.members().get("eligible") == null ? -1 : results.integer("eligible"),
                    results.integer("counted"),
                    ordered);
        } catch (JsonException e) {
            throw new IOException("the server's count cannot be read: " + e.getMessage(), e);
        }
    }
}
