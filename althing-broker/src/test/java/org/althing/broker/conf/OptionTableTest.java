package org.althing.broker.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.ListenerConfig;
import org.althing.broker.ListenerConfig.CertificateName;
import org.althing.broker.ListenerConfig.Family;
import org.althing.broker.ListenerConfig.Proxy;
import org.althing.broker.access.AccessPlan;
import org.althing.broker.access.AccessSettings;
import org.althing.broker.access.AddressRange;
import org.althing.broker.access.GuessingLimits;
import org.althing.mqtt.ProtocolVersion;
import org.althing.net.tls.TlsSettings;
import org.althing.testing.Option;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each line of the table makes of a file. */
class OptionTableTest {
    @TempDir
    Path folder;

    private MosquittoConf read(String text) throws Exception {
        return MosquittoConf.read(Files.writeString(folder.resolve("mosquitto.conf"), text), List.of());
    }

    private ListenerConfig listener(String lines) throws Exception {
        return read("listener 1883\n" + lines + "\n").broker().listeners().getFirst();
    }

    private void refused(String text, String message) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(ConfException.class).hasMessageContaining(message);
    }

    private <T> void said(String lines, Function<ListenerConfig, T> what, T before, T after) throws Exception {
        assertThat(what.apply(listener(""))).as("without " + lines).isEqualTo(before);
        assertThat(what.apply(listener(lines))).as(lines).isEqualTo(after);
    }

    // ---- listeners

    @Test
    @Option({"listener", "socket_domain", "bind_interface"})
    void a_listener_has_a_port_a_host_or_a_path_a_family_and_a_network_interface() throws Exception {
        assertThat(read("listener 0x10 example.org\nlistener 0 /run/m.sock\n")
                        .broker()
                        .listeners())
                .extracting(ListenerConfig::address)
                .containsExactly(
                        new ListenerConfig.Address("example.org", 16, null, Family.BOTH, null),
                        new ListenerConfig.Address("", 0, Path.of("/run/m.sock"), Family.BOTH, null));
        said("socket_domain ipv4", each -> each.address().family(), Family.BOTH, Family.IPV4);
        said("socket_domain ipv6", each -> each.address().family(), Family.BOTH, Family.IPV6);
        refused("listener 1\nsocket_domain ipx\n", "Invalid 'socket_domain' value (ipx)");
        assertThat(listener("").address().networkInterface()).isNull();
        assertThat(listener("bind_interface lo").address().networkInterface()).isEqualTo("lo");
    }

    @Test
    @Option("accept_protocol_versions")
    void versions_are_a_list_of_levels() throws Exception {
        Set<ProtocolVersion> all = Set.of(ProtocolVersion.values());
        Function<ListenerConfig, Set<ProtocolVersion>> versions =
                each -> each.limits().versions();
        said("accept_protocol_versions 3, 5", versions, all, Set.of(ProtocolVersion.MQTT_3_1, ProtocolVersion.MQTT_5));
        said("accept_protocol_versions 4", versions, all, Set.of(ProtocolVersion.MQTT_3_1_1));
        refused("accept_protocol_versions 4\n", "requires a listener to be defined first");
    }

    @Test
    @Option({"listener_auto_id_prefix", "auto_id_prefix"})
    void identifiers_that_the_broker_makes_begin_as_the_listener_or_the_broker_says() throws Exception {
        Function<ListenerConfig, String> prefix = each -> each.naming().autoIdPrefix();
        said("listener_auto_id_prefix here-", prefix, "auto-", "here-");
        said("auto_id_prefix all-", prefix, "auto-", "all-");
        said("auto_id_prefix all-\nlistener_auto_id_prefix here-", prefix, "auto-", "here-");
        assertThat(listener("listener_auto_id_prefix " + "x".repeat(50))
                        .naming()
                        .autoIdPrefix())
                .hasSize(50);
        refused("listener 1\nlistener_auto_id_prefix " + "x".repeat(51) + "\n", "length must be <= 50");
        refused("auto_id_prefix " + "x".repeat(51) + "\n", "length must be <= 50");
    }

    @Test
    @Option({"use_username_as_clientid", "use_identity_as_username", "use_subject_as_username", "mount_point"})
    void a_listener_says_how_its_clients_are_known() throws Exception {
        said("use_username_as_clientid true", each -> each.naming().userNameAsClientId(), false, true);
        Function<ListenerConfig, CertificateName> name = each -> each.naming().certificateName();
        said(
                "require_certificate true\nuse_identity_as_username true",
                name,
                CertificateName.NOTHING,
                CertificateName.IDENTITY);
        said(
                "require_certificate true\nuse_subject_as_username true",
                name,
                CertificateName.NOTHING,
                CertificateName.SUBJECT);
        said("mount_point a/\nmount_point b/", each -> each.naming().mountPoint(), "", "b/");
        refused("listener 1\nmount_point a/#\n", "Invalid 'mount_point' value (a/#). Does it contain a wildcard");
    }

    @Test
    @Option({"enable_proxy_protocol", "proxy_protocol_v2_require_tls"})
    void a_proxy_in_front_speaks_version_1_or_2() throws Exception {
        said("enable_proxy_protocol 1", ListenerConfig::proxy, Proxy.NONE, new Proxy(1, false, false));
        said("enable_proxy_protocol 2", ListenerConfig::proxy, Proxy.NONE, new Proxy(2, false, false));
        said(
                "enable_proxy_protocol 2\nproxy_protocol_v2_require_tls true",
                ListenerConfig::proxy,
                Proxy.NONE,
                new Proxy(2, true, false));
        refused("listener 1\nenable_proxy_protocol 3\n", "enable_proxy_protocol must be 1 or 2.");
        String second = "listener 1\nenable_proxy_protocol 2\n";
        refused(
                second + "certfile c\nkeyfile k\n",
                "certfile and keyfile cannot be used with `enable_proxy_protocol 2`");
        refused(second + "use_subject_as_username true\n", "use_subject_as_username cannot be used");
    }

    @Test
    @Option({"http_dir", "websockets_origin", "protocol"})
    void a_listener_for_web_sockets_has_a_folder_and_origins() throws Exception {
        said(
                "protocol websockets",
                ListenerConfig::protocol,
                ListenerConfig.Protocol.MQTT,
                ListenerConfig.Protocol.WEBSOCKETS);
        said("protocol mqtt", ListenerConfig::protocol, ListenerConfig.Protocol.MQTT, ListenerConfig.Protocol.MQTT);
        refused("listener 1\nprotocol http_api\n", "not served by this version");
        assertThat(listener("").web().folder()).isNull();
        assertThat(listener("http_dir " + folder).web().folder()).isEqualTo(folder.toAbsolutePath());
        refused("listener 1\nhttp_dir " + folder.resolve("none") + "\n", "does not exist");
        refused("listener 1\nhttp_dir " + folder + "\nhttp_dir " + folder + "\n", "Duplicate 'http_dir'");
        assertThat(listener("websockets_origin https://a.example\nwebsockets_origin https://b.example")
                        .web()
                        .origins())
                .containsExactly("https://a.example", "https://b.example");
    }

    @Test
    @Option({
        "certfile",
        "keyfile",
        "cafile",
        "capath",
        "crlfile",
        "require_certificate",
        "tls_version",
        "ciphers",
        "ciphers_tls1.3",
        "disable_client_cert_date_checks"
    })
    void tls_has_files_and_rules() throws Exception {
        assertThat(listener("").tls()).isNull();
        assertThat(listener("certfile c\nkeyfile k").tls()).isEqualTo(TlsSettings.of(Path.of("c"), Path.of("k")));
        assertThat(listener(
                                "certfile old\ncertfile c\nkeyfile k\ncafile a\ncapath p\ncrlfile r\nrequire_certificate true\n"
                                        + "disable_client_cert_date_checks true\ntls_version tlsv1.3\nciphers A:B\nciphers_tls1.3 C")
                        .tls())
                .isEqualTo(new TlsSettings(
                        Path.of("c"),
                        Path.of("k"),
                        Path.of("a"),
                        Path.of("p"),
                        Path.of("r"),
                        true,
                        false,
                        TlsSettings.Version.TLS_1_3,
                        "A:B",
                        "C"));
        refused("listener 1\ncertfile c\n", "Both certfile and keyfile must be provided");
        refused("listener 1\nkeyfile c\n", "Both certfile and keyfile must be provided");
        refused("listener 1\ncafile c\n", "cafile specified without certfile and keyfile");
        refused("listener 1\ncapath c\n", "capath specified without certfile and keyfile");
        refused("listener 1\ntls_version tlsv1.1\n", "Unsupported tls_version");
    }

    @Test
    @Option({"psk_hint", "psk_file", "tls_keyform"})
    void what_java_cannot_encrypt_with_is_refused() throws Exception {
        refused("listener 1\npsk_hint h\n", "TLS-PSK ('psk_hint') is not served");
        refused("listener 1\ncertfile c\npsk_hint h\n", "Cannot use both certificate and psk encryption");
        refused("listener 1\ntls_keyform engine\n", "OpenSSL engines do not exist");
        assertThat(listener("tls_keyform pem").tls()).isNull();
        AccessSettings access = read("psk_file keys\n").access().global();
        assertThat(Objects.requireNonNull(access.pskFile()).value()).isEqualTo(Path.of("keys"));
    }

    @Test
    @Option({"port", "bind_address", "max_connections", "max_qos", "maximum_qos"})
    void options_without_a_listener_make_the_default_one_and_say_so() throws Exception {
        MosquittoConf conf = read("max_connections -7\nmaximum_qos 1\n");
        assertThat(conf.localOnly()).isTrue();
        assertThat(conf.broker().listeners()).hasSize(2).allSatisfy(listener -> {
            assertThat(listener.host()).isIn("127.0.0.1", "::1");
            assertThat(listener.port()).isEqualTo(1883);
            assertThat(listener.connectionsMax()).isEqualTo(-1);
            assertThat(listener.qosMax().level()).isEqualTo(1);
            assertThat(listener.allowAnonymous()).isTrue();
        });
        assertThat(conf.notes().getFirst().line())
                .isEqualTo("Creating default listener due to 'max_connections' option.");
        assertThat(read("port 7\nbind_address h\n").broker().listeners())
                .extracting(ListenerConfig::address)
                .containsExactly(new ListenerConfig.Address("h", 7, null, Family.BOTH, null));
        refused("port 0\n", "Invalid 'port' value (0)");
    }

    // ---- access

    @Test
    @Option({"password_file", "acl_file", "allow_anonymous", "listener_allow_anonymous", "clientid_prefixes"})
    void access_settings_know_where_they_stand() throws Exception {
        AccessPlan plan = read("listener 1\nallow_anonymous true\npassword_file old\npassword_file p w\nacl_file a\n"
                        + "clientid_prefixes x-\n")
                .access();
        assertThat(plan)
                .isEqualTo(new AccessPlan(
                        new AccessSettings(
                                setting(true, 2),
                                setting(Path.of("p w"), 4),
                                setting(Path.of("a"), 5),
                                null,
                                setting("x-", 6),
                                List.of()),
                        Map.of(),
                        false,
                        false,
                        false,
                        GuessingLimits.DEFAULT));
        assertThat(read("").access().localOnly()).isTrue();
        assertThat(read("listener 1 h\nlistener_allow_anonymous true\n")
                        .access()
                        .byListener())
                .containsExactly(Map.entry(
                        "1 h",
                        AccessSettings.builder()
                                .allowAnonymous(setting(true, 2))
                                .build()));
    }

    private <V> AccessSettings.Setting<V> setting(V value, int line) {
        return new AccessSettings.Setting<>(
                value, folder.resolve("mosquitto.conf").toString(), line);
    }

    @Test
    @Option({
        "plugin",
        "auth_plugin",
        "global_plugin",
        "plugin_load",
        "plugin_use",
        "plugin_opt_KEY",
        "auth_opt_KEY",
        "auth_plugin_deny_special_chars",
        "per_listener_settings"
    })
    void plugins_stand_in_the_order_of_loading_with_their_options() throws Exception {
        AccessPlan plan = read("per_listener_settings true\nglobal_plugin all.so\nplugin_opt_one 1 2\n"
                        + "plugin_load id later.so\nauth_opt_two 3\nlistener 1\nplugin acl-file\n"
                        + "auth_plugin_deny_special_chars false\nplugin_use id\npassword_file p\nlistener 2\n"
                        + "auth_plugin x.so\n")
                .access();
        assertThat(plan.perListener()).isTrue();
        assertThat(plan.global().plugins())
                .containsExactly(plugin("all.so", 2, null, new AccessSettings.Option("one", setting("1 2", 3))));
        assertThat(plan.byListener())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "1",
                        AccessSettings.builder()
                                .passwordFile(setting(Path.of("p"), 10))
                                .plugin(plugin("acl-file", 7, setting(false, 8)))
                                .plugin(plugin("later.so", 4, null, new AccessSettings.Option("two", setting("3", 5))))
                                .build(),
                        "2",
                        AccessSettings.builder()
                                .plugin(plugin("x.so", 12, null))
                                .build()));
        refused("plugin_opt_key x\n", "requires plugin/global_plugin/plugin_load to be defined first");
        refused("plugin x\nplugin_opt_ab\n", "Invalid 'plugin_opt_' config option");
        refused("plugin x\nplugin_opt_abc\n", "Empty 'abc' value");
        refused("listener 1\nplugin_use nobody\n", "Plugin 'nobody' not previously loaded");
        refused("plugin_load a x.so\nplugin_load a y.so\n", "Duplicate plugin name 'a'");
        refused("plugin_load a\n", "Missing plugin path for plugin name 'a'");
        refused("auth_plugin_deny_special_chars true\n", "requires plugin");
        refused("per_listener_settings true\npassword_file p\n", "requires a listener to be defined first");
    }

    private AccessSettings.Plugin plugin(
            String name, int line, AccessSettings.@Nullable Setting<Boolean> deny, AccessSettings.Option... options) {
        return new AccessSettings.Plugin(setting(name, line), deny, List.of(options));
    }

    @Test
    @Option({
        "althing_wrong_passwords",
        "althing_wrong_password_wait",
        "althing_ban_after",
        "althing_ban_time",
        "althing_ban",
        "althing_connection_rate",
        "althing_message_rate",
        "althing_refuse_subscriptions"
    })
    void what_is_done_against_guessing_is_said_for_the_whole_broker() throws Exception {
        MosquittoConf conf = read("althing_wrong_passwords 3\nalthing_wrong_password_wait 4\nalthing_ban_after 5\n"
                + "althing_ban_time 6\nalthing_ban 10.0.0.0/8\nalthing_ban 2001:db8::1\nalthing_connection_rate 7\n"
                + "althing_message_rate 8\nalthing_refuse_subscriptions true\n");
        assertThat(conf.access().guessing())
                .isEqualTo(new GuessingLimits(
                        3,
                        Duration.ofSeconds(4),
                        5,
                        Duration.ofSeconds(6),
                        List.of(AddressRange.of("10.0.0.0/8"), AddressRange.of("2001:db8::1")),
                        7,
                        GuessingLimits.DEFAULT.checksMax()));
        assertThat(conf.broker().delivery().publishesPerSecondMax()).isEqualTo(8);
        assertThat(conf.access().refuseSubscriptions()).isTrue();
        refused(
                "althing_ban example.org\n",
                "Invalid 'althing_ban' value: 'example.org' is not ADDRESS or ADDRESS/BITS");
    }

    @Test
    @Option("plugin")
    void the_store_stands_in_for_the_plugin_with_mosquittos_one() throws Exception {
        MosquittoConf conf = read("persistence_location " + folder + "\nplugin /usr/lib/mosquitto_persist_sqlite.so\n"
                + "plugin_opt_sync full\n");
        assertThat(Objects.requireNonNull(conf.persistence()).folder())
                .isEqualTo(folder.resolve("mosquitto.sqlite3.althing"));
        assertThat(conf.access().global().plugins()).isEmpty();
        assertThat(Objects.requireNonNull(read("plugin persist-sqlite\nplugin_opt_db_file /x/y.db\n")
                                .persistence())
                        .folder())
                .isEqualTo(Path.of("/x/y.db.althing"));
        refused("persistence true\nplugin persist-sqlite\n", "cannot be used with 'persistence true'");
    }

    // ---- delivery

    @Test
    @Option({
        "global_max_connections",
        "global_max_clients",
        "retain_expiry_interval",
        "allow_duplicate_messages",
        "memory_limit"
    })
    void limits_of_the_whole_broker_reach_it() throws Exception {
        var unsaid = read("").broker();
        assertThat(unsaid.connections().connectionsMax()).isEqualTo(-1);
        assertThat(unsaid.connections().clientsMax()).isEqualTo(-1);
        assertThat(unsaid.delivery().retain().expiry()).isNull();
        var said = read("global_max_connections 3\nglobal_max_clients 4\nretain_expiry_interval 5\n"
                        + "allow_duplicate_messages false\n"
                        + "memory_limit 6000000\n")
                .broker();
        assertThat(said.connections().connectionsMax()).isEqualTo(3);
        assertThat(said.connections().clientsMax()).isEqualTo(4);
        assertThat(said.delivery().retain().expiry()).isEqualTo(Duration.ofMinutes(5));
        assertThat(said.delivery().queue().memoryBytesMax()).isEqualTo(6_000_000);
        assertThat(read("retain_expiry_interval 20000000\n")
                        .broker()
                        .delivery()
                        .retain()
                        .expiry())
                .isEqualTo(Duration.ofMinutes(10_000_000));
        assertThat(read("allow_duplicate_messages true\n").notes().getLast().line())
                .startsWith("Warning: 'allow_duplicate_messages' changes nothing in Althing");
        refused("retain_expiry_interval 0\n", "retain_expiry_interval must be >= 1.");
        refused("memory_limit -1\n", "Invalid 'memory_limit' value (-1)");
    }

    // ---- log and program

    @Test
    @Option({"log_facility", "log_timestamp_format", "althing_log_format", "log_dest", "log_type", "user", "pid_file"})
    void the_program_is_told_its_files_its_log_and_its_user() throws Exception {
        MosquittoConf conf = read("log_dest syslog\nlog_dest topic\nlog_facility 3\nlog_timestamp_format %H\n"
                + "althing_log_format json\nlog_type none\nlog_type error\nuser nobody\npid_file p.pid\n");
        assertThat(conf.log())
                .isEqualTo(new MosquittoConf.LogSettings(
                        List.of("syslog", "topic"), Set.of(Level.ERROR), true, "%H", 3, true));
        assertThat(conf.program())
                .isEqualTo(new MosquittoConf.Program(Path.of("p.pid"), "nobody", null, false, true, true));
        refused("user \n", "Empty 'user' value in configuration.");
        refused("listener\n", "Empty 'listener port' value in configuration.");
        assertThat(read("").log().facility()).isEqualTo(-1);
        refused("log_facility 8\n", "Invalid 'log_facility' value (8)");
        refused("log_dest file\n", "Empty \"log_dest file\" value");
        refused("log_dest file a\nlog_dest file b\n", "Duplicate \"log_dest file\" value.");
        refused("log_dest printer\n", "Invalid 'log_dest' value (printer).");
    }

    @Test
    @Option({"persistence", "retained_persistence", "persistence_location", "persistence_file"})
    void the_environment_wins_over_persistence_location() throws Exception {
        Path file = Files.writeString(
                folder.resolve("p.conf"), "retained_persistence true\npersistence_location /a\npersistence_file f\n");
        assertThat(Objects.requireNonNull(MosquittoConf.read(file, List.of()).persistence())
                        .folder())
                .isEqualTo(Path.of("/a/f.althing"));
        assertThat(Objects.requireNonNull(
                                MosquittoConf.read(file, List.of(), Map.of("MOSQUITTO_PERSISTENCE_LOCATION", "/env"))
                                        .persistence())
                        .folder())
                .isEqualTo(Path.of("/env/f.althing"));
    }

    @ParameterizedTest
    @CsvSource({
        "autosave_interval,30", "autosave_on_changes,true", "set_tcp_nodelay,true", "retry_interval,20",
        "websockets_log_level,7", "packet_buffer_size,100", "websockets_headers_size,100", "dhparamfile,/x",
        "tls_engine,pkcs11", "tls_engine_kpass_sha1,00ff"
    })
    @Option({
        "autosave_interval", "autosave_on_changes", "set_tcp_nodelay", "retry_interval", "websockets_log_level",
        "packet_buffer_size", "websockets_headers_size", "dhparamfile", "tls_engine", "tls_engine_kpass_sha1"
    })
    void what_has_no_meaning_here_costs_a_warning_that_says_why(String name, String value) throws Exception {
        assertThat(read("listener 1\n" + name + " " + value + "\n").notes())
                .singleElement()
                .satisfies(note -> {
                    assertThat(note.level()).isEqualTo(Level.WARNING);
                    assertThat(note.line()).startsWith("Warning: '" + name + "' changes nothing in Althing: ");
                });
        refused("listener 1\n" + name + "\n", "Empty '" + name + "' value in configuration.");
    }

    // ---- bridges

    @Test
    @Option({"connection", "address", "topic"})
    void a_valid_bridge_is_refused_in_one_line() {
        refused(
                "connection b\naddress example.org:1883\ntopic # both 2 local/ remote/\n",
                "Error: Bridge 'b' cannot be served: this version of Althing has no bridges.\nError found at "
                        + folder.resolve("mosquitto.conf") + ":1.");
        refused("connection b\naddress h\ntopic \"with blanks\" out 1\n", "has no bridges");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "topic # out|option requires a bridge to be defined first",
                "connection|Empty 'connection' value",
                "connection b;connection b|Duplicate bridge name 'b'.",
                "connection b|Invalid bridge configuration: no remote addresses defined.",
                "connection b;address h|Invalid bridge configuration: no topics defined.",
                "connection b;address h;addresses i|'address' only allowed once",
                "connection b;address h:99999|Invalid bridge port value (99999).",
                "connection b;address|Empty address value",
                "connection b;topic # sideways|Invalid bridge topic direction 'sideways'.",
                "connection b;topic # out 3|Invalid bridge QoS level '3'.",
                "connection b;topic \"a b|Missing closing quote in topic value (b).",
                "connection b;start_type manual|Manual start_type not supported.",
                "connection b;start_type now|Invalid 'start_type' value",
                "connection b;idle_timeout x|'idle_timeout' value not a number.",
                "connection b;threshold|Empty 'threshold' value",
                "connection b;restart_timeout 10 5|backoff cap is lower",
                "connection b;restart_timeout 10 20 -1|stable connection period cannot be negative.",
                "connection b;round_robin yes|Invalid 'round_robin' value (yes).",
                "connection b;bridge_bind_address|Empty 'bridge_bind_address'",
                "connection b;bridge_tcp_keepalive 0|invalid TCP keepalive idle value.",
                "connection b;bridge_tcp_keepalive 1 2|invalid TCP keepalive counter value.",
                "connection b;bridge_tcp_user_timeout -1|Invalid 'bridge_tcp_user_timeout'",
                "connection b;bridge_reload_type often|Invalid 'bridge_reload_type' value",
                "connection b;clientid a;clientid b|Duplicate 'clientid' value",
                "connection b;remote_clientid|Empty 'remote_clientid'",
                "connection b;username|Empty 'username'",
                "connection b;remote_username|Empty 'remote_username'",
                "connection b;password|Empty 'password'",
                "connection b;remote_password|Empty 'remote_password'",
                "connection b;local_username|Empty 'local_username'",
                "connection b;local_password|Empty 'local_password'",
                "connection b;notification_topic|Empty 'notification_topic'",
                "connection b;cleansession 2|Invalid 'cleansession' value (2).",
                "connection b;local_cleansession 2|Invalid 'local_cleansession'",
                "connection b;keepalive_interval 65536|Invalid 'keepalive_interval'",
                "connection b;try_private 2|Invalid 'try_private'",
                "connection b;notifications 2|Invalid 'notifications'",
                "connection b;notifications_local_only 2|Invalid 'notifications_local_only'",
                "connection b;bridge_attempt_unsubscribe 2|Invalid 'bridge_attempt_unsubscribe'",
                "connection b;bridge_outgoing_retain 2|Invalid 'bridge_outgoing_retain'",
                "connection b;bridge_protocol_version mqttv32|Invalid 'bridge_protocol_version' value (mqttv32)",
                "connection b;bridge_max_packet_size -1|Invalid 'bridge_max_packet_size'",
                "connection b;bridge_max_topic_alias 65536|Invalid 'bridge_max_topic_alias'",
                "connection b;bridge_receive_maximum 0|Invalid 'bridge_receive_maximum'",
                "connection b;bridge_session_expiry_interval -1|Invalid 'bridge_session_expiry_interval'",
                "connection b;bridge_insecure 2|Invalid 'bridge_insecure'",
                "connection b;bridge_tls_use_os_certs 2|Invalid 'bridge_tls_use_os_certs'",
                "connection b;bridge_require_ocsp 2|Invalid 'bridge_require_ocsp'",
                "connection b;bridge_tls_version|Empty 'bridge_tls_version'",
                "connection b;bridge_alpn|Empty 'bridge_alpn'",
                "connection b;bridge_ciphers|Empty 'bridge_ciphers'",
                "connection b;bridge_ciphers_tls1.3|Empty 'bridge_ciphers_tls1.3'",
                "connection b;bridge_identity i;bridge_cafile c|Cannot use both certificate and psk encryption",
                "connection b;bridge_identity i;bridge_capath c|Cannot use both certificate and psk encryption",
                "connection b;bridge_psk i;bridge_certfile c|Cannot use both certificate and psk encryption",
                "connection b;bridge_psk i;bridge_keyfile c|Cannot use both certificate and psk encryption",
                "connection b;bridge_cafile c;bridge_psk 00|Cannot use both certificate and identity encryption",
                "connection b;address h;topic #;bridge_psk 00|missing bridge_identity.",
                "connection b;address h;topic #;bridge_identity i|missing bridge_psk.",
                "connection a;address h;topic #;local_clientid x;connection b;address h;topic #;local_clientid x"
                        + "|Bridge local_clientid 'x' is not unique.",
            })
    @Option({
        "addresses",
        "start_type",
        "idle_timeout",
        "threshold",
        "restart_timeout",
        "round_robin",
        "bridge_bind_address",
        "bridge_tcp_keepalive",
        "bridge_tcp_user_timeout",
        "bridge_reload_type",
        "remote_clientid",
        "clientid",
        "remote_username",
        "username",
        "remote_password",
        "password",
        "local_clientid",
        "local_username",
        "local_password",
        "cleansession",
        "local_cleansession",
        "keepalive_interval",
        "try_private",
        "notifications",
        "notifications_local_only",
        "notification_topic",
        "bridge_attempt_unsubscribe",
        "bridge_outgoing_retain",
        "bridge_protocol_version",
        "bridge_max_packet_size",
        "bridge_max_topic_alias",
        "bridge_receive_maximum",
        "bridge_session_expiry_interval",
        "bridge_cafile",
        "bridge_capath",
        "bridge_certfile",
        "bridge_keyfile",
        "bridge_insecure",
        "bridge_tls_use_os_certs",
        "bridge_require_ocsp",
        "bridge_tls_version",
        "bridge_alpn",
        "bridge_ciphers",
        "bridge_ciphers_tls1.3",
        "bridge_identity",
        "bridge_psk"
    })
    void mistakes_in_a_bridge_are_told_as_mosquitto_tells_them(String lines, String message) {
        refused(lines.replace(';', '\n') + "\n", message);
    }
}
