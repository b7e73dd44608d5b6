package org.althing.broker.session;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.althing.broker.Client;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.Rights;
import org.althing.broker.routing.Loan;
import org.althing.broker.routing.Membership;
import org.althing.broker.routing.RoutedMessage;
import org.althing.broker.routing.ShareMember;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * The shared subscriptions of one session.
 *
 * <p>A group lends a message only to a member that can send it at once: one without messages of its own that wait. Those
 * that had to say no stand in line here, one line for the window and one for room on the connection, so that each
 * acknowledgement costs the same however many groups a client is in.
 */
final class Shares {
    private final SessionEnvironment environment;
    private final Session session;
    private final OutboundFlow outbound;
    private final SessionChanges changes;
    /** Null before the first one: most sessions are in no group. */
    private @Nullable All all;

    private static final class All {
        final Map<TopicFilter, Share> byFilter = new HashMap<>(2);
        final ArrayDeque<Share> wantWindow = new ArrayDeque<>(0);
        final ArrayDeque<Share> wantRoom = new ArrayDeque<>(0);
    }

    Shares(SessionEnvironment environment, Session session, OutboundFlow outbound, SessionChanges changes) {
        this.environment = environment;
        this.session = session;
        this.outbound = outbound;
        this.changes = changes;
    }

    int size() {
        return all == null ? 0 : all.byFilter.size();
    }

    void visit(BiConsumer<TopicFilter, Qos> visitor) {
        if (all != null) {
            all.byFilter.forEach((filter, share) -> visitor.accept(filter, share.qos));
        }
    }

    boolean has(TopicFilter filter) {
        return all != null && all.byFilter.containsKey(filter);
    }

    /** Joins the group, or changes the options of a member. */
    Membership put(TopicFilter filter, SubscriptionOptions options, int identifier) {
        All mine = all == null ? new All() : all;
        all = mine;
        Share known = mine.byFilter.get(filter);
        if (known != null) {
            known.qos = options.qos();
            known.membership.options(options, identifier);
            return known.membership;
        }
        Share share = new Share(filter, options, identifier);
        mine.byFilter.put(filter, share);
        if (session.isOpen()) {
            share.membership.present();
        }
        return share.membership;
    }

    /** Leaves the group; false if the session was not in it. */
    boolean remove(TopicFilter filter) {
        Share share = all == null ? null : all.byFilter.remove(filter);
        if (share == null) {
            return false;
        }
        share.left = true;
        outbound.keep(share.membership); // what was begun is completed ([MQTT-3.10.4-3])
        share.membership.leave();
        return true;
    }

    /** The client is there, and what waits for it alone has left as far as it could. */
    void onOpen() {
        for (Share share : shares()) {
            share.membership.present();
        }
    }

    /** There may be window or room again. */
    void onDemand() {
        if (all != null) {
            onDemand(all.wantRoom, all.wantWindow);
        }
    }

    private void onDemand(ArrayDeque<Share> wantRoom, ArrayDeque<Share> wantWindow) {
        for (int rest = wantRoom.size(); rest > 0 && outbound.hasRoom() && !wantRoom.isEmpty(); rest--) {
            Share share = wantRoom.removeFirst();
            share.wantsRoom = false;
            share.demand();
        }
        for (int rest = wantWindow.size(); rest > 0 && outbound.isIdle() && !wantWindow.isEmpty(); rest--) {
            Share share = wantWindow.removeFirst();
            share.wantsWindow = false;
            share.demand();
        }
    }

    /** The client is gone; what was lent to it has been given back. */
    void onClientGone() {
        if (all != null) {
            all.wantRoom.clear();
            all.wantWindow.clear();
        }
        for (Share share : shares()) {
            share.wantsRoom = false;
            share.wantsWindow = false;
            share.membership.absent();
        }
    }

    void end() {
        for (Share share : shares()) {
            share.left = true;
            share.membership.leave();
        }
        all = null;
    }

    private Collection<Share> shares() {
        return all == null ? List.of() : all.byFilter.values();
    }

    private final class Share implements ShareMember {
        private final Membership membership;
        private Qos qos;
        private boolean left;
        private boolean wantsWindow;
        private boolean wantsRoom;

        Share(TopicFilter filter, SubscriptionOptions options, int identifier) {
            qos = options.qos();
            membership = environment.groups().join(filter, this, options, identifier);
        }

        void demand() {
            if (!left) {
                membership.demand();
            }
        }

        @Override
        public Client client() {
            return session.client();
        }

        @Override
        public Rights rights() {
            return session.rights();
        }

        @Override
        public boolean isDurable() {
            return changes.isDurable();
        }

        @Override
        public boolean canTake(Qos qos) {
            if (qos == Qos.AT_MOST_ONCE) {
                return hasRoom();
            }
            boolean idle = outbound.isIdle();
            if (!idle && !wantsWindow && all != null) {
                wantsWindow = true;
                all.wantWindow.add(this);
            }
            return idle;
        }

        private boolean hasRoom() {
            boolean room = outbound.hasRoom();
            if (!room && !wantsRoom && all != null) {
                wantsRoom = true;
                all.wantRoom.add(this);
            }
            return room;
        }

        @Override
        public int free(Qos granted) {
            if (granted == Qos.AT_MOST_ONCE) {
                return outbound.hasRoom() ? Integer.MAX_VALUE : 0;
            }
            return outbound.free();
        }

        @Override
        public void take(Loan loan, Qos qos, boolean retain, int[] subscriptionIdentifiers) {
            outbound.lend(loan, qos, retain, subscriptionIdentifiers);
        }

        @Override
        public Fate takeUnacknowledged(RoutedMessage message, boolean retain, int[] subscriptionIdentifiers) {
            SessionLink link = session.link();
            if (link == null || !hasRoom()) {
                return Fate.SLOW_READER;
            }
            boolean sent = session.sendUnacknowledged(link, message, retain, subscriptionIdentifiers);
            return sent ? Fate.SENT : Fate.PACKET_TOO_LARGE;
        }
    }
}
