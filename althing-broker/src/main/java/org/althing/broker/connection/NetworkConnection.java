package org.althing.broker.connection;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.althing.broker.Authenticator;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.ListenerConfig;
import org.althing.broker.session.ConnectRequest;
import org.althing.broker.session.Session;
import org.althing.broker.session.SessionLink;
import org.althing.broker.session.SessionRegistry;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.codec.PacketEncoder;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: turns packets of one transport into calls of its session, and back.
 *
 * <pre>
 *   NEW ──CONNECT──► AUTHENTICATING ──accepted──► ACCEPTED ──CONNACK left──► OPEN
 *    └──────────────────────┴──────────────────────────┴────────────────────────┴──► ENDED
 * </pre>
 *
 * <p>Packets are taken while NEW and OPEN only. What arrives in between stays in {@link Input}, in its order, and reading
 * pauses; the same happens while too many acknowledgements wait for the disk, or too many bytes for the client.
 *
 * <p>Nothing that arrives can throw out of here: what the peer did wrong ends its connection with a reason, and what we
 * did wrong ends it too, loudly.
 */
public final class NetworkConnection implements TransportListener, SessionLink {
    /** Packets that may wait for the disk, or for an interceptor, before no more are taken. */
    private static final int HELD_MAX = 1_024;

    private enum Phase {
        NEW,
        AUTHENTICATING,
        ACCEPTED,
        OPEN,
        ENDED
    }

    private final ConnectionEnvironment environment;
    private final ListenerConfig listener;
    private final Transport transport;
    private final Runnable onGone;
    private final Input input;
    private final Output output;
    private final HeldPackets held;
    private final KeepAlive keepAlive;
    private final String address;

    private Phase phase = Phase.NEW;
    private String clientId = "<unknown>";
    private ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    private @Nullable Handshake handshake;
    private @Nullable Session session;
    private int receiveMaximum = Integer.MAX_VALUE;
    /** QoS 1 and 2 messages from the client whose last acknowledgement has not left. */
    private int unacknowledged;

    private boolean inputEnded;

    /** @param onGone runs once, when the transport is closed */
    public NetworkConnection(
            ConnectionEnvironment environment, ListenerConfig listener, Transport transport, Runnable onGone) {
        this.environment = environment;
        this.listener = listener;
        this.transport = transport;
        this.onGone = onGone;
        address = format(transport.remoteAddress());
        input = new Input(environment.config().connections().packetSizeMax(), this::takesPackets, this::onPacket);
        output = new Output(
                transport,
                environment.counters(),
                environment.config().connections().unsentBytesMax(),
                () -> guarded(this::onRoom));
        held = new HeldPackets(
                environment.sessions().changes(),
                this::transmit,
                () -> environment.loop().execute(this::onStateLost),
                this::onDrained);
        keepAlive = new KeepAlive(environment.loop(), this::onSilence);
        keepAlive.limit(environment.config().connections().handshakeTimeout().toNanos());
        environment.logConnection("New connection from " + address + " on " + place(transport.localAddress()) + ".");
    }

    private static String format(SocketAddress address) {
        return address instanceof InetSocketAddress internet && internet.getAddress() != null
                ? internet.getAddress().getHostAddress() + ":" + internet.getPort()
                : address.toString();
    }

    private static String place(SocketAddress local) {
        return local instanceof InetSocketAddress internet ? "port " + internet.getPort() : local.toString();
    }

    // ---- bytes arrive

    @Override
    public void onBytes(ByteBuffer bytes) {
        environment.counters().bytesReceived.add(bytes.remaining());
        keepAlive.heard();
        guarded(() -> {
            if (phase != Phase.ENDED) {
                input.take(bytes);
                afterInput();
            }
        });
    }

    private boolean takesPackets() {
        return (phase == Phase.NEW || phase == Phase.OPEN) && held.size() <= HELD_MAX && !output.isFull();
    }

    /** Goes on with what has arrived, if what stopped it is over. */
    private void resume() throws MalformedPacketException {
        if (phase != Phase.ENDED) {
            if (input.isPaused()) {
                keepAlive.heard(); // we did not listen
            }
            input.resume();
            afterInput();
        }
    }

    private void onDrained() {
        if (input.isPaused() || inputEnded) {
            environment.loop().execute(() -> guarded(this::resume));
        }
    }

