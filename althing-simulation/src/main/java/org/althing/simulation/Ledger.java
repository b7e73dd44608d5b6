package org.althing.simulation;

import static org.althing.simulation.Publication.NEVER;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was published, in the order in which clients acted. Moments are numbers that only grow: what one client
 * saw before another one acted has the smaller number.
 */
final class Ledger {
    /** @param client "" for the members of a share group together */
    private record Missing(Publication publication, String client) {}

    private final List<Publication> publications = new ArrayList<>();
    private final Map<TopicName, List<Publication>> retained = new LinkedHashMap<>();
    private long moment;
    private int crashes;
    private long lastMemberGone;
    private final Set<Missing> missing = new HashSet<>();
    /** The least that any client has taken so far. */
    private int packetBytesMax = Integer.MAX_VALUE;

    /** A new moment. */
    long tick() {
        return ++moment;
    }

    int crashes() {
        return crashes;
    }

    void onCrash() {
        crashes++;
    }

    /** Crashes since the message was sent first: each may have undone and repeated what was not acknowledged. */
    int crashesSince(Publication publication) {
        return crashes - publication.crashesBefore;
    }

    Publication publication(
            String publisher,
            TopicName topic,
            Qos qos,
            boolean retain,
            int payloadBytes,
            boolean isWill,
            long expirySeconds) {
        int number = publications.size();
        StringBuilder payload = new StringBuilder();
        if (payloadBytes > 0) {
            payload.append(number).append(':');
            while (payload.length() < payloadBytes) {
                payload.append('.');
            }
        }
        Properties properties = expirySeconds < 0
                ? Properties.NONE
                : Properties.builder()
                        .set(Property.MESSAGE_EXPIRY_INTERVAL, expirySeconds)
                        .build();
        ApplicationMessage message =
                new ApplicationMessage(topic, Bytes.of(payload.toString()), qos, retain, properties);
        Publication publication = new Publication(number, publisher, message, isWill);
        publication.crashesBefore = crashes;
        publications.add(publication);
        return publication;
    }

    /** It is sent, for the first time or again. */
    void onSent(Publication publication, long wallMillis) {
        long now = tick();
        publication.sends++;
        if (publication.sends > 1) {
            return;
        }
        publication.sentAt = now;
        publication.crashesBefore = crashes;
        if (publication.expires()) {
            publication.expiresFromMillis = wallMillis + publication.expirySeconds * 1_000;
        }
        if (!publication.isWill) {
            publication.routedFrom = now;
            if (publication.message.retain()) {
                retained.computeIfAbsent(publication.message.topic(), topic -> new ArrayList<>())
                        .add(publication);
            }
        }
    }

    /** Wall time is about to jump. What may have expired before the clock is put back stays so. */
    void onJump(long wallMillis, long byMillis) {
        if (byMillis < 0) {
            publications.stream()
                    .filter(publication -> publication.expires() && publication.sends > 0)
                    .forEach(publication -> publication.onPutBack(wallMillis, byMillis));
        }
    }

    /** Which publication a payload belongs to; null for the empty one. */
    @Nullable
    Publication find(ApplicationMessage message) {
        String payload = message.payload().text();
        if (payload.isEmpty()) {
            return null;
        }
        int number = Integer.parseInt(payload, 0, payload.indexOf(':'), 10);
        Publication publication = publications.get(number);
        if (!publication.message.topic().equals(message.topic())
                || !publication.message.payload().equals(message.payload())) {
            throw new SimulationFailure("not as it was published: " + message + ", " + publication);
        }
        return publication;
    }

    /** Everything is at rest: what was sent on a connection that is still open has been routed. */
    void onRest(long wallMillis) {
        long now = tick();
        for (Publication publication : publications) {
            Conversation conversation = publication.conversation;
            boolean arrived = publication.isWill
                    ? publication.routedFrom != NEVER && !publication.maybeCancelled
                    : publication.qos() == Qos.AT_MOST_ONCE && conversation != null && conversation.isOpen();
            if (arrived && !publication.isAcknowledged()) {
                publication.onRouted(now, wallMillis);
            }
        }
    }

