package org.althing.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.Utf8;
import org.althing.net.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Everything a broker is told at start. Defaults are Mosquitto's, so that a file that says nothing means the same.
 *
 * @param connectionMessages whether connects and disconnects are logged
 * @param sysIntervalSeconds how often {@code $SYS} topics are brought up to date; 0 for never
 * @param shards event loops that share the clients, 1 to 64; what is given to the broker, such as its {@link
 *     Authenticator}, is called on all of them
 */
public record BrokerConfig(
        List<ListenerConfig> listeners,
        ConnectionLimits connections,
        DeliveryLimits delivery,
        Announcements announcements,
        boolean connectionMessages,
        int sysIntervalSeconds,
        int shards) {
    /** More shards than this there cannot be. */
    public static final int SHARDS_MAX = 64;

    public BrokerConfig {
        listeners = List.copyOf(listeners);
    }

    /**
     * What a network connection must keep to.
     *
     * @param packetSizeMax bytes of the largest packet that is read, at least 20
     * @param keepAliveSecondsMax longest Keep Alive, or 0 for no limit
     * @param connectionsMax network connections at a time over all listeners, or -1 for no limit; more are closed at once
     * @param clientsMax clients that are connected or have a session, or -1 for no limit; more are refused
     * @param handshakeTimeout from the opened connection to the decision about its client; and for a client to
     *     authenticate again
     * @param unsentBytesMax bytes that may wait for a slow reader before QoS 0 messages to it are dropped and others
     *     wait in its queue; at least {@link Transport#HIGH_WATER_BYTES}
     * @param connectSizeMax bytes of the largest CONNECT that is read, at least 20: nobody knows yet who sends it
     * @param clientIdBytesMax bytes of the longest client identifier, 1 to 65,535
     * @param userPropertiesMax User Properties in one packet
     * @param filtersMax Topic Filters in one SUBSCRIBE or UNSUBSCRIBE, at least 1
     */
    public record ConnectionLimits(
            int packetSizeMax,
            int keepAliveSecondsMax,
            int connectionsMax,
            int clientsMax,
            Duration handshakeTimeout,
            int unsentBytesMax,
            int connectSizeMax,
            int clientIdBytesMax,
            int userPropertiesMax,
            int filtersMax) {}

    /**
     * How messages and sessions are kept.
     *
     * @param inflightMessagesMax QoS 1 and 2 messages in flight to one client, and from one; 0 or 65,535 for no limit
     * @param queuedMessagesMax messages that wait for one client beyond those; 0 for no limit
     * @param queueQos0Messages whether QoS 0 messages wait for an offline client too
     * @param payloadSizeMax bytes of the largest payload that is routed; 0 for no limit
     * @param retain what may be retained
     * @param sessionExpiryMax longest life of a session without connection, or null for no limit
     * @param subscriptions how many, and what they bring
     * @param payloadFormatChecked whether a payload whose Payload Format Indicator says UTF-8 must be that
     * @param queue how much may wait, and what happens when it is too much
     * @param publishesPerSecondMax PUBLISH packets that one client may send in a second; 0 for no limit
     */
    public record DeliveryLimits(
            int inflightMessagesMax,
            int queuedMessagesMax,
            boolean queueQos0Messages,
            int payloadSizeMax,
            RetainRules retain,
            @Nullable Duration sessionExpiryMax,
            SubscriptionRules subscriptions,
            boolean payloadFormatChecked,
            QueueLimits queue,
            int publishesPerSecondMax) {
        public boolean retainAvailable() {
            return retain.available();
        }

        public int subscriptionsMax() {
            return subscriptions.max();
        }

        public ShareStrategy shareStrategy() {
            return subscriptions.shareStrategy();
        }
    }

    /**
     * What may be retained.
     *
     * @param available whether messages may be retained
     * @param expiry how long retained messages are kept that do not say it themselves, or say more; null for ever
     * @param sourceChecked whether one is only sent while whoever published it may still publish there
     */
    public record RetainRules(boolean available, @Nullable Duration expiry, boolean sourceChecked) {}

    /**
     * What subscriptions there may be, and what they bring.
     *
     * @param max subscriptions of one client; 0 for no limit
     * @param shareStrategy which member of a share group gets which message
     * @param upgradesQos whether messages are sent with the QoS that was granted even if they were published with a lower
     *     one. The standard says that they are not ([MQTT-3.8.4-8])
     */
    public record SubscriptionRules(int max, ShareStrategy shareStrategy, boolean upgradesQos) {}

    /**
     * How much may wait, and what happens when it is too much.
     *
     * @param bytesMax bytes of payload that wait in one queue; 0 for no limit
     * @param inflightBytesMax bytes of payload in flight to one client, of which one message may be more; 0 for no limit
     * @param whenFull which message goes when a queue is full
     * @param tellPublisher whether an MQTT 5.0 publisher is told with reason code 0x97 that a queue has refused its
     *     message
     * @param memoryBytesMax what messages may take altogether; see {@link MemoryBudget}
     */
    public record QueueLimits(
            long bytesMax, long inflightBytesMax, QueueFull whenFull, boolean tellPublisher, long memoryBytesMax) {}

    /** Which message goes when a queue is full. */
    public enum QueueFull {
        /** The one that comes. */
        DROP_NEWEST,
        /** The one that has waited longest. */
        DROP_OLDEST
    }

    /** Which member of a share group ({@code $share/name/filter}) gets which message. Only those who are there get any. */
    public enum ShareStrategy {
        /** The next one that has room. */
        ROUND_ROBIN,
        /** One gets all, as long as it is there; then another one does. */
        STICKY,
        /** One gets all messages of a topic, as long as it is there; then another one does. */
        KEY
    }

    /**
     * What clients of MQTT 5.0 are told beyond limits.
     *
     * @param responseInformation Response Information for those who ask, with {@code %c} for the client identifier,
     *     {@code %u} for the user name and {@code %%} for a percent sign; null to give none
     * @param serverReference where else to go, in the form of section 4.11: told by a broker that stops, and with every
     *     Use another server and Server moved; null for nowhere
     * @param serverMoved whether every client is sent there at once: Server moved
     */
    public record Announcements(
            @Nullable String responseInformation, @Nullable String serverReference, boolean serverMoved) {
        public Announcements {
            if (serverMoved && serverReference == null) {
                throw new IllegalArgumentException("a server that moved must say where to");
            }
            if (serverReference != null) {
                Utf8.encodedLength("server reference", serverReference);
            }
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. */
    public static final class Builder {
        private final List<ListenerConfig> listeners = new ArrayList<>();
        private int packetSizeMax = 2_000_000;
        private int keepAliveSecondsMax;
        private int connectionsMax = -1;
        private int clientsMax = -1;
        private Duration handshakeTimeout = Duration.ofSeconds(30);
        private int unsentBytesMax = 1 << 20;
        private int inflightMessagesMax = 20;
        private int queuedMessagesMax = 1_000;
        private boolean queueQos0Messages;
        private int payloadSizeMax;
        private boolean retainAvailable = true;
        private @Nullable Duration retainExpiry;
        private boolean retainSourceChecked;
        private boolean upgradesQos;
        private @Nullable Duration sessionExpiryMax;
        private ShareStrategy shareStrategy = ShareStrategy.ROUND_ROBIN;
        private long queuedBytesMax;
        private long inflightBytesMax;
        private QueueFull queueFull = QueueFull.DROP_NEWEST;
        private boolean tellQuota;
        private long memoryBudgetBytes = Runtime.getRuntime().maxMemory() / 2;
        private boolean connectionMessages = true;
        private int sysIntervalSeconds = 10;
        private int connectSizeMax = 100_000;
        private int clientIdBytesMax = 65_535;
        private int userPropertiesMax = 10_000;
        private int filtersMax = 10_000;
        private int publishesPerSecondMax;
        private int subscriptionsMax;
        private boolean payloadFormatChecked;
        private @Nullable String responseInformation;
        private @Nullable String serverReference;
        private boolean serverMoved;
        private int shards = 1;

        private Builder() {}

        public Builder listener(ListenerConfig listener) {
            listeners.add(listener);
            return this;
        }

        /** {@code max_packet_size}. */
        public Builder packetSizeMax(int bytes) {
            packetSizeMax = atLeast(20, bytes, "packetSizeMax");
            return this;
        }

        /** {@code max_keepalive}. */
        public Builder keepAliveSecondsMax(int seconds) {
            keepAliveSecondsMax = atLeast(0, seconds, "keepAliveSecondsMax");
            return this;
        }

        /** {@code global_max_connections}; -1 for no limit. */
        public Builder connectionsMax(int connections) {
            connectionsMax = atLeast(-1, connections, "connectionsMax");
            return this;
        }

        /** {@code global_max_clients}; -1 for no limit. */
        public Builder clientsMax(int clients) {
            clientsMax = atLeast(-1, clients, "clientsMax");
            return this;
        }

        /** {@code althing_handshake_timeout}. */
        public Builder handshakeTimeout(Duration timeout) {
            handshakeTimeout = timeout;
            return this;
        }

        /** {@code althing_max_unsent_bytes}. */
        public Builder unsentBytesMax(int bytes) {
            unsentBytesMax = atLeast(Transport.HIGH_WATER_BYTES, bytes, "unsentBytesMax");
            return this;
        }

        /** {@code max_inflight_messages}. */
        public Builder inflightMessagesMax(int messages) {
            inflightMessagesMax = atLeast(0, messages, "inflightMessagesMax");
            return this;
        }

        /** {@code max_queued_messages}. */
        public Builder queuedMessagesMax(int messages) {
            queuedMessagesMax = atLeast(0, messages, "queuedMessagesMax");
            return this;
        }

        /** {@code queue_qos0_messages}. */
        public Builder queueQos0Messages(boolean queue) {
            queueQos0Messages = queue;
            return this;
        }

        /** {@code message_size_limit}. */
        public Builder payloadSizeMax(int bytes) {
            payloadSizeMax = atLeast(0, bytes, "payloadSizeMax");
            return this;
        }

        /** Whether a retained message is only sent while whoever published it may still publish there; see RetainRules. */
        public Builder retainSourceChecked(boolean value) {
            retainSourceChecked = value;
            return this;
        }

        /** Whether messages are sent with the QoS that was granted, though published with a lower one. */
        public Builder upgradesQos(boolean value) {
            upgradesQos = value;
            return this;
        }

        /** {@code retain_available}. */
        public Builder retainAvailable(boolean available) {
            retainAvailable = available;
            return this;
        }

        /** {@code retain_expiry_interval}; null for ever. */
        public Builder retainExpiry(@Nullable Duration expiry) {
            retainExpiry = expiry;
            return this;
        }

        /** {@code persistent_client_expiration}; null for no limit. */
        public Builder sessionExpiryMax(@Nullable Duration longest) {
            sessionExpiryMax = longest;
            return this;
        }

        /** {@code max_queued_bytes}. */
        public Builder queuedBytesMax(long bytes) {
            queuedBytesMax = atLeast(0, bytes, "queuedBytesMax");
            return this;
        }

        /** {@code max_inflight_bytes}. */
        public Builder inflightBytesMax(long bytes) {
            inflightBytesMax = atLeast(0, bytes, "inflightBytesMax");
            return this;
        }

        /** {@code althing_queue_full}. */
        public Builder queueFull(QueueFull policy) {
            queueFull = policy;
            return this;
        }

        /** {@code althing_tell_quota}. */
        public Builder tellQuota(boolean tell) {
            tellQuota = tell;
            return this;
        }

        /** {@code althing_memory_budget}; half of the heap unless it is set. */
        public Builder memoryBudgetBytes(long bytes) {
            memoryBudgetBytes = atLeast(1, bytes, "memoryBudgetBytes");
            return this;
        }

        /** {@code althing_shared_strategy}. */
        public Builder shareStrategy(ShareStrategy strategy) {
            shareStrategy = strategy;
            return this;
        }

        /** {@code connection_messages}. */
        public Builder connectionMessages(boolean log) {
            connectionMessages = log;
            return this;
        }

        /** {@code sys_interval}. */
        public Builder sysIntervalSeconds(int seconds) {
            sysIntervalSeconds = atLeast(0, seconds, "sysIntervalSeconds");
            return this;
        }

        /** {@code althing_max_connect_size}. */
        public Builder connectSizeMax(int bytes) {
            connectSizeMax = atLeast(20, bytes, "connectSizeMax");
            return this;
        }

        /** {@code althing_max_clientid_length}. */
        public Builder clientIdBytesMax(int bytes) {
            clientIdBytesMax = atLeast(1, bytes, "clientIdBytesMax");
            return this;
        }

        /** {@code althing_max_user_properties}. */
        public Builder userPropertiesMax(int properties) {
            userPropertiesMax = atLeast(0, properties, "userPropertiesMax");
            return this;
        }

        /** {@code althing_message_rate}; 0 for no limit. */
        public Builder publishesPerSecondMax(int publishes) {
            publishesPerSecondMax = atLeast(0, publishes, "publishesPerSecondMax");
            return this;
        }

        /** {@code althing_max_filters}. */
        public Builder filtersMax(int filters) {
            filtersMax = atLeast(1, filters, "filtersMax");
            return this;
        }

        /** {@code althing_max_subscriptions}. */
        public Builder subscriptionsMax(int subscriptions) {
            subscriptionsMax = atLeast(0, subscriptions, "subscriptionsMax");
            return this;
        }

        /** {@code althing_check_payload_format}. */
        public Builder payloadFormatChecked(boolean check) {
            payloadFormatChecked = check;
            return this;
        }

        /** {@code althing_response_information}; null for none. */
        public Builder responseInformation(@Nullable String template) {
            responseInformation = template;
            return this;
        }

        /** {@code althing_server_reference}; null for none. */
        public Builder serverReference(@Nullable String reference) {
            serverReference = reference;
            return this;
        }

        /** {@code althing_server_moved}; needs a server reference. */
        public Builder serverMoved(boolean moved) {
            serverMoved = moved;
            return this;
        }

        /** {@code althing_shards}: 1 to 64. One is enough for most; more let the broker use more processors. */
        public Builder shards(int count) {
            shards = atLeast(1, count, "shards");
            if (count > SHARDS_MAX) {
                throw new IllegalArgumentException("shards must be at most " + SHARDS_MAX + ", not " + count);
            }
            return this;
        }

        private static long atLeast(long least, long value, String name) {
            if (value < least) {
                throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
            }
            return value;
        }

        private static int atLeast(int least, int value, String name) {
            if (value < least) {
                throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
            }
            return value;
        }

        public BrokerConfig build() {
            return new BrokerConfig(
                    listeners,
                    new ConnectionLimits(
                            packetSizeMax,
                            keepAliveSecondsMax,
                            connectionsMax,
                            clientsMax,
                            handshakeTimeout,
                            unsentBytesMax,
                            connectSizeMax,
                            clientIdBytesMax,
                            userPropertiesMax,
                            filtersMax),
                    new DeliveryLimits(
                            inflightMessagesMax,
                            queuedMessagesMax,
                            queueQos0Messages,
                            payloadSizeMax,
                            new RetainRules(retainAvailable, retainExpiry, retainSourceChecked),
                            sessionExpiryMax,
                            new SubscriptionRules(subscriptionsMax, shareStrategy, upgradesQos),
                            payloadFormatChecked,
                            new QueueLimits(queuedBytesMax, inflightBytesMax, queueFull, tellQuota, memoryBudgetBytes),
                            publishesPerSecondMax),
                    new Announcements(responseInformation, serverReference, serverMoved),
                    connectionMessages,
                    sysIntervalSeconds,
                    shards);
        }
    }
}
