package org.althing.broker.session;

import static org.althing.broker.StateChange.InflightState.AWAITING_PUBACK;
import static org.althing.broker.StateChange.InflightState.AWAITING_PUBCOMP;
import static org.althing.broker.StateChange.InflightState.AWAITING_PUBREC;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import org.althing.broker.Ledger.Account;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.Rights;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.InflightState;
import org.althing.broker.routing.Loan;
import org.althing.broker.routing.Membership;
import org.althing.broker.routing.RoutedMessage;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * Messages of QoS 1 and 2 to one client: queue, window, packet identifiers, acknowledgements, resending.
 *
 * <pre>
 *   deliver ──► queue ──► in flight ──PUBACK──► done
 *                            │
 *                            └──PUBREC──► PUBREL sent ──PUBCOMP──► done
 * </pre>
 *
 * <p>Messages leave in the order of their sequence numbers: the ordered topic of MQTT 5.0, section 4.6. When the client
 * comes back, what is in flight is sent again in that order, and only then the queue ([MQTT-4.4.0-1], [MQTT-4.6.0-1]). A
 * PUBLISH of QoS 2 waits for the commit that says that it is in flight; one of QoS 1 does not, since its receiver may
 * see it twice anyway.
 *
 * <p>A message of QoS 1 that a share group lent is in flight like any other, but stays the group's: nothing is stored about
 * it here, and it goes back when the connection does.
 */
final class OutboundFlow {
    private static final int IDENTIFIERS = 0xFFFF;

    private final SessionEnvironment environment;
    private final String clientId;
    private final SessionChanges changes;
    private final Account account;

    // Valid for the session.
    private final IdentifierMap<Outgoing> inflight = new IdentifierMap<>();
    private final Runnable onRead;
    /** Null before the first message that has to wait. */
    private @Nullable OutgoingQueue queue;

    private long lastSequence;
    private int lastIdentifier;
    /** Messages in flight that are on loan. */
    private int lent;

    // Valid for the connection.
    /** What was in flight before; null for nothing. */
    private @Nullable ArrayDeque<Outgoing> resend;

    private @Nullable SessionLink link;
    private int window;
    private int inWindow;
    private long windowBytes;

    /** @param onRead runs when more can be sent because it was read back from the journal */
    OutboundFlow(
            SessionEnvironment environment, String clientId, SessionChanges changes, Account account, Runnable onRead) {
        this.environment = environment;
        this.clientId = clientId;
        this.changes = changes;
        this.account = account;
        this.onRead = onRead;
    }

    /**
     * The client is there: what was in flight is sent again, then what is queued.
     *
     * @param receiveMaximum of the client, 1 to 65,535
     */
    void open(SessionLink to, int receiveMaximum) {
        int ours = environment.limits().inflightMessagesMax();
        link = to;
        window = ours == 0 ? receiveMaximum : Math.min(ours, receiveMaximum);
        inWindow = 0;
        windowBytes = 0;
        resend = null;
        if (!inflight.isEmpty()) {
            List<Outgoing> unfinished = inflight.values();
            unfinished.sort(Comparator.comparingLong(outgoing -> outgoing.sequence));
            for (Outgoing outgoing : unfinished) {
                outgoing.inWindow = false;
            }
            resend = new ArrayDeque<>(unfinished);
        }
        if (queue != null) {
            queue.open(to);
        }
        pump();
    }

    private OutgoingQueue queue() {
        OutgoingQueue begun = queue;
        if (begun == null) {
            begun = new OutgoingQueue(environment, clientId, changes, account, onRead);
            if (link != null) {
                begun.open(link);
            }
            queue = begun;
        }
        return begun;
    }

    private boolean nothingWaits() {
        return resend == null && (queue == null || queue.isEmpty());
    }

    /** The first of those that were in flight before; null if there are no more. */
    private @Nullable Outgoing firstToResend() {
        return resend == null ? null : resend.peekFirst();
    }

    private void removeFirstToResend() {
        if (resend != null) {
            resend.removeFirst();
            if (resend.isEmpty()) {
                resend = null;
            }
        }
    }

    /** The client is gone: what is on loan goes back. */
    void close() {
        link = null;
        resend = null;
        if (queue != null) {
            queue.close();
        }
        if (lent > 0) {
            for (Outgoing outgoing : inflight.values()) {
                if (outgoing.loan instanceof Loan loan) {
                    inflight.remove(outgoing.packetIdentifier);
                    loan.giveBack();
                }
            }
            lent = 0;
        }
    }

