package org.althing.broker.access;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration says about access: for the whole broker, or, with {@code per_listener_settings}, for one listener.
 * Nothing is opened or checked here; a file is named as it is to be opened.
 *
 * @param allowAnonymous {@code allow_anonymous}, of a listener also {@code listener_allow_anonymous}; null where it is not
 *     said
 * @param passwordFile {@code password_file}, or null
 * @param aclFile {@code acl_file}, or null
 * @param pskFile {@code psk_file}, or null
 * @param clientIdPrefixes {@code clientid_prefixes}: the one prefix that client identifiers must have, or null
 * @param plugins in the order in which they are loaded and asked, {@code global_plugin} among those of the whole broker
 */
public record AccessSettings(
        @Nullable Setting<Boolean> allowAnonymous,
        @Nullable Setting<Path> passwordFile,
        @Nullable Setting<Path> aclFile,
        @Nullable Setting<Path> pskFile,
        @Nullable Setting<String> clientIdPrefixes,
        List<Plugin> plugins) {
    /** A configuration that says nothing about access. */
    public static final AccessSettings NONE = builder().build();

    public AccessSettings {
        plugins = List.copyOf(plugins);
    }

    /**
     * A value, and where it was said.
     *
     * @param file as messages name it
     * @param line from 1 on; 0 where the value comes from no file
     */
    public record Setting<T>(T value, String file, int line) {
        /** A value that a program has set. */
        public static <T> Setting<T> of(T value) {
            return new Setting<>(value, "", 0);
        }

        /** The same place with another value. */
        public <R> Setting<R> map(Function<? super T, ? extends R> change) {
            return new Setting<>(change.apply(value), file, line);
        }

        /** {@code FILE:LINE}, or {@code the program}. */
        public String place() {
            return line == 0 ? "the program" : file + ":" + line;
        }
    }

    /**
     * One {@code plugin}, {@code auth_plugin} or {@code global_plugin}.
     *
     * @param name a bundled one's name, or the path of a library
     * @param denySpecialChars {@code auth_plugin_deny_special_chars}, or null where it is not said
     * @param options its {@code plugin_opt_KEY} and {@code auth_opt_KEY} lines, in their order
     */
    public record Plugin(Setting<String> name, @Nullable Setting<Boolean> denySpecialChars, List<Option> options) {
        public Plugin {
            options = List.copyOf(options);
        }

        /** {@code /usr/lib/mosquitto_acl_file.so} is {@code acl-file}. */
        public String bundledName() {
            return AccessRules.bundledName(name.value());
        }

        /** The last value of an option, or null. */
        public @Nullable Setting<String> option(String key) {
            Setting<String> found = null;
            for (Option option : options) {
                found = option.key().equals(key) ? option.value() : found;
            }
            return found;
        }
    }

    /**
     * {@code plugin_opt_KEY VALUE}.
     *
     * @param key without {@code plugin_opt_}
     */
    public record Option(String key, Setting<String> value) {}

    public static Builder builder() {
        return new Builder();
    }

    /** Settings in the making; of a setting that comes twice the last one counts. */
    public static final class Builder {
        private @Nullable Setting<Boolean> allowAnonymous;
        private @Nullable Setting<Path> passwordFile;
        private @Nullable Setting<Path> aclFile;
        private @Nullable Setting<Path> pskFile;
        private @Nullable Setting<String> clientIdPrefixes;
        private final List<Plugin> plugins = new ArrayList<>();

        private Builder() {}

        public Builder allowAnonymous(Setting<Boolean> value) {
            allowAnonymous = value;
            return this;
        }

        public Builder passwordFile(Setting<Path> value) {
            passwordFile = value;
            return this;
        }

        public Builder aclFile(Setting<Path> value) {
            aclFile = value;
            return this;
        }

        public Builder pskFile(Setting<Path> value) {
            pskFile = value;
            return this;
        }

        public Builder clientIdPrefixes(Setting<String> value) {
            clientIdPrefixes = value;
            return this;
        }

        /** Adds one behind those that are there. */
        public Builder plugin(Plugin value) {
            plugins.add(value);
            return this;
        }

        public AccessSettings build() {
            return new AccessSettings(allowAnonymous, passwordFile, aclFile, pskFile, clientIdPrefixes, plugins);
        }
    }
}
