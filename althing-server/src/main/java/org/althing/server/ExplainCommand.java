package org.althing.server;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.althing.broker.Client;
import org.althing.broker.ListenerConfig;
import org.althing.broker.access.AccessException;
import org.althing.broker.access.AccessRules;
import org.althing.broker.access.Explanation;
import org.althing.broker.conf.ConfException;
import org.althing.broker.conf.MosquittoConf;
import org.jspecify.annotations.Nullable;

/** {@code althing explain}: what the access rules of a configuration say to one question, and why. */
final class ExplainCommand {
    private static final int DENIED = 1;
    private static final Path USUAL = Path.of("/etc/mosquitto/mosquitto.conf");

    private static final String HELP = """
            Usage: althing explain acl --action publish|subscribe|receive --topic TOPIC [WHO] [WHERE]
                   althing explain login [--password PASSWORD] [WHO] [WHERE]

            WHO:   --user NAME      user name; without it an anonymous client
                   --client ID      client identifier; without it 'client'
            WHERE: -c FILE          configuration; without it /etc/mosquitto/mosquitto.conf
                   --listener PORT  the listener; without it the first one

            Nothing is connected and nothing is changed. Status 0 if it is allowed, 1 if it is denied.
            """;

    private final PrintStream out;
    private final PrintStream err;

    /** What is asked. */
    private static final class Line {
        Path file = USUAL;
        String clientId = "client";

        @Nullable
        String user;

        @Nullable
        String password;

        @Nullable
        String topic;

        Explanation.@Nullable Question action;

        int port = -1;
    }

    ExplainCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Returns the exit status. */
    int run(List<String> words) {
        String subject = words.isEmpty() ? "" : words.getFirst();
        if (words.contains("-h") || words.contains("--help")) {
            out.print(HELP);
            return 0;
        }
        if (!subject.equals("acl") && !subject.equals("login")) {
            err.print(HELP);
            return Main.USAGE;
        }
        try {
            Line line = parse(new Options(words.subList(1, words.size())));
            MosquittoConf conf = MosquittoConf.read(line.file, List.of(), System.getenv());
            AccessRules rules = AccessRules.read(conf.access());
            ListenerConfig listener = listener(conf, line.port);
            Explanation explanation = subject.equals("acl")
                    ? topic(rules, line, listener)
                    : Explanation.ofLogin(rules, listener, line.clientId, line.user, line.password);
            explanation.lines().forEach(out::println);
            return explanation.allowed() ? 0 : DENIED;
        } catch (Options.UsageException | IllegalArgumentException e) {
            err.println("althing explain: " + e.getMessage());
            return Main.USAGE;
        } catch (ConfException e) {
            err.println(e.getMessage());
            return e.exitStatus();
        } catch (AccessException e) {
            err.println(e.getMessage());
            return e.exitStatus();
        }
    }

    private static Line parse(Options options) throws Options.UsageException {
        Line line = new Line();
        for (String word = options.next(); word != null; word = options.next()) {
            switch (word) {
                case "-c", "--config-file" -> line.file = options.path();
                case "--listener" -> line.port = options.port(0);
                case "--user" -> line.user = options.value();
                case "--client" -> line.clientId = options.value();
                case "--password" -> line.password = options.value();
                case "--topic" -> line.topic = options.value();
                case "--action" -> line.action = action(options.value());
                default -> throw options.unknown();
            }
        }
        return line;
    }

    private static Explanation.Question action(String word) throws Options.UsageException {
        return switch (word) {
            case "publish", "subscribe", "receive" -> Explanation.Question.valueOf(word.toUpperCase(Locale.ROOT));
            // The words of the file.
            case "write" -> Explanation.Question.PUBLISH;
            case "read" -> Explanation.Question.RECEIVE;
            default ->
                throw new Options.UsageException("--action is publish, subscribe or receive, not '" + word + "'");
        };
    }

    private static Explanation topic(AccessRules rules, Line line, ListenerConfig listener)
            throws Options.UsageException {
        if (line.topic == null || line.action == null) {
            throw new Options.UsageException("acl needs --action and --topic");
        }
        Client client = Client.offline(line.clientId, line.user, listener.place());
        return Explanation.ofTopic(rules, client, line.action, line.topic);
    }

    private static ListenerConfig listener(MosquittoConf conf, int port) throws Options.UsageException {
        for (ListenerConfig listener : conf.broker().listeners()) {
            if (port < 0 || listener.port() == port) {
                return listener;
            }
        }
        throw new Options.UsageException("the configuration has no listener on port " + port);
    }
}
