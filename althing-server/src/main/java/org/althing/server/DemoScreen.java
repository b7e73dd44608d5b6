package org.althing.server;

import java.io.PrintStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Live bars of the demonstration: drawn in place on a terminal, as lines when something changed elsewhere. */
final class DemoScreen {
    private static final int WIDTH = 40;
    private static final int LINES = 4;
    private static final Pattern COUNT = Pattern.compile("total=(\\d+) ete=(\\d+) hiver=(\\d+)");

    private final PrintStream out;
    private final boolean terminal =
            System.console() != null && System.console().isTerminal();
    private final boolean colour = terminal && System.getenv("NO_COLOR") == null;
    private boolean drawn;
    private String last = "";
    private String shown = "";

    DemoScreen(PrintStream out) {
        this.out = out;
    }

    /**
     * Draws one state.
     *
     * @param results the answer to RESULTS, or empty while nobody answers: the bars stay
     * @param note a line below the bars
     */
    void show(String results, int voters, String note) {
        Matcher count = COUNT.matcher(results.isEmpty() ? last : results);
        if (!count.find()) {
            return;
        }
        if (!results.isEmpty()) {
            last = results;
        }
        int total = Integer.parseInt(count.group(1));
        String state = bar("été", Integer.parseInt(count.group(2)), voters, "33")
                + bar("hiver", Integer.parseInt(count.group(3)), voters, "36")
                + "  " + total + " of " + voters + " voted" + "\n"
                + "  " + note;
        if (terminal) {
            out.print((drawn ? "\033[" + (LINES - 1) + "A\r" : "\n") + state.replace("\n", "\033[K\n") + "\033[K");
            drawn = true;
        } else if (!state.equals(shown)) {
            out.println(total + "/" + voters + "  été " + count.group(2) + "  hiver " + count.group(3)
                    + (note.isEmpty() ? "" : "  (" + note + ")"));
        }
        shown = state;
        out.flush();
    }

    private String bar(String label, int count, int voters, String ansi) {
        int eighths = count * WIDTH * 8 / voters;
        String rest = eighths % 8 == 0 ? "" : String.valueOf((char) ('\u2590' - eighths % 8));
        String bar = "\u2588".repeat(eighths / 8) + rest;
        String coloured = colour ? "\033[" + ansi + "m" + bar + "\033[0m" : bar;
        return "  " + label + " ".repeat(6 - label.length()) + coloured + " " + count + "\n";
    }

    /** Leaves the bars where they are. */
    void leave() {
        out.println();
    }
}
