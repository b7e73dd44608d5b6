package org.althing.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.althing.client.ClientOptions;
import org.althing.client.ConnectFailedException;
import org.althing.client.MqttClient;
import org.althing.client.Reason;
import org.althing.client.Retry;
import org.althing.client.Threads;
import org.althing.client.Tls;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/** Makes a client from the arguments, and says what went wrong with it. */
final class Connection {
    private static final String ID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ID_LENGTH = 18;

    /** Where systems keep the authorities that they trust: Debian, Fedora, SUSE, macOS and the BSDs. */
    private static final String[] SYSTEM_AUTHORITIES = {
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem"
    };

    private final Arguments arguments;
    private final Map<String, String> environment;
    private final Terminal terminal;
    private final Voice voice;

    Connection(Arguments arguments, Map<String, String> environment, Terminal terminal, Voice voice) {
        this.arguments = arguments;
        this.environment = environment;
        this.terminal = terminal;
        this.voice = voice;
    }

    /** A client that does what the arguments say. */
    MqttClient client(Threads threads, Retry retry) throws UsageException {
        return MqttClient.create(options(threads, retry));
    }

    ClientOptions options(Threads threads, Retry retry) throws UsageException {
        String clientId = clientId();
        ClientOptions options = new ClientOptions()
                .version(arguments.version)
                .clientId(clientId)
                .cleanStart(!arguments.has(Option.PERSISTENT))
                .keepAlive(Duration.ofSeconds(arguments.number(Option.KEEP_ALIVE, 60)))
                .connectProperties(arguments.connectProperties.build())
                .inFlight((int) arguments.number(Option.IN_FLIGHT, 20))
                .manualAcknowledgement(true)
                .likeLibmosquitto(voice.isMosquittos()
                        || arguments.publishProperties.build().has(Property.TOPIC_ALIAS))
                .threads(threads)
                .retry(retry);
        where(options);
        String password = Passwords.of(arguments, environment, terminal);
        String user = arguments.text(Option.USER);
        if (user != null || password != null) {
            options.login(user, password == null ? null : Bytes.of(password));
        }
        TopicName willTopic = arguments.topicName(Option.WILL_TOPIC);
        if (willTopic != null) {
            ApplicationMessage will = new ApplicationMessage(
                    willTopic,
                    Bytes.of(arguments.text(Option.WILL_PAYLOAD, "")),
                    arguments.qos(Option.WILL_QOS, Qos.AT_MOST_ONCE),
                    arguments.has(Option.WILL_RETAIN),
                    arguments.willProperties.build());
            options.will(will, Duration.ofSeconds(arguments.willDelaySeconds));
        }
        if (arguments.has(Option.DEBUG)) {
            options.trace(new PacketLog(terminal, arguments.version, clientId));
        }
        return options;
    }

    private void where(ClientOptions options) throws UsageException {
        String unix = arguments.text(Option.UNIX);
        if (arguments.has(Option.SRV) && unix == null) {
            ServiceRecord found = ServiceRecord.find(arguments.host(), arguments.wantsTls(), random());
            arguments.set(Option.HOST, found.host());
            arguments.set(Option.PORT, (long) found.port());
        }
        if (unix == null) {
            options.server(arguments.host(), Math.max(1, arguments.port()));
        } else {
            options.unixSocket(Path.of(unix));
        }
        String bind = arguments.text(Option.BIND);
        if (bind != null) {
            options.bindAddress(bind);
        }
        String proxy = arguments.text(Option.PROXY);
        if (proxy != null) {
            options.proxy(URI.create(proxy));
        }
        if (arguments.has(Option.WS)) {
            options.webSocket("/mqtt");
        }
        if (arguments.wantsTls()) {
            secure(options);
        }
        if (arguments.has(Option.TLS_KEYLOG)) {
            throw new UsageException(
                    "Java's TLS does not give its keys away, so there is no --tls-keylog; -d shows the packets.");
        }
    }

