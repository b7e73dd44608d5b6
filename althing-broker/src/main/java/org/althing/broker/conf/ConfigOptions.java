package org.althing.broker.conf;

import static org.althing.broker.conf.ConfigOption.Scope.BRIDGE;
import static org.althing.broker.conf.ConfigOption.Scope.GLOBAL;
import static org.althing.broker.conf.ConfigOption.Scope.LISTENER;
import static org.althing.broker.conf.ConfigOption.Scope.PLUGIN;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerConfig.QueueFull;
import org.althing.broker.BrokerConfig.ShareStrategy;
import org.althing.broker.conf.ConfigOption.Scope;
import org.althing.broker.conf.ConfigOption.Setter;
import org.althing.net.Transport;
import org.jspecify.annotations.Nullable;

/**
 * The table of all options of mosquitto.conf, one line each.
 *
 * <p>Three kinds: {@code applied} ones do what Mosquitto's manual says; {@code moot} ones ask for something that is
 * always so here, or that has no meaning on the JVM, and cost one warning; {@code refused} ones need a part that this
 * version does not have, so that a configuration that relies on it does not start with less than it asks for.
 */
final class ConfigOptions {
    private static final List<String> PROTOCOLS = List.of("mqtt", "websockets");
    private static final List<String> QUEUE_FULL = List.of("drop_newest", "drop_oldest");
    private static final List<String> STRATEGIES = List.of("round_robin", "sticky", "key");
    private static final Map<String, ConfigOption> TABLE = new LinkedHashMap<>();

    private ConfigOptions() {}

    /** The option of this name, or null where Mosquitto knows none either. */
    static @Nullable ConfigOption find(String name) {
        boolean ofPlugin = name.startsWith("plugin_opt_") || name.startsWith("auth_opt_");
        return TABLE.get(ofPlugin ? "plugin" : name);
    }

    static {
        listeners();
        limits();
        persistence();
        log();
        program();
        ofOurOwn();
        refusedHere();
    }

    private static void listeners() {
        applied("listener", LISTENER, ConfBuilder::listener);
        applied("port", LISTENER, ConfBuilder::port);
        applied("bind_address", LISTENER, ConfBuilder::bindAddress);
        applied("protocol", LISTENER, (conf, line) -> conf.protocol(line, Values.oneOf(line, PROTOCOLS)));
        applied(
                "max_connections",
                LISTENER,
                (conf, line) -> conf.current(line).connectionsMax = Values.integer(line, -1, Integer.MAX_VALUE));
        applied("max_qos", LISTENER, (conf, line) -> conf.current(line).qosMax = Values.integer(line, 0, 2));
        applied("maximum_qos", LISTENER, (conf, line) -> conf.current(line).qosMax = Values.integer(line, 0, 2));
        applied(
                "listener_allow_anonymous",
                LISTENER,
                (conf, line) -> conf.declared(line).allowAnonymous = Values.bool(line));
        applied(
                "max_topic_alias",
                LISTENER,
                (conf, line) -> conf.declared(line).topicAliasMax = Values.integer(line, 0, 65_535));
        applied(
                "max_topic_alias_broker",
                LISTENER,
                (conf, line) -> conf.declared(line).topicAliasBrokerMax = Values.integer(line, 0, 65_535));
        applied("allow_anonymous", GLOBAL, ConfBuilder::allowAnonymous);
        applied("per_listener_settings", GLOBAL, (conf, line) -> conf.perListenerSettings(line, Values.bool(line)));
        applied("allow_zero_length_clientid", GLOBAL, (conf, line) -> conf.allowZeroLengthClientId = Values.bool(line));
    }

    private static void limits() {
        applied(
                "max_inflight_messages",
                GLOBAL,
                (conf, line) -> conf.inflightMessagesMax = Values.integer(line, 0, 65_535));
        applied(
                "max_queued_messages",
                GLOBAL,
                (conf, line) -> conf.queuedMessagesMax = Values.integer(line, 0, Integer.MAX_VALUE));
        applied(
                "max_queued_bytes",
                GLOBAL,
                (conf, line) -> conf.queuedBytesMax = Values.integer(line, 0, Long.MAX_VALUE));
        applied(
                "max_inflight_bytes",
                GLOBAL,
                (conf, line) -> conf.inflightBytesMax = Values.integer(line, 0, Long.MAX_VALUE));
        applied(
                "althing_queue_full",
                GLOBAL,
                (conf, line) -> conf.queueFull =
                        QueueFull.valueOf(Values.oneOf(line, QUEUE_FULL).toUpperCase(Locale.ROOT)));
        applied("althing_tell_quota", GLOBAL, (conf, line) -> conf.tellQuota = Values.bool(line));
        applied(
                "althing_memory_budget",
                GLOBAL,
                (conf, line) -> conf.memoryBudgetBytes = Values.integer(line, 1, Long.MAX_VALUE));
        applied("queue_qos0_messages", GLOBAL, (conf, line) -> conf.queueQos0Messages = Values.bool(line));
        applied(
                "althing_shared_strategy",
                GLOBAL,
                (conf, line) -> conf.shareStrategy =
                        ShareStrategy.valueOf(Values.oneOf(line, STRATEGIES).toUpperCase(Locale.ROOT)));
        applied("max_packet_size", GLOBAL, (conf, line) -> conf.packetSizeMax = Values.integer(line, 20, 268_435_461));
        applied(
                "message_size_limit",
                GLOBAL,
                (conf, line) -> conf.messageSizeMax = Values.integer(line, 0, 268_435_455));
        applied("max_keepalive", GLOBAL, (conf, line) -> conf.keepAliveMaxSeconds = Values.integer(line, 0, 65_535));
        applied("retain_available", GLOBAL, (conf, line) -> conf.retainAvailable = Values.bool(line));
        applied(
                "persistent_client_expiration",
                GLOBAL,
                (conf, line) -> conf.persistentClientExpirationSeconds = Values.duration(line));
        moot("set_tcp_nodelay", GLOBAL, "packets are never held back here");
        moot("retry_interval", GLOBAL, "no broker resends on an open connection any more");
    }

