package org.althing.broker.migration;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.Delivery;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.jspecify.annotations.Nullable;

/** Makes the chunks of a {@code mosquitto.db} out of changes of state. */
final class Exporter {
    private final long nowSeconds;
    private final Map<Long, StateChange.MessageStored> messages = new LinkedHashMap<>();
    private final Map<String, Client> clients = new LinkedHashMap<>();
    private final List<StateChange.RetainedPut> retained = new ArrayList<>();
    private long wills;
    private long ofGroups;
    private long spare;

    /** What there is of one client. */
    private static final class Client {
        StateChange.@Nullable SessionPut session;
        final List<StateChange.ReceivedPut> received = new ArrayList<>();
        final List<StateChange.InflightPut> inflight = new ArrayList<>();
        final List<StateChange.Queued> queued = new ArrayList<>();
        final List<StateChange.SubscriptionPut> subscriptions = new ArrayList<>();
    }

    Exporter(long nowMillis) {
        nowSeconds = nowMillis / 1_000;
    }

    void add(StateChange change) {
        switch (change) {
            case StateChange.MessageStored stored -> messages.put(stored.messageId(), stored);
            case StateChange.RetainedPut put -> retained.add(put);
            case StateChange.SessionPut put -> client(put.clientId()).session = put;
            case StateChange.SubscriptionPut put ->
                client(put.clientId()).subscriptions.add(put);
            case StateChange.Queued put -> client(put.clientId()).queued.add(put);
            case StateChange.InflightPut put -> client(put.clientId()).inflight.add(put);
            case StateChange.ReceivedPut put -> client(put.clientId()).received.add(put);
            case StateChange.GroupQueued put -> ofGroups++;
            default -> throw new IllegalStateException("not something that holds: " + change);
        }
    }

    private Client client(String clientId) {
        return clients.computeIfAbsent(clientId, missing -> new Client());
    }

    byte[] write(Consumer<String> notes) {
        spare = messages.keySet().stream().mapToLong(Long::longValue).max().orElse(0) + 1;
        clients.values().removeIf(client -> !outlives(client.session));
        DbWriter file = new DbWriter(spare);
        messages.values().forEach(stored -> file.write(message(stored)));
        file.write(new DbRecord.Message(
                spare, 0, null, null, 0, "released", 2, false, ByteBuffer.allocate(0), ByteBuffer.allocate(0)));
        clients.values().forEach(client -> write(client, file));
        clients.values().forEach(client -> client.subscriptions.forEach(each -> file.write(subscription(each))));
        retained.forEach(put -> file.write(new DbRecord.Retained(put.messageId())));
        if (wills > 0) {
            notes.accept("Left out: " + wills + " wills that are still to be published.");
        }
        if (ofGroups > 0) {
            notes.accept("Left out: " + ofGroups + " messages that wait for members of share groups.");
        }
        return file.bytes();
    }

    private static boolean outlives(StateChange.@Nullable SessionPut session) {
        return session != null && session.expirySeconds() > 0;
    }

    private void write(Client client, DbWriter file) {
        StateChange.SessionPut session = client.session;
        if (session == null) {
            return;
        }
        wills += session.will() == null ? 0 : 1;
        int highest = client.inflight.stream()
                .mapToInt(StateChange.InflightPut::packetIdentifier)
                .max()
                .orElse(0);
        file.write(new DbRecord.Session(
                session.clientId(),
                session.userName(),
                port(session.listener()),
                expiresAt(session),
                session.expirySeconds(),
                identifier(highest, client.queued.size())));
        for (StateChange.ReceivedPut put : client.received) {
            file.write(new DbRecord.ClientMessage(
                    put.clientId(),
                    put.messageId() == 0 ? spare : put.messageId(),
                    put.packetIdentifier(),
                    2,
                    DbState.WAIT_FOR_PUBREL,
                    false,
                    false,
                    ByteBuffer.allocate(0)));
        }
        client.inflight.sort(Comparator.comparingLong(StateChange.InflightPut::sequence));
        for (StateChange.InflightPut put : client.inflight) {
            int state = switch (put.state()) {
                case AWAITING_PUBACK -> DbState.WAIT_FOR_PUBACK;
                case AWAITING_PUBREC -> DbState.WAIT_FOR_PUBREC;
                case AWAITING_PUBCOMP -> DbState.WAIT_FOR_PUBCOMP;
            };
            file.write(outgoing(put.clientId(), put.packetIdentifier(), state, put.delivery()));
        }
        client.queued.sort(Comparator.comparingLong(StateChange.Queued::sequence));
        int number = 0;
        for (StateChange.Queued put : client.queued) { // Mosquitto: gives them their packet identifiers in the queue
            number++;
            boolean unacknowledged = put.delivery().qos() == Qos.AT_MOST_ONCE;
            int identifier = unacknowledged ? 0 : identifier(highest, number);
            file.write(outgoing(put.clientId(), identifier, DbState.QUEUED, put.delivery()));
        }
    }

