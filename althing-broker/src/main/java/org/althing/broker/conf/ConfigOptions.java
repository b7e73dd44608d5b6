package org.althing.broker.conf;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The table of all options of mosquitto.conf: the lines are in {@link ListenerOptions}, {@link AccessOptions}, {@link GuessingOptions}, {@link
 * DeliveryOptions}, {@link ProgramOptions} and {@link BridgeOptions}.
 *
 * <p>The build refuses a line without a test that names it ({@code @Option}), and a reference page (docs/options.md) that
 * is not as {@link OptionPage} writes it from here.
 */
final class ConfigOptions {
    private static final List<Map<String, ConfigOption>> GROUPS = List.of(
            ListenerOptions.rows(),
            AccessOptions.rows(),
            GuessingOptions.rows(),
            DeliveryOptions.rows(),
            ProgramOptions.rows(),
            BridgeOptions.rows());

    private ConfigOptions() {}

    /** The option of this name, or null where Mosquitto knows none either. */
    static @Nullable ConfigOption find(String name) {
        String key = name;
        if (name.startsWith("plugin_opt_")) {
            key = "plugin_opt_KEY";
        } else if (name.startsWith("auth_opt_")) {
            key = "auth_opt_KEY";
        }
        for (Map<String, ConfigOption> group : GROUPS) {
            ConfigOption option = group.get(key);
            if (option != null) {
                return option;
            }
        }
        return null;
    }

    /** The lines of all groups, in the order of the reference page. */
    static List<Map<String, ConfigOption>> groups() {
        return GROUPS;
    }
}