    private void afterInput() {
        if (phase == Phase.ENDED) {
            return;
        }
        boolean pause = input.hasKept() || !takesPackets();
        if (input.isPaused() != pause) {
            input.paused(pause);
            transport.reading(!pause);
        }
        if (inputEnded && !pause && held.size() == 0) {
            leave("connection closed by client", false);
        }
    }

    @Override
    public boolean onEndOfInput() {
        inputEnded = true;
        guarded(this::afterInput);
        return true; // a client that only stopped sending still gets its acknowledgements
    }

    private void onRoom() throws MalformedPacketException {
        if (session != null && phase == Phase.OPEN) {
            session.onRoom();
        }
        resume();
    }

    @Override
    public void onWritable() {
        output.onWritable();
    }

    /** Runs what the client has caused; nothing of it may harm others. */
    private void guarded(Action action) {
        try {
            action.run();
        } catch (MalformedPacketException e) {
            guarded(() -> onMalformed(e));
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            onBug(e);
        }
    }

    private interface Action {
        void run() throws MalformedPacketException;
    }

    private void onMalformed(MalformedPacketException e) {
        String why = words(e.reasonCode()) + ": " + e.getMessage();
        ProtocolVersion spoken = input.version();
        if (phase != Phase.NEW) {
            end(e.reasonCode(), why); // [MQTT-4.13.1-1]
        } else if (e.reasonCode() == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION) {
            refuse(e.reasonCode(), why); // in the form of 3.1.1, which all older clients read ([MQTT-3.1.2-2] there)
        } else if (spoken == ProtocolVersion.MQTT_5) {
            output.encoder(new PacketEncoder(spoken));
            refuse(e.reasonCode(), why);
        } else {
            end(e.reasonCode(), why);
        }
    }

    /** A bug of ours: this connection ends, and the log has all that is known. */
    private void onBug(Throwable bug) {
        StringWriter trace = new StringWriter();
        bug.printStackTrace(new PrintWriter(trace));
        environment.log().log(Level.ERROR, "Error: Bug while serving " + name() + ", " + session + ": " + trace);
        if (phase != Phase.ENDED) {
            end(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "internal error");
        }
    }

    // ---- packets arrive

    private void onPacket(ControlPacket packet) {
        environment.counters().packetsReceived.increment();
        if (environment.log().logs(Level.DEBUG)) {
            environment.log().log(Level.DEBUG, PacketLog.received(packet, clientId));
        }
        Session open = session;
        if (packet instanceof ControlPacket.Connect connect) {
            onConnect(connect);
        } else if (open == null) {
            throw new IllegalStateException("before CONNECT: " + packet);
        } else {
            onPacket(packet, open);
        }
    }

    private void onPacket(ControlPacket packet, Session open) {
        switch (packet) {
            case ControlPacket.Publish publish -> onPublish(publish, open);
            case ControlPacket.PubAck ack -> open.onPubAck(ack.packetIdentifier());
            case ControlPacket.PubRec ack -> open.onPubRec(ack.packetIdentifier(), ack.reasonCode());
            case ControlPacket.PubRel release -> open.onPubRel(release.packetIdentifier());
            case ControlPacket.PubComp ack -> open.onPubComp(ack.packetIdentifier());
            case ControlPacket.Subscribe subscribe -> open.onSubscribe(subscribe, listener.qosMax());
            case ControlPacket.Unsubscribe unsubscribe -> open.onUnsubscribe(unsubscribe);
            case ControlPacket.PingReq ping -> send(ControlPacket.PingResp.INSTANCE); // [MQTT-3.12.4-1]
            case ControlPacket.Disconnect disconnect -> onDisconnect(disconnect, open);
            case ControlPacket.Auth auth ->
                end(ReasonCode.PROTOCOL_ERROR, "protocol error: AUTH without Authentication Method in CONNECT");
            case ControlPacket.Connect no -> throw unexpected(no);
            case ControlPacket.ConnAck no -> throw unexpected(no);
            case ControlPacket.SubAck no -> throw unexpected(no);
            case ControlPacket.UnsubAck no -> throw unexpected(no);
            case ControlPacket.PingResp no -> throw unexpected(no);
        }
    }

    private static IllegalStateException unexpected(ControlPacket packet) {
        return new IllegalStateException("the decoder let through " + packet);
    }

