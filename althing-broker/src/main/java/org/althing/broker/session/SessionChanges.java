package org.althing.broker.session;

import org.althing.broker.MemoryBudget;
import org.althing.broker.StateChange;
import org.althing.broker.routing.ChangeLog;
import org.althing.broker.routing.RoutedMessage;

/** The changes of one session, and which was the last one that anything said to its client stands on. */
final class SessionChanges {
    private final ChangeLog log;
    private final boolean durable;
    private final MemoryBudget memory;
    private long last = ChangeLog.NOTHING;

    /** @param durable whether the session outlives its connection; what does not is not kept at all */
    SessionChanges(ChangeLog log, boolean durable, MemoryBudget memory) {
        this.log = log;
        this.memory = memory;
        this.durable = durable && log.isDurable();
    }

    boolean isDurable() {
        return durable;
    }

    /** What an acknowledgement given now has to wait for; see {@link ChangeLog#isCommitted}. */
    long last() {
        return last;
    }

    /** Appends a change, if the session is durable. Callers on the path of a message ask first, to make none in vain. */
    void append(StateChange change) {
        if (durable) {
            log.append(change);
            last = log.last();
        }
    }

    /** Appends a change even though the session itself is not durable: a will is kept for all. */
    void appendAnyway(StateChange change) {
        log.append(change);
        last = log.last();
    }

    void hold(RoutedMessage message) {
        message.keep(memory);
        if (durable) {
            log.hold(message);
        }
    }

    void release(RoutedMessage message) {
        message.unkeep(memory);
        if (durable) {
            log.release(message);
        } else {
            log.mayDrop(message);
        }
    }

    /** What is queued far behind can do without the message's content until {@link #load}. */
    void setAside(RoutedMessage message) {
        message.beginWaiting();
        log.mayDrop(message);
    }

    /** The content of a message that was set aside is needed soon; {@code then} runs on the loop. */
    void load(RoutedMessage message, Runnable then) {
        message.endWaiting();
        if (!message.isLoaded()) {
            log.load(message, then);
        }
    }

    /** What is said to the client from now on waits for this change too. */
    void standOn(long change) {
        if (Math.abs(change) > Math.abs(last)) {
            stand(Math.abs(change), change > 0);
        }
    }

    /** What was said to other shards so far, whoever caused it, they have to confirm. */
    void standOnPeers() {
        if (log.last() != ChangeLog.NOTHING) {
            stand(log.last(), false);
        }
    }

    /** What is said to the client from now on waits for all that was stored so far, whoever caused it. */
    void standOnAll() {
        standOn(log.lastStored());
    }

    private void stand(long change, boolean mustBeStored) {
        boolean storing = mustBeStored || !log.isCommitted(Math.max(last, ChangeLog.NOTHING));
        last = storing ? change : ChangeLog.confirmationOf(change);
    }

    /** What was on its way is no longer. */
    void release(Outgoing outgoing) {
        RoutedMessage message = outgoing.takeMessage();
        if (message != null) {
            release(message);
        }
    }

    /** Where the log stands; see {@link #standOnChangesSince}. */
    long mark() {
        return log.last();
    }

    /** What others stored since the mark, on behalf of this session's client, counts as its own. */
    void standOnChangesSince(long mark) {
        if (log.last() != mark) {
            stand(log.last(), log.lastStored() > mark);
        }
    }
}
