package org.althing.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;

/** One publisher and its subscribers, in rounds: a batch is published, delivered and acknowledged before the next one. */
final class Conversation {
    /** Messages in one round: fewer than the 20 in flight that a broker allows, so that none has to wait. */
    static final int BATCH = 16;

    private static final int PAYLOAD = 64;

    /** Gives another connection to the broker at each call. */
    interface Network {
        Peer.Wire connect() throws IOException;
    }

    private final Qos qos;
    private final TopicName topic;
    private final byte[] payload = new byte[PAYLOAD];
    private final Peer publisher;
    private final List<Peer> subscribers = new ArrayList<>();

    Conversation(Network network, Qos qos, int fanOut) throws IOException {
        this.qos = qos;
        topic = TopicName.of("plant/line/" + qos.level() + "/" + fanOut);
        for (int i = 0; i < fanOut; i++) {
            Peer subscriber = new Peer(network.connect(), "s-" + topic + "-" + i);
            subscriber.subscribe(topic.toString(), qos);
            subscribers.add(subscriber);
        }
        publisher = new Peer(network.connect(), "p-" + topic);
    }

    /** One batch; returns how many messages were delivered. */
    int round() throws IOException {
        publisher.publish(topic, payload, qos, BATCH);
        if (qos != Qos.AT_MOST_ONCE) {
            publisher.awaitEnded(BATCH);
        }
        for (Peer subscriber : subscribers) {
            subscriber.awaitMessages(BATCH);
        }
        return BATCH * subscribers.size();
    }
}
