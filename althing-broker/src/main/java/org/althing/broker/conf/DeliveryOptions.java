package org.althing.broker.conf;

import static org.althing.broker.conf.ConfigOption.Reload.NEW_CONNECTIONS;
import static org.althing.broker.conf.ConfigOption.Reload.RESTART;
import static org.althing.broker.conf.ConfigOption.Reload.YES;
import static org.althing.broker.conf.ConfigOption.Scope.GLOBAL;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerConfig.QueueFull;
import org.althing.broker.BrokerConfig.ShareStrategy;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.conf.ConfigOption.Type;
import org.althing.broker.conf.OptionRows.Range;
import org.althing.net.Transport;

/** The lines of the table about limits and delivery. */
final class DeliveryOptions {
    private static final long PACKET_MAX = 268_435_461;
    private static final long PAYLOAD_MAX = 268_435_455;
    private static final long RETAIN_MINUTES_MAX = 10_000_000;

    private DeliveryOptions() {}

    static Map<String, ConfigOption> rows() {
        OptionRows rows = new OptionRows();
        connections(rows);
        ownConnections(rows);
        announcements(rows);
        queues(rows);
        ownQueues(rows);
        delivery(rows);
        subscriptions(rows);
        ownDelivery(rows);
        return rows.rows();
    }

    private static void connections(OptionRows rows) {
        rows.number(
                "global_max_connections",
                GLOBAL,
                Range.of(-1, Integer.MIN_VALUE, Integer.MAX_VALUE),
                YES,
                "Connections over all listeners; more are closed at once. -1: no limit",
                (conf, value) -> conf.broker.connectionsMax(Math.max(-1, value.intValue())));
        rows.number(
                "global_max_clients",
                GLOBAL,
                Range.of(-1, Integer.MIN_VALUE, Integer.MAX_VALUE),
                YES,
                "Clients that are connected or have a session; more are refused with 0x97 (before MQTT 5.0: 3). -1: no limit",
                (conf, value) -> conf.broker.clientsMax(Math.max(-1, value.intValue())));
        rows.number(
                "max_packet_size",
                GLOBAL,
                Range.of(2_000_000, 20, PACKET_MAX)
                        .saying("'max_packet_size' must be >= 20. The protocol has at most 268435461."),
                NEW_CONNECTIONS,
                "Bytes of the largest packet that is taken: told to MQTT 5.0 clients (0x95 beyond it)",
                (conf, value) -> conf.broker.packetSizeMax(value.intValue()));
        rows.number(
                "max_keepalive",
                GLOBAL,
                Range.of(0, 0, 65_535),
                NEW_CONNECTIONS,
                "Longest Keep Alive in seconds: MQTT 5.0 clients are told it, older ones beyond it refused with 2. 0: no limit",
                (conf, value) -> conf.broker.keepAliveSecondsMax(value.intValue()));
        rows.moot("set_tcp_nodelay", GLOBAL, Type.BOOLEAN, "packets are never held back here");
        rows.moot("retry_interval", GLOBAL, Type.INTEGER, "no broker resends on an open connection any more");
    }

    private static void ownConnections(OptionRows rows) {
        rows.number(
                "althing_max_connect_size",
                GLOBAL,
                Range.of(100_000, 20, PACKET_MAX),
                NEW_CONNECTIONS,
                "Bytes of the largest CONNECT that is taken; Mosquitto has the same, fixed",
                (conf, value) -> conf.broker.connectSizeMax(value.intValue()));
        rows.number(
                "althing_handshake_timeout",
                GLOBAL,
                Range.of(30, 1, 3_600),
                NEW_CONNECTIONS,
                "Seconds from the opened connection to the decision about its client; and for a client to authenticate again",
                (conf, value) -> conf.broker.handshakeTimeout(Duration.ofSeconds(value)));
        rows.number(
                "althing_max_clientid_length",
                GLOBAL,
                Range.of(65_535, 1, 65_535),
                NEW_CONNECTIONS,
                "Bytes of a client identifier; beyond it 0x85, before MQTT 5.0 return code 2",
                (conf, value) -> conf.broker.clientIdBytesMax(value.intValue()));
        rows.number(
                "althing_max_user_properties",
                GLOBAL,
                Range.of(10_000, 0, Integer.MAX_VALUE),
                NEW_CONNECTIONS,
                "User Properties of a packet; beyond it 0x97 and the connection is closed",
                (conf, value) -> conf.broker.userPropertiesMax(value.intValue()));
        rows.number(
                "althing_max_filters",
                GLOBAL,
                Range.of(10_000, 1, Integer.MAX_VALUE),
                NEW_CONNECTIONS,
                "Filters of a SUBSCRIBE or UNSUBSCRIBE; beyond it 0x97 and the connection is closed",
                (conf, value) -> conf.broker.filtersMax(value.intValue()));
        rows.number(
                "althing_max_unsent_bytes",
                GLOBAL,
                Range.of(1_048_576, Transport.HIGH_WATER_BYTES, Integer.MAX_VALUE),
                NEW_CONNECTIONS,
                "Bytes that wait for a slow reader; beyond it QoS 0 is dropped, and others wait in the queue",
                (conf, value) -> conf.broker.unsentBytesMax(value.intValue()));
    }

