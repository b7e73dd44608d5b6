package org.althing.client.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.Subscribe.Request;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * What this client is subscribed to, over all connections.
 *
 * <p>A filter that is wanted has one {@link Entry}: not sent, sent, or answered. At a reconnect without a session all of
 * them are sent again; with one, only those whose SUBACK did not arrive. Asking again for what already stands, with equal
 * options, sends nothing: so {@code onConnect} may subscribe each time.
 */
final class Subscriptions {
    private static final int FILTERS_PER_PACKET = 100;

    private static final class Entry {
        final Request request;
        final Properties properties;
        boolean sent;
        boolean restoring;

        @Nullable
        ReasonCode answer;

        Entry(Request request, Properties properties) {
            this.request = request;
            this.properties = properties;
        }
    }

    /** One call of subscribe that has not all its answers yet. */
    private record Call(List<Entry> entries, SubscribeFate fate) {}

    private record Unsubscription(List<TopicFilter> filters, Properties properties, SubscribeFate fate) {}

    private final PacketSender sender;
    private final PacketIdentifiers identifiers;
    private final EngineListener listener;

    // Valid for the session.
    private final Map<TopicFilter, Entry> wanted = new LinkedHashMap<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<Unsubscription> unsubscriptions = new ArrayList<>();

    // Valid for the connection.
    private boolean online;
    private final Map<Integer, List<Entry>> awaitingSubAck = new HashMap<>();
    private final Map<Integer, Unsubscription> awaitingUnsubAck = new HashMap<>();

    Subscriptions(PacketSender sender, PacketIdentifiers identifiers, EngineListener listener) {
        this.sender = sender;
        this.identifiers = identifiers;
        this.listener = listener;
    }

    void subscribe(List<Request> requests, Properties properties, SubscribeFate fate) {
        List<Entry> all = new ArrayList<>(requests.size());
        List<Entry> added = new ArrayList<>(requests.size());
        for (Request request : requests) {
            Entry entry = wanted.get(request.filter());
            if (entry == null || !entry.request.equals(request) || !entry.properties.equals(properties)) {
                entry = new Entry(request, properties);
                wanted.put(request.filter(), entry);
                added.add(entry);
            }
            all.add(entry);
        }
        calls.add(new Call(all, fate));
        if (online) {
            send(added);
            settleCalls(Properties.NONE);
        }
    }

    void unsubscribe(List<TopicFilter> filters, Properties properties, SubscribeFate fate) {
        for (TopicFilter filter : filters) {
            Entry entry = wanted.remove(filter);
            if (entry != null && entry.answer == null) {
                entry.answer = ReasonCode.NO_SUBSCRIPTION_EXISTED;
            }
        }
        Unsubscription unsubscription = new Unsubscription(List.copyOf(filters), properties, fate);
        unsubscriptions.add(unsubscription);
        settleCalls(Properties.NONE);
        if (online) {
            send(unsubscription);
        }
    }

    void connected(boolean sessionPresent) {
        online = true;
        if (sessionPresent) {
            for (Unsubscription unsubscription : List.copyOf(unsubscriptions)) {
                send(unsubscription);
            }
        } else {
            for (Unsubscription unsubscription : unsubscriptions) {
                answer(unsubscription, ReasonCode.SUCCESS, Properties.NONE); // gone with the session
            }
            unsubscriptions.clear();
            for (Entry entry : wanted.values()) {
                entry.restoring = entry.answer != null;
                entry.answer = null;
                entry.sent = false;
            }
        }
        sendUnsent();
    }

    void disconnected() {
        online = false;
        for (Map.Entry<Integer, List<Entry>> pending : awaitingSubAck.entrySet()) {
            identifiers.free(pending.getKey());
            for (Entry entry : pending.getValue()) {
                entry.sent = entry.answer != null;
            }
        }
        awaitingSubAck.clear();
        for (int identifier : awaitingUnsubAck.keySet()) {
            identifiers.free(identifier);
        }
        awaitingUnsubAck.clear();
    }

