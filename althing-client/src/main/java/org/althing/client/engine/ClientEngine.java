package org.althing.client.engine;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Auth;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.ControlPacket.PingResp;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.Subscribe.Request;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.PacketEncoder;
import org.jspecify.annotations.Nullable;

/**
 * A client of one server: one session over one connection after the other.
 *
 * <h2>How to drive it</h2>
 *
 * A driver opens a connection and calls {@link #onOpened}; then gives it what arrives ({@link #onBytes}) and the time when
 * {@link #deadlineNanos} has come ({@link #onTime}). After every call, commands included, it writes what
 * {@link #exchangeOutput} returns, and when {@link #wantsClose} says so it closes the connection behind that. When the
 * connection is closed, by whomever, it calls {@link #onClosed}, and may then open the next one.
 *
 * <p>Time is any monotonic nanosecond count. The listener and the fates are called while the engine is being called; they
 * must not call back.
 */
public final class ClientEngine {
    /** No deadline. */
    public static final long NEVER = KeepAlive.NEVER;

    private enum Phase {
        CLOSED,
        AWAITING_CONNACK,
        OPEN,
        /** Nothing is sent or read any more; the driver is to close. */
        ENDING
    }

    private final EngineListener listener;
    private final PacketTrace trace;

    private EngineSettings settings;

    // Valid for the session.
    private final OutboundFlow outbound;
    private final InboundFlow inbound;
    private final Subscriptions subscriptions;
    private String clientId;
    private int keepAliveSeconds;
    private boolean wasConnected;

    // Valid for the connection.
    private Phase phase = Phase.CLOSED;
    private @Nullable Ending ending;
    private Output output = new Output();
    private PacketEncoder encoder;
    private PacketDecoder decoder;
    private KeepAlive keepAlive = new KeepAlive(0, 0);
    private long connAckDeadlineNanos;
    private int packetSizeMax = Integer.MAX_VALUE;
    private boolean cleanStart;
    private @Nullable Authentication authentication;
    private @Nullable AuthenticationFate reauthentication;
    private @Nullable ServerLimits limits;

    /**
     * An engine without a connection.
     *
     * @throws IllegalArgumentException if the protocol does not allow the CONNECT of the settings
     */
    public ClientEngine(EngineSettings settings, EngineListener listener, PacketTrace trace) {
        this.settings = settings;
        this.listener = listener;
        this.trace = trace;
        this.clientId = settings.connect().clientId();
        this.keepAliveSeconds = settings.connect().keepAliveSeconds();
        PacketSender sender = new PacketSender() {
            @Override
            public boolean send(ControlPacket packet) {
                return ClientEngine.this.send(packet);
            }
        };
        OutboundFlow.Qos0Sender qos0Sender = new OutboundFlow.Qos0Sender() {
            @Override
            public void send(ApplicationMessage message, PublishFate fate) {
                sendQos0(message, fate);
            }
        };
        PacketIdentifiers identifiers = new PacketIdentifiers();
        outbound = new OutboundFlow(sender, qos0Sender, identifiers, settings);
        inbound = new InboundFlow(sender, settings, listener);
        subscriptions = new Subscriptions(sender, identifiers, listener);
        encoder = new PacketEncoder(settings.connect().version());
        decoder = new PacketDecoder(PacketDecoder.Sender.SERVER, settings.packetSizeMax());
        check(settings.connect());
    }

    /** Keep Alive from the next connection on. */
    public void keepAlive(int seconds) {
        keepAliveSeconds = seconds;
    }

    /**
     * The CONNECT from the next connection on. An empty Client Identifier stands for the one in use.
     *
     * @throws IllegalArgumentException if the protocol does not allow it
     */
    public void connectAs(Connect template) {
        check(template);
        settings = settings.withConnect(template);
        keepAliveSeconds = template.keepAliveSeconds();
        if (!template.clientId().isEmpty()) {
            clientId = template.clientId();
        }
    }

