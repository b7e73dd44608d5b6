package org.althing.broker.access;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.althing.access.AccessFileException;
import org.althing.access.AclFile;
import org.althing.access.PasswordFile;
import org.althing.access.PskFile;
import org.althing.broker.access.AccessSettings.Option;
import org.althing.broker.access.AccessSettings.Plugin;
import org.althing.broker.access.AccessSettings.Setting;
import org.jspecify.annotations.Nullable;

/** An {@link AccessPlan} with all its files read: complete, and never changed. */
public final class AccessRules {
    private static final String PASSWORD_PLUGIN = "password-file";
    private static final String ACL_PLUGIN = "acl-file";

    private final AccessPlan plan;
    private final List<Layer> global;
    private final Map<String, List<Layer>> byListener;
    private final Map<String, PskFile> pskByListener;
    private final @Nullable PskFile psk;
    private final List<String> warnings;

    private AccessRules(AccessPlan plan, Reader reader) throws AccessException {
        this.plan = plan;
        global = reader.layers(plan.global());
        psk = reader.psk(plan.global());
        Map<String, List<Layer>> layers = new HashMap<>();
        Map<String, PskFile> keys = new HashMap<>();
        for (Map.Entry<String, AccessSettings> own : plan.byListener().entrySet()) {
            layers.put(own.getKey(), reader.layers(own.getValue()));
            PskFile ownKeys = reader.psk(own.getValue());
            if (ownKeys != null) {
                keys.put(own.getKey(), ownKeys);
            }
        }
        byListener = Map.copyOf(layers);
        pskByListener = Map.copyOf(keys);
        warnings = List.copyOf(reader.warnings);
    }

    /**
     * Opens and reads every file that the plan names. Nothing else changes, so this also checks a configuration.
     *
     * @throws AccessException naming the first thing that is wrong
     */
    public static AccessRules read(AccessPlan plan) throws AccessException {
        return new AccessRules(plan, new Reader());
    }

    private static final class Reader {
        private final List<String> warnings = new ArrayList<>();
        private final Map<Path, PasswordFile> passwords = new HashMap<>();
        private final Map<Path, AclFile> acls = new HashMap<>();

        /** Mosquitto: plugins are asked first, in their order, then the files of the options. */
        List<Layer> layers(AccessSettings settings) throws AccessException {
            List<Layer> layers = new ArrayList<>();
            for (Plugin plugin : settings.plugins()) {
                String name = bundledName(plugin.name().value());
                switch (name) {
                    case PASSWORD_PLUGIN -> {
                        Setting<Path> file = file(plugin, PASSWORD_PLUGIN, "password_file");
                        if (file == null) {
                            throw AccessException.notLoaded(
                                    "plugin password-file needs plugin_opt_password_file", plugin.name());
                        }
                        layers.add(passwords(file));
                    }
                    case ACL_PLUGIN -> {
                        Setting<Path> file = file(plugin, ACL_PLUGIN, "acl_file");
                        if (file != null) { // Mosquitto: without its file the plugin is as if it were not there
                            layers.add(acl(file, plugin.denySpecialChars()));
                        }
                    }
                    default ->
                        throw AccessException.notLoaded(
                                "Unable to load plugin '" + plugin.name().value()
                                        + "': of Mosquitto's plugins this version has password-file, acl-file and"
                                        + " persist-sqlite",
                                plugin.name());
                }
            }
            if (settings.passwordFile() != null) {
                layers.add(passwords(settings.passwordFile()));
            }
            if (settings.aclFile() != null) {
                layers.add(acl(settings.aclFile(), null));
            }
            return List.copyOf(layers);
        }

        private static @Nullable Setting<Path> file(Plugin plugin, String name, String key) throws AccessException {
            for (Option option : plugin.options()) {
                if (!option.key().equals(key)) {
                    throw AccessException.invalid(name + ": Unknown option '" + option.key() + "'", option.value());
                }
            }
            Setting<String> file = plugin.option(key);
            return file == null ? null : file.map(Path::of);
        }

