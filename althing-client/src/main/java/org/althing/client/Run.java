package org.althing.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.althing.client.engine.Ending;
import org.althing.client.engine.Output;
import org.althing.client.link.Link;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ProtocolVersion;
import org.jspecify.annotations.Nullable;

/**
 * From connect to the end of everything: which connection there is, how it is lost and made again, how handlers are
 * called. As a condition: whether the first attempt is decided and its handler has returned.
 *
 * <p>Methods take the lock themselves where they do not say otherwise; those that only read a field want it held.
 */
final class Run implements BooleanSupplier {
    private final Core core;

    // Guarded by the lock of Core.
    private boolean active;
    private boolean stopping;
    private boolean online;
    private boolean writing;
    private int connections;
    private int attempt;
    private ClientEvent.@Nullable Connected firstConnected;
    private @Nullable ConnectFailedException failure;
    private @Nullable Link link;
    private Destination destination;
    private ProtocolVersion attempted = ProtocolVersion.MQTT_5;
    private final Lanes lanes;
    /** What each thread of handlers is at. */
    private final Map<Thread, Inbox.Work> handled = new HashMap<>();

    private boolean busy;

    Run(Core core, boolean active) {
        this.core = core;
        this.active = active;
        this.destination = core.options.destination;
        this.lanes = new Lanes(core.inbox, core.options.handlersAtOnce);
    }

    @Override
    public boolean getAsBoolean() {
        return firstConnected != null || !active;
    }

    boolean isStopping() {
        return stopping;
    }

    boolean isActive() {
        return active;
    }

    boolean isWriting() {
        return writing;
    }

    ClientEvent.@Nullable Connected firstConnected() {
        return firstConnected;
    }

    @Nullable
    ConnectFailedException failure() {
        return failure;
    }

    void stop() {
        stopping = true;
    }

    /** The engine has been accepted by the broker. */
    ClientEvent.Connected onConnected(ConnAck connAck, String clientId) {
        boolean reconnect = connections > 0;
        online = true;
        connections++;
        attempt = 0;
        return new ClientEvent.Connected(connAck.sessionPresent(), reconnect, clientId, connAck.properties());
    }

    /** The connection being made or in use; null between two. */
    @Nullable
    Link link() {
        return link;
    }

    /** Begins another attempt to connect; false if a stop was asked for. */
    boolean begin() {
        core.lock();
        try {
            if (!stopping) {
                attempt++;
            }
            return !stopping;
        } finally {
            core.unlock();
        }
    }

    /**
     * Connects, and lets the engine begin.
     *
     * @throws IOException if that fails; then the link, if there is one, is closed
     */
    Link open() throws IOException {
        ConnectAttempt next = new ConnectAttempt(
                attempt,
                connections > 0,
                new Destination(core.options.destination),
                core.options.userName,
                core.options.password);
        Consumer<ConnectAttempt> hook = core.options.beforeConnect;
        if (hook != null) {
            try {
                hook.accept(next);
            } catch (RuntimeException failure) {
                throw new IOException("the hook before connecting failed: " + failure.getMessage(), failure);
            }
        }
        ProtocolVersion version = core.version();
        Link made = next.destination.newLink(version, core.options.connectTimeout);
        core.lock();
        try {
            destination = next.destination;
            attempted = version;
            if (stopping) {
                throw new IOException("disconnect() was called");
            }
            link = made;
        } finally {
            core.unlock();
        }
        try {
            made.open();
            start(made, core.options.connect(version, next.userName, next.password));
        } catch (IOException failure) {
            made.abort();
            throw failure;
        }
        return made;
    }

    private void start(Link made, Connect connect) throws IOException {
        core.lock();
        try {
            if (stopping || made.isAborted()) {
                throw new IOException("disconnect() was called");
            }
            core.engine.connectAs(connect);
            core.engine.onOpened(core.nanos());
        } catch (IllegalArgumentException impossible) {
            throw new IOException(impossible.getMessage(), impossible);
        } finally {
            core.unlock();
        }
    }

    /** How long a read may wait from now on, for at most until that deadline. */
    long readNanos(long deadlineNanos) {
        core.lock();
        try {
            long until = Math.min(core.engine.deadlineNanos(), deadlineNanos);
            return until == Core.FOREVER ? Core.FOREVER : Math.max(0, until - core.nanos());
        } finally {
            core.unlock();
        }
    }