    private static void announcements(OptionRows rows) {
        rows.number(
                "althing_shards",
                GLOBAL,
                Range.of(1, 1, BrokerConfig.SHARDS_MAX),
                RESTART,
                "Event loops that share the clients, 1 to 64: more let the broker use more processors ([decision 13](decisions/0013-what-shards-say-to-each-other.md)). Clients and queues may stay when the number changes",
                (conf, value) -> conf.broker.shards(value.intValue()));
        rows.text(
                "althing_response_information",
                GLOBAL,
                "",
                YES,
                "Response Information in CONNACK for clients that ask for it (MQTT 5.0): usually the topic under which a client expects answers. `%c` is its client identifier, `%u` its user name, `%%` a percent sign. Left out for a client whose name holds `+` or `#`, or who has no name where one is asked for. It grants nothing: access rules must allow the topic",
                (conf, value) -> conf.broker.responseInformation(value));
        rows.text(
                "althing_server_reference",
                GLOBAL,
                "",
                YES,
                "Where else to go, in the form of section 4.11 of MQTT 5.0: `other.example:1883`, several with blanks between. A broker that stops tells it to clients of MQTT 5.0 with Use another server (0x9C); an authenticator that refuses with 0x9C or 0x9D tells it too",
                (conf, value) -> conf.broker.serverReference(value));
        rows.add(
                "althing_server_moved",
                GLOBAL,
                Type.BOOLEAN,
                "false",
                YES,
                "Every client is refused with Server moved (0x9D) and the server reference, which must be set; before MQTT 5.0 with return code 3",
                ConfBuilder::serverMoved);
    }

    private static void queues(OptionRows rows) {
        rows.number(
                "max_inflight_messages",
                GLOBAL,
                Range.of(20, Integer.MIN_VALUE, 65_535).saying("'max_inflight_messages' must be <= 65535."),
                NEW_CONNECTIONS,
                "QoS 1 and 2 messages unacknowledged, to a client and (Receive Maximum) from it. 0 and 65535: no limit",
                (conf, value) -> conf.broker.inflightMessagesMax(Math.max(0, value.intValue())));
        rows.number(
                "max_inflight_bytes",
                GLOBAL,
                Range.of(0, Integer.MIN_VALUE, Long.MAX_VALUE),
                YES,
                "The same in bytes of payload, to a client. 0: no limit",
                (conf, value) -> conf.broker.inflightBytesMax(Math.max(0, value)));
        rows.number(
                "max_queued_messages",
                GLOBAL,
                Range.of(1_000, Integer.MIN_VALUE, Integer.MAX_VALUE),
                YES,
                "Messages that wait for a client beyond those in flight. 0: no limit",
                (conf, value) -> conf.broker.queuedMessagesMax(Math.max(0, value.intValue())));
        rows.number(
                "max_queued_bytes",
                GLOBAL,
                Range.of(0, Integer.MIN_VALUE, Long.MAX_VALUE),
                YES,
                "The same in bytes of payload; whichever is reached first. 0: no limit",
                (conf, value) -> conf.broker.queuedBytesMax(Math.max(0, value)));
        rows.flag(
                "queue_qos0_messages",
                GLOBAL,
                false,
                YES,
                "QoS 0 messages wait for offline clients with a session too",
                (conf, value) -> conf.broker.queueQos0Messages(value));
        rows.number(
                "memory_limit",
                GLOBAL,
                Range.of("half of the heap", 0, Long.MAX_VALUE),
                YES,
                "What messages may take altogether, in bytes, as `althing_memory_budget`; 0 leaves it at half of the heap",
                (conf, value) -> {
                    if (value > 0) {
                        conf.broker.memoryBudgetBytes(value);
                    }
                });
    }