    /** Goes on with what an earlier run of the program left. Before the first connection. */
    public void restore(SavedSession saved, Supplier<PublishFate> fates, long now) {
        outbound.onTime(now);
        for (SavedSession.Outgoing outgoing : saved.outgoing()) {
            outbound.restore(outgoing, fates.get());
        }
        inbound.restore(saved.received());
    }

    // ---- the connection ------------------------------------------------------------------------------------------

    /** A connection is there: CONNECT goes out. */
    public void onOpened(long now) {
        if (phase != Phase.CLOSED) {
            throw new IllegalStateException("the connection before is not closed");
        }
        Connect template = settings.connect();
        encoder = new PacketEncoder(template.version());
        decoder = new PacketDecoder(PacketDecoder.Sender.SERVER, settings.packetSizeMax());
        decoder.version(template.version());
        if (settings.likeLibmosquitto()) {
            encoder.likeLibmosquitto();
            decoder.likeLibmosquitto();
        }
        outbound.onTime(now);
        ending = null;
        packetSizeMax = Integer.MAX_VALUE;
        phase = Phase.AWAITING_CONNACK;
        connAckDeadlineNanos = now + settings.connAckTimeoutNanos();
        cleanStart = template.cleanStart() && !(wasConnected && settings.sessionSurvives());
        Properties properties = template.properties();
        Supplier<Authentication> authentications = settings.authentication();
        if (authentications != null && template.version().hasProperties()) {
            Authentication begun = authentications.get();
            authentication = begun;
            try {
                if (begun.isAnnounced()) {
                    properties = authenticationProperties(begun.method(), begun.begin(), properties);
                }
            } catch (AuthenticationFailedException failure) {
                end(new Ending.NotAuthenticated(String.valueOf(failure.getMessage())));
                return;
            }
        }
        send(new Connect(
                template.version(),
                template.bridge(),
                clientId,
                cleanStart,
                keepAliveSeconds,
                template.userName(),
                template.password(),
                template.will(),
                properties));
    }

    /** Bytes have arrived. */
    public void onBytes(ByteBuffer bytes, long now) {
        keepAlive.onReceived(now);
        outbound.onTime(now);
        try {
            while (phase == Phase.AWAITING_CONNACK || phase == Phase.OPEN) {
                ControlPacket packet = decoder.decode(bytes);
                if (packet == null) {
                    return;
                }
                trace.received(packet);
                onPacket(packet, now);
            }
            bytes.position(bytes.limit()); // what comes after the end is not read
        } catch (MalformedPacketException fault) {
            bytes.position(bytes.limit());
            onServerFault(fault.reasonCode(), String.valueOf(fault.getMessage()));
        }
    }

    /** The deadline may have come. */
    public void onTime(long now) {
        outbound.onTime(now);
        if (phase == Phase.AWAITING_CONNACK && now - connAckDeadlineNanos >= 0) {
            end(new Ending.Silence("no CONNACK within " + settings.connAckTimeoutNanos() / 1_000_000 + " ms"));
        } else if (phase == Phase.OPEN && keepAlive.isOver(now)) {
            end(new Ending.Silence("no answer to PINGREQ within " + keepAlive.answerNanos() / 1_000_000 + " ms"));
        } else if (phase == Phase.OPEN && keepAlive.wantsPing(now)) {
            send(PingReq.INSTANCE);
            keepAlive.onPing(now);
        }
    }

    /** The connection is closed. What waits for a later one goes on waiting. */
    public void onClosed() {
        phase = Phase.CLOSED;
        limits = null;
        authentication = null;
        AuthenticationFate asked = reauthentication;
        reauthentication = null;
        if (asked != null) {
            asked.ended(ending);
        }
        outbound.disconnected();
        subscriptions.disconnected();
        output.lost();
    }

    /** When {@link #onTime} is to be called, or {@link #NEVER}. */
    public long deadlineNanos() {
        return switch (phase) {
            case CLOSED -> outbound.deadlineNanos();
            case ENDING -> NEVER;
            case AWAITING_CONNACK -> Math.min(connAckDeadlineNanos, outbound.deadlineNanos());
            case OPEN -> Math.min(keepAlive.deadlineNanos(), outbound.deadlineNanos());
        };
    }

