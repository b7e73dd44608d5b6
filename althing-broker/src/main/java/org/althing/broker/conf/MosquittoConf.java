package org.althing.broker.conf;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerLog;
import org.althing.broker.ListenerConfig;
import org.althing.broker.access.AccessPlan;
import org.althing.journal.Journal;
import org.jspecify.annotations.Nullable;

/**
 * A mosquitto.conf, read: the broker's configuration and what the program around it has to do.
 *
 * @param broker listeners and limits
 * @param access who may come in and do what
 * @param persistence where state is kept, or null to keep none
 * @param log where log lines go, and which
 * @param program what concerns the process
 * @param localOnly whether no listener was configured, so that only this machine is served
 * @param notes lines for the log about what was read, in the order of the file
 * @param said what the files say, in their order
 */
public record MosquittoConf(
        BrokerConfig broker,
        AccessPlan access,
        @Nullable Persistence persistence,
        LogSettings log,
        Program program,
        boolean localOnly,
        List<Note> notes,
        List<Said> said) {

    /**
     * One option that the files say.
     *
     * @param owner the listener or plugin it belongs to; empty for the broker
     * @param place file and line
     * @param reload when a change of it counts, in words; empty for at once
     */
    public record Said(String owner, String name, String value, String place, String reload) {}

    /** A line for the log. */
    public record Note(BrokerLog.Level level, String line) {}

    /**
     * What is logged, and how.
     *
     * @param destinations {@code stdout}, {@code stderr}, {@code syslog}, {@code topic} or {@code file PATH} each; empty
     *     for none
     * @param levels which lines
     * @param timestamp whether each line begins with the time
     * @param timestampFormat a strftime pattern, or null for seconds since 1970
     * @param facility of syslog: 0 to 7 for local0 to local7, or -1 for daemon
     * @param json whether each line is a JSON object
     */
    public record LogSettings(
            List<String> destinations,
            Set<BrokerLog.Level> levels,
            boolean timestamp,
            @Nullable String timestampFormat,
            int facility,
            boolean json) {
        public LogSettings {
            destinations = List.copyOf(destinations);
            levels = Set.copyOf(levels);
        }
    }

    /**
     * What concerns the process.
     *
     * @param pidFile the file to write the process id to, or null
     * @param user who the process should run as, or null
     * @param scramFile the users of SCRAM-SHA-256, see {@link org.althing.broker.access.ScramUsers}, or null for none
     * @param controlApi whether {@code $CONTROL/broker/v1} answers
     * @param watchesCertificates whether certificates that change are used without a signal
     * @param watchesAccess the same of password and ACL files
     */
    public record Program(
            @Nullable Path pidFile,
            @Nullable String user,
            @Nullable Path scramFile,
            boolean controlApi,
            boolean watchesCertificates,
            boolean watchesAccess) {}

    /**
     * Where state is kept, and what an acknowledgement waits for; see docs/durability.md.
     *
     * @param folder made if it is not there
     */
    public record Persistence(Path folder, Journal.Durability durability) {}

    private static final int DEFAULT_PORT = 1883;

    public MosquittoConf {
        notes = List.copyOf(notes);
        said = List.copyOf(said);
    }

    /** Reads a file, for a process without environment variables. */
    public static MosquittoConf read(Path file, List<Integer> ports) throws ConfException {
        return read(file, ports, Map.of());
    }

    /**
     * Reads a file.
     *
     * @param ports of the command line: used where the file has no listener; empty for 1883
     * @param environment of the process
     * @throws ConfException with the message for the user, file and line included
     */
    public static MosquittoConf read(Path file, List<Integer> ports, Map<String, String> environment)
            throws ConfException {
        ConfBuilder builder = new ConfBuilder();
        for (Directive line : ConfReader.read(file)) {
            builder.apply(line);
        }
        BridgeDraft.check(builder.bridges);
        if (builder.serverMoved != null && !builder.wasSet("althing_server_reference")) {
            throw new ConfException("althing_server_moved needs althing_server_reference.", builder.serverMoved);
        }
        return build(builder, ports, environment);
    }

    /** What an empty file says: this machine alone is served. */
    public static MosquittoConf withoutFile(List<Integer> ports) {
        try {
            return build(new ConfBuilder(), ports, Map.of());
        } catch (ConfException e) {
            throw new IllegalStateException("the defaults do not fit together", e);
        }
    }

    private static MosquittoConf build(ConfBuilder conf, List<Integer> ports, Map<String, String> environment)
            throws ConfException {
        conf.takePersistencePlugin();
        boolean localOnly = conf.localOnly;
        String location = environment.get("MOSQUITTO_PERSISTENCE_LOCATION");
        if (location != null) {
            conf.persistenceLocation = location;
        }
        List<ListenerDraft> drafts = new ArrayList<>();
        List<ListenerConfig> listeners = new ArrayList<>();
        if (localOnly) {
            ListenerDraft draft = conf.defaultListener == null ? ListenerDraft.unsaid() : conf.defaultListener;
            for (int port : ports.isEmpty() ? List.of(DEFAULT_PORT) : ports) {
                for (String host : List.of("127.0.0.1", "::1")) {
                    drafts.add(draft);
                    listeners.add(draft.buildLocal(conf, port, host));
                }
            }
        } else {
            for (ListenerDraft draft : conf.listeners) {
                drafts.add(draft);
                listeners.add(draft.build(conf));
            }
        }
        listeners.forEach(conf.broker::listener);
        return new MosquittoConf(
                conf.broker.build(),
                AccessDraft.plan(conf, drafts, listeners),
                conf.persistence ? persistence(conf) : null,
                new LogSettings(
                        destinations(conf),
                        levels(conf),
                        conf.logTimestamp,
                        conf.logTimestampFormat,
                        conf.logFacility,
                        conf.logJson),
                new Program(
                        path(conf.pidFile),
                        conf.user,
                        path(conf.scramFile),
                        conf.controlApi,
                        !conf.watchFiles.equals("none"),
                        conf.watchFiles.equals("all")),
                localOnly,
                conf.notes,
                conf.said);
    }

    private static @Nullable Path path(@Nullable String name) {
        return name == null ? null : Path.of(name);
    }

    private static Persistence persistence(ConfBuilder conf) {
        Journal.Durability durability = switch (conf.durability) {
            case "interval" -> Journal.Durability.every(Duration.ofMillis(conf.durabilityIntervalMillis));
            case "system" -> Journal.Durability.OPERATING_SYSTEM;
            default -> Journal.Durability.SYNC;
        };
        return new Persistence(Path.of(conf.persistenceLocation, conf.persistenceFile + ".althing"), durability);
    }

    private static List<String> destinations(ConfBuilder conf) {
        return conf.logDestinationsSet ? conf.logDestinations : List.of("stderr");
    }

    /** Mosquitto: error, warning, notice and information, unless the file says otherwise. */
    private static Set<BrokerLog.Level> levels(ConfBuilder conf) {
        if (!conf.logTypesSet) {
            return EnumSet.range(BrokerLog.Level.ERROR, BrokerLog.Level.INFORMATION);
        }
        Set<BrokerLog.Level> levels = EnumSet.noneOf(BrokerLog.Level.class);
        for (BrokerLog.Level level : BrokerLog.Level.values()) {
            if (conf.logTypes.contains(LogType.valueOf(level.name()))) {
                levels.add(level);
            }
        }
        return levels;
    }
}
