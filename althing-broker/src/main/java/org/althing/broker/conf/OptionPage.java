package org.althing.broker.conf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.althing.broker.conf.ConfigOption.Effect;

/** The reference page of all options, written from the table. */
public final class OptionPage {
    private static final List<String> TITLES = List.of(
            "Listeners", "Access", "Against guessing", "Limits and delivery", "Storage, log, program", "Bridges");

    private OptionPage() {}

    /** The names of all options, as in the file. */
    public static List<String> names() {
        List<String> names = new ArrayList<>();
        ConfigOptions.groups().forEach(group -> names.addAll(group.keySet()));
        return names;
    }

    /** The tables in Markdown. */
    public static String text() {
        StringBuilder page = new StringBuilder();
        for (int i = 0; i < TITLES.size(); i++) {
            page.append("## ").append(TITLES.get(i)).append("\n\n");
            page.append(
                    "| Option | Belongs to | Value | Default | After SIGHUP | What it does |\n|---|---|---|---|---|---|\n");
            for (Map.Entry<String, ConfigOption> row :
                    ConfigOptions.groups().get(i).entrySet()) {
                page.append(row(row.getValue()));
            }
            page.append('\n');
        }
        return page.toString();
    }

    private static String row(ConfigOption option) {
        return "| `" + option.name() + "` | " + owner(option) + " | " + value(option) + " | " + byDefault(option)
                + " | " + reload(option) + " | " + option.summary().replace("|", "\\|") + " |\n";
    }

    private static String owner(ConfigOption option) {
        return switch (option.scope()) {
            case GLOBAL -> "broker";
            case SECURITY -> "broker, or listener with `per_listener_settings`";
            case LISTENER, ANY_LISTENER -> "listener";
            case BRIDGE -> "bridge";
            case PLUGIN -> "plugin";
        };
    }

    private static String value(ConfigOption option) {
        return switch (option.type()) {
            case BOOLEAN -> "true, false";
            case INTEGER -> "number";
            case STRING, LAST_STRING -> "text";
            case LIST -> "repeatable";
            case WORDS -> "words";
        };
    }

    private static String byDefault(ConfigOption option) {
        return option.byDefault().isEmpty() ? "" : "`" + option.byDefault() + "`";
    }

    private static String reload(ConfigOption option) {
        if (option.effect() == Effect.REFUSED) {
            return "refused";
        }
        if (option.effect() == Effect.MOOT) {
            return "no effect";
        }
        return switch (option.reload()) {
            case YES -> "at once";
            case NEW_CONNECTIONS -> "new connections";
            case RESTART -> "next start";
        };
    }
}
