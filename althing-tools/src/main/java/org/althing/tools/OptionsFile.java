package org.althing.tools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Options in a file, one to a line: {@code -opt value}. Empty lines and those that begin with {@code #} say nothing. */
final class OptionsFile {
    private final Map<String, String> environment;
    private final boolean mosquitto;

    /** @param mosquitto whether the standard file of Mosquitto's programs is read where none is named */
    OptionsFile(Map<String, String> environment, boolean mosquitto) {
        this.environment = environment;
        this.mosquitto = mosquitto;
    }

    boolean isMosquittos() {
        return mosquitto;
    }

    /** {@code $XDG_CONFIG_HOME/mosquitto_sub} or {@code $HOME/.config/mosquitto_sub}, if there is such a file. */
    List<Words> standard(Program program) throws UsageException {
        String folder = mosquitto ? folder() : null;
        if (folder == null) {
            return List.of();
        }
        Path file = Path.of(folder, program.mosquittoName());
        return Files.isRegularFile(file) ? read(file) : List.of();
    }

    List<Words> named(String file) throws UsageException {
        return read(Path.of(file));
    }

    private @Nullable String folder() {
        String configuration = environment.get("XDG_CONFIG_HOME");
        if (configuration != null) {
            return configuration;
        }
        String home = environment.get("HOME");
        return home == null ? null : home + "/.config";
    }

    private static List<Words> read(Path file) throws UsageException {
        List<Words> lines = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                String text = line.strip();
                if (!text.isEmpty() && !text.startsWith("#")) {
                    int space = text.indexOf(' ');
                    lines.add(
                            space < 0
                                    ? new Words(text)
                                    : new Words(
                                            text.substring(0, space),
                                            text.substring(space + 1).strip()));
                }
            }
        } catch (IOException failure) {
            throw new UsageException("Unable to read the options file \"" + file + "\".");
        }
        return lines;
    }
}