    /** Gives the engine what a read returned, and the time. */
    void onRead(ByteBuffer bytes) {
        core.lock();
        try {
            long now = core.nanos();
            if (bytes.hasRemaining()) {
                core.engine.onBytes(bytes, now);
            }
            core.engine.onTime(now);
        } finally {
            core.unlock();
        }
    }

    /** Lets the engine see the time; returns when to do so again, or {@link Core#FOREVER}. Under the lock. */
    long onTime() {
        long now = core.nanos();
        core.engine.onTime(now);
        return core.engine.deadlineNanos();
    }

    /** Whether what was written last, a DISCONNECT and what stands before it, is for a server that reads it. */
    boolean hasLastWords() {
        core.lock();
        try {
            return lastWords();
        } finally {
            core.unlock();
        }
    }

    /** The same under the lock. */
    boolean lastWords() {
        Ending ending = core.engine.ending();
        return core.engine.wantsClose() && (ending instanceof Ending.Requested || ending instanceof Ending.ServerFault);
    }

    boolean wantsClose() {
        core.lock();
        try {
            return core.engine.wantsClose();
        } finally {
            core.unlock();
        }
    }

    /** Takes what is to be written; under the lock. Null if that is nothing. */
    @Nullable
    Output takeOutput(Output empty) {
        if (core.engine.outputLength() == 0) {
            return null;
        }
        writing = true;
        return core.engine.exchangeOutput(empty, core.nanos());
    }

    void onWritten(Output output, boolean whole) {
        core.lock();
        try {
            writing = false;
            if (whole) {
                output.written();
            } else {
                output.lost();
            }
        } finally {
            core.unlock();
        }
    }

    /**
     * The connection has ended, or there was none.
     *
     * @return after how long the next one is to be tried; null for not at all
     */
    @Nullable
    Duration lost(@Nullable IOException failed) {
        core.lock();
        try {
            link = null;
            boolean wasOnline = online;
            online = false;
            Ending ending = core.engine.ending();
            core.engine.onClosed();
            return wasOnline ? afterConnection(ending, failed) : afterAttempt(ending, failed);
        } finally {
            core.unlock();
        }
    }

    private @Nullable Duration afterConnection(@Nullable Ending ending, @Nullable IOException failed) {
        Reason reason = Endings.reason(ending);
        Duration retryIn = Endings.isFinal(ending) ? null : retryIn(true);
        boolean requested = ending instanceof Ending.Requested;
        core.inbox.add(new ClientEvent.Disconnected(reason, Endings.words(ending, failed), requested, retryIn));
        return retryIn;
    }

    private @Nullable Duration afterAttempt(@Nullable Ending ending, @Nullable IOException failed) {
        if (stopping) {
            return null;
        }
        if (core.fallsBack(attempted, ending, failed)) {
            attempt = Math.max(0, attempt - 1);
            return Duration.ZERO;
        }
        ConnectFailedException cause = Endings.connectFailure(core.options, destination, ending, failed);
        Duration retryIn = retryIn(connections > 0);
        if (connections == 0) {
            failure = cause;
        }
        core.inbox.add(new ClientEvent.ConnectFailed(cause, attempt, retryIn));
        return retryIn;
    }

    private @Nullable Duration retryIn(boolean wasConnected) {
        if (stopping || !(core.options.retry instanceof Retry.Backoff backoff)) {
            return null;
        }
        if (!wasConnected && !backoff.alsoFirstConnect()) {
            return null;
        }
        return backoff.delay(Math.max(1, attempt), new SplittableRandom(core.nanos()));
    }

    /** Waits for that time, or until a stop is asked for. */
    void pause(Duration delay) throws InterruptedException {
        long deadline = core.deadlineIn(delay);
        core.lock();
        try {
            while (!stopping && deadline - core.nanos() > 0) {
                long next = Math.min(deadline, onTime());
                core.changed.awaitNanos(next - core.nanos());
            }
        } finally {
            core.unlock();
        }
    }

    /** The next call of handlers; null if there is none now. Under the lock. */
    Inbox.@Nullable Work pollWork() {
        Inbox.Work work = lanes.poll();
        busy |= work != null;
        return work;
    }

