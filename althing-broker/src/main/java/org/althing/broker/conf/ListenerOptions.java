package org.althing.broker.conf;

import static org.althing.broker.conf.ConfigOption.Reload.NEW_CONNECTIONS;
import static org.althing.broker.conf.ConfigOption.Reload.RESTART;
import static org.althing.broker.conf.ConfigOption.Reload.YES;
import static org.althing.broker.conf.ConfigOption.Scope.ANY_LISTENER;
import static org.althing.broker.conf.ConfigOption.Scope.LISTENER;

import java.util.List;
import java.util.Map;
import org.althing.broker.ListenerConfig.Family;
import org.althing.broker.conf.ConfBuilder.Located;
import org.althing.broker.conf.ConfigOption.Scope;
import org.althing.broker.conf.ConfigOption.Type;
import org.althing.broker.conf.OptionRows.Range;
import org.althing.net.tls.TlsSettings;

/** The lines of the table about listeners. */
final class ListenerOptions {
    private ListenerOptions() {}

    static Map<String, ConfigOption> rows() {
        OptionRows rows = new OptionRows();
        places(rows);
        proxies(rows);
        limits(rows);
        names(rows);
        web(rows);
        tlsFiles(rows);
        tlsRules(rows);
        engines(rows);
        return rows.rows();
    }

    private static void places(OptionRows rows) {
        rows.add(
                "listener",
                Scope.GLOBAL,
                Type.LIST,
                "",
                YES,
                "`PORT [HOST]`: a port to listen on, on all addresses or those of HOST. `0 PATH`: a Unix socket",
                ConfBuilder::listener);
        rows.add(
                "port",
                Scope.GLOBAL,
                Type.INTEGER,
                "1883",
                YES,
                "Port of the default listener; `listener` says it better",
                ConfBuilder::port);
        rows.add(
                "bind_address",
                Scope.GLOBAL,
                Type.STRING,
                "",
                YES,
                "Host of the default listener",
                ConfBuilder::bindAddress);
        rows.add(
                "protocol",
                ANY_LISTENER,
                Type.WORDS,
                "mqtt",
                YES,
                "`mqtt`, or `websockets` for MQTT over WebSocket at any path",
                ListenerOptions::protocol);
        rows.choice(
                "socket_domain",
                ANY_LISTENER,
                List.of("ipv4", "ipv6"),
                YES,
                "Which addresses are served where the listener names none; both if not said",
                (conf, value) -> conf.listener().family = value.equals("ipv4") ? Family.IPV4 : Family.IPV6);
        rows.text(
                "bind_interface",
                ANY_LISTENER,
                "",
                YES,
                "Only the addresses of this network interface are bound",
                (conf, value) -> conf.listener().networkInterface = value);
    }

    private static void proxies(OptionRows rows) {
        rows.number(
                "enable_proxy_protocol",
                LISTENER,
                Range.of("off", 1, 2).saying("enable_proxy_protocol must be 1 or 2."),
                YES,
                "Every connection begins with a PROXY header of this version, which says who the client is",
                (conf, value) -> conf.listener().proxyVersion = value.intValue());
        rows.flag(
                "proxy_protocol_v2_require_tls",
                LISTENER,
                false,
                YES,
                "Clients are refused of which the PROXY header of version 2 does not say that they use TLS",
                (conf, value) -> conf.listener().proxyRequiresTls = value);
    }

    private static void protocol(ConfBuilder conf, Directive line) throws ConfException {
        String value = Values.token(line);
        switch (value) {
            case "mqtt" -> conf.listener().webSockets = false;
            case "websockets" -> conf.listener().webSockets = true;
            case "http_api" ->
                throw new ConfException("'protocol http_api' is not served by this version of Althing.", line);
            default -> throw new ConfException("Invalid 'protocol' value (" + value + ").", line);
        }
    }

