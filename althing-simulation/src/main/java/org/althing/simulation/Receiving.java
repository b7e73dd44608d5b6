package org.althing.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Qos;
import org.jspecify.annotations.Nullable;

/** What a model client receives: under which packet identifiers of the broker, and that nothing comes too often. */
final class Receiving {
    private final ModelClient client;

    // Valid for the session.
    /** QoS 2 packet identifiers from PUBLISH to PUBREL; null stands for a message without payload. */
    private final Map<Integer, @Nullable Publication> received = new HashMap<>();
    /** QoS 1 messages whose PUBACK was not sent. */
    private final Map<Integer, @Nullable Publication> unanswered = new HashMap<>();

    /** Identifiers of both that may be free again, and may not. */
    private final Set<Integer> perhapsFree = new HashSet<>();

    // Valid for ever.
    private final Map<Publication, Integer> takenExactlyOnce = new HashMap<>();

    Receiving(ModelClient client) {
        this.client = client;
    }

    /** @param publication null for one without payload */
    void onPublish(Publish packet, @Nullable Publication publication) {
        Epoch epoch = client.epoch();
        Conversation on = client.conversation();
        if (epoch == null || on == null) {
            return; // it has said goodbye for ever, and no longer listens
        }
        int identifier = packet.packetIdentifier();
        switch (packet.message().qos()) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE -> {
                boolean ignored = isRepeat(unanswered, packet, publication);
                unanswered.put(identifier, publication);
            }
            case EXACTLY_ONCE -> {
                if (isRepeat(received, packet, publication)) {
                    return;
                }
                received.put(identifier, publication);
            }
        }
        if (publication != null) {
            epoch.onMessage(publication, packet, on);
            checkExactlyOnce(packet, publication, on);
        }
    }

    /** [MQTT-3.3.1-1], [MQTT-2.2.1-4] An identifier that was not answered brings the same message again, with DUP. */
    private boolean isRepeat(
            Map<Integer, @Nullable Publication> known, Publish packet, @Nullable Publication publication) {
        int identifier = packet.packetIdentifier();
        if (!known.containsKey(identifier)) {
            return false;
        }
        Publication before = known.get(identifier);
        boolean repeats = before == publication && packet.duplicate();
        if (!repeats && perhapsFree.remove(identifier)) {
            known.remove(identifier);
            return false;
        }
        client.require(repeats, "identifier in use for " + before + " came with " + publication + ": " + packet);
        return true;
    }

    private void checkExactlyOnce(Publish packet, Publication publication, Conversation on) {
        if (packet.message().qos() == Qos.EXACTLY_ONCE
                && !publication.message.retain()
                && on.options().lasts()) {
            int taken = takenExactlyOnce.merge(publication, 1, Integer::sum);
            int routed = publication.isWill ? publication.sends : 1;
            client.require(taken <= routed, "came " + taken + " times at QoS 2: " + publication);
        }
    }

    /**
     * What is too large for this connection counts as done when its turn comes, and its packet identifier is free then
     * ([MQTT-3.1.2-25]). If the connection ends before, it comes again.
     */
    void onOpen(ConnectOptions options) {
        perhapsFree.addAll(tooLarge(unanswered, options.maximumPacketSize()));
        perhapsFree.addAll(tooLarge(received, options.maximumPacketSize()));
    }

    private static List<Integer> tooLarge(Map<Integer, @Nullable Publication> known, int max) {
        List<Integer> found = new ArrayList<>();
        known.forEach((identifier, each) -> {
            if (each != null && ConnectOptions.mayBeTooLarge(each, max)) {
                found.add(identifier);
            }
        });
        return found;
    }

    /** PUBACK leaves. */
    void onAcknowledged(int identifier) {
        unanswered.remove(identifier);
        perhapsFree.remove(identifier);
    }

    /** Returns whether the identifier is that of a message that was received. */
    boolean onPubRel(int identifier) {
        boolean known = received.containsKey(identifier);
        received.remove(identifier);
        perhapsFree.remove(identifier);
        return known;
    }

    /** The broker's machine is gone: what was sent at QoS 1 may come anew, under another identifier. */
    void onCrash() {
        unanswered.clear();
    }

    /** What a share group takes back from an absent member comes no more, or under another identifier. */
    void onLost() {
        unanswered.values().removeIf(each -> each != null && each.isShared());
    }

    void forget() {
        received.clear();
        unanswered.clear();
        perhapsFree.clear();
    }

    @Override
    public String toString() {
        return "received " + received.keySet();
    }
}