    /** Whether the driver is to close the connection, after it has written what there is. */
    public boolean wantsClose() {
        return phase == Phase.ENDING;
    }

    /** Why it wants or wanted that on the connection that is or was last; null if that was cut. */
    public @Nullable Ending ending() {
        return ending;
    }

    /** Whether the server has accepted the connection that is open. */
    public boolean isConnected() {
        return phase == Phase.OPEN;
    }

    /** Bytes that wait to be taken. */
    public int outputLength() {
        return output.length();
    }

    /** Takes what is to be written and leaves an empty one in its place. */
    public Output exchangeOutput(Output empty, long now) {
        Output full = output;
        output = empty;
        if (!full.isEmpty()) {
            keepAlive.onSent(now);
        }
        return full;
    }

    // ---- commands ------------------------------------------------------------------------------------------------

    /** Whether a message of QoS 1 or 2 may be published without exceeding the limits of the queue. */
    public boolean hasRoomFor(ApplicationMessage message) {
        return outbound.hasRoomFor(message);
    }

    /** Makes room by dropping what has waited longest; returns whether there was anything. */
    public boolean dropOldest(String why) {
        return outbound.dropOldest(why);
    }

    /**
     * Publishes. QoS 0 needs a connection, unless the settings let it wait; QoS 1 and 2 wait for one, or for the send
     * window; in the end for as long as the settings and their Message Expiry Interval allow.
     *
     * @throws IllegalArgumentException if the protocol does not allow a property of the message
     */
    public void publish(ApplicationMessage message, PublishFate fate, long now) {
        outbound.onTime(now);
        if (!message.properties().isEmpty()) {
            check(new Publish(false, message.qos() == Qos.AT_MOST_ONCE ? 0 : 1, 0, message));
        }
        if (message.qos() != Qos.AT_MOST_ONCE) {
            outbound.publish(message, fate);
            return;
        }
        if (phase == Phase.OPEN) {
            sendQos0(message, fate);
        } else if (settings.queueQos0()) {
            outbound.publish(message, fate);
        } else {
            fate.dropped("QoS 0 without a connection");
        }
    }

    private void sendQos0(ApplicationMessage message, PublishFate fate) {
        ServerLimits known = limits;
        ReasonCode objection = known == null ? null : known.objection(message);
        if (objection == null && !outbound.sendAliased(new Publish(false, 0, 0, message))) {
            objection = ReasonCode.PACKET_TOO_LARGE;
        }
        if (objection == null) {
            output.add(fate);
        } else {
            fate.refused(objection, Properties.NONE);
        }
    }

    /**
     * Subscribes now, or with the next connection; and again whenever the server has lost the session.
     *
     * @throws IllegalArgumentException if the protocol does not allow these options or properties
     */
    public void subscribe(List<Request> requests, Properties properties, SubscribeFate fate) {
        check(new Subscribe(1, requests, properties));
        subscriptions.subscribe(requests, properties, fate);
    }

    /**
     * Unsubscribes now, or with the next connection if the session is still there then.
     *
     * @throws IllegalArgumentException if the protocol does not allow these properties
     */
    public void unsubscribe(List<TopicFilter> filters, Properties properties, SubscribeFate fate) {
        check(new Unsubscribe(1, filters, properties));
        subscriptions.unsubscribe(filters, properties, fate);
    }

    /** The application has taken a message over, or refuses it. Of no effect the second time. */
    public void acknowledge(Receipt receipt, ReasonCode answer) {
        inbound.acknowledge(receipt, answer);
    }

    /**
     * Authenticates again on the present connection (section 4.12.1).
     *
     * @throws IllegalStateException if there is no connection, no enhanced authentication, or one is under way
     */
    public void reauthenticate(AuthenticationFate fate) throws AuthenticationFailedException {
        Supplier<Authentication> authentications = settings.authentication();
        if (phase != Phase.OPEN || authentications == null || !settings.hasProperties()) {
            throw new IllegalStateException("to authenticate again takes a connection with enhanced authentication");
        }
        if (reauthentication != null) {
            throw new IllegalStateException("a re-authentication is under way already");
        }
        Authentication begun = authentications.get();
        Properties properties = authenticationProperties(begun.method(), begun.begin(), Properties.NONE);
        authentication = begun;
        reauthentication = fate;
        send(new Auth(ReasonCode.RE_AUTHENTICATE, properties));
    }

