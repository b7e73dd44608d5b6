package org.althing.broker.conf;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.access.GuessingLimits;
import org.althing.broker.conf.ConfigOption.Scope;
import org.althing.broker.conf.ConfigOption.Type;
import org.althing.broker.conf.MosquittoConf.Note;
import org.althing.broker.conf.MosquittoConf.Said;
import org.jspecify.annotations.Nullable;

/**
 * What the directives of a configuration have set so far. Defaults are Mosquitto's.
 *
 * <p>Mosquitto: an option of a listener, bridge or plugin belongs to the last one before it in the same file; an included
 * file begins with none, and the file that includes goes on with its own.
 */
final class ConfBuilder {
    /** What the options that follow belong to. */
    private static final class Context {
        @Nullable
        ListenerDraft listener;

        @Nullable
        BridgeDraft bridge;

        @Nullable
        PluginDraft plugin;
    }

    /** Takes what has no further meaning here, as it is read. */
    final BrokerConfig.Builder broker = BrokerConfig.builder();

    final List<ListenerDraft> listeners = new ArrayList<>();
    final List<BridgeDraft> bridges = new ArrayList<>();
    final SecurityDraft security = new SecurityDraft();
    final Map<String, PluginDraft> loadedPlugins = new LinkedHashMap<>();
    final List<Note> notes = new ArrayList<>();
    final List<Said> said = new ArrayList<>();

    boolean perListenerSettings;
    boolean refuseSubscriptions;
    GuessingLimits guessing = GuessingLimits.DEFAULT;
    boolean localOnly = true;

    @Nullable
    Located<String> clientIdPrefixes;

    boolean controlApi;
    String watchFiles = "all";
    boolean persistence;
    String persistenceLocation = "";
    String persistenceFile = "mosquitto.db";
    String durability = "commit";
    int durabilityIntervalMillis = 100;
    final List<String> logDestinations = new ArrayList<>();
    boolean logDestinationsSet;
    final Set<LogType> logTypes = EnumSet.noneOf(LogType.class);
    boolean logTypesSet;
    boolean logTimestamp = true;
    boolean logJson;
    int logFacility = -1;

    @Nullable
    String logTimestampFormat;

    @Nullable
    String pidFile;

    @Nullable
    String user;

    @Nullable
    String scramFile;

    @Nullable
    Directive serverMoved;

    private final Map<Path, Context> contexts = new HashMap<>();
    private final Set<List<Object>> stringsSeen = new HashSet<>();
    private Context context = new Context();
    /** The one of a file that names none, and has options of listeners. */
    @Nullable
    ListenerDraft defaultListener;

    private @Nullable SecurityDraft currentSecurity;

    /** A value and where it stands. */
    record Located<T>(T value, Directive where) {}

    /** Applies one line of the file. */
    void apply(Directive line) throws ConfException {
        ConfigOption option = ConfigOptions.find(line.name());
        if (option == null) {
            throw new ConfException("Unknown configuration variable '" + line.name() + "'.", line);
        }
        context = contexts.computeIfAbsent(line.file(), file -> new Context());
        Object owner = owner(option.scope(), line);
        if (option.type() == Type.STRING && !stringsSeen.add(List.of(owner, option.name()))) {
            throw new ConfException("Duplicate '" + line.name() + "' value in configuration.", line);
        }
        option.setter().set(this, line);
        said.add(new Said(
                ownerName(option.scope()),
                line.name(),
                line.value().strip(),
                line.place(),
                switch (option.reload()) {
                    case YES -> "";
                    case NEW_CONNECTIONS -> "for new connections";
                    case RESTART -> "at the next start";
                }));
    }

    private String ownerName(Scope scope) {
        return switch (scope) {
            case GLOBAL -> "";
            case SECURITY -> perListenerSettings ? listener().shortName() : "";
            case LISTENER, ANY_LISTENER -> listener().shortName();
            case BRIDGE -> "connection " + bridge().name;
            case PLUGIN -> "plugin " + plugin().name.value();
        };
    }

    /** Finds what the option belongs to, and makes it the one that setters work on. */
    private Object owner(Scope scope, Directive line) throws ConfException {
        return switch (scope) {
            case GLOBAL -> this;
            case SECURITY -> {
                currentSecurity =
                        perListenerSettings ? required(context.listener, "a listener", line).security : security;
                yield currentSecurity;
            }
            case LISTENER -> required(context.listener, "a listener", line);
            case ANY_LISTENER -> {
                if (context.listener == null) {
                    context.listener = defaultListener(line);
                }
                yield context.listener;
            }
            case BRIDGE -> required(context.bridge, "a bridge", line);
            case PLUGIN -> required(context.plugin, "plugin/global_plugin/plugin_load", line);
        };
    }

