package org.althing.simulation;

import java.util.HashMap;
import java.util.Map;
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
                checkRepeat(unanswered, packet, publication);
                unanswered.put(identifier, publication);
            }
            case EXACTLY_ONCE -> {
                if (received.containsKey(identifier)) {
                    checkRepeat(received, packet, publication);
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
    private void checkRepeat(
            Map<Integer, @Nullable Publication> known, Publish packet, @Nullable Publication publication) {
        if (known.containsKey(packet.packetIdentifier())) {
            Publication before = known.get(packet.packetIdentifier());
            client.require(
                    before == publication && packet.duplicate(),
                    "identifier in use for " + before + " came with " + publication + ": " + packet);
        }
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

    /** What is too large for this connection counts as done, and its packet identifier is free ([MQTT-3.1.2-25]). */
    void onOpen(ConnectOptions options) {
        int max = options.maximumPacketSize();
        unanswered.values().removeIf(each -> each != null && ConnectOptions.mayBeTooLarge(each, max));
        received.values().removeIf(each -> each != null && ConnectOptions.mayBeTooLarge(each, max));
    }

    /** PUBACK leaves. */
    void onAcknowledged(int identifier) {
        unanswered.remove(identifier);
    }

    /** Returns whether the identifier is that of a message that was received. */
    boolean onPubRel(int identifier) {
        boolean known = received.containsKey(identifier);
        received.remove(identifier);
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
    }

    @Override
    public String toString() {
        return "received " + received.keySet();
    }
}
