package org.althing.broker.conf;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerConfig.QueueFull;
import org.althing.broker.BrokerConfig.ShareStrategy;
import org.jspecify.annotations.Nullable;

/** What the directives of a configuration have set so far. Defaults are Mosquitto's. */
final class ConfBuilder {
    /** One listener, in the making. */
    static final class Listener {
        final int port;
        final @Nullable String host;
        final @Nullable Directive declared;
        boolean webSockets;
        int connectionsMax = -1;
        int qosMax = 2;
        int topicAliasMax = 10;
        int topicAliasBrokerMax = 10;

        @Nullable
        Boolean allowAnonymous;

        Listener(int port, @Nullable String host, @Nullable Directive declared) {
            this.port = port;
            this.host = host;
            this.declared = declared;
        }
    }

    final List<Listener> listeners = new ArrayList<>();

    /** Takes the options of our own as they are read. */
    final BrokerConfig.Builder broker = BrokerConfig.builder();

    final List<String> warnings = new ArrayList<>();
    boolean perListenerSettings;

    @Nullable
    Boolean allowAnonymous;

    boolean allowZeroLengthClientId = true;
    int inflightMessagesMax = 20;
    int queuedMessagesMax = 1_000;
    boolean queueQos0Messages;
    long queuedBytesMax;
    long inflightBytesMax;
    QueueFull queueFull = QueueFull.DROP_NEWEST;
    boolean tellQuota;
    long memoryBudgetBytes = Runtime.getRuntime().maxMemory() / 2;
    ShareStrategy shareStrategy = ShareStrategy.ROUND_ROBIN;
    int packetSizeMax = 2_000_000;
    int messageSizeMax;
    int keepAliveMaxSeconds;
    boolean retainAvailable = true;
    long persistentClientExpirationSeconds;
    boolean persistence;
    String persistenceLocation = "";
    String persistenceFile = "mosquitto.db";
    String durability = "commit";
    int durabilityIntervalMillis = 100;
    final List<String> logDestinations = new ArrayList<>();
    final Set<LogType> logTypes = EnumSet.noneOf(LogType.class);
    boolean logTypesSet;
    boolean logTimestamp = true;

    @Nullable
    String logTimestampFormat;

    boolean connectionMessages = true;
    int sysIntervalSeconds = 10;

    @Nullable
    String pidFile;

    @Nullable
    String scramFile;

    @Nullable
    Directive serverMoved;

    private @Nullable Listener current;
    private @Nullable Integer defaultPort;
    private @Nullable String defaultHost;
    private @Nullable Directive defaultDeclared;
    private @Nullable Listener defaultSettings;
    private boolean securityOptionSeen;

    /** Makes the default listener of {@code port} and {@code bind_address}, if they were used; called once, last. */
    void finish() {
        if (defaultPort != null || defaultHost != null) {
            Listener listener = new Listener(defaultPort == null ? 1883 : defaultPort, defaultHost, defaultDeclared);
            if (defaultSettings != null) {
                listener.webSockets = defaultSettings.webSockets;
                listener.connectionsMax = defaultSettings.connectionsMax;
                listener.qosMax = defaultSettings.qosMax;
                listener.allowAnonymous = defaultSettings.allowAnonymous;
            }
            listeners.addFirst(listener);
        }
    }

    /** The listener that an option belongs to: the last one before it, else the default listener. */
    Listener current(Directive line) {
        if (current != null) {
            return current;
        }
        if (defaultSettings == null) {
            defaultSettings = new Listener(1883, null, line);
            defaultPort = defaultPort == null ? Integer.valueOf(1883) : defaultPort;
            defaultDeclared = defaultDeclared == null ? line : defaultDeclared;
        }
        return defaultSettings;
    }

    static void listener(ConfBuilder conf, Directive line) throws ConfException {
        String[] words = Values.string(line).split(" +");
        int port = Values.integer(new Directive(line.file(), line.line(), line.name(), words[0]), 0, 65_535);
        if (port == 0) {
            throw new ConfException(
                    words.length > 1
                            ? "listener 0 with a path asks for a Unix socket, which this version of Althing does not serve."
                            : "A listener with port 0 must provide a Unix socket path.",
                    line);
        }
        if (words.length > 2) {
            throw new ConfException("Unexpected '" + words[2] + "' after the address of the listener.", line);
        }
        conf.current = new Listener(port, words.length > 1 ? words[1] : null, line);
        conf.listeners.add(conf.current);
    }

    static void port(ConfBuilder conf, Directive line) throws ConfException {
        conf.defaultPort = Values.integer(line, 1, 65_535);
        conf.defaultDeclared = line;
    }

    static void bindAddress(ConfBuilder conf, Directive line) throws ConfException {
        conf.defaultHost = Values.string(line);
        conf.defaultDeclared = line;
    }

    void protocol(Directive line, String protocol) {
        current(line).webSockets = protocol.equals("websockets");
    }

    static void allowAnonymous(ConfBuilder conf, Directive line) throws ConfException {
        boolean allowed = Values.bool(line);
        conf.securityOptionSeen = true;
        if (conf.perListenerSettings) {
            conf.current(line).allowAnonymous = allowed;
        } else {
            conf.allowAnonymous = allowed;
        }
    }

    /** The listener of an option that, in Mosquitto, is not for the default listener. */
    Listener declared(Directive line) throws ConfException {
        if (current == null) {
            throw new ConfException("The '" + line.name() + "' option requires a listener to be defined first.", line);
        }
        return current;
    }

    void perListenerSettings(Directive line, boolean value) throws ConfException {
        if (value && securityOptionSeen) {
            throw new ConfException("per_listener_settings must be set before any other security settings.", line);
        }
        perListenerSettings = value;
    }

    static void logDestination(ConfBuilder conf, Directive line) throws ConfException {
        String value = Values.string(line);
        boolean file = value.startsWith("file ") && value.length() > 5;
        if (value.equals("syslog") || value.equals("topic")) {
            throw new ConfException(
                    "log_dest " + value + " is not served by this version of Althing; use stderr or file.", line);
        }
        if (value.equals("dlt") || value.equals("android")) {
            conf.warn(line, value + " logging does not exist on the JVM");
        } else if (file || List.of("none", "stdout", "stderr").contains(value)) {
            conf.logDestinations.add(value);
        } else {
            throw new ConfException("Invalid 'log_dest' value (" + value + ").", line);
        }
        if (conf.logDestinations.contains("none") && conf.logDestinations.size() > 1) {
            throw new ConfException("log_dest none excludes every other log_dest.", line);
        }
    }

    static void logType(ConfBuilder conf, Directive line) throws ConfException {
        String value = Values.string(line);
        switch (value) {
            case "none" -> conf.logTypes.clear();
            case "all" -> conf.logTypes.addAll(EnumSet.allOf(LogType.class));
            default -> {
                LogType type = LogType.of(value);
                if (type == null) {
                    throw new ConfException("Invalid 'log_type' value (" + value + ").", line);
                }
                conf.logTypes.add(type);
            }
        }
        conf.logTypesSet = true;
    }

    static void serverMoved(ConfBuilder conf, Directive line) throws ConfException {
        boolean moved = Values.bool(line);
        conf.serverMoved = moved ? line : null;
        conf.broker.serverMoved(moved);
    }

    void warn(Directive line, String why) {
        warnings.add("Warning: '" + line.name() + "' changes nothing in Althing: " + why + " (" + line.file() + ":"
                + line.line() + ").");
    }
}
