package org.althing.client.link;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.althing.net.web.ClientWebSocket;
import org.jspecify.annotations.Nullable;

/** The byte stream inside a WebSocket over another connection. */
public final class WebSocketLink implements Link {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Link outer;
    private final ClientWebSocket socket;
    private final long answerNanosMax;
    private ByteBuffer rest = NOTHING;
    private ByteBuffer gathered = ByteBuffer.allocate(0);

    public WebSocketLink(Link outer, ClientWebSocket socket, Duration answerMax) {
        this.outer = outer;
        this.socket = socket;
        this.answerNanosMax = answerMax.toNanos();
    }

    @Override
    public void open() throws IOException {
        outer.open();
        try {
            shakeHands();
        } catch (IOException failed) {
            outer.abort();
            throw new IOException("no WebSocket: " + failed.getMessage(), failed);
        }
    }

    private void shakeHands() throws IOException {
        outer.write(socket.request());
        ByteBuffer bytes;
        do {
            bytes = outer.read(answerNanosMax);
            if (bytes == null) {
                throw new EOFException("the server closes the connection instead of opening a WebSocket");
            }
            if (!bytes.hasRemaining()) {
                throw new IOException(
                        "no answer to the WebSocket handshake within " + answerNanosMax / 1_000_000 + " ms");
            }
        } while (!socket.onAnswer(bytes));
        rest = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    @Override
    public @Nullable ByteBuffer read(long timeoutNanos) throws IOException {
        if (socket.isEnded()) {
            return null;
        }
        ByteBuffer bytes = rest.hasRemaining() ? rest : outer.read(timeoutNanos);
        if (bytes == null) {
            return null;
        }
        if (gathered.capacity() < bytes.remaining()) {
            gathered = ByteBuffer.allocate(bytes.remaining());
        }
        ByteBuffer payload = gathered.clear();
        socket.read(bytes, payload::put);
        rest = NOTHING;
        boolean nothing = payload.flip().remaining() == 0;
        return nothing && socket.isEnded() ? null : payload;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        ByteBuffer control = socket.takeControl();
        if (control != null) {
            outer.write(control);
        }
        if (bytes.hasRemaining()) {
            outer.write(socket.frame(bytes.duplicate()));
        }
    }

    @Override
    public boolean hasOutput() {
        return socket.hasControl();
    }

    @Override
    public void endOutput() {
        try {
            outer.write(socket.close());
        } catch (IOException closed) {
            // then the other side knows already
        }
        outer.endOutput();
    }

    @Override
    public void wake() {
        outer.wake();
    }

    @Override
    public void abort() {
        outer.abort();
    }

    @Override
    public boolean isAborted() {
        return outer.isAborted();
    }
}