    private void onPublish(ControlPacket.Publish packet, Session open) {
        environment.counters().publishesReceived.increment();
        Qos qos = packet.message().qos();
        if (packet.topicAlias() != 0) {
            // [MQTT-3.3.2-9] CONNACK granted none.
            end(ReasonCode.TOPIC_ALIAS_INVALID, "topic alias " + packet.topicAlias() + ", more than 0");
        } else if (qos.compareTo(listener.qosMax()) > 0) {
            end(ReasonCode.QOS_NOT_SUPPORTED, "QoS not supported"); // [MQTT-3.2.2-11]
        } else if (packet.message().retain() && !environment.config().delivery().retainAvailable()) {
            end(ReasonCode.RETAIN_NOT_SUPPORTED, "retain not supported"); // [MQTT-3.2.2-14]
        } else if (qos != Qos.AT_MOST_ONCE && version == ProtocolVersion.MQTT_5 && unacknowledged >= receiveMaximum) {
            // [MQTT-3.3.4-7], [MQTT-3.3.4-8]
            end(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED, "more than " + receiveMaximum + " messages at a time");
        } else {
            if (qos != Qos.AT_MOST_ONCE) {
                unacknowledged++;
            }
            open.onPublish(packet);
        }
    }

    private void onDisconnect(ControlPacket.Disconnect packet, Session open) {
        long expiry = packet.properties().integer(Property.SESSION_EXPIRY_INTERVAL, -1);
        if (expiry > 0 && open.expirySeconds() == 0) {
            end(ReasonCode.PROTOCOL_ERROR, "protocol error: DISCONNECT prolongs a session that ends with it");
            return;
        }
        if (expiry >= 0) {
            open.expirySeconds(environment.registry().grantedExpirySeconds(expiry));
        }
        boolean normal = packet.reasonCode() == ReasonCode.SUCCESS;
        leave(normal ? "" : words(packet.reasonCode()), normal); // [MQTT-3.14.4-3]
    }

    // ---- handshake

    private void onConnect(ControlPacket.Connect connect) {
        if (phase != Phase.NEW) {
            end(ReasonCode.PROTOCOL_ERROR, "protocol error: second CONNECT"); // [MQTT-3.1.0-2]
            return;
        }
        Handshake asked = new Handshake(environment, listener, connect);
        handshake = asked;
        clientId = asked.clientId();
        version = connect.version();
        PacketEncoder encoder = new PacketEncoder(version);
        encoder.packetSizeMax(asked.packetSizeMax());
        encoder.problemInformation(asked.wantsProblemInformation());
        output.encoder(encoder);
        ReasonCode refusal = asked.refusal();
        if (refusal != null) {
            refuse(refusal, words(refusal));
            return;
        }
        phase = Phase.AUTHENTICATING;
        environment.authenticator().authenticate(asked.attempt(transport.remoteAddress()), new Reply());
    }

    /** The authenticator's answer, from any thread; only the first one counts. */
    private final class Reply implements Authenticator.AuthReply {
        @Override
        public void accept(@Nullable String userName) {
            inLoop(() -> onAccepted(userName));
        }

        @Override
        public void refuse(ReasonCode reasonCode, String why) {
            if (!reasonCode.isError()) {
                throw new IllegalArgumentException("not a refusal: " + reasonCode);
            }
            inLoop(() ->
                    NetworkConnection.this.refuse(reasonCode, words(reasonCode) + (why.isEmpty() ? "" : ": " + why)));
        }

        private void inLoop(Action action) {
            Runnable task = () -> guarded(() -> {
                if (phase == Phase.AUTHENTICATING) {
                    action.run();
                }
            });
            if (environment.loop().inLoop()) {
                task.run();
            } else {
                environment.loop().execute(task);
            }
        }
    }

    private void onAccepted(@Nullable String userName) {
        Handshake asked = handshake;
        if (asked == null) {
            throw new IllegalStateException("accepted without CONNECT");
        }
        ConnectRequest request = asked.request(this, userName);
        boolean mustBeSaved = request.expirySeconds() > 0 || request.will() != null;
        if (mustBeSaved && environment.sessions().changes().hasFailed()) {
            refuse(ReasonCode.SERVER_UNAVAILABLE, "state can no longer be saved");
            return;
        }
        phase = Phase.ACCEPTED;
        SessionRegistry.Connected connected = environment.registry().connect(request);
        session = connected.session();
        receiveMaximum = asked.receiveMaximum();
        keepAlive.limit(TimeUnit.SECONDS.toNanos(asked.serverKeepAlive()) * 3 / 2); // [MQTT-3.1.2-22]
        environment.counters().clientsConnected.increment();
        environment.logConnection("New client connected from " + address + " as " + clientId + " (p" + version.level()
                + ", c" + (asked.connect().cleanStart() ? 1 : 0) + ", k"
                + asked.connect().keepAliveSeconds() + (userName == null ? "" : ", u'" + userName + "'") + ").");
        held.add(
                connected.session().lastChange(),
                new ControlPacket.ConnAck(
                        connected.resumed(),
                        ReasonCode.SUCCESS,
                        asked.granted(connected.session().expirySeconds())));
    }

