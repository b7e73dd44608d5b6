package org.althing.server;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.althing.broker.BrokerLog;
import org.althing.broker.conf.MosquittoConf.LogSettings;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Writes log lines in Mosquitto's form to standard output, standard error and files, each line at once: a line that was
 * written before a crash is there after it.
 */
final class LogWriter implements BrokerLog, AutoCloseable {
    /** Mosquitto cuts its lines at about this length. */
    private static final int LINE_CHARS_MAX = 1_000;

    private final List<OutputStream> outputs = new ArrayList<>();
    private final List<OutputStream> files = new ArrayList<>();
    private final Set<Level> levels;
    private final @Nullable Strftime timestamp;
    private final Clock clock;

    private LogWriter(Set<Level> levels, @Nullable Strftime timestamp, Clock clock) {
        this.levels = levels;
        this.timestamp = timestamp;
        this.clock = clock;
    }

    /** @throws IOException if a log file cannot be opened; the message names it */
    static LogWriter open(LogSettings settings, Clock clock, PrintStream out, PrintStream err) throws IOException {
        String pattern = settings.timestampFormat() == null ? "%s" : settings.timestampFormat();
        Strftime timestamp;
        try {
            timestamp = settings.timestamp() ? new Strftime(pattern, ZoneId.systemDefault()) : null;
        } catch (IllegalArgumentException e) {
            throw new IOException("log_timestamp_format '" + pattern + "': " + e.getMessage(), e);
        }
        LogWriter writer = new LogWriter(settings.levels(), timestamp, clock);
        for (String destination : settings.destinations()) {
            switch (destination) {
                case "stdout" -> writer.outputs.add(out);
                case "stderr" -> writer.outputs.add(err);
                default ->
                    writer.openFile(
                            Path.of(destination.substring("file ".length()).strip()));
            }
        }
        return writer;
    }

    private void openFile(Path file) throws IOException {
        try {
            OutputStream stream = new BufferedOutputStream(
                    Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
            outputs.add(stream);
            files.add(stream);
        } catch (IOException e) {
            throw new IOException("Unable to open log file " + file + " for writing.", e);
        }
    }

    @Override
    public boolean logs(Level level) {
        return levels.contains(level);
    }

    @Override
    public synchronized void log(Level level, String line) { // lines of several threads must not mix
        if (!levels.contains(level)) {
            return;
        }
        String cut = line.length() > LINE_CHARS_MAX ? line.substring(0, LINE_CHARS_MAX) : line;
        String whole = timestamp == null ? cut + "\n" : timestamp.format(clock.wallMillis()) + ": " + cut + "\n";
        byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
        for (OutputStream output : outputs) {
            try {
                output.write(bytes);
                output.flush();
            } catch (IOException e) {
                // A log that cannot be written (disk full, pipe closed) must not stop the broker.
            }
        }
    }

    /** Writes to files only from now on: a daemon has no terminal. */
    synchronized void leaveTerminal() {
        outputs.retainAll(files);
    }

    @Override
    public synchronized void close() throws IOException {
        for (OutputStream file : files) {
            file.close();
        }
    }
}
