package org.althing.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** The handle of a publish: settled when the fate of the message is known, not before. Ignoring it is safe. */
public final class Delivery {
    final Pending<PublishResult> pending;

    Delivery(Pending<PublishResult> pending) {
        this.pending = pending;
    }

    /** Waits for the result. May be called in a handler. */
    public PublishResult await() throws InterruptedException {
        return pending.await();
    }

    /** Waits for the result for at most that time. */
    public PublishResult await(Duration max) throws InterruptedException, TimeoutException {
        return pending.await(max);
    }

    /** A future of the result. What depends on it runs on a thread of its own, in CALLER on the caller's. */
    public CompletableFuture<PublishResult> toFuture() {
        return pending.toFuture();
    }

    /** Whether the result is there. */
    public boolean isDone() {
        return pending.isDone();
    }
}
