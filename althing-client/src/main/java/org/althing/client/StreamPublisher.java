package org.althing.client;

import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Gives the messages of a stream to one subscriber: what it is called with is called one after the other. */
final class StreamPublisher implements Flow.Publisher<ReceivedMessage>, Flow.Subscription {
    private final Core core;
    private final MessageStream stream;

    // Guarded by the lock of Core.
    private Flow.@Nullable Subscriber<? super ReceivedMessage> subscriber;
    private long demand;
    private boolean running;
    private boolean over;
    private @Nullable Throwable failure;

    StreamPublisher(Core core, MessageStream stream) {
        this.core = core;
        this.stream = stream;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ReceivedMessage> asking) {
        core.lock();
        boolean first = subscriber == null;
        if (first) {
            subscriber = asking;
            running = true; // until onSubscribe has returned
        }
        core.unlock();
        if (!first) {
            asking.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {}
            });
            asking.onError(new IllegalStateException("a stream has one subscriber; make another stream"));
            return;
        }
        asking.onSubscribe(this);
        core.lock();
        running = false;
        schedule();
        core.unlock();
    }

    @Override
    public void request(long n) {
        core.lock();
        try {
            if (n <= 0) {
                failure = new IllegalArgumentException("request(" + n + "): ask for one at least");
            } else {
                demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
            }
            schedule();
        } finally {
            core.unlock();
        }
    }

    @Override
    public void cancel() {
        core.lock();
        over = true;
        core.unlock();
        stream.close();
    }

    /** Under the lock: sees to it that what can be given is given. */
    void schedule() {
        boolean something =
                failure != null || (demand > 0 && !stream.isEmpty()) || (stream.isEmpty() && stream.isAtEnd());
        if (!running && !over && subscriber != null && something) {
            running = true;
            core.completeOutside(this::give);
        }
    }

    private void give() {
        Flow.Subscriber<? super ReceivedMessage> receiver = subscriber;
        while (receiver != null) {
            ReceivedMessage message = null;
            Throwable wrong;
            core.lock();
            try {
                wrong = failure;
                boolean ended = wrong != null || (stream.isEmpty() && stream.isAtEnd());
                if (over || (!ended && (demand == 0 || stream.isEmpty()))) {
                    running = false;
                    return;
                }
                if (ended) {
                    over = true;
                } else {
                    demand--;
                    message = stream.poll();
                }
            } finally {
                core.unlock();
            }
            if (message != null) {
                if (!next(receiver, message)) {
                    return;
                }
            } else {
                end(receiver, wrong);
                return;
            }
        }
    }

    private boolean next(Flow.Subscriber<? super ReceivedMessage> receiver, ReceivedMessage message) {
        try {
            receiver.onNext(message);
        } catch (RuntimeException failed) { // a subscriber must not throw; it gets no more, and that is reported
            core.onSubscriberFailed(message, failed);
            cancel();
            return false;
        }
        if (!core.options.manualAcknowledgement) {
            message.ack();
        }
        return true;
    }

    private void end(Flow.Subscriber<? super ReceivedMessage> receiver, @Nullable Throwable wrong) {
        if (wrong == null) {
            receiver.onComplete();
        } else {
            stream.close();
            receiver.onError(wrong);
        }
    }
}
