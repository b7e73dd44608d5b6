package org.althing.net.nio;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/**
 * One connection.
 *
 * <h2>Writing</h2>
 *
 * What is written gathers in one queue and goes to the kernel at the flush, in one system call. What the kernel does not
 * take waits for its next sign. An idle connection holds no buffer.
 *
 * <h2>The end</h2>
 *
 * <pre>
 *          close()            sent                       peer ends, or LINGER_NANOS
 *   OPEN ──────────► CLOSING ──────► LINGERING ──────────────────────────────────────► CLOSED
 *     │                 │            (onClosed is told here)                             ▲
 *     └─────────────────┴── abort(), network error, SEND_NANOS ──────────────────────────┘
 * </pre>
 *
 * After the last byte only our direction ends, and what the peer still sends is thrown away. A plain close would make
 * the kernel answer such bytes with a reset, and a reset takes away from the peer what it has not read yet: just the
 * answer that says why we close.
 */
final class NioTransport implements Transport, NioLoop.Ready {
    /** Bytes that one turn gives to one connection, so that one that takes all does not keep the others waiting. */
    private static final int DRAIN_BYTES_MAX = 1 << 20;

    /** How long a closing transport waits for a peer that does not take what was written. */
    private static final long SEND_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final System.Logger LOGGER = System.getLogger("org.althing.net");

    private enum State {
        OPEN,
        CLOSING,
        LINGERING,
        CLOSED
    }

    private final SocketChannel channel;
    private NioLoop loop;
    private final SocketAddress remoteAddress;
    private final SocketAddress localAddress;
    private final SendQueue unsent = new SendQueue();
    private SelectionKey key;

    /** Null when the acceptor failed, and on the way to another loop. */
    private @Nullable TransportListener listener;

    private State state = State.OPEN;
    /** On the way to another loop; see {@link #moveTo}. */
    private boolean moving;
    /** What the listener of before has asked for in its last words. */
    private boolean closesOnArrival;

    private boolean reading = true;
    private boolean inputEnded;
    private boolean closedTold;
    /** The first thing that went wrong. */
    private @Nullable Throwable cause;

    /** How much of the queue may go; what is beyond waits for the next flush. */
    private int flushedBytes;
    /** Whether the kernel took less than it was offered, and will say when it takes more. */
    private boolean waitsForKernel;
    /** Whether {@code onWritable} is owed. */
    private boolean saturated;

    private EventLoop.@Nullable Timer endTimer;

    private NioTransport(SocketChannel channel, NioLoop loop) throws IOException {
        this.channel = channel;
        this.loop = loop;
        remoteAddress = channel.getRemoteAddress();
        localAddress = channel.getLocalAddress();
        key = channel.register(loop.selector(), SelectionKey.OP_READ, this);
    }

    /** Takes over a connected channel that does not block. */
    static void accept(SocketChannel channel, NioLoop loop, Acceptor acceptor) throws IOException {
        new NioTransport(channel, loop).take(acceptor);
    }

    private void take(Acceptor by) {
        try {
            TransportListener taken = by.accept(this);
            if (!moving) { // it may have been sent on at once
                listener = taken;
            }
        } catch (Throwable failure) {
            onListenerFailure(failure);
        }
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
        assert loop.inLoop();
        if (state != State.OPEN) {
            bytes.position(bytes.limit());
            return;
        }
        unsent.add(bytes);
        saturated |= unsent.size() > HIGH_WATER_BYTES;
    }

    @Override
    public void flush() {
        assert loop.inLoop();
        if (state != State.OPEN) {
            return;
        }
        flushedBytes = unsent.size();
        if (waitsForKernel) {
            return;
        }
        if (flushedBytes > 0) {
            drain();
        } else {
            tellWritable();
        }
    }

    /** Nearly always nothing waits, and the socket takes all: then the bytes need not go through the queue. */
    @Override
    public void writeAndFlush(ByteBuffer bytes) {
        assert loop.inLoop();
        if (state == State.OPEN && unsent.size() == 0 && !waitsForKernel) {
            try {
                SendQueue.writeTo(channel, loop.writeBuffer(), bytes);
            } catch (IOException e) {
                onFailure(e);
                return;
            }
        }
        if (bytes.hasRemaining()) {
            write(bytes);
        }
        flush();
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
        assert loop.inLoop();
        if (state == State.OPEN) {
            reading = on;
            interest();
        }
    }

    /**
     * Takes the channel out of one selector and puts it into another: in a task of its own, so that whoever called has
     * nothing left to do with this transport when another thread gets it.
     */
    @Override
    public void moveTo(EventLoop target, Acceptor next) {
        assert loop.inLoop();
        if (state != State.OPEN) {
            return;
        }
        listener = null;
        moving = true;
        key.cancel();
        loop.execute(new Move((NioLoop) target, next));
    }

    /** First on the old loop, then on the new one. */
    private final class Move implements Runnable {
        private final NioLoop target;
        private final Acceptor next;
        private boolean left;

        Move(NioLoop target, Acceptor next) {
            this.target = target;
            this.next = next;
        }

        void end() {
            endMove(next);
        }

        @Override
        public void run() {
            if (left) {
                arrive(next);
            } else if (channel.keyFor(loop.selector()) != null) {
                loop.execute(this); // the selector forgets the key when it selects again
            } else {
                left = true;
                loop = target;
                target.hand(this); // the last touch on the old loop
            }
        }
    }

