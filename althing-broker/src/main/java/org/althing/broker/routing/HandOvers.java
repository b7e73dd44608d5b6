package org.althing.broker.routing;

import java.util.ArrayDeque;
import org.althing.broker.StateChange;

/**
 * Messages whose publishers are done with them while other shards have not stored yet what they owe because of them. Runs
 * on the publisher's shard.
 *
 * <p>A QoS 2 message is gone for its publisher when PUBREL is answered for, a will when its session ends: whichever of
 * two records came first, "done" here or "queued" there, a power cut between them would lose the message or bring it
 * twice. So "done" is stored together with a hand-over for each shard that owes something, and that shard removes it in the
 * commit in which it stores the rest:
 *
 * <pre>
 *   publisher's shard   { received removed, queued here, hand-over to 2 } ─┐                    ┌─► message dropped
 *   shard 2                                                                └─► { handed over, queued }
 * </pre>
 *
 * <p>Whatever beginning of the journal is left, the message is in one of the two places. What a start finds open it
 * delivers; see {@link Router#finish}. A QoS 1 message needs none: unacknowledged, it comes again.
 */
final class HandOvers {
    private record Open(RoutedMessage message, long point) {}

    private final ChangeLog changes;
    private final Partitions partitions;
    private final ArrayDeque<Open> open = new ArrayDeque<>(0);
    private final Runnable afterCommit = this::afterCommit;
    private boolean waits;

    HandOvers(ChangeLog changes, Partitions partitions) {
        this.changes = changes;
        this.partitions = partitions;
    }

    /**
     * Stores one for each of these shards; {@link #posted} follows.
     *
     * @param shards as bits, not empty
     * @param retainedStamp of the change to the topic's retained message, or 0
     */
    void write(RoutedMessage message, long shards, long retainedStamp) {
        changes.hold(message);
        for (long rest = shards; rest != 0; rest &= rest - 1) {
            int shard = Long.numberOfTrailingZeros(rest);
            changes.append(
                    new StateChange.HandOver(message.storedId(), shard, partitions.ofShard(shard), retainedStamp));
        }
    }

    /** The shards have been told: the last point of the log stands for their answers. */
    void posted(RoutedMessage message) {
        open.add(new Open(message, changes.last()));
        await();
    }

    private void await() {
        if (!waits) {
            waits = true;
            changes.afterCommit(afterCommit);
        }
    }

    private void afterCommit() {
        waits = false;
        while (open.peek() instanceof Open first && changes.isCommitted(first.point)) {
            open.remove();
            changes.release(first.message);
        }
        if (!open.isEmpty()) {
            await();
        }
    }
}
