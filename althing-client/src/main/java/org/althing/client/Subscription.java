package org.althing.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * The handle of a subscription to one or more topic filters: settled when the broker has answered, alive until closed,
 * restored at every reconnect.
 */
public final class Subscription implements AutoCloseable {
    private final MqttClient client;
    private final List<String> filters;
    private final Pending<List<SubscribeResult>> pending;

    Subscription(MqttClient client, List<String> filters, Pending<List<SubscribeResult>> pending) {
        this.client = client;
        this.filters = filters;
        this.pending = pending;
    }

    /** The filters that were asked for, in their order. */
    public List<String> filters() {
        return filters;
    }

    /** Waits for the broker's answer to the first filter; see {@link #awaitAll} for the others. */
    public SubscribeResult await() throws InterruptedException {
        return pending.await().getFirst();
    }

    /** Waits for the broker's answer to the first filter for at most that time. */
    public SubscribeResult await(Duration max) throws InterruptedException, TimeoutException {
        return pending.await(max).getFirst();
    }

    /** Waits for the broker's answers, one per filter, in their order. */
    public List<SubscribeResult> awaitAll() throws InterruptedException {
        return pending.await();
    }

    /** Waits for them for at most that time. */
    public List<SubscribeResult> awaitAll(Duration max) throws InterruptedException, TimeoutException {
        return pending.await(max);
    }

    /** A future of the answers, one per filter, in their order. */
    public CompletableFuture<List<SubscribeResult>> toFuture() {
        return pending.toFuture();
    }

    /** Whether the broker has answered. */
    public boolean isDone() {
        return pending.isDone();
    }

    /** Unsubscribes, without waiting for the answer. */
    @Override
    public void close() {
        client.unsubscribe(filters.toArray(new String[0]));
    }
}
