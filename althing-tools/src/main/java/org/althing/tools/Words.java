package org.althing.tools;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words of a command line, taken one after the other. */
final class Words {
    private final Deque<String> rest;
    private String option = "";

    Words(List<String> words) {
        rest = new ArrayDeque<>(words);
    }

    /** The next option, or null at the end. */
    @Nullable
    String next() {
        String word = rest.poll();
        if (word != null) {
            option = word;
        }
        return word;
    }

    /** The value of the option taken last. */
    String value() throws UsageException {
        String value = rest.poll();
        if (value == null) {
            throw new UsageException(option + " needs a value");
        }
        return value;
    }

    int integer(int min, int max) throws UsageException {
        return (int) integer((long) min, (long) max);
    }

    long integer(long min, long max) throws UsageException {
        String value = value();
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message below.
        }
        throw new UsageException(option + " must be a number from " + min + " to " + max + ", not '" + value + "'");
    }

    /** A number of seconds, perhaps with a fraction, in nanoseconds. */
    long seconds() throws UsageException {
        String value = value();
        try {
            double seconds = Double.parseDouble(value);
            if (seconds >= 0 && seconds <= 1_000_000_000) {
                return (long) (seconds * 1_000_000_000L);
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message below.
        }
        throw new UsageException(option + " must be a number of seconds, not '" + value + "'");
    }

    UsageException unknown() {
        return new UsageException(
                option.startsWith("-") ? "unknown option '" + option + "'" : "unexpected argument '" + option + "'");
    }

    UsageException unsupported() {
        return new UsageException("option '" + option + "' is not supported by this version of Althing");
    }
}