    private static void persistence() {
        applied("persistence", GLOBAL, (conf, line) -> conf.persistence = Values.bool(line));
        applied("retained_persistence", GLOBAL, (conf, line) -> conf.persistence = Values.bool(line));
        applied("persistence_location", GLOBAL, (conf, line) -> conf.persistenceLocation = Values.string(line));
        applied("persistence_file", GLOBAL, (conf, line) -> conf.persistenceFile = Values.string(line));
        applied(
                "althing_durability",
                GLOBAL,
                (conf, line) -> conf.durability = Values.oneOf(line, List.of("commit", "interval", "system")));
        applied(
                "althing_durability_interval",
                GLOBAL,
                (conf, line) -> conf.durabilityIntervalMillis = Values.integer(line, 1, 3_600_000));
        String saved = "every change is saved before it is acknowledged (see althing_durability)";
        moot("autosave_interval", GLOBAL, saved);
        moot("autosave_on_changes", GLOBAL, saved);
    }

    private static void log() {
        repeatable("log_dest", ConfBuilder::logDestination);
        repeatable("log_type", ConfBuilder::logType);
        applied("log_timestamp", GLOBAL, (conf, line) -> conf.logTimestamp = Values.bool(line));
        applied("log_timestamp_format", GLOBAL, (conf, line) -> conf.logTimestampFormat = Values.string(line));
        applied("sys_interval", GLOBAL, (conf, line) -> conf.sysIntervalSeconds = Values.integer(line, 0, 65_535));
        applied("connection_messages", GLOBAL, (conf, line) -> conf.connectionMessages = Values.bool(line));
        moot("websockets_log_level", GLOBAL, "it belongs to a library that is not used here");
    }

    private static void program() {
        applied("pid_file", GLOBAL, (conf, line) -> conf.pidFile = Values.string(line));
        moot("user", GLOBAL, "a program on the JVM keeps the user that started it");
        moot("packet_buffer_size", GLOBAL, "buffers grow as needed");
        moot("websockets_headers_size", GLOBAL, "buffers grow as needed");
        moot("dhparamfile", LISTENER, "it has no effect in Mosquitto either");
    }

    /** Options that Mosquitto does not have. */
    private static void ofOurOwn() {
        applied("althing_scram_file", GLOBAL, (conf, line) -> conf.scramFile = Values.string(line));
        applied(
                "althing_response_information",
                GLOBAL,
                (conf, line) -> conf.broker.responseInformation(Values.string(line)));
        applied("althing_server_reference", GLOBAL, (conf, line) -> conf.broker.serverReference(Values.string(line)));
        applied("althing_server_moved", GLOBAL, ConfBuilder::serverMoved);
        applied(
                "althing_check_payload_format",
                GLOBAL,
                (conf, line) -> conf.broker.payloadFormatChecked(Values.bool(line)));
        applied(
                "althing_handshake_timeout",
                GLOBAL,
                (conf, line) -> conf.broker.handshakeTimeout(Duration.ofSeconds(Values.integer(line, 1, 3_600))));
        applied(
                "althing_max_connect_size",
                GLOBAL,
                (conf, line) -> conf.broker.connectSizeMax(Values.integer(line, 20, 268_435_461)));
        applied(
                "althing_shards",
                GLOBAL,
                (conf, line) -> conf.broker.shards(Values.integer(line, 1, BrokerConfig.SHARDS_MAX)));
        applied(
                "althing_max_clientid_length",
                GLOBAL,
                (conf, line) -> conf.broker.clientIdBytesMax(Values.integer(line, 1, 65_535)));
        applied(
                "althing_max_user_properties",
                GLOBAL,
                (conf, line) -> conf.broker.userPropertiesMax(Values.integer(line, 0, Integer.MAX_VALUE)));
        applied(
                "althing_max_filters",
                GLOBAL,
                (conf, line) -> conf.broker.filtersMax(Values.integer(line, 1, Integer.MAX_VALUE)));
        applied(
                "althing_max_subscriptions",
                GLOBAL,
                (conf, line) -> conf.broker.subscriptionsMax(Values.integer(line, 0, Integer.MAX_VALUE)));
        applied(
                "althing_max_unsent_bytes",
                GLOBAL,
                (conf, line) -> conf.broker.unsentBytesMax(
                        Values.integer(line, Transport.HIGH_WATER_BYTES, Integer.MAX_VALUE)));
    }

