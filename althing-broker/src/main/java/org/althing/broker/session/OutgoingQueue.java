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
 *
 * <h2>What is in memory</h2>
 *
 * <pre>
 *   removeFirst ◄── head: contents in memory, or being read ◄── readAhead ── far: contents in the journal ◄── add
 * </pre>
 *
 * <p>Of a durable session only the head has its messages' contents in memory: a few messages while the client is away, some
 * more while it is there. Whenever half of the head has left the next ones are read, so that the disk is ahead of the
 * client. Others who have the same message in memory spare the reading.
 */
final class OutgoingQueue {
    private static final int HEAD_AWAY = 4;
    private static final int HEAD_AWAY_BYTES = 4 << 10;
    private static final int HEAD_THERE = 256;
    private static final int HEAD_THERE_BYTES = 128 << 10;

    private final SessionEnvironment environment;
    private final String clientId;
    private final SessionChanges changes;
    private final Account account;
    private final Runnable onRead;
    private final ArrayDeque<Outgoing> head = new ArrayDeque<>(0);
    /** Behind the head; null until the queue is long for the first time. */
    private @Nullable ArrayDeque<Outgoing> far;
    /** The client's connection while it is there. */
    private @Nullable SessionLink link;
    /** Of payload, in the head. */
    private long headBytes;
    /** Of payload. */
    private long bytes;

    private int thatExpire;
    private boolean dropping;
    /** Rights that have changed since some of the messages were queued. */
    private @Nullable Rights unchecked;

    /** @param onRead runs when the first message that had to be read can be sent */
    OutgoingQueue(
            SessionEnvironment environment, String clientId, SessionChanges changes, Account account, Runnable onRead) {
        this.environment = environment;
        this.clientId = clientId;
        this.changes = changes;
        this.account = account;
        this.onRead = onRead;
    }

    boolean isEmpty() {
        return head.isEmpty() && isHeadOnly();
    }

    int size() {
        return head.size() + (far == null ? 0 : far.size());
    }

    private boolean isHeadOnly() {
        return far == null || far.isEmpty();
    }

    /** The next one to be sent; while the client is there, it is null only if there is none. */
    @Nullable
    Outgoing first() {
        return head.peekFirst();
    }

    // ---- head and far

    /** The client is there: what it is sent first is read. */
    void open(SessionLink to) {
        link = to;
        readAhead();
    }

    /** The client is gone: of what was read for it only a few are kept. */
    void close() {
        link = null;
        while (changes.isDurable() && !head.isEmpty() && !headMayHave(0)) {
            Outgoing last = head.removeLast();
            headBytes -= last.payloadLength();
            far().addFirst(last);
            setAside(last);
        }
    }

    /** Whether the head is within its bounds, and would be with so many more messages. */
    private boolean headMayHave(int more) {
        int max = link != null ? HEAD_THERE : HEAD_AWAY;
        int bytesMax = link != null ? HEAD_THERE_BYTES : HEAD_AWAY_BYTES;
        return head.size() + more <= max && headBytes <= bytesMax;
    }

    private void readAhead() {
        ArrayDeque<Outgoing> rest = far;
        while (rest != null && !rest.isEmpty() && headMayHave(1)) {
            Outgoing next = rest.removeFirst();
            addToHead(next);
            changes.load(messageOf(next), onRead);
        }
    }

    private void addToHead(Outgoing outgoing) {
        head.addLast(outgoing);
        headBytes += outgoing.payloadLength();
    }

    private void addFar(Outgoing outgoing) {
        far().addLast(outgoing);
        setAside(outgoing);
    }

    private void setAside(Outgoing outgoing) {
        changes.setAside(messageOf(outgoing));
    }

    private ArrayDeque<Outgoing> far() {
        ArrayDeque<Outgoing> all = far;
        if (all == null) {
            all = new ArrayDeque<>();
            far = all;
        }
        return all;
    }

    private static RoutedMessage messageOf(Outgoing queued) {
        RoutedMessage message = queued.message();
        if (message == null) {
            throw new IllegalStateException("queued without a message: " + queued.sequence);
        }
        return message;
    }

