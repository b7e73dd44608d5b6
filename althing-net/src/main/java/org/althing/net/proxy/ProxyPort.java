package org.althing.net.proxy;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/** What makes a port expect a PROXY header before anything else: an acceptor in front of another one. */
public final class ProxyPort implements Acceptor {
    private static final long HEADER_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final System.Logger LOGGER = System.getLogger("org.althing.net");

    private final int version;
    private final boolean requiresTls;
    private final Acceptor acceptor;
    private final Consumer<String> onRefusal;

    /**
     * @param version 1 or 2
     * @param requiresTls whether a client is refused that, as the proxy says, does not use TLS; version 2 only
     * @param acceptor sees the connection when the header has come, with the client's address
     * @param onRefusal told in a sentence, on the loop, when a connection is closed before that
     */
    public ProxyPort(int version, boolean requiresTls, Acceptor acceptor, Consumer<String> onRefusal) {
        if (version != 1 && version != 2) {
            throw new IllegalArgumentException("the PROXY protocol has the versions 1 and 2, not " + version);
        }
        this.version = version;
        this.requiresTls = requiresTls;
        this.acceptor = acceptor;
        this.onRefusal = onRefusal;
    }

    @Override
    public TransportListener accept(Transport outer) {
        return new Connection(outer);
    }

    /** One connection: first the header, then everything goes through. */
    private final class Connection implements TransportListener {
        private final Transport outer;
        private final ProxyHeaderReader reader = new ProxyHeaderReader(version);
        private final EventLoop.Timer timer;
        private @Nullable ByteBuffer arrived;
        private @Nullable TransportListener inner;
        private boolean refused;

        Connection(Transport outer) {
            this.outer = outer;
            timer = outer.loop().schedule(HEADER_NANOS, () -> refuse("no PROXY header came within 10 s"));
        }

        @Override
        public void onBytes(ByteBuffer bytes) {
            if (inner != null) {
                inner.onBytes(bytes);
            } else if (!refused) {
                onHeaderBytes(bytes);
            }
        }

        private void onHeaderBytes(ByteBuffer bytes) {
            ByteBuffer all = bytes;
            if (arrived != null) {
                all = ByteBuffer.allocate(arrived.remaining() + bytes.remaining())
                        .put(arrived)
                        .put(bytes)
                        .flip();
            }
            try {
                ProxyHeader header = reader.read(all);
                if (header == null) {
                    arrived = ByteBuffer.allocate(all.remaining()).put(all).flip();
                } else {
                    onHeader(header, all);
                }
            } catch (ProxyHeaderReader.Refusal refusal) {
                refuse(String.valueOf(refusal.getMessage()));
            }
        }

        private void onHeader(ProxyHeader header, ByteBuffer rest) {
            timer.cancel();
            arrived = null;
            if (requiresTls && header.security() == null) {
                refuse("its PROXY header does not say that the client uses TLS");
                return;
            }
            ProxiedTransport transport = new ProxiedTransport(outer, header);
            inner = transport;
            transport.begin(acceptor, rest);
        }

        private void refuse(String why) {
            if (inner == null && !refused) {
                refused = true;
                timer.cancel();
                arrived = null;
                LOGGER.log(Level.DEBUG, "refused {0}: {1}", outer.remoteAddress(), why);
                onRefusal.accept("Connection from " + outer.remoteAddress() + " refused: " + why + ".");
                outer.abort();
            }
        }

        @Override
        public boolean onEndOfInput() {
            return inner != null && inner.onEndOfInput();
        }

        @Override
        public void onWritable() {
            if (inner != null) {
                inner.onWritable();
            }
        }

        @Override
        public void onClosed(@Nullable Throwable cause) {
            timer.cancel();
            refused = true;
            if (inner != null) {
                inner.onClosed(cause);
            }
        }
    }
}
