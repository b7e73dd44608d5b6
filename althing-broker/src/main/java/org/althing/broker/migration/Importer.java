package org.althing.broker.migration;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.Delivery;
import org.althing.broker.StateChange.InflightState;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** Makes changes of state out of the chunks of a {@code mosquitto.db}. */
final class Importer {
    private final long nowMillis;
    private final IntFunction<@Nullable String> places;
    private final Map<Long, DbRecord.Message> messages = new HashMap<>();
    /** Numbers of ours, by Mosquitto's; of messages that something needs. */
    private final Map<Long, Long> ids = new HashMap<>();

    private final Map<String, Client> clients = new LinkedHashMap<>();
    private final List<StateChange> stored = new ArrayList<>();
    private final List<StateChange> changes = new ArrayList<>();
    /** How often something was left out, by the reason. */
    private final Map<String, Integer> left = new TreeMap<>();

    /** What is known of one client while reading. */
    private static final class Client {
        final Set<Integer> sent = new HashSet<>();
        final Set<Integer> received = new HashSet<>();
        long sequence;
    }

    Importer(long nowMillis, IntFunction<@Nullable String> places) {
        this.nowMillis = nowMillis;
        this.places = places;
    }

    void add(DbRecord record) {
        switch (record) {
            case DbRecord.Message message -> {
                boolean expired = message.expiresAtSeconds() > 0 && message.expiresAtSeconds() * 1_000 < nowMillis;
                if (!expired) {
                    messages.put(message.id(), message);
                }
            }
            case DbRecord.Session session -> add(session);
            case DbRecord.ClientMessage message -> add(message);
            case DbRecord.Retained retained -> add(retained);
            case DbRecord.Subscription subscription -> add(subscription);
        }
    }

    private void leave(String why) {
        left.merge(why, 1, Integer::sum);
    }

    private void add(DbRecord.Session session) {
        if (session.clientId().isEmpty() || session.expirySeconds() == 0) {
            leave("sessions without a client identifier, or that end with their connection");
            return;
        }
        clients.put(session.clientId(), new Client());
        boolean endless = session.expirySeconds() == StateChange.NO_EXPIRY_SECONDS;
        long ended = endless || session.expiresAtSeconds() <= 0
                ? nowMillis
                : Math.max(0, (session.expiresAtSeconds() - session.expirySeconds()) * 1_000);
        changes.add(new StateChange.SessionPut(
                session.clientId(),
                session.userName(),
                session.port() == 0 ? null : places.apply(session.port()),
                // Which one it was the file does not say; only MQTT 5.0 has sessions that expire.
                endless ? ProtocolVersion.MQTT_3_1_1 : ProtocolVersion.MQTT_5,
                session.expirySeconds(),
                ended,
                null));
    }

    private void add(DbRecord.Subscription subscription) {
        RetainHandling[] handlings = RetainHandling.values();
        int handling = (subscription.options() & 0x30) >> 4;
        if (!clients.containsKey(subscription.clientId())) {
            leave("subscriptions of clients without a session");
            return;
        }
        if (subscription.qos() < 0 || subscription.qos() > 2 || handling >= handlings.length) {
            leave("subscriptions with options that there are not");
            return;
        }
        boolean noLocal = (subscription.options() & 0x04) != 0;
        boolean asPublished = (subscription.options() & 0x08) != 0;
        try {
            changes.add(new StateChange.SubscriptionPut(
                    subscription.clientId(),
                    TopicFilter.of(subscription.filter()),
                    new SubscriptionOptions(Qos.of(subscription.qos()), noLocal, asPublished, handlings[handling]),
                    (int) Math.min(subscription.identifier(), 268_435_455)));
        } catch (IllegalArgumentException e) {
            leave("subscriptions to what is no topic filter");
        }
    }

    private void add(DbRecord.Retained retained) {
        DbRecord.Message message = messages.get(retained.messageId());
        if (message == null || !message.payload().hasRemaining()) {
            leave("retained messages that are empty or have expired");
            return;
        }
        long id = id(message, true);
        if (id > 0) {
            changes.add(new StateChange.RetainedPut(TopicName.of(message.topic()), id));
        }
    }

