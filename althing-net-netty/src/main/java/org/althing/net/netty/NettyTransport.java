package org.althing.net.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.AbstractNioChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/**
 * One connection: the only handler of its channel, and the transport that the listener sees.
 *
 * <h2>Writing</h2>
 *
 * What is written gathers in one buffer, which goes to Netty at the flush and to the kernel in one system call. An idle
 * connection holds no buffer. Netty's own water mark only tells us that the kernel took something; the marks that count
 * include what was not flushed yet.
 *
 * <h2>The end</h2>
 *
 * <pre>
 *          close()            sent                       peer ends, or LINGER_SECONDS
 *   OPEN ──────────► CLOSING ──────► LINGERING ──────────────────────────────────────► CLOSED
 *     │                 │            (onClosed is told here)                             ▲
 *     └─────────────────┴── abort(), network error, SEND_SECONDS ────────────────────────┘
 * </pre>
 *
 * After the last byte only our direction ends, and what the peer still sends is thrown away. A plain close would make
 * the kernel answer such bytes with a reset, and a reset takes away from the peer what it has not read yet: just the
 * answer that says why we close.
 */
final class NettyTransport extends ChannelInboundHandlerAdapter implements Transport {
    static final WriteBufferWaterMark NETTY_WATER_MARK = new WriteBufferWaterMark(LOW_WATER_BYTES, LOW_WATER_BYTES);
    /** A buffer this full goes to Netty before the flush, so that it need not grow by copying. */
    private static final int BUFFER_BYTES_MAX = 256 * 1024;

    private static final int BUFFER_BYTES_MIN = 256;
    /** How long a closing transport waits for a peer that does not take what was written. */
    private static final int SEND_SECONDS = 30;

    private static final int LINGER_SECONDS = 2;
    /** What Netty adds to the size of each entry of its outbound buffer; the property is Netty's. */
    private static final int NETTY_ENTRY_BYTES =
            Integer.getInteger("io.netty.transport.outboundBufferEntrySizeOverhead", 96);

    private static final System.Logger LOGGER = System.getLogger("org.althing.net");

    private enum State {
        OPEN,
        CLOSING,
        LINGERING,
        CLOSED
    }

    private final SocketChannel channel;
    private final Acceptor acceptor;
    private NettyLoop loop;
    private SocketAddress remoteAddress = InetSocketAddress.createUnresolved("unknown", 0);
    private SocketAddress localAddress = remoteAddress;

    /** Null before the channel is active, when the acceptor failed, and on the way to another loop. */
    private @Nullable TransportListener listener;

    private State state = State.OPEN;
    private boolean reading = true;
    /** On the way to another loop; see {@link #moveTo}. */
    private boolean moving;
    /** What the listener of before has asked for in its last words. */
    private boolean closesOnArrival;

    private boolean inputEnded;
    private boolean closedTold;
    /** The first thing that went wrong. */
    private @Nullable Throwable cause;

    /** Written and not flushed; null when there is nothing. */
    private @Nullable ByteBuf gathering;
    /** Whether full buffers went to Netty that no flush has followed. */
    private boolean unflushed;

    private int lastFlushBytes = BUFFER_BYTES_MIN;
    /** Whether {@code onWritable} is owed. */
    private boolean saturated;

    NettyTransport(SocketChannel channel, NettyLoop loop, Acceptor acceptor) {
        this.channel = channel;
        this.acceptor = acceptor;
        this.loop = loop;
    }

    /** What the next read goes into. */
    SharedReadBuffer readBuffer() {
        return loop.readBuffer();
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
        ByteBuf buffer = gathering;
        if (buffer == null) {
            int capacity = Math.max(lastFlushBytes, bytes.remaining());
            buffer = gathering = channel.alloc().directBuffer(capacity);
        }
        buffer.writeBytes(bytes);
        if (buffer.readableBytes() >= BUFFER_BYTES_MAX) {
            gathering = null;
            unflushed = true;
            channel.write(buffer, channel.voidPromise());
        }
        if (!saturated && unsentBytes() > HIGH_WATER_BYTES) {
            saturated = true;
        }
    }

    @Override
    public void flush() {
        assert loop.inLoop();
        if (state != State.OPEN) {
            return;
        }
        ByteBuf buffer = gathering;
        if (buffer != null) {
            gathering = null;
            unflushed = false;
            lastFlushBytes = Math.clamp(buffer.readableBytes(), BUFFER_BYTES_MIN, LOW_WATER_BYTES);
            channel.writeAndFlush(buffer, channel.voidPromise());
        } else if (unflushed) {
            unflushed = false;
            channel.flush();
        }
        tellWritable();
    }

    @Override
    public long unsentBytes() {
        long bytes = gathering == null ? 0 : gathering.readableBytes();
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        if (outbound != null) {
            bytes += nettyBytes(outbound);
        }
        return bytes;
    }

    private static long nettyBytes(ChannelOutboundBuffer outbound) {
        long bytes = outbound.totalPendingWriteBytes();
        return bytes == 0 ? 0 : bytes - (long) NETTY_ENTRY_BYTES * outbound.size() - outbound.currentProgress();
    }

