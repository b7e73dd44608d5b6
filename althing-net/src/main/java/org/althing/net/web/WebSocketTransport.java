package org.althing.net.web;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Security;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/**
 * The byte stream inside a WebSocket (RFC 6455): what the listener writes until a flush is one binary frame, and the
 * payloads of binary frames are what it reads, whatever their borders [MQTT-6.0.0-2].
 *
 * <p>It stands between the network's transport ("outer") and the listener. Payload is unmasked where it lies and handed
 * on without a copy.
 */
final class WebSocketTransport implements Transport, TransportListener, WebSocketFrames.Receiver {
    private static final int NORMAL = 1000;
    private static final int GATHERING_BYTES_MIN = 256;

    private final Transport outer;
    private final WebSocketFrames frames = WebSocketFrames.fromClient(this);
    /** Null before the acceptor has answered, when it failed, and on the way to another loop. */
    private @Nullable TransportListener listener;

    private final ByteBuffer frameHead = ByteBuffer.allocate(10);
    /** Written and not flushed; null when there is nothing, so that an idle connection holds no buffer. */
    private @Nullable ByteBuffer gathering;

    private int lastFlushBytes = GATHERING_BYTES_MIN;
    /** Whether {@code onWritable} is owed. */
    private boolean saturated;

    private boolean reading = true;
    /** What had already arrived when the listener stopped reading. */
    private @Nullable ByteBuffer held;

    /** On the way to another loop: tasks that were asked for on the old one do nothing any more. */
    private boolean moving;

    private boolean closed;
    private @Nullable Throwable cause;

    WebSocketTransport(Transport outer) {
        this.outer = outer;
    }

    /** Begins, with what came right behind the handshake. */
    void begin(Acceptor acceptor, ByteBuffer rest) {
        accept(acceptor);
        read(rest);
    }

    private void accept(Acceptor acceptor) {
        TransportListener taken = acceptor.accept(this);
        if (!moving) { // it may have been sent on at once
            listener = taken;
        }
    }

    // What the listener asks for.

    @Override
    public EventLoop loop() {
        return outer.loop();
    }

    @Override
    public SocketAddress remoteAddress() {
        return outer.remoteAddress();
    }

    @Override
    public SocketAddress localAddress() {
        return outer.localAddress();
    }

    @Override
    public @Nullable Security security() {
        return outer.security();
    }

    @Override
    public void write(ByteBuffer bytes) {
        if (closed) {
            bytes.position(bytes.limit());
            return;
        }
        room(bytes.remaining()).put(bytes);
        saturated |= unsentBytes() > HIGH_WATER_BYTES;
    }

    private ByteBuffer room(int count) {
        ByteBuffer buffer = gathering;
        if (buffer == null) {
            buffer = ByteBuffer.allocate(Math.max(lastFlushBytes, count));
        } else if (buffer.remaining() < count) {
            int capacity = Math.max(2 * buffer.capacity(), buffer.position() + count);
            buffer = ByteBuffer.allocate(capacity).put(buffer.flip());
        }
        gathering = buffer;
        return buffer;
    }

    @Override
    public void flush() {
        if (!closed) {
            frameGathered();
            outer.flush();
            tellWritable();
        }
    }

    private void frameGathered() {
        ByteBuffer payload = gathering;
        if (payload != null) {
            gathering = null;
            payload.flip();
            lastFlushBytes = Math.clamp(payload.remaining(), GATHERING_BYTES_MIN, LOW_WATER_BYTES);
            outer.write(WebSocketFrames.head(frameHead, WebSocketFrames.BINARY, payload.remaining()));
            outer.write(payload);
        }
    }

    @Override
    public long unsentBytes() {
        return outer.unsentBytes() + (gathering == null ? 0 : gathering.position());
    }

    @Override
    public boolean isWritable() {
        return !saturated;
    }

    @Override
    public void reading(boolean on) {
        reading = on;
        if (on && held != null) {
            loop().execute(this::readHeld);
        } else {
            outer.reading(on);
        }
    }

    @Override
    public void moveTo(EventLoop target, Acceptor next) {
        if (closed) {
            return;
        }
        listener = null;
        moving = true;
        outer.flush(); // of pongs
        outer.moveTo(target, moved -> arrive(next));
    }

    private TransportListener arrive(Acceptor next) {
        moving = false;
        accept(next);
        if (!moving) {
            outer.reading(reading && held == null); // what is held comes before what is new
            if (reading && held != null) {
                loop().execute(this::readHeld);
            }
            tellWritable();
        }
        return this;
    }

    @Override
    public void close() {
        close(NORMAL);
    }

    private void close(int code) {
        if (closed) {
            return;
        }
        frameGathered();
        closed = true;
        held = null;
        ByteBuffer payload = ByteBuffer.allocate(2).putShort((short) code).flip();
        outer.write(WebSocketFrames.head(frameHead, WebSocketFrames.CLOSE, payload.remaining()));
        outer.write(payload);
        outer.close();
    }

    @Override
    public void abort() {
        closed = true;
        gathering = null;
        held = null;
        outer.abort();
    }

    // What the network reports.

    @Override
    public void onBytes(ByteBuffer bytes) {
        read(bytes);
    }

    private void read(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining() && !closed && reading && !moving) {
                frames.read(bytes);
            }
        } catch (WebSocketViolation violation) {
            cause = new IOException("WebSocket: " + violation.getMessage());
            close(violation.closeCode());
            return;
        }
        if (bytes.hasRemaining() && !closed) {
            held = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        }
        if (!closed && !moving) {
            outer.flush(); // of pongs
        }
    }

    private void readHeld() {
        ByteBuffer bytes = held;
        if (bytes != null && reading && !closed && !moving) {
            held = null;
            read(bytes);
            if (reading && !closed && !moving) {
                outer.reading(true);
            }
        }
    }

    @Override
    public void onPayload(ByteBuffer payload) {
        if (listener != null) {
            listener.onBytes(payload);
        }
    }

    @Override
    public void onPing(ByteBuffer payload) {
        // Who pings and does not read gets no pong: those that wait count for these as well (RFC 6455, section 5.5.3).
        if (outer.isWritable()) {
            outer.write(WebSocketFrames.head(frameHead, WebSocketFrames.PONG, payload.remaining()));
            outer.write(payload);
        }
    }

    @Override
    public void onClose(int code) {
        if (listener != null) {
            listener.onEndOfInput(); // after its Close frame the peer takes nothing more, so there is no staying open
        }
        close(code);
    }

    @Override
    public boolean onEndOfInput() {
        if (closed || listener == null) {
            return false;
        }
        boolean staysOpen = listener.onEndOfInput();
        if (!staysOpen) {
            close();
        }
        return staysOpen;
    }

    @Override
    public void onWritable() {
        tellWritable();
    }

    /** Owed once the network's transport is below its mark and nothing waits for a flush. */
    private void tellWritable() {
        if (saturated && outer.isWritable() && gathering == null && !moving) {
            saturated = false;
            loop().execute(() -> {
                if (!saturated && !closed && listener != null) {
                    listener.onWritable();
                }
            });
        }
    }

    @Override
    public void onClosed(@Nullable Throwable reported) {
        closed = true;
        gathering = null;
        held = null;
        if (listener != null) {
            listener.onClosed(cause == null ? reported : cause);
        }
    }
}