    /** Ends the connection with DISCONNECT. */
    public void disconnect(ReasonCode reason, Properties properties) {
        if (phase == Phase.OPEN || phase == Phase.AWAITING_CONNACK) {
            boolean words = settings.connect().version().hasProperties();
            send(words ? new Disconnect(reason, properties) : new Disconnect(ReasonCode.SUCCESS));
            end(new Ending.Requested());
        }
    }

    /** No connection will follow soon: settles everything that somebody waits for. */
    public void abandon(String why) {
        outbound.abandon(why);
        subscriptions.abandon(why);
    }

    /** Whether all messages of QoS 1 and 2 are settled and all bytes are taken. */
    public boolean isDrained() {
        return outbound.isEmpty() && output.isEmpty();
    }

    // ---- packets -------------------------------------------------------------------------------------------------

    /** What the protocol does not allow must fail at the call, not later on the thread that sends it. */
    private void check(ControlPacket packet) {
        PacketEncoder checking = new PacketEncoder(settings.connect().version());
        if (settings.likeLibmosquitto()) {
            checking.likeLibmosquitto();
        }
        checking.encode(packet, new PacketBuffer(256));
    }

    private boolean send(ControlPacket packet) {
        if (phase == Phase.CLOSED || phase == Phase.ENDING) {
            return true; // it would not arrive; what matters is sent again
        }
        boolean limited = !settings.likeLibmosquitto()
                || packet instanceof Publish
                || packet instanceof Subscribe
                || packet instanceof Unsubscribe;
        encoder.packetSizeMax(limited ? packetSizeMax : Integer.MAX_VALUE);
        if (!encoder.encode(packet, output.bytes)) {
            return false;
        }
        trace.sent(packet);
        return true;
    }

    private void onPacket(ControlPacket packet, long now) throws MalformedPacketException {
        if (phase == Phase.AWAITING_CONNACK) {
            if (packet instanceof ConnAck connAck) {
                onConnAck(connAck, now);
                return;
            }
            boolean early = packet instanceof Auth || packet instanceof Disconnect;
            if (!early) {
                // [MQTT-3.2.0-1]
                throw unexpected(packet, "before CONNACK");
            }
        }
        // Not a switch over types: making one at run time takes longer than a publish.
        if (packet instanceof Publish it) {
            inbound.onPublish(it);
        } else if (packet instanceof PubAck it) {
            outbound.onPubAck(it);
        } else if (packet instanceof PubRec it) {
            outbound.onPubRec(it);
        } else if (packet instanceof PubRel it) {
            inbound.onPubRel(it);
        } else if (packet instanceof PubComp it) {
            outbound.onPubComp(it);
        } else if (packet instanceof SubAck it) {
            subscriptions.onSubAck(it);
        } else if (packet instanceof UnsubAck it) {
            subscriptions.onUnsubAck(it);
        } else if (packet instanceof Disconnect it) {
            end(new Ending.ByServer(it));
        } else if (packet instanceof Auth it) {
            onAuth(it);
        } else if (packet instanceof ConnAck) {
            throw unexpected(packet, "a second time"); // [MQTT-3.2.0-2]
        } else if (!(packet instanceof PingResp)) { // which keep alive has seen as bytes already
            throw unexpected(packet, "from a server");
        }
    }

