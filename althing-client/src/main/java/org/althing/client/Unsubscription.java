package org.althing.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** The handle of an unsubscribe: settled when the broker has answered. Ignoring it is safe. */
public final class Unsubscription {
    private final Pending<List<UnsubscribeResult>> pending;

    Unsubscription(Pending<List<UnsubscribeResult>> pending) {
        this.pending = pending;
    }

    /** Waits for the broker's answers, one per filter, in their order. May be called in a handler. */
    public List<UnsubscribeResult> await() throws InterruptedException {
        return pending.await();
    }

    /** Waits for them for at most that time. */
    public List<UnsubscribeResult> await(Duration max) throws InterruptedException, TimeoutException {
        return pending.await(max);
    }

    /** A future of the answers, one per filter, in their order. */
    public CompletableFuture<List<UnsubscribeResult>> toFuture() {
        return pending.toFuture();
    }

    /** Whether the broker has answered. */
    public boolean isDone() {
        return pending.isDone();
    }
}
