package org.althing.broker.conf;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerLog;
import org.althing.broker.ListenerConfig;
import org.althing.journal.Journal;
import org.althing.mqtt.Qos;
import org.jspecify.annotations.Nullable;

/**
 * A mosquitto.conf, read: the broker's configuration and what the program around it has to do.
 *
 * @param broker listeners and limits
 * @param persistence where state is kept, or null to keep none
 * @param log where log lines go, and which
 * @param pidFile the file to write the process id to, or null
 * @param scramFile the users of SCRAM-SHA-256, see {@link org.althing.broker.access.ScramUsers}, or null for none
 * @param localOnly whether no listener was configured, so that only this machine is served
 * @param warnings lines for the log about options that change nothing here
 */
public record MosquittoConf(
        BrokerConfig broker,
        @Nullable Persistence persistence,
        LogSettings log,
        @Nullable Path pidFile,
        @Nullable Path scramFile,
        boolean localOnly,
        List<String> warnings) {

    /**
     * What is logged, and how.
     *
     * @param destinations {@code stdout}, {@code stderr} or {@code file PATH} each; empty for none
     * @param levels which lines
     * @param timestamp whether each line begins with the time
     * @param timestampFormat a strftime pattern, or null for seconds since 1970
     */
    public record LogSettings(
            List<String> destinations,
            Set<BrokerLog.Level> levels,
            boolean timestamp,
            @Nullable String timestampFormat) {}

    /**
     * Where state is kept, and what an acknowledgement waits for; see docs/durability.md.
     *
     * @param folder made if it is not there
     */
    public record Persistence(Path folder, Journal.Durability durability) {}

    private static final int DEFAULT_PORT = 1883;

    public MosquittoConf {
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads a file.
     *
     * @param ports of the command line: used where the file has no listener; empty for 1883
     * @throws ConfException with the message for the user, file and line included
     */
    public static MosquittoConf read(Path file, List<Integer> ports) throws ConfException {
        ConfBuilder builder = new ConfBuilder();
        Set<String> seen = new HashSet<>();
        for (Directive line : ConfReader.read(file)) {
            apply(builder, line, seen);
        }
        builder.finish();
        if (builder.serverMoved != null && !seen.contains("althing_server_reference")) {
            throw new ConfException("althing_server_moved needs althing_server_reference.", builder.serverMoved);
        }
        return build(builder, ports);
    }

    /** What an empty file says: this machine alone is served. */
    public static MosquittoConf withoutFile(List<Integer> ports) {
        return build(new ConfBuilder(), ports);
    }

    private static void apply(ConfBuilder builder, Directive line, Set<String> seen) throws ConfException {
        ConfigOption option = ConfigOptions.find(line.name());
        if (option == null) {
            throw new ConfException("Unknown configuration variable '" + line.name() + "'.", line);
        }
        if (!seen.add(line.name()) && !option.repeatable()) {
            throw new ConfException("Duplicate " + line.name() + " value in configuration.", line);
        }
        if (option.setter() == null) {
            throw new ConfException(
                    "'" + line.name() + "' needs " + option.note() + ", which this version of Althing does not have.",
                    line);
        }
        option.setter().set(builder, line);
    }

    private static MosquittoConf build(ConfBuilder conf, List<Integer> ports) {
        boolean localOnly = conf.listeners.isEmpty();
        BrokerConfig.Builder broker = conf.broker
                .packetSizeMax(conf.packetSizeMax)
                .keepAliveSecondsMax(conf.keepAliveMaxSeconds)
                .zeroLengthClientId(conf.allowZeroLengthClientId)
                .inflightMessagesMax(conf.inflightMessagesMax)
                .queuedMessagesMax(conf.queuedMessagesMax)
                .queueQos0Messages(conf.queueQos0Messages)
                .payloadSizeMax(conf.messageSizeMax)
                .retainAvailable(conf.retainAvailable)
                .shareStrategy(conf.shareStrategy)
                .queuedBytesMax(conf.queuedBytesMax)
                .inflightBytesMax(conf.inflightBytesMax)
                .queueFull(conf.queueFull)
                .tellQuota(conf.tellQuota)
                .memoryBudgetBytes(conf.memoryBudgetBytes)
                .sessionExpiryMax(
                        conf.persistentClientExpirationSeconds == 0
                                ? null
                                : Duration.ofSeconds(conf.persistentClientExpirationSeconds))
                .sysIntervalSeconds(conf.sysIntervalSeconds)
                .connectionMessages(conf.connectionMessages);
        (localOnly ? localListeners(conf, ports) : listeners(conf)).forEach(broker::listener);
        return new MosquittoConf(
                broker.build(),
                conf.persistence ? persistence(conf) : null,
                new LogSettings(destinations(conf), levels(conf), conf.logTimestamp, conf.logTimestampFormat),
                conf.pidFile == null ? null : Path.of(conf.pidFile),
                conf.scramFile == null ? null : Path.of(conf.scramFile),
                localOnly,
                conf.warnings);
    }

    private static Persistence persistence(ConfBuilder conf) {
        Journal.Durability durability = switch (conf.durability) {
            case "interval" -> Journal.Durability.every(Duration.ofMillis(conf.durabilityIntervalMillis));
            case "system" -> Journal.Durability.OPERATING_SYSTEM;
            default -> Journal.Durability.SYNC;
        };
        return new Persistence(Path.of(conf.persistenceLocation, conf.persistenceFile + ".althing"), durability);
    }

    private static List<ListenerConfig> localListeners(ConfBuilder conf, List<Integer> ports) {
        boolean anonymous = conf.allowAnonymous == null || conf.allowAnonymous;
        List<ListenerConfig> listeners = new ArrayList<>();
        for (int port : ports.isEmpty() ? List.of(DEFAULT_PORT) : ports) {
            listeners.add(ListenerConfig.mqtt("127.0.0.1", port).withAllowAnonymous(anonymous));
            listeners.add(ListenerConfig.mqtt("::1", port).withAllowAnonymous(anonymous));
        }
        return listeners;
    }

    private static List<ListenerConfig> listeners(ConfBuilder conf) {
        List<ListenerConfig> listeners = new ArrayList<>();
        for (ConfBuilder.Listener listener : conf.listeners) {
            boolean byDefault = conf.allowAnonymous != null && conf.allowAnonymous;
            boolean anonymous = listener.allowAnonymous == null ? byDefault : listener.allowAnonymous;
            Directive declared = listener.declared;
            String where = declared == null ? "" : " (" + declared.file() + ":" + declared.line() + ")";
            String host = listener.host == null ? "" : listener.host;
            ListenerConfig plain = listener.webSockets
                    ? ListenerConfig.webSockets(host, listener.port)
                    : ListenerConfig.mqtt(host, listener.port);
            listeners.add(plain.withName("listener " + listener.port + where)
                    .withAllowAnonymous(anonymous)
                    .withConnectionsMax(listener.connectionsMax)
                    .withQosMax(Qos.of(listener.qosMax))
                    .withTopicAliases(listener.topicAliasMax, listener.topicAliasBrokerMax));
        }
        return listeners;
    }

    private static List<String> destinations(ConfBuilder conf) {
        if (conf.logDestinations.isEmpty()) {
            return List.of("stderr");
        }
        return conf.logDestinations.equals(List.of("none")) ? List.of() : List.copyOf(conf.logDestinations);
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
