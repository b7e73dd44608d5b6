package org.althing.broker.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.Client;
import org.althing.broker.Denial;
import org.althing.broker.StateChange;
import org.althing.broker.routing.ChangeLog;
import org.althing.broker.routing.Partitions;
import org.althing.broker.routing.RoutedMessage;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.Will;
import org.jspecify.annotations.Nullable;

/**
 * Who owns which Client Identifier: begins sessions, hands them from one connection to the next, and ends them.
 *
 * <h2>CONNECT with a Client Identifier that is known</h2>
 *
 * <p>If the session has a connection, that one is ended first, as if the network had failed but with a reason ([MQTT-3.1.4-3]):
 * its will is published, and a session that ends with its connection ends. What is left of the session then makes three
 * cases:
 *
 * <ol>
 *   <li>none: a new one begins;
 *   <li>resume: Clean Start is 0, the session goes on with everything in it ([MQTT-3.1.2-5]);
 *   <li>start clean: Clean Start is 1, the session ends and a new one begins ([MQTT-3.1.2-4]).
 * </ol>
 */
public final class SessionRegistry {
    /**
     * What CONNECT led to.
     *
     * @param resumed whether there was a session: Session Present ([MQTT-3.2.2-2], [MQTT-3.2.2-3])
     */
    public record Connected(Session session, boolean resumed) {}

    private static final int ENDINGS_MIN = 64;

    private final SessionEnvironment environment;
    private final Map<String, Session> sessions = new HashMap<>();
    /** The change that ended a client's last session, at least until it is committed. */
    private final Map<String, Long> endings = new HashMap<>();

    private int endingsMax = ENDINGS_MIN;
    /** Between {@link #restore} and {@link #goOn}. */
    private List<Undecided> undecidedWills = List.of();

    private record Undecided(RoutedMessage will, StateChange.Source source) {}

    public SessionRegistry(SessionEnvironment environment) {
        this.environment = environment;
    }

    /** Sees one subscription after the other. */
    @FunctionalInterface
    public interface SubscriptionVisitor {
        void visit(String clientId, TopicFilter filter, Qos qos);
    }

    /** Visits all subscriptions of all sessions, shared ones too. */
    public void visitSubscriptions(SubscriptionVisitor visitor) {
        sessions.forEach((clientId, session) ->
                session.visitSubscriptions((filter, qos) -> visitor.visit(clientId, filter, qos)));
    }

    /** Whether this client has a session, or there may be one more. */
    public boolean hasRoomFor(String clientId, int clientsMax, long clientsNow) {
        return clientsMax < 0 || clientsNow < clientsMax || sessions.containsKey(clientId);
    }

    /** Binds the client's session, old or new, to the connection. */
    public Connected connect(ConnectRequest request) {
        String clientId = request.client().clientId();
        // [MQTT-4.1.0-2], [MQTT-3.1.3-9] The wall clock may have jumped over the end of a session, or of a Will Delay.
        environment.deadlines().runDue();
        Session known = sessions.get(clientId);
        if (known != null && known.link() instanceof SessionLink old) {
            known.log(Level.NOTICE, "Client " + clientId + " already connected, closing old connection.");
            old.end(ReasonCode.SESSION_TAKEN_OVER, "session taken over");
            known = sessions.get(clientId);
        }
        if (known == null) {
            return new Connected(begin(request), false);
        }
        if (request.cleanStart()) {
            end(known);
            return new Connected(begin(request), false);
        }
        cancelDeadlines(known);
        known.takeWill(); // [MQTT-3.1.3-9] A delayed will is not published when the client is back in time.
        known.bind(request);
        return new Connected(known, true);
    }

    private Session begin(ConnectRequest request) {
        Session session = new Session(environment, request.client().clientId(), request.expirySeconds() > 0);
        sessions.put(session.clientId(), session);
        environment.counters().sessions.set(sessions.size());
        // Session Present 0 is a promise: after a crash the session that ended must not be there again.
        session.standOn(endings.getOrDefault(session.clientId(), ChangeLog.NOTHING));
        session.bind(request);
        return session;
    }

    /**
     * The connection is over.
     *
     * @param discardWill whether the client left with DISCONNECT 0x00, which discards its will ([MQTT-3.14.4-3])
     */
    public void disconnected(Session session, SessionLink link, boolean discardWill) {
        assert session.link() == link : "the connection of " + session + " ended twice";
        session.unbind();
        if (discardWill) {
            session.takeWill();
        }
        if (session.expirySeconds() == 0) {
            end(session);
        } else {
            goOffline(session, environment.wallMillis());
        }
    }