    private @Nullable Outgoing pollFirst() {
        Outgoing first = head.pollFirst();
        if (first != null) {
            headBytes -= first.payloadLength();
            if (link != null && head.size() <= HEAD_THERE / 2 && headBytes <= HEAD_THERE_BYTES / 2) {
                readAhead();
            }
        } else if (far != null) {
            first = far.pollFirst();
            if (first != null) {
                messageOf(first).endWaiting();
            }
        }
        return first;
    }

    // ---- bounds

    /** Whether the next message would be dropped. */
    boolean isFull() {
        boolean dropsNewest = environment.limits().queue().whenFull() == QueueFull.DROP_NEWEST;
        return environment.counters().memory.isFull() || (dropsNewest && !fits());
    }

    private boolean fits() {
        int max = environment.limits().queuedMessagesMax();
        long bytesMax = environment.limits().queue().bytesMax();
        return (max == 0 || size() < max) && (bytesMax == 0 || bytes < bytesMax);
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
                && pollFirst() instanceof Outgoing oldest) {
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
                    BrokerLog.Level.NOTICE,
                    "Outgoing messages are being dropped for client " + clientId + ".",
                    clientId,
                    link == null ? "" : link.address());
        }
    }

    void add(Outgoing outgoing) {
        count(outgoing);
        if (changes.isDurable()) {
            changes.append(new StateChange.Queued(clientId, outgoing.sequence, outgoing.delivery()));
        }
        if (!changes.isDurable() || isHeadOnly() && headMayHave(1)) {
            addToHead(outgoing);
        } else {
            addFar(outgoing);
        }
    }

    /** Puts back what was queued before this process began; in the order of the sequence numbers. */
    void restore(Outgoing outgoing) {
        count(outgoing);
        addFar(outgoing);
    }

    private void count(Outgoing outgoing) {
        bytes += outgoing.payloadLength();
        if (expires(outgoing)) {
            thatExpire++;
        }
    }

    /** Takes out {@link #first}. */
    Outgoing removeFirst() {
        Outgoing outgoing = pollFirst();
        if (outgoing == null) {
            throw new IllegalStateException("nothing is queued for " + clientId);
        }
        if (isEmpty()) {
            dropping = false;
            unchecked = null;
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

    /** Drops what the client may not have any more; of what is not in memory that is found out before it is sent. */
    void dropForbidden(Rights rights) {
        drop(outgoing -> isForbidden(outgoing, rights), Fate.NOT_AUTHORIZED);
        unchecked = isEmpty() ? null : rights;
    }

    /** Whether rights that changed while it was not in memory forbid it. */
    boolean isForbidden(Outgoing outgoing) {
        return unchecked != null && isForbidden(outgoing, unchecked);
    }

    private static boolean isForbidden(Outgoing outgoing, Rights rights) {
        RoutedMessage message = outgoing.message();
        return message != null
                && message.isLoaded()
                && rights.receive(message.message().topic()) != null;
    }

    private void drop(Predicate<Outgoing> condition, Fate fate) {
        for (Iterator<Outgoing> all = head.iterator(); all.hasNext(); ) {
            Outgoing outgoing = all.next();
            if (condition.test(outgoing)) {
                all.remove();
                headBytes -= outgoing.payloadLength();
                onDropped(outgoing, fate);
            }
        }
        if (far != null) {
            for (Iterator<Outgoing> all = far.iterator(); all.hasNext(); ) {
                Outgoing outgoing = all.next();
                if (condition.test(outgoing)) {
                    all.remove();
                    messageOf(outgoing).endWaiting();
                    onDropped(outgoing, fate);
                }
            }
        }
        if (link != null) {
            readAhead();
        }
    }

    private void onDropped(Outgoing outgoing, Fate fate) {
        onRemoved(outgoing);
        account.settled(fate);
        changes.release(outgoing);
    }

    /** The session ends; its records go with it, but each message loses a reference. */
    void end() {
        link = null;
        for (Outgoing outgoing = pollFirst(); outgoing != null; outgoing = pollFirst()) {
            account.settled(Fate.SESSION_ENDED);
            changes.release(outgoing);
        }
        bytes = 0;
    }
}
