package org.althing.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Flow;
import java.util.function.BooleanSupplier;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a subscription one by one, taken when the application is ready for the next: made by {@link
 * MqttClient#stream}.
 *
 * <pre>{@code
 * try (var temperatures = client.stream("sensors/+/temperature")) {
 *     for (var message : temperatures) {
 *         store(message.topic(), message.text());
 *     }
 * }
 * }</pre>
 *
 * <p>What is not taken is not acknowledged, so with QoS 1 and 2 the broker waits (at its receive maximum) for an
 * application that is slow; with QoS 0, what exceeds {@link ClientOptions#receiveQueue} is dropped and counted. A message
 * is acknowledged when the next one is asked for, or the stream closed, unless the application does it ({@link
 * ClientOptions#manualAcknowledgement}).
 *
 * <p>Messages that a stream is there for go to it (to each, if they are several) and to no handler. A stream ends when
 * it is closed, or when the client is disconnected for good.
 */
public final class MessageStream implements Iterable<ReceivedMessage>, AutoCloseable {
    private final Core core;
    private final List<TopicFilter> filters;
    private final Subscription subscription;

    // Guarded by the lock of Core.
    private final ArrayDeque<ReceivedMessage> waiting = new ArrayDeque<>();
    private long dropped;
    private boolean closed;
    private @Nullable ReceivedMessage taken;
    private @Nullable StreamPublisher publisher;

    MessageStream(Core core, List<TopicFilter> filters, Subscription subscription) {
        this.core = core;
        this.filters = filters;
        this.subscription = subscription;
    }

    /** The subscription it stands on: what the broker answered. */
    public Subscription subscription() {
        return subscription;
    }

    /**
     * Waits for the next message.
     *
     * @throws IllegalStateException if the stream has ended
     */
    public ReceivedMessage take() throws InterruptedException {
        ReceivedMessage message = next(Core.FOREVER);
        if (message == null) {
            throw new IllegalStateException("the stream has ended: it was closed, or its client disconnected");
        }
        return message;
    }

    /** Waits for the next message for at most that time; null if none came, or the stream has ended. */
    public @Nullable ReceivedMessage take(Duration max) throws InterruptedException {
        return next(core.deadlineIn(max));
    }

    private @Nullable ReceivedMessage next(long deadlineNanos) throws InterruptedException {
        acknowledgeTaken();
        core.await(new HasNext(), deadlineNanos);
        core.lock();
        try {
            taken = waiting.poll();
            return taken;
        } finally {
            core.unlock();
        }
    }

    private void acknowledgeTaken() {
        core.lock();
        ReceivedMessage last = taken;
        taken = null;
        core.unlock();
        if (last != null && !core.options.manualAcknowledgement) {
            last.ack();
        }
    }

    private final class HasNext implements BooleanSupplier {
        @Override
        public boolean getAsBoolean() {
            return !waiting.isEmpty() || isAtEnd();
        }
    }

    /** Waits for each message, until the stream ends or the thread is interrupted (which it then stays). */
    @Override
    public Iterator<ReceivedMessage> iterator() {
        return new Iterator<>() {
            private @Nullable ReceivedMessage next;

            @Override
            public boolean hasNext() {
                if (next == null) {
                    try {
                        next = MessageStream.this.next(Core.FOREVER);
                    } catch (InterruptedException interrupt) {
                        Thread.currentThread().interrupt();
                    }
                }
                return next != null;
            }

            @Override
            public ReceivedMessage next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the stream has ended");
                }
                ReceivedMessage message = next;
                next = null;
                if (message == null) {
                    throw new NoSuchElementException();
                }
                return message;
            }
        };
    }

    /**
     * The same messages for one {@link Flow.Subscriber}, as many as it asks for; a message is acknowledged when {@code
     * onNext} has returned. A second subscriber is refused, and so is taking besides it.
     */
    public Flow.Publisher<ReceivedMessage> publisher() {
        core.lock();
        try {
            StreamPublisher known = publisher;
            if (known == null) {
                known = new StreamPublisher(core, this);
                publisher = known;
            }
            return known;
        } finally {
            core.unlock();
        }
    }

    /** Messages of QoS 0 that came faster than they were taken, or were not taken before the end, and were dropped. */
    public long dropped() {
        core.lock();
        try {
            return dropped;
        } finally {
            core.unlock();
        }
    }

    /** Unsubscribes and ends; what was not taken is not acknowledged. */
    @Override
    public void close() {
        acknowledgeTaken();
        core.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            for (ReceivedMessage message = waiting.poll(); message != null; message = waiting.poll()) {
                dropped += message.needsAcknowledgement() ? 0 : 1;
                core.inbox.drop(message);
            }
            core.remove(this);
            onChange();
        } finally {
            core.unlock();
        }
        subscription.close();
    }

    // ---- under the lock ------------------------------------------------------------------------------------------

    boolean wants(TopicName topic) {
        for (TopicFilter filter : filters) {
            if (filter.matches(topic)) {
                return true;
            }
        }
        return false;
    }

    void offer(ReceivedMessage message) {
        if (waiting.size() >= core.options.receiveQueueMax && !message.needsAcknowledgement()) {
            dropped++;
            core.inbox.addDropped();
            return;
        }
        waiting.add(message);
        onChange();
    }

    /** There is a message, or the end. */
    void onChange() {
        StreamPublisher known = publisher;
        if (known != null) {
            known.schedule();
        }
    }

    boolean isAtEnd() {
        return closed || core.isOver();
    }

    @Nullable
    ReceivedMessage poll() {
        return waiting.poll();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }
}
