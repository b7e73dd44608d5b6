package org.althing.broker.session;

import java.util.Objects;
import java.util.function.BiConsumer;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.Client;
import org.althing.broker.Denial;
import org.althing.broker.Ledger.Account;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.Rights;
import org.althing.broker.StateChange;
import org.althing.broker.routing.Deadlines.Deadline;
import org.althing.broker.routing.Interest;
import org.althing.broker.routing.Partitions;
import org.althing.broker.routing.RoutedMessage;
import org.althing.broker.routing.Subscriber;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.Will;
import org.jspecify.annotations.Nullable;

/**
 * The state of one Client Identifier: what survives its network connection (MQTT 5.0, section 4.1).
 *
 * <p>A session is <em>bound</em> to a connection from CONNECT on, and <em>open</em> from the moment its CONNACK has left:
 * only then is anything sent. {@link SessionRegistry} decides when it begins, changes hands and ends.
 */
public final class Session implements Subscriber {
    private final SessionEnvironment environment;
    private final String clientId;

    // Valid for the session.
    private final SessionChanges changes;
    private final Account account;
    private final InboundFlow inbound;
    private final OutboundFlow outbound;
    private final PublishIntake intake;
    private final Subscriptions subscriptions;
    private final Shares shares;
    /** Null before the first one. */
    private @Nullable Denials denials;

    private Client client;
    /** What it may do; null until it is asked for. */
    private @Nullable Rights rights;
    /** Whether messages may wait that it may have no more. */
    private boolean unchecked;

    private ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    private long expirySeconds;
    private @Nullable Will will;
    private boolean recorded;
    private boolean ended;

    // Valid for the connection.
    private @Nullable SessionLink link;
    private int receiveMaximum;
    private boolean open;

    // Valid between connections.
    @Nullable
    Deadline expiry;

    @Nullable
    Deadline willDelay;

    /** @param durable whether the session outlives its connection */
    Session(SessionEnvironment environment, String clientId, boolean durable) {
        this.environment = environment;
        this.clientId = clientId;
        client = Client.offline(clientId, null, null);
        changes = new SessionChanges(environment.changes(), durable, environment.counters().memory);
        inbound = new InboundFlow(clientId, changes, environment.counters().ledger);
        account = environment.counters().ledger.account(clientId);
        outbound = new OutboundFlow(environment, clientId, changes, account, this::onRoom);
        intake = new PublishIntake(environment, this, inbound, changes);
        shares = new Shares(environment, this, outbound, changes);
        subscriptions = new Subscriptions(environment, this, outbound, changes, new Interest(this));
    }

    // ---- life: called by SessionRegistry

    void bind(ConnectRequest request) {
        unchecked |= !isSameUser(request.client()) || (rights != null && !rights.isCurrent());
        client = request.client();
        rights = null;
        version = request.version();
        expirySeconds = request.expirySeconds();
        will = request.will();
        link = request.link();
        receiveMaximum = request.receiveMaximum();
        record(StateChange.NEVER);
    }

    /** What is said to the client waits for this change of an earlier session too. */
    void standOn(long change) {
        changes.standOn(change);
    }

    /** CONNACK has left: from now on the client is sent what is for it. */
    public void open() {
        if (link != null) {
            open = true;
            dropForbidden(true);
            outbound.open(link, receiveMaximum);
            shares.onOpen();
        }
    }

    void unbind() {
        open = false;
        link = null;
        outbound.close();
        subscriptions.onClientGone();
        shares.onClientGone();
    }

    /** Writes down how the session stands. Without a will, only durable ones are. */
    void record(long disconnectedAtMillis) {
        if (changes.isDurable() || will != null || recorded) {
            recorded = true;
            changes.appendAnyway(new StateChange.SessionPut(
                    clientId,
                    client.userName(),
                    client.listener(),
                    version,
                    expirySeconds,
                    disconnectedAtMillis,
                    will));
        }
    }