    private void add(DbRecord.ClientMessage message) {
        Client client = clients.get(message.clientId());
        DbRecord.Message known = messages.get(message.messageId());
        if (client == null || known == null || message.qos() < 0 || message.qos() > 2) {
            leave("messages in queues that have expired, or whose client has no session");
            return;
        }
        long id = id(known, known.retain());
        if (id == 0) {
            return;
        }
        if (message.toClient()) {
            addOutgoing(client, message, id);
        } else if (message.qos() == 2
                && message.packetIdentifier() > 0
                && client.received.add(message.packetIdentifier())) {
            changes.add(new StateChange.ReceivedPut(message.clientId(), message.packetIdentifier(), id));
        }
    }

    private void addOutgoing(Client client, DbRecord.ClientMessage message, long id) {
        client.sequence++;
        Delivery delivery = new Delivery(id, Qos.of(message.qos()), message.retain(), identifiers(message));
        InflightState state = message.packetIdentifier() == 0 || message.qos() == 0 ? null : inflight(message);
        if (state == null || !client.sent.add(message.packetIdentifier())) {
            changes.add(new StateChange.Queued(message.clientId(), client.sequence, delivery));
            return;
        }
        boolean received = state == InflightState.AWAITING_PUBCOMP;
        changes.add(new StateChange.InflightPut(
                message.clientId(),
                message.packetIdentifier(),
                client.sequence,
                state,
                received ? new Delivery(0, delivery.qos(), delivery.retain(), List.of()) : delivery));
    }

    private static @Nullable InflightState inflight(DbRecord.ClientMessage message) {
        boolean once = message.qos() == 1;
        return switch (message.state()) {
            case DbState.PUBLISH_QOS_1, DbState.WAIT_FOR_PUBACK -> once ? InflightState.AWAITING_PUBACK : null;
            case DbState.PUBLISH_QOS_2, DbState.WAIT_FOR_PUBREC -> once ? null : InflightState.AWAITING_PUBREC;
            case DbState.RESEND_PUBREL, DbState.WAIT_FOR_PUBCOMP -> once ? null : InflightState.AWAITING_PUBCOMP;
            default -> null;
        };
    }

    private List<Integer> identifiers(DbRecord.ClientMessage message) {
        try {
            long identifier = DbProperties.read(message.properties()).integer(Property.SUBSCRIPTION_IDENTIFIER, 0);
            return identifier == 0 ? List.of() : List.of((int) identifier);
        } catch (MalformedPacketException e) {
            leave("subscription identifiers that cannot be read");
            return List.of();
        }
    }

    /** The number of ours, with the message stored; 0 if it cannot be. */
    private long id(DbRecord.Message message, boolean retain) {
        Long known = ids.get(message.id());
        if (known != null) {
            return known;
        }
        try {
            Properties properties = DbProperties.read(message.properties());
            long expiresAtMillis = StateChange.NEVER;
            if (message.expiresAtSeconds() > 0) {
                expiresAtMillis = message.expiresAtSeconds() * 1_000;
                long rest = Math.max(0, message.expiresAtSeconds() - nowMillis / 1_000);
                properties = properties.toBuilder()
                        .set(Property.MESSAGE_EXPIRY_INTERVAL, Math.min(rest, 0xFFFF_FFFFL))
                        .build();
            }
            ApplicationMessage made = new ApplicationMessage(
                    TopicName.of(message.topic()),
                    Bytes.read(message.payload().duplicate()),
                    Qos.of(message.qos()),
                    retain,
                    properties);
            long id = ids.size() + 1L;
            ids.put(message.id(), id);
            stored.add(new StateChange.MessageStored(id, made, message.publisher(), expiresAtMillis));
            return id;
        } catch (MalformedPacketException | IllegalArgumentException e) {
            leave("messages that no PUBLISH could have brought");
            return 0;
        }
    }

    MosquittoDb.Contents contents() {
        List<StateChange> all = new ArrayList<>(stored);
        all.addAll(changes);
        List<String> notes = new ArrayList<>();
        left.forEach((why, count) -> notes.add("Left out: " + count + " " + why + "."));
        return new MosquittoDb.Contents(all, notes);
    }
}
