package org.althing.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What waits for handlers, in the order of arrival. Guarded by the lock of {@link Core}. */
final class Inbox {
    /** One thing to call handlers for. */
    sealed interface Work {
        record Event(ClientEvent event) implements Work {}

        record Message(ReceivedMessage message) implements Work {}
    }

    private final int messagesMax;
    private final ArrayDeque<Work> waiting = new ArrayDeque<>();
    /** Messages that no handler was there for and that are therefore not acknowledged. */
    private final List<Work> unclaimed = new ArrayList<>();

    private int messages;
    private long dropped;
    private long droppedUnreported;
    private long notDelivered;
    private long notDeliveredUnreported;
    private @Nullable PublishResult lastNotDelivered;

    Inbox(int messagesMax) {
        this.messagesMax = messagesMax;
    }

    void add(ClientEvent event) {
        waiting.add(new Work.Event(event));
    }

    /** A message of QoS 0 is dropped when the queue is full. Those of QoS 1 and 2 are bounded by what is unacknowledged. */
    void add(ReceivedMessage message) {
        if (messages >= messagesMax && !message.needsAcknowledgement()) {
            addDropped();
            return;
        }
        messages++;
        waiting.add(new Work.Message(message));
    }

    void addDropped() {
        dropped++;
        droppedUnreported++;
    }

    /** A published message has failed. Reported together with others, so that a flood of them fills nothing. */
    void addNotDelivered(PublishResult result) {
        notDelivered++;
        notDeliveredUnreported++;
        lastNotDelivered = result;
    }

    @Nullable
    Work poll() {
        PublishResult failed = lastNotDelivered;
        if (failed != null) {
            long count = notDeliveredUnreported;
            notDeliveredUnreported = 0;
            lastNotDelivered = null;
            return new Work.Event(new ClientEvent.NotDelivered(count, failed));
        }
        if (reportsDropped()) {
            long count = droppedUnreported;
            droppedUnreported = 0;
            return new Work.Event(new ClientEvent.MessagesDropped(count));
        }
        Work next = waiting.poll();
        if (next instanceof Work.Message) {
            messages--;
        }
        return next;
    }

    /** Whether {@link #poll} would give an event. */
    boolean isEventNext() {
        return lastNotDelivered != null || reportsDropped() || waiting.peek() instanceof Work.Event;
    }

    private boolean reportsDropped() {
        return droppedUnreported > 0 && messages <= messagesMax / 2;
    }

    boolean isEmpty() {
        return waiting.isEmpty() && lastNotDelivered == null && droppedUnreported == 0;
    }

    long notDelivered() {
        return notDelivered;
    }

    long dropped() {
        return dropped;
    }

    /** No handler is there for it. One of QoS 0 cannot wait for one. */
    void keepUnclaimed(Work.Message message) {
        if (message.message().needsAcknowledgement()) {
            unclaimed.add(message);
        } else {
            addDropped();
        }
    }

    /** Nobody will see it: one of QoS 0 is lost, the others are the broker's again. */
    void drop(ReceivedMessage message) {
        if (!message.needsAcknowledgement()) {
            addDropped();
        }
    }

    /** A handler was added: perhaps it is for what lies here. */
    void offerUnclaimedAgain() {
        for (Work work : unclaimed.reversed()) {
            messages++;
            waiting.addFirst(work);
        }
        unclaimed.clear();
    }

    /** Events stay; messages that nobody has seen are the broker's again. */
    void dropMessages() {
        for (Iterator<Work> each = waiting.iterator(); each.hasNext(); ) {
            if (each.next() instanceof Work.Message it) {
                each.remove();
                drop(it.message());
            }
        }
        unclaimed.clear();
        messages = 0;
    }
}
