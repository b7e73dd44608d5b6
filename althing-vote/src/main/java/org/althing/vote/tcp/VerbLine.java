package org.althing.vote.tcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.althing.vote.Ballot;
import org.jspecify.annotations.Nullable;

/**
 * A line of the verb form: {@code [#tag] VERB argument...}, arguments in quotes where they hold spaces.
 *
 * @param tag with its {@code #}, or empty
 */
record VerbLine(String tag, Command command) {
    /** Each verb and the arguments it needs. */
    private static final Map<String, String> USAGE = Map.ofEntries(
            Map.entry("VOTE", "VOTE poll voter choice[,choice] [id=...]"),
            Map.entry("POLLS", "POLLS"),
            Map.entry("POLL", "POLL poll"),
            Map.entry("VOTED", "VOTED poll voter"),
            Map.entry("RESULTS", "RESULTS poll"),
            Map.entry("WATCH", "WATCH poll"),
            Map.entry("PROOF", "PROOF poll id"),
            Map.entry("CHECKPOINT", "CHECKPOINT poll"),
            Map.entry("AUTH", "AUTH voter pin"),
            Map.entry("LANG", "LANG fr|en"),
            Map.entry("PING", "PING"),
            Map.entry("HELP", "HELP"),
            Map.entry("QUIT", "QUIT"));

    /** What HELP says. */
    static final String HELP = "VOTE poll voter choice[,choice] [id=...] | POLLS | POLL poll | VOTED poll voter"
            + " | RESULTS poll | WATCH poll | LANG fr|en | PING | HELP | QUIT";

    /**
     * One argument.
     *
     * @param parts the argument cut at its commas, except those in quotes
     * @param isQuoted whether it begins with a quote
     */
    private record Argument(String text, List<String> parts, boolean isQuoted) {
        boolean names(String key) {
            return !isQuoted && text.startsWith(key + "=");
        }

        String value() {
            return text.substring(text.indexOf('=') + 1);
        }
    }

    /**
     * Whether a first line is of this form rather than the lab's {@code name choice}: it has a tag, or begins with a
     * verb in capitals, or is one word that is a verb.
     */
    static boolean isMeant(String line) {
        int end = line.indexOf(' ');
        String first = end < 0 ? line : line.substring(0, end);
        return isTag(first) || USAGE.containsKey(first) || end < 0 && USAGE.containsKey(first.toUpperCase(Locale.ROOT));
    }

    static VerbLine parse(String line) {
        List<Argument> arguments = arguments(line);
        if (arguments == null || arguments.isEmpty()) {
            return new VerbLine("", new Command.Wrong(""));
        }
        String tag = "";
        if (isTag(arguments.getFirst().text)) {
            tag = arguments.removeFirst().text;
        }
        if (arguments.isEmpty()) {
            return new VerbLine(tag, new Command.Wrong(""));
        }
        String verb = arguments.removeFirst().text.toUpperCase(Locale.ROOT);
        return new VerbLine(tag, command(verb, arguments));
    }

    private static Command command(String verb, List<Argument> arguments) {
        if (verb.equals("VOTE")) {
            return vote(arguments);
        }
        Command wrong = new Command.Wrong(USAGE.getOrDefault(verb, ""));
        return switch (verb) {
            case "PROOF", "CHECKPOINT", "AUTH" -> new Command.NotHere(verb);
            case "VOTED" ->
                arguments.size() == 2 ? new Command.HasVoted(arguments.get(0).text, arguments.get(1).text) : wrong;
            case "POLL", "RESULTS", "WATCH", "LANG" ->
                arguments.size() == 1 ? ofOne(verb, arguments.getFirst().text) : wrong;
            case "POLLS", "PING", "HELP", "QUIT" -> arguments.isEmpty() ? ofNone(verb) : wrong;
            default -> wrong;
        };
    }

    private static Command ofOne(String verb, String argument) {
        return switch (verb) {
            case "POLL" -> new Command.PollText(argument);
            case "RESULTS" -> new Command.Count(argument);
            case "WATCH" -> new Command.Watch(argument);
            default -> new Command.Speak(argument);
        };
    }

    private static Command ofNone(String verb) {
        return switch (verb) {
            case "POLLS" -> new Command.Polls();
            case "PING" -> new Command.Ping();
            case "HELP" -> new Command.Help();
            default -> new Command.Quit();
        };
    }

    private static Command vote(List<Argument> arguments) {
        String id = null;
        while (arguments.size() > 3) {
            Argument last = arguments.removeLast();
            if (last.names("pin")) {
                return new Command.NotHere("pin=");
            }
            if (!last.names("id") || id != null || !Ballot.isVoteId(last.value())) {
                return new Command.Wrong(USAGE.getOrDefault("VOTE", ""));
            }
            id = last.value();
        }
        if (arguments.size() < 3
                || arguments.get(2).names("id")
                || arguments.get(2).names("pin")) {
            return new Command.Wrong(USAGE.getOrDefault("VOTE", ""));
        }
        return new Command.Vote(new Ballot(arguments.get(0).text, arguments.get(1).text, arguments.get(2).parts, id));
    }

    private static boolean isTag(String word) {
        return word.length() >= 2 && word.length() <= 17 && word.matches("#[A-Za-z0-9]+");
    }

    /** The line's arguments, or null if a quote does not end. */
    private static @Nullable List<Argument> arguments(String line) {
        List<Argument> arguments = new ArrayList<>();
        int at = 0;
        while (at < line.length()) {
            if (line.charAt(at) == ' ') {
                at++;
                continue;
            }
            boolean isQuoted = line.charAt(at) == '"';
            StringBuilder text = new StringBuilder();
            List<String> parts = new ArrayList<>();
            int partStart = 0;
            boolean inQuotes = false;
            for (; at < line.length() && (inQuotes || line.charAt(at) != ' '); at++) {
                char c = line.charAt(at);
                if (c == '"') {
                    inQuotes = !inQuotes;
                } else if (c == '\\' && inQuotes && at + 1 < line.length()) {
                    text.append(line.charAt(++at));
                } else {
                    if (c == ',' && !inQuotes) {
                        parts.add(text.substring(partStart));
                        partStart = text.length() + 1;
                    }
                    text.append(c);
                }
            }
            if (inQuotes) {
                return null;
            }
            parts.add(text.substring(partStart));
            arguments.add(new Argument(text.toString(), List.copyOf(parts), isQuoted));
        }
        return arguments;
    }
}