    private void goOffline(Session session, long sinceMillis) {
        Will due = session.will();
        if (due != null && due.delaySeconds() == 0) {
            session.takeWill();
            session.record(sinceMillis);
            session.publishWill(due);
        } else {
            session.record(sinceMillis);
            if (due != null && due.delaySeconds() < session.expirySeconds()) {
                long at = sinceMillis + due.delaySeconds() * 1_000;
                session.willDelay = environment.deadlines().at(at, () -> onWillDue(session, sinceMillis));
            } // otherwise the end of the session publishes it ([MQTT-3.1.2-8])
        }
        if (session.expirySeconds() != StateChange.NO_EXPIRY_SECONDS) {
            long at = sinceMillis + session.expirySeconds() * 1_000;
            session.expiry = environment.deadlines().at(at, () -> onExpired(session));
        }
    }

    /**
     * The rules have changed: messages that are not allowed any more leave the queues, and clients that would not be let in
     * any more are sent away, in no order that could be told from another.
     *
     * @param stays says why a client must go, or null
     */
    public void onRulesChanged(Function<Client, @Nullable Denial> stays) {
        for (Session session : List.copyOf(sessions.values())) {
            if (session.hasEnded()) {
                continue; // the going of another one ended it
            }
            session.onRulesChanged();
            Denial denial = session.link() == null ? null : stays.apply(session.client());
            if (denial != null && session.link() instanceof SessionLink link) {
                link.end(ReasonCode.ADMINISTRATIVE_ACTION, "not authorised: " + denial);
            }
        }
    }

    private void onWillDue(Session session, long sinceMillis) {
        session.willDelay = null;
        Will due = session.takeWill();
        session.record(sinceMillis);
        if (due != null) {
            session.publishWill(due);
        }
    }

    private void onExpired(Session session) {
        session.expiry = null;
        environment.counters().sessionsExpired.increment();
        session.log(Level.NOTICE, "Expiring client " + session.clientId() + " due to timeout.");
        end(session);
    }

    private void end(Session session) {
        cancelDeadlines(session);
        sessions.remove(session.clientId());
        environment.counters().sessions.set(sessions.size());
        Will due = session.end();
        noteEnding(session);
        if (due != null) {
            session.publishWill(due);
        }
    }

    private void noteEnding(Session session) {
        ChangeLog changes = environment.changes();
        if (!session.isRecorded() || changes.isCommitted(session.lastChange())) {
            return;
        }
        if (endings.size() >= endingsMax) {
            endings.values().removeIf(changes::isCommitted);
            endingsMax = Math.max(ENDINGS_MIN, 2 * endings.size());
        }
        endings.put(session.clientId(), session.lastChange());
    }

    private void cancelDeadlines(Session session) {
        if (session.willDelay != null) {
            environment.deadlines().cancel(session.willDelay);
            session.willDelay = null;
        }
        if (session.expiry != null) {
            environment.deadlines().cancel(session.expiry);
            session.expiry = null;
        }
    }

    /** The Session Expiry Interval that is granted to one who asks for this. */
    public long grantedExpirySeconds(long asked) {
        Duration longest = environment.limits().sessionExpiryMax();
        return longest == null ? asked : Math.min(asked, longest.toSeconds());
    }

    public @Nullable Session find(String clientId) {
        return sessions.get(clientId);
    }

    // ---- from before this process began

    /**
     * Builds this shard's part of what the store gave back, and what it has to know of the others: which shard wants which
     * filters, and the retained messages. {@link #goOn} follows when all shards have done so.
     */
    public void restore(RestoredState state) {
        Partitions partitions = environment.router().peers().partitions();
        environment.changes().messageIdsFollow(state.lastMessageId());
        Messages messages = new Messages(state);
        for (StateChange.RetainedPut put : state.retained) {
            boolean isHere = partitions.areHere(put.topic().toString());
            environment
                    .router()
                    .restoreRetained(
                            isHere ? messages.get(put.messageId()) : messages.replica(put.messageId()),
                            put.stamp(),
                            put.source());
        }
        state.sessions.forEach((clientId, restored) -> {
            StateChange.SessionPut put = restored.put;
            if (put != null && partitions.areHere(clientId)) {
                // Durable whatever its expiry is now: what was stored for it is released when it ends.
                Session session = new Session(environment, clientId, true);
                sessions.put(clientId, session);
                restore(session, restored, put, messages);
            } else if (put != null) {
                int shard = partitions.shardOf(clientId);
                for (StateChange.SubscriptionPut subscription : restored.subscriptions) {
                    if (subscription.filter().isShared()) {
                        environment.groups().restoreMember(shard, subscription);
                    } else {
                        environment.router().restoreInterest(subscription.filter(), shard);
                    }
                }
            }
        });
        state.groups.forEach((group, queue) -> {
            if (partitions.shardOfGroup(group) == partitions.shard()) {
                for (StateChange.GroupQueued queued : queue) {
                    long id = queued.delivery().messageId();
                    environment.groups().restore(queued, messages.queued(id), messages.topicHash(id));
                }
            }
        });
        environment.groups().dropOrphans();
        for (StateChange.HandOver open : state.handOvers) {
            if (open.shard() == partitions.shard()) {
                RoutedMessage message = messages.get(open.messageId());
                environment.changes().restoreReference(message);
                environment.router().finish(open, message);
            }
        }
        undecidedWills = new ArrayList<>(0);
        for (StateChange.WillUndecided put : state.undecidedWills) {
            if (partitions.shardOf(put.messageId()) == partitions.shard()) {
                undecidedWills.add(new Undecided(messages.referred(put.messageId()), put.source()));
            }
        }
        environment.counters().sessions.set(sessions.size());
    }