    /** Whether there is something to call handlers for. Under the lock. */
    boolean hasWork() {
        return lanes.hasWork();
    }

    /** What no handler has seen is the broker's again. Under the lock. */
    void dropMessages() {
        lanes.dropMessages();
    }

    /** Whether handlers have worked and have nothing left to do; once each time, and {@link #idle} follows. Under the lock. */
    boolean becomesIdle() {
        boolean idle = busy && lanes.isQuiet();
        if (idle) {
            busy = false;
            lanes.begin();
        }
        return idle;
    }

    /** Tells the application so. Not under the lock. */
    void idle() {
        try {
            core.handlers.idle();
        } catch (Throwable failed) { // whatever an application throws is its own; the client goes on
            onHandlerFailed(null, null, failed);
        } finally {
            core.lock();
            lanes.end();
            core.unlock();
        }
    }

    /** Calls the handlers. Not under the lock. */
    void handle(Inbox.Work work) {
        core.lock();
        handled.put(Thread.currentThread(), work);
        core.unlock();
        try {
            if (work instanceof Inbox.Work.Message it) {
                handleMessage(it);
            } else if (work instanceof Inbox.Work.Event it) {
                handleEvent(it.event());
            }
        } finally {
            core.lock();
            handled.remove(Thread.currentThread());
            lanes.done(work);
            core.unlock();
        }
    }

    private void handleEvent(ClientEvent event) {
        try {
            core.handlers.handle(core.client, event);
        } catch (Throwable failed) { // whatever an application throws is its own; the client goes on
            onHandlerFailed(event, null, failed);
        }
        if (event instanceof ClientEvent.Connected connected) {
            core.lock();
            if (firstConnected == null) {
                firstConnected = connected;
            }
            core.unlock();
        }
    }

    private void handleMessage(Inbox.Work.Message work) {
        ReceivedMessage message = work.message();
        List<Handler<ReceivedMessage>> called =
                core.handlers.forTopic(message.message().topic());
        if (called.isEmpty()) {
            core.lock();
            core.inbox.keepUnclaimed(work);
            core.unlock();
            return;
        }
        for (Handler<ReceivedMessage> handler : called) {
            try {
                handler.handle(core.client, message);
            } catch (Throwable failed) { // whatever an application throws is its own; the client goes on
                onHandlerFailed(null, message, failed);
            }
        }
        if (!core.options.manualAcknowledgement) {
            message.ack();
        }
    }

    /** The message whose handler runs on this thread, if its return acknowledges it. Under the lock. */
    @Nullable
    ReceivedMessage handledHere() {
        return !core.options.manualAcknowledgement
                        && handled.get(Thread.currentThread()) instanceof Inbox.Work.Message here
                ? here.message()
                : null;
    }

    /** Whether this thread calls handlers. Under the lock. */
    boolean isHandlerThread() {
        return handled.containsKey(Thread.currentThread());
    }

    private void onHandlerFailed(@Nullable ClientEvent event, @Nullable ReceivedMessage message, Throwable failed) {
        System.getLogger("org.althing.client")
                .log(
                        System.Logger.Level.WARNING,
                        "the handler of " + (message == null ? event == null ? "idle" : event : message) + " failed",
                        failed);
        if (failed instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        if (event instanceof ClientEvent.HandlerFailed) {
            return; // a handler of failures that fails is not called for that
        }
        core.lock();
        core.inbox.add(new ClientEvent.HandlerFailed(message, failed));
        core.unlock();
    }

    /** No further connection will be made: nobody needs to wait for what one would bring. */
    void giveUp() {
        core.lock();
        try {
            if (stopping || connections > 0) {
                core.engine.abandon(stopping ? "the client was disconnected" : "the connection was given up");
            }
        } finally {
            core.unlock();
        }
    }

    /** Nothing moves any more. */
    void end() {
        core.lock();
        try {
            active = false;
            if (core.closed) {
                core.engine.abandon("the client was closed"); // what was published since giveUp()
            }
            core.requests.abandon("the client was disconnected before an answer came");
            core.onEnd();
        } finally {
            core.unlock();
        }
        core.closeStore();
    }
}
