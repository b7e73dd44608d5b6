package org.althing.tools;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.althing.client.ClientEvent;
import org.althing.client.ClientOptions;
import org.althing.client.ConnectFailedException;
import org.althing.client.MqttClient;
import org.althing.client.Reason;
import org.althing.client.Retry;
import org.althing.client.Threads;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/** Looks at a broker that can be reached: what it speaks, whom it lets in, what it grants. */
final class BrokerExamination {
    private static final ProtocolVersion[] VERSIONS = {
        ProtocolVersion.MQTT_5, ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_3_1
    };

    /** CONNECT of MQTT 3.1.1 with an empty client identifier. */
    private static final byte[] CONNECT = {0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0};

    private static final int GREETING_BYTES_MAX = 64;

    private final Arguments arguments;
    private final Map<String, String> environment;
    private final Terminal terminal;
    private final Findings findings;
    private final String clientId;

    BrokerExamination(Arguments arguments, Map<String, String> environment, Terminal terminal, Findings findings) {
        this.arguments = arguments;
        this.environment = environment;
        this.terminal = terminal;
        this.findings = findings;
        long random = new SplittableRandom(Clock.system().nanos()).nextLong() >>> 24;
        this.clientId = arguments.text(Option.ID, "doctor-" + Long.toString(random, 36));
    }

