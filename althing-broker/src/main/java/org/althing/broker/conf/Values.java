package org.althing.broker.conf;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads the values of directives as Mosquitto does. */
final class Values {
    private static final int STRING_BYTES_MAX = 65_535;

    private Values() {}

    /** Exactly {@code true}, {@code false}, {@code 1} or {@code 0}; what follows a space is not looked at. */
    static boolean bool(Directive directive) throws ConfException {
        String token = token(directive);
        return switch (token) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw new ConfException("Invalid '" + directive.name() + "' value (" + token + ").", directive);
        };
    }

    /**
     * As strtol reads it with base 0: decimal, hexadecimal with 0x, octal with a leading 0. What follows a space is not
     * looked at.
     */
    static long integer(Directive directive, long min, long max) throws ConfException {
        return integer(directive, token(directive), min, max);
    }

    /** The same with the words of the table for what is out of range. */
    static long integer(Directive directive, OptionRows.Range range) throws ConfException {
        if (range.error().isEmpty()) {
            return integer(directive, range.lowest(), range.highest());
        }
        long value = integer(directive, Long.MIN_VALUE, Long.MAX_VALUE);
        if (value < range.lowest() || value > range.highest()) {
            throw new ConfException(range.error(), directive);
        }
        return value;
    }

    static int integer(Directive directive, int min, int max) throws ConfException {
        return (int) integer(directive, (long) min, (long) max);
    }

    /** The same of one word of several. */
    static long integer(Directive directive, String token, long min, long max) throws ConfException {
        long value;
        try {
            value = strtol(token);
        } catch (NumberFormatException e) {
            throw new ConfException("'" + directive.name() + "' value not a number.", directive);
        }
        if (value < min || value > max) {
            throw new ConfException(
                    "Invalid '" + directive.name() + "' value (" + token + "). It must be from " + min + " to " + max
                            + ".",
                    directive);
        }
        return value;
    }

    private static long strtol(String token) {
        String unsigned = token.startsWith("-") || token.startsWith("+") ? token.substring(1) : token;
        if (unsigned.isEmpty() || !isDigit(unsigned.charAt(0))) {
            throw new NumberFormatException(); // Long.decode takes what C does not: '#', a second sign
        }
        return Long.decode(token);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** The whole rest of the line, trimmed. */
    static String string(Directive directive) throws ConfException {
        String value = directive.value().strip();
        if (value.isEmpty()) {
            throw new ConfException("Empty '" + directive.name() + "' value in configuration.", directive);
        }
        if (value.getBytes(StandardCharsets.UTF_8).length > STRING_BYTES_MAX) {
            throw new ConfException(
                    "The value of '" + directive.name() + "' is longer than " + STRING_BYTES_MAX + " bytes.",
                    directive);
        }
        return value;
    }

    /** The first word, which must be one of the choices. */
    static String oneOf(Directive directive, List<String> choices) throws ConfException {
        String value = token(directive);
        if (!choices.contains(value)) {
            throw new ConfException(
                    "Invalid '" + directive.name() + "' value (" + value + "). It must be one of "
                            + String.join(", ", choices) + ".",
                    directive);
        }
        return value;
    }

    /** A number and one of the units s h d w m y, as seconds; a month has 30 days. */
    static long duration(Directive directive) throws ConfException {
        String token = token(directive);
        long unit = switch (token.charAt(token.length() - 1)) {
            case 's' -> 1;
            case 'h' -> 3_600;
            case 'd' -> 86_400;
            case 'w' -> 604_800;
            case 'm' -> 2_592_000;
            case 'y' -> 31_536_000;
            default -> 0;
        };
        try {
            long number = Long.parseLong(token.substring(0, token.length() - 1));
            if (unit > 0 && number > 0 && number <= Long.MAX_VALUE / unit) {
                return number * unit;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message below.
        }
        throw new ConfException("Invalid '" + directive.name() + "' duration in configuration.", directive);
    }

    /** The words of the value; only the space character separates. */
    static List<String> words(Directive directive) throws ConfException {
        List<String> words = List.of(directive.value().split(" +")).stream()
                .filter(word -> !word.isEmpty())
                .toList();
        if (words.isEmpty()) {
            throw new ConfException("Empty '" + directive.name() + "' value in configuration.", directive);
        }
        return words;
    }

    /** The first word. */
    static String token(Directive directive) throws ConfException {
        return words(directive).getFirst();
    }
}