    /**
     * Whatever a subscription must have brought has come.
     *
     * @param dropped how many messages may be missing, in the whole run, because queues were full
     */
    void checkDelivered(ModelClient client, Epoch epoch, long wallMillis, long dropped) {
        for (Publication publication : publications) {
            if (publication.forbidden && publication.receipts > 0) {
                throw new SimulationFailure("was published though its client had said goodbye: " + publication);
            }
            if (!publication.isAcknowledged()
                    || publication.clears()
                    || publication.expiresFromMillis <= wallMillis
                    || (publication.isShared()
                            ? wasTaken(publication) || ConnectOptions.mayBeTooLarge(publication, packetBytesMax)
                            : epoch.has(publication) || epoch.mayHaveRefused(publication))
                    || !epoch.stoodFor(publication)) {
                continue;
            }
            for (Standing standing : epoch.standings()) {
                boolean must = standing.mustMatch(publication)
                        && (!standing.isShared() || standing.certainTo == NEVER); // or others have it, and lose it
                int qos = must ? standing.leastQos(publication, client.id()) : -1;
                Conversation conversation = client.conversation();
                boolean heldOn = conversation != null && conversation.openedAt() < publication.routedFrom;
                if (qos > 0 || (qos == 0 && heldOn && !standing.isShared())) {
                    missing.add(new Missing(publication, publication.isShared() ? "" : client.id()));
                    if (missing.size() > dropped) {
                        throw new SimulationFailure(client.id() + " never got " + publication + " at QoS " + qos
                                + ", which its subscription must have brought: " + standing + "; " + dropped
                                + " are dropped because queues are full");
                    }
                }
            }
        }
    }

    /** What is retained since before a subscription has come with it. */
    void checkRetainedCame(ModelClient client, Epoch epoch) {
        Conversation conversation = client.conversation();
        for (List<Publication> sent : retained.values()) {
            epoch.checkRetainedCame(sent.getLast(), conversation == null ? NEVER : conversation.openedAt());
        }
    }

    /** [MQTT-4.8.2-5] What was sent at QoS 2 to a member whose session has ended since goes to nobody else. */
    private boolean wasTaken(Publication publication) {
        return publication.receipts > 0 || lastMemberGone > publication.routedFrom;
    }

    /** Some client has connected. */
    void onOpen(ConnectOptions options) {
        packetBytesMax = Math.min(packetBytesMax, options.maximumPacketSize());
    }

    /** A session that may be a member of share groups is no more. */
    void onMemberGone() {
        lastMemberGone = tick();
    }

    /** What is retained is, on each topic, the last acknowledged message, or one that was sent after it. */
    void checkRetained(Map<TopicName, Publication> found, String where, long wallMillis) {
        Set<TopicName> topics = new HashSet<>(retained.keySet());
        topics.addAll(found.keySet());
        for (Map.Entry<TopicName, Publication> each : found.entrySet()) {
            if (!retained.getOrDefault(each.getKey(), List.of()).contains(each.getValue())) {
                throw new SimulationFailure(where + ": is retained, and should not be: " + each.getValue());
            }
        }
        for (Map.Entry<TopicName, List<Publication>> each : retained.entrySet()) {
            checkRetained(each.getValue(), found.get(each.getKey()), where + ": " + each.getKey(), wallMillis);
        }
    }

    private static void checkRetained(
            List<Publication> sent, @Nullable Publication found, String where, long wallMillis) {
        int lastCertain = sent.size() - 1;
        while (lastCertain >= 0
                && !(sent.get(lastCertain).isAcknowledged()
                        // else it may have expired before it was routed
                        && sent.get(lastCertain).expiresFromMillis > wallMillis)) {
            lastCertain--;
        }
        boolean fits = lastCertain < 0 && found == null;
        for (int i = Math.max(0, lastCertain); i < sent.size(); i++) {
            Publication candidate = sent.get(i);
            boolean mayBeGone = candidate.clears() || candidate.expiresFromMillis <= wallMillis;
            fits |= found == null ? mayBeGone : found == candidate;
        }
        if (!fits) {
            throw new SimulationFailure(where + " retains " + found + ", not one of "
                    + sent.subList(Math.max(0, lastCertain), sent.size()));
        }
    }
}
