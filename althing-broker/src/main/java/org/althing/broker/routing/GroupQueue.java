package org.althing.broker.routing;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a share group in the order of their sequence numbers.
 *
 * <p>New messages come in their order and stand in a line; those that come back stand in a heap beside it, so that many
 * members may give back one after the other at a cost of O(log n) each. The first one is that of the line or of the heap.
 *
 * <h2>What is in memory</h2>
 *
 * <pre>
 *   poll ◄──┬── returned: contents in memory ◄── giveBack
 *           └── head: contents in memory, or being read ◄── readAhead ── far: contents in the journal ◄── add
 * </pre>
 *
 * <p>Of what is recorded only the head has its contents in memory, as in the queue of a session: some messages while
 * anybody is there, fewer while nobody is. What is not recorded stays in memory, wherever it stands.
 */
final class GroupQueue {
    /** How much a queue has in memory of what is recorded, in messages and bytes of payload; a larger first message besides. */
    record Head(int messages, int bytes) {}

    private final ShareGroup group;
    private final Head attended;
    private final Head unattended;
    private final Runnable onRead;
    private final PriorityQueue<GroupMessage> returned = new PriorityQueue<>(1);
    private final ArrayDeque<GroupMessage> head = new ArrayDeque<>(0);
    private final ArrayDeque<GroupMessage> far = new ArrayDeque<>(0);
    /** Of payload, in the head. */
    private long headBytes;

    /**
     * @param attended while any member is there
     * @param onRead runs when a message is in memory that had to be read
     */
    GroupQueue(ShareGroup group, Head attended, Head unattended, Runnable onRead) {
        this.group = group;
        this.attended = attended;
        this.unattended = unattended;
        this.onRead = onRead;
    }

    int size() {
        return returned.size() + head.size() + far.size();
    }

    boolean isEmpty() {
        return returned.isEmpty() && head.isEmpty() && far.isEmpty();
    }

    /** Adds one that is later than all others. */
    void add(GroupMessage message) {
        assert isLatest(message) : "out of order";
        if (far.isEmpty() && (!message.recorded || fits(message))) {
            addToHead(message);
        } else {
            far.addLast(message);
            setAside(message);
        }
    }

    private boolean isLatest(GroupMessage message) {
        GroupMessage last = far.isEmpty() ? head.peekLast() : far.peekLast();
        return last == null || last.sequence < message.sequence;
    }

    /** Adds one from before this process began; it is recorded, and later than all others. */
    void restore(GroupMessage message) {
        far.addLast(message);
        setAside(message);
    }

    /** Adds one wherever it belongs. */
    void giveBack(GroupMessage message) {
        returned.add(message);
    }

    /** The first one; its content may still be on its way from the journal. */
    @Nullable
    GroupMessage peek() {
        return isReturnedFirst() ? returned.peek() : nextInLine();
    }

    @Nullable
    GroupMessage poll() {
        if (isReturnedFirst()) {
            return returned.poll();
        }
        GroupMessage first = head.poll();
        if (first == null) {
            return far.poll();
        }
        headBytes -= first.payloadLength();
        if (head.size() <= bounds().messages / 2 && headBytes <= bounds().bytes / 2) {
            readAhead(0);
        }
        return first;
    }

    private boolean isReturnedFirst() {
        GroupMessage back = returned.peek();
        GroupMessage next = nextInLine();
        return back != null && (next == null || back.sequence < next.sequence);
    }

    private @Nullable GroupMessage nextInLine() {
        if (head.isEmpty()) {
            readAhead(1);
        }
        return head.isEmpty() ? far.peek() : head.peek();
    }

    // ---- head and far

    private Head bounds() {
        return group.isAttended() ? attended : unattended;
    }

    private boolean fits(GroupMessage next) {
        return head.size() < bounds().messages && headBytes + next.payloadLength() <= bounds().bytes;
    }

    private boolean isHeadTooLong() {
        return head.size() > bounds().messages || headBytes > bounds().bytes;
    }

    private void addToHead(GroupMessage message) {
        head.addLast(message);
        headBytes += message.payloadLength();
    }

    /**
     * Whenever half of the head has left, the next ones are read; while nobody is there, nothing is.
     *
     * @param atLeast so many, however large they are
     */
    private void readAhead(int atLeast) {
        while (group.isAttended() && far.peek() instanceof GroupMessage next && (fits(next) || head.size() < atLeast)) {
            far.remove();
            addToHead(next);
            group.bringBack(next, onRead);
        }
    }

    private void setAside(GroupMessage message) {
        if (message.recorded) {
            group.setAside(message);
        }
    }

    /** The last member is gone: only a few messages stay in memory. */
    void onUnattended() {
        while (head.peekLast() instanceof GroupMessage last && last.recorded && isHeadTooLong()) {
            head.removeLast();
            headBytes -= last.payloadLength();
            far.addFirst(last);
            setAside(last);
        }
    }

    // ---- all

    /** Removes those that the condition holds for, and hands over each. */
    void removeIf(Predicate<GroupMessage> condition, Consumer<GroupMessage> removed) {
        Predicate<GroupMessage> handOver = message -> {
            boolean holds = condition.test(message);
            if (holds) {
                removed.accept(message);
            }
            return holds;
        };
        returned.removeIf(handOver);
        far.removeIf(handOver);
        head.removeIf(message -> {
            boolean holds = handOver.test(message);
            headBytes -= holds ? message.payloadLength() : 0;
            return holds;
        });
    }

    /** Visits all, in no order. */
    void forEach(Consumer<GroupMessage> visitor) {
        returned.forEach(visitor);
        head.forEach(visitor);
        far.forEach(visitor);
    }
}