    @Override
    public boolean isWritable() {
        return !saturated;
    }

    @Override
    public void reading(boolean on) {
        assert loop.inLoop();
        reading = on;
        if (state == State.OPEN) {
            channel.config().setAutoRead(on);
        }
    }

    /**
     * Takes the channel out of one selector and puts it into another. Netty's deregistration is a task of the old loop,
     * behind all that is queued there already; nothing is read any more, and from the moment it has run everything of
     * this channel happens on the new loop.
     */
    @Override
    public void moveTo(EventLoop target, Acceptor next) {
        assert loop.inLoop();
        if (state != State.OPEN) {
            return;
        }
        listener = null;
        moving = true;
        channel.config().setAutoRead(false);
        channel.deregister().addListener(left -> {
            loop = (NettyLoop) target; // the last touch on the old loop
            // The promise has its listener before anything can happen: a loop that ends notifies no late ones.
            ChannelPromise arrival = new DefaultChannelPromise(channel, loop.netty());
            arrival.addListener(registered -> arrive(next, registered.isSuccess()));
            loop.netty().register(arrival);
        });
    }

    /** On the new loop; not registered if the channel was closed on its way. */
    private void arrive(Acceptor next, boolean registered) {
        moving = false;
        boolean ends = !registered || loop.isEnding();
        if (!ends) {
            // What was flushed and not sent: the old selector waited for room, the new one knows nothing of it.
            ((AbstractNioChannel.NioUnsafe) channel.unsafe()).forceFlush();
            channel.config().setAutoRead(reading);
        }
        take(next);
        if (moving) {
            return;
        }
        if (ends) {
            abort();
            loop.execute(this::tellClosed);
        } else if (closesOnArrival) {
            close();
        } else {
            tellWritable();
        }
    }

    @Override
    public void close() {
        assert loop.inLoop();
        if (state != State.OPEN) {
            return;
        }
        state = State.CLOSING;
        ByteBuf last = gathering == null ? Unpooled.EMPTY_BUFFER : gathering;
        gathering = null;
        var sent = channel.writeAndFlush(last);
        if (sent.isDone()) {
            onSent(sent);
        } else {
            channel.config().setAutoRead(true); // to notice a reset; the bytes are thrown away
            sent.addListener(this::onSent);
            loop.netty().schedule(this::sendTimedOut, SEND_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public void abort() {
        assert loop.inLoop();
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        if (gathering != null) {
            gathering.release();
            gathering = null;
        }
        channel.close(); // channelInactive follows in a task of its own
    }

    private void onSent(Future<?> sent) {
        if (state != State.CLOSING) {
            return;
        }
        if (!sent.isSuccess() || inputEnded) {
            abort();
            return;
        }
        state = State.LINGERING;
        channel.config().setAutoRead(true);
        channel.shutdownOutput();
        loop.netty().execute(this::tellClosed);
        loop.netty().schedule(this::abort, LINGER_SECONDS, TimeUnit.SECONDS);
    }

    private void sendTimedOut() {
        if (state == State.CLOSING) {
            abort();
        }
    }

    // What the network reports.

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (channel.remoteAddress() != null) { // null when the peer has left already
            remoteAddress = channel.remoteAddress();
        }
        localAddress = channel.localAddress();
        take(acceptor);
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

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (state == State.OPEN && listener != null) {
                listener.onBytes(bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes()));
            }
        } catch (Throwable failure) {
            onListenerFailure(failure);
        } finally {
            bytes.release();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event != ChannelInputShutdownEvent.INSTANCE) {
            return;
        }
        inputEnded = true;
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

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        tellWritable();
    }

    /** Owed when the unsent bytes have fallen; told in a task of its own, because a flush may have brought us here. */
    private void tellWritable() {
        if (saturated && !moving && unsentBytes() < LOW_WATER_BYTES) {
            saturated = false;
            loop.netty().execute(() -> {
                try {
                    if (state == State.OPEN && listener != null && !saturated) {
                        listener.onWritable();
                    }
                } catch (Throwable failure) {
                    onListenerFailure(failure);
                }
            });
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        if (state == State.CLOSED) {
            return; // of what was not sent when the transport was aborted
        }
        if (cause == null && state != State.LINGERING) {
            boolean wrapped = failure instanceof ClosedChannelException && failure.getCause() != null;
            cause = wrapped ? failure.getCause() : failure;
        }
        abort();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (state != State.CLOSED) { // the engine is closing, or Netty closed after a failed write
            abort();
        }
        tellClosed();
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
            LOGGER.log(Level.ERROR, "a listener failed at the end of " + remoteAddress, failure);
        }
    }

    private void onListenerFailure(Throwable failure) {
        LOGGER.log(Level.ERROR, "a listener of " + remoteAddress + " failed; its connection is closed", failure);
        if (cause == null) {
            cause = failure;
        }
        abort();
    }
}
