package org.althing.client.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * Messages of QoS 1 and 2 on their way to the server.
 *
 * <pre>
 *   publish ──► queue ──► published ──PUBACK──────────────► acknowledged     QoS 1
 *                 ▲           │ └─────PUBREC─► released ──PUBCOMP──► "       QoS 2
 *                 │           │                   │
 *                 │     reconnect, session kept: PUBLISH again with DUP; PUBREL again
 *                 └── reconnect, session gone: QoS 1 is published anew; the fate of QoS 2 is unknown
 * </pre>
 *
 * At most {@code window} messages are between PUBLISH and their last acknowledgement on one connection. What was sent on
 * an earlier connection and does not fit yet waits in {@code again}, in its order, before the queue.
 */
final class OutboundFlow {
    /** Sends a message of QoS 0, whose fate is known when its bytes are taken. */
    @FunctionalInterface
    interface Qos0Sender {
        void send(ApplicationMessage message, PublishFate fate);
    }

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private static final class Outbound {
        final long key;
        final ApplicationMessage message;
        final long acceptedNanos;
        PublishFate fate;
        int packetIdentifier;

        Outbound(long key, ApplicationMessage message, PublishFate fate, long acceptedNanos) {
            this.key = key;
            this.message = message;
            this.fate = fate;
            this.acceptedNanos = acceptedNanos;
        }

        Publish packet(boolean duplicate, ApplicationMessage content) {
            return new Publish(duplicate, packetIdentifier, 0, content);
        }

        /** Its Message Expiry Interval in seconds; 0 if it has none. */
        long expirySeconds() {
            return message.properties().integer(Property.MESSAGE_EXPIRY_INTERVAL, 0);
        }

        /** What the server is to be told of the message: its Message Expiry Interval is what is left of it. */
        ApplicationMessage content(long now) {
            long waited = (now - acceptedNanos) / NANOS_PER_SECOND;
            if (waited < 1 || !message.properties().has(Property.MESSAGE_EXPIRY_INTERVAL)) {
                return message;
            }
            long left = Math.max(1, expirySeconds() - waited);
            return message.withProperties(message.properties().toBuilder()
                    .set(Property.MESSAGE_EXPIRY_INTERVAL, left)
                    .build());
        }

        long bytes() {
            return message.payload().length() + message.topic().toString().length();
        }
    }

    private final PacketSender sender;
    private final Qos0Sender qos0Sender;
    private final PacketIdentifiers identifiers;
    private final EngineSettings settings;
    private final SessionLog log;
    private final TopicAliases aliases = new TopicAliases();

    // Valid for the session. The maps are in the order of PUBLISH and of PUBREC, in which they are sent again
    // ([MQTT-4.6.0-1], [MQTT-4.6.0-4]).
    private final ArrayDeque<Outbound> queue = new ArrayDeque<>();
    private long queueBytes;
    private long lastKey;

    /** The last that was heard of the time. */
    private long now;

    /** No message of the queue expires before that. */
    private long expiresNanos = ClientEngine.NEVER;

    private final Map<Integer, Outbound> published = new LinkedHashMap<>();
    private final Map<Integer, Outbound> released = new LinkedHashMap<>();

    // Valid for the connection.
    private @Nullable ServerLimits limits;
    private int window;
    private int open;
    private final ArrayDeque<Outbound> again = new ArrayDeque<>();

    OutboundFlow(PacketSender sender, Qos0Sender qos0Sender, PacketIdentifiers identifiers, EngineSettings settings) {
        this.sender = sender;
        this.qos0Sender = qos0Sender;
        this.identifiers = identifiers;
        this.settings = settings;
        this.log = settings.log();
    }

    void onTime(long time) {
        now = time;
        if (expiresNanos != ClientEngine.NEVER && expiresNanos - now <= 0) {
            dropExpired();
        }
    }

    /** When {@link #onTime} may have something to do. */
    long deadlineNanos() {
        return expiresNanos;
    }

    private void dropExpired() {
        expiresNanos = ClientEngine.NEVER;
        for (Iterator<Outbound> each = queue.iterator(); each.hasNext(); ) {
            Outbound outbound = each.next();
            long expires = expiresNanos(outbound);
            if (expires == ClientEngine.NEVER || expires - now > 0) {
                expiresNanos = Math.min(expiresNanos, expires);
                continue;
            }
            each.remove();
            queueBytes -= outbound.bytes();
            forget(outbound);
            outbound.fate.dropped(
                    "it expired after waiting " + (now - outbound.acceptedNanos) / 1_000_000 + " ms to be sent");
        }
    }

    private long expiresNanos(Outbound outbound) {
        long allowed = settings.queueNanosMax();
        if (outbound.message.properties().has(Property.MESSAGE_EXPIRY_INTERVAL)) {
            allowed = Math.min(allowed, outbound.expirySeconds() * NANOS_PER_SECOND);
        }
        return allowed == ClientEngine.NEVER ? allowed : outbound.acceptedNanos + allowed;
    }