    private void onConnAck(ConnAck connAck, long now) throws MalformedPacketException {
        if (connAck.reasonCode().isError()) {
            end(new Ending.Refused(connAck));
            return;
        }
        if (!authenticated(connAck.properties())) {
            return;
        }
        if (connAck.sessionPresent() && cleanStart) {
            // [MQTT-3.2.2-2]: Clean Start means that there is no session.
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR, "CONNACK says that a session is present after Clean Start");
        }
        Properties properties = connAck.properties();
        String assigned = properties.string(Property.ASSIGNED_CLIENT_IDENTIFIER);
        if (assigned != null && settings.likeLibmosquitto() && !clientId.isEmpty()) {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR, "CONNACK assigns a client identifier to a client that has one");
        }
        if (assigned != null) {
            clientId = assigned;
        }
        packetSizeMax =
                (int) Math.min(properties.integer(Property.MAXIMUM_PACKET_SIZE, Integer.MAX_VALUE), Integer.MAX_VALUE);
        // [MQTT-3.1.2-21]
        int seconds = (int) properties.integer(Property.SERVER_KEEP_ALIVE, keepAliveSeconds);
        keepAlive = new KeepAlive(seconds, now);
        ServerLimits announced = ServerLimits.of(properties);
        limits = announced;
        phase = Phase.OPEN;
        wasConnected = true;
        inbound.connected(settings, connAck.sessionPresent());
        listener.onConnected(connAck, clientId);
        subscriptions.connected(connAck.sessionPresent());
        outbound.connected(announced, connAck.sessionPresent());
    }

    // ---- enhanced authentication ---------------------------------------------------------------------------------

    private static Properties authenticationProperties(String method, @Nullable Bytes data, Properties others) {
        Properties.Builder properties = others.toBuilder().set(Property.AUTHENTICATION_METHOD, method);
        if (data != null) {
            properties.set(Property.AUTHENTICATION_DATA, data);
        }
        return properties.build();
    }

    private void onAuth(Auth packet) throws MalformedPacketException {
        Authentication current = authentication;
        if (current == null) {
            throw unexpected(packet, "although no authentication method was offered"); // [MQTT-4.12.0-6]
        }
        String method = packet.properties().string(Property.AUTHENTICATION_METHOD);
        if (!current.method().equals(method)) {
            // [MQTT-4.12.0-5]
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR, "AUTH for " + method + " where " + current.method() + " is under way");
        }
        AuthenticationFate asked = reauthentication;
        if (phase == Phase.OPEN && asked == null) {
            throw unexpected(packet, "although no authentication is under way");
        }
        try {
            Bytes data = packet.properties().bytes(Property.AUTHENTICATION_DATA);
            if (packet.reasonCode() == ReasonCode.CONTINUE_AUTHENTICATION) {
                send(new Auth(
                        ReasonCode.CONTINUE_AUTHENTICATION,
                        authenticationProperties(current.method(), current.respond(data), Properties.NONE)));
            } else if (packet.reasonCode() == ReasonCode.SUCCESS && asked != null) {
                current.complete(data);
                reauthentication = null;
                asked.succeeded();
            } else {
                throw unexpected(packet, "with " + packet.reasonCode());
            }
        } catch (AuthenticationFailedException failure) {
            end(new Ending.NotAuthenticated(String.valueOf(failure.getMessage())));
        }
    }

    /** Whether the server's last word is good, if one is needed. */
    private boolean authenticated(Properties connAck) {
        Authentication current = authentication;
        if (current != null) {
            try {
                current.complete(connAck.bytes(Property.AUTHENTICATION_DATA));
            } catch (AuthenticationFailedException failure) {
                end(new Ending.NotAuthenticated(String.valueOf(failure.getMessage())));
                return false;
            }
        }
        return true;
    }

    /** [MQTT-4.13.1-1]: MQTT 5.0 tells the peer what was wrong, earlier versions only close. */
    private void onServerFault(ReasonCode reason, String what) {
        if (phase == Phase.OPEN && settings.connect().version().hasProperties()) {
            Properties words = Properties.builder()
                    .set(Property.REASON_STRING, what.replace('\0', '?'))
                    .build();
            send(new Disconnect(reason, settings.likeLibmosquitto() ? Properties.NONE : words));
        }
        end(new Ending.ServerFault(reason, what));
    }

    private void end(Ending why) {
        phase = Phase.ENDING;
        ending = why;
    }

    private static MalformedPacketException unexpected(ControlPacket packet, String when) {
        return new MalformedPacketException(
                ReasonCode.PROTOCOL_ERROR, packet.getClass().getSimpleName() + " " + when);
    }
}
