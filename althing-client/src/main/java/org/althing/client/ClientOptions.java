package org.althing.client;

import java.time.Duration;
import org.althing.client.engine.EngineSettings;
import org.althing.client.engine.PacketTrace;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Will;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/**
 * How a client connects and works, given to {@link MqttClient#create(java.util.function.Consumer)}. A setter checks its
 * value and returns this; what is said of the defaults is what a client does that sets nothing.
 */
public final class ClientOptions {
    private ProtocolVersion version = ProtocolVersion.MQTT_5;
    private String clientId = "";
    private boolean cleanStart = true;
    private int keepAliveSeconds = 60;
    private @Nullable String userName;
    private @Nullable Bytes password;
    private @Nullable Will will;
    private Properties connectProperties = Properties.NONE;
    private int inFlightMax = 65_535;
    private int queueMessagesMax = 1_000;
    private long queueBytesMax = 16L << 20;

    String host = "localhost";
    int port = 1883;

    @Nullable
    String bindAddress;

    Retry retry = Retry.standard();
    boolean manualAcknowledgement;
    int receiveQueueMax = 10_000;
    Duration connectTimeout = Duration.ofSeconds(10);
    Threads threads = Threads.VIRTUAL;
    Clock clock = Clock.system();
    PacketTrace trace = PacketTrace.NONE;

    /** All defaults. */
    public ClientOptions() {}

    /** Where {@link MqttClient#connect()} connects to: localhost, 1883. */
    public ClientOptions server(String serverHost, int serverPort) {
        if (serverPort < 1 || serverPort > 65_535) {
            throw new IllegalArgumentException("a port is 1 to 65535, not " + serverPort);
        }
        host = serverHost;
        port = serverPort;
        return this;
    }

    /** The local address to connect from; by default the system chooses. */
    public ClientOptions bindAddress(String address) {
        bindAddress = address;
        return this;
    }

    /** The version to speak: MQTT 5. */
    public ClientOptions version(ProtocolVersion value) {
        version = value;
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
        long seconds = value.toSeconds();
        connectProperties = connectProperties.toBuilder()
                .set(Property.SESSION_EXPIRY_INTERVAL, Math.min(seconds, 0xFFFF_FFFFL))
                .build();
        return this;
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

    /** The message that the broker publishes when this client is lost. */
    public ClientOptions will(ApplicationMessage message) {
        return will(message, Duration.ZERO);
    }

    /** The same after a delay (MQTT 5.0). */
    public ClientOptions will(ApplicationMessage message, Duration delay) {
        will = new Will(message, delay.toSeconds());
        return this;
    }

    /** How many messages of QoS 1 and 2 may be on their way to this client unacknowledged (MQTT 5.0): 65,535. */
    public ClientOptions receiveMaximum(int messages) {
        connectProperties = connectProperties.toBuilder()
                .set(Property.RECEIVE_MAXIMUM, messages)
                .build();
        return this;
    }

    /**
     * All properties of CONNECT (MQTT 5.0): replaces what {@link #sessionExpiry} and {@link #receiveMaximum} have set
     * before.
     */
    public ClientOptions connectProperties(Properties properties) {
        connectProperties = properties;
        return this;
    }

    /** Whether and when a lost connection is tried again: {@link Retry#standard}. */
    public ClientOptions retry(Retry value) {
        retry = value;
        return this;
    }

    /** Whether handlers call {@link ReceivedMessage#ack} themselves: false. */
    public ClientOptions manualAcknowledgement(boolean value) {
        manualAcknowledgement = value;
        return this;
    }

    /**
     * How many messages of QoS 1 and 2 may be on their way to the broker unacknowledged: as many as it allows, but at
     * most this.
     */
    public ClientOptions inFlight(int messages) {
        if (messages < 1 || messages > 65_535) {
            throw new IllegalArgumentException("messages in flight are 1 to 65535, not " + messages);
        }
        inFlightMax = messages;
        return this;
    }

    /** How much may wait to be sent before {@code publish} waits: 1,000 messages, 16 MiB of topics and payloads. */
    public ClientOptions queue(int messages, long bytes) {
        if (messages < 1 || bytes < 1) {
            throw new IllegalArgumentException("a queue of " + messages + " messages and " + bytes + " bytes");
        }
        queueMessagesMax = messages;
        queueBytesMax = bytes;
        return this;
    }

    /** How many messages may wait for handlers before those of QoS 0 are dropped: 10,000. */
    public ClientOptions receiveQueue(int messages) {
        if (messages < 1) {
            throw new IllegalArgumentException("a queue of " + messages + " messages");
        }
        receiveQueueMax = messages;
        return this;
    }

    /** How long the network and then the broker may take to answer: 10 s each. */
    public ClientOptions connectTimeout(Duration value) {
        connectTimeout = value;
        return this;
    }

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

    boolean hasProperties() {
        return version.hasProperties();
    }

    int keepAliveSeconds() {
        return keepAliveSeconds;
    }

    EngineSettings engineSettings() {
        Connect connect = new Connect(
                version, false, clientId, cleanStart, keepAliveSeconds, userName, password, will, connectProperties);
        return new EngineSettings(connect, inFlightMax, queueMessagesMax, queueBytesMax, connectTimeout.toNanos());
    }
}
