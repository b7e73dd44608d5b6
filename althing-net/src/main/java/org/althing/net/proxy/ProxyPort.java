package org.althing.net.proxy;

import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/** What makes a port expect a PROXY header before anything else: an acceptor in front of another one. */
public final class ProxyPort implements Acceptor {
    private static final long HEADER_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final System.Logger LOGGER = System.getLogger("org.althing.net");

    /** What clients must have shown the proxy; version 2 only. */
    public enum Requirement {
        NOTHING,
        /** That they use TLS. */
        TLS,
        /** A certificate that the proxy has found good. */
        CERTIFICATE
    }

    private final int version;
    private final Requirement requirement;
    private final Acceptor acceptor;
    private final BiConsumer<SocketAddress, String> onRefusal;

    /**
     * @param version 1 or 2
     * @param requirement without which a client is refused
     * @param acceptor sees the connection when the header has come, with the client's address
     * @param onRefusal told the client's address and a sentence, on the loop, when a connection is closed before that; the
     *     words are Mosquitto's
     */
    public ProxyPort(
            int version, Requirement requirement, Acceptor acceptor, BiConsumer<SocketAddress, String> onRefusal) {
        if (version != 1 && version != 2) {
            throw new IllegalArgumentException("the PROXY protocol has the versions 1 and 2, not " + version);
        }
        this.version = version;
        this.requirement = requirement;
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
            if (requirement == Requirement.TLS && header.security() == null) {
                reject(header, "client did not connect using TLS");
                return;
            }
            if (requirement == Requirement.CERTIFICATE && !header.certificate()) {
                reject(header, "client did not provide a certificate");
                return;
            }
            ProxiedTransport transport = new ProxiedTransport(outer, header);
            inner = transport;
            transport.begin(acceptor, rest);
        }

        /** The header is good, but not what it says. */
        private void reject(ProxyHeader header, String why) {
            SocketAddress client = header.source() == null ? outer.remoteAddress() : header.source();
            end(client, "Connection from " + named(client) + " rejected, " + why + ".");
        }

        private void refuse(String why) {
            SocketAddress proxy = outer.remoteAddress();
            end(proxy, "Connection rejected, corrupt PROXY header. From " + named(proxy) + ": " + why + ".");
        }

        private void end(SocketAddress from, String sentence) {
            if (inner == null && !refused) {
                refused = true;
                timer.cancel();
                arrived = null;
                LOGGER.log(Level.DEBUG, sentence);
                onRefusal.accept(from, sentence);
                outer.abort();
            }
        }

        private static String named(SocketAddress address) {
            return address instanceof InetSocketAddress internet && internet.getAddress() != null
                    ? internet.getAddress().getHostAddress() + ":" + internet.getPort()
                    : address.toString();
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
