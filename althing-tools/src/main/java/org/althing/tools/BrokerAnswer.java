package org.althing.tools;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prints what the broker answered at {@code $CONTROL/broker/v1}, in the words of {@code mosquitto_ctrl}. */
final class BrokerAnswer {
    private static final String[] COMMANDS = {"listListeners", "listPlugins"};
    private static final String INVALID = "Error: Invalid response from server.";

    private final Terminal terminal;

    BrokerAnswer(Terminal terminal) {
        this.terminal = terminal;
    }

    /** The command of that name, in whatever case it is written; null if there is none. */
    static @Nullable String command(String word) {
        for (String command : COMMANDS) {
            if (command.equalsIgnoreCase(word)) {
                return command;
            }
        }
        return null;
    }

    /** Returns whether the broker did what it was asked to. */
    boolean print(String text) {
        if (!(JsonReader.readExactly(text) instanceof Json.Node tree)) {
            terminal.error("Error: Payload not JSON.");
            return false;
        }
        List<Json> responses = list(tree, "responses");
        Json first = responses == null || responses.isEmpty() ? null : responses.getFirst();
        if (!(first instanceof Json.Node response) || response.text("command") == null) {
            terminal.error("Error: Payload missing data.");
            return false;
        }
        String command = String.valueOf(response.text("command"));
        String error = response.text("error");
        if (error != null) {
            terminal.error(command + ": Error: " + error + ".");
            return false;
        }
        Json data = response.get("data");
        boolean printed = data instanceof Json.Node node
                && (command.equalsIgnoreCase("listListeners") ? listeners(node) : plugins(node));
        if (!printed) {
            terminal.error(INVALID);
        }
        terminal.flush();
        return printed;
    }

    private static @Nullable List<Json> list(Json.Node data, String name) {
        return data.get(name) instanceof Json.Array array ? array.elements() : null;
    }

    private boolean listeners(Json.Node data) {
        List<Json> listeners = list(data, "listeners");
        if (listeners == null) {
            return false;
        }
        ByteSink out = terminal.out();
        int number = 1;
        for (Json each : listeners) {
            if (each instanceof Json.Node listener) {
                out.put("Listener " + number++ + ":\n");
                if (listener.get("port") instanceof Json.Literal port) {
                    out.put("  Port:              ").put(port.value()).put('\n');
                }
                line("  Protocol:          ", listener.text("protocol"));
                line("  Socket path:       ", listener.text("socket-path"));
                line("  Bind address:      ", listener.text("bind-address"));
                boolean secure = listener.get("tls") instanceof Json.Literal tls
                        && tls.value().equals("true");
                out.put("  TLS:               ").put(Boolean.toString(secure)).put("\n\n");
            }
        }
        return true;
    }

    private boolean plugins(Json.Node data) {
        List<Json> plugins = list(data, "plugins");
        if (plugins == null) {
            return false;
        }
        for (Json each : plugins) {
            if (!(each instanceof Json.Node plugin) || plugin.text("name") == null) {
                return false;
            }
            line("Plugin:            ", plugin.text("name"));
            line("Version:           ", plugin.text("version"));
            String label = "Control endpoints: ";
            List<Json> endpoints = list(plugin, "control-endpoints");
            for (Json endpoint : endpoints == null ? List.<Json>of() : endpoints) {
                if (endpoint instanceof Json.Text name) {
                    line(label, name.value());
                    label = "                   ";
                }
            }
        }
        return true;
    }

    private void line(String label, @Nullable String value) {
        if (value != null) {
            terminal.out().put(label).put(value).put('\n');
        }
    }
}