    private static void limits(OptionRows rows) {
        rows.number(
                "max_connections",
                ANY_LISTENER,
                Range.of(-1, Integer.MIN_VALUE, Integer.MAX_VALUE),
                NEW_CONNECTIONS,
                "Connections of this listener at a time; more are closed at once. -1: no limit",
                (conf, value) -> conf.listener().connectionsMax = Math.max(-1, value.intValue()));
        rows.number(
                "max_qos",
                ANY_LISTENER,
                Range.of(2, 0, 2).saying("'max_qos' must be between 0 and 2 inclusive."),
                NEW_CONNECTIONS,
                "The highest QoS that clients may publish with: told to MQTT 5.0 clients (0x9B beyond it)",
                (conf, value) -> conf.listener().qosMax = value.intValue());
        rows.alias("maximum_qos", "max_qos");
        rows.number(
                "max_topic_alias",
                LISTENER,
                Range.of(10, 0, 65_535).saying("Invalid 'max_topic_alias' value in configuration."),
                NEW_CONNECTIONS,
                "Topic aliases that a client may use",
                (conf, value) -> conf.listener().topicAliasMax = value.intValue());
        rows.number(
                "max_topic_alias_broker",
                LISTENER,
                Range.of(10, 0, 65_535).saying("Invalid 'max_topic_alias_broker' value in configuration."),
                NEW_CONNECTIONS,
                "Topic aliases that the broker uses to a client that allows it",
                (conf, value) -> conf.listener().topicAliasBrokerMax = value.intValue());
        rows.add(
                "accept_protocol_versions",
                LISTENER,
                Type.WORDS,
                "3,4,5",
                NEW_CONNECTIONS,
                "Versions of MQTT that are spoken here, by their levels: 3 is 3.1, 4 is 3.1.1, 5 is 5.0",
                ListenerDraft::versions);
    }

    private static void names(OptionRows rows) {
        rows.add(
                "listener_allow_anonymous",
                LISTENER,
                Type.BOOLEAN,
                "false",
                YES,
                "As `allow_anonymous`, for this listener",
                (conf, line) -> conf.listener().allowAnonymous = new Located<>(Values.bool(line), line));
        rows.add(
                "listener_auto_id_prefix",
                LISTENER,
                Type.STRING,
                "auto-",
                NEW_CONNECTIONS,
                "What the client identifiers begin with that the broker makes; at most 50 characters",
                ListenerDraft::autoIdPrefix);
        rows.flag(
                "use_username_as_clientid",
                ANY_LISTENER,
                false,
                NEW_CONNECTIONS,
                "The user name is the client identifier, whatever CONNECT says; who has none is refused",
                (conf, value) -> conf.listener().userNameAsClientId = value);
        rows.add(
                "mount_point",
                LISTENER,
                Type.LAST_STRING,
                "",
                NEW_CONNECTIONS,
                "Put before all topics of this listener's clients, and taken off again when they are sent messages",
                ListenerDraft::mountPoint);
    }

    private static void web(OptionRows rows) {
        rows.add(
                "http_dir",
                LISTENER,
                Type.STRING,
                "",
                YES,
                "Folder whose files a `websockets` listener serves by HTTP",
                ListenerDraft::folder);
        rows.add(
                "websockets_origin",
                LISTENER,
                Type.LIST,
                "any",
                YES,
                "Pages that may open a WebSocket here, such as `https://example.org`; repeatable",
                (conf, line) -> conf.listener().origins.add(Values.string(line)));
        rows.moot("websockets_log_level", Scope.GLOBAL, Type.INTEGER, "it belongs to a library that is not used here");
        rows.moot(
                "packet_buffer_size",
                Scope.GLOBAL,
                Range.of(0, 0, 65_535).saying("Packet buffer size must be between 0 and 65535 inclusive."),
                "buffers grow as needed; a request head may have 16 KiB");
        rows.alias("websockets_headers_size", "packet_buffer_size");
    }

