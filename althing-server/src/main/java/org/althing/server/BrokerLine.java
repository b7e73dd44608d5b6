package org.althing.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.conf.ConfException;
import org.althing.broker.conf.MosquittoConf;
import org.althing.broker.conf.MosquittoConf.LogSettings;
import org.jspecify.annotations.Nullable;

/** What the command line of the broker says. */
final class BrokerLine {
    private static final int PORTS_MAX = 10;
    private static final int PORT_MAX = 65_535;

    final List<String> words;

    @Nullable
    Path file;

    final List<Integer> ports = new ArrayList<>();
    boolean verbose;
    boolean quiet;
    boolean daemon;
    boolean testConfig;
    boolean diff;

    private BrokerLine(List<String> words) {
        this.words = words;
    }

    static BrokerLine parse(List<String> words) throws Options.UsageException {
        BrokerLine line = new BrokerLine(words);
        Options options = new Options(words);
        for (String word = options.next(); word != null; word = options.next()) {
            switch (word) {
                case "-c", "--config-file" -> line.file = Path.of(options.value("no config file specified"));
                case "-p", "--port" -> line.ports.add(port(options.value("no port specified")));
                case "-v", "--verbose" -> line.verbose = true;
                case "-q", "--quiet" -> line.quiet = true;
                case "-d", "--daemon" -> line.daemon = true;
                case "--test-config" -> line.testConfig = true;
                case "--diff" -> line.diff = true;
                case "--tls-keylog" ->
                    throw new Options.UsageException("--tls-keylog " + options.value("no file specified")
                            + " is not served: Java's TLS does not tell its secrets");
                default -> throw new Options.UsageException("Unknown option '" + word + "'");
            }
        }
        if (line.ports.size() > PORTS_MAX) {
            throw new Options.UsageException("-p may be given " + PORTS_MAX + " times at most");
        }
        if ((line.testConfig || line.diff) && line.file == null) {
            throw new Options.UsageException((line.diff ? "--diff" : "--test-config") + " needs -c FILE");
        }
        return line;
    }

    private static int port(String value) throws Options.UsageException {
        try {
            int port = Integer.parseInt(value);
            if (port > 0 && port <= PORT_MAX) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message below.
        }
        throw new Options.UsageException("Invalid port specified (" + value + ")");
    }

    /** Reads the configuration that the line names, or takes the one without a file. */
    MosquittoConf read() throws ConfException {
        return file == null ? MosquittoConf.withoutFile(ports) : MosquittoConf.read(file, ports, System.getenv());
    }

    /** The log as the configuration has it, where the line does not say otherwise. */
    LogSettings log(MosquittoConf conf) {
        if (quiet) {
            return levels(conf.log(), Set.of());
        }
        return verbose ? levels(conf.log(), EnumSet.allOf(Level.class)) : conf.log();
    }

    private static LogSettings levels(LogSettings settings, Set<Level> levels) {
        return new LogSettings(
                settings.destinations(),
                levels,
                settings.timestamp(),
                settings.timestampFormat(),
                settings.facility(),
                settings.json());
    }
}
