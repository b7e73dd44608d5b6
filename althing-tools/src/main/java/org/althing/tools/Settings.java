package org.althing.tools;

import java.time.Duration;
import org.althing.client.ClientOptions;
import org.althing.client.Retry;
import org.althing.client.Threads;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** The options that pub and sub share: where, as whom, and how. */
final class Settings {
    private static final long NEVER = 0xFFFF_FFFFL;

    String host = "localhost";
    int port = 1883;

    @Nullable
    String id;

    @Nullable
    String idPrefix;

    int keepAliveSeconds = 60;

    @Nullable
    String userName;

    @Nullable
    String password;

    ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    boolean cleanStart = true;
    long sessionExpirySeconds = -1;

    @Nullable
    String bindAddress;

    int inFlight = 20;
    Qos qos = Qos.AT_MOST_ONCE;
    boolean quiet;
    boolean debug;

    @Nullable
    String willTopic;

    String willPayload = "";
    Qos willQos = Qos.AT_MOST_ONCE;
    boolean willRetain;
    /** Of {@code -L}, if it was given. */
    @Nullable
    String urlTopic;

    /** Takes the option if it is one of the shared ones. */
    boolean take(String word, Words words) throws UsageException {
        switch (word) {
            case "-h", "--host" -> host = words.value();
            case "-p", "--port" -> port = words.integer(1, 65_535);
            case "-i", "--id" -> id = words.value();
            case "-I", "--id-prefix" -> idPrefix = words.value();
            case "-k", "--keepalive" -> keepAliveSeconds = words.integer(5, 65_535);
            case "-u", "--username" -> userName = words.value();
            case "-P", "--pw" -> password = words.value();
            case "-V", "--protocol-version" -> version = version(words.value());
            case "-c", "--disable-clean-session" -> cleanStart = false;
            case "-x", "--session-expiry-interval" -> sessionExpiry(words.value());
            case "-A" -> bindAddress = words.value();
            case "-M" -> inFlight = words.integer(1, 65_535);
            case "-q", "--qos" -> qos = Qos.of(words.integer(0, 2));
            case "--quiet" -> quiet = true;
            case "-d", "--debug" -> debug = true;
            case "-L", "--url" -> url(words.value());
            case "--nodelay" -> {} // packets are never held back by this client
            default -> {
                return takeWill(word, words);
            }
        }
        return true;
    }

    private boolean takeWill(String word, Words words) throws UsageException {
        switch (word) {
            case "--will-topic" -> willTopic = words.value();
            case "--will-payload" -> willPayload = words.value();
            case "--will-qos" -> willQos = Qos.of(words.integer(0, 2));
            case "--will-retain" -> willRetain = true;
            case "--cafile",
                    "--capath",
                    "--cert",
                    "--key",
                    "--keyform",
                    "--ciphers",
                    "--tls-version",
                    "--tls-alpn",
                    "--tls-engine",
                    "--tls-engine-kpass-sha1",
                    "--tls-use-os-certs",
                    "--tls-keylog",
                    "--insecure",
                    "--no-tls",
                    "--psk",
                    "--psk-identity",
                    "--proxy",
                    "--unix",
                    "--ws",
                    "-S",
                    "-o",
                    "-D",
                    "--property" -> throw words.unsupported();
            default -> {
                return false;
            }
        }
        return true;
    }

    private static ProtocolVersion version(String text) throws UsageException {
        return switch (text) {
            case "31", "mqttv31" -> ProtocolVersion.MQTT_3_1;
            case "311", "mqttv311" -> ProtocolVersion.MQTT_3_1_1;
            case "5", "mqttv5" -> ProtocolVersion.MQTT_5;
            default -> throw new UsageException("-V must be 31, 311 or 5, not '" + text + "'");
        };
    }

    private void sessionExpiry(String text) throws UsageException {
        version = ProtocolVersion.MQTT_5;
        if (text.equals("-1") || text.equals("∞")) {
            sessionExpirySeconds = NEVER;
            return;
        }
        try {
            long seconds = Long.parseLong(text);
            if (seconds >= 0 && seconds <= NEVER) {
                sessionExpirySeconds = seconds;
                return;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message below.
        }
        throw new UsageException(
                "-x must be a number of seconds from 0 to 4294967294, or -1 for never, not '" + text + "'");
    }

    /** {@code mqtt://[user[:password]@]host[:port]/topic}. */
    private void url(String text) throws UsageException {
        if (!text.startsWith("mqtt://")) {
            throw new UsageException("-L must begin with mqtt://, not '" + text
                    + "': TLS and WebSocket are not supported by this" + " version of Althing");
        }
        String rest = text.substring("mqtt://".length());
        int slash = rest.indexOf('/');
        if (slash < 0 || slash == rest.length() - 1) {
            throw new UsageException("-L needs a topic: mqtt://host/topic");
        }
        urlTopic = rest.substring(slash + 1);
        String where = rest.substring(0, slash);
        int at = where.lastIndexOf('@');
        if (at >= 0) {
            String who = where.substring(0, at);
            int colon = who.indexOf(':');
            userName = colon < 0 ? who : who.substring(0, colon);
            password = colon < 0 ? null : who.substring(colon + 1);
            where = where.substring(at + 1);
        }
        int colon = where.lastIndexOf(':');
        host = colon < 0 ? where : where.substring(0, colon);
        if (colon >= 0) {
            try {
                port = Integer.parseInt(where.substring(colon + 1));
            } catch (NumberFormatException e) {
                throw new UsageException("-L has no port in '" + where + "'");
            }
        }
    }

    /** What can only be judged when all options are known. */
    void check() throws UsageException {
        if (id != null && idPrefix != null) {
            throw new UsageException("-i and -I cannot be used together");
        }
        if (!cleanStart && id == null && idPrefix == null) {
            throw new UsageException("-c needs a client id (-i): a session is kept under a name");
        }
        if (willTopic == null && !willPayload.isEmpty()) {
            throw new UsageException("--will-payload needs --will-topic");
        }
        if (password != null && userName == null && version != ProtocolVersion.MQTT_5) {
            throw new UsageException("-P needs a user name (-u)");
        }
    }

    /** Settings of the client library, on the caller's thread, without reconnect. */
    void apply(ClientOptions options) {
        options.server(host, port)
                .version(version)
                .keepAlive(Duration.ofSeconds(keepAliveSeconds))
                .cleanStart(cleanStart)
                .inFlight(inFlight)
                .threads(Threads.CALLER)
                .retry(new Retry.Never());
        if (id != null) {
            options.clientId(id);
        } else if (idPrefix != null) {
            options.clientId(idPrefix + ProcessHandle.current().pid());
        }
        if (userName != null || password != null) {
            options.login(userName, password == null ? null : Bytes.of(password));
        }
        if (version == ProtocolVersion.MQTT_5) {
            long expiry = sessionExpirySeconds >= 0 ? sessionExpirySeconds : cleanStart ? 0 : NEVER;
            options.sessionExpiry(Duration.ofSeconds(expiry));
        }
        if (bindAddress != null) {
            options.bindAddress(bindAddress);
        }
        if (willTopic != null) {
            options.will(new ApplicationMessage(
                    TopicName.of(willTopic), Bytes.of(willPayload), willQos, willRetain, Properties.NONE));
        }
    }
}
