package org.althing.broker.conf;

import java.util.List;

/** Reads the values of directives as Mosquitto does. */
final class Values {
    private Values() {}

    /** Exactly {@code true}, {@code false}, {@code 1} or {@code 0}; what follows a space is not looked at. */
    static boolean bool(Directive directive) throws ConfException {
        return switch (token(directive)) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default ->
                throw new ConfException(
                        "Invalid '" + directive.name() + "' value (" + token(directive) + ").", directive);
        };
    }

    /** Decimal, hexadecimal with 0x, octal with a leading 0; what follows a space is not looked at. */
    static long integer(Directive directive, long min, long max) throws ConfException {
        String token = token(directive);
        long value;
        try {
            value = Long.decode(token);
        } catch (NumberFormatException e) {
            throw new ConfException("Invalid '" + directive.name() + "' value (" + token + ").", directive);
        }
        if (value < min || value > max) {
            throw new ConfException(
                    "Invalid '" + directive.name() + "' value (" + token + "): it must be from " + min + " to " + max
                            + ".",
                    directive);
        }
        return value;
    }

    static int integer(Directive directive, int min, int max) throws ConfException {
        return (int) integer(directive, (long) min, (long) max);
    }

    /** The whole rest of the line. */
    static String string(Directive directive) throws ConfException {
        if (directive.value().isEmpty()) {
            throw new ConfException("Empty '" + directive.name() + "' value in configuration.", directive);
        }
        return directive.value();
    }

    /** The rest of the line, which must be one of the choices. */
    static String oneOf(Directive directive, List<String> choices) throws ConfException {
        String value = string(directive);
        if (!choices.contains(value)) {
            throw new ConfException(
                    "Invalid '" + directive.name() + "' value (" + value + "): it must be one of "
                            + String.join(", ", choices) + ".",
                    directive);
        }
        return value;
    }

    /** A number and one of the units s h d w m y, as seconds; a month has 30 days. */
    static long duration(Directive directive) throws ConfException {
        String token = token(directive);
        long unit = token.isEmpty()
                ? 0
                : switch (token.charAt(token.length() - 1)) {
                    case 's' -> 1;
                    case 'h' -> 3_600;
                    case 'd' -> 86_400;
                    case 'w' -> 604_800;
                    case 'm' -> 2_592_000;
                    case 'y' -> 31_536_000;
                    default -> 0;
                };
        try {
            long number = Long.parseLong(token.substring(0, Math.max(0, token.length() - 1)));
            if (unit > 0 && number > 0 && number <= Long.MAX_VALUE / unit) {
                return number * unit;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message below.
        }
        throw new ConfException("Invalid '" + directive.name() + "' duration in configuration.", directive);
    }

    private static String token(Directive directive) throws ConfException {
        String value = string(directive);
        int space = value.indexOf(' ');
        return space < 0 ? value : value.substring(0, space);
    }
}
