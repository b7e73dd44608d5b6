package org.althing.client;

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

/** One TCP connection. Read by one thread and written by one; {@link #abort} and {@link #wake} are for all others. */
final class Link {
    private static final int READ_BYTES = 64 << 10;

    private final byte[] buffer = new byte[READ_BYTES];
    private volatile @Nullable Socket socket; // volatile: abort may come while the addresses are tried
    private volatile boolean aborted;
    private @Nullable InputStream in;
    private @Nullable OutputStream out;
    private int timeoutMillis = -1;

    /** Tries the addresses of the host one after the other; the failure of the last one counts. */
    void connect(String host, int port, @Nullable String bindAddress, Duration timeout) throws IOException {
        IOException failure = null;
        for (InetAddress address : InetAddress.getAllByName(host)) {
            if (aborted) {
                break;
            }
            Socket candidate = new Socket();
            socket = candidate;
            try {
                if (bindAddress != null) {
                    candidate.bind(new InetSocketAddress(InetAddress.getByName(bindAddress), 0));
                }
                candidate.connect(new InetSocketAddress(address, port), millis(timeout.toNanos()));
                candidate.setTcpNoDelay(true);
                in = candidate.getInputStream();
                out = candidate.getOutputStream();
                if (aborted) {
                    abort();
                }
                return;
            } catch (IOException refused) {
                failure = refused;
                closeQuietly(candidate);
            }
        }
        throw failure == null ? new ConnectException("given up") : failure;
    }

    /**
     * Waits for bytes.
     *
     * @return what came; empty if nothing did in time; null at the end of the stream
     */
    @Nullable
    ByteBuffer read(long timeoutNanos) throws IOException {
        Socket connected = socket;
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
        }
    }

    void write(ByteBuffer bytes) throws IOException {
        OutputStream stream = out;
        if (stream == null) {
            throw new IOException("not connected");
        }
        stream.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    }

    /** Says that nothing more will be written. What was written still arrives. */
    void endOutput() {
        Socket known = socket;
        if (known != null) {
            try {
                known.shutdownOutput();
            } catch (IOException closed) {
                // then the other side knows already
            }
        }
    }

    /**
     * Closes when the other side has closed, but not later than that. To close while something lies unread would reset
     * the connection, and the other side might lose what was written last.
     */
    void finish(Duration max) {
        endOutput();
        try {
            ByteBuffer ignored = read(max.toNanos());
            while (ignored != null && ignored.hasRemaining()) {
                ignored = read(max.toNanos());
            }
        } catch (IOException closed) {
            // as good as closed
        }
        abort();
    }

    /** Makes a read that waits return the end of the stream, while writing goes on; gives up an attempt to connect. */
    void wake() {
        Socket known = socket;
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

    /** Closes, whatever is going on. */
    void abort() {
        aborted = true;
        Socket known = socket;
        if (known != null) {
            closeQuietly(known);
        }
    }

    boolean isAborted() {
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
        if (nanos == Core.FOREVER) {
            return 0;
        }
        return Math.clamp((nanos + 999_999) / 1_000_000, 1, Integer.MAX_VALUE);
    }
}
