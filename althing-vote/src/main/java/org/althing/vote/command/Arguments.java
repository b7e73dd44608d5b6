package org.althing.vote.command;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The words of a command: options with values, flags, and what stands between them. */
final class Arguments {
    /** A mistake on the command line; the message is one line for the user. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    private final Map<String, String> values = new HashMap<>();
    private final List<String> operands = new ArrayList<>();

    private Arguments() {}

    /**
     * Takes the words apart.
     *
     * @param withValue options that need a value
     * @param flags options that need none
     */
    static Arguments parse(List<String> words, Set<String> withValue, Set<String> flags) throws UsageException {
        Arguments parsed = new Arguments();
        Deque<String> left = new ArrayDeque<>(words);
        boolean onlyOperands = false;
        while (!left.isEmpty()) {
            String word = left.remove();
            if (onlyOperands || !word.startsWith("-") || word.equals("-")) {
                parsed.operands.add(word);
            } else if (word.equals("--")) {
                onlyOperands = true;
            } else {
                parsed.option(word, left, withValue, flags);
            }
        }
        return parsed;
    }

    private void option(String word, Deque<String> left, Set<String> withValue, Set<String> flags)
            throws UsageException {
        int equals = word.startsWith("--") ? word.indexOf('=') : -1;
        String name = equals < 0 ? word : word.substring(0, equals);
        if (values.containsKey(name)) {
            throw new UsageException(name + " is given twice");
        }
        if (withValue.contains(name)) {
            String value = equals < 0 ? left.poll() : word.substring(equals + 1);
            if (value == null) {
                throw new UsageException(name + " needs a value");
            }
            values.put(name, value);
        } else if (flags.contains(name) && equals < 0) {
            values.put(name, "");
        } else {
            throw new UsageException(flags.contains(name) ? name + " takes no value" : "unknown option " + name);
        }
    }

    boolean has(String option) {
        return values.containsKey(option);
    }

    @Nullable
    String value(String option) {
        return values.get(option);
    }

    String value(String option, String otherwise) {
        return values.getOrDefault(option, otherwise);
    }

    int number(String option, int otherwise, int min, int max) throws UsageException {
        String value = values.get(option);
        return value == null ? otherwise : number(option, value, min, max);
    }

    List<String> operands() {
        return operands;
    }

    /** Exactly that many words besides the options. */
    List<String> operands(int count, String usage) throws UsageException {
        if (operands.size() != count) {
            throw new UsageException(
                    operands.size() > count
                            ? "unexpected argument '" + operands.get(count) + "'; usage: " + usage
                            : "usage: " + usage);
        }
        return operands;
    }

    static int port(String text) throws UsageException {
        return number("the port", text, 1, 65_535);
    }

    private static int number(String what, String text, int min, int max) throws UsageException {
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message below.
        }
        throw new UsageException(what + " must be a number from " + min + " to " + max + ", not '" + text + "'");
    }
}