    /** Who was connected before this process began lost its connection now; who should have expired expires. */
    public void goOn(RestoredState state) {
        for (Session session : List.copyOf(sessions.values())) {
            goOn(session, state);
        }
        List<Undecided> wills = undecidedWills;
        undecidedWills = List.of();
        wills.forEach(each -> new UndecidedWills(environment).restore(each.will, each.source));
    }

    private void restore(
            Session session, RestoredState.RestoredSession restored, StateChange.SessionPut put, Messages messages) {
        session.restore(put);
        restored.subscriptions.forEach(session.subscriptions()::restore);
        for (StateChange.Queued queued : restored.queued) {
            RoutedMessage message = messages.queued(queued.delivery().messageId());
            session.outbound().restoreQueued(Outgoing.restored(queued.sequence(), queued.delivery(), message));
        }
        for (StateChange.InflightPut inflight : restored.inflight) {
            restore(session, inflight, messages);
        }
        for (StateChange.ReceivedPut received : restored.received) {
            RoutedMessage message = received.messageId() == 0 ? null : messages.referred(received.messageId());
            session.inbound().restore(received.packetIdentifier(), message);
        }
    }

    private void restore(Session session, StateChange.InflightPut inflight, Messages messages) {
        boolean received = inflight.state() == StateChange.InflightState.AWAITING_PUBCOMP;
        RoutedMessage message =
                received ? null : messages.referred(inflight.delivery().messageId());
        Outgoing outgoing = Outgoing.restored(inflight.sequence(), inflight.delivery(), message);
        session.outbound().restoreInflight(outgoing, inflight.packetIdentifier(), inflight.state());
    }

    private void goOn(Session session, RestoredState state) {
        RestoredState.RestoredSession restored = state.sessions.get(session.clientId());
        if (session.expirySeconds() == 0) {
            end(session);
        } else if (restored != null && restored.put != null) {
            long since = restored.put.disconnectedAtMillis();
            goOffline(session, since == StateChange.NEVER ? environment.wallMillis() : since);
        }
    }

    /** The stored messages that this shard refers to, each made once. */
    private final class Messages {
        private final IdMap<RoutedMessage> made = new IdMap<>();
        private final RestoredState state;

        Messages(RestoredState state) {
            this.state = state;
        }

        /** With its content. */
        RoutedMessage get(long id) {
            RoutedMessage message = made.get(id);
            if (message == null) {
                message = environment.changes().restore(content(id));
                made.put(id, message);
            } else if (!message.isLoaded()) {
                environment.changes().restoreContent(message, content(id));
            }
            return message;
        }

        RoutedMessage referred(long id) {
            return refer(get(id));
        }

        /** One more reference, which does not need the content. */
        RoutedMessage queued(long id) {
            RoutedMessage message = made.get(id);
            if (message == null) {
                RestoredState.Stored stored = stored(id);
                message = environment.changes().restore(id, stored.qos, stored.payloadLength, stored.expiresAtMillis);
                made.put(id, message);
            }
            return refer(message);
        }

        int topicHash(long id) {
            return stored(id).topicHash;
        }

        private RoutedMessage refer(RoutedMessage message) {
            environment.changes().restoreReference(message);
            message.keep(environment.counters().memory);
            return message;
        }

        /** A message that another shard keeps in the store. */
        RoutedMessage replica(long id) {
            StateChange.MessageStored stored = content(id);
            return new RoutedMessage(stored.message(), stored.publisher(), stored.expiresAtMillis());
        }

        private StateChange.MessageStored content(long id) {
            StateChange.MessageStored content = state.contentOf(id);
            if (content == null) {
                throw new IllegalStateException("message " + id + " is not in memory");
            }
            return content;
        }

        private RestoredState.Stored stored(long id) {
            RestoredState.Stored stored = state.messages.get(id);
            if (stored == null) {
                throw new IllegalStateException("message " + id + " is not stored");
            }
            return stored;
        }
    }
}
