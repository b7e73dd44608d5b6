package org.althing.net;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A two-way connection of bytes, owned by one event loop at a time. All methods are called on that loop.
 *
 * <p>No method calls the listener back before it returns. After {@link #close} or {@link #abort} the listener gets
 * nothing but {@code onClosed}, and further calls do nothing. If the listener throws, the failure is logged, its
 * transport aborted, and the loop goes on.
 */
public interface Transport {
    /** More unsent bytes than this, and {@link #isWritable} says no. */
    int HIGH_WATER_BYTES = 64 * 1024;

    /** Fewer unsent bytes than this, and a transport that was unwritable is writable again. */
    int LOW_WATER_BYTES = 32 * 1024;

    EventLoop loop();

    /** The peer's address: an {@code InetSocketAddress}, or the engine's own kind. */
    SocketAddress remoteAddress();

    /** The address that the peer connected to. */
    SocketAddress localAddress();

    /** How the connection is encrypted; null before its handshake is over, and where nothing is encrypted. */
    default @Nullable Security security() {
        return null;
    }

    /** Copies the remaining bytes, which count as taken, to what will be sent. Nothing is sent before {@link #flush}. */
    void write(ByteBuffer bytes);

    /** Sends what was written, now or as the socket takes it. */
    void flush();

    /** {@link #write} and {@link #flush} in one: what the socket takes at once is copied less often. */
    default void writeAndFlush(ByteBuffer bytes) {
        write(bytes);
        flush();
    }

    /** Bytes written and not yet taken by the network. */
    long unsentBytes();

    /**
     * Whether more may be written. False above {@link #HIGH_WATER_BYTES} unsent bytes; then
     * {@link TransportListener#onWritable} follows. Writing all the same is allowed, and costs memory.
     */
    boolean isWritable();

    /**
     * Turns reading off and on again; while it is off neither bytes nor the end of input arrive, and the peer feels
     * back-pressure. On at the beginning.
     */
    void reading(boolean on);

    /**
     * Hands the connection over to another loop, where the acceptor takes it as if it were new, in a turn to come. The
     * listener of before is told nothing any more, and nobody may touch the transport before the acceptor gets it.
     * Nothing is lost: what was written stays written, what was flushed goes on being sent, unread bytes wait, reading
     * stays on or off, and {@link #isWritable} says how it stands; an end of input that was told is not told again. If the
     * connection ends meanwhile the acceptor takes it all the same, and {@code onClosed} follows. Does nothing after
     * {@link #close} or {@link #abort}.
     *
     * @param target a loop of the same engine
     */
    void moveTo(EventLoop target, Acceptor next);

    /**
     * Sends what was written, with or without {@link #flush}, then closes so that the peer can read all of it.
     * {@code onClosed} follows when it has been sent, or when a peer that takes nothing has been waited for long enough.
     * Legal at any time.
     */
    void close();

    /**
     * Closes at once; what was not sent is lost. {@code onClosed} follows. Legal at any time. Cheaper than {@link
     * #close} where the peer waits for nothing more.
     */
    void abort();
}
