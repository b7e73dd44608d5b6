package org.althing.net.memory;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/** A client for tests that only sends and collects bytes. */
public final class MemoryPeer implements TransportListener {
    private final MemoryTransport transport;
    private final MemoryLink link;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private boolean inputEnded;
    private boolean closed;
    private @Nullable Throwable cause;

    MemoryPeer(MemoryTransport transport, MemoryLink link) {
        this.transport = transport;
        this.link = link;
    }

    /** Writes and flushes; it arrives when time runs. */
    public void send(byte[] bytes) {
        transport.write(ByteBuffer.wrap(bytes));
        transport.flush();
    }

    /** What arrived since the last call. */
    public byte[] takeReceived() {
        byte[] bytes = received.toByteArray();
        received.reset();
        return bytes;
    }

    public int receivedBytes() {
        return received.size();
    }

    /** Whether the other end sends no more (it closed, or the connection was cut). */
    public boolean isEnded() {
        return inputEnded || closed;
    }

    /** Whether this end is closed. */
    public boolean isClosed() {
        return closed;
    }

    /** What the network reported at the end, or null. */
    public @Nullable Throwable cause() {
        return cause;
    }

    /** Sends no more, and goes on reading. */
    public void endOutput() {
        transport.endOutput();
    }

    /** Leaves in an orderly way. */
    public void close() {
        transport.close();
    }

    /** To read no more, leave hard, see addresses. */
    public Transport transport() {
        return transport;
    }

    /** To cut or pause the connection. */
    public MemoryLink link() {
        return link;
    }

    @Override
    public void onBytes(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        received.writeBytes(copy);
    }

    @Override
    public boolean onEndOfInput() {
        inputEnded = true;
        return false;
    }

    @Override
    public void onClosed(@Nullable Throwable reported) {
        closed = true;
        cause = reported;
    }
}