    private static void refusedHere() {
        String access = "access by password, rules or plugins";
        refused(GLOBAL, access, "password_file", "acl_file", "psk_file", "clientid_prefixes", "check_retain_source");
        refused(PLUGIN, access, "plugin", "auth_plugin", "global_plugin", "plugin_load", "plugin_use");
        refused(PLUGIN, access, "auth_plugin_deny_special_chars");
        String tls = "TLS";
        refused(LISTENER, tls, "certfile", "keyfile", "cafile", "capath", "crlfile", "require_certificate");
        refused(LISTENER, tls, "use_identity_as_username", "use_subject_as_username", "tls_version", "ciphers");
        refused(LISTENER, tls, "ciphers_tls1.3", "psk_hint", "tls_keyform", "tls_engine", "tls_engine_kpass_sha1");
        refused(LISTENER, tls, "disable_client_cert_date_checks");
        String listener = "this kind of listener";
        refused(LISTENER, listener, "http_dir", "websockets_origin", "mount_point", "enable_proxy_protocol");
        refused(
                LISTENER,
                listener,
                "proxy_protocol_v2_require_tls",
                "bind_interface",
                "accept_protocol_versions",
                "socket_domain");
        refused(LISTENER, listener, "use_username_as_clientid", "listener_auto_id_prefix");
        String limit = "this limit";
        refused(GLOBAL, limit, "global_max_connections", "global_max_clients");
        refused(GLOBAL, limit, "memory_limit", "allow_duplicate_messages");
        refused(GLOBAL, limit, "upgrade_outgoing_qos", "retain_expiry_interval", "auto_id_prefix");
        refused(GLOBAL, "the $CONTROL topics", "enable_control_api");
        refused(GLOBAL, "syslog", "log_facility");
        refused(BRIDGE, "bridges", "connection", "address", "addresses", "topic", "remote_clientid", "clientid");
        refused(BRIDGE, "bridges", "remote_username", "username", "remote_password", "password", "local_clientid");
        refused(BRIDGE, "bridges", "local_username", "local_password", "cleansession", "local_cleansession");
        refused(BRIDGE, "bridges", "bridge_protocol_version", "keepalive_interval", "start_type", "idle_timeout");
        refused(BRIDGE, "bridges", "threshold", "restart_timeout", "round_robin", "try_private", "notifications");
        refused(BRIDGE, "bridges", "notifications_local_only", "notification_topic", "bridge_attempt_unsubscribe");
        refused(BRIDGE, "bridges", "bridge_outgoing_retain", "bridge_max_packet_size", "bridge_max_topic_alias");
        refused(BRIDGE, "bridges", "bridge_receive_maximum", "bridge_session_expiry_interval", "bridge_insecure");
        refused(BRIDGE, "bridges", "bridge_bind_address", "bridge_tcp_keepalive", "bridge_tcp_user_timeout");
        refused(BRIDGE, "bridges", "bridge_reload_type", "bridge_cafile", "bridge_capath", "bridge_certfile");
        refused(BRIDGE, "bridges", "bridge_keyfile", "bridge_tls_use_os_certs", "bridge_tls_version", "bridge_alpn");
        refused(BRIDGE, "bridges", "bridge_require_ocsp", "bridge_ciphers", "bridge_ciphers_tls1.3");
        refused(BRIDGE, "bridges", "bridge_identity", "bridge_psk");
    }

    private static void applied(String name, Scope scope, Setter setter) {
        // Mosquitto: a repeated string is an error; a repeated number or boolean replaces the one before.
        boolean repeatable = !name.startsWith("persistence_") && !name.endsWith("_file");
        TABLE.put(name, new ConfigOption(name, scope, repeatable, null, setter));
    }

    private static void repeatable(String name, Setter setter) {
        TABLE.put(name, new ConfigOption(name, GLOBAL, true, null, setter));
    }

    private static void moot(String name, Scope scope, String why) {
        TABLE.put(name, new ConfigOption(name, scope, true, why, (conf, line) -> conf.warn(line, why)));
    }

    private static void refused(Scope scope, String part, String... names) {
        for (String name : names) {
            TABLE.put(name, new ConfigOption(name, scope, true, part, null));
        }
    }
}
