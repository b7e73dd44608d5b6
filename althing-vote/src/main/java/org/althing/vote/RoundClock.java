package org.althing.vote;

import java.util.function.Consumer;
import org.althing.net.EventLoop;

/**
 * Ends rounds that end by themselves. The writer decides it: from that moment no ballot is appended, and the line of the
 * close follows as soon as the disk takes it. Goes by the loop's clock, which does not jump; the wall clock is asked once,
 * at start, how much of a round is left.
 */
final class RoundClock {
    private static final long AGAIN_NANOS = 200_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    private final EventLoop loop;
    private final Consumer<PollLedger> onOver;

    RoundClock(EventLoop loop, Consumer<PollLedger> onOver) {
        this.loop = loop;
        this.onOver = onOver;
    }

    /** A round was opened that ends after so long; 0 for never. */
    void watch(PollLedger poll, long millis) {
        if (millis > 0) {
            poll.deadlineNanos = loop.clock().nanos() + millis * NANOS_PER_MILLI;
            Round round = poll.current;
            loop.schedule(millis * NANOS_PER_MILLI, () -> onTime(poll, round));
        }
    }

    /** At start: goes on with a round that was open. */
    void goOn(PollLedger poll) {
        if (poll.appendedState == PollState.OPEN && poll.untilMillis > 0) {
            watch(poll, Math.max(1, poll.untilMillis - loop.clock().wallMillis()));
        }
    }

    /** Whether the time of the open round is over. */
    boolean isOver(PollLedger poll) {
        return poll.appendedState == PollState.OPEN
                && poll.untilMillis > 0
                && loop.clock().nanos() - poll.deadlineNanos >= 0;
    }

    /** What is left of the open round; 0 if it has no end. */
    long leftMillis(PollLedger poll) {
        if (poll.untilMillis == 0) {
            return 0;
        }
        return Math.max(1, (poll.deadlineNanos - loop.clock().nanos()) / NANOS_PER_MILLI);
    }

    private void onTime(PollLedger poll, Round round) {
        if (poll.current == round && isOver(poll)) {
            onOver.accept(poll);
            if (isOver(poll)) {
                loop.schedule(AGAIN_NANOS, () -> onTime(poll, round));
            }
        }
    }
}
