package org.althing.broker.conf;

import static org.althing.broker.conf.ConfigOption.Scope.BRIDGE;
import static org.althing.broker.conf.ConfigOption.Scope.GLOBAL;

import java.util.List;
import java.util.Map;
import org.althing.broker.conf.ConfigOption.Setter;
import org.althing.broker.conf.ConfigOption.Type;

/**
 * The lines of the table about bridges, which this version does not have: mistakes in them are Mosquitto's errors, and a
 * bridge without one is refused.
 */
final class BridgeOptions {
    private final OptionRows rows = new OptionRows();

    private BridgeOptions() {}

    static Map<String, ConfigOption> rows() {
        BridgeOptions options = new BridgeOptions();
        options.ends();
        options.names();
        options.behaviour();
        options.version5();
        options.encryption();
        return options.rows.rows();
    }

    private void ends() {
        rows.refused("connection", GLOBAL, Type.LIST, "", "`NAME`: begins a bridge", ConfBuilder::connection);
        check("address", Type.WORDS, "", "Remote brokers, `HOST[:PORT]` each", BridgeDraft::address);
        rows.alias("addresses", "address");
        check("topic", Type.LIST, "", "`PATTERN [out|in|both [QOS [LOCAL [REMOTE]]]]`", BridgeDraft::topic);
        check("start_type", Type.WORDS, "automatic", "`automatic`, `lazy` or `once`", BridgeOptions::startType);
        number("idle_timeout", "60", 0, Integer.MAX_VALUE, "Seconds of a `lazy` bridge without messages");
        number("threshold", "10", 0, Integer.MAX_VALUE, "Messages that start a `lazy` bridge");
        check(
                "restart_timeout",
                Type.WORDS,
                "5 30",
                "`SECONDS [CAP [STABLE]]` between attempts",
                BridgeOptions::restartTimeout);
        flag("round_robin", "false", "All addresses in turn");
        text("bridge_bind_address", "", "Source address");
        check("bridge_tcp_keepalive", Type.WORDS, "", "`IDLE INTERVAL COUNT`", BridgeOptions::tcpKeepAlive);
        number("bridge_tcp_user_timeout", "", 0, Integer.MAX_VALUE, "Milliseconds");
        check("bridge_reload_type", Type.WORDS, "lazy", "`lazy` or `immediate`", oneOf(List.of("lazy", "immediate")));
    }

    private void names() {
        check(
                "remote_clientid",
                Type.STRING,
                "HOST.NAME",
                "Client identifier there",
                (conf, line) -> conf.bridge().remoteClientId = Values.string(line));
        rows.alias("clientid", "remote_clientid");
        text("remote_username", "", "User name there");
        rows.alias("username", "remote_username");
        text("remote_password", "", "Password there");
        rows.alias("password", "remote_password");
        check(
                "local_clientid",
                Type.STRING,
                "local.HOST.NAME",
                "Client identifier here",
                (conf, line) -> conf.bridge().localClientId = Values.string(line));
        text("local_username", "", "User name here, for access rules");
        text("local_password", "", "Password here");
    }

    private void behaviour() {
        flag("cleansession", "false", "Of the session there");
        flag("local_cleansession", "as cleansession", "Of the queue here");
        number("keepalive_interval", "60", Integer.MIN_VALUE, 65_535, "Seconds of Keep Alive");
        flag("try_private", "true", "Say that it is a bridge, so that the other side sees loops");
        flag("notifications", "true", "Publish the state of the bridge");
        flag("notifications_local_only", "false", "Publish it here only");
        text("notification_topic", "$SYS/broker/connection/ID/state", "Where");
        flag("bridge_attempt_unsubscribe", "true", "Unsubscribe from `out` patterns at first");
        flag("bridge_outgoing_retain", "true", "Keep the retain flag on the way out");
    }

    private void version5() {
        check(
                "bridge_protocol_version",
                Type.WORDS,
                "mqttv311",
                "`mqttv31`, `mqttv311` or `mqttv50`",
                oneOf(List.of("mqttv31", "mqttv311", "mqttv50")));
        number("bridge_max_packet_size", "0", 0, Integer.MAX_VALUE, "Larger packets are dropped");
        number("bridge_max_topic_alias", "10", 0, 65_535, "Topic aliases (MQTT 5.0)");
        number("bridge_receive_maximum", "max_inflight_messages", 1, 65_535, "Receive Maximum (MQTT 5.0)");
        number("bridge_session_expiry_interval", "0", 0, 4_294_967_295L, "Seconds (MQTT 5.0)");
    }

