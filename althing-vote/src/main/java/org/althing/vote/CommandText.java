package org.althing.vote;

/**
 * Commands as one line, at the doors that have lines:
 *
 * <pre>
 *   define {"id":"budget",...}
 *   roster budget [{"name":"Alice","pin":"4711"}]
 *   codes budget 30
 *   open budget [SECONDS]
 *   pause budget | close budget | publish budget | delete budget
 * </pre>
 */
public final class CommandText {
    /** What is understood, for people. */
    public static final String USAGE = "define JSON | roster POLL JSON | codes POLL COUNT | open POLL [SECONDS]"
            + " | pause POLL | close POLL | publish POLL | delete POLL";

    private CommandText() {}

    /** @throws IllegalArgumentException if it is no command; the message says why */
    public static PollCommand parse(String line) {
        String[] words = line.strip().split(" +", 2);
        String rest = words.length == 1 ? "" : words[1].strip();
        if (words[0].equals("define")) {
            return new PollCommand.Define(PollJson.read(rest));
        }
        int cut = rest.indexOf(' ');
        String poll = cut < 0 ? rest : rest.substring(0, cut);
        String more = cut < 0 ? "" : rest.substring(cut + 1).strip();
        if (!Poll.isIdentifier(poll) || more.isEmpty() != takesNothingMore(words[0], more)) {
            throw new IllegalArgumentException(USAGE);
        }
        return switch (words[0]) {
            case "roster" -> new PollCommand.Enrol(poll, PollJson.readRoster(more));
            case "codes" -> new PollCommand.IssueCodes(poll, (int) number(more, PollCommand.IssueCodes.CODES_MAX));
            case "open" -> new PollCommand.Open(poll, more.isEmpty() ? 0 : number(more, PollCommand.Open.SECONDS_MAX));
            case "pause" -> new PollCommand.Pause(poll);
            case "close" -> new PollCommand.Close(poll);
            case "publish" -> new PollCommand.Publish(poll);
            case "delete" -> new PollCommand.Delete(poll);
            default -> throw new IllegalArgumentException(USAGE);
        };
    }

    private static boolean takesNothingMore(String verb, String more) {
        return switch (verb) {
            case "roster", "codes" -> false;
            case "open" -> more.isEmpty();
            default -> true;
        };
    }

    private static long number(String text, long max) {
        if (text.matches("[0-9]{1,9}") && Long.parseLong(text) >= 1 && Long.parseLong(text) <= max) {
            return Long.parseLong(text);
        }
        throw new IllegalArgumentException("a number from 1 to " + max + " is expected, not \"" + text + "\"");
    }
}
