package org.althing.client;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.althing.client.engine.Authentication;
import org.althing.client.engine.ClientEngine;
import org.althing.client.engine.EngineSettings;
import org.althing.client.engine.PacketTrace;
import org.althing.client.engine.SessionLog;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Will;
import org.althing.net.Acceptor;
import org.althing.net.Clock;
import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * How a client connects and works, given to {@link MqttClient#create(java.util.function.Consumer)}. A setter checks its
 * value and returns this; what is said of the defaults is what a client does that sets nothing.
 */
public final class ClientOptions {
    private static final int TOPIC_ALIASES_MAX = 65_535;

    ProtocolVersion version = ProtocolVersion.MQTT_5;
    boolean anyVersion;
    private String clientId = "";
    private boolean cleanStart = true;
    private int keepAliveSeconds = 60;

    @Nullable
    String userName;

    @Nullable
    Bytes password;

    private @Nullable Will will;
    private Properties connectProperties = Properties.NONE;
    private int inFlightMax = 65_535;
    private int queueMessagesMax = 1_000;
    private long queueBytesMax = 16L << 20;
    private long queueNanosMax = ClientEngine.NEVER;
    private boolean queueQos0;
    private int topicAliasesMax = 16;
    private boolean likeLibmosquitto;
    private @Nullable Supplier<Authentication> authentication;

    final Destination destination = new Destination();

    @Nullable
    Consumer<ConnectAttempt> beforeConnect;

    Retry retry = Retry.standard();
    WhenFull whenFull = WhenFull.WAIT;
    boolean manualAcknowledgement;
    int receiveQueueMax = 10_000;
    int handlersAtOnce = 1;
    Duration connectTimeout = Duration.ofSeconds(10);
    Threads threads = Threads.VIRTUAL;
    Clock clock = Clock.system();
    PacketTrace trace = PacketTrace.NONE;

    @Nullable
    Path storeDirectory;

    boolean storeSyncs = true;

    /** All defaults. */
    public ClientOptions() {}

    // ---- where to ------------------------------------------------------------------------------------------------

    /** Where {@link MqttClient#connect()} connects to: localhost, 1883. */
    public ClientOptions server(String serverHost, int serverPort) {
        destination.server(serverHost, serverPort);
        return this;
    }

    /**
     * The same as a URI: {@code mqtt://host:1883}, {@code mqtts://host:8883}, {@code ws://host:80/mqtt}, {@code
     * wss://host:443/mqtt}, {@code unix:/run/mqtt.sock}; with {@code user:password@} before the host.
     */
    public ClientOptions server(URI uri) {
        destination.server(uri);
        String[] login = Destination.login(uri);
        if (login.length > 0) {
            login(login[0], login.length > 1 ? Bytes.of(login[1]) : null);
        }
        return this;
    }

    /** The local address to connect from; by default the system chooses. */
    public ClientOptions bindAddress(String address) {
        destination.bindAddress = address;
        return this;
    }

    /** Connects to a Unix domain socket instead of a host. */
    public ClientOptions unixSocket(Path path) {
        destination.unixSocket(path);
        return this;
    }

    /**
     * Connects to a broker of this JVM, without socket and port: {@code inProcess(broker.acceptor(listener),
     * broker.loop())}.
     */
    public ClientOptions inProcess(Acceptor acceptor, EventLoop loop) {
        destination.inProcess(acceptor, loop);
        return this;
    }

    /** Speaks MQTT inside a WebSocket with this path, such as {@code /mqtt}. */
    public ClientOptions webSocket(String path) {
        return webSocket(path, Map.of());
    }

    /** The same with more header fields in its request. */
    public ClientOptions webSocket(String path, Map<String, String> headers) {
        destination.webSocket(path, headers);
        return this;
    }

    /** Speaks TLS, trusting whom Java trusts. */
    public ClientOptions tls() {
        destination.tls();
        return this;
    }

    /** Speaks TLS: {@code tls(t -> t.ca(Path.of("ca.pem")))}. */
    public ClientOptions tls(Consumer<Tls> choices) {
        choices.accept(destination.tls());
        return this;
    }

    /**
     * Connects through a proxy, which also resolves the broker's name: {@code http://host:8080} (by CONNECT) or {@code
     * socks5://host:1080}; with {@code user:password@} before the host where it wants a login.
     */
    public ClientOptions proxy(URI uri) {
        destination.proxy(uri);
        return this;
    }

    /** How long each step of connecting may take (network, proxy, TLS, the broker's answer): 10 s. */
    public ClientOptions connectTimeout(Duration value) {
        connectTimeout = value;
        return this;
    }

    /**
     * Called before each attempt to connect, on the thread that connects, where it may wait: for a fresh token, or to try
     * another server. If it throws, the attempt has failed.
     */
    public ClientOptions beforeConnect(Consumer<ConnectAttempt> hook) {
        beforeConnect = hook;
        return this;
    }

    /** Whether and when a lost connection is tried again: {@link Retry#standard}. */
    public ClientOptions retry(Retry value) {
        retry = value;
        return this;
    }

    // ---- who and how ---------------------------------------------------------------------------------------------

    /** The version to speak: MQTT 5. */
    public ClientOptions version(ProtocolVersion value) {
        version = value;
        anyVersion = false;
        return this;
    }

    /** Speaks MQTT 5, and 3.1.1 with a broker that does not know it. */
    public ClientOptions anyVersion() {
        version = ProtocolVersion.MQTT_5;
        anyVersion = true;
        return this;
    }

    /** The Client Identifier. By default it is empty and the broker assigns one. */
    public ClientOptions clientId(String value) {
        clientId = value;
        return this;
    }

    /** Clean Start (Clean Session before MQTT 5.0): true. The broker forgets what it had of this client. */
    public ClientOptions cleanStart(boolean value) {
        cleanStart = value;
        return this;
    }

    /** For how long the broker keeps the session after the connection has ended (MQTT 5.0): not at all. */
    public ClientOptions sessionExpiry(Duration value) {
        return connectProperty(Property.SESSION_EXPIRY_INTERVAL, Math.min(value.toSeconds(), 0xFFFF_FFFFL));
    }

    /** After how long a silence either side makes sure that the other one is there: 60 s. Zero turns it off. */
    public ClientOptions keepAlive(Duration value) {
        return keepAliveSeconds(Math.toIntExact(value.toSeconds()));
    }

    ClientOptions keepAliveSeconds(int seconds) {
        if (seconds < 0 || seconds > 65_535) {
            throw new IllegalArgumentException("keep alive is 0 to 65535 seconds, not " + seconds);
        }
        keepAliveSeconds = seconds;
        return this;
    }

    /** User name and password. */
    public ClientOptions login(String name, String secret) {
        return login(name, Bytes.of(secret));
    }

    /** User name and password; null where there is none. Before MQTT 5.0 a password needs a name. */
    public ClientOptions login(@Nullable String name, @Nullable Bytes secret) {
        userName = name;
        password = secret;
        return this;
    }

    /**
     * Enhanced authentication (MQTT 5.0): {@code authentication(() -> ScramSha256.of("ada", "secret"))}, or one of your
     * own.
     *
     * @param exchanges makes one exchange, for every connection and every {@link MqttClient#reauthenticate}
     */
    public ClientOptions authentication(Supplier<Authentication> exchanges) {
        authentication = exchanges;
        return this;
    }

    /** The message that the broker publishes when this client is lost; null for none. */
    public ClientOptions will(@Nullable ApplicationMessage message) {
        will = message == null ? null : new Will(message, 0);
        return this;
    }

    /** The same after a delay (MQTT 5.0). */
    public ClientOptions will(ApplicationMessage message, Duration delay) {
        will = new Will(message, delay.toSeconds());
        return this;
    }

    /** How many messages of QoS 1 and 2 may be on their way to this client unacknowledged (MQTT 5.0): 65,535. */
    public ClientOptions receiveMaximum(int messages) {
        return connectProperty(Property.RECEIVE_MAXIMUM, messages);
    }

    private ClientOptions connectProperty(Property property, long value) {
        connectProperties = connectProperties.toBuilder().set(property, value).build();
        return this;
    }

    /**
     * All properties of CONNECT (MQTT 5.0): replaces what {@link #sessionExpiry}, {@link #receiveMaximum} and {@link
     * #topicAliases} have set before.
     */
    public ClientOptions connectProperties(Properties properties) {
        connectProperties = properties;
        return this;
    }

    // ---- sending -------------------------------------------------------------------------------------------------

    /**
     * How many messages of QoS 1 and 2 may be on their way to the broker unacknowledged: as many as it allows, but at
     * most this: 65,535.
     */
    public ClientOptions inFlight(int messages) {
        if (messages < 1 || messages > 65_535) {
            throw new IllegalArgumentException("1 to 65535 messages may be in flight, not " + messages);
        }
        inFlightMax = messages;
        return this;
    }

    /** How much may wait to be sent, connected or not: 1,000 messages, 16 MiB of topics and payloads. */
    public ClientOptions queue(int messages, long bytes) {
        if (messages < 1 || bytes < 1) {
            throw new IllegalArgumentException(
                    "the queue needs room for 1 message and 1 byte at least, not for " + messages + " and " + bytes);
        }
        queueMessagesMax = messages;
        queueBytesMax = bytes;
        return this;
    }

    /**
     * For how long a message may wait to be sent before it is {@link PublishResult.Dropped}: without end. A Message Expiry
     * Interval (MQTT 5.0) ends the wait as well, and what is left of it is what the broker is told. Both begin anew when a
     * message comes from the store of an earlier run.
     */
    public ClientOptions queueExpiry(Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("a message may wait for more than no time, not for " + value);
        }
        queueNanosMax = value.toNanos();
        return this;
    }

    /** What {@code publish} does when that much waits: {@link WhenFull#WAIT}. */
    public ClientOptions whenFull(WhenFull value) {
        whenFull = value;
        return this;
    }

    /** Whether messages of QoS 0 wait for a connection too, instead of being dropped without one: false. */
    public ClientOptions queueQos0(boolean value) {
        queueQos0 = value;
        return this;
    }

    /**
     * Does as libmosquitto (and Paho) do where that differs from this library, for programs that depend on it: false.
     *
     * <ul>
     *   <li>When the broker has lost the session, messages under way are repeated as if it were there. By default those of
     *       QoS 1 are published anew and those of QoS 2 are {@link PublishResult.Unknown}, for the broker may have
     *       delivered them.
     *   <li>A topic alias among the properties of a message is sent as it stands.
     *   <li>Topics with control characters end the connection, DUP with QoS 0 does not (before MQTT 5.0), and the reason
     *       codes of DISCONNECT are libmosquitto's, without words.
     *   <li>Acknowledgements leave even if the broker's Maximum Packet Size is below their four bytes.
     * </ul>
     */
    public ClientOptions likeLibmosquitto(boolean value) {
        likeLibmosquitto = value;
        return this;
    }

    /**
     * Topic aliases (MQTT 5.0): how many to use when sending, as far as the broker allows (16), and how many to allow the
     * broker (0). They are made and understood without further doing.
     */
    public ClientOptions topicAliases(int sending, int receiving) {
        if (sending < 0 || sending > TOPIC_ALIASES_MAX || receiving < 0 || receiving > TOPIC_ALIASES_MAX) {
            throw new IllegalArgumentException("0 to 65535 topic aliases, not " + sending + " and " + receiving);
        }
        topicAliasesMax = sending;
        if (receiving == 0) {
            connectProperties = connectProperties.without(Property.TOPIC_ALIAS_MAXIMUM);
            return this;
        }
        return connectProperty(Property.TOPIC_ALIAS_MAXIMUM, receiving);
    }

    /**
     * Keeps what is not settled of QoS 1 and 2, both ways, in this directory, so that it survives the end of the program:
     * {@code publish} returns when the message is on the disk. One client at a time. Takes a Client Identifier and a
     * session that the broker keeps: {@code cleanStart(false)} and, with MQTT 5.0, {@link #sessionExpiry}.
     */
    public ClientOptions store(Path directory) {
        return store(directory, true);
    }

    /**
     * The same.
     *
     * @param sync whether to wait for the disk. Without that, what was said last is lost when the machine fails, but not
     *     when the program does
     */
    public ClientOptions store(Path directory, boolean sync) {
        storeDirectory = directory;
        storeSyncs = sync;
        return this;
    }

    // ---- receiving -----------------------------------------------------------------------------------------------

    /** Whether handlers call {@link ReceivedMessage#ack} themselves: false. */
    public ClientOptions manualAcknowledgement(boolean value) {
        manualAcknowledgement = value;
        return this;
    }

    /** How many messages may wait for handlers before those of QoS 0 are dropped: 10,000. */
    public ClientOptions receiveQueue(int messages) {
        if (messages < 1) {
            throw new IllegalArgumentException("the queue needs room for 1 message at least, not for " + messages);
        }
        receiveQueueMax = messages;
        return this;
    }

    /**
     * How many messages may be handled at once: 1. Those of one topic are handled one after the other in their order,
     * however many; events alone, each in its place between the messages. Needs threads.
     */
    public ClientOptions handlersAtOnce(int messages) {
        if (messages < 1) {
            throw new IllegalArgumentException("at least 1 message is handled at once, not " + messages);
        }
        handlersAtOnce = messages;
        return this;
    }

    // ---- the inside ----------------------------------------------------------------------------------------------

    /** On which threads the client does its work: {@link Threads#VIRTUAL}. */
    public ClientOptions threads(Threads value) {
        threads = value;
        return this;
    }

    /** Sees every packet that is sent or received, on the thread that does it, which it must not hold up. */
    public ClientOptions trace(PacketTrace value) {
        trace = value;
        return this;
    }

    ClientOptions clock(Clock value) {
        clock = value;
        return this;
    }

    int keepAliveSeconds() {
        return keepAliveSeconds;
    }

    String clientId() {
        return clientId;
    }

    /** Whether a session stays when its connection has ended. */
    private boolean keepsSession() {
        return version.hasProperties()
                ? connectProperties.integer(Property.SESSION_EXPIRY_INTERVAL, 0) > 0
                : !cleanStart;
    }

    /** @throws IllegalArgumentException if what was set does not fit together */
    void check() {
        if (storeDirectory != null && (clientId.isEmpty() || cleanStart || !keepsSession())) {
            throw new IllegalArgumentException("a store needs a session to go on with: set clientId(...),"
                    + " cleanStart(false)" + (version.hasProperties() ? " and sessionExpiry(...)" : ""));
        }
        if (handlersAtOnce > 1 && threads == Threads.CALLER) {
            throw new IllegalArgumentException(
                    "handlersAtOnce(" + handlersAtOnce + ") needs threads: CALLER has the caller's alone");
        }
        if (authentication != null && !version.hasProperties()) {
            throw new IllegalArgumentException("enhanced authentication needs version(MQTT_5), not " + version);
        }
    }

    /** CONNECT for a version, with what that version can say. */
    Connect connect(ProtocolVersion spoken, @Nullable String name, @Nullable Bytes secret) {
        boolean fallBack = version.hasProperties() && !spoken.hasProperties();
        Will known = will;
        return new Connect(
                spoken,
                false,
                clientId,
                // Before MQTT 5.0 the one flag also says whether the session stays.
                fallBack ? !keepsSession() : cleanStart,
                keepAliveSeconds,
                name,
                secret,
                known == null || !fallBack ? known : new Will(known.message(), 0),
                fallBack ? Properties.NONE : connectProperties);
    }

    EngineSettings engineSettings(SessionLog log) {
        return new EngineSettings(
                connect(version, userName, password),
                inFlightMax,
                queueMessagesMax,
                queueBytesMax,
                queueNanosMax,
                connectTimeout.toNanos(),
                queueQos0,
                topicAliasesMax,
                likeLibmosquitto,
                authentication,
                log);
    }
}
