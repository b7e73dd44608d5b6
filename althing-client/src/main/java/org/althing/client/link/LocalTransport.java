package org.althing.client.link;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/** The server's end of a {@link LocalLink}. Everything but {@link #post} runs on the loop. */
final class LocalTransport implements Transport {
    /** What stands for an address where there is none. */
    private static final class InProcess extends SocketAddress {
        private static final long serialVersionUID = 1;
        private static final InProcess ADDRESS = new InProcess();

        @Override
        public String toString() {
            return "in-process";
        }
    }

    private static final int GATHERING_BYTES_MIN = 256;

    /** How long a client may take to read what was written before a close. */
    private static final long LAST_READ_NANOS_MAX = 2_000_000_000L;

    private final LocalLink link;
    /** Volatile: the client's threads post to it. Changed by its own turn only. */
    private volatile EventLoop loop;

    private final AtomicBoolean posted = new AtomicBoolean();
    private @Nullable TransportListener listener;
    private @Nullable ByteBuffer gathering;
    private boolean reading = true;
    private boolean sawEnd;
    /** Whether {@code onWritable} is owed. */
    private boolean saturated;
    /** {@link #close} or {@link #abort} was called. */
    private boolean ended;

    private boolean told;

    LocalTransport(LocalLink link, EventLoop loop) {
        this.link = link;
        this.loop = loop;
    }

    void begin(Acceptor acceptor) {
        listener = acceptor.accept(this);
        deliver();
    }

    /** Something happened at the client's end. Any thread. */
    void post() {
        if (posted.compareAndSet(false, true)) {
            loop.execute(this::deliver);
        }
    }

    private void deliver() {
        posted.set(false);
        if (!loop.inLoop()) {
            return; // posted before it moved; where it went to it looks at everything first
        }
        TransportListener receiver = listener;
        if (receiver == null || told) {
            return;
        }
        try {
            hand(receiver);
        } catch (RuntimeException | Error failure) {
            abort(); // the contract of Transport: the failure ends this connection, and the loop logs it
            throw failure;
        } finally {
            if (listener == receiver && !told && (ended || link.isAborted()) && isDrained()) {
                told = true;
                link.close();
                receiver.onClosed(null);
            }
        }
    }

    private void hand(TransportListener receiver) {
        while (reading && !ended && listener == receiver) {
            ByteBuffer bytes = link.pollFromClient();
            if (bytes == null) {
                break;
            }
            receiver.onBytes(bytes);
        }
        if (listener != receiver) {
            return; // it has moved to another loop
        }
        if (reading && !ended && !sawEnd && link.isClientAtEnd()) {
            sawEnd = true;
            if (!receiver.onEndOfInput()) {
                close();
            }
        }
        if (saturated && !ended && unsentBytes() < LOW_WATER_BYTES) {
            saturated = false;
            receiver.onWritable();
        }
    }

    /** After a close the client may read what was written first. */
    private boolean isDrained() {
        return link.isAborted() || link.bytesToClient() == 0;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public SocketAddress remoteAddress() {
        return InProcess.ADDRESS;
    }

    @Override
    public SocketAddress localAddress() {
        return InProcess.ADDRESS;
    }

    @Override
    public void write(ByteBuffer bytes) {
        if (ended) {
            bytes.position(bytes.limit());
            return;
        }
        int count = bytes.remaining();
        ByteBuffer buffer = gathering;
        if (buffer == null) {
            buffer = ByteBuffer.allocate(Math.max(GATHERING_BYTES_MIN, count));
        } else if (buffer.remaining() < count) {
            int capacity = Math.max(2 * buffer.capacity(), buffer.position() + count);
            buffer = ByteBuffer.allocate(capacity).put(buffer.flip());
        }
        gathering = buffer.put(bytes);
        saturated |= unsentBytes() > HIGH_WATER_BYTES;
    }

    @Override
    public void flush() {
        ByteBuffer buffer = gathering;
        if (buffer != null) {
            gathering = null;
            link.offerToClient(buffer.flip());
        }
    }

    @Override
    public long unsentBytes() {
        return link.bytesToClient() + (gathering == null ? 0 : gathering.position());
    }

    @Override
    public boolean isWritable() {
        return !saturated;
    }

    @Override
    public void reading(boolean on) {
        reading = on;
        if (on) {
            post();
        }
    }

    @Override
    public void moveTo(EventLoop target, Acceptor next) {
        if (!ended) {
            listener = null;
            loop = target;
            target.execute(() -> begin(next));
        }
    }

    @Override
    public void close() {
        if (!ended) {
            flush();
            ended = true;
            link.endOfServer();
            loop.schedule(LAST_READ_NANOS_MAX, link::close);
            post();
        }
    }

    @Override
    public void abort() {
        ended = true;
        gathering = null;
        link.close();
    }
}