    /** CONNACK has left, and now the rest may. */
    private void onOpen(Session opened) {
        phase = Phase.OPEN;
        opened.open();
        environment.loop().execute(() -> guarded(this::resume));
    }

    private void refuse(ReasonCode reasonCode, String why) {
        output.send(new ControlPacket.ConnAck(false, reasonCode, Properties.NONE));
        leave(why, false);
    }

    // ---- packets leave

    @Override
    public boolean hasRoom() {
        return output.hasRoom();
    }

    @Override
    public boolean send(ControlPacket packet) {
        if (environment.log().logs(Level.DEBUG)) {
            environment.log().log(Level.DEBUG, PacketLog.sending(packet, clientId));
        }
        try {
            boolean sent = output.send(packet);
            if (sent && packet instanceof ControlPacket.Publish) {
                environment.counters().publishesSent.increment();
            }
            return sent;
        } catch (IllegalArgumentException e) {
            // Perhaps in the middle of a fan-out: the others must not suffer from it.
            environment.loop().execute(() -> onBug(e));
            return true;
        }
    }

    @Override
    public void sendAfter(long change, ControlPacket packet) {
        held.add(change, packet);
    }

    @Override
    public AckSlot reserve() {
        return held.reserve();
    }

    /** It is the packet's turn, and what it stands for is safe. */
    private void transmit(ControlPacket packet) {
        boolean finished = switch (packet) {
            case ControlPacket.PubAck ack -> true;
            case ControlPacket.PubRec ack -> ack.reasonCode().isError();
            case ControlPacket.PubComp ack -> true;
            default -> false;
        };
        if (finished && unacknowledged > 0) {
            unacknowledged--;
        }
        boolean sent = send(packet);
        if (!sent && packet instanceof ControlPacket.Publish publish && session != null) {
            session.onTooLarge(publish.packetIdentifier());
        }
        if (packet instanceof ControlPacket.ConnAck && session != null) {
            onOpen(session);
        }
    }

    // ---- the end

    @Override
    public void end(ReasonCode reasonCode, String why) {
        if (phase == Phase.ENDED) {
            return;
        }
        if (phase == Phase.OPEN && version == ProtocolVersion.MQTT_5) {
            output.send(new ControlPacket.Disconnect(reasonCode));
        }
        leave(why, false);
    }

    private void onSilence() {
        guarded(() -> end(
                ReasonCode.KEEP_ALIVE_TIMEOUT,
                phase == Phase.NEW || phase == Phase.AUTHENTICATING ? "no complete handshake" : "exceeded timeout"));
    }

    /** What this client was promised cannot be kept: nothing is acknowledged. */
    private void onStateLost() {
        end(ReasonCode.UNSPECIFIED_ERROR, "state could not be saved");
    }

    /** The broker stops. */
    public void shutDown() {
        guarded(() -> end(ReasonCode.SERVER_SHUTTING_DOWN, "server shutting down"));
    }

    private void leave(String why, boolean discardWill) {
        boolean wasConnected = session != null;
        phase = Phase.ENDED;
        keepAlive.stop();
        held.close();
        input.close();
        environment.logConnection("Client " + name() + " disconnected" + (why.isEmpty() ? "" : ": " + why) + ".");
        output.close();
        if (wasConnected && session != null) {
            environment.counters().clientsConnected.decrement();
            environment.registry().disconnected(session, this, discardWill);
        }
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
        guarded(() -> {
            if (phase != Phase.ENDED) {
                leave(cause == null ? "connection closed by client" : String.valueOf(cause.getMessage()), false);
            }
        });
        onGone.run();
    }

    private String name() {
        return clientId + " [" + address + "]";
    }

    private static String words(ReasonCode reasonCode) {
        return switch (reasonCode) {
            case NOT_AUTHORIZED -> "not authorised"; // Mosquitto's spelling, which scripts look for
            default -> reasonCode.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        };
    }
}