    /** What came of one attempt to connect: a client that is connected, or why there is none. */
    private record Attempt(
            ProtocolVersion version,
            @Nullable MqttClient client,
            ClientEvent.@Nullable Connected connected,
            @Nullable ConnectFailedException failure) {
        @Nullable
        Reason refusal() {
            return failure == null ? null : failure.reason();
        }

        boolean understood() {
            Reason reason = refusal();
            return client != null || (reason != null && reason.code() != ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
        }
    }

    void examine() throws UsageException {
        if (arguments.has(Option.PASSWORD_ASK)) {
            arguments.set(Option.PASSWORD, String.valueOf(Passwords.of(arguments, environment, terminal)));
            arguments.unset(Option.PASSWORD_ASK);
        }
        List<Attempt> attempts = new ArrayList<>();
        for (ProtocolVersion version : VERSIONS) {
            Attempt attempt = attempt(version);
            attempts.add(attempt);
            if (!attempt.understood() && attempt.refusal() == null && attempts.size() == 1 && !isMqtt(attempt)) {
                return;
            }
        }
        try {
            judge(attempts);
        } finally {
            for (Attempt each : attempts) {
                if (each.client != null) {
                    each.client.close();
                }
            }
        }
    }

    private ClientOptions options(ProtocolVersion version) throws UsageException {
        arguments.version = version;
        ClientOptions options = new Connection(
                        arguments, environment, terminal, new Voice(Program.DOCTOR, false, terminal))
                .options(Threads.CALLER, new Retry.Never());
        // MQTT 3.1 allows 23 characters and no empty identifier.
        return options.clientId(clientId.length() > 23 ? clientId.substring(0, 23) : clientId)
                .connectTimeout(DoctorCommand.STEP_MAX);
    }

    private Attempt attempt(ProtocolVersion version) throws UsageException {
        MqttClient client = MqttClient.create(options(version));
        try {
            ClientEvent.Connected connected = client.connect();
            client.disconnect();
            return new Attempt(version, client, connected, null);
        } catch (ConnectFailedException failure) {
            client.close();
            return new Attempt(version, null, null, failure);
        }
    }

    // ---- is it a broker at all? ------------------------------------------------------------------------------------

    /** Whether going on makes sense after a first attempt that nobody answered in MQTT. */
    private boolean isMqtt(Attempt attempt) {
        ConnectFailedException failure = attempt.failure;
        Throwable cause = failure == null ? null : failure.getCause();
        String message = failure == null ? "" : String.valueOf(failure.getMessage());
        if (arguments.has(Option.PROXY) && message.contains("the proxy")) {
            findings.bad(DoctorStep.TCP, message, "Is the proxy's address right, its login, and may it connect there?");
            return false;
        }
        if (arguments.wantsTls() && message.contains("TLS: ")) {
            findings.bad(
                    DoctorStep.TLS,
                    message,
                    "The server ended the handshake: does it want a client certificate (--cert,"
                            + " --key)? Its log says why.");
            return false;
        }
        if (arguments.has(Option.WS)) {
            findings.bad(
                    DoctorStep.WEB_SOCKET,
                    message,
                    "The broker's listener needs protocol websockets, and a proxy before it must pass upgrades of /mqtt on.");
            return false;
        }
        if (!arguments.wantsTls() && !arguments.has(Option.UNIX) && !arguments.has(Option.PROXY)) {
            return looksLikeMqtt(message);
        }
        findings.bad(
                DoctorStep.VERSIONS, message, cause == null ? "See the broker's log." : "Is this a broker's port?");
        return false;
    }

    private boolean looksLikeMqtt(String message) {
        byte[] greeting = greeting();
        String text = new String(greeting, StandardCharsets.ISO_8859_1);
        String secure = greeting.length == 0 || greeting[0] == 0x15
                ? TlsExamination.probe(arguments.host(), arguments.port())
                : null;
        if (secure != null) {
            findings.bad(
                    DoctorStep.TLS,
                    "this port speaks TLS (" + secure + ")",
                    "Add --tls, or --cafile FILE with the authority of its certificate.");
        } else if (text.startsWith("HTTP/")) {
            findings.bad(
                    DoctorStep.WEB_SOCKET,
                    "a web server answers: " + firstLine(text),
                    "If it passes MQTT on: --ws. Otherwise the broker is on another port.");
        } else if (greeting.length > 0 && greeting[0] != 0x20) {
            findings.bad(
                    DoctorStep.VERSIONS,
                    "something else answers: \"" + firstLine(text) + "\"",
                    "This is no broker's port: -p chooses another.");
        } else if (greeting.length == 0) {
            findings.bad(
                    DoctorStep.VERSIONS,
                    "CONNECT is not answered: " + message,
                    "Does a broker listen there? If it is behind PROXY protocol or a gateway, connect the way it expects; its"
                            + " log says why it hangs up.");
        }
        return greeting.length > 0 && greeting[0] == 0x20;
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return Printable.text((end < 0 ? text : text.substring(0, end)).strip());
    }

    /** What the server says to a CONNECT, at most its first bytes; empty if it says nothing. */
    private byte[] greeting() {
        int max = (int) DoctorCommand.STEP_MAX.toMillis();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(arguments.host(), arguments.port()), max);
            socket.setSoTimeout(max);
            socket.getOutputStream().write(CONNECT);
            InputStream in = socket.getInputStream();
            byte[] bytes = new byte[GREETING_BYTES_MAX];
            int count = in.read(bytes);
            return count < 0 ? new byte[0] : java.util.Arrays.copyOf(bytes, count);
        } catch (SocketTimeoutException silence) {
            return new byte[0];
        } catch (IOException closed) {
            return new byte[0];
        }
    }

    // ---- versions and login ----------------------------------------------------------------------------------------

    private void judge(List<Attempt> attempts) throws UsageException {
        List<String> spoken = new ArrayList<>();
        List<String> unspoken = new ArrayList<>();
        Attempt best = null;
        for (Attempt each : attempts) {
            (each.understood() ? spoken : unspoken).add(name(each.version));
            best = best == null && each.understood() ? each : best;
        }
        if (!arguments.wantsTls()) {
            findings.skipped(DoctorStep.TLS, "not asked for (--tls, --cafile)");
        }
        if (arguments.has(Option.WS)) {
            findings.good(DoctorStep.WEB_SOCKET, "upgraded at /mqtt");
        } else {
            findings.skipped(DoctorStep.WEB_SOCKET, "not asked for (--ws)");
        }
        if (best == null) {
            ConnectFailedException failure = attempts.getLast().failure;
            findings.bad(
                    DoctorStep.VERSIONS,
                    "none of MQTT 5, 3.1.1 and 3.1" + (failure == null ? "" : ": " + failure.getMessage()),
                    "Is this a broker's port? Its log says why it refuses.");
            return;
        }
        if (unspoken.isEmpty()) {
            findings.good(DoctorStep.VERSIONS, "MQTT " + String.join(", ", spoken));
        } else {
            findings.note(
                    DoctorStep.VERSIONS,
                    "MQTT " + String.join(", ", spoken) + ", but not " + String.join(", ", unspoken),
                    spoken.contains("5")
                            ? null
                            : "Clients need -V " + (spoken.contains("3.1.1") ? "311" : "31") + " here.");
        }
        login(best, attempts);
    }

    static String name(ProtocolVersion version) {
        return switch (version) {
            case MQTT_5 -> "5";
            case MQTT_3_1_1 -> "3.1.1";
            case MQTT_3_1 -> "3.1";
        };
    }

    private void login(Attempt best, List<Attempt> attempts) throws UsageException {
        Attempt in = null;
        for (Attempt each : attempts) {
            in = in == null && each.client != null ? each : in;
        }
        Reason refusal = best.refusal();
        if (in == null || in.connected == null) {
            Reason why = refusal == null ? Reason.of(ReasonCode.UNSPECIFIED_ERROR) : refusal;
            findings.bad(DoctorStep.LOGIN, "refused: " + Voice.lowerFirst(Reasons.words(why)), remedy(why.code()));
            return;
        }
        String who = arguments.has(Option.USER) ? "as " + arguments.text(Option.USER) : "without a user name";
        findings.good(DoctorStep.LOGIN, who + ", client identifier " + clientId);
        limits(in.connected.properties(), in.version);
        arguments.version = in.version;
        MqttClient client = MqttClient.create(options(in.version));
        try {
            client.connect();
            new RightsExamination(arguments, findings, client, clientId).examine();
        } catch (ConnectFailedException failure) {
            findings.bad(
                    DoctorStep.LOGIN,
                    "a second connection fails: " + failure.getMessage(),
                    "The broker's log says why.");
        } finally {
            client.close();
        }
    }

    private String remedy(ReasonCode code) {
        boolean user = arguments.has(Option.USER);
        return switch (code) {
            case BAD_USER_NAME_OR_PASSWORD, NOT_AUTHORIZED ->
                user
                        ? "The user name or the password is wrong, or this user may not connect: look into the broker's"
                                + " password file."
                        : "The broker wants a user name and a password: -u and --pw-ask. (mosquitto.conf: allow_anonymous.)";
            case CLIENT_IDENTIFIER_NOT_VALID -> "The broker does not take this client identifier: -i chooses another.";
            case SERVER_UNAVAILABLE, SERVER_BUSY, QUOTA_EXCEEDED, CONNECTION_RATE_EXCEEDED ->
                "The broker is full or busy: look at its max_connections and its log.";
            case BANNED -> "This client is banned there.";
            case USE_ANOTHER_SERVER, SERVER_MOVED -> "The broker has moved: its Server Reference says where.";
            default -> "The broker's log says more.";
        };
    }

    private void limits(Properties connAck, ProtocolVersion version) {
        if (!version.hasProperties()) {
            findings.skipped(DoctorStep.LIMITS, "before MQTT 5 a broker does not say them");
            return;
        }
        List<String> limits = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        number(connAck, Property.RECEIVE_MAXIMUM, "in flight", limits);
        number(connAck, Property.MAXIMUM_PACKET_SIZE, "bytes a packet", limits);
        number(connAck, Property.TOPIC_ALIAS_MAXIMUM, "topic aliases", limits);
        number(connAck, Property.SERVER_KEEP_ALIVE, "s keep alive", limits);
        number(connAck, Property.SESSION_EXPIRY_INTERVAL, "s session expiry", limits);
        if (connAck.has(Property.MAXIMUM_QOS)) {
            missing.add("QoS above " + connAck.integer(Property.MAXIMUM_QOS, 2));
        }
        absent(connAck, Property.RETAIN_AVAILABLE, "retained messages", missing);
        absent(connAck, Property.WILDCARD_SUBSCRIPTION_AVAILABLE, "wildcards", missing);
        absent(connAck, Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, "subscription identifiers", missing);
        absent(connAck, Property.SHARED_SUBSCRIPTION_AVAILABLE, "shared subscriptions", missing);
        String said = limits.isEmpty() ? "none said" : String.join(", ", limits);
        if (missing.isEmpty()) {
            findings.good(DoctorStep.LIMITS, said);
        } else {
            findings.note(DoctorStep.LIMITS, said + "; not available: " + String.join(", ", missing), null);
        }
    }

    private static void number(Properties connAck, Property property, String unit, List<String> limits) {
        if (connAck.has(property)) {
            limits.add(connAck.integer(property, 0) + " " + unit);
        }
    }

    private static void absent(Properties connAck, Property property, String what, List<String> missing) {
        if (connAck.integer(property, 1) == 0) {
            missing.add(what);
        }
    }
}
