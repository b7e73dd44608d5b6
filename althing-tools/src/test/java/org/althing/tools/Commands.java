package org.althing.tools;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;

/** Runs the commands in this process, and Debian's beside them. */
final class Commands {
    /** How a command ended. Bytes as Latin-1, so that every byte can be told from every other. */
    record Ended(int status, String out, String err) {}

    private Commands() {}

    /** Under one of Althing's or Mosquitto's names: {@code althing pub}, {@code mosquitto_pub}. */
    static Ended ours(String name, String input, String... words) {
        return ours(Map.of(), name, input, words);
    }

    static Ended ours(Map<String, String> environment, String name, String input, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> all = new ArrayList<>();
        all.add(name.substring(Math.max(name.indexOf(' '), name.indexOf('_')) + 1));
        all.addAll(List.of(words));
        int status = Main.run(
                name,
                all.toArray(new String[0]),
                new Terminal(new ByteArrayInputStream(bytes(input)), out, err),
                environment);
        return new Ended(status, text(out.toByteArray()), text(err.toByteArray()));
    }

    /** Debian's program of that name. */
    static Ended debians(String program, String input, String... words) {
        List<String> all = new ArrayList<>();
        all.add(program);
        all.addAll(List.of(words));
        ChildProcess.Result result = Programs.run(bytes(input), all.toArray(new String[0]));
        return new Ended(result.exitCode(), text(result.out()), text(result.err()));
    }

    static String[] with(String[] words, String... more) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of(more));
        return all.toArray(new String[0]);
    }

    /** UTF-8 as the terminal would show it. */
    static String utf8(String latin1) {
        return new String(latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