    private void encryption() {
        certificate("bridge_cafile", "PEM file with authorities");
        certificate("bridge_capath", "Folder of such files");
        certificate("bridge_certfile", "PEM file with a certificate of this side");
        certificate("bridge_keyfile", "PEM file with its key");
        flag("bridge_insecure", "false", "The name of the other side is not checked");
        flag("bridge_tls_use_os_certs", "false", "Trust the authorities of the system");
        flag("bridge_require_ocsp", "false", "Ask whether certificates were revoked");
        text("bridge_tls_version", "tlsv1.2", "Lowest version");
        text("bridge_alpn", "", "Application protocol to ask for");
        text("bridge_ciphers", "", "Cipher suites for TLS 1.2");
        text("bridge_ciphers_tls1.3", "", "Cipher suites for TLS 1.3");
        check("bridge_identity", Type.STRING, "", "Identity of TLS-PSK", (conf, line) -> {
            conf.bridge().requireNoCertificates(line);
            conf.bridge().identity = Values.string(line);
        });
        check("bridge_psk", Type.STRING, "", "Key of TLS-PSK", (conf, line) -> {
            conf.bridge().requireNoCertificates(line);
            conf.bridge().psk = Values.string(line);
        });
    }

    private void check(String name, Type type, String byDefault, String summary, Setter setter) {
        rows.refused(name, BRIDGE, type, byDefault, summary, setter);
    }

    private void flag(String name, String byDefault, String summary) {
        check(name, Type.BOOLEAN, byDefault, summary, (conf, line) -> Values.bool(line));
    }

    private void number(String name, String byDefault, long lowest, long highest, String summary) {
        check(name, Type.INTEGER, byDefault, summary, (conf, line) -> Values.integer(line, lowest, highest));
    }

    private void text(String name, String byDefault, String summary) {
        check(name, Type.STRING, byDefault, summary, (conf, line) -> Values.string(line));
    }

    private void certificate(String name, String summary) {
        check(name, Type.STRING, "", summary, (conf, line) -> {
            conf.bridge().certificates(line);
            Values.string(line);
        });
    }

    private static Setter oneOf(List<String> choices) {
        return (conf, line) -> Values.oneOf(line, choices);
    }

    private static void startType(ConfBuilder conf, Directive line) throws ConfException {
        if (Values.token(line).equals("manual")) {
            throw new ConfException("Manual start_type not supported.", line);
        }
        Values.oneOf(line, List.of("automatic", "lazy", "once"));
    }

    /** Mosquitto: reads what is no number as 0, and takes the nearest value that it allows. */
    private static void restartTimeout(ConfBuilder conf, Directive line) throws ConfException {
        List<String> words = Values.words(line);
        long base = Math.clamp(Values.integer(line, words.getFirst(), Integer.MIN_VALUE, Integer.MAX_VALUE), 1, 3_600);
        if (words.size() > 1 && Values.integer(line, words.get(1), Integer.MIN_VALUE, Integer.MAX_VALUE) < base) {
            throw new ConfException("backoff cap is lower than the base in restart_timeout.", line);
        }
        if (words.size() > 2 && Values.integer(line, words.get(2), Integer.MIN_VALUE, Integer.MAX_VALUE) < 0) {
            throw new ConfException("stable connection period cannot be negative.", line);
        }
    }

    private static void tcpKeepAlive(ConfBuilder conf, Directive line) throws ConfException {
        List<String> words = Values.words(line);
        List<String> names = List.of("idle", "interval", "counter");
        for (int i = 0; i < names.size(); i++) {
            boolean valid = i < words.size() && words.get(i).matches("[0-9]{1,9}") && Long.parseLong(words.get(i)) > 0;
            if (!valid) {
                throw new ConfException("invalid TCP keepalive " + names.get(i) + " value.", line);
            }
        }
    }
}