    /** Settles the calls that wait. What is wanted stays wanted. */
    void abandon(String why) {
        for (Call call : calls) {
            call.fate.failed(why);
        }
        calls.clear();
        for (Unsubscription unsubscription : unsubscriptions) {
            unsubscription.fate.failed(why);
        }
        unsubscriptions.clear();
    }

    void onSubAck(SubAck packet) throws MalformedPacketException {
        List<Entry> entries = awaitingSubAck.remove(packet.packetIdentifier());
        if (entries == null) {
            return; // nothing waits for it
        }
        identifiers.free(packet.packetIdentifier());
        if (entries.size() != packet.reasonCodes().size()) {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR,
                    "SUBACK with " + packet.reasonCodes().size() + " reason codes for " + entries.size() + " filters");
        }
        for (int i = 0; i < entries.size(); i++) {
            answer(entries.get(i), packet.reasonCodes().get(i), packet.properties());
        }
        settleCalls(packet.properties());
    }

    void onUnsubAck(UnsubAck packet) {
        Unsubscription answered = awaitingUnsubAck.remove(packet.packetIdentifier());
        if (answered != null) {
            identifiers.free(packet.packetIdentifier());
            unsubscriptions.remove(answered);
            if (packet.reasonCodes().isEmpty()) {
                answer(answered, ReasonCode.SUCCESS, Properties.NONE); // before MQTT 5.0 it has none
            } else {
                answered.fate.answered(packet.reasonCodes(), packet.properties());
            }
        }
    }

    private static void answer(Unsubscription unsubscription, ReasonCode code, Properties properties) {
        unsubscription.fate.answered(Collections.nCopies(unsubscription.filters.size(), code), properties);
    }

    private void answer(Entry entry, ReasonCode reason, Properties properties) {
        entry.answer = reason;
        if (reason.isError()) {
            wanted.remove(entry.request.filter(), entry);
            if (entry.restoring) {
                listener.onSubscriptionLost(entry.request.filter(), reason, properties);
            }
        }
        entry.restoring = false;
    }

    /** One SUBSCRIBE per set of properties, in the order of the filters. */
    private void sendUnsent() {
        Map<Properties, List<Entry>> groups = new LinkedHashMap<>();
        for (Entry entry : wanted.values()) {
            if (!entry.sent) {
                List<Entry> group = groups.get(entry.properties);
                if (group == null) {
                    group = new ArrayList<>();
                    groups.put(entry.properties, group);
                }
                group.add(entry);
            }
        }
        for (List<Entry> group : groups.values()) {
            for (int from = 0; from < group.size(); from += FILTERS_PER_PACKET) {
                send(group.subList(from, Math.min(from + FILTERS_PER_PACKET, group.size())));
            }
        }
        settleCalls(Properties.NONE);
    }

    private void send(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        List<Request> requests = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            requests.add(entry.request);
            entry.sent = true;
        }
        int identifier = identifiers.take();
        if (sender.send(new Subscribe(identifier, requests, entries.getFirst().properties))) {
            awaitingSubAck.put(identifier, List.copyOf(entries));
        } else {
            identifiers.free(identifier);
            for (Entry entry : entries) {
                answer(entry, ReasonCode.PACKET_TOO_LARGE, Properties.NONE);
            }
        }
    }

    private void send(Unsubscription unsubscription) {
        int identifier = identifiers.take();
        if (sender.send(new Unsubscribe(identifier, unsubscription.filters, unsubscription.properties))) {
            awaitingUnsubAck.put(identifier, unsubscription);
        } else {
            identifiers.free(identifier);
            unsubscriptions.remove(unsubscription);
            answer(unsubscription, ReasonCode.PACKET_TOO_LARGE, Properties.NONE);
        }
    }

    private void settleCalls(Properties properties) {
        for (int i = 0; i < calls.size(); ) {
            Call call = calls.get(i);
            List<ReasonCode> codes = new ArrayList<>(call.entries.size());
            for (Entry entry : call.entries) {
                ReasonCode answer = entry.answer;
                if (answer != null) {
                    codes.add(answer);
                }
            }
            if (codes.size() == call.entries.size()) {
                calls.remove(i);
                call.fate.answered(codes, properties);
            } else {
                i++;
            }
        }
    }
}
