package org.althing.simulation;

import static org.althing.simulation.Publication.NEVER;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
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

    /** The broker may miss a client so much later than one and a half times its Keep Alive. */
    private static final long MISSED_MILLIS = 1_500;

    private final String id;
    private final World world;
    private final Machine machine;
    private final RandomGenerator random;
    private final Choices choices;
    private final EventLoop loop;
    private final Sending sending;
    private final Receiving receiving;

    // Valid for the session.
    private @Nullable Epoch epoch;
    private Session session = Session.NONE;
    private final Expiry expiry;
    private final Wills wills;
    private boolean mustStartClean;

    // Valid for the connection.
    private @Nullable Conversation conversation;
    private @Nullable MemoryLink link;
    private long brokersBefore;
    private @Nullable ConnectOptions unsettled;
    private @Nullable Boolean expectedPresent;
    private boolean mayHaveExpired;

    /** @param names of all clients, itself among them */
    ModelClient(String id, World world, Machine machine, List<String> names, boolean shares) {
        this.id = id;
        this.world = world;
        this.machine = machine;
        choices = new Choices(id, names, world, shares);
        expiry = new Expiry(world, machine);
        wills = new Wills(world, machine);
        loop = world.engine().newLoop(id);
        random = choices.random();
        sending = new Sending(this, world, choices);
        receiving = new Receiving(this);
    }

    Sending sending() {
        return sending;
    }

    Receiving receiving() {
        return receiving;
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
        return conversation != null && conversation.isOpen() && conversation.isAtRest() && sending.isAtRest();
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
            lost(world.ledger().tick(), false);
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
                expectedPresent = expiry.isSurelyOver() ? false : null;
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
        epoch.onOpen(from.options());
        world.ledger().onOpen(from.options());
        session = Session.EXISTS;
        unsettled = null;
        int granted = (int) answer.properties().integer(Property.RECEIVE_MAXIMUM, 0xFFFF);
        receiving.onOpen(from.options());
        sending.onOpen(from, Math.min(machine.inflightMax(), granted));
    }

    private void forgetSession() {
        if (epoch != null && epoch.isMember()) {
            world.ledger().onMemberGone();
            world.time().after(Expiry.NOTICED, world.ledger()::onMemberGone); // at the latest for the broker
        }
        sending.forget();
        receiving.forget();
        epoch = null;
    }

    // ---- clocks

    /** Wall time has jumped. */
    void onJump(Duration by) {
        wills.onJump(by);
        expiry.onJump(by);
        if (by.isNegative()) {
            if (mayHaveExpired) {
                expectedPresent = null; // it is not over any more when the CONNECT arrives
            }
            if (conversation != null) {
                conversation.onPutBack();
            }
        }
    }

    /** The broker runs on after so long only. */
    void onSuspended(Duration by) {
        wills.onSuspended(by);
        expiry.onSuspended(by);
    }

    // ---- acting

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

    /** It is gone, and nobody tells the broker, which has to miss it. */
    void vanish() {
        Conversation gone = conversation;
        if (gone != null && gone.isOpen() && gone.options().keepAliveSeconds() > 0) {
            world.trace().line(id, () -> "vanishes");
            lost(world.ledger().tick(), false);
            long millis = gone.options().keepAliveSeconds() * 1_500L + MISSED_MILLIS;
            missedAfter(Duration.ofMillis(millis), gone, machine.starts(), suspendedNanosNow());
        }
    }

    /** After this time, not counting what the broker is suspended meanwhile, the connection must have ended. */
    private void missedAfter(Duration time, Conversation gone, long starts, long suspendedNanosBefore) {
        world.time().after(time, () -> {
            long suspended = machine.suspendedNanos() - suspendedNanosBefore;
            if (suspended == 0) {
                require(
                        gone.isClosed() || !machine.isUp() || machine.starts() > starts,
                        "was not missed though its Keep Alive is over");
            } else {
                missedAfter(Duration.ofNanos(suspended), gone, starts, machine.suspendedNanos());
            }
        });
    }

    private long suspendedNanosNow() {
        return machine.suspendedNanos() - machine.suspendedLeftNanos();
    }

    void authenticateAgain() {
        if (conversation != null && conversation.isOpen()) {
            conversation.authenticateAgain();
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

    // ---- the end of a connection

    /** The broker's machine is gone. */
    void onCrash() {
        receiving.onCrash();
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

    private void lost(long willFrom) {
        lost(willFrom, true);
    }

    /**
     * @param willFrom the earliest moment at which its will may have been routed
     * @param told whether the broker is told, or knows already
     */
    private void lost(long willFrom, boolean told) {
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
        if (!wasOpen && mayHaveExpired && (expiry.mayBeOver() || machine.isSuspended())) {
            // Perhaps, or when the broker runs on, a new session has begun in the place of one that has ended: nobody
            // can tell them apart.
            unsettled = null;
            mustStartClean = true;
        }
        if (from.options().lasts()) {
            expiry.onLeft(wasOpen, told, from.options().expirySeconds());
        }
        from.abandon();
        conversation = null;
        sending.onLost();
        receiving.onLost();
        Publication will = from.options().will();
        if (will != null && wasOpen && !from.saidGoodbye()) {
            wills.onLost(from.options(), will, willFrom);
        }
        if (wasOpen && !from.options().lasts()) {
            forgetSession();
            session = Session.NONE;
        }
    }

    void require(boolean holds, String what) {
        if (!holds) {
            throw new SimulationFailure(id + ": " + what);
        }
    }

    @Override
    public String toString() {
        return id + " [" + session + ", " + sending + ", " + receiving
                + (conversation == null ? ", not connected" : isOpen() ? ", open" : ", connecting") + "]";
    }
}
