package org.althing.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.PacketEncoder;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/**
 * One network connection of a model client: what must hold within it. Acknowledgements leave in the order of what they
 * answer, some at once, some late.
 */
final class Conversation implements TransportListener {
    private static final int OWN_ALIASES_MAX = 3;

    private record Topic(String publisher, TopicName topic, Qos qos) {}

    /** A packet that the broker must answer, in the order of these. */
    record Asked(ControlPacket packet, long at) {}

    private final ModelClient client;
    private final ConnectOptions options;
    private final World world;
    private final Trace trace;
    private final Ledger ledger;
    private final RandomGenerator random;
    private final PacketDecoder decoder = new PacketDecoder(PacketDecoder.Sender.SERVER, Integer.MAX_VALUE);
    private final PacketEncoder encoder;
    private final Transport transport;

    private long connectedAtMillis;
    private final Map<Integer, TopicName> aliases = new HashMap<>();
    /** Of its own, that the broker knows. */
    private final Map<TopicName, Integer> ownAliases = new HashMap<>();

    private int ownAliasMax;

    private boolean over;
    private boolean open;
    private boolean sessionPresent;
    private long openedAt;
    private boolean goodbye;
    private long troublesAtGoodbye;

    private final ArrayDeque<Asked> asked = new ArrayDeque<>();
    private int pings;
    private boolean authenticating;
    private boolean closed;

    /** Packet identifiers of messages from the broker that are not wholly acknowledged. */
    private final Set<Integer> unacknowledged = new HashSet<>();

    private final ArrayDeque<Integer> awaitedReleases = new ArrayDeque<>();
    private final ArrayDeque<ControlPacket> acknowledgements = new ArrayDeque<>();
    private boolean acknowledging;
    private final Map<Topic, Publication> newestRepeat = new HashMap<>();

    Conversation(ModelClient client, ConnectOptions options, World world, Transport transport) {
        this.client = client;
        this.options = options;
        this.transport = transport;
        this.world = world;
        connectedAtMillis = world.wallMillis();
        trace = world.trace();
        ledger = world.ledger();
        random = client.random();
        encoder = new PacketEncoder(options.version());
        decoder.version(options.version());
    }

    boolean isOpen() {
        return open && !over && !goodbye;
    }

    boolean isOver() {
        return over;
    }

    boolean sessionPresent() {
        return sessionPresent;
    }

    /** The moment of its CONNACK. */
    long openedAt() {
        return openedAt;
    }

    /** The clock is put back: the broker may look at what waits for the client by a time that comes once more. */
    void onPutBack() {
        connectedAtMillis = Math.min(connectedAtMillis, world.wallMillis());
    }

    /** The wall time at which it began, or a lower one that the broker may go by since. */
    long connectedAtMillis() {
        return connectedAtMillis;
    }

    long nowNanos() {
        return world.time().clock().nanos();
    }

    boolean saidGoodbye() {
        return goodbye;
    }

    ConnectOptions options() {
        return options;
    }

    Transport transport() {
        return transport;
    }

    /** Nothing is asked, and nothing waits to be acknowledged. */
    boolean isAtRest() {
        return asked.isEmpty()
                && pings == 0
                && !authenticating
                && acknowledgements.isEmpty()
                && unacknowledged.isEmpty();
    }

    /** Whether the network connection is gone, as this end knows. */
    boolean isClosed() {
        return closed;
    }

    /** Everything that happens on it from now on means nothing. */
    void abandon() {
        over = true;
    }

    // ---- packets leave

