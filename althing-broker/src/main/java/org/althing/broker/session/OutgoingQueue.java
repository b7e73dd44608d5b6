package org.althing.broker.session;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Predicate;
import org.althing.broker.BrokerConfig.QueueFull;
import org.althing.broker.BrokerLog;
import org.althing.broker.Ledger.Account;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.Rights;
import org.althing.broker.StateChange;
import org.althing.broker.routing.RoutedMessage;
import org.jspecify.annotations.Nullable;

/**
 * Messages that wait for window, room or the client's return.
 *
 * <p>The queue is bounded, in messages and in bytes. When it is full the newest message is dropped, as in Mosquitto 2.1, or
 * the oldest, and the log says so once per episode.
 */
final class OutgoingQueue {
    private final SessionEnvironment environment;
    private final String clientId;
    private final SessionChanges changes;
    private final Account account;
    private final ArrayDeque<Outgoing> queue = new ArrayDeque<>(0);
    /** Of payload. */
    private long bytes;

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

    /** Whether the next message would be dropped. */
    boolean isFull() {
        boolean dropsNewest = environment.limits().queue().whenFull() == QueueFull.DROP_NEWEST;
        return environment.counters().memory.isFull() || (dropsNewest && !fits());
    }

    private boolean fits() {
        int max = environment.limits().queuedMessagesMax();
        long bytesMax = environment.limits().queue().bytesMax();
        return (max == 0 || queue.size() < max) && (bytesMax == 0 || bytes < bytesMax);
    }

    /**
     * Whether one more may wait; what has expired makes room, and so does the oldest where the configuration says so. If
     * not, the message is dropped, and that is said.
     */
    boolean hasPlace() {
        if (environment.counters().memory.isFull()) {
            onRefused(Fate.MEMORY_FULL);
            return false;
        }
        if (!fits() && thatExpire > 0) {
            dropExpired();
        }
        while (!fits()
                && environment.limits().queue().whenFull() == QueueFull.DROP_OLDEST
                && queue.pollFirst() instanceof Outgoing oldest) {
            onRemoved(oldest);
            account.settled(Fate.QUEUE_FULL);
            changes.release(oldest);
            onDropping();
        }
        boolean place = fits();
        if (!place) {
            onRefused(Fate.QUEUE_FULL);
        }
        return place;
    }

    private void onRefused(Fate fate) {
        account.ended(fate);
        environment.counters().queueRefusals.increment();
        onDropping();
    }

    private void onDropping() {
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
        bytes += outgoing.payloadLength();
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
        bytes -= outgoing.payloadLength();
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
        drop(outgoing -> outgoing.hasExpired(now), Fate.EXPIRED);
    }

    void dropForbidden(Rights rights) {
        drop(
                outgoing -> outgoing.message() instanceof RoutedMessage message
                        && rights.receive(message.message().topic()) != null,
                Fate.NOT_AUTHORIZED);
    }

    private void drop(Predicate<Outgoing> condition, Fate fate) {
        Iterator<Outgoing> all = queue.iterator();
        while (all.hasNext()) {
            Outgoing outgoing = all.next();
            if (condition.test(outgoing)) {
                all.remove();
                onRemoved(outgoing);
                account.settled(fate);
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
        bytes = 0;
    }
}
