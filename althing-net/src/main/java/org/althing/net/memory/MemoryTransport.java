package org.althing.net.memory;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.memory.Pipe.Segment;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection in memory. It ends as a socket does: closing sends what was written, ends this direction, and
 * throws away what still comes for a moment; what arrives later is answered with a reset.
 */
final class MemoryTransport implements Transport {
    private static final long SEND_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private enum State {
        OPEN,
        CLOSING,
        LINGERING,
        CLOSED
    }

    private final VirtualTime time;
    private MemoryLoop loop;
    private final SocketAddress localAddress;
    private final SocketAddress remoteAddress;
    private @Nullable TransportListener listener;
    private @Nullable Pipe output;
    private @Nullable Pipe input;

    private State state = State.OPEN;
    /** On the way to the loop, which has not accepted it yet. */
    private boolean moving;

    private boolean reading = true;
    private boolean inputEnded;
    private boolean closedTold;
    /** Whether this direction ends when all is sent, though the other goes on. */
    private boolean endsOutput;

    private boolean outputEnded;
    private @Nullable Throwable cause;

    /** Arrived and not yet read. */
    private final ArrayDeque<Segment> inbox = new ArrayDeque<>();
    /** Written and not yet taken by the network; the first {@code flushedBytes} of it may go. */
    private final ByteQueue unsent = new ByteQueue();

    private int flushedBytes;
    private boolean saturated;

    MemoryTransport(VirtualTime time, MemoryLoop loop, SocketAddress localAddress, SocketAddress remoteAddress) {
        this.time = time;
        this.loop = loop;
        this.localAddress = localAddress;
        this.remoteAddress = remoteAddress;
    }

    void connect(Pipe outputPipe, Pipe inputPipe) {
        output = outputPipe;
        input = inputPipe;
    }

    void accept(Acceptor acceptor) {
        if (state != State.OPEN) {
            return; // it was cut on its way
        }
        take(acceptor);
        onReading();
    }

    private void take(Acceptor acceptor) {
        try {
            TransportListener taken = acceptor.accept(this);
            if (!moving) { // it may have been sent on at once
                listener = taken;
            }
        } catch (Throwable failure) {
            onListenerFailure(failure);
        }
    }

    boolean isOver() {
        return state == State.CLOSED && closedTold;
    }

    MemoryLoop memoryLoop() {
        return loop;
    }

    // What the owner asks for.

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public SocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public SocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public void write(ByteBuffer bytes) {
        checkLoop();
        if (state != State.OPEN || endsOutput) {
            bytes.position(bytes.limit());
            return;
        }
        unsent.add(bytes);
        saturated |= unsent.size() > HIGH_WATER_BYTES;
    }

    @Override
    public void flush() {
        checkLoop();
        if (state == State.OPEN) {
            flushedBytes = unsent.size();
            pump();
        }
    }

    @Override
    public long unsentBytes() {
        return unsent.size();
    }

    @Override
    public boolean isWritable() {
        return !saturated;
    }

    @Override
    public void reading(boolean on) {
        checkLoop();
        reading = on;
        if (on && !inbox.isEmpty()) {
            later(this::onReading);
        }
    }

    /** Sends what was written, then ends this direction only. */
    void endOutput() {
        checkLoop();
        if (state == State.OPEN) {
            endsOutput = true;
            flushedBytes = unsent.size();
            pump();
        }
    }

    private void sendEnd() {
        if (!outputEnded) {
            outputEnded = true;
            output().send(Segment.Mark.END);
        }
    }

    @Override
    public void moveTo(EventLoop target, Acceptor next) {
        checkLoop();
        if (state != State.OPEN) {
            return;
        }
        listener = null;
        moving = true;
        loop = (MemoryLoop) target;
        time.post(loop, VirtualTime.CROSSING_NANOS, () -> arrive(next), true);
    }

    private void arrive(Acceptor next) {
        moving = false;
        take(next);
        if (state == State.CLOSED) {
            later(this::tellClosed);
        } else {
            onReading();
        }
    }

    /** Runs the step in a task of its own, on the loop that this end is on by then. */
    private void later(Runnable step) {
        loop.execute(() -> onLoop(step));
    }

    /** Runs the step now, or on this end's loop if it has moved since this was asked for. */
    void onLoop(Runnable step) {
        if (time.mayTouch(loop)) {
            step.run();
        } else {
            time.post(loop, VirtualTime.CROSSING_NANOS, () -> onLoop(step), true);
        }
    }

    @Override
    public void close() {
        checkLoop();
        if (state != State.OPEN) {
            return;
        }
        state = State.CLOSING;
        discardInbox();
        flushedBytes = unsent.size();
        pump();
        if (state == State.CLOSING) {
            loop.schedule(SEND_NANOS, () -> {
                if (state == State.CLOSING) {
                    abort();
                }
            });
        }
    }