    private void secure(ClientOptions options) throws UsageException {
        try {
            options.tls(tls -> {
                String file = arguments.text(Option.CAFILE);
                String folder = arguments.text(Option.CAPATH);
                boolean own = file != null || folder != null;
                if (file != null) {
                    tls.ca(Path.of(file));
                }
                if (folder != null) {
                    tls.ca(Path.of(folder));
                }
                if ((!own || arguments.has(Option.TLS_USE_OS_CERTS)) && !arguments.has(Option.INSECURE)) {
                    trustSystem(tls);
                }
                String certificate = arguments.text(Option.CERT);
                String key = arguments.text(Option.KEY);
                if (certificate != null && key != null) {
                    tls.certificate(Path.of(certificate), Path.of(key), environment.get("ALTHING_KEY_PASSWORD"));
                }
                if (arguments.has(Option.INSECURE)) {
                    tls.trustAnyone();
                }
                String protocol = arguments.text(Option.TLS_ALPN);
                if (protocol != null) {
                    tls.alpn(protocol);
                }
                String version = arguments.text(Option.TLS_VERSION);
                if (version != null) {
                    tls.protocols(version.equals("tlsv1.3") ? "TLSv1.3" : "TLSv1.2");
                }
                String ciphers = arguments.text(Option.CIPHERS, "");
                if (!ciphers.isEmpty()) {
                    tls.cipherSuites(ciphers.split(" "));
                }
            });
        } catch (UncheckedIOException missing) {
            String what = String.valueOf(missing.getMessage());
            throw new UsageException("TLS: " + what, "Problem setting TLS options: File not found.");
        } catch (IllegalArgumentException damaged) {
            String what = String.valueOf(damaged.getMessage());
            throw new UsageException("TLS: " + what, "Problem setting TLS options: " + what + ".");
        }
    }

    /** Where the system has no such file, it is whom Java trusts. */
    private static void trustSystem(Tls tls) {
        Path file = systemAuthorities();
        if (file != null) {
            tls.ca(file);
        }
    }

    /** The file of the authorities that this system trusts; null if it has none where systems have it. */
    static @Nullable Path systemAuthorities() {
        for (String name : SYSTEM_AUTHORITIES) {
            Path file = Path.of(name);
            if (Files.isReadable(file)) {
                return file;
            }
        }
        return null;
    }

    private String clientId() {
        String prefix = arguments.text(Option.ID_PREFIX);
        if (prefix != null) {
            return prefix + ProcessHandle.current().pid();
        }
        String id = arguments.text(Option.ID);
        if (id != null) {
            return id;
        }
        // MQTT 3.1 does not know the empty identifier.
        return arguments.version == ProtocolVersion.MQTT_3_1 ? randomId() : "";
    }

    private static SplittableRandom random() {
        return new SplittableRandom(
                Clock.system().nanos() ^ ProcessHandle.current().pid());
    }

    private static String randomId() {
        SplittableRandom random = random();
        StringBuilder id = new StringBuilder("mosq-");
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_CHARACTERS.charAt(random.nextInt(ID_CHARACTERS.length())));
        }
        return id.toString();
    }

    /** Says why there is no connection. */
    Outcome failed(ConnectFailedException failure) {
        Reason reason = failure.reason();
        if (reason != null) {
            return refused(reason);
        }
        Throwable cause = failure.getCause();
        if (cause instanceof UnknownHostException) {
            voice.unknownHost(arguments.host());
            return Outcome.UNKNOWN_HOST;
        }
        String message = String.valueOf(failure.getMessage());
        if (cause instanceof SSLException) {
            boolean distrust = cause instanceof SSLHandshakeException && isAbout(cause, CertificateException.class);
            voice.tls(message, distrust);
            return distrust ? Outcome.DISTRUSTED : Outcome.TLS_FAILED;
        }
        if (isHangUp(cause) && arguments.wantsTls()) {
            voice.tls(message + ": the server hangs up on TLS; it probably does not speak TLS on this port", false);
            return Outcome.TLS_FAILED;
        }
        if (isHangUp(cause)) {
            voice.lostAtConnect(message, false);
            return Outcome.LOST;
        }
        if (cause instanceof IOException && !arguments.has(Option.PROXY)) {
            String where = arguments.text(Option.UNIX, arguments.host() + ":" + arguments.port());
            voice.unreachable(where, String.valueOf(cause.getMessage()));
            return Outcome.UNREACHABLE;
        }
        if (cause instanceof IOException) {
            voice.failed(message);
            return Outcome.PROXY_FAILED;
        }
        voice.lostAtConnect(message, arguments.wantsTls());
        return Outcome.LOST;
    }

    /** Whether the server was there, and left without a word. */
    private static boolean isHangUp(@Nullable Throwable cause) {
        String why =
                cause instanceof SocketException && !(cause instanceof ConnectException) ? cause.getMessage() : null;
        return why != null && (why.contains("reset") || why.contains("Broken pipe") || why.contains("closed"));
    }

    private static boolean isAbout(Throwable failure, Class<? extends Throwable> kind) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (kind.isInstance(each)) {
                return true;
            }
        }
        return false;
    }

    /** Says that CONNACK refused. */
    Outcome refused(Reason reason) {
        voice.connectRefused(reason, arguments.version, arguments.has(Option.USER));
        return Outcome.connectRefused(reason.code(), arguments.version);
    }
}
