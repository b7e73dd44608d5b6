package org.althing.broker.connection;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.ListenerConfig;
import org.althing.broker.session.Session;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.net.Security;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection, from the first byte to the end: its phase, when it reads, and why it is over.
 *
 * <pre>
 *   NEW ──CONNECT──► AUTHENTICATING ──accepted──► ACCEPTED ──CONNACK left──► OPEN
 *    └──────────────────────┴──────────────────────────┴────────────────────────┴──► ENDED
 * </pre>
 *
 * <p>If the CONNECT names a client of another shard, this connection is MOVED instead, and another one goes on there from
 * the CONNECT on.
 *
 * <p>Packets are taken while NEW and OPEN only. What arrives in between stays in {@link Input}, in its order, and reading
 * pauses; the same happens while too many acknowledgements wait for the disk, or too many bytes for the client.
 *
 * <p>The rest is done by its parts. Those of the lower row belong to the shard of the client, and are made when CONNECT
 * has said who that is.
 *
 * <pre>
 *   Transport ──► Input (bytes to packets)      Output (packets to bytes) ──► Transport
 *                   ├─► Admission (CONNECT to CONNACK)       ▲
 *                   └─► Dispatch ──► Session ──► ClientLink ─┘  (what acknowledges waits in HeldPackets)
 * </pre>
 *
 * <p>Nothing that arrives can throw out of here: what the peer did wrong ends its connection with a reason, and what we
 * did wrong ends it too, loudly.
 */
public final class NetworkConnection implements TransportListener {
    /** Packets that may wait for the disk, or for an interceptor, before no more are taken. */
    private static final int HELD_MAX = 1_024;

    private enum Phase {
        NEW,
        AUTHENTICATING,
        ACCEPTED,
        OPEN,
        /** Another connection goes on, on the client's shard. */
        MOVED,
        ENDED
    }

    /** Who has made the connection. */
    public interface Owner {
        /**
         * The client belongs to another shard. From now on this connection does nothing more, and another one is made
         * there from what it leaves.
         */
        void move(int shard, Moving moving);

        /** The transport is closed. Called once, unless it moved. */
        void gone();
    }

    /** What a connection takes along to the client's shard: the CONNECT, and what came behind it. */
    public static final class Moving {
        private final ListenerConfig listener;
        private final ControlPacket.Connect connect;
        private final Input input;
        private final long beganNanos;

        private Moving(ListenerConfig listener, ControlPacket.Connect connect, Input input, long beganNanos) {
            this.listener = listener;
            this.connect = connect;
            this.input = input;
            this.beganNanos = beganNanos;
        }

        /** Where it came in, as it was then. */
        public ListenerConfig listener() {
            return listener;
        }
    }

    private final ConnectionEnvironment environment;
    private final ListenerConfig listener;
    private final Transport transport;
    private final Owner owner;
    private final Input input;
    private final Output output;
    private final KeepAlive keepAlive;
    private final long beganNanos;

    private Phase phase = Phase.NEW;
    private String clientId = "<unknown>";
    private ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    private @Nullable Admission admission;
    /** What there is from the moment at which the client is let in. */
    private @Nullable Dispatch accepted;

    private boolean inputEnded;
    private boolean packetCame;
    private boolean waitsForPeers;
    private boolean somethingCame;
    private boolean stopping;
    /** Whether the client has asked to be told why. */
    private boolean explains;

    /** What {@link Input} finds. */
    private final class Arrivals implements Input.Taker {
        @Override
        public boolean takesPackets() {
            return NetworkConnection.this.takesPackets();
        }

        @Override
        public void take(ControlPacket packet) throws MalformedPacketException {
            onPacket(packet);
        }
    }

    private NetworkConnection(
            ConnectionEnvironment environment,
            ListenerConfig listener,
            Transport transport,
            Owner owner,
            @Nullable Moving moving) {
        this.environment = environment;
        this.listener = listener;
        this.transport = transport;
        this.owner = owner;
        long now = environment.loop().clock().nanos();
        beganNanos = moving == null ? now : moving.beganNanos;
        input = moving == null ? new Input(decoder(), new Arrivals()) : moving.input;
        output = new Output(
                transport,
                environment.codecs(),
                environment.counters(),
                environment.config().connections().unsentBytesMax(),
                () -> guarded(this::onRoom));
        keepAlive = new KeepAlive(environment.loop(), this::onSilence);
        long wayIn = environment.config().connections().handshakeTimeout().toNanos();
        keepAlive.limit(Math.max(1, beganNanos + wayIn - now));
    }

