package org.althing.server;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.althing.broker.Broker;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerLog;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.ListenerConfig;
import org.althing.broker.access.AccessSettings;
import org.althing.broker.access.ScramSha256;
import org.althing.broker.access.ScramUsers;
import org.althing.broker.conf.ConfException;
import org.althing.broker.conf.MosquittoConf;
import org.althing.broker.conf.MosquittoConf.LogSettings;
import org.althing.broker.storage.JournalStateStore;
import org.althing.net.Clock;
import org.althing.net.nio.NioEngine;
import org.jspecify.annotations.Nullable;

/** {@code althing broker}, also as {@code mosquitto}: options, exit status and log lines are Mosquitto's. */
final class BrokerCommand {
    /** Bad option or bad configuration. */
    private static final int INVALID = 3;

    private static final int FAILED = 1;
    private static final int PORTS_MAX = 10;

    private static final String HELP = """
            Usage: althing broker [-c FILE] [-p PORT] [-v | -q] [-d] [--test-config]

             -c, --config-file FILE  configuration, as for mosquitto; options of our own begin with althing_
             -p, --port PORT         port to listen on, up to 10 times; for when the file has no listener
             -v, --verbose           log everything; overrides log_type
             -q, --quiet             log nothing
             -d, --daemon            go to the background once it runs
                 --test-config       check the configuration, change nothing
             -h, --help
                 --version

            Without a listener in the configuration only this machine is served, on port 1883.
            """;

    /** What the command line says. */
    private static final class Line {
        @Nullable
        Path file;

        final List<Integer> ports = new ArrayList<>();
        boolean verbose;
        boolean quiet;
        boolean daemon;
        boolean testConfig;
    }

    private final PrintStream out;
    private final PrintStream err;

    BrokerCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Returns the exit status, or -1 when the broker runs. */
    int run(List<String> words) throws IOException {
        if (words.contains("-h") || words.contains("--help")) {
            out.print(HELP);
            return 0;
        }
        if (words.contains("--version")) {
            out.println(title());
            return 0;
        }
        try {
            Line line = parse(new Options(words));
            MosquittoConf conf = line.file == null
                    ? MosquittoConf.withoutFile(line.ports)
                    : MosquittoConf.read(line.file, line.ports, System.getenv());
            requireServed(conf);
            ScramUsers users = conf.program().scramFile() == null
                    ? null
                    : ScramUsers.read(conf.program().scramFile());
            if (line.testConfig) {
                conf.notes().forEach(note -> err.println(note.line()));
                out.println("Configuration file is OK.");
                return 0;
            }
            return line.daemon ? Daemon.start(words) : serve(line, conf, users);
        } catch (Options.UsageException e) {
            err.println("Error: " + e.getMessage() + ".");
            return INVALID;
        } catch (ConfException e) {
            err.println(e.getMessage());
            return e.exitStatus();
        } catch (ScramUsers.UnreadableException e) {
            err.println("Error: " + e.getMessage());
            return INVALID;
        }
    }

    /** What is read and not served yet must not be ignored. */
    private static void requireServed(MosquittoConf conf) throws Options.UsageException {
        AccessSettings global = conf.access().global();
        AccessSettings anonymousOnly = new AccessSettings(global.allowAnonymous(), null, null, null, null, List.of());
        if (!global.equals(anonymousOnly)
                || conf.access().perListener()
                || conf.access().checkRetainSource()) {
            throw new Options.UsageException("access by password, rules or plugins is not served by this version");
        }
        if (conf.log().json()
                || conf.log().destinations().stream().anyMatch(each -> each.equals("syslog") || each.equals("topic"))) {
            throw new Options.UsageException("this log is not served by this version");
        }
        if (conf.broker().controlApi()) {
            throw new Options.UsageException("enable_control_api is not served by this version");
        }
    }

    private static Line parse(Options options) throws Options.UsageException {
        Line line = new Line();
        for (String word = options.next(); word != null; word = options.next()) {
            switch (word) {
                case "-c", "--config-file" -> line.file = options.path();
                case "-p", "--port" -> line.ports.add(options.port(1));
                case "-v", "--verbose" -> line.verbose = true;
                case "-q", "--quiet" -> line.quiet = true;
                case "-d", "--daemon" -> line.daemon = true;
                case "--test-config" -> line.testConfig = true;
                default -> throw options.unknown();
            }
        }
        if (line.ports.size() > PORTS_MAX) {
            throw new Options.UsageException("-p may be given " + PORTS_MAX + " times at most");
        }
        if (line.testConfig && line.file == null) {
            throw new Options.UsageException("--test-config needs -c FILE");
        }
        return line;
    }