    private static <T> T required(@Nullable T owner, String what, Directive line) throws ConfException {
        if (owner == null) {
            throw new ConfException(
                    "The '" + line.name() + "' option requires " + what + " to be defined first.", line);
        }
        return owner;
    }

    /** The listener that the option being applied belongs to. */
    ListenerDraft listener() {
        return present(context.listener);
    }

    /** The bridge that the option being applied belongs to. */
    BridgeDraft bridge() {
        return present(context.bridge);
    }

    /** The plugin that the option being applied belongs to. */
    PluginDraft plugin() {
        return present(context.plugin);
    }

    /** The access settings that the option being applied belongs to. */
    SecurityDraft security() {
        return present(currentSecurity);
    }

    private static <T> T present(@Nullable T owner) {
        if (owner == null) {
            throw new IllegalStateException("an option that does not say what it belongs to");
        }
        return owner;
    }

    // ---- listeners

    /** Mosquitto: the listener of files without one; on port 1883 if nothing says otherwise. */
    ListenerDraft defaultListener(Directive line) {
        if (defaultListener == null) {
            note(Level.INFORMATION, "Creating default listener due to '" + line.name() + "' option.");
            note(
                    Level.INFORMATION,
                    "It is best practice to define a 'listener' first. Using the '" + line.name()
                            + "' option without a listener will be disabled in the future.");
            defaultListener = new ListenerDraft(1883, null, line);
            listeners.add(defaultListener);
        }
        return defaultListener;
    }

    static void listener(ConfBuilder conf, Directive line) throws ConfException {
        if (line.value().isBlank()) {
            throw new ConfException("Empty 'listener port' value in configuration.", line);
        }
        List<String> words = Values.words(line);
        long said = Values.integer(line, words.getFirst(), Long.MIN_VALUE, Long.MAX_VALUE);
        if (said < 0 || said > 65_535) {
            throw new ConfException("Invalid 'port' value (" + said + ").", line);
        }
        int port = (int) said;
        String place = words.size() > 1 && !words.get(1).startsWith("#") ? words.get(1) : null;
        if (port == 0 && place == null) {
            throw new ConfException("A listener with port 0 must provide a Unix socket path.", line);
        }
        conf.localOnly = false;
        conf.context.listener = new ListenerDraft(port, place, line);
        conf.listeners.add(conf.context.listener);
    }

    static void port(ConfBuilder conf, Directive line) throws ConfException {
        conf.deprecated(line, "Please use 'listener' instead.");
        conf.localOnly = false;
        ListenerDraft listener = conf.defaultListener(line);
        conf.context.listener = listener;
        listener.port = Values.integer(line, 1, 65_535);
        listener.declared = line;
    }

    static void bindAddress(ConfBuilder conf, Directive line) throws ConfException {
        conf.deprecated(line, "Please use 'listener' instead.");
        conf.localOnly = false;
        ListenerDraft listener = conf.defaultListener(line);
        conf.context.listener = listener;
        listener.place = Values.string(line);
        listener.declared = line;
    }

    void perListenerSettings(Directive line) throws ConfException {
        deprecated(line, "Please see the documentation for how to achieve the same effect.");
        if (perListenerSettings) {
            return; // Mosquitto: once on, it stays
        }
        perListenerSettings = Values.bool(line);
        if (perListenerSettings && currentSecurity != null) {
            throw new ConfException("per_listener_settings must be set before any other security settings.", line);
        }
    }

    // ---- plugins

    /** {@code plugin}, {@code global_plugin}. */
    void plugin(Directive line, SecurityDraft of) throws ConfException {
        PluginDraft plugin = new PluginDraft(new Located<>(Values.string(line), line));
        context.plugin = plugin;
        of.plugins.add(plugin);
    }

    static void pluginLoad(ConfBuilder conf, Directive line) throws ConfException {
        List<String> words = Values.words(line);
        String id = words.getFirst();
        if (conf.loadedPlugins.containsKey(id)) {
            throw new ConfException("Duplicate plugin name '" + id + "'.", line);
        }
        String path = line.value().strip().substring(id.length()).strip();
        if (path.isEmpty()) {
            throw new ConfException("Missing plugin path for plugin name '" + id + "'.", line);
        }
        PluginDraft plugin = new PluginDraft(new Located<>(path, line));
        conf.context.plugin = plugin;
        conf.loadedPlugins.put(id, plugin);
    }