    /** A connection from its first byte on. */
    public static NetworkConnection begin(
            ConnectionEnvironment environment, ListenerConfig listener, Transport transport, Owner owner) {
        NetworkConnection begun = new NetworkConnection(environment, listener, transport, owner, null);
        if (begun.lines() instanceof ComingsAndGoings lines) {
            lines.began(begun.clientId, listener);
        }
        return begun;
    }

    /** Goes on, on the client's shard, with a connection that began elsewhere; {@link #arrive} follows. */
    public static NetworkConnection goOn(
            ConnectionEnvironment environment,
            ListenerConfig listener,
            Transport transport,
            Owner owner,
            Moving moving) {
        NetworkConnection moved = new NetworkConnection(environment, listener, transport, owner, moving);
        moving.input.handOver(moved.decoder(), moved.new Arrivals());
        moved.somethingCame = true;
        return moved;
    }

    /** Takes the CONNECT that made it move. */
    public void arrive(Moving moving) {
        guarded(() -> {
            onConnect(moving.connect);
            afterInput();
        });
    }

    // ---- bytes arrive

    @Override
    public void onBytes(ByteBuffer bytes) {
        environment.counters().bytesReceived.add(bytes.remaining());
        int count = bytes.remaining();
        guarded(() -> {
            if (!isOver()) {
                String foreign = somethingCame ? null : ForeignBytes.of(bytes, listener);
                somethingCame = true;
                if (foreign != null) {
                    leave(foreign, false);
                    return;
                }
                packetCame = false;
                input.take(bytes);
                watch(count);
                afterInput();
            }
        });
    }

    /** Tells the keep alive what came; the handshake has its time as a whole. */
    private void watch(int byteCount) {
        if (phase == Phase.OPEN) {
            if (packetCame) {
                keepAlive.heard();
            } else {
                keepAlive.heardBytes(byteCount);
            }
        }
    }

    private boolean takesPackets() {
        boolean itsTurn = phase == Phase.NEW
                || phase == Phase.OPEN
                || (phase == Phase.AUTHENTICATING && admission != null && admission.awaitsClient());
        return itsTurn && held() <= HELD_MAX && !waitsForPeers && !stopping && !output.isFull();
    }

    /** Another shard takes what this client publishes too slowly: its publisher waits. */
    private void waitForPeers() {
        waitsForPeers = true;
        environment.sessions().router().peers().whenUncongested(() -> {
            waitsForPeers = false;
            guarded(this::resume);
        });
    }

    private boolean isOver() {
        return phase == Phase.ENDED || phase == Phase.MOVED;
    }

    private int held() {
        return accepted == null ? 0 : accepted.link().held();
    }

    /** Goes on with what has arrived, if what stopped it is over. */
    private void resume() throws MalformedPacketException {
        if (!isOver()) {
            if (input.isPaused() && phase == Phase.OPEN) {
                keepAlive.heard(); // we did not listen
            }
            input.resume();
            afterInput();
            if (stopping && held() == 0) {
                endForStop();
            }
        }
    }

    /** Packets have left that had to wait. */
    void onDrained() {
        if (input.isPaused() || inputEnded || stopping) {
            environment.loop().execute(() -> guarded(this::resume));
        }
    }

