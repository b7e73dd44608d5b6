package org.althing.broker.conf;

import static org.althing.broker.conf.ConfigOption.Reload.NEW_CONNECTIONS;
import static org.althing.broker.conf.ConfigOption.Reload.YES;
import static org.althing.broker.conf.ConfigOption.Scope.GLOBAL;
import static org.althing.broker.conf.ConfigOption.Scope.LISTENER;
import static org.althing.broker.conf.ConfigOption.Scope.PLUGIN;
import static org.althing.broker.conf.ConfigOption.Scope.SECURITY;

import java.util.List;
import java.util.Map;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.conf.ConfBuilder.Located;
import org.althing.broker.conf.ConfigOption.Type;

/** The lines of the table about who may come in and do what. */
final class AccessOptions {
    private AccessOptions() {}

    static Map<String, ConfigOption> rows() {
        OptionRows rows = new OptionRows();
        clients(rows);
        files(rows);
        plugins(rows);
        return rows.rows();
    }

    private static void clients(OptionRows rows) {
        rows.add(
                "per_listener_settings",
                GLOBAL,
                Type.BOOLEAN,
                "false",
                YES,
                "Each listener has access settings of its own; must stand before them",
                (conf, line) -> conf.perListenerSettings(line));
        rows.add(
                "allow_anonymous",
                SECURITY,
                Type.BOOLEAN,
                "false",
                YES,
                "Clients without a user name may come in. Where the file has no listener: true",
                (conf, line) -> {
                    if (conf.perListenerSettings) {
                        conf.note(
                                Level.NOTICE,
                                "You are using the 'allow_anonymous' option with 'per_listener_settings true'. Please replace this with 'listener_allow_anonymous'.");
                    }
                    conf.security().allowAnonymous = new Located<>(Values.bool(line), line);
                });
        rows.flag(
                "allow_zero_length_clientid",
                SECURITY,
                true,
                NEW_CONNECTIONS,
                "A client may leave it to the broker to name it",
                (conf, value) -> conf.security().allowZeroLengthClientId = value);
        rows.add(
                "auto_id_prefix",
                SECURITY,
                Type.STRING,
                "auto-",
                NEW_CONNECTIONS,
                "As `listener_auto_id_prefix`, for listeners without",
                ListenerDraft::autoIdPrefix);
        rows.add(
                "clientid_prefixes",
                GLOBAL,
                Type.LAST_STRING,
                "",
                YES,
                "Only client identifiers that begin so may come in",
                (conf, line) -> {
                    conf.deprecated(line, "");
                    conf.clientIdPrefixes = new Located<>(Values.string(line), line);
                });
    }

    private static void files(OptionRows rows) {
        rows.add(
                "password_file",
                SECURITY,
                Type.LAST_STRING,
                "",
                YES,
                "Users and the hashes of their passwords, as `mosquitto_passwd` writes them",
                (conf, line) -> conf.security().passwordFile = new Located<>(Values.string(line), line));
        rows.add(
                "acl_file",
                SECURITY,
                Type.LAST_STRING,
                "",
                YES,
                "Which topics clients may read and write",
                (conf, line) -> conf.security().aclFile = new Located<>(Values.string(line), line));
        rows.add(
                "psk_file",
                SECURITY,
                Type.LAST_STRING,
                "",
                YES,
                "Identities and keys of TLS-PSK; without `psk_hint` nobody reads it",
                (conf, line) -> conf.security().pskFile = new Located<>(Values.string(line), line));
        rows.text(
                "althing_scram_file",
                GLOBAL,
                "",
                YES,
                "Users of enhanced authentication by SCRAM-SHA-256 (MQTT 5.0). Who proves the password comes in, whatever `allow_anonymous` says. `althing scram FILE USER` writes the file, [formats.md](formats.md#users-of-scram-sha-256) describes it",
                (conf, value) -> conf.scramFile = value);
    }

    private static void plugins(OptionRows rows) {
        rows.add(
                "plugin",
                SECURITY,
                Type.LIST,
                "",
                YES,
                "A bundled plugin by its name or file name: `password-file`, `acl-file`, `persist-sqlite` (stands for `persistence true`); repeatable",
                (conf, line) -> conf.plugin(line, conf.security()));
        rows.alias("auth_plugin", "plugin");
        rows.add(
                "global_plugin",
                GLOBAL,
                Type.LIST,
                "",
                YES,
                "A plugin for all listeners, with `per_listener_settings` too",
                (conf, line) -> conf.plugin(line, conf.security));
        rows.add(
                "plugin_load",
                GLOBAL,
                Type.LIST,
                "",
                YES,
                "`ID PLUGIN`: a plugin that `plugin_use` attaches",
                ConfBuilder::pluginLoad);
        rows.add(
                "plugin_use",
                LISTENER,
                Type.LIST,
                "",
                YES,
                "`ID`: attaches a plugin of `plugin_load` to this listener",
                ConfBuilder::pluginUse);
        rows.add("plugin_opt_KEY", PLUGIN, Type.LIST, "", YES, "Option KEY of the plugin", ConfBuilder::pluginOption);
        rows.alias("auth_opt_KEY", "plugin_opt_KEY");
        rows.add(
                "auth_plugin_deny_special_chars",
                PLUGIN,
                Type.BOOLEAN,
                "false",
                YES,
                "Before the plugin is asked about topics, clients are refused whose name or identifier holds `+`, `#` or `/`. Mosquitto's manual says that this is the default; its code does it for old plugins only",
                (conf, line) -> conf.plugin().denySpecialChars = new Located<>(Values.bool(line), line));
        rows.flag(
                "enable_control_api",
                GLOBAL,
                false,
                YES,
                "`listListeners` and `listPlugins` are answered at `$CONTROL/broker/v1`, as `mosquitto_ctrl broker` asks there; access rules say to whom",
                (conf, value) -> conf.controlApi = value);
        rows.choice(
                "althing_watch_files",
                GLOBAL,
                List.of("all", "certificates", "none"),
                YES,
                "Which files are read again a few seconds after they have changed, without a signal: `certificates` are also keys, authorities and revocation lists, `all` are password and ACL files too. Files with mistakes are not taken: the log says so, and what counted before counts on until SIGHUP",
                (conf, value) -> conf.watchFiles = value);
    }
}
