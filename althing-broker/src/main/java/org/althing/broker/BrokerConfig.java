package org.althing.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.althing.net.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Everything a broker is told at start. Defaults are Mosquitto's, so that a file that says nothing means the same.
 *
 * @param connectionMessages whether connects and disconnects are logged
 * @param sysIntervalSeconds how often {@code $SYS} topics are brought up to date; 0 for never
 */
public record BrokerConfig(
        List<ListenerConfig> listeners,
        ConnectionLimits connections,
        DeliveryLimits delivery,
        boolean connectionMessages,
        int sysIntervalSeconds) {
    public BrokerConfig {
        listeners = List.copyOf(listeners);
    }

    /**
     * What a network connection must keep to.
     *
     * @param packetSizeMax bytes of the largest packet that is read, at least 20
     * @param keepAliveSecondsMax longest Keep Alive, or 0 for no limit
     * @param zeroLengthClientId whether a client may leave it to the broker to name it
     * @param handshakeTimeout from the opened connection to the whole CONNECT, and for the authenticator's answer
     * @param unsentBytesMax bytes that may wait for a slow reader before QoS 0 messages to it are dropped and others
     *     wait in its queue; at least {@link Transport#HIGH_WATER_BYTES}
     */
    public record ConnectionLimits(
            int packetSizeMax,
            int keepAliveSecondsMax,
            boolean zeroLengthClientId,
            Duration handshakeTimeout,
            int unsentBytesMax) {}

    /**
     * How messages and sessions are kept.
     *
     * @param inflightMessagesMax QoS 1 and 2 messages in flight to one client, and from one; 0 or 65,535 for no limit
     * @param queuedMessagesMax messages that wait for one client beyond those; 0 for no limit
     * @param queueQos0Messages whether QoS 0 messages wait for an offline client too
     * @param payloadSizeMax bytes of the largest payload that is routed; 0 for no limit
     * @param retainAvailable whether messages may be retained
     * @param sessionExpiryMax longest life of a session without connection, or null for no limit
     * @param shareStrategy which member of a share group gets which message
     */
    public record DeliveryLimits(
            int inflightMessagesMax,
            int queuedMessagesMax,
            boolean queueQos0Messages,
            int payloadSizeMax,
            boolean retainAvailable,
            @Nullable Duration sessionExpiryMax,
            ShareStrategy shareStrategy) {}

    /** Which member of a share group ({@code $share/name/filter}) gets which message. Only those who are there get any. */
    public enum ShareStrategy {
        /** The next one that has room. */
        ROUND_ROBIN,
        /** One gets all, as long as it is there; then another one does. */
        STICKY,
        /** One gets all messages of a topic, as long as it is there; then another one does. */
        KEY
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. */
    public static final class Builder {
        private final List<ListenerConfig> listeners = new ArrayList<>();
        private int packetSizeMax = 2_000_000;
        private int keepAliveSecondsMax;
        private boolean zeroLengthClientId = true;
        private Duration handshakeTimeout = Duration.ofSeconds(30);
        private int unsentBytesMax = 1 << 20;
        private int inflightMessagesMax = 20;
        private int queuedMessagesMax = 1_000;
        private boolean queueQos0Messages;
        private int payloadSizeMax;
        private boolean retainAvailable = true;
        private @Nullable Duration sessionExpiryMax;
        private ShareStrategy shareStrategy = ShareStrategy.ROUND_ROBIN;
        private boolean connectionMessages = true;
        private int sysIntervalSeconds = 10;

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

        /** {@code allow_zero_length_clientid}. */
        public Builder zeroLengthClientId(boolean allow) {
            zeroLengthClientId = allow;
            return this;
        }

        public Builder handshakeTimeout(Duration timeout) {
            handshakeTimeout = timeout;
            return this;
        }

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

        /** {@code retain_available}. */
        public Builder retainAvailable(boolean available) {
            retainAvailable = available;
            return this;
        }

        /** {@code persistent_client_expiration}; null for no limit. */
        public Builder sessionExpiryMax(@Nullable Duration longest) {
            sessionExpiryMax = longest;
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
                            packetSizeMax, keepAliveSecondsMax, zeroLengthClientId, handshakeTimeout, unsentBytesMax),
                    new DeliveryLimits(
                            inflightMessagesMax,
                            queuedMessagesMax,
                            queueQos0Messages,
                            payloadSizeMax,
                            retainAvailable,
                            sessionExpiryMax,
                            shareStrategy),
                    connectionMessages,
                    sysIntervalSeconds);
        }
    }
}