    void send(ControlPacket original) {
        ControlPacket packet = original instanceof Publish publish ? withAlias(publish) : original;
        if (!(packet instanceof ControlPacket.PingReq)) {
            world.onActivity();
        }
        trace.line(client.id(), () -> "-> " + packet);
        trace.mix(packet.getClass().getSimpleName().hashCode());
        switch (packet) {
            case Publish publish when publish.packetIdentifier() == 0 -> {}
            case Publish publish -> ask(packet);
            case PubRel release -> ask(packet);
            case Subscribe subscribe -> ask(packet);
            case Unsubscribe unsubscribe -> ask(packet);
            case ControlPacket.PingReq ping -> pings++;
            default -> {}
        }
        PacketBuffer buffer = new PacketBuffer(64);
        encoder.encode(packet, buffer);
        transport.write(buffer.view());
        transport.flush();
    }

    /** Says an alias in the place of the topic, or beside it, or not. */
    private Publish withAlias(Publish packet) {
        TopicName topic = packet.message().topic();
        if (ownAliasMax == 0 || random.nextBoolean()) {
            return packet;
        }
        Integer known = ownAliases.get(topic);
        if (known != null && random.nextInt(4) > 0) {
            ApplicationMessage message = packet.message();
            return new Publish(
                    packet.duplicate(),
                    packet.packetIdentifier(),
                    known,
                    new ApplicationMessage(
                            TopicName.ALIASED,
                            message.payload(),
                            message.qos(),
                            message.retain(),
                            message.properties()));
        }
        int alias = 1 + random.nextInt(Math.min(ownAliasMax, OWN_ALIASES_MAX));
        ownAliases.values().remove(alias); // it stands for another topic from now on
        ownAliases.put(topic, alias);
        return new Publish(packet.duplicate(), packet.packetIdentifier(), alias, packet.message());
    }

    private void ask(ControlPacket packet) {
        asked.add(new Asked(packet, ledger.tick()));
    }

    void sayGoodbye(ControlPacket.Disconnect packet, long troubles) {
        goodbye = true;
        troublesAtGoodbye = troubles;
        send(packet);
    }

    private void acknowledge(ControlPacket packet) {
        acknowledgements.add(packet);
        acknowledgeSoon();
    }

    private void acknowledgeSoon() {
        if (!acknowledging) {
            acknowledging = true;
            int luck = random.nextInt(20);
            long delay = luck < 10 ? 0 : luck < 19 ? random.nextLong(20_000_000) : random.nextLong(200_000_000);
            transport.loop().schedule(delay, this::acknowledgeSome);
        }
    }

    private void acknowledgeSome() {
        acknowledging = false;
        if (over || goodbye) {
            return;
        }
        int count = 1 + random.nextInt(acknowledgements.size());
        for (int i = 0; i < count; i++) {
            ControlPacket packet = acknowledgements.removeFirst();
            switch (packet) {
                case PubAck ack -> {
                    unacknowledged.remove(ack.packetIdentifier());
                    client.receiving().onAcknowledged(ack.packetIdentifier());
                }
                case PubRec ack -> awaitedReleases.add(ack.packetIdentifier());
                case PubComp ack -> unacknowledged.remove(ack.packetIdentifier());
                default -> {}
            }
            send(packet);
        }
        if (!acknowledgements.isEmpty()) {
            acknowledgeSoon();
        }
    }

    // ---- packets arrive

    @Override
    public void onBytes(ByteBuffer bytes) {
        try {
            while (!over && !goodbye) {
                int start = bytes.position();
                ControlPacket packet = decoder.decode(bytes);
                if (packet == null) {
                    return;
                }
                require(
                        bytes.position() - start <= options.maximumPacketSize(),
                        "is larger than the client takes",
                        packet); // [MQTT-3.1.2-24]
                if (!(packet instanceof ControlPacket.PingResp)) {
                    world.onActivity();
                }
                trace.line(client.id(), () -> "<- " + packet);
                trace.mix(packet.getClass().getSimpleName().hashCode());
                onPacket(packet);
            }
            bytes.position(bytes.limit()); // nobody listens any more
        } catch (MalformedPacketException e) {
            throw new SimulationFailure(client.id() + " was sent what is no packet", e);
        }
    }

