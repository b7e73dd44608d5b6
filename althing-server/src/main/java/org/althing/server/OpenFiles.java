package org.althing.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How many files the system lets this process have open: each connection is one. */
final class OpenFiles {
    /** For jars, logs, the journal's files, and what listens. */
    private static final int OTHERS = 100;

    private static final Pattern LIMIT = Pattern.compile("Max open files\\s+(\\d+)\\s.*");

    private OpenFiles() {}

    /** What the log says about it at the start. */
    static String line(Path limits) {
        OptionalLong max = max(limits);
        if (max.isEmpty()) {
            return "The system does not limit how many connections there may be.";
        }
        long connections = Math.max(0, max.getAsLong() - OTHERS);
        return "There may be about " + connections + " connections at a time: the system allows " + max.getAsLong()
                + " open files (ulimit -n).";
    }

    /** Of this process. */
    static Path limits() {
        return Path.of("/proc/self/limits");
    }

    private static OptionalLong max(Path limits) {
        try (Stream<String> lines = Files.lines(limits)) {
            return lines.map(LIMIT::matcher)
                    .filter(Matcher::matches)
                    .mapToLong(found -> Long.parseLong(found.group(1)))
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            return OptionalLong.empty(); // not Linux
        }
    }
}
