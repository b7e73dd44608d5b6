package org.althing.simulation;

import static org.althing.simulation.Publication.NEVER;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.althing.net.EventLoop;
import org.althing.net.memory.MemoryLink;
import org.jspecify.annotations.Nullable;

/**
 * A client that keeps to the rules, with the Session State that the rules give it; what survives its connections is here,
 * what dies with one in {@link Conversation}. It checks what concerns itself alone.
 */
final class ModelClient {
    /** What the client knows of the broker's side of its session. */
    private enum Session {
        NONE,
        EXISTS,
        UNKNOWN
    }

    private static final class Outbound {
        final Publication publication;
        boolean released;

        Outbound(Publication publication) {
            this.publication = publication;
        }
    }

    private static final int UNACKNOWLEDGED_MAX = 10;
    private static final int IDENTIFIERS = 40;

    private final String id;
    private final World world;
    private final Machine machine;
    private final RandomGenerator random;
    private final Choices choices;
    private final EventLoop loop;

    // Valid for the session.
    private final Map<Integer, Outbound> outbound = new LinkedHashMap<>();
    /** QoS 2 packet identifiers from PUBLISH to PUBREL; null stands for a message without payload. */
    private final Map<Integer, @Nullable Publication> received = new HashMap<>();
    /** QoS 1 messages whose PUBACK was not sent. */
    private final Map<Integer, @Nullable Publication> unanswered = new HashMap<>();

    private @Nullable Epoch epoch;
    private Session session = Session.NONE;
    private final Expiry expiry;
    private final Wills wills;
    private boolean mustStartClean;

    // Valid for ever.
    private final Map<Publication, Integer> takenExactlyOnce = new HashMap<>();
    private int lastIdentifier;

    // Valid for the connection.
    private @Nullable Conversation conversation;
    private @Nullable MemoryLink link;
    private long brokersBefore;
    private @Nullable ConnectOptions unsettled;
    private @Nullable Boolean expectedPresent;
    private boolean mayHaveExpired;
    private int receiveMaximum;
    private final Set<Integer> subscribing = new LinkedHashSet<>();

    /** @param names of all clients, itself among them */
    ModelClient(String id, World world, Machine machine, List<String> names, boolean shares) {
        this.id = id;
        this.world = world;
        this.machine = machine;
        choices = new Choices(id, names, world, shares);
        expiry = new Expiry(world);
        wills = new Wills(world, machine);
        loop = world.engine().newLoop(id);
        random = choices.random();
    }

    Wills wills() {
        return wills;
    }

    String id() {
        return id;
    }

    RandomGenerator random() {
        return random;
    }

    @Nullable
    Conversation conversation() {
        return conversation;
    }

    @Nullable
    Epoch epoch() {
        return epoch;
    }

    boolean isOpen() {
        return conversation != null && conversation.isOpen();
    }

    boolean isAtRest() {
        return conversation != null && conversation.isOpen() && conversation.isAtRest() && outbound.isEmpty();
    }

    /** How many seconds a session of it outlives the end of its present connection. */
    long lastsSeconds() {
        return conversation == null ? 0 : conversation.options().expirySeconds();
    }

    // ---- connecting

    /** Connects as it did before if that was not answered; over an existing connection it is a take-over. */
    void connect(boolean calmly) {
        if (conversation != null) {
            if (!conversation.isOpen() && link != null) {
                link.cut(); // or its CONNECT could come after the next one, and take over
            }
            lost(world.ledger().tick());
        }
        ConnectOptions options = unsettled;
        if (options == null) {
            options = choices.connect(calmly, mustStartClean);
            mustStartClean = false;
            unsettled = options;
        }
        Conversation made = open(options);
        if (made != null) {
            expect(options);
            wills.onReturn(options);
            if (options.will() != null) {
                world.ledger().onSent(options.will(), world.wallMillis());
            }
            made.send(options.packet(id));
        }
    }

    /** Tries to connect as somebody whom the authenticator refuses; nothing comes of it. */
    void connectAsStranger() {
        if (conversation == null) {
            ConnectOptions options = choices.stranger();
            Conversation made = open(options);
            if (made != null) {
                made.send(options.packet(id));
            }
        }
    }