    @Override
    public void abort() {
        checkLoop();
        if (state == State.CLOSED) {
            return;
        }
        sendEnd();
        end();
    }

    private void end() {
        state = State.CLOSED;
        unsent.clear();
        flushedBytes = 0;
        discardInbox();
        if (!closedTold) {
            later(this::tellClosed);
        }
    }

    private void discardInbox() {
        for (Segment segment = inbox.poll(); segment != null; segment = inbox.poll()) {
            discard(segment);
        }
    }

    private void discard(Segment segment) {
        switch (segment) {
            case Segment.Bytes(byte[] bytes) -> input().taken(bytes.length);
            case Segment.Mark mark -> inputEnded = true;
        }
    }

    // What the network does.

    boolean isWaitingForWindow() {
        return flushedBytes > 0;
    }

    void onWindow() {
        if (state == State.OPEN || state == State.CLOSING) {
            pump();
        }
    }

    /** Hands flushed bytes to the network as far as it takes them. */
    private void pump() {
        int count = Math.min(flushedBytes, output().windowLeft());
        if (count > 0) {
            flushedBytes -= count;
            output().send(unsent.take(count));
        }
        if (saturated && unsent.size() < LOW_WATER_BYTES) {
            saturated = false;
            later(this::tellWritable);
        }
        if (unsent.size() == 0 && state == State.CLOSING) {
            onSent();
        } else if (unsent.size() == 0 && endsOutput) {
            sendEnd();
        }
    }

    private void onSent() {
        sendEnd();
        if (inputEnded) {
            end();
        } else {
            state = State.LINGERING;
            later(this::tellClosed);
            loop.schedule(LINGER_NANOS, this::abort);
        }
    }

    void onArrival(Segment segment) {
        if (segment == Segment.Mark.RESET) {
            onReset("connection reset by the peer");
            return;
        }
        switch (state) {
            case OPEN -> {
                inbox.add(segment);
                onReading();
            }
            case CLOSING -> discard(segment);
            case LINGERING -> {
                discard(segment);
                if (inputEnded) {
                    end();
                }
            }
            case CLOSED -> {
                if (segment instanceof Segment.Bytes) {
                    output().send(Segment.Mark.RESET);
                }
            }
        }
    }

    void onReset(String reason) {
        if (state != State.CLOSED) {
            if (cause == null && state != State.LINGERING) {
                cause = new IOException(reason);
            }
            end();
        }
    }

    private void onReading() {
        while (reading && state == State.OPEN && listener != null && !inbox.isEmpty()) {
            switch (inbox.remove()) {
                case Segment.Bytes(byte[] bytes) -> read(listener, bytes);
                case Segment.Mark mark -> onEndOfInput(listener);
            }
        }
    }

    private void read(TransportListener reader, byte[] bytes) {
        try {
            reader.onBytes(ByteBuffer.wrap(bytes));
        } catch (Throwable failure) {
            onListenerFailure(failure);
        }
        Arrays.fill(bytes, (byte) 0xDD); // who kept the buffer beyond the call shall notice
        input().taken(bytes.length);
    }

    private void onEndOfInput(TransportListener reader) {
        inputEnded = true;
        try {
            if (!reader.onEndOfInput()) {
                onLoop(this::close);
            }
        } catch (Throwable failure) {
            onListenerFailure(failure);
        }
    }

    private void tellWritable() {
        try {
            if (state == State.OPEN && listener != null && !saturated) {
                listener.onWritable();
            }
        } catch (Throwable failure) {
            onListenerFailure(failure);
        }
    }

    private void tellClosed() {
        if (closedTold || moving) { // who takes it next is told
            return;
        }
        closedTold = true;
        try {
            if (listener != null) {
                listener.onClosed(cause);
            }
        } catch (Throwable failure) {
            time.failed(failure);
        }
    }

    private void onListenerFailure(Throwable failure) {
        if (cause == null) {
            cause = failure;
        }
        onLoop(this::abort);
        time.failed(failure);
    }

    /** The engine closes: the end is told at once, as nothing runs later. */
    void endNow() {
        end();
        tellClosed();
    }

    /** Nobody of this end is told anything any more. */
    void kill() {
        closedTold = true;
        state = State.CLOSED;
    }

    private void checkLoop() {
        assert time.mayTouch(loop) : "a transport of " + loop + " was touched on another loop";
    }

    private Pipe output() {
        return Objects.requireNonNull(output);
    }

    private Pipe input() {
        return Objects.requireNonNull(input);
    }
}
