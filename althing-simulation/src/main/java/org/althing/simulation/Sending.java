package org.althing.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;

/** What a model client publishes and asks for, under packet identifiers of its own, until it is answered. */
final class Sending {
    private static final class Outbound {
        final Publication publication;
        boolean released;

        Outbound(Publication publication) {
            this.publication = publication;
        }
    }

    private static final int UNACKNOWLEDGED_MAX = 10;
    private static final int IDENTIFIERS = 40;

    private final ModelClient client;
    private final World world;
    private final Choices choices;
    private final RandomGenerator random;

    // Valid for the session.
    private final Map<Integer, Outbound> outbound = new LinkedHashMap<>();

    // Valid for ever.
    private int lastIdentifier;

    // Valid for the connection.
    private int receiveMaximum;
    private final Set<Integer> subscribing = new LinkedHashSet<>();

    Sending(ModelClient client, World world, Choices choices) {
        this.client = client;
        this.world = world;
        this.choices = choices;
        random = choices.random();
    }

    /** The broker has accepted the client, and takes so many messages at a time: what was under way goes again. */
    void onOpen(Conversation to, int granted) {
        receiveMaximum = Math.min(UNACKNOWLEDGED_MAX, granted);
        outbound.forEach((identifier, each) -> resend(to, identifier, each)); // [MQTT-4.4.0-1]
    }

    private void resend(Conversation to, int identifier, Outbound each) {
        if (each.released) {
            to.send(new PubRel(identifier, ReasonCode.SUCCESS));
        } else {
            world.ledger().onSent(each.publication, world.wallMillis());
            if (to.options().version() != ProtocolVersion.MQTT_5) {
                each.publication.onSentWithoutExpiry();
            }
            to.send(each.publication.packet(true, identifier));
        }
    }

    /** The connection is gone; who has no session afterwards calls {@link #forget} too. */
    void onLost() {
        subscribing.clear();
    }

    void forget() {
        outbound.clear();
    }

    boolean isAtRest() {
        return outbound.isEmpty();
    }

    private int freeIdentifier() {
        do {
            lastIdentifier = lastIdentifier % IDENTIFIERS + 1;
        } while (outbound.containsKey(lastIdentifier) || subscribing.contains(lastIdentifier));
        return lastIdentifier;
    }

    // ---- publishing

    void publish() {
        Conversation to = client.conversation();
        Qos qos = Qos.of(random.nextInt(3));
        if (to == null || !to.isOpen() || (qos != Qos.AT_MOST_ONCE && outbound.size() >= receiveMaximum)) {
            return;
        }
        Publication publication = choices.publication(qos, to.options().version());
        publication.conversation = to;
        int identifier = 0;
        if (qos != Qos.AT_MOST_ONCE) {
            identifier = freeIdentifier();
            outbound.put(identifier, new Outbound(publication));
        }
        world.ledger().onSent(publication, world.wallMillis());
        to.send(publication.packet(false, identifier));
    }

    void onPubAck(PubAck ack) {
        Publication done = done(ack.packetIdentifier());
        Epoch epoch = client.epoch();
        if (ack.reasonCode() == ReasonCode.NO_MATCHING_SUBSCRIBERS && epoch != null) {
            for (Standing standing : epoch.standings()) {
                boolean brings =
                        epoch.stoodFor(done) && standing.mustMatch(done) && standing.leastQos(done, client.id()) >= 0;
                client.require(!brings, "is told that nobody subscribes to " + done);
            }
        }
    }

    void onPubRec(int identifier) {
        Outbound each = outbound.get(identifier);
        if (each == null) {
            throw new SimulationFailure(client.id() + ": nothing to be received: " + identifier);
        }
        each.released = true;
    }

    void onPubComp(int identifier) {
        done(identifier);
    }

    private Publication done(int identifier) {
        Outbound done = outbound.remove(identifier);
        if (done == null) {
            throw new SimulationFailure(client.id() + ": nothing to acknowledge: " + identifier);
        }
        done.publication.onRouted(world.ledger().tick(), world.wallMillis());
        return done.publication;
    }

    // ---- subscribing

    void subscribe() {
        Conversation to = client.conversation();
        if (to != null && to.isOpen() && subscribing.size() < UNACKNOWLEDGED_MAX) {
            ProtocolVersion version = to.options().version();
            List<Subscribe.Request> requests = new ArrayList<>();
            choices.filters()
                    .forEach(filter ->
                            requests.add(new Subscribe.Request(filter, choices.subscription(filter, version))));
            subscribe(requests, choices.subscriptionIdentifier(version));
        }
    }

    /** @param subscriptionIdentifier 0 for none */
    void subscribe(List<Subscribe.Request> requests, int subscriptionIdentifier) {
        Conversation to = client.conversation();
        Epoch epoch = client.epoch();
        if (to == null || epoch == null) {
            throw new IllegalStateException(client.id() + " is not connected");
        }
        requests.forEach(request -> epoch.onSubscribeSent(request, subscriptionIdentifier));
        int identifier = freeIdentifier();
        subscribing.add(identifier);
        Properties properties = subscriptionIdentifier == 0
                ? Properties.NONE
                : Properties.builder()
                        .set(Property.SUBSCRIPTION_IDENTIFIER, subscriptionIdentifier)
                        .build();
        to.send(new Subscribe(identifier, requests, properties));
    }

    void unsubscribe() {
        Conversation to = client.conversation();
        Epoch epoch = client.epoch();
        if (to != null && to.isOpen() && epoch != null && subscribing.size() < UNACKNOWLEDGED_MAX) {
            List<TopicFilter> filters = choices.filters();
            if (!epoch.standings().isEmpty() && random.nextInt(4) > 0) {
                int index = random.nextInt(epoch.standings().size());
                filters = List.of(epoch.standings().get(index).filter);
            }
            filters.forEach(epoch::onUnsubscribeSent);
            int identifier = freeIdentifier();
            subscribing.add(identifier);
            to.send(new Unsubscribe(identifier, filters, Properties.NONE));
        }
    }

    void onSubAck(Subscribe packet) {
        subscribing.remove(packet.packetIdentifier());
        Epoch epoch = client.epoch();
        if (epoch != null) {
            packet.requests().forEach(epoch::onSubAck);
        }
    }

    void onUnsubAck(Unsubscribe packet, long sentAt) {
        subscribing.remove(packet.packetIdentifier());
        Epoch epoch = client.epoch();
        if (epoch != null) {
            packet.filters().forEach(filter -> epoch.onUnsubAck(filter, sentAt));
        }
    }

    @Override
    public String toString() {
        return "outbound " + outbound.keySet();
    }
}
