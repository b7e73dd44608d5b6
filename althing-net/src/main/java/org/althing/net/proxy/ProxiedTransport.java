package org.althing.net.proxy;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Security;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/** A connection through a proxy, behind its header: with the addresses of the client's own. */
final class ProxiedTransport implements Transport, TransportListener {
    private final Transport outer;
    private final ProxyHeader header;
    /** Null before the acceptor has answered, and on the way to another loop. */
    private @Nullable TransportListener listener;

    private boolean reading = true;
    private boolean moving;
    private boolean over;
    /** What came right behind the header while the listener did not read; null if nothing waits. */
    private @Nullable ByteBuffer held;

    ProxiedTransport(Transport outer, ProxyHeader header) {
        this.outer = outer;
        this.header = header;
    }

    /** Begins, with what came right behind the header. */
    void begin(Acceptor acceptor, ByteBuffer rest) {
        take(acceptor);
        if (rest.hasRemaining()) {
            held = ByteBuffer.allocate(rest.remaining()).put(rest).flip();
            readHeld();
        }
    }

    private void take(Acceptor acceptor) {
        TransportListener taken = acceptor.accept(this);
        if (!moving) { // it may have been sent on at once
            listener = taken;
        }
    }

    private void readHeld() {
        ByteBuffer bytes = held;
        if (bytes != null && reading && !over && listener != null) {
            held = null;
            listener.onBytes(bytes);
        }
        if (!over && !moving) {
            outer.reading(reading && held == null);
        }
    }

    // What the listener asks for.

    @Override
    public EventLoop loop() {
        return outer.loop();
    }

    @Override
    public SocketAddress remoteAddress() {
        return header.source() == null ? outer.remoteAddress() : header.source();
    }

    @Override
    public SocketAddress localAddress() {
        return header.destination() == null ? outer.localAddress() : header.destination();
    }

    @Override
    public @Nullable Security security() {
        return header.security();
    }

    @Override
    public void write(ByteBuffer bytes) {
        outer.write(bytes);
    }

    @Override
    public void flush() {
        outer.flush();
    }

    @Override
    public long unsentBytes() {
        return outer.unsentBytes();
    }

    @Override
    public boolean isWritable() {
        return outer.isWritable();
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
        if (over) {
            return;
        }
        listener = null;
        moving = true;
        outer.moveTo(target, moved -> arrive(next));
    }

    private TransportListener arrive(Acceptor next) {
        moving = false;
        take(next);
        if (!moving) {
            loop().execute(this::readHeld);
        }
        return this;
    }

    @Override
    public void close() {
        over = true;
        outer.close();
    }

    @Override
    public void abort() {
        over = true;
        outer.abort();
    }

    // What the network reports.

    @Override
    public void onBytes(ByteBuffer bytes) {
        if (listener != null) {
            listener.onBytes(bytes);
        }
    }

    @Override
    public boolean onEndOfInput() {
        return listener != null && listener.onEndOfInput();
    }

    @Override
    public void onWritable() {
        if (listener != null) {
            listener.onWritable();
        }
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
        over = true;
        held = null;
        if (listener != null) {
            listener.onClosed(cause);
        }
    }
}
