package org.althing.server;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.althing.broker.Broker;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.ListenerConfig;
import org.althing.broker.access.AccessException;
import org.althing.broker.access.ScramUsers;
import org.althing.broker.conf.ConfDiff;
import org.althing.broker.conf.ConfException;
import org.althing.broker.conf.MosquittoConf;
import org.althing.broker.storage.JournalStateStore;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.net.Clock;
import org.althing.net.nio.NioEngine;
import org.althing.net.tls.TlsSettings;
import org.jspecify.annotations.Nullable;

/** The broker as a process: from its start through reloads and other signals to its end. */
final class BrokerProgram {
    private static final long LOG_TOPIC_EXPIRY_SECONDS = 20;

    private final BrokerLine line;
    private final PrintStream out;
    private final PrintStream err;
    private final Lifetime lifetime = new Lifetime();
    private final Signals signals = new Signals();
    private MosquittoConf conf;
    private final FileWatch watch = new FileWatch(signals.executor());
    private @Nullable ControlTopics control;
    private @Nullable RunningConf running;

    BrokerProgram(BrokerLine line, MosquittoConf conf, PrintStream out, PrintStream err) {
        this.line = line;
        this.conf = conf;
        this.out = out;
        this.err = err;
    }

    /** Whether it was started under Mosquitto's name. */
    static boolean isMosquitto() {
        return System.getProperty("althing.name", "althing").equals("mosquitto");
    }

    static String title() {
        return isMosquitto()
                ? "mosquitto version 2.1.2 (Althing " + Version.text() + ")"
                : "althing version " + Version.text();
    }

    /** Returns the exit status, or -1 when the broker runs. */
    int start(Entry entry) {
        LogWriter log;
        try {
            log = lifetime.add(LogWriter.open(line.log(conf), Clock.system(), out, err));
        } catch (IOException e) {
            err.println("Error: " + e.getMessage());
            return BrokerCommand.INVALID;
        }
        lifetime.catchSignals(); // before anybody can see that we are there
        Broker broker;
        try {
            log.log(Level.INFORMATION, title() + " starting");
            announce(log);
            applyUmask(log);
            NioEngine engine = lifetime.add(new NioEngine());
            lifetime.add(() -> log.log(Level.INFORMATION, title() + " terminating"));
            broker = lifetime.add(open(entry, engine, log));
            Path pidFile = conf.program().pidFile();
            if (pidFile != null) { // last: a start that fails must not touch the file of the one that runs
                lifetime.add(PidFile.write(pidFile));
            }
        } catch (IOException e) {
            log.log(Level.ERROR, "Error: " + TakenPort.explainAsMosquitto(e, ports(conf.broker())));
            lifetime.abandon(BrokerCommand.FAILED);
            return BrokerCommand.FAILED;
        }
        attend(broker, entry, log);
        lifetime.untilSignal();
        log.log(Level.INFORMATION, title() + " running");
        Systemd.ready();
        Daemon.ready(log);
        return -1;
    }

    private Broker open(Entry entry, NioEngine engine, LogWriter log) throws IOException {
        Broker.Builder builder = Broker.builder(conf.broker(), engine).log(log);
        entry.install(builder, log);
        ControlTopics topics = new ControlTopics(conf, log);
        control = topics;
        builder.intercept(topics);
        MosquittoConf.Persistence persistence = conf.persistence();
        if (persistence == null) {
            return builder.start();
        }
        JournalStateStore store = Stores.open(persistence.folder(), persistence.durability());
        Broker broker = builder.store(store).start();
        Stores.report(store, log);
        return broker;
    }

    /** What happens while it runs. */
    private void attend(Broker broker, Entry entry, LogWriter log) {
        Consumer<ApplicationMessage> publish = broker::publish;
        log.topics((topic, text) -> publish.accept(new ApplicationMessage(
                TopicName.of(topic),
                Bytes.of(text),
                Qos.EXACTLY_ONCE,
                false,
                Properties.builder()
                        .set(Property.MESSAGE_EXPIRY_INTERVAL, LOG_TOPIC_EXPIRY_SECONDS)
                        .build())));
        if (line.file != null) {
            running = RunningConf.keep(line.file, conf);
            lifetime.add(this::forgetRunning);
        }
        signals.on("HUP", entry::changes, () -> {
            try {
                reload(broker, entry, log);
            } finally {
                entry.changed();
            }
        });
        signals.on("USR1", () -> saved(log));
        signals.on("USR2", () -> printTree(broker));
        boolean rotates = signals.onRtMin(() -> reopen(log));
        if (!rotates) {
            log.log(
                    Level.DEBUG,
                    "SIGRTMIN is not taken: it needs the launcher, and an env that knows --block-signal."
                            + " SIGHUP opens log files again too.");
        }
        if (control != null) {
            control.attach(publish);
        }
        watch.add(this::certificates, () -> renewCertificates(broker, log));
        watch.add(
                () -> conf.program().watchesAccess() ? entry.files() : List.of(),
                () -> renewAccess(broker, entry, log));
        watch.begin();
        lifetime.add(watch);
        lifetime.add(Systemd.watchdog(broker));
    }

    private void forgetRunning() throws IOException {
        if (running != null) {
            running.close();
        }
    }