    /** Whether the store knows of this session. */
    boolean isRecorded() {
        return recorded;
    }

    /** The session ends. Returns the will that is still to be published, or null. */
    @Nullable
    Will end() {
        assert link == null : "ended while connected: " + clientId;
        ended = true;
        subscriptions.end();
        shares.end();
        if (recorded) {
            changes.appendAnyway(new StateChange.SessionRemoved(clientId));
        }
        outbound.end();
        inbound.end();
        return takeWill();
    }

    @Nullable
    Will takeWill() {
        Will taken = will;
        will = null;
        return taken;
    }

    @Nullable
    Will will() {
        return will;
    }

    void publishWill(Will due) {
        intake.onWill(due);
    }

    void restore(StateChange.SessionPut put) {
        client = Client.offline(clientId, put.userName(), put.listener());
        unchecked = true; // the rules may have changed while nobody was here
        version = put.version();
        expirySeconds = put.expirySeconds();
        will = put.will();
        recorded = true;
    }

    InboundFlow inbound() {
        return inbound;
    }

    OutboundFlow outbound() {
        return outbound;
    }

    Shares shares() {
        return shares;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    // ---- what the connection reports

    /** A PUBLISH came that keeps to the connection's limits. */
    public void onPublish(ControlPacket.Publish packet) {
        intake.onPublish(packet);
    }

    public void onPubRel(int packetIdentifier) {
        intake.onPubRel(packetIdentifier);
    }

    public void onPubAck(int packetIdentifier, ReasonCode reasonCode) {
        expect(outbound.onPubAck(packetIdentifier, reasonCode), "PUBACK", packetIdentifier);
    }

    public void onPubRec(int packetIdentifier, ReasonCode reasonCode) {
        expect(outbound.onPubRec(packetIdentifier, reasonCode), "PUBREC", packetIdentifier);
    }

    public void onPubComp(int packetIdentifier) {
        expect(outbound.onPubComp(packetIdentifier), "PUBCOMP", packetIdentifier);
    }

    private void expect(boolean fits, String packet, int packetIdentifier) {
        if (fits) {
            sendMore();
        } else if (link != null) {
            link.end(ReasonCode.PROTOCOL_ERROR, packet + " for packet " + packetIdentifier + ", which awaits another");
        }
    }

    public void onSubscribe(ControlPacket.Subscribe packet, Qos qosMax) {
        subscriptions.onSubscribe(packet, qosMax);
    }

    public void onUnsubscribe(ControlPacket.Unsubscribe packet) {
        subscriptions.onUnsubscribe(packet);
    }

    /** The connection has room again, or what was to be read back from the journal is here. */
    public void onRoom() {
        if (open) {
            outbound.pump();
            sendMore();
        }
    }

    /** There may be window or room for more than what waits in the queue. */
    private void sendMore() {
        subscriptions.sendRetained();
        shares.onDemand();
    }

    /** A packet given to {@link SessionLink#sendAfter} was larger than the client accepts. */
    public void onTooLarge(int packetIdentifier) {
        outbound.onTooLarge(packetIdentifier);
        sendMore();
    }

    /** DISCONNECT said another Session Expiry Interval. */
    public void expirySeconds(long seconds) {
        expirySeconds = seconds;
    }

    // ---- what the router brings

    @Override
    public boolean isFull() {
        return outbound.isFull();
    }

    @Override
    public void deliver(RoutedMessage message, Qos qos, boolean retain, int[] subscriptionIdentifiers) {
        account.matched();
        Denial denial = rights().receive(message.message().topic());
        if (denial != null) {
            denials().receive(message.message().topic(), denial);
            account.ended(Fate.NOT_AUTHORIZED);
            return;
        }
        if (message.expires() && message.hasExpired(environment.wallMillis())) {
            account.ended(Fate.EXPIRED);
        } else if (qos != Qos.AT_MOST_ONCE) {
            outbound.deliver(message, qos, retain, subscriptionIdentifiers);
        } else if (open && link != null) {
            if (link.hasRoom()) {
                boolean sent = sendUnacknowledged(link, message, retain, subscriptionIdentifiers);
                account.ended(sent ? Fate.SENT : Fate.PACKET_TOO_LARGE);
            } else {
                account.ended(Fate.SLOW_READER);
            }
        } else if (environment.limits().queueQos0Messages() && expirySeconds > 0 && message.isStored()) {
            outbound.deliver(message, qos, retain, subscriptionIdentifiers);
        } else {
            account.ended(Fate.CLIENT_GONE);
        }
    }

    /** Sends it at QoS 0; there is room. Returns false if it is too large for the client. */
    boolean sendUnacknowledged(SessionLink to, RoutedMessage message, boolean retain, int[] identifiers) {
        ControlPacket.Publish packet = message.expires() || identifiers.length > 0
                ? new ControlPacket.Publish(
                        false,
                        0,
                        0,
                        message.forSubscriber(Qos.AT_MOST_ONCE, retain, identifiers, environment.wallMillis()))
                : message.unacknowledged(retain);
        return to.send(packet);
    }

    // ---- what it may do

    /** What the client may do, asked again when the rules have changed. */
    Rights rights() {
        Rights known = rights;
        if (known == null || !known.isCurrent()) {
            unchecked |= known != null;
            known = environment.access().rights(client);
            rights = known;
        }
        return known;
    }

    private boolean isSameUser(Client other) {
        return Objects.equals(client.userName(), other.userName())
                && Objects.equals(client.listener(), other.listener());
    }

    /** The rules have changed: what waits and is not allowed any more is dropped. */
    void onRulesChanged() {
        dropForbidden(link == null);
    }

    /** @param sentToo see {@link OutboundFlow#dropForbidden} */
    private void dropForbidden(boolean sentToo) {
        Rights now = rights();
        if (unchecked) {
            unchecked = !sentToo;
            outbound.dropForbidden(now, sentToo);
        }
    }

    Denials denials() {
        Denials all = denials == null ? new Denials(environment, this) : denials;
        denials = all;
        return all;
    }

    // ---- what interceptors answer

    Interception.Publisher publisher() {
        return new Interception.Publisher(clientId, client.userName());
    }

    void onDecision(Interception interception, Interception.Decision decision) {
        intake.onDecision(interception, decision);
    }

    // ---- what it is

    @Override
    public String clientId() {
        return clientId;
    }

    @Override
    public int partition() {
        return Partitions.of(clientId);
    }

    /** Visits the subscriptions with the QoS that they are granted. */
    void visitSubscriptions(BiConsumer<TopicFilter, Qos> visitor) {
        subscriptions.visit(visitor);
        shares.visit(visitor);
    }

    public Client client() {
        return client;
    }

    public ProtocolVersion version() {
        return version;
    }

    public long expirySeconds() {
        return expirySeconds;
    }

    /** What an acknowledgement given now has to wait for; see {@link org.althing.broker.routing.ChangeLog}. */
    public long lastChange() {
        return changes.last();
    }

    /** Whether state of this session outlives the process. */
    public boolean isDurable() {
        return changes.isDurable();
    }

    boolean hasEnded() {
        return ended;
    }

    /** Whether messages may be sent now. */
    boolean isOpen() {
        return open;
    }

    @Nullable
    SessionLink link() {
        return link;
    }

    /** A line about this client. */
    void log(Level level, String line) {
        environment.log().log(level, line, clientId, link == null ? "" : link.address());
    }

    @Override
    public String toString() {
        return "Session[" + clientId + (open ? ", open" : link != null ? ", bound" : ", offline") + ", "
                + outbound.inflight() + " in flight, " + outbound.queued() + " queued, " + inbound.size()
                + " held]";
    }
}