    /** Whether a message given now would be sent at once. */
    boolean isIdle() {
        return nothingWaits() && hasWindow() && inflight.size() < IDENTIFIERS && hasRoom();
    }

    /** How many messages that have to be acknowledged could be sent at once. */
    int free() {
        return isIdle() ? Math.min(window - inWindow, IDENTIFIERS - inflight.size()) : 0;
    }

    private boolean hasWindow() {
        long bytesMax = environment.limits().queue().inflightBytesMax();
        return inWindow < window && (bytesMax == 0 || windowBytes < bytesMax);
    }

    /** Whether a message that has to be acknowledged would be dropped now. */
    boolean isFull() {
        return !isIdle() && queue().isFull();
    }

    /** Whether the client is there, and reads. */
    boolean hasRoom() {
        return link != null && link.hasRoom();
    }

    /** Sends the message, or lets it wait for window, room or the client's return. Not for QoS 0 to a client that is there. */
    void deliver(RoutedMessage message, Qos qos, boolean retain, int[] subscriptionIdentifiers) {
        if (isIdle()) {
            Outgoing outgoing = outgoing(message, qos, retain, subscriptionIdentifiers);
            send(outgoing);
        } else if (queue().hasPlace()) {
            queue().add(outgoing(message, qos, retain, subscriptionIdentifiers));
        }
    }

    /** Sends a message that a share group lends; only when {@link #isIdle}, or, for QoS 0, when there is room. */
    void lend(Loan loan, Qos qos, boolean retain, int[] subscriptionIdentifiers) {
        lastSequence++;
        Outgoing outgoing = new Outgoing(lastSequence, loan.message(), qos, retain, subscriptionIdentifiers);
        switch (qos) {
            case AT_MOST_ONCE -> sendForGood(outgoing, loan);
            case AT_LEAST_ONCE -> {
                outgoing.loan = loan;
                lent++;
                putInFlight(outgoing, AWAITING_PUBACK);
                transmit(outgoing, false);
            }
            case EXACTLY_ONCE -> {
                putInFlight(outgoing, AWAITING_PUBREC);
                makeOwn(outgoing, loan);
                // Waits for the commit of both changes and of the end of the publication before them, even if this
                // session
                // stores nothing: or a crash could send it to another ([MQTT-4.8.2-5]).
                changes.standOnAll();
                transmit(outgoing, false);
            }
        }
    }

    /** QoS 0: what says that the message is gone comes first, or a crash could send it to another as well. */
    private void sendForGood(Outgoing outgoing, Loan loan) {
        long mark = changes.mark();
        ControlPacket.Publish packet = outgoing.packet(false, environment.wallMillis());
        loan.end(Fate.SENT);
        if (changes.mark() != mark) {
            changes.standOnChangesSince(mark);
            to().sendAfter(changes.last(), packet);
        } else if (!to().send(packet)) {
            account.notSent(Fate.PACKET_TOO_LARGE);
        }
    }

    private SessionLink to() {
        SessionLink to = link;
        if (to == null) {
            throw new IllegalStateException("nobody is there");
        }
        return to;
    }

    /** What is in flight on loan from this group is the session's from now on: it is about to leave the group. */
    void keep(Membership membership) {
        if (lent > 0) {
            for (Outgoing outgoing : inflight.values()) {
                if (outgoing.loan instanceof Loan loan && loan.membership() == membership) {
                    outgoing.loan = null;
                    lent--;
                    makeOwn(outgoing, loan);
                }
            }
        }
    }

    /** Moves what is stored from the group to the session, both in one commit. */
    private void makeOwn(Outgoing outgoing, Loan loan) {
        long mark = changes.mark();
        changes.hold(loan.message());
        if (outgoing.state != null) {
            recordInflight(outgoing, outgoing.state);
        }
        loan.handOver();
        changes.standOnChangesSince(mark);
    }

    /**
     * Drops what waits and is not allowed.
     *
     * @param sentToo also what was sent on an earlier connection and is to be sent again; only before {@link #open}
     */
    void dropForbidden(Rights rights, boolean sentToo) {
        if (queue != null) {
            queue.dropForbidden(rights);
        }
        if (sentToo) {
            for (Outgoing outgoing : inflight.values()) {
                if (outgoing.message() instanceof RoutedMessage message
                        && rights.receive(message.message().topic()) != null) {
                    finish(outgoing, Fate.NOT_AUTHORIZED);
                }
            }
        }
    }