    /** 1 to 65,535, and then from 1 on. */
    private static int identifier(int highest, int number) {
        int sum = highest + number;
        return sum == 0 ? 0 : (sum - 1) % 0xFFFF + 1;
    }

    private DbRecord outgoing(String clientId, int packetIdentifier, int state, Delivery delivery) {
        Properties properties = delivery.subscriptionIdentifiers().isEmpty()
                ? Properties.NONE
                : Properties.builder()
                        .set(
                                Property.SUBSCRIPTION_IDENTIFIER,
                                delivery.subscriptionIdentifiers().getFirst())
                        .build();
        return new DbRecord.ClientMessage(
                clientId,
                delivery.messageId() == 0 ? spare : delivery.messageId(),
                packetIdentifier,
                delivery.qos().level(),
                state,
                delivery.retain(),
                true,
                DbProperties.write(properties));
    }

    private long expiresAt(StateChange.SessionPut session) {
        if (session.expirySeconds() == StateChange.NO_EXPIRY_SECONDS) {
            return 0;
        }
        boolean connected = session.disconnectedAtMillis() == StateChange.NEVER;
        return (connected ? nowSeconds : session.disconnectedAtMillis() / 1_000) + session.expirySeconds();
    }

    private static int port(@Nullable String listener) {
        if (listener == null) {
            return 0;
        }
        int space = listener.indexOf(' ');
        return Integer.parseInt(space < 0 ? listener : listener.substring(0, space));
    }

    private static DbRecord message(StateChange.MessageStored stored) {
        ApplicationMessage message = stored.message();
        Properties.Builder properties = Properties.builder();
        for (Properties.Entry entry : message.properties().entries()) {
            if (entry.property() != Property.MESSAGE_EXPIRY_INTERVAL) {
                add(entry, properties);
            }
        }
        return new DbRecord.Message(
                stored.messageId(),
                stored.expiresAtMillis() == StateChange.NEVER ? 0 : stored.expiresAtMillis() / 1_000,
                stored.publisher(),
                null,
                0,
                message.topic().toString(),
                message.qos().level(),
                message.retain(),
                message.payload().asByteBuffer(),
                DbProperties.write(properties.build()));
    }

    private static void add(Properties.Entry entry, Properties.Builder to) {
        switch (entry.value()) {
            case Long integer -> to.set(entry.property(), integer);
            case String text -> to.set(entry.property(), text);
            case Bytes binary -> to.set(entry.property(), binary);
            case Properties.UserProperty pair -> to.user(pair.name(), pair.value());
            default -> throw new IllegalStateException("a property of no known type: " + entry);
        }
    }

    private static DbRecord subscription(StateChange.SubscriptionPut put) {
        SubscriptionOptions options = put.options();
        int bits = (options.noLocal() ? 0x04 : 0)
                | (options.retainAsPublished() ? 0x08 : 0)
                | options.retainHandling().ordinal() << 4;
        return new DbRecord.Subscription(
                put.clientId(), put.filter().toString(), options.qos().level(), bits, put.subscriptionIdentifier());
    }
}