    private static void tlsFiles(OptionRows rows) {
        rows.lastText(
                "certfile",
                ANY_LISTENER,
                "",
                YES,
                "PEM file with the server's certificate and those that lead to its authority: the listener speaks TLS",
                (conf, value) -> conf.listener().certificateFile = value);
        rows.lastText(
                "keyfile",
                ANY_LISTENER,
                "",
                YES,
                "PEM file with the private key of `certfile`",
                (conf, value) -> conf.listener().keyFile = value);
        rows.lastText(
                "cafile",
                LISTENER,
                "",
                YES,
                "PEM file with the authorities of client certificates",
                (conf, value) -> conf.listener().caFile = value);
        rows.lastText(
                "capath",
                ANY_LISTENER,
                "",
                YES,
                "Folder of such files",
                (conf, value) -> conf.listener().caFolder = value);
        rows.lastText(
                "crlfile",
                ANY_LISTENER,
                "",
                YES,
                "PEM file with lists of revoked client certificates",
                (conf, value) -> conf.listener().revocationFile = value);
        rows.add(
                "psk_hint",
                ANY_LISTENER,
                Type.STRING,
                "",
                RESTART,
                "TLS with pre-shared keys: refused, since Java's TLS has no such cipher suites",
                ListenerDraft::pskHint);
        rows.moot("dhparamfile", ANY_LISTENER, Type.LAST_STRING, "it has no effect in Mosquitto either");
    }

    private static void tlsRules(OptionRows rows) {
        rows.flag(
                "require_certificate",
                ANY_LISTENER,
                false,
                YES,
                "Clients must show a certificate of an authority in `cafile` or `capath`",
                (conf, value) -> conf.listener().requireCertificate = value);
        rows.flag(
                "use_identity_as_username",
                ANY_LISTENER,
                false,
                YES,
                "The CN of the client certificate is the user name; no password is asked for",
                (conf, value) -> conf.listener().identityAsUserName = value);
        rows.flag(
                "use_subject_as_username",
                ANY_LISTENER,
                false,
                YES,
                "The whole subject of the client certificate is the user name, as RFC 2253 writes it",
                (conf, value) -> conf.listener().subjectAsUserName = value);
        rows.flag(
                "disable_client_cert_date_checks",
                LISTENER,
                false,
                YES,
                "Client certificates are taken that have expired or are not valid yet",
                (conf, value) -> conf.listener().checkDates = !value);
        rows.add(
                "tls_version",
                LISTENER,
                Type.STRING,
                "tlsv1.2",
                YES,
                "The lowest version: `tlsv1.2` or `tlsv1.3`",
                ListenerOptions::tlsVersion);
        rows.lastText(
                "ciphers",
                ANY_LISTENER,
                "",
                YES,
                "Cipher suites for TLS 1.2, as OpenSSL names them",
                (conf, value) -> conf.listener().ciphers = value);
        rows.lastText(
                "ciphers_tls1.3",
                ANY_LISTENER,
                "",
                YES,
                "Cipher suites for TLS 1.3, separated by colons",
                (conf, value) -> conf.listener().ciphersTls13 = value);
    }

    private static void engines(OptionRows rows) {
        rows.add(
                "tls_keyform",
                ANY_LISTENER,
                Type.STRING,
                "pem",
                RESTART,
                "`pem`; keys of OpenSSL engines do not exist on the JVM",
                ListenerOptions::keyForm);
        rows.moot("tls_engine", ANY_LISTENER, Type.STRING, "OpenSSL engines do not exist on the JVM");
        rows.moot("tls_engine_kpass_sha1", ANY_LISTENER, Type.STRING, "OpenSSL engines do not exist on the JVM");
    }

    private static void tlsVersion(ConfBuilder conf, Directive line) throws ConfException {
        String value = Values.string(line);
        conf.listener().lowestVersion = switch (value) {
            case "tlsv1.2" -> TlsSettings.Version.TLS_1_2;
            case "tlsv1.3" -> TlsSettings.Version.TLS_1_3;
            default -> throw ConfException.notStarted("Unsupported tls_version \"" + value + "\".", line);
        };
    }

    private static void keyForm(ConfBuilder conf, Directive line) throws ConfException {
        String value = Values.string(line);
        if (value.equals("engine")) {
            throw new ConfException(
                    "'tls_keyform engine' is not served: OpenSSL engines do not exist on the JVM.", line);
        }
        if (!value.equals("pem")) {
            throw new ConfException("Invalid 'tls_keyform' value (" + value + ").", line);
        }
    }
}
