package org.althing.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.althing.client.engine.AuthenticationFailedException;
import org.althing.client.engine.AuthenticationFate;
import org.althing.client.engine.ClientEngine;
import org.althing.client.engine.Ending;
import org.althing.client.engine.EngineListener;
import org.althing.client.engine.Receipt;
import org.althing.client.engine.SessionLog;
import org.althing.client.link.Link;
import org.althing.client.store.SessionFile;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe.Request;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/**
 * The middle of a client: its engine, what waits for handlers, and the one lock that guards both.
 *
 * <h2>The lock</h2>
 *
 * Callers, the reader, the writer and the handlers meet here. Whoever holds the lock computes and returns: no socket, no
 * handler, no wait (but on its conditions) happens under it, so it is never held for long and there is no second one to
 * take in the wrong order. {@code changed} is for those who wait for a state, {@code outputReady} for the writer,
 * {@code workReady} for who runs the handlers, {@code timeReady} for who watches the clock.
 *
 * <h2>A run</h2>
 *
 * From {@code connect} to the end of everything is a run: one or more connections. A {@link Driver} moves it; the
 * methods that a driver calls are in {@link Run}.
 */
final class Core implements EngineListener {
    static final long FOREVER = Long.MAX_VALUE;

    final Handlers handlers = new Handlers();
    final ClientOptions options;
    final MqttClient client;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    final Condition changed = lock.newCondition();
    final Condition outputReady = lock.newCondition();
    final Condition workReady = lock.newCondition();
    final Condition timeReady = lock.newCondition();

    // Guarded by the lock.
    final ClientEngine engine;
    final Inbox inbox;
    private final ArrayDeque<Runnable> completions = new ArrayDeque<>();
    final Driver driver;
    private Run run;
    boolean closed;
    private ProtocolVersion version;
    private long timerWaitsUntil = FOREVER;

    final @Nullable SessionFile store;
    final Requests requests;
    final Outbox outbox = new Outbox(this);
    private final List<MessageStream> streams = new ArrayList<>();
    private final ArrayDeque<ReceivedMessage> toAcknowledge = new ArrayDeque<>();
    private boolean wasActive;

    Core(MqttClient client, ClientOptions options) {
        this.client = client;
        this.options = options;
        this.clock = options.clock;
        options.check();
        this.store = openStore(options);
        SessionFile opened = store;
        this.engine = new ClientEngine(
                options.engineSettings(opened == null ? SessionLog.NONE : opened), this, options.trace);
        this.inbox = new Inbox(options.receiveQueueMax);
        this.version = options.version;
        if (opened != null) {
            engine.restore(opened.saved(), () -> new PublishAnswer(this, new Pending<>(this)), nanos());
        }
        this.requests = new Requests(this);
        this.run = new Run(this, false);
        this.driver = options.threads == Threads.CALLER ? new CallerDriver(this) : new ThreadDriver(this);
    }

    // ---- the lock ------------------------------------------------------------------------------------------------

    void lock() {
        lock.lock();
    }

    /** Wakes whoever may have something to do now, and completes futures outside. */
    void unlock() {
        Runnable[] outside = null;
        if (lock.getHoldCount() == 1) {
            for (ReceivedMessage answer = toAcknowledge.poll(); answer != null; answer = toAcknowledge.poll()) {
                Receipt receipt = answer.settle(ReasonCode.SUCCESS);
                if (receipt != null) {
                    engine.acknowledge(receipt, ReasonCode.SUCCESS); // the engine cannot be called from its listener
                }
            }
            Link link = run.link();
            boolean ends = engine.wantsClose();
            if (engine.outputLength() > 0 || ends || (link != null && link.hasOutput())) {
                outputReady.signal();
            }
            if (ends || engine.deadlineNanos() < timerWaitsUntil) {
                timeReady.signal();
            }
            if (run.hasWork()) {
                workReady.signal();
            }
            changed.signalAll();
            if (!completions.isEmpty()) {
                outside = completions.toArray(new Runnable[0]);
                completions.clear();
            }
        }
        lock.unlock();
        if (outside != null) {
            for (Runnable completion : outside) {
                driver.execute(completion);
            }
        }
    }

