package org.althing.broker;

import org.althing.mqtt.Qos;

/**
 * One listener.
 *
 * @param name for messages, such as {@code listener 1883 (mosquitto.conf:3)}
 * @param host a name or address to bind, or empty for all addresses
 * @param port 1 to 65,535, or 0 for a free one
 * @param allowAnonymous whether clients without a user name may connect
 * @param connectionsMax network connections at a time, or -1 for no limit; more are closed at once
 * @param qosMax the highest QoS that clients may publish with, announced as Maximum QoS
 */
public record ListenerConfig(
        String name, String host, int port, Protocol protocol, boolean allowAnonymous, int connectionsMax, Qos qosMax) {
    /** What is spoken on a port. */
    public enum Protocol {
        MQTT,
        WEBSOCKETS
    }

    public ListenerConfig {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
        }
    }

    /** A listener for MQTT over TCP without limits, that lets anonymous clients in. */
    public static ListenerConfig mqtt(String host, int port) {
        return new ListenerConfig("listener " + port, host, port, Protocol.MQTT, true, -1, Qos.EXACTLY_ONCE);
    }

    /** The same on WebSocket, at the paths {@code /} and {@code /mqtt}. */
    public static ListenerConfig webSockets(String host, int port) {
        return new ListenerConfig("listener " + port, host, port, Protocol.WEBSOCKETS, true, -1, Qos.EXACTLY_ONCE);
    }

    public ListenerConfig withAllowAnonymous(boolean allow) {
        return new ListenerConfig(name, host, port, protocol, allow, connectionsMax, qosMax);
    }

    public ListenerConfig withName(String other) {
        return new ListenerConfig(other, host, port, protocol, allowAnonymous, connectionsMax, qosMax);
    }
}