    private Outgoing outgoing(RoutedMessage message, Qos qos, boolean retain, int[] subscriptionIdentifiers) {
        lastSequence++;
        account.waits();
        changes.hold(message);
        return new Outgoing(lastSequence, message, qos, retain, subscriptionIdentifiers);
    }

    /** Sends what may be sent now. */
    void pump() {
        SessionLink to = link;
        while (to != null && to == link && firstToResend() instanceof Outgoing outgoing && to.hasRoom()) {
            if (outgoing.state != AWAITING_PUBCOMP && !hasWindow()) {
                return;
            }
            removeFirstToResend();
            if (inflight.get(outgoing.packetIdentifier) == outgoing) {
                transmit(outgoing, true);
            }
        }
        OutgoingQueue waiting = queue;
        while (to != null
                && to == link
                && resend == null
                && waiting != null
                && waiting.first() instanceof Outgoing outgoing
                && to.hasRoom()) {
            boolean expired = outgoing.hasExpired(environment.wallMillis());
            if (!expired && outgoing.qos != Qos.AT_MOST_ONCE && (!hasWindow() || inflight.size() >= IDENTIFIERS)) {
                return;
            }
            if (!expired && !outgoing.isLoaded()) {
                return; // it is being read, and that brings us back
            }
            boolean forbidden = waiting.isForbidden(outgoing);
            waiting.removeFirst();
            if (expired || forbidden) {
                account.settled(expired ? Fate.EXPIRED : Fate.NOT_AUTHORIZED);
                changes.release(outgoing);
            } else {
                send(outgoing);
            }
        }
    }

    /** Sends it for the first time. */
    private void send(Outgoing outgoing) {
        if (outgoing.qos == Qos.AT_MOST_ONCE) {
            sendQos0(outgoing);
            return;
        }
        InflightState state = outgoing.qos == Qos.AT_LEAST_ONCE ? AWAITING_PUBACK : AWAITING_PUBREC;
        putInFlight(outgoing, state);
        recordInflight(outgoing, state);
        transmit(outgoing, false);
    }

    private void sendQos0(Outgoing outgoing) {
        boolean sent = to().send(outgoing.packet(false, environment.wallMillis()));
        account.settled(sent ? Fate.SENT : Fate.PACKET_TOO_LARGE);
        changes.release(outgoing);
    }

    private void putInFlight(Outgoing outgoing, InflightState state) {
        outgoing.packetIdentifier = freeIdentifier();
        outgoing.state = state;
        inflight.put(outgoing.packetIdentifier, outgoing);
    }

    private void transmit(Outgoing outgoing, boolean duplicate) {
        SessionLink to = link;
        if (to == null) {
            return;
        }
        if (outgoing.state == AWAITING_PUBCOMP) {
            to.sendAfter(changes.last(), new ControlPacket.PubRel(outgoing.packetIdentifier, ReasonCode.SUCCESS));
            return;
        }
        ControlPacket.Publish packet = outgoing.packet(duplicate, environment.wallMillis());
        outgoing.inWindow = true;
        outgoing.windowBytes = outgoing.payloadLength();
        inWindow++;
        windowBytes += outgoing.windowBytes;
        if (outgoing.qos == Qos.EXACTLY_ONCE) {
            to.sendAfter(changes.last(), packet);
        } else if (!to.send(packet)) {
            finish(outgoing, Fate.PACKET_TOO_LARGE);
        }
    }

    /** [MQTT-3.1.2-25] A packet that is too large for the client counts as sent and done. */
    void onTooLarge(int packetIdentifier) {
        Outgoing outgoing = inflight.get(packetIdentifier);
        if (outgoing != null) {
            finish(outgoing, Fate.PACKET_TOO_LARGE);
            pump();
        } else if (packetIdentifier == 0) {
            account.notSent(Fate.PACKET_TOO_LARGE);
        }
    }

    /** [MQTT-2.2.1-4] An identifier that is not in use; there is one, because fewer than all are in flight. */
    private int freeIdentifier() {
        int identifier = lastIdentifier;
        do {
            identifier = identifier == IDENTIFIERS ? 1 : identifier + 1;
        } while (inflight.has(identifier));
        lastIdentifier = identifier;
        return identifier;
    }

