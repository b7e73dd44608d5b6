package org.althing.vote.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A count as lines of text: bars that start at zero, count and share beside them.
 *
 * @param labels by option key, in the order asked
 * @param max points that one ballot can give an option; 1 where it is chosen or not
 */
record TextBars(String question, Map<String, String> labels, long max) {
    /** What an answer says of a poll besides its options. */
    private static final List<String> RULES = List.of("state", "counting", "min", "max", "who", "secrecy", "change");

    private static final String[] COLOURS = {"33", "34", "32", "35", "36", "31", "93", "37"};
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";
    private static final int NUMBERS_WIDTH = 15;
    private static final int LABEL_MAX = 24;

    TextBars(String question, Map<String, String> labels) {
        this(question, labels, 1);
    }

    /**
     * What is shown.
     *
     * @param state in words
     * @param eligible how many may vote; -1 where nobody knows
     * @param counted ballots in the counts
     * @param counts by option key; empty while they are hidden
     */
    record Count(String state, long total, long eligible, long counted, Map<String, Long> counts) {
        Count(String state, long total, Map<String, Long> counts) {
            this(state, total, -1, total, counts);
        }
    }

    List<String> lines(Count count, int columns, boolean inColour) {
        List<String> lines = new ArrayList<>();
        lines.add(cut(question, columns));
        int labelWidth = Math.min(
                LABEL_MAX,
                labels.values().stream().mapToInt(TextBars::width).max().orElse(1));
        int room = Math.max(0, columns - labelWidth - NUMBERS_WIDTH - 3);
        int number = 0;
        for (Map.Entry<String, String> option : labels.entrySet()) {
            long votes = count.counts.getOrDefault(option.getKey(), 0L);
            double share = count.counted == 0 ? 0 : (double) votes / (count.counted * max);
            String bar = bar(share, room);
            String colour = COLOURS[number++ % COLOURS.length];
            lines.add(pad(cut(option.getValue(), labelWidth), labelWidth) + " "
                    + (inColour ? "\u001b[" + colour + "m" + bar + "\u001b[0m" : bar)
                    + (count.counts.isEmpty() ? String.format("%8s", "–") : numbers(votes, share)));
        }
        lines.add(cut(foot(count), columns));
        return lines;
    }

    private static String foot(Count count) {
        String of = count.eligible < 0 ? "" : " sur " + count.eligible;
        String held = count.counts.isEmpty() || count.counted == count.total ? "" : ", " + count.counted + " montrés";
        return count.state + " · " + count.total + (count.total <= 1 ? " vote" : " votes") + of + held;
    }

    /** {@code      128   61 %}. */
    private static String numbers(long votes, double share) {
        return String.format("%8d %4d %%", votes, Math.round(share * 100));
    }

    /** As many eighths of characters as the share of the room has, and blanks. */
    private static String bar(double share, int room) {
        int eighths = (int) Math.round(share * room * 8);
        StringBuilder bar = new StringBuilder("█".repeat(eighths / 8));
        if (eighths % 8 > 0) {
            bar.append(EIGHTHS.charAt(eighths % 8));
        }
        return pad(bar.toString(), room);
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - width(text)));
    }

    private static String cut(String text, int width) {
        if (width(text) <= width) {
            return text;
        }
        int end = text.offsetByCodePoints(0, Math.max(0, width - 1));
        return text.substring(0, end) + "…";
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Labels and question as the server says them: {@code OK poll state=open ete=été hiver=hiver : Heure ?}. */
    static TextBars of(Answer poll) {
        Map<String, String> labels = new LinkedHashMap<>(poll.values());
        boolean isScore = "score".equals(labels.get("counting"));
        long max = isScore ? Long.parseLong(labels.getOrDefault("max", "1")) : 1;
        RULES.forEach(labels::remove);
        return new TextBars(poll.text(), labels, max);
    }
}