    private int serve(Line line, MosquittoConf conf, @Nullable ScramUsers users) throws IOException {
        Lifetime lifetime = new Lifetime();
        LogWriter log;
        try {
            log = lifetime.add(LogWriter.open(settings(line, conf.log()), Clock.system(), out, err));
        } catch (IOException e) {
            err.println("Error: " + e.getMessage());
            return INVALID;
        }
        try {
            log.log(Level.INFORMATION, title() + " starting");
            announce(line, conf, log);
            NioEngine engine = lifetime.add(new NioEngine());
            lifetime.add(() -> log.log(Level.INFORMATION, title() + " terminating"));
            lifetime.add(start(conf, users, engine, log));
            if (conf.program().pidFile()
                    != null) { // last: a start that fails must not touch the file of the one that runs
                lifetime.add(PidFile.write(conf.program().pidFile()));
            }
        } catch (IOException e) {
            log.log(Level.ERROR, "Error: " + TakenPort.explain(e, ports(conf.broker())));
            lifetime.abandon();
            return FAILED;
        }
        lifetime.untilSignal();
        log.log(Level.INFORMATION, title() + " running");
        Daemon.ready(log);
        return -1;
    }

    private static Broker start(MosquittoConf conf, @Nullable ScramUsers users, NioEngine engine, BrokerLog log)
            throws IOException {
        Broker.Builder builder = Broker.builder(conf.broker(), engine).log(log);
        if (users != null) {
            builder.authenticationMethod(new ScramSha256(users, new SecureRandom()));
            log.log(
                    Level.INFORMATION,
                    "SCRAM-SHA-256: " + users.size() + " users of "
                            + conf.program().scramFile() + ".");
        }
        if (conf.persistence() == null) {
            return builder.start();
        }
        JournalStateStore store =
                Stores.open(conf.persistence().folder(), conf.persistence().durability());
        Broker broker = builder.store(store).start();
        Stores.report(store, log);
        return broker;
    }

    private static void announce(Line line, MosquittoConf conf, BrokerLog log) {
        log.log(
                Level.INFORMATION,
                line.file == null ? "Using default config." : "Config loaded from " + line.file + ".");
        conf.notes().forEach(note -> log.log(note.level(), note.line()));
        if (conf.localOnly()) {
            log.log(
                    Level.INFORMATION,
                    "Starting in local only mode. Connections will only be possible from clients running on this machine.");
            log.log(Level.INFORMATION, "Create a configuration file which defines a listener to allow remote access.");
        }
        if (conf.persistence() == null) {
            log.log(
                    Level.INFORMATION,
                    "Nothing is stored ('persistence true' is not set): sessions, retained messages and"
                            + " acknowledged messages in queues end with this process.");
        }
    }

    private static LogSettings settings(Line line, LogSettings settings) {
        if (line.quiet) {
            return levels(settings, Set.of());
        }
        return line.verbose ? levels(settings, EnumSet.allOf(Level.class)) : settings;
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

    private static List<TakenPort.Door> ports(BrokerConfig config) {
        List<TakenPort.Door> doors = new ArrayList<>();
        for (ListenerConfig listener : config.listeners()) {
            doors.add(new TakenPort.Door(listener.port(), "'listener' in the configuration, or -p without one"));
        }
        return doors;
    }

    private static String title() {
        String name = System.getProperty("althing.name", "althing");
        return name.equals("mosquitto")
                ? "mosquitto version 2.1.2 (Althing " + Version.text() + ")"
                : "althing version " + Version.text();
    }

    /** The file with the process id, for as long as the broker runs. */
    private record PidFile(Path file) implements AutoCloseable {
        static PidFile write(Path file) throws IOException {
            try {
                Files.writeString(file, Long.toString(ProcessHandle.current().pid()));
            } catch (IOException e) {
                throw new IOException("Unable to write pid file " + file + ".", e);
            }
            return new PidFile(file);
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(file);
        }
    }
}