    /** Returns false if the packet does not fit to what is in flight: a protocol error. */
    boolean onPubAck(int packetIdentifier, ReasonCode reasonCode) {
        return onLast(packetIdentifier, AWAITING_PUBACK, fateOf(reasonCode));
    }

    /** Returns false if the packet does not fit to what is in flight: a protocol error. */
    boolean onPubComp(int packetIdentifier) {
        return onLast(packetIdentifier, AWAITING_PUBCOMP, Fate.ACKNOWLEDGED);
    }

    private static Fate fateOf(ReasonCode reasonCode) {
        return reasonCode.isError() ? Fate.REFUSED_BY_RECEIVER : Fate.ACKNOWLEDGED;
    }

    private boolean onLast(int packetIdentifier, InflightState expected, Fate fate) {
        Outgoing outgoing = inflight.get(packetIdentifier);
        if (outgoing == null) {
            return true; // acknowledged twice, or before a session was lost: nothing is left to be done
        }
        if (outgoing.state != expected) {
            return false;
        }
        finish(outgoing, fate);
        pump();
        return true;
    }

    /** Returns false if the packet does not fit to what is in flight: a protocol error. */
    boolean onPubRec(int packetIdentifier, ReasonCode reasonCode) {
        SessionLink to = link;
        Outgoing outgoing = inflight.get(packetIdentifier);
        if (to == null) {
            return true;
        }
        if (outgoing == null) {
            to.sendAfter(
                    changes.last(), new ControlPacket.PubRel(packetIdentifier, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
            return true;
        }
        if (outgoing.state == AWAITING_PUBACK) {
            return false;
        }
        if (reasonCode.isError()) {
            finish(
                    outgoing,
                    Fate.REFUSED_BY_RECEIVER); // [MQTT-4.3.3-4] The receiver has refused it; no PUBREL follows.
            pump();
            return true;
        }
        if (outgoing.state == AWAITING_PUBREC) {
            outgoing.state = AWAITING_PUBCOMP;
            RoutedMessage message = outgoing.takeMessage();
            recordInflight(outgoing, AWAITING_PUBCOMP);
            if (message != null) {
                changes.release(message);
            }
        }
        to.sendAfter(changes.last(), new ControlPacket.PubRel(packetIdentifier, ReasonCode.SUCCESS));
        return true;
    }

    private void recordInflight(Outgoing outgoing, InflightState state) {
        if (changes.isDurable()) {
            changes.append(new StateChange.InflightPut(
                    clientId, outgoing.packetIdentifier, outgoing.sequence, state, outgoing.delivery()));
        }
    }

    private void finish(Outgoing outgoing, Fate fate) {
        inflight.remove(outgoing.packetIdentifier);
        if (outgoing.inWindow) {
            outgoing.inWindow = false;
            inWindow--;
            windowBytes -= outgoing.windowBytes;
        }
        if (outgoing.loan instanceof Loan loan) {
            lent--;
            loan.end(fate);
            return;
        }
        account.settled(fate);
        if (changes.isDurable()) {
            changes.append(new StateChange.InflightRemoved(clientId, outgoing.packetIdentifier));
        }
        changes.release(outgoing);
    }

    /** The session ends; its records go with it, but each message loses a reference. */
    void end() {
        close();
        for (Outgoing outgoing : inflight.values()) {
            account.settled(outgoing.state == AWAITING_PUBCOMP ? Fate.ACKNOWLEDGED : Fate.SESSION_ENDED);
            changes.release(outgoing);
        }
        inflight.clear();
        if (queue != null) {
            queue.end();
        }
    }

    /** Puts back what was queued before this process began; in the order of the sequence numbers. */
    void restoreQueued(Outgoing outgoing) {
        account.matched();
        account.waits();
        queue().restore(outgoing);
        lastSequence = Math.max(lastSequence, outgoing.sequence);
    }

    /** Puts back what was in flight before this process began. */
    void restoreInflight(Outgoing outgoing, int packetIdentifier, InflightState state) {
        account.matched();
        account.waits();
        outgoing.packetIdentifier = packetIdentifier;
        outgoing.state = state;
        inflight.put(packetIdentifier, outgoing);
        lastSequence = Math.max(lastSequence, outgoing.sequence);
        lastIdentifier = Math.max(lastIdentifier, packetIdentifier);
    }

    int queued() {
        return queue == null ? 0 : queue.size();
    }

    int inflight() {
        return inflight.size();
    }
}