    void completeOutside(Runnable completion) {
        completions.add(completion);
    }

    boolean await(BooleanSupplier done, long deadlineNanos) throws InterruptedException {
        return driver.await(done, deadlineNanos);
    }

    /** Waits for others to make it true. */
    void awaitChange(BooleanSupplier done) throws InterruptedException {
        lock();
        try {
            while (!done.getAsBoolean()) {
                changed.await();
            }
        } finally {
            unlock();
        }
    }

    /** The same for at most that time; returns what {@code done} says then. */
    boolean awaitChange(BooleanSupplier done, Duration max) throws InterruptedException {
        lock();
        try {
            long left = max.toNanos();
            while (!done.getAsBoolean() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return done.getAsBoolean();
        } finally {
            unlock();
        }
    }

    long nanos() {
        return clock.nanos();
    }

    long deadlineIn(Duration max) {
        return nanos() + Math.max(0, max.toNanos());
    }

    /** Waits on {@code timeReady}; who makes the deadline an earlier one signals it. Under the lock. */
    void awaitTime(long deadlineNanos, long left) {
        timerWaitsUntil = deadlineNanos;
        try {
            if (left == FOREVER) {
                timeReady.awaitUninterruptibly();
            } else {
                timeReady.awaitNanos(left);
            }
        } catch (InterruptedException interrupt) {
            // nobody has a reason to interrupt this thread; it looks at the time again
        }
        timerWaitsUntil = FOREVER;
    }

    // ---- the session on disk -------------------------------------------------------------------------------------

    private static @Nullable SessionFile openStore(ClientOptions options) {
        Path directory = options.storeDirectory;
        if (directory == null) {
            return null;
        }
        try {
            return SessionFile.open(directory, options.clientId(), options.storeSyncs);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What the session must remember of everything done so far is on the disk. Not under the lock. */
    void force() throws IOException {
        SessionFile open = store;
        if (open != null) {
            open.force();
        }
    }

    // ---- commands ------------------------------------------------------------------------------------------------

    ClientEvent.Connected connect() {
        Run started = new Run(this, true);
        lock();
        try {
            if (closed) {
                throw new IllegalStateException("the client is closed for good: make a new one");
            }
            if (run.isHandlerThread()) {
                throw new IllegalStateException("connect() in a handler would wait for itself: use connectAsync()");
            }
            if (run.isActive()) {
                throw new IllegalStateException(
                        "the client is connected or connecting already: disconnect() comes first");
            }
            run = started;
            wasActive = true;
            engine.keepAlive(options.keepAliveSeconds());
            driver.start(); // under the lock, so that who ends this run finds what runs
        } finally {
            unlock();
        }
        try {
            driver.await(started, FOREVER);
        } catch (InterruptedException interrupt) {
            disconnect(ReasonCode.SUCCESS, Properties.NONE, false);
            Thread.currentThread().interrupt();
            throw new ConnectFailedException("interrupted while connecting", null, interrupt);
        }
        ClientEvent.Connected connected = started.firstConnected();
        if (connected == null) {
            ConnectFailedException failure = started.failure();
            throw failure == null
                    ? new ConnectFailedException("disconnect() was called while connecting", null, null)
                    : failure;
        }
        return connected;
    }

    CompletableFuture<ClientEvent.Connected> connectLater() {
        if (options.threads == Threads.CALLER) {
            throw new IllegalStateException("connectAsync() needs threads; in CALLER mode use connect()");
        }
        CompletableFuture<ClientEvent.Connected> future = new CompletableFuture<>();
        driver.execute(() -> {
            try {
                future.complete(connect());
            } catch (RuntimeException failure) {
                future.completeExceptionally(failure);
            }
        });
        return future;
    }

    boolean isConnected() {
        lock();
        try {
            return engine.isConnected();
        } finally {
            unlock();
        }
    }

    /** A message was not delivered: its publisher learns it, and whoever listens to events. */
    void settle(Pending<PublishResult> pending, PublishResult result) {
        lock();
        try {
            if (!pending.getAsBoolean()) {
                pending.settle(result);
                inbox.addNotDelivered(result);
            }
        } finally {
            unlock();
        }
    }

    Subscription subscribe(List<Request> requests, Properties properties) {
        Subscription subscription = beginSubscription(requests, properties);
        driver.flush();
        return subscription;
    }

    private Subscription beginSubscription(List<Request> requests, Properties properties) {
        Pending<List<SubscribeResult>> pending = new Pending<>(this);
        lock();
        try {
            SubscribeAnswer answer = new SubscribeAnswer(pending, requests.size());
            if (closed) {
                answer.failed("the client is closed");
            } else {
                engine.subscribe(requests, properties, answer);
            }
        } finally {
            unlock();
        }
        List<String> filters = new ArrayList<>(requests.size());
        for (Request request : requests) {
            filters.add(request.filter().toString());
        }
        return new Subscription(client, List.copyOf(filters), pending);
    }

    /** Makes the stream first: what comes at once must find it. */
    MessageStream stream(List<Request> requested, Properties properties) {
        List<TopicFilter> filters = new ArrayList<>(requested.size());
        for (Request request : requested) {
            filters.add(request.filter());
        }
        lock();
        MessageStream made;
        try {
            made = new MessageStream(this, List.copyOf(filters), beginSubscription(requested, properties));
            streams.add(made);
        } finally {
            unlock();
        }
        driver.flush();
        return made;
    }

    /** Under the lock. */
    void remove(MessageStream stream) {
        streams.remove(stream);
    }

    /** Whether nothing more will come, as far as is known. Under the lock. */
    boolean isOver() {
        return closed || (wasActive && !run.isActive());
    }

    /** A run has ended, under the lock. */
    void onEnd() {
        for (MessageStream stream : List.copyOf(streams)) {
            stream.onChange();
        }
    }

    /** If the client is closed for good. Not under the lock. */
    void closeStore() {
        lock();
        boolean over = closed && !run.isActive();
        unlock();
        SessionFile open = store;
        if (over && open != null) {
            try {
                open.close();
            } catch (IOException failure) {
                System.getLogger("org.althing.client")
                        .log(System.Logger.Level.WARNING, "the store was not closed as it should be", failure);
            }
        }
    }

    void onSubscriberFailed(ReceivedMessage message, Throwable failed) {
        lock();
        inbox.add(new ClientEvent.HandlerFailed(message, failed));
        unlock();
    }

    /** Calls that when the result has not come within that time. */
    void watch(BooleanSupplier done, Duration max, Runnable timedOut) {
        driver.watch(done, max, timedOut);
    }

    CompletableFuture<Void> reauthenticate() {
        CompletableFuture<Void> future = new CompletableFuture<>();
        lock();
        try {
            engine.reauthenticate(new AuthenticationFate() {
                @Override
                public void succeeded() {
                    completeOutside(() -> future.complete(null));
                }

                @Override
                public void ended(@Nullable Ending ending) {
                    String why = Endings.words(ending, null);
                    completeOutside(() -> future.completeExceptionally(new IllegalStateException(why)));
                }
            });
        } catch (AuthenticationFailedException failure) {
            future.completeExceptionally(failure);
        } finally {
            unlock();
        }
        driver.flush();
        return future;
    }

    Unsubscription unsubscribe(List<TopicFilter> filters, Properties properties) {
        Pending<List<UnsubscribeResult>> pending = new Pending<>(this);
        lock();
        try {
            UnsubscribeAnswer answer = new UnsubscribeAnswer(pending, filters.size());
            if (closed) {
                answer.failed("the client is closed");
            } else {
                engine.unsubscribe(filters, properties, answer);
            }
        } finally {
            unlock();
        }
        driver.flush();
        return new Unsubscription(pending);
    }

    void addMessageHandler(@Nullable TopicFilter filter, Handler<ReceivedMessage> handler) {
        handlers.onMessage(filter, handler);
        lock();
        try {
            inbox.offerUnclaimedAgain();
        } finally {
            unlock();
        }
    }

    void acknowledge(ReceivedMessage message, ReasonCode answer) {
        if (!message.needsAcknowledgement()) {
            return;
        }
        lock();
        try {
            Receipt receipt = message.settle(answer);
            if (receipt != null) {
                engine.acknowledge(receipt, answer);
            }
        } finally {
            unlock();
        }
        driver.flush();
    }

    boolean loop(@Nullable Duration max) {
        long deadline = max == null ? FOREVER : deadlineIn(max);
        try {
            return !driver.await(new Ended(), deadline);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    boolean drain(Duration max) throws InterruptedException {
        return driver.await(new Drained(), deadlineIn(max));
    }

    final class Ended implements BooleanSupplier {
        @Override
        public boolean getAsBoolean() {
            return !run.isActive();
        }
    }

    private final class Drained implements BooleanSupplier {
        @Override
        public boolean getAsBoolean() {
            return engine.isDrained() && !run.isWriting();
        }
    }

    long notDelivered() {
        lock();
        try {
            return inbox.notDelivered();
        } finally {
            unlock();
        }
    }

    long messagesDropped() {
        lock();
        try {
            return inbox.dropped();
        } finally {
            unlock();
        }
    }

    void disconnect(ReasonCode reason, Properties properties, boolean forGood) {
        lock();
        try {
            closed |= forGood;
            if (!run.isActive()) {
                engine.abandon("the client was closed");
                requests.abandon("the client was closed before an answer came");
                if (forGood) {
                    onEnd();
                }
            }
            if (run.isActive() && !run.isStopping()) {
                ReceivedMessage handled = run.handledHere();
                if (handled != null) {
                    handled.ack();
                }
                run.stop();
                engine.disconnect(reason, properties);
                run.dropMessages();
                driver.onStop();
                outputReady.signalAll();
                workReady.signalAll();
            }
        } finally {
            unlock();
        }
        driver.awaitEnd();
        closeStore();
    }

    /** The version that is or will be spoken. */
    ProtocolVersion version() {
        lock();
        try {
            return version;
        } finally {
            unlock();
        }
    }

    /**
     * Whether an attempt failed in a way that brokers without MQTT 5.0 have: they refuse it, answer what MQTT 5.0 cannot
     * read, or hang up. Then an older version is tried at once. Under the lock.
     */
    boolean fallsBack(ProtocolVersion attempted, @Nullable Ending ending, @Nullable IOException failed) {
        boolean refused = ending instanceof Ending.Refused it
                && it.connAck().reasonCode() == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
        boolean hungUp = ending == null && failed == null;
        boolean falls = options.anyVersion
                && attempted == ProtocolVersion.MQTT_5
                && (refused || hungUp || ending instanceof Ending.ServerFault);
        if (falls) {
            version = ProtocolVersion.MQTT_3_1_1;
        }
        return falls;
    }

    // ---- what the engine reports, under the lock -----------------------------------------------------------------

    @Override
    public void onConnected(ConnAck connAck, String clientId) {
        requests.connected(connAck.properties());
        inbox.add(run.onConnected(connAck, clientId));
    }

    @Override
    public void onMessage(Publish packet, @Nullable Receipt receipt) {
        if (run.isStopping()) {
            inbox.drop(new ReceivedMessage(this, packet, receipt));
            return;
        }
        if (requests.takes(packet)) {
            ReceivedMessage answer = new ReceivedMessage(this, packet, receipt);
            requests.onAnswer(answer);
            toAcknowledge.add(answer);
            return;
        }
        List<MessageStream> takers = List.of();
        for (MessageStream stream : streams) {
            if (stream.wants(packet.message().topic())) {
                takers = takers.isEmpty() ? new ArrayList<>() : takers;
                takers.add(stream);
            }
        }
        if (takers.isEmpty()) {
            inbox.add(new ReceivedMessage(this, packet, receipt));
            return;
        }
        ReceivedMessage.Sharing sharing = new ReceivedMessage.Sharing(takers.size());
        for (MessageStream stream : takers) {
            stream.offer(new ReceivedMessage(this, packet, receipt, sharing));
        }
    }

    @Override
    public void onSubscriptionLost(TopicFilter filter, ReasonCode reason, Properties properties) {
        inbox.add(new ClientEvent.SubscriptionLost(filter.toString(), Reason.of(reason, properties)));
    }

    Run run() {
        return run;
    }
}