    private static void ownQueues(OptionRows rows) {
        rows.choice(
                "althing_queue_full",
                GLOBAL,
                List.of("drop_newest", "drop_oldest"),
                YES,
                "Which message goes when a client's or a share group's queue is full: the one that comes, or the one that has waited longest (`drop_oldest`)",
                (conf, value) -> conf.broker.queueFull(QueueFull.valueOf(value.toUpperCase(Locale.ROOT))));
        rows.flag(
                "althing_tell_quota",
                GLOBAL,
                false,
                YES,
                "An MQTT 5.0 publisher is told with 0x97 that a queue on its shard has refused its message. At QoS 1 (PUBACK) other subscribers have it; at QoS 2 (PUBREC) nobody has",
                (conf, value) -> conf.broker.tellQuota(value));
        rows.number(
                "althing_memory_budget",
                GLOBAL,
                Range.of("half of the heap", 1, Long.MAX_VALUE),
                YES,
                "What retained, queued, in-flight and held messages and unread output may take altogether, by an estimate somewhat above the payloads; with several shards each has its part. Beyond it QoS 1 and 2 and retained messages are refused with 0x97 (before 5.0 the connection is closed, so that nothing is acknowledged and lost), clearing a retained message is not; messages of the broker's own are not queued; and a client that does not read gets no more than 64 KiB ahead",
                (conf, value) -> conf.broker.memoryBudgetBytes(value));
        rows.choice(
                "althing_shared_strategy",
                GLOBAL,
                List.of("round_robin", "sticky", "key"),
                RESTART,
                "Which member of a share group gets a message: `round_robin`, `sticky` (one gets all) or `key` (one gets all of a topic)",
                (conf, value) -> conf.broker.shareStrategy(ShareStrategy.valueOf(value.toUpperCase(Locale.ROOT))));
    }

    private static void delivery(OptionRows rows) {
        rows.add(
                "message_size_limit",
                GLOBAL,
                Type.INTEGER,
                "0",
                YES,
                "Bytes of the largest payload that is routed; larger ones are acknowledged (0x83) and dropped. 0: no limit",
                (conf, line) -> {
                    conf.note(
                            Level.NOTICE,
                            "Note: It is recommended to replace `message_size_limit` with `max_packet_size`.");
                    conf.broker.payloadSizeMax((int) Values.integer(line, 0, PAYLOAD_MAX));
                });
        rows.flag(
                "retain_available",
                GLOBAL,
                true,
                YES,
                "Messages may be retained; if not, MQTT 5.0 clients are told, and a retained PUBLISH ends the connection (0x9A)",
                (conf, value) -> conf.broker.retainAvailable(value));
        rows.number(
                "retain_expiry_interval",
                GLOBAL,
                Range.of("off", 1, Integer.MAX_VALUE).saying("retain_expiry_interval must be >= 1."),
                YES,
                "Minutes after which retained messages vanish that do not vanish earlier by themselves; at most 10,000,000",
                (conf, value) -> conf.broker.retainExpiry(Duration.ofMinutes(Math.min(RETAIN_MINUTES_MAX, value))));
        rows.flag(
                "check_retain_source",
                GLOBAL,
                false,
                YES,
                "A retained message is only sent while whoever published it may still publish there. Who that was is remembered for messages that are published while this is `true`. Mosquitto's manual says that `true` is the default, its code says `false`",
                (conf, value) -> conf.broker.retainSourceChecked(value));
    }

    private static void subscriptions(OptionRows rows) {
        rows.add(
                "allow_duplicate_messages",
                GLOBAL,
                Type.BOOLEAN,
                "false",
                YES,
                "A client with several subscriptions that match gets a message once, with the highest QoS and all Subscription Identifiers, which is what `false` means; `true`, Mosquitto's default, costs a warning",
                DeliveryOptions::duplicates);
        rows.flag(
                "upgrade_outgoing_qos",
                GLOBAL,
                false,
                YES,
                "Messages are sent with the QoS that the subscription was granted even if they were published with a lower one, which the standard does not allow",
                (conf, value) -> conf.broker.upgradesQos(value));
        rows.add(
                "persistent_client_expiration",
                GLOBAL,
                Type.WORDS,
                "never",
                YES,
                "Sessions without connection end after this time, such as `14d`; units s h d w m y, a month is 30 days",
                (conf, line) -> conf.broker.sessionExpiryMax(Duration.ofSeconds(Values.duration(line))));
    }

    private static void ownDelivery(OptionRows rows) {
        rows.flag(
                "althing_check_payload_format",
                GLOBAL,
                false,
                YES,
                "A PUBLISH or will whose Payload Format Indicator says UTF-8 and whose payload is not is refused with 0x99 (QoS 0: dropped)",
                (conf, value) -> conf.broker.payloadFormatChecked(value));
        rows.number(
                "althing_max_subscriptions",
                GLOBAL,
                Range.of(0, 0, Integer.MAX_VALUE),
                YES,
                "Subscriptions of a client; beyond it 0x97 in SUBACK, before MQTT 5.0 0x80. 0: no limit",
                (conf, value) -> conf.broker.subscriptionsMax(value.intValue()));
    }

    private static void duplicates(ConfBuilder conf, Directive line) throws ConfException {
        conf.deprecated(line, "");
        if (Values.bool(line)) {
            conf.warn(line, "overlapping subscriptions of a client bring a message once, with the highest QoS");
        }
    }
}
