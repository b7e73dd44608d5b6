package org.althing.client.link;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.jspecify.annotations.Nullable;

/**
 * A connection into a server of the same JVM: no socket, no port. The server's end is a {@link Transport} on its loop.
 *
 * <pre>
 *   client's threads                       lock                        server's loop
 *   write ──► toServer ─────────────────────┼──────────────► LocalTransport.deliver ──► TransportListener
 *   read  ◄── toClient ◄────────────────────┼────────────── LocalTransport.flush
 * </pre>
 *
 * The lock is held for the move of a buffer only; the loop never waits. A client that writes more than the server reads
 * waits in {@link #write}, a server that writes more than the client reads sees a transport that is not writable.
 */
public final class LocalLink implements Link {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Acceptor acceptor;
    private final EventLoop loop;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition readable = lock.newCondition();
    private final Condition writable = lock.newCondition();

    // Guarded by the lock.
    private final ArrayDeque<ByteBuffer> toServer = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> toClient = new ArrayDeque<>();
    private long toServerBytes;
    private long toClientBytes;
    private boolean clientEnded;
    private boolean serverEnded;
    private boolean woken;
    private boolean closed;
    private @Nullable LocalTransport transport;

    /** @param acceptor who takes the connection, on that loop */
    public LocalLink(Acceptor acceptor, EventLoop loop) {
        this.acceptor = acceptor;
        this.loop = loop;
    }

    @Override
    public void open() throws IOException {
        LocalTransport made = new LocalTransport(this, loop);
        lock.lock();
        try {
            if (closed) {
                throw new IOException("given up");
            }
            transport = made;
        } finally {
            lock.unlock();
        }
        loop.execute(() -> made.begin(acceptor));
    }

    // ---- the client's end ----------------------------------------------------------------------------------------

    @Override
    public @Nullable ByteBuffer read(long timeoutNanos) throws IOException {
        lock.lock();
        try {
            long left = timeoutNanos;
            while (toClient.isEmpty() && !serverEnded && !woken && !closed && left > 0) {
                if (timeoutNanos == FOREVER) {
                    readable.awaitUninterruptibly();
                } else {
                    left = readable.awaitNanos(left);
                }
            }
            ByteBuffer first = toClient.poll();
            if (first == null) {
                if (closed && !serverEnded && !woken) {
                    throw new IOException("closed");
                }
                return serverEnded || woken ? null : NOTHING.duplicate();
            }
            boolean wasFull = toClientBytes > Transport.HIGH_WATER_BYTES;
            toClientBytes -= first.remaining();
            if (wasFull || toClientBytes < Transport.LOW_WATER_BYTES || serverEnded) {
                tellServer();
            }
            return first;
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupt);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        if (!bytes.hasRemaining()) {
            return;
        }
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        lock.lock();
        try {
            while (toServerBytes > Transport.HIGH_WATER_BYTES && !closed) {
                writable.awaitUninterruptibly();
            }
            if (closed || clientEnded) {
                throw new IOException("closed");
            }
            toServer.add(copy);
            toServerBytes += copy.remaining();
            tellServer();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void endOutput() {
        lock.lock();
        try {
            clientEnded = true;
            tellServer();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void wake() {
        lock.lock();
        try {
            woken = true;
            readable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void abort() {
        close();
    }

    @Override
    public boolean isAborted() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void tellServer() {
        LocalTransport server = transport;
        if (server != null) {
            server.post();
        }
    }

    // ---- the server's end, on its loop ---------------------------------------------------------------------------

    /** The next bytes of the client, or null if there are none now. */
    @Nullable
    ByteBuffer pollFromClient() {
        lock.lock();
        try {
            ByteBuffer first = toServer.poll();
            if (first != null) {
                toServerBytes -= first.remaining();
                writable.signalAll();
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the client has ended and all of its bytes are taken. */
    boolean isClientAtEnd() {
        lock.lock();
        try {
            return clientEnded && toServer.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    void offerToClient(ByteBuffer bytes) {
        lock.lock();
        try {
            if (!closed) {
                toClient.add(bytes);
                toClientBytes += bytes.remaining();
                readable.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    long bytesToClient() {
        lock.lock();
        try {
            return toClientBytes;
        } finally {
            lock.unlock();
        }
    }

    /** The server will write no more; what it wrote can still be read. */
    void endOfServer() {
        lock.lock();
        try {
            serverEnded = true;
            readable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Of either side: nothing can be written or read any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            toServer.clear();
            toServerBytes = 0;
            readable.signalAll();
            writable.signalAll();
            tellServer();
        } finally {
            lock.unlock();
        }
    }
}
