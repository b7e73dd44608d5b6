package org.althing.simulation;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Supplier;
import org.althing.net.Clock;

/** The last lines of what happened, for the report of a failure; and a number that stands for all of it. */
final class Trace {
    private static final int LINES_MAX = 10_000;

    private final Clock clock;
    private final boolean keeps;
    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private long digest = 17;

    /** @param keeps whether lines are kept: a failure is run again with this on */
    Trace(Clock clock, boolean keeps) {
        this.clock = clock;
        this.keeps = keeps;
    }

    void line(String who, Supplier<String> what) {
        if (keeps) {
            if (lines.size() == LINES_MAX) {
                lines.removeFirst();
            }
            lines.add("%12.6f %-8s %s".formatted(clock.nanos() / 1e9, who, what.get()));
        }
    }

    /** Something that would be different if anything before it had been. */
    void mix(int what) {
        digest = digest * 31 + what;
        digest = digest * 31 + clock.nanos();
    }

    long digest() {
        return digest;
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
