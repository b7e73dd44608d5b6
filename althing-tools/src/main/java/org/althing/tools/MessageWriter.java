package org.althing.tools;

import java.io.IOException;
import java.time.ZoneId;
import org.althing.client.ReceivedMessage;
import org.althing.net.Clock;

/** Prints messages, in the form that the arguments ask for. */
interface MessageWriter {
    void write(ReceivedMessage message, Terminal terminal) throws IOException;

    /** @param mosquitto whether the command runs under Mosquitto's name: then a terminal makes no difference */
    static MessageWriter of(Arguments arguments, Terminal terminal, Colors colors, boolean mosquitto) {
        OutputFormat format = arguments.format();
        if (format != null) {
            return new Formatted(format, Clock.system());
        }
        if (arguments.has(Option.JSON)) {
            return new JsonLine(Clock.system());
        }
        boolean plain = mosquitto || !terminal.isOutTerminal() || arguments.has(Option.NO_NEWLINE);
        return plain && !"always".equals(arguments.text(Option.COLOR))
                ? new Plain(arguments.has(Option.VERBOSE), !arguments.has(Option.NO_NEWLINE))
                : new Decorated(colors, Clock.system());
    }

    /** As {@code -F} says. */
    record Formatted(OutputFormat format, Clock clock) implements MessageWriter {
        @Override
        public void write(ReceivedMessage message, Terminal terminal) throws IOException {
            format.write(message, new WallTime(clock.wallMillis(), ZoneId.systemDefault()), terminal.out(), terminal);
        }
    }

    /** The payload, perhaps with its topic. */
    record Plain(boolean verbose, boolean newline) implements MessageWriter {
        @Override
        public void write(ReceivedMessage message, Terminal terminal) {
            ByteSink out = terminal.out();
            boolean empty = message.payload().isEmpty();
            if (verbose && empty) {
                if (newline) {
                    out.put(message.topic()).put(" (null)\n");
                }
                return;
            }
            if (verbose) {
                out.put(message.topic()).put(' ');
            }
            out.put(message.payload());
            if (!empty && newline) {
                out.put('\n');
            }
        }
    }
}
