package org.althing.tools;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a password comes from: the command line, a file, the environment, or who sits there. */
final class Passwords {
    private Passwords() {}

    /** The password that the arguments speak of; null if there is none. */
    static @Nullable String of(Arguments arguments, Map<String, String> environment, Terminal terminal)
            throws UsageException {
        String file = arguments.text(Option.PASSWORD_FILE);
        if (file != null) {
            return firstLine(file);
        }
        String name = arguments.text(Option.PASSWORD_ENV);
        if (name != null) {
            String value = environment.get(name);
            if (value == null) {
                throw new UsageException("There is no environment variable " + name + " (--pw-env).");
            }
            return value;
        }
        if (arguments.has(Option.PASSWORD_ASK)) {
            String user = arguments.text(Option.USER);
            return ask(user == null ? "Password: " : "Password for " + user + ": ", terminal);
        }
        return arguments.text(Option.PASSWORD);
    }

    private static String firstLine(String file) throws UsageException {
        try {
            String text = Files.readString(Path.of(file), StandardCharsets.UTF_8);
            int end = text.indexOf('\n');
            String line = end < 0 ? text : text.substring(0, end);
            return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
        } catch (IOException failure) {
            throw new UsageException("Unable to read the password file \"" + file + "\".");
        }
    }

    /** Asks, without an echo where there is a terminal; otherwise the answer is the next line of the input. */
    static String ask(String prompt, Terminal terminal) throws UsageException {
        terminal.out().put(prompt);
        terminal.flush();
        String answer = answer(terminal);
        terminal.out().put('\n');
        terminal.flush();
        if (answer == null || answer.isEmpty()) {
            throw new UsageException("Empty password.");
        }
        return answer;
    }

    private static @Nullable String answer(Terminal terminal) {
        Console console = terminal.isInTerminal() ? System.console() : null;
        try {
            if (console != null) {
                char[] typed = console.readPassword();
                return typed == null ? null : new String(typed);
            }
            return line(terminal.in);
        } catch (IOException failure) {
            return null;
        }
    }

    /** Byte by byte: what stands behind the line is somebody else's. */
    static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n') {
            line.write(next);
            next = in.read();
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
