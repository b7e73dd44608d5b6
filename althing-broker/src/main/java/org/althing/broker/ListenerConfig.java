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
 * @param topicAliasMax how many Topic Aliases a client may use, 0 to 65,535, announced as Topic Alias Maximum
 * @param topicAliasBrokerMax how many Topic Aliases the broker uses to a client that allows as many, 0 to 65,535
 */
public record ListenerConfig(
        String name,
        String host,
        int port,
        Protocol protocol,
        boolean allowAnonymous,
        int connectionsMax,
        Qos qosMax,
        int topicAliasMax,
        int topicAliasBrokerMax) {
    private static final int TOPIC_ALIASES = 10;

    /** What is spoken on a port. */
    public enum Protocol {
        MQTT,
        WEBSOCKETS
    }

    public ListenerConfig {
        requireTwoBytes("port", port);
        requireTwoBytes("topicAliasMax", topicAliasMax);
        requireTwoBytes("topicAliasBrokerMax", topicAliasBrokerMax);
    }

    private static void requireTwoBytes(String what, int value) {
        if (value < 0 || value > 65_535) {
            throw new IllegalArgumentException(what + " must be 0 to 65535, not " + value);
        }
    }

    /** Where it listens, as the configuration says it: {@code PORT} or {@code PORT HOST}. The same after a reload. */
    public String place() {
        return host.isEmpty() ? String.valueOf(port) : port + " " + host;
    }

    /** A listener for MQTT over TCP that lets anonymous clients in, with Mosquitto's defaults. */
    public static ListenerConfig mqtt(String host, int port) {
        return of(Protocol.MQTT, host, port);
    }

    /** The same on WebSocket, at the paths {@code /} and {@code /mqtt}. */
    public static ListenerConfig webSockets(String host, int port) {
        return of(Protocol.WEBSOCKETS, host, port);
    }

    private static ListenerConfig of(Protocol protocol, String host, int port) {
        return new ListenerConfig(
                "listener " + port, host, port, protocol, true, -1, Qos.EXACTLY_ONCE, TOPIC_ALIASES, TOPIC_ALIASES);
    }

    public ListenerConfig withAllowAnonymous(boolean allow) {
        return new ListenerConfig(
                name, host, port, protocol, allow, connectionsMax, qosMax, topicAliasMax, topicAliasBrokerMax);
    }

    public ListenerConfig withName(String other) {
        return new ListenerConfig(
                other,
                host,
                port,
                protocol,
                allowAnonymous,
                connectionsMax,
                qosMax,
                topicAliasMax,
                topicAliasBrokerMax);
    }

    /** {@code max_connections}; -1 for no limit. */
    public ListenerConfig withConnectionsMax(int max) {
        return new ListenerConfig(
                name, host, port, protocol, allowAnonymous, max, qosMax, topicAliasMax, topicAliasBrokerMax);
    }

    /** {@code max_qos}. */
    public ListenerConfig withQosMax(Qos max) {
        return new ListenerConfig(
                name, host, port, protocol, allowAnonymous, connectionsMax, max, topicAliasMax, topicAliasBrokerMax);
    }

    /** {@code max_topic_alias} and {@code max_topic_alias_broker}: from clients and to them. */
    public ListenerConfig withTopicAliases(int fromClients, int toClients) {
        return new ListenerConfig(
                name, host, port, protocol, allowAnonymous, connectionsMax, qosMax, fromClients, toClients);
    }
}
