package org.althing.broker.routing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.althing.broker.Counters;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.StateChange;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.net.Clock;

/**
 * A session's membership in a group whose home is another shard.
 *
 * <p>It grants the group credit for as many messages as the session has window for. The window may be smaller by the time a
 * message arrives, since it is shared: then the message waits here, still the group's.
 */
final class RemoteMembership implements Membership {
    /** What a group may have under way to one member of another shard. */
    private static final int CREDIT_MAX = 64;

    private final Peers peers;
    private final ChangeLog changes;
    private final Counters counters;
    private final Clock clock;
    private final ShareGroups groups;
    private final int home;
    private final PeerMessage.Member name;
    private final ShareMember member;
    private final ArrayDeque<PeerMessage.GroupLend> waiting = new ArrayDeque<>(0);
    private SubscriptionOptions options;
    private List<Runnable> whenJoined = new ArrayList<>(1);
    /** Of the last join that was said; 0 when it has been answered. */
    private long joining;

    private boolean present;
    /** Of the client's presence: what was lent for an earlier one goes back by itself. */
    private long visit;
    /** Credit that the group has and has not used, as far as is known here. */
    private int granted;

    RemoteMembership(
            GroupEnvironment environment,
            ShareGroups groups,
            PeerMessage.Member name,
            ShareMember member,
            SubscriptionOptions options) {
        peers = environment.router().peers();
        changes = environment.changes();
        counters = environment.counters();
        clock = environment.clock();
        this.groups = groups;
        this.name = name;
        this.member = member;
        this.options = options;
        home = peers.partitions().shardOfGroup(name.group());
    }

    /** Joins, or changes options. */
    @Override
    public void options(SubscriptionOptions otherOptions, int identifier) {
        options = otherOptions;
        joining = groups.nextNumber();
        peers.post(home, new PeerMessage.GroupJoin(name, joining, member.isDurable(), otherOptions, identifier));
        if (present) {
            askForMore(); // another QoS may have room where this one had none
        }
    }

    @Override
    public void whenJoined(Runnable task) {
        if (joining == 0) {
            task.run();
        } else {
            whenJoined.add(task);
        }
    }

    void onJoined(long number) {
        if (number == joining) {
            joined();
        }
    }

    private void joined() {
        joining = 0;
        List<Runnable> tasks = whenJoined;
        whenJoined = new ArrayList<>(1);
        tasks.forEach(Runnable::run);
    }

    @Override
    public void present() {
        present = true;
        visit = groups.nextNumber();
        granted = free();
        peers.tell(home, new PeerMessage.GroupPresent(name, member.client(), visit, granted));
        askForMore();
    }

    private int free() {
        return Math.max(0, Math.min(CREDIT_MAX, member.free(options.qos())) - waiting.size());
    }

    @Override
    public void demand() {
        if (!present) {
            return;
        }
        while (waiting.peek() instanceof PeerMessage.GroupLend next
                && member.canTake(next.sent().qos())) {
            waiting.remove();
            take(next);
        }
        askForMore();
    }

    private void askForMore() {
        int free = free();
        if (free > granted) {
            peers.tell(home, new PeerMessage.GroupDemand(name, free - granted));
            granted = free;
        } else if (granted == 0) {
            member.canTake(options.qos()); // which lets demand follow
        }
    }

    @Override
    public void absent() {
        if (present) {
            present = false;
            granted = 0;
            waiting.clear();
            peers.tell(home, new PeerMessage.GroupAbsent(name));
        }
    }

    @Override
    public void leave() {
        joined(); // or the SUBACK, and what is to follow it, would wait for ever
        absent();
        peers.tell(home, new PeerMessage.GroupLeave(name));
        groups.onLeft(name);
    }

    void onLend(PeerMessage.GroupLend lend) {
        if (!present || lend.visit() != visit) {
            return; // the group hears, or has heard, that the client has gone, and takes it back
        }
        granted--;
        if (waiting.isEmpty() && member.canTake(lend.sent().qos())) {
            take(lend);
        } else {
            waiting.add(lend);
            member.canTake(lend.sent().qos()); // which lets demand follow
        }
        askForMore();
    }

    private void take(PeerMessage.GroupLend lend) {
        PeerMessage.Sent sent = lend.sent();
        Loan loan = new RemoteLoan(lend);
        if (loan.message().hasExpired(clock.wallMillis())) {
            loan.end(Fate.EXPIRED); // while it was under way or waited here
        } else {
            member.take(loan, sent.qos(), sent.retain(), sent.identifiers());
        }
    }

    /** QoS 0: where it cannot be sent, this shard's ledger takes back what the other one has counted. */
    void onSend(PeerMessage.GroupSend send) {
        PeerMessage.Sent sent = send.sent();
        Fate fate = present && send.visit() == visit
                ? member.takeUnacknowledged(sent.routed(), sent.retain(), sent.identifiers())
                : Fate.CLIENT_GONE;
        if (fate != Fate.SENT) {
            counters.ledger.account(name.group().toString()).notSent(fate);
        }
    }

    /** A message of the group in this session's hands. */
    private final class RemoteLoan implements Loan {
        private final PeerMessage.GroupLend lend;
        private final RoutedMessage message;

        RemoteLoan(PeerMessage.GroupLend lend) {
            this.lend = lend;
            message = lend.sent().routed();
        }

        @Override
        public RoutedMessage message() {
            return message;
        }

        @Override
        public Membership membership() {
            return RemoteMembership.this;
        }

        @Override
        public void end(Fate fate) {
            if (lend.sent().qos() == Qos.AT_MOST_ONCE) {
                remove();
            }
            peers.tell(home, new PeerMessage.GroupEnded(name, lend.sequence(), fate));
        }

        /** This shard holds the message from now on, and removes the group's record in the commit of its own. */
        @Override
        public void handOver() {
            remove();
            peers.tell(home, new PeerMessage.GroupEnded(name, lend.sequence(), null));
        }

        private void remove() {
            changes.append(new StateChange.GroupDequeued(name.group(), lend.sequence()));
        }

        @Override
        public void giveBack() {
            // The group takes it back by itself when it hears that the client has gone.
        }
    }
}
