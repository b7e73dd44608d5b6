package org.althing.client.link;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** TCP, perhaps through a proxy, perhaps with TLS inside. */
public final class SocketLink implements Link {
    private static final int READ_BYTES = 64 << 10;

    private final Endpoint endpoint;
    private final Duration timeout;
    private final @Nullable Proxy proxy;
    private final @Nullable TlsLayer tls;

    private final byte[] buffer = new byte[READ_BYTES];
    private volatile @Nullable Socket raw; // volatile: abort may come while the addresses are tried
    private volatile boolean aborted;
    private volatile boolean woken;
    private @Nullable Socket top;
    private @Nullable InputStream in;
    private @Nullable OutputStream out;
    private int timeoutMillis = -1;

    /**
     * @param timeout for each step: an address, the proxy's answer, the handshake of TLS
     * @param proxy null for a direct connection
     * @param tls null for a plain one
     */
    public SocketLink(Endpoint endpoint, Duration timeout, @Nullable Proxy proxy, @Nullable TlsLayer tls) {
        this.endpoint = endpoint;
        this.timeout = timeout;
        this.proxy = proxy;
        this.tls = tls;
    }

    @Override
    public void open() throws IOException {
        Proxy between = proxy;
        Socket connected =
                between == null ? connect(endpoint.host(), endpoint.port()) : connect(between.host(), between.port());
        connected.setTcpNoDelay(true);
        try {
            if (between != null || tls != null) {
                connected.setSoTimeout(millis(timeout.toNanos()));
            }
            if (between != null) {
                between.pass(connected, endpoint.host(), endpoint.port());
            }
            Socket inside = tls == null ? connected : tls.over(connected, endpoint.host(), endpoint.port());
            top = inside;
            in = inside.getInputStream();
            out = inside.getOutputStream();
            if (aborted) {
                throw new ConnectException("given up");
            }
        } catch (IOException failed) {
            closeQuietly(connected);
            throw failed;
        }
    }

    /** Tries the addresses of the host one after the other; the failure of the last one counts. */
    private Socket connect(String host, int port) throws IOException {
        IOException failure = null;
        for (InetAddress address : addresses(host)) {
            if (aborted) {
                break;
            }
            Socket candidate = new Socket();
            raw = candidate;
            try {
                String bindAddress = endpoint.bindAddress();
                if (bindAddress != null) {
                    candidate.bind(new InetSocketAddress(InetAddress.getByName(bindAddress), 0));
                }
                candidate.connect(new InetSocketAddress(address, port), millis(timeout.toNanos()));
                return candidate;
            } catch (IOException refused) {
                // Of this machine the first says more: the other address may be of a protocol that it does not have.
                failure = failure != null && host.equals("localhost") ? failure : refused;
                closeQuietly(candidate);
            }
        }
        throw failure == null ? new ConnectException("given up") : failure;
    }

    /**
     * This machine needs no look-up (RFC 6761, section 6.3), and the JDK's takes a short command as long as all the rest
     * of its work.
     */
    private static InetAddress[] addresses(String host) throws IOException {
        if (!host.equals("localhost")) {
            return InetAddress.getAllByName(host);
        }
        byte[] six = new byte[16];
        six[15] = 1;
        return new InetAddress[] {
            InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1}), InetAddress.getByAddress(host, six)
        };
    }

    @Override
    public @Nullable ByteBuffer read(long timeoutNanos) throws IOException {
        Socket connected = top;
        InputStream stream = in;
        if (connected == null || stream == null) {
            throw new IOException("not connected");
        }
        int millis = millis(timeoutNanos);
        if (millis != timeoutMillis) {
            timeoutMillis = millis;
            connected.setSoTimeout(millis);
        }
        try {
            int count = stream.read(buffer);
            return count < 0 ? null : ByteBuffer.wrap(buffer, 0, count);
        } catch (SocketTimeoutException nothing) {
            return ByteBuffer.wrap(buffer, 0, 0);
        } catch (IOException failed) {
            if (woken && !aborted) {
                return null; // TLS calls an end without its alert a failure; here it is our own doing
            }
            throw failed;
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        OutputStream stream = out;
        if (stream == null) {
            throw new IOException("not connected");
        }
        if (bytes.hasRemaining()) {
            stream.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        }
    }

    @Override
    public void endOutput() {
        Socket known = top;
        if (known != null) {
            try {
                known.shutdownOutput();
            } catch (IOException closed) {
                // then the other side knows already
            }
        }
    }

    @Override
    public void wake() {
        woken = true;
        Socket known = raw;
        if (known == null || !known.isConnected()) {
            abort();
            return;
        }
        try {
            known.shutdownInput();
        } catch (IOException closed) {
            // then nothing waits in a read
        }
    }

    @Override
    public void abort() {
        aborted = true;
        Socket known = raw;
        if (known != null) {
            closeQuietly(known); // below TLS: its farewell could wait for a peer that takes nothing
        }
    }

    @Override
    public boolean isAborted() {
        return aborted;
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException failure) {
            // there is nothing left to do with it
        }
    }

    /** For the socket API, where 0 means for ever. */
    private static int millis(long nanos) {
        if (nanos == FOREVER) {
            return 0;
        }
        return Math.clamp((nanos + 999_999) / 1_000_000, 1, Integer.MAX_VALUE);
    }
}
