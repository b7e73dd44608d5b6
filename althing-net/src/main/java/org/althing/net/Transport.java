package org.althing.net;

import java.net.SocketAddress;
import java.nio.ByteBuffer;

/** A two-way connection of bytes, owned by one event loop. All methods are called on that loop. */
public interface Transport {
    EventLoop loop();

    /** The peer's address: an {@code InetSocketAddress}, or the engine's own kind. */
    SocketAddress remoteAddress();

    /** The address that the peer connected to. */
    SocketAddress localAddress();

    /** Copies the remaining bytes to what will be sent. Nothing is sent before {@link #flush}. */
    void write(ByteBuffer bytes);

    /** Sends what was written, now or as the socket takes it. */
    void flush();

    /** Bytes written and not yet taken by the network. */
    long unsentBytes();

    /**
     * Whether more may be written. False above a high-water mark of unsent bytes; then
     * {@link TransportListener#onWritable} follows. Writing all the same is allowed, and costs memory.
     */
    boolean isWritable();

    /** Turns reading off and on again; while it is off the peer feels back-pressure. */
    void reading(boolean on);

    /** Sends what was written, then closes. {@code onClosed} follows. Legal at any time. */
    void close();

    /** Closes at once; what was not sent is lost. {@code onClosed} follows. Legal at any time. */
    void abort();
}
