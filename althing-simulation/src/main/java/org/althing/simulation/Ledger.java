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
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was published, in the order in which clients acted. Moments are numbers that only grow: what one client
 * saw before another one acted has the smaller number.
 */
final class Ledger {
    private final List<Publication> publications = new ArrayList<>();
    private final Map<TopicName, List<Publication>> retained = new LinkedHashMap<>();
    private long moment;
    private int crashes;

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
            String publisher, TopicName topic, Qos qos, boolean retain, int payloadBytes, boolean isWill) {
        int number = publications.size();
        StringBuilder payload = new StringBuilder();
        if (payloadBytes > 0) {
            payload.append(number).append(':');
            while (payload.length() < payloadBytes) {
                payload.append('.');
            }
        }
        ApplicationMessage message =
                new ApplicationMessage(topic, Bytes.of(payload.toString()), qos, retain, Properties.NONE);
        Publication publication = new Publication(number, publisher, message, isWill);
        publication.crashesBefore = crashes;
        publications.add(publication);
        return publication;
    }

    /** It is sent, for the first time or again. */
    void onSent(Publication publication) {
        long now = tick();
        publication.sends++;
        if (publication.sends > 1) {
            return;
        }
        publication.sentAt = now;
        publication.crashesBefore = crashes;
        if (!publication.isWill) {
            publication.routedFrom = now;
            if (publication.message.retain()) {
                retained.computeIfAbsent(publication.message.topic(), topic -> new ArrayList<>())
                        .add(publication);
            }
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
    void onRest() {
        long now = tick();
        for (Publication publication : publications) {
            Conversation conversation = publication.conversation;
            boolean arrived = publication.isWill
                    ? publication.routedFrom != NEVER
                    : publication.qos() == Qos.AT_MOST_ONCE && conversation != null && conversation.isOpen();
            if (arrived && !publication.isAcknowledged()) {
                publication.routedTo = now;
            }
        }
    }

    /** Whatever a subscription must have brought has come. */
    void checkDelivered(ModelClient client, Epoch epoch) {
        for (Publication publication : publications) {
            if (publication.forbidden && publication.receipts > 0) {
                throw new SimulationFailure("was published though its client had said goodbye: " + publication);
            }
            if (!publication.isAcknowledged()
                    || publication.clears()
                    || epoch.has(publication)
                    || !epoch.stoodFor(publication)) {
                continue;
            }
            for (Standing standing : epoch.standings()) {
                int qos = standing.mustMatch(publication) ? standing.leastQos(publication, client.id()) : -1;
                Conversation conversation = client.conversation();
                boolean heldOn = conversation != null && conversation.openedAt() < publication.routedFrom;
                if (qos > 0 || (qos == 0 && heldOn)) {
                    throw new SimulationFailure(client.id() + " never got " + publication + " at QoS " + qos
                            + ", which its subscription must have brought: " + standing);
                }
            }
        }
    }

    /** What is retained is, on each topic, the last acknowledged message, or one that was sent after it. */
    void checkRetained(Map<TopicName, Publication> found, String where) {
        Set<TopicName> topics = new HashSet<>(retained.keySet());
        topics.addAll(found.keySet());
        for (Map.Entry<TopicName, Publication> each : found.entrySet()) {
            if (!retained.getOrDefault(each.getKey(), List.of()).contains(each.getValue())) {
                throw new SimulationFailure(where + ": is retained, and should not be: " + each.getValue());
            }
        }
        for (Map.Entry<TopicName, List<Publication>> each : retained.entrySet()) {
            checkRetained(each.getValue(), found.get(each.getKey()), where + ": " + each.getKey());
        }
    }

    private static void checkRetained(List<Publication> sent, @Nullable Publication found, String where) {
        int lastCertain = sent.size() - 1;
        while (lastCertain >= 0 && !sent.get(lastCertain).isAcknowledged()) {
            lastCertain--;
        }
        boolean fits = lastCertain < 0 && found == null;
        for (int i = Math.max(0, lastCertain); i < sent.size(); i++) {
            Publication candidate = sent.get(i);
            fits |= candidate.clears() ? found == null : found == candidate;
        }
        if (!fits) {
            throw new SimulationFailure(where + " retains " + found + ", not one of "
                    + sent.subList(Math.max(0, lastCertain), sent.size()));
        }
    }
}
