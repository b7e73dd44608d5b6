package org.althing.client.loop;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import org.althing.client.engine.ClientEngine;
import org.althing.client.engine.Ending;
import org.althing.client.engine.EngineSettings;
import org.althing.client.engine.Output;
import org.althing.client.engine.PacketTrace;
import org.althing.client.engine.PublishFate;
import org.althing.client.engine.Receipt;
import org.althing.client.engine.SubscribeFate;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket.Subscribe.Request;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ReasonCode;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/**
 * A client of one server on one event loop. All methods are called on that loop and return at once; fates are told on it.
 *
 * <p>What is asked for in a turn is written at its end, in one piece, and no more than the network takes: the rest waits
 * in the engine, where a window and the limits of the settings hold it.
 */
public final class LoopClient {
    private final EventLoop loop;
    private final Dialer dialer;
    private final LoopListener listener;
    private final IntFunction<Duration> retry;
    private final ClientEngine engine;
    private Output spare = new Output();

    private boolean running;
    private boolean stopping;
    private int attempt;

    /** Which attempt counts: what an earlier one brings comes too late. */
    private int dialled;

    private EventLoop.@Nullable Timer retryTimer;
    private @Nullable Transport transport;
    private boolean settling;
    private EventLoop.@Nullable Timer timer;
    private long timerNanos = ClientEngine.NEVER;

    /**
     * A client that does nothing before {@link #start}.
     *
     * @param retry the delay before the attempt of that number, the first since the last connection being 1: {@code
     *     attempt -> backoff.delay(attempt, random)}
     */
    public LoopClient(
            EventLoop loop,
            Dialer dialer,
            EngineSettings settings,
            LoopListener listener,
            IntFunction<Duration> retry) {
        this.loop = loop;
        this.dialer = dialer;
        this.listener = listener;
        this.retry = retry;
        this.engine = new ClientEngine(settings, listener, PacketTrace.NONE);
    }

    // ---- commands ------------------------------------------------------------------------------------------------

    /** Connects, and again whenever the connection is lost, until {@link #stop}. */
    public void start() {
        if (running) {
            throw new IllegalStateException("it runs already");
        }
        running = true;
        stopping = false;
        dial();
    }

    /** Says DISCONNECT if it can, and ends. What waits to be sent is settled as dropped or unknown. */
    public void stop() {
        if (!running || stopping) {
            return;
        }
        stopping = true;
        Transport current = transport;
        if (current == null) {
            end();
        } else {
            engine.disconnect(ReasonCode.SUCCESS, Properties.NONE);
            settleSoon();
        }
    }

    /** Whether the server has accepted the connection. */
    public boolean isConnected() {
        return engine.isConnected();
    }

    /** Whether {@link #publish} would stay within the limits of the settings. */
    public boolean hasRoomFor(ApplicationMessage message) {
        return engine.hasRoomFor(message);
    }

    /** See {@link ClientEngine#publish}. */
    public void publish(ApplicationMessage message, PublishFate fate) {
        engine.publish(message, fate, now());
        settleSoon();
    }

    /** See {@link ClientEngine#subscribe}. */
    public void subscribe(List<Request> requests, SubscribeFate fate) {
        engine.subscribe(requests, Properties.NONE, fate);
        settleSoon();
    }

    /** See {@link ClientEngine#acknowledge}. */
    public void acknowledge(Receipt receipt, ReasonCode answer) {
        engine.acknowledge(receipt, answer);
        settleSoon();
    }

    // ---- the connection ------------------------------------------------------------------------------------------

    private void dial() {
        attempt++;
        int number = ++dialled;
        dialer.dial(loop, made -> onConnection(made, number), failure -> {
            if (number == dialled) {
                onLost(failure);
            }
        });
    }

    private TransportListener onConnection(Transport made, int number) {
        if (number != dialled) {
            made.abort();
            return new TransportListener() {
                @Override
                public void onBytes(ByteBuffer bytes) {}

                @Override
                public void onClosed(@Nullable Throwable cause) {}
            };
        }
        transport = made;
        engine.onOpened(now());
        settleSoon();
        return new Listening();
    }

    private final class Listening implements TransportListener {
        @Override
        public void onBytes(ByteBuffer bytes) {
            engine.onBytes(bytes, now());
            if (engine.isConnected()) {
                attempt = 0;
            }
            settleSoon();
        }

        @Override
        public void onWritable() {
            settleSoon();
        }

        @Override
        public void onClosed(@Nullable Throwable cause) {
            transport = null;
            onLost(cause);
        }
    }

    private void onLost(@Nullable Throwable cause) {
        Ending ending = engine.ending();
        engine.onClosed();
        Duration retryIn = stopping ? null : retry.apply(Math.max(1, attempt));
        listener.onLost(ending, cause, retryIn);
        if (retryIn == null) {
            end();
        } else {
            retryTimer = loop.schedule(retryIn.toNanos(), this::dial);
            settleSoon();
        }
    }

    private void end() {
        running = false;
        dialled++;
        if (retryTimer != null) {
            retryTimer.cancel();
            retryTimer = null;
        }
        engine.abandon("the client was stopped");
        watch();
    }

    // ---- the end of a turn ---------------------------------------------------------------------------------------

    private void settleSoon() {
        if (!settling) {
            settling = true;
            loop.atTurnEnd(this::settle);
        }
    }

    private void settle() {
        settling = false;
        Transport current = transport;
        if (current != null) {
            write(current);
        }
        watch();
    }

    private void write(Transport current) {
        if (engine.outputLength() > 0 && (current.isWritable() || engine.wantsClose())) {
            Output full = engine.exchangeOutput(spare, now());
            current.write(full.view());
            current.flush();
            full.written();
            spare = full;
        }
        if (engine.wantsClose()) {
            current.close();
        }
    }

    /** Makes sure that the engine sees its next deadline. */
    private void watch() {
        long next = running ? engine.deadlineNanos() : ClientEngine.NEVER;
        if (next == timerNanos) {
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        timerNanos = next;
        timer = next == ClientEngine.NEVER ? null : loop.schedule(Math.max(0, next - now()), this::onTimer);
    }

    private void onTimer() {
        timerNanos = ClientEngine.NEVER;
        timer = null;
        engine.onTime(now());
        settleSoon();
    }

    private long now() {
        return loop.clock().nanos();
    }
}