    private void announce(LogWriter log) {
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
        String user = conf.program().user();
        if (System.getProperty("user.name").equals("root") && user != null && !user.equals("root")) {
            log.log(
                    Level.WARNING,
                    "Warning: 'user " + user + "' is not served: a program on the JVM keeps the user that started it,"
                            + " which is root. Start it as " + user + ".");
        }
        log.log(Level.INFORMATION, OpenFiles.line(OpenFiles.limits()));
        if (conf.persistence() == null) {
            log.log(
                    Level.INFORMATION,
                    "Nothing is stored ('persistence true' is not set): sessions, retained messages and"
                            + " acknowledged messages in queues end with this process.");
        }
    }

    /** Mosquitto: the environment variable UMASK_SET is an octal mask for files that are made. */
    private static void applyUmask(LogWriter log) {
        String mask = System.getenv("UMASK_SET");
        if (mask != null && mask.matches("[0-7]{1,4}")) {
            try {
                Libc.umask(Integer.parseInt(mask, 8));
            } catch (Libc.MissingException e) {
                log.log(Level.WARNING, "Warning: UMASK_SET: " + e.getMessage() + ".");
            }
        }
    }

    // ---- signals

    /**
     * All or nothing: everything that may fail is done before the first thing changes. Mosquitto: a broken file of users or
     * rules ends the broker, since the old rights must not be served on.
     */
    private void reload(Broker broker, Entry entry, LogWriter log) {
        log.log(Level.INFORMATION, "Reloading config.");
        if (line.file == null) {
            return;
        }
        LogWriter.Change logChange = null;
        try {
            MosquittoConf next = line.read();
            Entry.Change access = entry.prepare(next);
            logChange = log.prepare(line.log(next));
            Broker.Change change = broker.prepare(next.broker());
            change.apply();
            logChange.apply();
            access.apply(broker, log);
            next.notes().forEach(note -> log.log(note.level(), note.line()));
            ConfDiff.between(conf.said(), next.said()).forEach(each -> log.log(Level.NOTICE, "Reloaded: " + each));
            conf = next;
            if (control != null) {
                control.configure(next);
            }
            watch.taken();
            if (running != null) {
                running.write(next);
            }
        } catch (ConfException e) {
            log.log(Level.ERROR, e.getMessage() + " Nothing has changed.");
        } catch (AccessException e) {
            log.log(Level.ERROR, e.getMessage() + " The broker ends.");
            lifetime.end(BrokerCommand.INVALID);
        } catch (ScramUsers.UnreadableException e) {
            log.log(Level.ERROR, "Error: " + e.getMessage() + " The broker ends.");
            lifetime.end(BrokerCommand.INVALID);
        } catch (IOException e) {
            log.log(Level.ERROR, "Error: " + e.getMessage() + " Nothing has changed.");
            abandon(logChange);
        }
    }

    private static void abandon(LogWriter.@Nullable Change change) {
        if (change != null) {
            try {
                change.abandon();
            } catch (IOException e) {
                // The files that were opened for nothing cannot be closed; the old ones go on.
            }
        }
    }

    private List<Path> certificates() {
        List<@Nullable Path> files = new ArrayList<>();
        for (ListenerConfig listener : conf.broker().listeners()) {
            TlsSettings tls = conf.program().watchesCertificates() ? listener.tls() : null;
            if (tls != null) {
                files.addAll(Arrays.asList(
                        tls.certificateFile(), tls.keyFile(), tls.caFile(), tls.caFolder(), tls.revocationFile()));
            }
        }
        return files.stream().filter(Objects::nonNull).toList();
    }

    /** Not asked for by anybody: what is wrong with a file, perhaps half written, does not end the broker. */
    private void renewAccess(Broker broker, Entry entry, LogWriter log) {
        try {
            entry.prepare(conf).apply(broker, log);
            log.log(Level.NOTICE, "Users and rules were read again: their files have changed.");
        } catch (AccessException | IOException e) {
            log.log(
                    Level.ERROR,
                    e.getMessage() + " It is not taken: what counted before counts on. A SIGHUP would end the broker.");
        }
    }

    private void renewCertificates(Broker broker, LogWriter log) {
        try {
            broker.prepare(conf.broker()).apply();
            log.log(Level.NOTICE, "Certificates were read again: their files have changed.");
        } catch (IOException e) {
            log.log(Level.ERROR, "Error: Certificates that have changed are not used: " + e.getMessage());
        }
    }

    private void saved(LogWriter log) {
        log.log(
                Level.INFORMATION,
                conf.persistence() == null
                        ? "Nothing is saved: 'persistence true' is not set."
                        : "Nothing to save: every change was saved before it was acknowledged.");
    }

    private void printTree(Broker broker) {
        broker.describe(out::println);
        out.flush();
    }

    private static void reopen(LogWriter log) {
        try {
            log.reopen();
        } catch (IOException e) {
            log.log(Level.ERROR, "Error: " + e.getMessage());
        }
    }

    private static List<TakenPort.Door> ports(BrokerConfig config) {
        List<TakenPort.Door> doors = new ArrayList<>();
        for (ListenerConfig listener : config.listeners()) {
            doors.add(new TakenPort.Door(listener.port(), "'listener' in the configuration, or -p without one"));
        }
        return doors;
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