    private void arrive(Acceptor next) {
        moving = false;
        if (state == State.OPEN) {
            try {
                key = channel.register(loop.selector(), operations(), this);
            } catch (IOException e) {
                onFailure(e);
            }
        }
        take(next);
        if (moving) {
            return;
        }
        if (state == State.CLOSED) {
            loop.execute(this::tellClosed);
        } else if (closesOnArrival) {
            close();
        } else {
            tellWritable();
        }
    }

    /** The engine closes while the task is queued: if this is a transport on its way, who takes it is told its end. */
    static void endMove(Runnable task) {
        if (task instanceof Move move) {
            move.end();
        }
    }

    private void endMove(Acceptor next) {
        moving = false;
        take(next);
        endNow();
    }

    @Override
    public void close() {
        assert loop.inLoop();
        if (state != State.OPEN) {
            return;
        }
        state = State.CLOSING;
        reading = true; // to notice a reset; the bytes are thrown away
        flushedBytes = unsent.size();
        if (!waitsForKernel) {
            drain();
        }
        if (state == State.CLOSING) {
            interest();
            endTimer = loop.schedule(SEND_NANOS, this::abort);
        }
    }

    @Override
    public void abort() {
        assert loop.inLoop();
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        unsent.clear();
        flushedBytes = 0;
        if (endTimer != null) {
            endTimer.cancel();
            endTimer = null;
        }
        try {
            channel.close(); // cancels the key
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, "closing " + remoteAddress, e);
        }
        if (!closedTold) {
            loop.execute(this::tellClosed);
        }
    }

    @Override
    public void endNow() {
        abort();
        tellClosed();
    }

    // Bytes leave.

    private void drain() {
        try {
            int before = unsent.size();
            unsent.drainTo(channel, loop.writeBuffer(), Math.min(flushedBytes, DRAIN_BYTES_MAX));
            flushedBytes -= before - unsent.size();
            if (flushedBytes > 0 != waitsForKernel) {
                waitsForKernel = !waitsForKernel;
                interest();
            }
        } catch (IOException e) {
            onFailure(e);
            return;
        }
        tellWritable();
        if (state == State.CLOSING && unsent.size() == 0) {
            onSent();
        }
    }

    private void onSent() {
        if (inputEnded) {
            abort();
            return;
        }
        state = State.LINGERING;
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            abort(); // the peer has reset the connection meanwhile
            return;
        }
        interest();
        if (endTimer != null) {
            endTimer.cancel();
        }
        endTimer = loop.schedule(LINGER_NANOS, this::abort);
        loop.execute(this::tellClosed);
    }

    /** Owed when the unsent bytes have fallen; told in a task of its own, because a flush may have brought us here. */
    private void tellWritable() {
        if (saturated && !moving && unsent.size() < LOW_WATER_BYTES) {
            saturated = false;
            loop.execute(() -> {
                if (state == State.OPEN && listener != null && !saturated) {
                    guarded(listener::onWritable);
                }
            });
        }
    }

    // What the network reports.

    private void interest() {
        if (key.isValid()) {
            int operations = operations();
            if (key.interestOps() != operations) {
                key.interestOps(operations);
            }
        }
    }

    private int operations() {
        return (reading && !inputEnded ? SelectionKey.OP_READ : 0) | (waitsForKernel ? SelectionKey.OP_WRITE : 0);
    }

    @Override
    public void onReady(SelectionKey ready) {
        if (waitsForKernel && state != State.CLOSED && ready.isValid() && ready.isWritable()) {
            drain();
        }
        if (reading && state != State.CLOSED && ready.isValid() && ready.isReadable()) {
            read();
        }
    }

    private void read() {
        ByteBuffer buffer = loop.readBuffer().clear();
        int count;
        try {
            count = channel.read(buffer);
        } catch (IOException e) {
            onFailure(e);
            tellClosed(); // at once, as nothing of the listener's is under way: who is gone is not counted any more
            return;
        }
        if (count < 0) {
            onEndOfInput();
            if (state == State.CLOSED) {
                tellClosed();
            }
        } else if (count > 0 && state == State.OPEN && listener != null) {
            buffer.flip();
            try {
                listener.onBytes(buffer);
            } catch (Throwable failure) {
                onListenerFailure(failure);
            }
        }
    }

    private void onEndOfInput() {
        inputEnded = true;
        interest();
        if (state == State.LINGERING) {
            abort();
        } else if (state == State.OPEN && listener != null) {
            try {
                boolean staysOpen = listener.onEndOfInput();
                if (moving) {
                    closesOnArrival = !staysOpen;
                } else if (!staysOpen) {
                    close();
                }
            } catch (Throwable failure) {
                onListenerFailure(failure);
            }
        }
    }

    private void onFailure(IOException failure) {
        if (cause == null && state != State.LINGERING) {
            cause = failure;
        }
        abort();
    }

    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (Throwable failure) {
            onListenerFailure(failure);
        }
    }

    private void onListenerFailure(Throwable failure) {
        LOGGER.log(Level.ERROR, "a listener of " + remoteAddress + " failed; its connection is closed", failure);
        if (cause == null) {
            cause = failure;
        }
        abort();
    }

    private void tellClosed() {
        if (closedTold || moving) { // who takes it next is told
            return;
        }
        closedTold = true;
        if (listener == null) {
            return;
        }
        try {
            listener.onClosed(cause);
        } catch (Throwable failure) {
            LOGGER.log(Level.ERROR, "a listener failed at the end of " + remoteAddress, failure);
        }
    }
}
