package org.althing.net.tls;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.Worker;

/** What makes a port speak TLS: an acceptor in front of another one. */
public final class TlsPort implements Acceptor {
    private final Supplier<SSLEngine> engines;
    private final Worker worker;
    private final Acceptor acceptor;
    private final boolean plainToo;
    /** For each loop one buffer that encrypted bytes go through on their way out. */
    private final Map<EventLoop, ByteBuffer> buffers = new ConcurrentHashMap<>();

    /**
     * @param engines makes a server's engine for each connection; asked anew each time, so that new certificates count
     *     for new connections. Runs on the loops
     * @param worker computes what takes long in a handshake
     * @param acceptor sees the connection at once, before its handshake; what it reads and writes is plain
     */
    public TlsPort(Supplier<SSLEngine> engines, Worker worker, Acceptor acceptor) {
        this(engines, worker, acceptor, false);
    }

    private TlsPort(Supplier<SSLEngine> engines, Worker worker, Acceptor acceptor, boolean plainToo) {
        this.engines = engines;
        this.worker = worker;
        this.acceptor = acceptor;
        this.plainToo = plainToo;
    }

    /** The same for a port where each client chooses: who does not begin with a handshake goes on in clear. */
    public static TlsPort orPlain(Supplier<SSLEngine> engines, Worker worker, Acceptor acceptor) {
        return new TlsPort(engines, worker, acceptor, true);
    }

    @Override
    public TransportListener accept(Transport outer) {
        SSLEngine engine = engines.get();
        engine.setUseClientMode(false);
        TlsTransport transport = new TlsTransport(outer, engine, worker, this::buffer, plainToo);
        transport.begin(acceptor);
        return transport;
    }

    private ByteBuffer buffer(EventLoop loop, int capacity) {
        ByteBuffer buffer = buffers.get(loop);
        if (buffer == null || buffer.capacity() < capacity) {
            buffer = ByteBuffer.allocate(capacity);
            buffers.put(loop, buffer);
        }
        return buffer.clear();
    }
}