        private Layer passwords(Setting<Path> setting) throws AccessException {
            PasswordFile file = passwords.get(setting.value());
            if (file == null) {
                try {
                    file = PasswordFile.read(setting.value());
                } catch (AccessFileException e) {
                    throw failure("password file", e, setting);
                }
                passwords.put(setting.value(), file);
                warnings.addAll(file.warnings());
            }
            return new Layer.Passwords(file, setting);
        }

        private Layer acl(Setting<Path> setting, @Nullable Setting<Boolean> denySpecialChars) throws AccessException {
            AclFile file = acls.get(setting.value());
            if (file == null) {
                try {
                    file = AclFile.read(setting.value());
                } catch (AccessFileException e) {
                    throw failure("acl_file", e, setting);
                }
                acls.put(setting.value(), file);
                warnings.addAll(file.warnings());
            }
            return new Layer.Acl(file, setting, denySpecialChars);
        }

        @Nullable
        PskFile psk(AccessSettings settings) throws AccessException {
            Setting<Path> setting = settings.pskFile();
            if (setting == null) {
                return null;
            }
            try {
                PskFile file = PskFile.read(setting.value());
                warnings.addAll(file.warnings());
                return file;
            } catch (AccessFileException e) {
                throw failure("psk_file", e, setting);
            }
        }

        private static AccessException failure(String what, AccessFileException e, Setting<Path> setting) {
            if (!e.isUnreadable() && what.startsWith("password")) {
                return AccessException.invalid(e.summary() + " in " + what + ": " + e.getMessage(), setting);
            }
            return e.isUnreadable()
                    ? AccessException.notLoaded("Unable to open " + what + ": " + e.getMessage(), setting)
                    : AccessException.invalid(e.getMessage() + ", in the " + what, setting);
        }
    }

    /** {@code /usr/lib/mosquitto_acl_file.so} is {@code acl-file}. */
    static String bundledName(String nameOrPath) {
        String name = nameOrPath.substring(nameOrPath.lastIndexOf('/') + 1);
        if (name.endsWith(".so")) {
            name = name.substring(0, name.length() - ".so".length());
        }
        if (name.startsWith("mosquitto_")) {
            name = name.substring("mosquitto_".length());
        }
        return name.replace('_', '-');
    }

    AccessPlan plan() {
        return plan;
    }

    /** What is asked about clients of this listener, in order: what all have, then its own. */
    List<Layer> layers(@Nullable String listener) {
        List<Layer> own = listener == null ? List.of() : byListener.getOrDefault(listener, List.of());
        if (own.isEmpty() || global.isEmpty()) {
            return own.isEmpty() ? global : own;
        }
        return Stream.concat(global.stream(), own.stream()).toList();
    }

    /** The keys of TLS-PSK on this listener, or null. */
    public @Nullable PskFile psk(String listener) {
        return plan.perListener() ? pskByListener.get(listener) : psk;
    }

    /** Whether any listener has a password file. */
    public boolean checksPasswords() {
        return all().anyMatch(Layer.Passwords.class::isInstance);
    }

    /** Whether any listener has an ACL file. */
    public boolean hasAcl() {
        return all().anyMatch(Layer.Acl.class::isInstance);
    }

    /** Patterns of ACL files in which {@code %c} or {@code %u} is only a part of a level, and means nothing. */
    public List<String> patternsInsideLevels() {
        List<String> found = new ArrayList<>();
        all().forEach(layer -> {
            if (layer instanceof Layer.Acl acl) {
                found.addAll(acl.file().patternsInsideLevels());
            }
        });
        return found;
    }

    private Stream<Layer> all() {
        return Stream.concat(global.stream(), byListener.values().stream().flatMap(List::stream));
    }

    /** The files that were read: those to watch. */
    public Set<Path> files() {
        Set<Path> files = new java.util.LinkedHashSet<>();
        all().forEach(layer -> files.add(
                switch (layer) {
                    case Layer.Passwords passwords -> passwords.file().file();
                    case Layer.Acl acl -> acl.file().file();
                }));
        return files;
    }

    /** What is odd and no error, in whole sentences, for the log. */
    public List<String> warnings() {
        return warnings;
    }
}
