package org.althing.acceptance.crash;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * Takes every message, a QoS 2 one at its first PUBLISH (by its packet identifier, until PUBREL), and counts how often each
 * came.
 */
final class CrashSubscriber extends CrashClient {
    static final long DURABLE_SECONDS = 86_400;

    private final boolean mayLoseItsSession;
    private final List<Subscribe.Request> requests = new ArrayList<>();
    private final Set<Integer> held = new HashSet<>();
    private final Map<String, Integer> received = new LinkedHashMap<>();
    private final Map<String, Long> retained = new LinkedHashMap<>();
    private final Map<String, Long> lastOf = new HashMap<>();
    private final List<String> outOfOrder = new ArrayList<>();
    private boolean subscribed;
    private @Nullable String broken;

    CrashSubscriber(String clientId, int port, long expirySeconds, Qos qos, String... filters) {
        super(clientId, port, expirySeconds, null);
        mayLoseItsSession = expirySeconds < DURABLE_SECONDS;
        for (String filter : filters) {
            requests.add(new Subscribe.Request(TopicFilter.of(filter), SubscriptionOptions.of(qos)));
        }
    }

    synchronized boolean isSubscribed() {
        return subscribed;
    }

    @Override
    void onPacket(ControlPacket packet) throws IOException {
        switch (packet) {
            case ControlPacket.ConnAck answer -> {
                if (!answer.sessionPresent()) {
                    if (subscribed && !mayLoseItsSession) {
                        broken = "the session of " + clientId + " is lost";
                    }
                    held.clear();
                    send(new Subscribe(1, requests, Properties.NONE));
                }
            }
            case ControlPacket.SubAck answer -> subscribed = true;
            case Publish publish -> onPublish(publish);
            case ControlPacket.PubRel release -> {
                held.remove(release.packetIdentifier());
                send(new PubComp(release.packetIdentifier(), ReasonCode.SUCCESS));
            }
            default -> {}
        }
    }

    private void onPublish(Publish publish) throws IOException {
        int identifier = publish.packetIdentifier();
        switch (publish.message().qos()) {
            case AT_MOST_ONCE -> take(publish);
            case AT_LEAST_ONCE -> {
                take(publish);
                send(new PubAck(identifier, ReasonCode.SUCCESS));
            }
            case EXACTLY_ONCE -> {
                if (held.add(identifier)) {
                    take(publish);
                }
                send(new PubRec(identifier, ReasonCode.SUCCESS));
            }
        }
    }

    private void take(Publish publish) {
        String topic = publish.message().topic().toString();
        String payload = publish.message().payload().text();
        boolean first = received.merge(topic + " " + payload, 1, Integer::sum) == 1;
        if (first && !topic.startsWith("w/") && !topic.startsWith("x/")) {
            long before = lastOf.getOrDefault(topic, 0L);
            long number = Long.parseLong(payload);
            if (number < before) {
                outOfOrder.add(topic + " " + number + " after " + before);
            }
            lastOf.put(topic, number);
        }
        if (topic.startsWith("retained/")) {
            retained.merge(topic, Long.parseLong(payload), Math::max);
        }
    }

    /** How often a message with this topic and payload came. */
    synchronized int count(String topic, String payload) {
        return received.getOrDefault(topic + " " + payload, 0);
    }

    /** What came for the first time behind a later one of its topic. */
    synchronized List<String> outOfOrder() {
        return List.copyOf(outOfOrder);
    }

    synchronized int messages() {
        return received.size();
    }

    /** The newest value that came of each retained topic. */
    synchronized Map<String, Long> retained() {
        return new LinkedHashMap<>(retained);
    }

    /** What a client must never see, if it has seen it. */
    synchronized @Nullable String broken() {
        return broken;
    }
}
