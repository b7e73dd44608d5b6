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
 */
final class GroupQueue {
    private final PriorityQueue<GroupMessage> returned = new PriorityQueue<>(1);
    private final ArrayDeque<GroupMessage> fresh = new ArrayDeque<>(0);

    int size() {
        return returned.size() + fresh.size();
    }

    boolean isEmpty() {
        return returned.isEmpty() && fresh.isEmpty();
    }

    /** Adds one that is later than all others. */
    void add(GroupMessage message) {
        assert fresh.isEmpty() || fresh.getLast().sequence < message.sequence : "out of order";
        fresh.add(message);
    }

    /** Adds one wherever it belongs. */
    void giveBack(GroupMessage message) {
        returned.add(message);
    }

    @Nullable
    GroupMessage peek() {
        return isReturnedFirst() ? returned.peek() : fresh.peek();
    }

    @Nullable
    GroupMessage poll() {
        return isReturnedFirst() ? returned.poll() : fresh.poll();
    }

    private boolean isReturnedFirst() {
        GroupMessage back = returned.peek();
        GroupMessage next = fresh.peek();
        return back != null && (next == null || back.sequence < next.sequence);
    }

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
        fresh.removeIf(handOver);
    }

    /** Visits all, in no order. */
    void forEach(Consumer<GroupMessage> visitor) {
        returned.forEach(visitor);
        fresh.forEach(visitor);
    }
}
