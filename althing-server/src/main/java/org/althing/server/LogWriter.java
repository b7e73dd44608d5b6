package org.althing.server;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.althing.broker.BrokerLog;
import org.althing.broker.conf.MosquittoConf.LogSettings;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Writes log lines in Mosquitto's form, or as JSON objects, to standard output, standard error, a file, syslog and topics,
 * each line at once: a line that was written before a crash is there after it.
 */
final class LogWriter implements BrokerLog, AutoCloseable {
    /** Publishes a line on a topic below {@code $SYS/broker/log}. */
    @FunctionalInterface
    interface Topics {
        void publish(String topic, String line);
    }

    /** Mosquitto cuts its lines at about this length. */
    private static final int LINE_CHARS_MAX = 1_000;

    private static final int DAEMON = 3;
    private static final int LOCAL0 = 16;

    private final Clock clock;
    private final PrintStream out;
    private final PrintStream err;
    private boolean hasTerminal = true;
    private Sinks sinks;
    private @Nullable Topics topics;

    /** What the settings ask for, opened. */
    private record Sinks(
            LogSettings settings,
            @Nullable Strftime timestamp,
            List<OutputStream> files,
            Libc.@Nullable Syslog syslog) {
        boolean has(String destination) {
            return settings.destinations().contains(destination);
        }
    }

    private LogWriter(Sinks sinks, Clock clock, PrintStream out, PrintStream err) {
        this.sinks = sinks;
        this.clock = clock;
        this.out = out;
        this.err = err;
    }

    /** @throws IOException if a log file cannot be opened; the message names it */
    static LogWriter open(LogSettings settings, Clock clock, PrintStream out, PrintStream err) throws IOException {
        return new LogWriter(openSinks(settings), clock, out, err);
    }

    private static Sinks openSinks(LogSettings settings) throws IOException {
        String pattern = settings.timestampFormat() == null ? "%s" : settings.timestampFormat();
        Strftime timestamp;
        try {
            timestamp = settings.timestamp() ? new Strftime(pattern, ZoneId.systemDefault()) : null;
        } catch (IllegalArgumentException e) {
            throw new IOException("log_timestamp_format '" + pattern + "': " + e.getMessage(), e);
        }
        List<OutputStream> files = new ArrayList<>();
        Libc.Syslog syslog = null;
        for (String destination : settings.destinations()) {
            if (destination.startsWith("file ")) {
                files.add(
                        openFile(Path.of(destination.substring("file ".length()).strip())));
            } else if (destination.equals("syslog")) {
                syslog = openSyslog(settings.facility());
            }
        }
        return new Sinks(settings, timestamp, files, syslog);
    }

    private static OutputStream openFile(Path file) throws IOException {
        try {
            return new BufferedOutputStream(
                    Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw new IOException("Unable to open log file " + file + " for writing.", e);
        }
    }

    private static Libc.Syslog openSyslog(int facility) throws IOException {
        try {
            return new Libc.Syslog("mosquitto", (facility < 0 ? DAEMON : LOCAL0 + facility) << 3);
        } catch (Libc.MissingException e) {
            throw new IOException("log_dest syslog: " + e.getMessage() + ".", e);
        }
    }

    /** Files as they are now, and these settings, from the next line on. */
    Change prepare(LogSettings settings) throws IOException {
        return new Change(openSinks(settings));
    }

    /** Other settings, with everything opened that may fail to be. */
    final class Change {
        private final Sinks next;

        private Change(Sinks next) {
            this.next = next;
        }

        void apply() throws IOException {
            List<OutputStream> before;
            synchronized (LogWriter.this) {
                before = sinks.files;
                sinks = next;
            }
            closeAll(before);
        }

        void abandon() throws IOException {
            closeAll(next.files);
        }
    }

    /** Opens the files again: somebody has moved them away (SIGRTMIN). */
    void reopen() throws IOException {
        prepare(settings()).apply();
    }

    synchronized LogSettings settings() {
        return sinks.settings;
    }

    /** Where lines for topics go from now on; null for nowhere. */
    synchronized void topics(@Nullable Topics value) {
        topics = value;
    }

    @Override
    public synchronized boolean logs(Level level) {
        return sinks.settings.levels().contains(level);
    }

    @Override
    public void log(Level level, String line) {
        write(level, line, null, null);
    }

    @Override
    public void log(Level level, String line, String clientId, String address) {
        write(level, line, clientId, address);
    }

    private void write(Level level, String line, @Nullable String clientId, @Nullable String address) {
        Topics to;
        synchronized (this) { // lines of several threads must not mix
            if (!sinks.settings.levels().contains(level)) {
                return;
            }
            String cut = line.length() > LINE_CHARS_MAX ? line.substring(0, LINE_CHARS_MAX) : line;
            byte[] bytes = (whole(level, cut, clientId, address) + "\n").getBytes(StandardCharsets.UTF_8);
            for (OutputStream file : sinks.files) {
                writeTo(file, bytes);
            }
            if (hasTerminal && sinks.has("stdout")) {
                writeTo(out, bytes);
            }
            if (hasTerminal && sinks.has("stderr")) {
                writeTo(err, bytes);
            }
            if (sinks.syslog != null) {
                sinks.syslog.log(priority(level), cut);
            }
            // Mosquitto: debug lines are not published, for they would bring forth more of them.
            to = sinks.has("topic") && level != Level.DEBUG ? topics : null;
        }
        if (to != null) {
            to.publish("$SYS/broker/log/" + letter(level), line);
        }
    }

    private String whole(Level level, String line, @Nullable String clientId, @Nullable String address) {
        long now = clock.wallMillis();
        if (!sinks.settings.json()) {
            return sinks.timestamp == null ? line : sinks.timestamp.format(now) + ": " + line;
        }
        StringBuilder json = new StringBuilder("{\"time\":\"").append(Instant.ofEpochMilli(now));
        field(json.append('"'), "level", level.name().toLowerCase(Locale.ROOT));
        if (clientId != null && !clientId.isEmpty()) {
            field(json, "client", clientId);
        }
        if (address != null && !address.isEmpty()) {
            field(json, "address", address);
        }
        field(json, "text", line);
        return json.append('}').toString();
    }

    private static void field(StringBuilder json, String name, String value) {
        json.append(",\"").append(name).append("\":\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }

    private static void writeTo(OutputStream output, byte[] bytes) {
        try {
            output.write(bytes);
            output.flush();
        } catch (IOException e) {
            // A log that cannot be written (disk full, pipe closed) must not stop the broker.
        }
    }

    private static int priority(Level level) {
        return switch (level) {
            case ERROR -> 3;
            case WARNING -> 4;
            case NOTICE, SUBSCRIBE, UNSUBSCRIBE -> 5;
            case INFORMATION -> 6;
            case DEBUG -> 7;
        };
    }

    private static String letter(Level level) {
        return switch (level) {
            case ERROR -> "E";
            case WARNING -> "W";
            case NOTICE -> "N";
            case INFORMATION -> "I";
            case DEBUG -> "D";
            case SUBSCRIBE -> "M/subscribe";
            case UNSUBSCRIBE -> "M/unsubscribe";
        };
    }

    /** Writes to files, syslog and topics only from now on: a daemon has no terminal. */
    synchronized void leaveTerminal() {
        hasTerminal = false;
    }

    @Override
    public synchronized void close() throws IOException {
        closeAll(sinks.files);
    }

    private static void closeAll(List<OutputStream> files) throws IOException {
        for (OutputStream file : files) {
            file.close();
        }
    }
}
