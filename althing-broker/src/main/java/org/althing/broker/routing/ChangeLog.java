package org.althing.broker.routing;

import java.util.ArrayList;
import java.util.List;
import org.althing.broker.BrokerLog;
import org.althing.broker.MemoryBudget;
import org.althing.broker.StateChange;
import org.althing.broker.StateLog;
import org.althing.broker.StateStore;
import org.althing.mqtt.Qos;
import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a shard on their way to the {@link StateStore}.
 *
 * <h2>The output-commit rule</h2>
 *
 * <p>Changes are numbered. Whatever tells a client that something is safe names the last change it stands on, and waits
 * until that one is committed. The changes of a turn are one commit, so that what belongs together is there after a
 * crash as a whole or not at all.
 *
 * <h2>When state cannot be saved</h2>
 *
 * <p>The store keeps what it was given and tries again by itself. Meanwhile no number is reached, so everybody waits; what
 * had better not begin now asks {@link #isDegraded}.
 */
public final class ChangeLog {
    /** The number of no change: it is always committed. */
    public static final long NOTHING = 0;

    private final StateLog store;
    private final Partitions partitions;
    private final EventLoop loop;
    private final boolean durable;
    private final Runnable submit = this::submit;

    private long appended = NOTHING;
    /** The last number that is really a change in the journal; those behind it are points. */
    private long appendedToJournal = NOTHING;

    private long submitted = NOTHING;
    private long committed = NOTHING;
    /** The first number that other shards have not confirmed. */
    private long owedByPeers = Long.MAX_VALUE;

    private long lastMessageId;
    private boolean submitAsked;
    private boolean ended;
    private boolean degraded;
    private List<Runnable> waiting = new ArrayList<>();
    private final StoredContents contents;

    /** @param partitions whose changes these are */
    public ChangeLog(StateStore store, Partitions partitions, EventLoop loop, MemoryBudget memory, BrokerLog log) {
        this.store = store.log(partitions.shard());
        this.partitions = partitions;
        this.loop = loop;
        this.durable = store.isDurable();
        contents = new StoredContents(this.store, loop, memory, log);
    }

    /** Whether state outlives the process. If not, no change need be made at all. */
    public boolean isDurable() {
        return durable;
    }

    /** Gathers a change for the commit of this turn. */
    public void append(StateChange change) {
        if (!durable || ended) {
            return;
        }
        appended++;
        appendedToJournal = appended;
        store.append(change);
        if (!submitAsked) {
            submitAsked = true;
            loop.atTurnEnd(submit);
        }
    }

    /** A number of its own for something that other shards have to confirm; see {@link #owedByPeers}. */
    long point() {
        boolean allJournaled = committed == appended;
        appended++;
        if (allJournaled) {
            committed = appended;
        }
        return appended;
    }

    /** The number of the last change or point. */
    public long last() {
        return appended;
    }

    /** The number of the last change that is stored, not only confirmed. */
    public long lastStored() {
        return appendedToJournal;
    }

    /**
     * What to ask {@link #isCommitted} about for those whom the disk does not concern: only that other shards have
     * confirmed all up to this number.
     */
    public static long confirmationOf(long change) {
        return -change;
    }

    /**
     * Whether the change is durable, and other shards have confirmed all that had to be confirmed before it; of a {@link
     * #confirmationOf}, only the latter.
     */
    public boolean isCommitted(long change) {
        return change >= 0 ? change <= committed && change < owedByPeers : -change < owedByPeers;
    }

    /** Whether the change is durable, whatever other shards have yet to say. */
    boolean isJournaled(long change) {
        return change <= committed;
    }

    /** Says which is the first number that other shards have not confirmed; {@code Long.MAX_VALUE} for none. */
    void owedByPeers(long first) {
        boolean more = first > owedByPeers;
        owedByPeers = first;
        if (more) {
            tellWaiting();
        }
    }

    /** Hands over at once what the end of the turn would, and what comes of it. */
    void handOver() {
        while (submitAsked) {
            submit();
        }
    }

    /** Whether state cannot be saved at present. */
    public boolean isDegraded() {
        return degraded;
    }

    /** State cannot be saved from now on, or is saved again. */
    public void degraded(boolean now) {
        degraded = now;
        if (now) {
            tellWaiting();
        }
    }

    /** Runs the task once, after the next commit or answer of another shard, or when state cannot be saved. */
    public void afterCommit(Runnable task) {
        waiting.add(task);
    }

    /** Runs the task when everything so far is committed, or cannot be at present. */
    public void whenSettled(Runnable task) {
        if (isCommitted(appended) || degraded) {
            task.run();
        } else {
            afterCommit(() -> whenSettled(task));
        }
    }

    /** The store is about to be closed: from now on changes go nowhere. Everything before has settled. */
    public void end() {
        ended = true;
        contents.end();
    }

    /** Drops the content of the message when it is committed, if by then all who keep it can do without; see {@link #load}. */
    public void mayDrop(RoutedMessage message) {
        if (durable && message.isOnlyWaitedFor()) {
            contents.mayDrop(message, appended, committed);
        }
    }

    /** Brings back the content of a message that somebody needs; {@code then} runs on the loop, in any case. */
    public void load(RoutedMessage message, Runnable then) {
        contents.load(message, then);
    }

    /** Something durable refers to the message from now on; it is stored if it was not. */
    public void hold(RoutedMessage message) {
        if (!durable || !message.isStored()) {
            return;
        }
        message.references++;
        if (message.references == 1) {
            lastMessageId = partitions.nextMessageId(lastMessageId);
            message.storedId = lastMessageId;
            append(new StateChange.MessageStored(
                    message.storedId, message.message(), message.publisher(), message.expiresAtMillis()));
        }
    }

    /** One that held it refers to it no longer; the last one drops it. */
    public void release(RoutedMessage message) {
        if (!durable || !message.isStored()) {
            return;
        }
        assert message.references > 0 : "released more often than held: " + message;
        message.references--;
        if (message.references == 0) {
            append(new StateChange.MessageDropped(message.storedId));
            message.storedId = 0;
        } else {
            mayDrop(message);
        }
    }

    /** Messages up to this id are stored already, on this shard or another. */
    public void messageIdsFollow(long last) {
        lastMessageId = Math.max(lastMessageId, last);
    }

    /** A message that was stored before this process began; nothing refers to it yet. */
    public RoutedMessage restore(StateChange.MessageStored stored) {
        RoutedMessage message = new RoutedMessage(stored.message(), stored.publisher(), stored.expiresAtMillis());
        message.storedId = stored.messageId();
        return message;
    }

    /** One of which only queues have to know anything yet. */
    public RoutedMessage restore(long messageId, Qos qos, int payloadLength, long expiresAtMillis) {
        return new RoutedMessage(messageId, qos, payloadLength, expiresAtMillis);
    }

    /** Gives the content to a message that was restored without, since somebody needs it. */
    public void restoreContent(RoutedMessage message, StateChange.MessageStored stored) {
        contents.restore(message, stored);
    }

    /** Counts a reference that replay brought back. */
    public void restoreReference(RoutedMessage message) {
        message.references++;
    }

    private void submit() {
        if (!submitAsked) {
            return; // it was handed over before the end of the turn
        }
        submitAsked = false;
        long last = appended;
        submitted = last;
        store.commit(cause -> {
            if (loop.inLoop()) {
                onCommitted(last, cause);
            } else {
                loop.execute(() -> onCommitted(last, cause));
            }
        });
    }

    private void onCommitted(long last, @Nullable Throwable closed) {
        if (closed == null) {
            assert last >= committed && last <= submitted : last + " after " + committed;
            committed = last >= appendedToJournal ? appended : last;
            contents.onCommitted(committed);
            tellWaiting();
        }
    }

    private void tellWaiting() {
        List<Runnable> told = waiting;
        waiting = new ArrayList<>();
        for (Runnable task : told) {
            task.run();
        }
    }
}
