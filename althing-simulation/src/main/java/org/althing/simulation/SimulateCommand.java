package org.althing.simulation;

import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/** {@code ./althing simulate}: runs seeds until one fails. */
public final class SimulateCommand {
    private static final String HELP = """
            ./althing simulate [OPTIONS]

            Runs the whole broker under virtual time, with a bad network and a bad disk, against a model.

              --seeds N   how many seeds, one after the other (1000; 1 if --seed is given)
              --seed S    the first of them (a fresh one)
              --steps N   how long each runs (250)
              --shards N  how many shards the broker has (1)
              --trace     print all that is known of a failure, not only its end
            """;

    private static final Logger LOG = Logger.getLogger("org.althing");
    private static final int LINES_SHOWN = 60;
    private static final long PROGRESS_NANOS = 2_000_000_000L;
    /** Seeds to be read and typed by people. */
    private static final long FRESH_MAX = 1_000_000_000_000L;

    private final PrintStream out;
    private final Clock clock;
    private long seeds = -1;
    private long first = -1;
    private int steps = Scenario.STEPS;
    private int shards = 1;
    private boolean wholeTrace;

    SimulateCommand(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    public static void main(String[] arguments) {
        LOG.setLevel(Level.OFF); // a disk that fails is what this is about: nobody need be told each time
        System.exit(new SimulateCommand(System.out, Clock.system()).run(Arrays.asList(arguments)));
    }

    /** Returns 0 if no seed failed, 1 if one did, 2 if the options were wrong. */
    int run(List<String> words) {
        if (words.contains("--help")) {
            out.print(HELP);
            return 0;
        }
        try {
            read(new ArrayDeque<>(words));
        } catch (IllegalArgumentException e) {
            out.println("althing simulate: " + e.getMessage() + "; see ./althing simulate --help");
            return 2;
        }
        return simulate();
    }

    private void read(ArrayDeque<String> words) {
        while (!words.isEmpty()) {
            String option = words.remove();
            switch (option) {
                case "--seeds" -> seeds = number(option, words.poll(), 1, Long.MAX_VALUE);
                case "--seed" -> first = number(option, words.poll(), 0, Long.MAX_VALUE);
                case "--steps" -> steps = (int) number(option, words.poll(), 1, Integer.MAX_VALUE);
                case "--shards" -> shards = (int) number(option, words.poll(), 1, 64);
                case "--trace" -> wholeTrace = true;
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        if (seeds < 0) {
            seeds = first < 0 ? 1_000 : 1;
        }
        if (first < 0) {
            first = new SecureRandom().nextLong(FRESH_MAX);
        }
    }

    private static long number(String option, @Nullable String word, long least, long most) {
        try {
            long value = Long.parseLong(String.valueOf(word));
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, as any other number that will not do.
        }
        throw new IllegalArgumentException(option + " needs a number from " + least + " on, not " + word);
    }

    private int simulate() {
        long began = clock.nanos();
        long reported = began;
        for (long i = 0; i < seeds; i++) {
            try {
                Simulation.run(new Scenario(first + i, steps, shards));
            } catch (SimulationFailure failure) {
                return report(failure);
            }
            if (clock.nanos() - reported > PROGRESS_NANOS) {
                reported = clock.nanos();
                out.println("seeds " + first + " to " + (first + i) + " hold, " + pace(i + 1, reported - began));
            }
        }
        out.println(seeds + " seeds from " + first + " on hold, " + pace(seeds, clock.nanos() - began));
        return 0;
    }

    private static String pace(long done, long nanos) {
        return "%.1f a second".formatted(done * 1e9 / Math.max(1, nanos));
    }

    private int report(SimulationFailure failure) {
        List<String> lines = failure.trace();
        int skipped = wholeTrace ? 0 : Math.max(0, lines.size() - LINES_SHOWN);
        lines.subList(skipped, lines.size()).forEach(out::println);
        String message = String.valueOf(failure.getMessage());
        String[] last =
                message.substring(message.lastIndexOf("\nsimulate ") + 1).split(": ", 2);
        out.println();
        out.println("FAILED: " + last[last.length - 1]);
        out.println("again, with everything that happened: ./althing " + last[0] + " --trace");
        return 1;
    }
}
