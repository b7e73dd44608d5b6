package org.althing.broker.conf;

import java.util.ArrayList;
import java.util.List;
import org.althing.broker.conf.ConfBuilder.Located;
import org.jspecify.annotations.Nullable;

/** One plugin, in the making. */
final class PluginDraft {
    /** Its name, or the path of a file that Mosquitto would load. */
    final Located<String> name;

    /** In the order of the file. */
    final List<Option> options = new ArrayList<>();

    @Nullable
    Located<Boolean> denySpecialChars;

    /** One {@code plugin_opt_KEY} line. */
    record Option(String key, Located<String> value) {}

    PluginDraft(Located<String> name) {
        this.name = name;
    }

    /** Whether it is the bundled plugin of this name, by its name or its file: {@code mosquitto_acl_file.so}. */
    boolean isNamed(String bundled) {
        String file = name.value().substring(name.value().lastIndexOf('/') + 1);
        String base = file.endsWith(".so") ? file.substring(0, file.length() - 3) : file;
        String bare = base.startsWith("mosquitto_") ? base.substring("mosquitto_".length()) : base;
        return bare.replace('_', '-').equals(bundled);
    }
}