    static void pluginUse(ConfBuilder conf, Directive line) throws ConfException {
        String id = Values.string(line);
        PluginDraft plugin = conf.loadedPlugins.get(id);
        if (plugin == null) {
            throw new ConfException("Plugin '" + id + "' not previously loaded.", line);
        }
        conf.context.plugin = plugin;
        conf.listener().security.plugins.add(plugin);
    }

    static void pluginOption(ConfBuilder conf, Directive line) throws ConfException {
        String key = line.name().substring(line.name().indexOf("_opt_") + 5);
        if (key.length() < 3) {
            throw new ConfException("Invalid 'plugin_opt_' config option.", line);
        }
        if (line.value().isBlank()) {
            throw new ConfException("Empty '" + key + "' value in configuration.", line);
        }
        conf.plugin()
                .options
                .add(new PluginDraft.Option(key, new Located<>(line.value().strip(), line)));
    }

    /** Mosquitto: the plugin persist-sqlite stands in place of {@code persistence true}. Here both mean our own store. */
    void takePersistencePlugin() throws ConfException {
        List<SecurityDraft> all = new ArrayList<>(List.of(security));
        listeners.forEach(listener -> all.add(listener.security));
        for (SecurityDraft each : all) {
            for (PluginDraft plugin : List.copyOf(each.plugins)) {
                if (plugin.isNamed("persist-sqlite")) {
                    each.plugins.remove(plugin);
                    persistInPlaceOf(plugin);
                }
            }
        }
    }

    private void persistInPlaceOf(PluginDraft plugin) throws ConfException {
        Directive where = plugin.name.where();
        if (persistence) {
            throw new ConfException("The persist-sqlite plugin cannot be used with 'persistence true'.", where);
        }
        persistence = true;
        persistenceFile = "mosquitto.sqlite3";
        for (PluginDraft.Option option : plugin.options) {
            if (option.key().equals("db_file")) {
                Path path = Path.of(option.value().value());
                persistenceLocation =
                        path.getParent() == null ? "" : path.getParent().toString();
                persistenceFile = path.getFileName().toString();
            }
        }
        note(
                Level.INFORMATION,
                "The store of Althing stands in for the persist-sqlite plugin (" + where.place() + ").");
    }

    // ---- bridges

    static void connection(ConfBuilder conf, Directive line) throws ConfException {
        String name = Values.token(line);
        for (BridgeDraft bridge : conf.bridges) {
            if (bridge.name.equals(name)) {
                throw new ConfException("Duplicate bridge name '" + name + "'.", line);
            }
        }
        conf.context.bridge = new BridgeDraft(name, line);
        conf.bridges.add(conf.context.bridge);
    }

    // ---- the log

    static void logDestination(ConfBuilder conf, Directive line) throws ConfException {
        String kind = Values.token(line);
        conf.logDestinationsSet = true;
        switch (kind) {
            case "none" -> conf.logDestinations.clear();
            case "stdout", "stderr", "syslog", "topic" -> conf.logDestinations.add(kind);
            case "file" -> {
                String file = line.value().strip().substring(4).strip();
                if (file.isEmpty()) {
                    throw new ConfException("Empty \"log_dest file\" value in configuration.", line);
                }
                if (conf.logDestinations.stream().anyMatch(each -> each.startsWith("file "))) {
                    throw new ConfException("Duplicate \"log_dest file\" value.", line);
                }
                conf.logDestinations.add("file " + file);
            }
            case "dlt", "android" -> conf.warn(line, kind + " logging does not exist on the JVM");
            default -> throw new ConfException("Invalid 'log_dest' value (" + kind + ").", line);
        }
    }

    static void logType(ConfBuilder conf, Directive line) throws ConfException {
        String value = Values.token(line);
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

    boolean wasSet(String stringOption) {
        return stringsSeen.contains(List.of(this, stringOption));
    }

    // ---- what there is to say

    void note(Level level, String line) {
        notes.add(new Note(level, line));
    }

    void deprecated(Directive line, String instead) {
        note(
                Level.NOTICE,
                "The '" + line.name() + "' option is now deprecated and will be removed in version 3.0."
                        + (instead.isEmpty() ? "" : " " + instead));
    }

    void warn(Directive line, String why) {
        note(
                Level.WARNING,
                "Warning: '" + line.name() + "' changes nothing in Althing: " + why + " (" + line.place() + ").");
    }
}