    /** Its deadline counts from now on. */
    private void watch(Outbound outbound) {
        expiresNanos = Math.min(expiresNanos, expiresNanos(outbound));
    }

    void restore(SavedSession.Outgoing saved, PublishFate fate) {
        Outbound outbound = new Outbound(saved.key(), saved.message(), fate, now);
        lastKey = Math.max(lastKey, saved.key());
        outbound.packetIdentifier = saved.packetIdentifier();
        if (saved.packetIdentifier() == 0) {
            enqueueLast(outbound);
        } else {
            identifiers.reserve(saved.packetIdentifier());
            (saved.released() ? released : published).put(saved.packetIdentifier(), outbound);
        }
    }

    boolean hasRoomFor(ApplicationMessage message) {
        return queue.isEmpty()
                || (queue.size() < settings.queueMessagesMax()
                        && queueBytes + message.payload().length() <= settings.queueBytesMax());
    }

    boolean isEmpty() {
        return queue.isEmpty() && published.isEmpty() && released.isEmpty();
    }

    void publish(ApplicationMessage message, PublishFate fate) {
        Outbound outbound = new Outbound(++lastKey, message, fate, now);
        if (message.qos() != Qos.AT_MOST_ONCE) {
            log.accepted(outbound.key, message);
        }
        enqueueLast(outbound);
        pump();
    }

    /** Drops the message that has waited longest and was not sent; returns whether there was one. */
    boolean dropOldest(String why) {
        Outbound oldest = queue.poll();
        if (oldest == null) {
            return false;
        }
        queueBytes -= oldest.bytes();
        forget(oldest);
        oldest.fate.dropped(why);
        return true;
    }

    /** Sends with a topic alias where there is one. */
    boolean sendAliased(Publish packet) {
        return aliases.send(packet, sender);
    }

    void connected(ServerLimits serverLimits, boolean sessionPresent) {
        limits = serverLimits;
        aliases.connected(Math.min(serverLimits.topicAliasMaximum(), settings.topicAliasesMax()));
        window = Math.min(serverLimits.receiveMaximum(), settings.inFlightMax());
        if (sessionPresent || settings.likeLibmosquitto()) {
            resume();
        } else {
            startAnew();
        }
        pump();
    }

    void disconnected() {
        limits = null;
        window = 0;
        open = 0;
        again.clear();
    }

    /** [MQTT-4.4.0-1]. PUBREL is outside of Receive Maximum, so all of them go at once. */
    private void resume() {
        for (Outbound outbound : released.values()) {
            open++;
            sender.send(new PubRel(outbound.packetIdentifier, ReasonCode.SUCCESS));
        }
        again.addAll(published.values());
    }

    private void startAnew() {
        List<Outbound> repeated = new ArrayList<>();
        for (Outbound outbound : published.values()) {
            identifiers.free(outbound.packetIdentifier);
            if (outbound.message.qos() == Qos.AT_LEAST_ONCE && (outbound.fate != ABANDONED || log != SessionLog.NONE)) {
                repeated.add(outbound);
                log.requeued(outbound.key);
            } else {
                forget(outbound);
                outbound.fate.unknown("the broker lost the session before it acknowledged the message");
            }
        }
        for (Outbound outbound : released.values()) {
            identifiers.free(outbound.packetIdentifier);
            forget(outbound);
            outbound.fate.unknown("the broker lost the session before it completed the message");
        }
        published.clear();
        released.clear();
        for (Outbound outbound : repeated.reversed()) {
            watch(outbound);
            queue.addFirst(outbound);
            queueBytes += outbound.bytes();
        }
    }

    /** Sends what the window has room for. */
    private void pump() {
        while (open < window) {
            Outbound repeated = again.poll();
            if (repeated != null) {
                sendOrRefuse(repeated, true);
            } else if (!queue.isEmpty() && queue.peek().message.qos() == Qos.AT_MOST_ONCE) {
                Outbound outbound = queue.remove();
                queueBytes -= outbound.bytes();
                qos0Sender.send(outbound.content(now), outbound.fate);
            } else if (!queue.isEmpty() && identifiers.hasFree()) {
                Outbound outbound = queue.remove();
                queueBytes -= outbound.bytes();
                ReasonCode objection = limits == null ? null : limits.objection(outbound.message);
                if (objection != null) {
                    forget(outbound);
                    outbound.fate.refused(objection, Properties.NONE);
                    continue;
                }
                outbound.packetIdentifier = identifiers.take();
                published.put(outbound.packetIdentifier, outbound);
                log.sent(outbound.key, outbound.packetIdentifier);
                sendOrRefuse(outbound, false);
            } else {
                return;
            }
        }
    }

