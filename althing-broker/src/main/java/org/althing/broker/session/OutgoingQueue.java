package org.althing.broker.session;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.althing.broker.BrokerLog;
import org.althing.broker.Ledger.Account;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.StateChange;
import org.althing.broker.routing.RoutedMessage;
import org.jspecify.annotations.Nullable;

/**
 * Messages that wait for window, room or the client's return.
 *
 * <p>The queue is bounded. When it is full the newest message is dropped and counted, and the log says so once per
 * episode. Mosquitto 2.1 does the same.
 */
final class OutgoingQueue {
    private final SessionEnvironment environment;
    private final String clientId;
    private final SessionChanges changes;
    private final Account account;
    private final ArrayDeque<Outgoing> queue = new ArrayDeque<>(0);
    private int thatExpire;
    private boolean dropping;

    OutgoingQueue(SessionEnvironment environment, String clientId, SessionChanges changes, Account account) {
        this.environment = environment;
        this.clientId = clientId;
        this.changes = changes;
        this.account = account;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    int size() {
        return queue.size();
    }

    @Nullable
    Outgoing first() {
        return queue.peekFirst();
    }

    /** Whether one more may wait; what has expired makes room. If not, a message is dropped, and that is said. */
    boolean hasPlace() {
        int max = environment.limits().queuedMessagesMax();
        if (max == 0 || queue.size() < max) {
            return true;
        }
        if (thatExpire > 0) {
            dropExpired();
        }
        boolean place = queue.size() < max;
        if (!place) {
            onDropped();
        }
        return place;
    }

    private void onDropped() {
        account.ended(Fate.QUEUE_FULL);
        if (!dropping) {
            dropping = true;
            environment.log().log(
                    BrokerLog.Level.NOTICE, "Outgoing messages are being dropped for client " + clientId + ".");
        }
    }

    void add(Outgoing outgoing) {
        restore(outgoing);
        if (changes.isDurable()) {
            changes.append(new StateChange.Queued(clientId, outgoing.sequence, outgoing.delivery()));
        }
    }

    /** Puts back what was queued before this process began; in the order of the sequence numbers. */
    void restore(Outgoing outgoing) {
        queue.add(outgoing);
        if (expires(outgoing)) {
            thatExpire++;
        }
    }

    Outgoing removeFirst() {
        Outgoing outgoing = queue.removeFirst();
        if (queue.isEmpty()) {
            dropping = false;
        }
        onRemoved(outgoing);
        return outgoing;
    }

    private void onRemoved(Outgoing outgoing) {
        if (expires(outgoing)) {
            thatExpire--;
        }
        if (changes.isDurable()) {
            changes.append(new StateChange.Dequeued(clientId, outgoing.sequence));
        }
    }

    private static boolean expires(Outgoing outgoing) {
        RoutedMessage message = outgoing.message();
        return message != null && message.expires();
    }

    private void dropExpired() {
        long now = environment.wallMillis();
        Iterator<Outgoing> all = queue.iterator();
        while (all.hasNext()) {
            Outgoing outgoing = all.next();
            if (outgoing.hasExpired(now)) {
                all.remove();
                onRemoved(outgoing);
                account.settled(Fate.EXPIRED);
                changes.release(outgoing);
            }
        }
    }

    /** The session ends; its records go with it, but each message loses a reference. */
    void end() {
        for (Outgoing outgoing : queue) {
            account.settled(Fate.SESSION_ENDED);
            changes.release(outgoing);
        }
        queue.clear();
    }
}
