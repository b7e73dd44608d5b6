package org.althing.server;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Words of a command line, taken one after the other; every mistake names the option. */
final class Options {
    /** A mistake on the command line; the message is for the user. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    private final Deque<String> words;
    private String option = "";

    Options(List<String> words) {
        this.words = new ArrayDeque<>(words);
    }

    /** The next option, {@code --name=value} taken apart; null at the end. */
    @Nullable
    String next() {
        String word = words.poll();
        if (word != null && word.startsWith("--") && word.indexOf('=') > 0) {
            int equals = word.indexOf('=');
            words.push(word.substring(equals + 1));
            word = word.substring(0, equals);
        }
        option = word == null ? option : word;
        return word;
    }

    /** The value of the option taken last. */
    String value() throws UsageException {
        String value = words.poll();
        if (value == null) {
            throw new UsageException(option + " needs a value");
        }
        return value;
    }

    /** The value of the option taken last, with Mosquitto's words if there is none. */
    String value(String whatIsMissing) throws UsageException {
        if (words.isEmpty()) {
            throw new UsageException(option + " argument given, but " + whatIsMissing);
        }
        return words.remove();
    }

    /** The value as a port: {@code lowest} to 65535. */
    int port(int lowest) throws UsageException {
        String value = value();
        try {
            int port = Integer.parseInt(value);
            if (port >= lowest && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message below.
        }
        throw new UsageException(option + " must be a port from " + lowest + " to 65535, not '" + value + "'");
    }

    Path path() throws UsageException {
        String value = value();
        if (value.isEmpty()) {
            throw new UsageException(option + " needs the name of a folder");
        }
        return Path.of(value);
    }

    UsageException unknown() {
        return new UsageException(
                option.startsWith("-") ? "unknown option " + option : "unexpected argument '" + option + "'");
    }
}
