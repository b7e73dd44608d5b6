package org.althing.broker.routing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.althing.broker.BrokerLog;
import org.althing.broker.MemoryBudget;
import org.althing.broker.StateChange;
import org.althing.broker.StateLog;
import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The contents of stored messages, out of memory and back. Runs on the owning shard; the disk is read by the store.
 *
 * <h2>When it cannot be read</h2>
 *
 * <p>Nobody is told anything: the message stays where it is, who needs it goes on waiting, and reading is tried again,
 * later and later. So a disk that is away for a while costs time, and a damaged file stops the queues that it concerns,
 * with a line in the log, until the operator has looked at it; nothing is skipped or acknowledged.
 */
final class StoredContents {
    private static final long RETRY_FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long RETRY_LAST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final StateLog store;
    private final EventLoop loop;
    private final MemoryBudget memory;
    private final BrokerLog log;

    private final ArrayDeque<Candidate> candidates = new ArrayDeque<>(0);
    /** What is being read, by message id. */
    private final Map<Long, Reading> readings = new HashMap<>();
    /** Those of them that could not be read yet, in the order in which they failed first. */
    private final Map<Long, Reading> failing = new LinkedHashMap<>();

    private long retryNanos = RETRY_FIRST_NANOS;
    private boolean retryAsked;
    private boolean ended;

    /** @param change that has to be committed before */
    private record Candidate(long change, RoutedMessage message) {}

    private record Reading(long id, RoutedMessage message, List<Runnable> then) {}

    StoredContents(StateLog store, EventLoop loop, MemoryBudget memory, BrokerLog log) {
        this.store = store;
        this.loop = loop;
        this.memory = memory;
        this.log = log;
    }

    // ---- out

    /** @param appended the number of the last change: what stored the message is not behind it */
    void mayDrop(RoutedMessage message, long appended, long committed) {
        if (!message.isLoaded() || message.dropAsked) {
            return;
        }
        if (isSafe(appended, committed)) {
            message.drop(memory);
        } else {
            message.dropAsked = true;
            candidates.add(new Candidate(appended, message));
        }
    }

    private static boolean isSafe(long change, long committed) {
        return change <= committed;
    }

    void onCommitted(long committed) {
        while (candidates.peek() instanceof Candidate first && isSafe(first.change, committed)) {
            candidates.remove();
            first.message.dropAsked = false;
            if (first.message.isOnlyWaitedFor()) {
                first.message.drop(memory);
            }
        }
    }

    // ---- back

    void restore(RoutedMessage message, StateChange.MessageStored stored) {
        message.load(stored, memory);
    }

    void load(RoutedMessage message, Runnable then) {
        if (message.isLoaded()) {
            loop.execute(then);
            return;
        }
        Reading known = readings.get(message.storedId);
        if (known != null) {
            known.then.add(then);
            return;
        }
        Reading reading = new Reading(message.storedId, message, new ArrayList<>(1));
        reading.then.add(then);
        readings.put(reading.id, reading);
        read(reading);
    }

    private void read(Reading reading) {
        store.load(reading.id, (stored, failure) -> loop.execute(() -> onRead(reading, stored, failure)));
    }

    private void onRead(Reading reading, StateChange.@Nullable MessageStored stored, @Nullable Throwable failure) {
        boolean needed = reading.message.isNeeded() && reading.message.storedId == reading.id;
        if (ended) {
            return;
        }
        if (stored == null && needed) {
            onFailed(reading, failure);
            return;
        }
        if (stored != null && needed) {
            reading.message.load(stored, memory);
        }
        readings.remove(reading.id);
        if (failing.remove(reading.id) != null && failing.isEmpty()) {
            retryNanos = RETRY_FIRST_NANOS;
            log.log(BrokerLog.Level.NOTICE, "Stored messages can be read again.");
        }
        reading.then.forEach(Runnable::run);
    }

    private void onFailed(Reading reading, @Nullable Throwable failure) {
        if (failing.isEmpty()) {
            String why = failure == null ? "it is not there" : String.valueOf(failure.getMessage());
            log.log(
                    BrokerLog.Level.ERROR,
                    "Error: Stored message " + reading.id + " cannot be read: " + why
                            + ". Clients that it is for wait until it can be, which is tried every few seconds.");
        }
        failing.put(reading.id, reading);
        if (!retryAsked) {
            retryAsked = true;
            loop.schedule(retryNanos, this::tryAgain);
            retryNanos = Math.min(2 * retryNanos, RETRY_LAST_NANOS);
        }
    }

    private void tryAgain() {
        retryAsked = false;
        List.copyOf(failing.values()).forEach(this::read);
    }

    /** The store is about to be closed: nothing is read any more. */
    void end() {
        ended = true;
    }
}
