package org.althing.tools;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What doctor has found so far: said at once to people, or all together as JSON. */
final class Findings {
    /** How a step went. */
    enum Verdict {
        GOOD("✓", "good"),
        NOTE("!", "note"),
        BAD("✗", "bad"),
        SKIPPED("–", "skipped");

        final String mark;
        final String word;

        Verdict(String mark, String word) {
            this.mark = mark;
            this.word = word;
        }
    }

    private static final int TITLE_WIDTH = 12;

    private final Terminal terminal;
    private final Colors colors;
    private final boolean json;
    private final List<Json> all = new ArrayList<>();
    private @Nullable DoctorStep failed;

    Findings(Terminal terminal, Colors colors, boolean json) {
        this.terminal = terminal;
        this.colors = colors;
        this.json = json;
    }

    void good(DoctorStep step, String what) {
        add(step, Verdict.GOOD, what, null);
    }

    /** Not wrong, but good to know. */
    void note(DoctorStep step, String what, @Nullable String remedy) {
        add(step, Verdict.NOTE, what, remedy);
    }

    void bad(DoctorStep step, String what, String remedy) {
        failed = failed == null ? step : failed;
        add(step, Verdict.BAD, what, remedy);
    }

    void skipped(DoctorStep step, String why) {
        add(step, Verdict.SKIPPED, why, null);
    }

    /** What others have said stands among the words, so it is made harmless. */
    private void add(DoctorStep step, Verdict verdict, String what, @Nullable String remedy) {
        String said = Printable.text(what);
        Json.Node node = new Json.Node()
                .with("step", new Json.Text(step.title))
                .with("code", Json.number(step.code))
                .with("verdict", new Json.Text(verdict.word))
                .with("what", new Json.Text(said));
        all.add(remedy == null ? node : node.with("remedy", new Json.Text(remedy)));
        if (json) {
            return;
        }
        String mark = switch (verdict) {
            case GOOD -> colors.good(verdict.mark);
            case NOTE -> colors.warn(verdict.mark);
            case BAD -> colors.bad(verdict.mark);
            case SKIPPED -> colors.dim(verdict.mark);
        };
        String title = step.title + " ".repeat(Math.max(1, TITLE_WIDTH - step.title.length()));
        terminal.line(mark + " " + colors.bold(title) + (verdict == Verdict.SKIPPED ? colors.dim(said) : said));
        if (remedy != null) {
            terminal.line("  " + " ".repeat(TITLE_WIDTH) + colors.warn("→ ") + remedy);
        }
    }

    /** Ends the report; returns the exit status. */
    Outcome end() {
        DoctorStep first = failed;
        if (json) {
            Json.Node node = new Json.Node()
                    .with("good", new Json.Literal(Boolean.toString(first == null)))
                    .with("steps", new Json.Array(all));
            terminal.line((first == null ? node : node.with("failed", new Json.Text(first.title))).toText());
        } else {
            terminal.line("");
            terminal.line(
                    first == null
                            ? colors.good("All is well.")
                            : colors.bad("The first thing to mend: " + first.title + ".")
                                    + colors.dim(" (exit status " + first.code + ")"));
        }
        return first == null ? Outcome.DONE : new Outcome(first.code, first.code);
    }
}
