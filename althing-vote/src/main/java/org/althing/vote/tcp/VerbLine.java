package org.althing.vote.tcp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.althing.vote.Ballot;
import org.althing.vote.CommandText;
import org.jspecify.annotations.Nullable;

/**
 * A line of the verb form: {@code [#tag] VERB argument...}, arguments in quotes where they hold spaces.
 *
 * @param tag with its {@code #}, or empty
 */
record VerbLine(String tag, Command command) {
    private static final Pattern TAG = Pattern.compile("#[A-Za-z0-9]+");

    /** What may stand behind a ballot, by name. */
    private static final List<String> NAMED = List.of("id", "pin", "code");

    /** Stands for the voter where a code or a certificate says who it is. */
    private static final String NOBODY = "-";

    /** Each verb and the arguments it needs. */
    private static final Map<String, String> USAGE = Map.ofEntries(
            Map.entry("VOTE", "VOTE poll voter choice[,choice] [id=...] [pin=...] [code=...]"),
            Map.entry("POLLS", "POLLS"),
            Map.entry("POLL", "POLL poll"),
            Map.entry("VOTED", "VOTED poll voter"),
            Map.entry("RESULTS", "RESULTS poll [id=...]"),
            Map.entry("VOTERS", "VOTERS poll"),
            Map.entry("TOKEN", "TOKEN token"),
            Map.entry("MANAGE", "MANAGE " + CommandText.USAGE),
            Map.entry("WATCH", "WATCH poll"),
            Map.entry("PROOF", "PROOF poll id"),
            Map.entry("CHECKPOINT", "CHECKPOINT poll"),
            Map.entry("AUTH", "AUTH voter pin"),
            Map.entry("LANG", "LANG fr|en"),
            Map.entry("PING", "PING"),
            Map.entry("HELP", "HELP"),
            Map.entry("QUIT", "QUIT"));

    /** What HELP says. */
    static final String HELP = "VOTE poll voter choice[,choice] [id=...] [pin=...] [code=...] | AUTH voter pin"
            + " | POLLS | POLL poll | VOTED poll voter | VOTERS poll | RESULTS poll [id=...] | WATCH poll"
            + " | TOKEN token | MANAGE command | LANG fr|en | PING | HELP | QUIT";

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
        VerbLine manage = manage(line);
        if (manage != null) {
            return manage;
        }
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

    /** A command for the organiser is taken as it stands, because it may hold JSON; null for another verb. */
    private static @Nullable VerbLine manage(String line) {
        String rest = line.strip();
        int cut = rest.indexOf(' ');
        String tag = "";
        if (cut > 0 && isTag(rest.substring(0, cut))) {
            tag = rest.substring(0, cut);
            rest = rest.substring(cut).strip();
            cut = rest.indexOf(' ');
        }
        String verb = (cut < 0 ? rest : rest.substring(0, cut)).toUpperCase(Locale.ROOT);
        if (!verb.equals("MANAGE")) {
            return null;
        }
        String command = cut < 0 ? "" : rest.substring(cut).strip();
        return new VerbLine(
                tag, command.isEmpty() ? new Command.Wrong(USAGE.getOrDefault(verb, "")) : new Command.Manage(command));
    }

    private static Command command(String verb, List<Argument> arguments) {
        if (verb.equals("VOTE")) {
            return vote(arguments);
        }
        Command wrong = new Command.Wrong(USAGE.getOrDefault(verb, ""));
        return switch (verb) {
            case "PROOF", "CHECKPOINT" -> new Command.NotHere(verb);
            case "AUTH" ->
                arguments.size() == 2 ? new Command.Authenticate(arguments.get(0).text, arguments.get(1).text) : wrong;
            case "RESULTS" -> results(arguments, wrong);
            case "VOTED" ->
                arguments.size() == 2 ? new Command.HasVoted(arguments.get(0).text, arguments.get(1).text) : wrong;
            case "POLL", "VOTERS", "WATCH", "LANG", "TOKEN" ->
                arguments.size() == 1 ? ofOne(verb, arguments.getFirst().text) : wrong;
            case "POLLS", "PING", "HELP", "QUIT" -> arguments.isEmpty() ? ofNone(verb) : wrong;
            default -> wrong;
        };
    }

    private static Command ofOne(String verb, String argument) {
        return switch (verb) {
            case "POLL" -> new Command.PollText(argument);
            case "VOTERS" -> new Command.Voters(argument);
            case "TOKEN" -> new Command.ShowToken(argument);
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

    private static Command results(List<Argument> arguments, Command wrong) {
        if (arguments.size() == 2 && arguments.get(1).names("id")) {
            return new Command.Count(arguments.get(0).text, arguments.get(1).value());
        }
        return arguments.size() == 1 ? new Command.Count(arguments.getFirst().text, null) : wrong;
    }

    private static Command vote(List<Argument> arguments) {
        Command wrong = new Command.Wrong(USAGE.getOrDefault("VOTE", ""));
        Map<String, String> named = new HashMap<>();
        while (arguments.size() > 3) {
            Argument last = arguments.removeLast();
            String name = NAMED.stream().filter(last::names).findFirst().orElse(null);
            if (name == null || named.putIfAbsent(name, last.value()) != null) {
                return wrong;
            }
        }
        String id = named.get("id");
        boolean isShort = arguments.size() < 3 || NAMED.stream().anyMatch(arguments.get(2)::names);
        if (isShort || id != null && !Ballot.isVoteId(id)) {
            return wrong;
        }
        String voter = arguments.get(1).text;
        boolean isNobody = voter.equals(NOBODY) && !arguments.get(1).isQuoted;
        Ballot ballot = new Ballot(arguments.get(0).text, isNobody ? "" : voter, arguments.get(2).parts, id);
        return new Command.Vote(ballot, named.get("pin"), named.get("code"));
    }

    private static boolean isTag(String word) {
        return word.length() >= 2
                && word.length() <= 17
                && word.charAt(0) == '#'
                && TAG.matcher(word).matches();
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
