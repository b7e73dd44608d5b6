package org.althing.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A result that is not known yet. Settled once, under the lock of {@link Core}. */
final class Pending<R> implements BooleanSupplier {
    private final Core core;
    private @Nullable R result;
    private @Nullable CompletableFuture<R> future;

    Pending(Core core) {
        this.core = core;
    }

    /** Under the lock. */
    void settle(R value) {
        if (result == null) {
            result = value;
            CompletableFuture<R> waiting = future;
            if (waiting != null) {
                core.completeOutside(() -> waiting.complete(value));
            }
        }
    }

    /** Under the lock: whether it is settled. */
    @Override
    public boolean getAsBoolean() {
        return result != null;
    }

    boolean isDone() {
        return result() != null;
    }

    R await() throws InterruptedException {
        core.await(this, Core.FOREVER);
        R value = result();
        if (value == null) {
            throw new IllegalStateException("the client is not connected, so nothing can come");
        }
        return value;
    }

    R await(Duration max) throws InterruptedException, TimeoutException {
        core.await(this, core.deadlineIn(max));
        R value = result();
        if (value == null) {
            throw new TimeoutException("no answer within " + max.toMillis() + " ms");
        }
        return value;
    }

    CompletableFuture<R> toFuture() {
        core.lock();
        try {
            CompletableFuture<R> known = future;
            if (known == null) {
                known = new CompletableFuture<>();
                future = known;
                if (result != null) {
                    known.complete(result); // nothing depends on it yet
                }
            }
            return known;
        } finally {
            core.unlock();
        }
    }

    private @Nullable R result() {
        core.lock();
        try {
            return result;
        } finally {
            core.unlock();
        }
    }
}
