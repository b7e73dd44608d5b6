package org.althing.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.althing.client.engine.ClientEngine;
import org.althing.client.engine.EngineListener;
import org.althing.client.engine.Receipt;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe.Request;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
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
 * {@code workReady} for who runs the handlers.
 *
 * <h2>A run</h2>
 *
 * From {@code connect} to the end of everything is a run: one or more connections. A {@link Driver} moves it; the
 * methods that a driver calls are in {@link Run}.
 */
final class Core implements EngineListener {
    static final long FOREVER = Long.MAX_VALUE;
    private static final int OUTPUT_BYTES_MAX = 1 << 20;

    final Handlers handlers = new Handlers();
    final ClientOptions options;
    final MqttClient client;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    final Condition changed = lock.newCondition();
    final Condition outputReady = lock.newCondition();
    final Condition workReady = lock.newCondition();

    // Guarded by the lock.
    final ClientEngine engine;
    final Inbox inbox;
    private final ArrayDeque<Runnable> completions = new ArrayDeque<>();
    private final Driver driver;
    private Run run;
    private boolean closed;

    @Nullable
    Thread handlerThread;

    Core(MqttClient client, ClientOptions options) {
        this.client = client;
        this.options = options;
        this.clock = options.clock;
        this.engine = new ClientEngine(options.engineSettings(), this, options.trace);
        this.inbox = new Inbox(options.receiveQueueMax);
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
            if (engine.outputLength() > 0 || engine.wantsClose()) {
                outputReady.signal();
            }
            if (!inbox.isEmpty()) {
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

    // ---- commands ------------------------------------------------------------------------------------------------

    ClientEvent.Connected connect() {
        Run started = new Run(this, true);
        lock();
        try {
            if (closed) {
                throw new IllegalStateException("the client is closed");
            }
            if (Thread.currentThread() == handlerThread) {
                throw new IllegalStateException("connect() in a handler would wait for itself");
            }
            if (run.isActive()) {
                throw new IllegalStateException("the client is connected or connecting already");
            }
            run = started;
            engine.keepAlive(options.keepAliveSeconds());
        } finally {
            unlock();
        }
        driver.start();
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

    boolean isConnected() {
        lock();
        try {
            return engine.isConnected();
        } finally {
            unlock();
        }
    }

    Delivery publish(ApplicationMessage message) {
        rejectWhatOldVersionsCannotSay(message);
        Pending<PublishResult> pending = new Pending<>(this);
        try {
            while (!tryPublish(message, pending)) {
                boolean room = driver.await(new RoomFor(message), FOREVER);
                if (!room) {
                    settle(pending, new PublishResult.Dropped("the queue is full and the client is not connected"));
                }
            }
        } catch (InterruptedException interrupt) {
            settle(pending, new PublishResult.Dropped("interrupted while it waited for room in the queue"));
            Thread.currentThread().interrupt();
        }
        driver.flush();
        return new Delivery(pending);
    }

    private boolean tryPublish(ApplicationMessage message, Pending<PublishResult> pending) {
        lock();
        try {
            if (closed) {
                pending.settle(new PublishResult.Dropped("the client is closed"));
            }
            if (pending.getAsBoolean()) {
                return true;
            }
            boolean room = hasRoomFor(message);
            if (room) {
                engine.publish(message, new PublishAnswer(pending));
            }
            return room;
        } finally {
            unlock();
        }
    }

    private final class RoomFor implements BooleanSupplier {
        private final ApplicationMessage message;

        RoomFor(ApplicationMessage message) {
            this.message = message;
        }

        @Override
        public boolean getAsBoolean() {
            return closed || hasRoomFor(message);
        }
    }

    private boolean hasRoomFor(ApplicationMessage message) {
        boolean queued = message.qos() != Qos.AT_MOST_ONCE;
        return engine.outputLength() < OUTPUT_BYTES_MAX && (!queued || engine.hasRoomFor(message));
    }

    private void settle(Pending<PublishResult> pending, PublishResult result) {
        lock();
        try {
            pending.settle(result);
        } finally {
            unlock();
        }
    }

    /** What changes the meaning of a message must not get lost silently on its way through an old version. */
    private void rejectWhatOldVersionsCannotSay(ApplicationMessage message) {
        if (message.properties().isEmpty() || options.hasProperties()) {
            return;
        }
        for (Property property : List.of(Property.RESPONSE_TOPIC, Property.MESSAGE_EXPIRY_INTERVAL)) {
            if (message.properties().has(property)) {
                throw new IllegalArgumentException(property + " needs MQTT 5");
            }
        }
    }

    Subscription subscribe(List<Request> requests, Properties properties) {
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
        driver.flush();
        List<String> filters = new ArrayList<>(requests.size());
        for (Request request : requests) {
            filters.add(request.filter().toString());
        }
        return new Subscription(client, List.copyOf(filters), pending);
    }

    void unsubscribe(List<TopicFilter> filters, Properties properties) {
        lock();
        try {
            engine.unsubscribe(filters, properties);
        } finally {
            unlock();
        }
        driver.flush();
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

    void acknowledge(@Nullable Receipt receipt, ReasonCode answer) {
        if (receipt == null) {
            return; // QoS 0
        }
        lock();
        try {
            engine.acknowledge(receipt, answer);
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
                return;
            }
            if (!run.isStopping()) {
                ReceivedMessage handled = run.handledHere();
                if (handled != null) {
                    handled.ack();
                }
                run.stop();
                engine.disconnect(reason, properties);
                inbox.dropMessages();
                driver.onStop();
                outputReady.signalAll();
                workReady.signalAll();
            }
        } finally {
            unlock();
        }
        driver.awaitEnd();
    }

    // ---- what the engine reports, under the lock -----------------------------------------------------------------

    @Override
    public void onConnected(ConnAck connAck, String clientId) {
        inbox.add(run.onConnected(connAck, clientId));
    }

    @Override
    public void onMessage(Publish packet, @Nullable Receipt receipt) {
        if (!run.isStopping()) {
            inbox.add(new ReceivedMessage(this, packet, receipt));
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
