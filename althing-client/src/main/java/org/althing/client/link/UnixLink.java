package org.althing.client.link;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A Unix domain socket. A read with an end needs a selector, which Java offers nothing but for these sockets; it is made
 * at the first such read, so a client whose reads have no end makes none.
 */
public final class UnixLink implements Link {
    private static final int READ_BYTES = 64 << 10;

    private final Path path;
    private final ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
    private volatile @Nullable SocketChannel channel; // volatile: abort may come at any time
    private volatile @Nullable Selector selector;
    private volatile boolean aborted;

    public UnixLink(Path path) {
        this.path = path;
    }

    @Override
    public void open() throws IOException {
        SocketChannel made = SocketChannel.open(java.net.StandardProtocolFamily.UNIX);
        channel = made;
        try {
            made.connect(UnixDomainSocketAddress.of(path));
            if (aborted) {
                throw new IOException("given up");
            }
        } catch (IOException failed) {
            abort();
            throw failed;
        }
    }

    private SocketChannel connected() throws IOException {
        SocketChannel known = channel;
        if (known == null) {
            throw new IOException("not connected");
        }
        return known;
    }

    @Override
    public @Nullable ByteBuffer read(long timeoutNanos) throws IOException {
        SocketChannel connected = connected();
        buffer.clear();
        int count = connected.isBlocking() && timeoutNanos != FOREVER ? 0 : connected.read(buffer);
        if (count == 0) {
            Selector waiting = selector(connected);
            if (timeoutNanos == FOREVER) {
                waiting.select();
            } else {
                waiting.select(Math.max(1, (timeoutNanos + 999_999) / 1_000_000));
            }
            waiting.selectedKeys().clear();
            if (!connected.isOpen()) {
                throw new IOException("closed");
            }
            count = connected.read(buffer);
        }
        return count < 0 ? null : buffer.flip();
    }

    private Selector selector(SocketChannel connected) throws IOException {
        Selector known = selector;
        if (known == null) {
            known = Selector.open();
            selector = known;
            connected.configureBlocking(false);
            connected.register(known, SelectionKey.OP_READ);
        }
        return known;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        SocketChannel connected = connected();
        ByteBuffer left = bytes.duplicate();
        while (left.hasRemaining()) {
            if (connected.write(left) == 0) {
                awaitWritable(connected);
            }
        }
    }

    /** Only where reads have an end, that is, on the one thread of a client that has no other. */
    private static void awaitWritable(SocketChannel connected) throws IOException {
        try (Selector waiting = Selector.open()) {
            connected.register(waiting, SelectionKey.OP_WRITE);
            waiting.select();
        }
    }

    @Override
    public void endOutput() {
        SocketChannel known = channel;
        if (known != null) {
            try {
                known.shutdownOutput();
            } catch (IOException | RuntimeException closed) {
                // then the other side knows already
            }
        }
    }

    @Override
    public void wake() {
        SocketChannel known = channel;
        if (known == null || !known.isConnected()) {
            abort();
            return;
        }
        try {
            known.shutdownInput();
        } catch (IOException | RuntimeException closed) {
            // then nothing waits in a read
        }
    }

    @Override
    public void abort() {
        aborted = true;
        try {
            SocketChannel known = channel;
            if (known != null) {
                known.close();
            }
            Selector waiting = selector;
            if (waiting != null) {
                waiting.close();
            }
        } catch (IOException failure) {
            // there is nothing left to do with it
        }
    }

    @Override
    public boolean isAborted() {
        return aborted;
    }
}