    private void afterInput() {
        if (isOver()) {
            return;
        }
        boolean pause = input.hasKept() || !takesPackets();
        if (input.isPaused() != pause) {
            input.paused(pause);
            transport.reading(!pause);
        }
        if (inputEnded && !pause && held() == 0) {
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
        if (accepted != null && phase == Phase.OPEN) {
            accepted.session().onRoom();
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

    /** Something the client has caused. */
    interface Action {
        void run() throws MalformedPacketException;
    }

    private void onMalformed(MalformedPacketException e) {
        String why = Farewell.words(e.reasonCode(), String.valueOf(e.getMessage()));
        ProtocolVersion spoken = input.version();
        boolean unsupported = e.reasonCode() == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
        // What is wrong with a second CONNECT is that it is one ([MQTT-3.1.0-2]).
        ReasonCode code = unsupported && phase != Phase.NEW ? ReasonCode.PROTOCOL_ERROR : e.reasonCode();
        boolean mayRefuse = phase == Phase.NEW || phase == Phase.AUTHENTICATING;
        if (!mayRefuse) {
            end(code, why); // [MQTT-4.13.1-1]
        } else if (code == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION) {
            refuse(code, why); // in the form of 3.1.1, which all older clients read ([MQTT-3.1.2-2] there)
        } else if (spoken == ProtocolVersion.MQTT_5) {
            if (phase == Phase.NEW) {
                output.encoder(environment.codecs().encoder(spoken));
            }
            refuse(Refusal.byConnAck(code), why);
        } else {
            end(code, why);
        }
    }

    /** A bug of ours: this connection ends, and the log has all that is known. */
    void onBug(Throwable bug) {
        BugReport.write(this, clientId + " [" + address() + "], " + session(), bug);
        if (!isOver()) {
            end(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "internal error");
        }
    }

    // ---- packets arrive

    private void onPacket(ControlPacket packet) throws MalformedPacketException {
        environment.counters().packetsReceived.increment();
        if (environment.log().logs(Level.DEBUG)) {
            log(Level.DEBUG, PacketLog.received(packet, clientId));
        }
        packetCame = true;
        if (packet instanceof ControlPacket.Connect connect) {
            environment.counters().connectsReceived.increment();
            onConnect(connect);
        } else if (accepted != null) {
            accepted.onPacket(packet);
            if (packet instanceof ControlPacket.Publish
                    && environment.sessions().router().peers().isCongested()) {
                waitForPeers();
            }
        } else if (admission != null) {
            admission.onPacket(packet);
        } else {
            throw new IllegalStateException("before CONNECT: " + packet);
        }
    }

    // ---- handshake

    private void onConnect(ControlPacket.Connect connect) throws MalformedPacketException {
        if (phase != Phase.NEW) {
            throw new MalformedPacketException(ReasonCode.PROTOCOL_ERROR, "second CONNECT"); // [MQTT-3.1.0-2]
        }
        Handshake handshake = new Handshake(environment, listener, connect, transport.security());
        clientId = handshake.clientId();
        if (!environment.partitions().areHere(clientId)) {
            move(connect);
            return;
        }
        Security security = transport.security();
        if (security != null && !security.cipherSuite().isEmpty() && lines() instanceof ComingsAndGoings lines) {
            lines.encrypted(clientId, security);
        }
        version = connect.version();
        explains = handshake.asksForProblemInformation();
        output.encoder(
                environment.codecs().encoder(version, handshake.packetSizeMax(), handshake.wantsProblemInformation()));
        if (handshake.topicAliasBrokerMax() > 0) {
            output.aliases(new AliasesByTopic(handshake.topicAliasBrokerMax()));
        }
        phase = Phase.AUTHENTICATING;
        Admission begun = new Admission(environment, this, handshake);
        admission = begun;
        begun.begin();
    }

    /** A client is served on the shard of its identifier: so one who takes over a session finds it there. */
    private void move(ControlPacket.Connect connect) {
        phase = Phase.MOVED;
        keepAlive.stop();
        input.paused(true);
        transport.reading(false); // until what is kept has been taken there
        owner.move(environment.partitions().shardOf(clientId), new Moving(listener, connect, input, beganNanos));
    }

    /** Runs what the authenticator has answered, if nothing else was decided before. Any thread. */
    void whileAuthenticating(Action action) {
        inLoop(() -> {
            if (phase == Phase.AUTHENTICATING) {
                action.run();
            }
        });
    }

    /** Runs what others have to say about this client: on the loop, and only while there is a connection. Any thread. */
    void inLoop(Action action) {
        Runnable task = () -> guarded(() -> {
            if (phase != Phase.ENDED) {
                action.run();
            }
        });
        if (environment.loop().inLoop()) {
            task.run();
        } else {
            environment.loop().execute(task);
        }
    }

    /** The client is asked to go on with an exchange of AUTH packets. */
    void challenge(ControlPacket.Auth packet) {
        if (say(packet)) {
            environment.loop().execute(() -> guarded(this::resume));
        } else if (phase == Phase.AUTHENTICATING) {
            refuse(ReasonCode.PACKET_TOO_LARGE, "a challenge larger than the client accepts");
        } else {
            end(ReasonCode.PACKET_TOO_LARGE, "a challenge larger than the client accepts");
        }
    }

    /** The client is let in; its CONNACK follows. */
    void onAccepted(
            Session session,
            ClientLink link,
            Handshake handshake,
            @Nullable String userName,
            @Nullable Reauthentication reauthentication) {
        phase = Phase.ACCEPTED;
        accepted = new Dispatch(environment, this, listener, session, link, reauthentication);
        keepAlive.limit(TimeUnit.SECONDS.toNanos(handshake.serverKeepAlive()) * 3 / 2); // [MQTT-3.1.2-22]
        if (lines() instanceof ComingsAndGoings lines) {
            lines.accepted(handshake, userName);
        }
    }

    /** CONNACK has left, and now the rest may. */
    void onConnAckSent(Session opened) {
        phase = Phase.OPEN;
        admission = null;
        opened.open();
        environment.loop().execute(() -> guarded(this::resume));
    }

    /** CONNACK says why the client is not let in. */
    void refuse(ReasonCode reasonCode, String why) {
        refuse(reasonCode, why, why);
    }

    /** @param told to the client, if it asks; what authenticators say is for the log */
    void refuse(ReasonCode reasonCode, String why, String told) {
        farewell().say(reasonCode, told, properties -> new ControlPacket.ConnAck(false, reasonCode, properties));
        leave(why, false);
    }

    /**
     * Sends a packet in this turn.
     *
     * @return false, with nothing sent, if it is larger than the client accepts
     */
    boolean say(ControlPacket packet) {
        if (environment.log().logs(Level.DEBUG)) {
            log(Level.DEBUG, PacketLog.sending(packet, clientId));
        }
        return output.send(packet);
    }

    // ---- the end

    /** Ends the connection from this side: with DISCONNECT in MQTT 5.0. */
    void end(ReasonCode reasonCode, String why) {
        end(reasonCode, why, why);
    }

    /** @param told to the client, if it asks */
    void end(ReasonCode reasonCode, String why, String told) {
        if (isOver()) {
            return;
        }
        if (phase == Phase.OPEN && version == ProtocolVersion.MQTT_5) {
            farewell().say(reasonCode, told, properties -> new ControlPacket.Disconnect(reasonCode, properties));
        }
        leave(why, false);
    }

    private void onSilence() {
        if (accepted != null && input.isPaused() && !output.isFull()) {
            keepAlive.again(); // we do not listen, and not because the client does not either
            return;
        }
        guarded(() ->
                end(ReasonCode.KEEP_ALIVE_TIMEOUT, accepted == null ? "no complete handshake" : "exceeded timeout"));
    }

    /** The broker stops: nothing more is taken from the client, and when it has what it is owed it is told. */
    public void shutDown() {
        guarded(() -> {
            stopping = true;
            if (held() == 0 || environment.sessions().changes().isDegraded()) {
                endForStop();
            } else {
                afterInput();
            }
        });
    }

    /** The time for what the client is owed is over. */
    public void shutDownNow() {
        guarded(this::endForStop);
    }

    private void endForStop() {
        if (!isOver()) {
            boolean goElsewhere = environment.config().announcements().serverReference() != null;
            end(goElsewhere ? ReasonCode.USE_ANOTHER_SERVER : ReasonCode.SERVER_SHUTTING_DOWN, "server shutting down");
        }
    }

    /** Ends the connection, with nothing more said than what is on its way. */
    void leave(String why, boolean discardWill) {
        phase = Phase.ENDED;
        keepAlive.stop();
        input.close();
        if (lines() instanceof ComingsAndGoings lines) {
            lines.ended(clientId, why);
        }
        output.close();
        if (accepted != null) {
            accepted.close();
            environment.counters().clientsConnected.decrement();
            environment.registry().disconnected(accepted.session(), accepted.link(), discardWill);
        } else if (admission != null) {
            admission.close();
        }
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
        guarded(() -> {
            if (!isOver()) {
                leave(cause == null ? "connection closed by client" : String.valueOf(cause.getMessage()), false);
            }
        });
        owner.gone();
    }

    private PacketDecoder decoder() {
        return environment.codecs().decoder(environment.config().connections());
    }

    private Farewell farewell() {
        return new Farewell(environment.config().announcements(), explains, this::say);
    }

    /** Whether the client takes more for the moment. */
    boolean hasRoom() {
        return output.hasRoom();
    }

    private @Nullable ComingsAndGoings lines() {
        return ComingsAndGoings.of(environment, transport);
    }

    SocketAddress remoteAddress() {
        return transport.remoteAddress();
    }

    /** As sent or assigned, for the log. */
    String clientId() {
        return clientId;
    }

    private @Nullable Session session() {
        return accepted == null ? null : accepted.session();
    }

    /** As the log says it. */
    String address() {
        return Addresses.format(transport.remoteAddress());
    }

    /** A line about this client. */
    void log(Level level, String line) {
        environment.log().log(level, line, clientId, address());
    }
}