    private void sendOrRefuse(Outbound outbound, boolean duplicate) {
        ReasonCode objection = limits == null ? null : limits.objection(outbound.message);
        ApplicationMessage content = settings.likeLibmosquitto() ? outbound.message : outbound.content(now);
        if (objection == null && !sendAliased(outbound.packet(duplicate, content))) {
            objection = ReasonCode.PACKET_TOO_LARGE;
        }
        if (objection == null) {
            open++;
        } else {
            published.remove(outbound.packetIdentifier);
            identifiers.free(outbound.packetIdentifier);
            forget(outbound);
            outbound.fate.refused(objection, Properties.NONE);
        }
    }

    void onPubAck(PubAck packet) throws MalformedPacketException {
        Outbound outbound = published.get(packet.packetIdentifier());
        if (outbound == null) {
            return; // of a message that is settled already; nothing depends on it
        }
        expect(outbound, Qos.AT_LEAST_ONCE, "PUBACK");
        published.remove(packet.packetIdentifier());
        settle(outbound, packet.reasonCode(), packet.properties());
    }

    void onPubRec(PubRec packet) throws MalformedPacketException {
        int identifier = packet.packetIdentifier();
        if (released.containsKey(identifier)) {
            sender.send(new PubRel(identifier, ReasonCode.SUCCESS));
            return;
        }
        Outbound outbound = published.get(identifier);
        if (outbound == null) {
            if (!packet.reasonCode().isError()) { // one that refuses is not answered ([MQTT-4.3.3-4])
                sender.send(new PubRel(
                        identifier,
                        settings.likeLibmosquitto() ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
            }
            return;
        }
        expect(outbound, Qos.EXACTLY_ONCE, "PUBREC");
        published.remove(identifier);
        if (packet.reasonCode().isError()) {
            settle(outbound, packet.reasonCode(), packet.properties());
        } else {
            released.put(identifier, outbound);
            log.released(outbound.key);
            sender.send(new PubRel(identifier, ReasonCode.SUCCESS));
        }
    }

    void onPubComp(PubComp packet) throws MalformedPacketException {
        int identifier = packet.packetIdentifier();
        if (published.containsKey(identifier)) {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR, "PUBCOMP for packet identifier " + identifier + " before its PUBREC");
        }
        Outbound outbound = released.remove(identifier);
        if (outbound != null) {
            settle(outbound, packet.reasonCode(), packet.properties());
        }
    }

    /** Settles what is under way; the flows themselves go on in a later connection, if the session is still there. */
    void abandon(String why) {
        boolean keeps = log != SessionLog.NONE;
        for (Outbound outbound : queue) {
            if (keeps && outbound.message.qos() != Qos.AT_MOST_ONCE) {
                keep(outbound);
            } else {
                outbound.fate.dropped(why);
            }
        }
        for (Iterator<Outbound> each = queue.iterator(); each.hasNext(); ) {
            if (each.next().fate != ABANDONED) {
                each.remove(); // not by a lambda: making one takes a short command longer than its publish
            }
        }
        queueBytes = 0;
        for (Outbound outbound : queue) {
            queueBytes += outbound.bytes();
        }
        abandon(published, why, keeps);
        abandon(released, why, keeps);
    }

    private static void abandon(Map<Integer, Outbound> flows, String why, boolean keeps) {
        for (Outbound outbound : flows.values()) {
            if (keeps) {
                keep(outbound);
            } else {
                outbound.fate.unknown(why);
                outbound.fate = ABANDONED;
            }
        }
    }

    private static void keep(Outbound outbound) {
        outbound.fate.kept();
        outbound.fate = ABANDONED;
    }

    private void forget(Outbound outbound) {
        if (outbound.message.qos() != Qos.AT_MOST_ONCE) {
            log.settled(outbound.key);
        }
    }

    private void settle(Outbound outbound, ReasonCode reason, Properties properties) {
        identifiers.free(outbound.packetIdentifier);
        open--;
        forget(outbound);
        if (reason.isError()) {
            outbound.fate.refused(reason, properties);
        } else {
            outbound.fate.acknowledged(reason, properties);
        }
        pump();
    }

    private void enqueueLast(Outbound outbound) {
        watch(outbound);
        queue.add(outbound);
        queueBytes += outbound.bytes();
    }

    private static void expect(Outbound outbound, Qos qos, String what) throws MalformedPacketException {
        if (outbound.message.qos() != qos) {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR,
                    what + " for packet identifier " + outbound.packetIdentifier + ", which was sent with QoS "
                            + outbound.message.qos().level());
        }
    }

    /** Of messages whose publisher has been told already that their fate is not known. */
    private static final PublishFate ABANDONED = new PublishFate() {
        @Override
        public void sent() {}

        @Override
        public void acknowledged(ReasonCode reason, Properties properties) {}

        @Override
        public void refused(ReasonCode reason, Properties properties) {}

        @Override
        public void dropped(String why) {}

        @Override
        public void kept() {}

        @Override
        public void unknown(String why) {}
    };
}
