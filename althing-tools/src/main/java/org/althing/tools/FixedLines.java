package org.althing.tools;

import java.util.HashMap;
import java.util.Map;

/** Moves the cursor so that each topic is always printed on the same line of the screen, as {@code -w} says. */
final class FixedLines {
    private final ByteSink out;
    private final Map<String, Integer> lines = new HashMap<>();
    private int next = 2;

    FixedLines(Terminal terminal, String host) {
        out = terminal.out();
        out.put("\u001b[2J\u001b[1;1HBroker: ").put(host).put('\n');
    }

    /** Before a message of that topic. */
    void begin(String topic) {
        Integer line = lines.get(topic);
        if (line == null) {
            line = next++;
            lines.put(topic, line);
        }
        out.put("\u001b[").put(line.toString()).put(";1H");
    }

    /** Behind it. */
    void end() {
        out.put("\u001b[").put(Integer.toString(next - 1)).put(";1H\n");
    }
}
