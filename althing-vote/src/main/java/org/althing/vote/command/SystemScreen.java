package org.althing.vote.command;

import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The terminal of the process. */
final class SystemScreen implements Surroundings.Screen {
    private static final int COLUMNS = 80;

    private final Map<String, String> environment;

    SystemScreen(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal() && !"dumb".equals(environment.get("TERM"));
    }

    /** https://no-color.org: any value that is not empty. */
    @Override
    public boolean hasColour() {
        return environment.getOrDefault("NO_COLOR", "").isEmpty();
    }

    /** Asked anew each time, because the window may have another size now. The JDK cannot say it; stty can. */
    @Override
    public int columns() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (Reader output = new InputStreamReader(stty.getInputStream(), StandardCharsets.US_ASCII)) {
                String[] size = output.readAllAsString().strip().split(" ");
                int columns = size.length == 2 ? Integer.parseInt(size[1]) : 0;
                return columns > 0 ? columns : COLUMNS;
            }
        } catch (IOException | NumberFormatException e) {
            return COLUMNS; // no stty here, or none that is understood
        }
    }
}
