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
    /** Why there will be none. */
    private @Nullable String failure;

    private @Nullable CompletableFuture<R> future;

    Pending(Core core) {
        this.core = core;
    }

    /** Under the lock. */
    void settle(R value) {
        if (!getAsBoolean()) {
            result = value;
            CompletableFuture<R> waiting = future;
            if (waiting != null) {
                core.completeOutside(() -> waiting.complete(value));
            }
        }
    }

    /** There will be no result. Under the lock. */
    void fail(String why) {
        if (!getAsBoolean()) {
            failure = why;
            CompletableFuture<R> waiting = future;
            if (waiting != null) {
                core.completeOutside(() -> waiting.completeExceptionally(new IllegalStateException(why)));
            }
        }
    }

    /** Under the lock: whether it is settled, or will never be. */
    @Override
    public boolean getAsBoolean() {
        return result != null || failure != null;
    }

    boolean isDone() {
        core.lock();
        try {
            return getAsBoolean();
        } finally {
            core.unlock();
        }
    }

    R await() throws InterruptedException {
        core.await(this, Core.FOREVER);
        R value = result();
        if (value == null) {
            String why = failure();
            throw new IllegalStateException(why == null ? "the client is not connected, so nothing can come" : why);
        }
        return value;
    }

    R await(Duration max) throws InterruptedException, TimeoutException {
        core.await(this, core.deadlineIn(max));
        R value = result();
        String why = failure();
        if (why != null) {
            throw new IllegalStateException(why);
        }
        if (value == null) {
            throw late(core, max);
        }
        return value;
    }

    /** No answer, and whether there is a connection that it could come by. */
    static TimeoutException late(Core core, Duration max) {
        return new TimeoutException("no answer within " + max.toMillis() + " ms; the client is "
                + (core.isConnected() ? "connected, so the other side is slow or silent" : "not connected"));
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
                } else if (failure != null) {
                    known.completeExceptionally(new IllegalStateException(failure));
                }
            }
            return known;
        } finally {
            core.unlock();
        }
    }

    private @Nullable String failure() {
        core.lock();
        try {
            return failure;
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