    private void onPacket(ControlPacket packet) {
        require(
                open || packet instanceof ConnAck || packet instanceof ControlPacket.Auth,
                "came before CONNACK",
                packet);
        switch (packet) {
            case ConnAck answer -> onConnAck(answer);
            case Publish publish -> onPublish(withTopic(publish));
            case PubAck ack -> {
                require(
                        answered(packet) instanceof Publish p
                                && p.packetIdentifier() == ack.packetIdentifier()
                                && p.message().qos() == Qos.AT_LEAST_ONCE,
                        "is not in turn",
                        packet);
                require(!ack.reasonCode().isError(), "refuses", packet);
                client.sending().onPubAck(ack);
            }
            case PubRec ack -> {
                require(
                        answered(packet) instanceof Publish p
                                && p.packetIdentifier() == ack.packetIdentifier()
                                && p.message().qos() == Qos.EXACTLY_ONCE,
                        "is not in turn",
                        packet);
                require(!ack.reasonCode().isError(), "refuses", packet);
                client.sending().onPubRec(ack.packetIdentifier());
                acknowledge(new PubRel(ack.packetIdentifier(), ReasonCode.SUCCESS));
            }
            case PubComp ack -> {
                require(
                        answered(packet) instanceof PubRel p && p.packetIdentifier() == ack.packetIdentifier(),
                        "is not in turn",
                        packet);
                client.sending().onPubComp(ack.packetIdentifier());
            }
            case PubRel release -> onPubRel(release);
            case SubAck ack -> onSubAck(ack, answered(packet));
            case UnsubAck ack -> onUnsubAck(ack);
            case ControlPacket.PingResp ping -> require(--pings >= 0, "was not asked for", packet);
            case ControlPacket.Auth auth -> onAuth(auth);
            case ControlPacket.Disconnect disconnect -> client.onDisconnect(this, disconnect.reasonCode());
            default -> require(false, "is not for clients", packet);
        }
    }

    private @Nullable ControlPacket answered(ControlPacket answer) {
        require(!asked.isEmpty(), "answers nothing", answer);
        return asked.removeFirst().packet();
    }

    private void onConnAck(ConnAck answer) {
        require(!open, "came twice", answer);
        open = !answer.reasonCode().isError();
        openedAt = ledger.tick();
        sessionPresent = answer.sessionPresent();
        ownAliasMax = (int) answer.properties().integer(Property.TOPIC_ALIAS_MAXIMUM, 0);
        client.onConnAck(this, answer);
        keepAlive();
    }

    /** Asks to be authenticated again. */
    void authenticateAgain() {
        if (options.riddle() && !authenticating) {
            authenticating = true;
            send(Riddle.again());
        }
    }

    private void onAuth(ControlPacket.Auth packet) {
        require(options.riddle() && (authenticating || !open), "was not asked for", packet);
        if (packet.reasonCode() == ReasonCode.CONTINUE_AUTHENTICATION) {
            send(Riddle.answer(packet, options.stranger()));
        } else {
            require(packet.reasonCode() == ReasonCode.SUCCESS && open, "ends an authentication so", packet);
            authenticating = false;
        }
    }

    /** [MQTT-3.1.2-22] Something is sent in time. */
    private void keepAlive() {
        long seconds = options.keepAliveSeconds();
        if (seconds > 0) {
            transport.loop().schedule(seconds * 400_000_000, () -> {
                if (isOpen()) {
                    send(ControlPacket.PingReq.INSTANCE);
                    keepAlive();
                }
            });
        }
    }

    private void onSubAck(SubAck ack, @Nullable ControlPacket answered) {
        if (!(answered instanceof Subscribe subscribe && subscribe.packetIdentifier() == ack.packetIdentifier())) {
            throw new SimulationFailure(client.id() + ": is not in turn: " + ack + " for " + answered);
        }
        List<ReasonCode> expected = new ArrayList<>();
        subscribe
                .requests()
                .forEach(request ->
                        expected.add(ReasonCode.granted(request.options().qos())));
        require(ack.reasonCodes().equals(expected), "does not grant what was asked for", ack);
        client.sending().onSubAck(subscribe);
    }