    private @Nullable Conversation open(ConnectOptions options) {
        Conversation[] made = new Conversation[1];
        try {
            var transport = world.engine().connect(Machine.ADDRESS, loop, choices.network(), near -> {
                made[0] = new Conversation(this, options, world, near);
                return made[0];
            });
            link = world.engine().link(transport);
        } catch (IOException e) {
            return null; // the broker is down
        }
        conversation = made[0];
        brokersBefore = machine.starts();
        return conversation;
    }

    private void expect(ConnectOptions options) {
        mayHaveExpired = false;
        if (options.cleanStart()) {
            forgetSession();
            expectedPresent = false;
            session = Session.UNKNOWN;
        } else {
            expectedPresent = session == Session.UNKNOWN ? null : (Boolean) (session == Session.EXISTS);
            if (session == Session.EXISTS && expiry.mayEnd()) {
                mayHaveExpired = true;
                expectedPresent = expiry.isSurelyOver(machine.startedAtMillis()) ? false : null;
            }
            if (epoch != null && !options.lasts()) {
                epoch.onDoubt();
            }
            if (session == Session.NONE || !options.lasts()) {
                session = Session.UNKNOWN;
            }
        }
    }

    void onConnAck(Conversation from, ConnAck answer) {
        if (answer.reasonCode().isError()) {
            boolean stranger = from.options().stranger() && answer.reasonCode() == ReasonCode.NOT_AUTHORIZED;
            require(stranger || machine.mayRefuse(), "was refused: " + answer);
            from.abandon();
            conversation = null;
            if (!stranger) {
                expiry.onRefused();
            }
            return;
        }
        Boolean expected = expectedPresent;
        require(
                expected == null || expected == answer.sessionPresent(),
                "session present should be " + expected + ": " + answer);
        require(
                answer.sessionPresent() || !mayHaveExpired || expiry.mayBeOver(),
                "the session has ended before its time: " + answer);
        expiry.onResumed();
        if (!answer.sessionPresent()) {
            forgetSession();
        }
        if (epoch == null) {
            epoch = new Epoch(id, world.ledger());
        }
        epoch.onResumed();
        session = Session.EXISTS;
        unsettled = null;
        int granted = (int) answer.properties().integer(Property.RECEIVE_MAXIMUM, 0xFFFF);
        receiveMaximum = Math.min(Math.min(UNACKNOWLEDGED_MAX, machine.inflightMax()), granted);
        outbound.forEach((identifier, each) -> resend(from, identifier, each)); // [MQTT-4.4.0-1]
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

    private void forgetSession() {
        if (epoch != null && epoch.isMember()) {
            world.ledger().onMemberGone();
            world.time().after(Expiry.NOTICED, world.ledger()::onMemberGone); // at the latest for the broker
        }
        outbound.clear();
        received.clear();
        unanswered.clear();
        epoch = null;
    }

    // ---- acting

    void publish() {
        Conversation to = conversation;
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

    private int freeIdentifier() {
        do {
            lastIdentifier = lastIdentifier % IDENTIFIERS + 1;
        } while (outbound.containsKey(lastIdentifier) || subscribing.contains(lastIdentifier));
        return lastIdentifier;
    }

    void subscribe() {
        Conversation to = conversation;
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
        Conversation to = conversation;
        Epoch current = epoch;
        if (to == null || current == null) {
            throw new IllegalStateException(id + " is not connected");
        }
        requests.forEach(
                request -> current.onSubscribeSent(request.filter(), request.options(), subscriptionIdentifier));
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
        Conversation to = conversation;
        Epoch current = epoch;
        if (to != null && to.isOpen() && current != null && subscribing.size() < UNACKNOWLEDGED_MAX) {
            List<TopicFilter> filters = choices.filters();
            if (!current.standings().isEmpty() && random.nextInt(4) > 0) {
                int index = random.nextInt(current.standings().size());
                filters = List.of(current.standings().get(index).filter);
            }
            filters.forEach(current::onUnsubscribeSent);
            int identifier = freeIdentifier();
            subscribing.add(identifier);
            to.send(new Unsubscribe(identifier, filters, Properties.NONE));
        }
    }

    void ping() {
        if (conversation != null && conversation.isOpen()) {
            conversation.send(ControlPacket.PingReq.INSTANCE);
        }
    }

    /** Leaves in good order. */
    void disconnect() {
        Conversation to = conversation;
        if (to == null || !to.isOpen() || to.saidGoodbye()) {
            return;
        }
        Properties properties = Properties.NONE;
        if (to.options().version() == ProtocolVersion.MQTT_5 && to.options().lasts() && random.nextInt(8) == 0) {
            properties = Properties.builder()
                    .set(Property.SESSION_EXPIRY_INTERVAL, 0)
                    .build();
            forgetSession();
            mustStartClean = true;
            session = Session.UNKNOWN;
        }
        to.sayGoodbye(new ControlPacket.Disconnect(ReasonCode.SUCCESS, properties), troublesNow());
    }

    /** Leaves in good order; a session that lasts stays. */
    void disconnectForNow() {
        if (conversation != null) {
            conversation.sayGoodbye(new ControlPacket.Disconnect(ReasonCode.SUCCESS), troublesNow());
        }
    }

    /** Those up to now; a number that never comes again while the broker is going, and may close before it has heard. */
    private long troublesNow() {
        return machine.isStopping() ? -1 : machine.troubles();
    }

    /** The network fails. */
    void cut() {
        if (link != null && conversation != null) {
            world.trace().line(id, () -> "cut");
            lost(world.ledger().tick());
            link.cut();
        }
    }

    /** It goes without a word. */
    void abort() {
        Conversation to = conversation;
        if (to != null) {
            world.trace().line(id, () -> "abort");
            boolean connecting = !to.isOpen();
            lost(world.ledger().tick());
            if (connecting && link != null) {
                link.cut(); // or its CONNECT could come after the next one, and take over
            } else {
                to.transport().abort();
            }
        }
    }

    void pause() {
        MemoryLink paused = link;
        if (paused != null) {
            world.trace().line(id, () -> "network pauses");
            paused.pause();
            world.time().after(Duration.ofMillis(random.nextLong(300)), paused::resume);
        }
    }

    // ---- what the broker says

    void onDisconnect(Conversation from, ReasonCode reason) {
        require(mayEnd() || from.saidGoodbye(), "the broker ended the connection: " + reason);
    }

    /** Whether the broker may end the connection by itself. */
    private boolean mayEnd() {
        return machine.mayRefuse() || machine.isStopping() || machine.starts() > brokersBefore;
    }

    void onPubAck(PubAck ack) {
        Outbound done = outbound.remove(ack.packetIdentifier());
        if (done == null) {
            throw new SimulationFailure(id + ": nothing to acknowledge: " + ack);
        }
        done.publication.onRouted(world.ledger().tick(), world.wallMillis());
        if (ack.reasonCode() == ReasonCode.NO_MATCHING_SUBSCRIBERS && epoch != null) {
            for (Standing standing : epoch.standings()) {
                boolean brings = epoch.stoodFor(done.publication)
                        && standing.mustMatch(done.publication)
                        && standing.leastQos(done.publication, id) >= 0;
                require(!brings, "is told that nobody subscribes to " + done.publication);
            }
        }
    }

    void onPubRec(int identifier) {
        Outbound each = outbound.get(identifier);
        if (each == null) {
            throw new SimulationFailure(id + ": nothing to be received: " + identifier);
        }
        each.released = true;
    }

    void onPubComp(int identifier) {
        Outbound done = outbound.remove(identifier);
        if (done == null) {
            throw new SimulationFailure(id + ": nothing to complete: " + identifier);
        }
        done.publication.onRouted(world.ledger().tick(), world.wallMillis());
    }

    void onSubAck(Subscribe packet) {
        subscribing.remove(packet.packetIdentifier());
        if (epoch != null) {
            packet.requests().forEach(request -> epoch.onSubAck(request.filter(), request.options()));
        }
    }

    void onUnsubAck(Unsubscribe packet, long sentAt) {
        subscribing.remove(packet.packetIdentifier());
        if (epoch != null) {
            packet.filters().forEach(filter -> epoch.onUnsubAck(filter, sentAt));
        }
    }

    /** Returns whether the identifier is that of a message that was received. */
    boolean onPubRel(int identifier) {
        boolean known = received.containsKey(identifier);
        received.remove(identifier);
        return known;
    }

    /** @param publication null for one without payload */
    void onPublish(Publish packet, @Nullable Publication publication) {
        Epoch current = epoch;
        Conversation on = conversation;
        if (current == null || on == null) {
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
            current.onMessage(publication, packet, on);
            checkExactlyOnce(packet, publication);
        }
    }

    /** [MQTT-3.3.1-1], [MQTT-2.2.1-4] An identifier that was not answered brings the same message again, with DUP. */
    private void checkRepeat(
            Map<Integer, @Nullable Publication> known, Publish packet, @Nullable Publication publication) {
        if (known.containsKey(packet.packetIdentifier())) {
            Publication before = known.get(packet.packetIdentifier());
            require(
                    before == publication && packet.duplicate(),
                    "identifier in use for " + before + " came with " + publication + ": " + packet);
        }
    }

    private void checkExactlyOnce(Publish packet, Publication publication) {
        Conversation on = conversation;
        if (packet.message().qos() == Qos.EXACTLY_ONCE
                && !publication.message.retain()
                && on != null
                && on.options().lasts()) {
            int taken = takenExactlyOnce.merge(publication, 1, Integer::sum);
            int routed = publication.isWill ? publication.sends : 1;
            require(taken <= routed, "came " + taken + " times at QoS 2: " + publication);
        }
    }

    /** PUBACK leaves. */
    void onAcknowledged(int identifier) {
        unanswered.remove(identifier);
    }

    // ---- the end of a connection

    /** The broker's machine is gone. What was sent at QoS 1 may come anew, under another identifier. */
    void onCrash() {
        unanswered.clear();
        if (conversation != null) {
            lost(world.ledger().tick());
        }
    }

    void onClosed(Conversation from, @Nullable Throwable cause, long troublesAtGoodbye) {
        if (from != conversation) {
            return;
        }
        Publication will = from.options().will();
        if (from.saidGoodbye()) {
            if (will != null && will.sends == 1 && cause == null) {
                wills.forbidSoon(will, troublesAtGoodbye);
            }
            lost(NEVER);
        } else {
            require(mayEnd(), "the broker closed the connection: " + cause);
            lost(machine.lastTrouble());
        }
    }

    /** @param willFrom the earliest moment at which its will may have been routed */
    private void lost(long willFrom) {
        Conversation from = conversation;
        if (from == null) {
            return;
        }
        if (from.options().stranger()) {
            from.abandon();
            conversation = null;
            return;
        }
        boolean wasOpen = from.isOpen() || from.openedAt() > 0;
        if (!wasOpen && mayHaveExpired && expiry.mayBeOver()) {
            // Perhaps a new session has begun in the place of one that has ended: nobody can tell them apart.
            unsettled = null;
            mustStartClean = true;
        }
        if (from.options().lasts()) {
            expiry.onLeft(wasOpen, from.options().expirySeconds());
        }
        from.abandon();
        conversation = null;
        subscribing.clear();
        // What a share group takes back from an absent member comes no more, or under another identifier.
        unanswered.values().removeIf(each -> each != null && each.isShared());
        Publication will = from.options().will();
        if (will != null && wasOpen && !from.saidGoodbye()) {
            wills.onLost(from.options(), will, willFrom);
        }
        if (wasOpen && !from.options().lasts()) {
            forgetSession();
            session = Session.NONE;
        }
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new SimulationFailure(id + ": " + what);
        }
    }

    @Override
    public String toString() {
        return id + " [" + session + ", outbound " + outbound.keySet() + ", received " + received.keySet()
                + (conversation == null ? ", not connected" : isOpen() ? ", open" : ", connecting") + "]";
    }
}
