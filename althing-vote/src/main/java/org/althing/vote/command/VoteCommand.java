package org.althing.vote.command;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.althing.net.Clock;
import org.althing.net.NetEngine;
import org.althing.vote.command.Arguments.UsageException;

/** {@code althing vote COMMAND}. */
public final class VoteCommand {
    /** Done; for {@code cast}: the vote counts. */
    static final int OK = 0;

    /** {@code cast}: a vote of this person counts already. {@code check}: the log is not in order. */
    static final int NO = 1;

    /** A mistake on the command line. */
    static final int USAGE = 2;

    /** The server refuses: unknown choice, closed poll. */
    static final int REFUSED = 3;

    /** There is no answer: no connection, no server, no disk. */
    static final int UNAVAILABLE = 4;

    /** The program goes on until a signal ends it. */
    static final int GOES_ON = -1;

    private static final String HELP = """
            Usage: althing vote COMMAND

            server [--port 32000] [--bind ADDR] [--data DIR] [--connections N]
                            the ballot box, served over TCP; without MQTT
                   [--tls-certificate FILE --tls-key FILE [--tls-client-ca FILE]]
                            with TLS on the same port, for those who begin with it; PEM files
                   [--sqlite FILE]   keeps a copy of what is public in a SQLite file, a second behind
                   [--lab-poll POLL] [--lab-anonymous] [--lab-binary]
                            the poll of lines that name none; clients of the lab that send no name, or bytes
            server --mqtt HOST[:PORT] [--port N] [-u NAME -P PASSWORD] [--client-id ID] [--root TOPIC]
                   [--topics-prove-users]   the broker lets each user publish to the ballot topic of that name only
                            the ballot box as a client of any MQTT broker; with --port over TCP too
            cast HOST PORT NAME CHOICE [--poll POLL] [--id ID] [--timeout SECONDS]
            cast --mqtt HOST PORT NAME CHOICE [-u NAME -P PASSWORD] ...
                            votes; prints what became of it. Exit status: 0 a voté, 1 erreur, vote déjà réalisé,
                            2 wrong usage, 3 refused, 4 no answer
            results [HOST PORT] [POLL]
                            the count; of localhost 32000 and the poll heure unless told otherwise
            watch [HOST PORT] [POLL]
                            the count as it changes, until Ctrl-C or the close of the poll
            poll create ID QUESTION [KEY=]LABEL [KEY=]LABEL ...
                   [--counting single|yes-no|multiple|approval|score] [--min N] [--max N]
                   [--who open-names|roster|codes|mqtt-user|certificate] [--secrecy named|confidential|codes]
                   [--results always|batched|after-own-vote|at-close] [--batch K] [--change no|until-close]
                   [--majority plurality|half|two-thirds|three-quarters] [--quorum N|P%] [--retention-days N]
            poll create --file POLL.json
            poll roster ID FILE         one voter a line: NAME or NAME;PIN (PINs that are missing are drawn and printed)
            poll codes ID COUNT [--link http://HOST:PORT]
                            one-time codes, or links with them, printed once
            poll open ID [--seconds N], poll pause|close|publish|voters ID, poll list, poll delete ID --yes
                            all of them with [--host HOST] [--port N] and the organiser's token: [--token T] or,
                            on the server's machine, [--data DIR]
            export [POLL] [--format csv|json|log|sqlite] [--out FILE] [--data DIR]
                            ballots as far as they are public; the log to be recounted by others
            check [DIR]     verifies the ballot log and prints its count, from the log alone; also: recount [DIR]
            """;

    private VoteCommand() {}

    /**
     * Runs the command of these words, such as {@code cast localhost 32000 alice ete}.
     *
     * @param engine makes the engine of the listeners; asked by {@code server} only
     * @return the exit status, or -1 for a server, which goes on until a signal ends it
     */
    public static int run(String[] words, PrintStream out, PrintStream err, Supplier<NetEngine> engine) {
        return run(
                Arrays.asList(words),
                new Surroundings(
                        out,
                        err,
                        engine,
                        Clock.system(),
                        new SecureRandom(),
                        new SystemScreen(System.getenv()),
                        Path.of("althing-data")));
    }

    static int run(List<String> words, Surroundings around) {
        String command = words.isEmpty() ? "--help" : words.getFirst();
        List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
        if (rest.contains("--help") || rest.contains("-h")) {
            command = "--help";
        }
        try {
            return switch (command) {
                case "server" -> new ServerCommand(around).run(rest);
                case "cast" -> new CastCommand(around).run(rest);
                case "results" -> new ResultsCommand(around).run(rest);
                case "watch" -> new WatchCommand(around).run(rest);
                case "poll" -> new PollsCommand(around).run(rest);
                case "export" -> new ExportCommand(around).run(rest);
                case "check", "recount" -> new CheckCommand(around).run(rest);
                case "--help", "-h", "help" -> {
                    around.out().print(HELP);
                    yield OK;
                }
                default ->
                    throw new UsageException("unknown command '" + command + "'; althing vote --help lists them");
            };
        } catch (UsageException e) {
            around.err().println("althing vote: " + e.getMessage());
            return USAGE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNAVAILABLE;
        } catch (IOException e) {
            around.err().println("althing vote: " + e.getMessage());
            return UNAVAILABLE;
        }
    }
}