    private void onUnsubAck(UnsubAck ack) {
        Asked first = asked.poll();
        if (first == null
                || !(first.packet() instanceof Unsubscribe unsubscribe
                        && unsubscribe.packetIdentifier() == ack.packetIdentifier())) {
            throw new SimulationFailure(client.id() + ": is not in turn: " + ack + " for " + first);
        }
        client.sending().onUnsubAck(unsubscribe, first.at());
    }

    private void onPubRel(PubRel release) {
        int identifier = release.packetIdentifier();
        if (awaitedReleases.contains(identifier)) {
            // [MQTT-4.6.0-4]
            require(awaitedReleases.removeFirst() == identifier, "is not in turn of PUBREC", release);
        }
        boolean known = client.receiving().onPubRel(identifier);
        acknowledge(new PubComp(
                identifier,
                known || options.version().level() < 5 ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
    }

    /** [MQTT-3.3.2-8], [MQTT-3.3.2-9], [MQTT-3.3.2-12] */
    private Publish withTopic(Publish packet) {
        int alias = packet.topicAlias();
        require(alias <= options.topicAliasMaximum(), "has a topic alias beyond the maximum", packet);
        ApplicationMessage message = packet.message();
        TopicName topic = message.topic();
        if (topic == TopicName.ALIASED) {
            topic = aliases.getOrDefault(alias, topic);
            require(topic != TopicName.ALIASED, "has an alias that stands for nothing", packet);
        } else if (alias != 0) {
            aliases.put(alias, topic);
        }
        return new Publish(
                packet.duplicate(),
                packet.packetIdentifier(),
                0,
                new ApplicationMessage(
                        topic, message.payload(), message.qos(), message.retain(), message.properties()));
    }

    private void onPublish(Publish packet) {
        Publication publication = ledger.find(packet.message());
        int identifier = packet.packetIdentifier();
        require(!packet.duplicate() || sessionPresent, "is a repeat in a new session", packet); // [MQTT-3.3.1-1]
        if (identifier != 0) {
            // [MQTT-2.2.1-4]
            require(unacknowledged.add(identifier), "has the identifier of one that is in flight", packet);
            require(unacknowledged.size() <= options.receiveMaximum(), "exceeds receive maximum", packet);
        }
        if (packet.duplicate() && publication != null) {
            checkOrderOfRepeats(publication, packet.message().qos());
        }
        client.receiving().onPublish(packet, publication);
        switch (packet.message().qos()) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE -> acknowledge(new PubAck(identifier, ReasonCode.SUCCESS));
            case EXACTLY_ONCE -> acknowledge(new PubRec(identifier, ReasonCode.SUCCESS));
        }
    }

    /** [MQTT-4.6.0-1] What is sent again comes in the order in which it was sent. */
    private void checkOrderOfRepeats(Publication publication, Qos qos) {
        boolean routedOnce = publication.sends == 1 && ledger.crashesSince(publication) == 0;
        if (!routedOnce || publication.isWill || publication.message.retain() || publication.isShared()) {
            return;
        }
        Topic topic = new Topic(publication.publisher, publication.message.topic(), qos);
        Publication before = newestRepeat.put(topic, publication);
        if (before != null && before.number >= publication.number) {
            throw new SimulationFailure(
                    client.id() + ": sent again in another order: " + publication + " after " + before);
        }
    }

    private void require(boolean holds, String what, ControlPacket packet) {
        if (!holds) {
            throw new SimulationFailure(client.id() + ": " + what + ": " + packet);
        }
    }

    // ---- the end

    @Override
    public void onClosed(@Nullable Throwable cause) {
        trace.line(client.id(), () -> (over ? "abandoned connection closed: " : "closed: ") + cause);
        closed = true;
        if (!over) {
            over = true;
            client.onClosed(this, cause, troublesAtGoodbye);
        }
    }
}
