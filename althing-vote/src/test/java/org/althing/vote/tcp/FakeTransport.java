package org.althing.vote.tcp;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.vote.ManualLoop;

/** The peer of a door: what it sends, what it has received, and whether it is still connected. */
final class FakeTransport implements Transport {
    private final ManualLoop loop;
    private final TransportListener listener;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private boolean closed;
    private boolean writable = true;
    private boolean reading = true;

    @SuppressWarnings("this-escape") // the acceptor gets a transport that is whole
    FakeTransport(ManualLoop loop, Acceptor acceptor) {
        this.loop = loop;
        listener = acceptor.accept(this);
    }

    /** Sends the text in UTF-8, and lets everything run. */
    FakeTransport sends(String text) {
        return sends(text.getBytes(StandardCharsets.UTF_8));
    }

    FakeTransport sends(byte[] bytes) {
        if (!closed) {
            listener.onBytes(ByteBuffer.wrap(bytes));
        }
        loop.run();
        return this;
    }

    /** Sends without letting anything run. */
    void sendsOnly(String text) {
        listener.onBytes(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    FakeTransport endsInput() {
        if (!closed && !listener.onEndOfInput()) {
            close();
        }
        loop.run();
        return this;
    }

    void disconnects() {
        close();
        loop.run();
    }

    /** What arrived since the last look. */
    String received() {
        String text = sent.toString(StandardCharsets.UTF_8);
        sent.reset();
        return text;
    }

    boolean isClosed() {
        return closed;
    }

    boolean isRead() {
        return reading;
    }

    void becomesWritable(boolean now) {
        writable = now;
        if (now) {
            listener.onWritable();
            loop.run();
        }
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public SocketAddress remoteAddress() {
        return new InetSocketAddress("127.0.0.1", 40000);
    }

    @Override
    public SocketAddress localAddress() {
        return new InetSocketAddress("127.0.0.1", 32000);
    }

    @Override
    public void write(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        written.writeBytes(copy);
    }

    @Override
    public void flush() {
        sent.writeBytes(written.toByteArray());
        written.reset();
    }

    @Override
    public long unsentBytes() {
        return written.size();
    }

    @Override
    public boolean isWritable() {
        return writable;
    }

    @Override
    public void reading(boolean on) {
        reading = on;
    }

    @Override
    public void moveTo(EventLoop target, Acceptor next) {
        throw new AssertionError("doors stay on their loop");
    }

    @Override
    public void close() {
        flush();
        abort();
    }

    @Override
    public void abort() {
        if (!closed) {
            closed = true;
            loop.execute(() -> listener.onClosed(null));
        }
    }
}
