package org.althing.net.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.althing.net.EventLoop;
import org.althing.net.NetEngine;

/** Sockets on loopback against plain sockets of the JDK. */
final class NioRig implements Rig {
    private static final int PATIENCE_SECONDS = 10;

    private final NioEngine engine = new NioEngine();
    private final List<Socket> sockets = new ArrayList<>();

    @Override
    public NetEngine engine() {
        return engine;
    }

    @Override
    public SocketAddress freeAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Override
    public Peer connect(SocketAddress address) throws IOException {
        Socket socket = socket(address);
        return new SocketPeer(socket, socket);
    }

    /** The other end, bare. */
    Socket socket(SocketAddress address) throws IOException {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(16 * 1024);
        socket.setSoTimeout(PATIENCE_SECONDS * 1000);
        socket.connect(address);
        socket.setTcpNoDelay(true);
        return socket;
    }

    @Override
    public <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T element = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(element).as("what the test waits for").isNotNull();
        return element;
    }

    @Override
    public void on(EventLoop loop, Runnable action) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                action.run();
                done.complete(null);
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
                throw failure;
            }
        });
        done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        engine.close();
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException ignored) { // the test is over
            }
        }
    }

    /**
     * A peer on a socket.
     *
     * @param bare the socket without what is spoken on it
     */
    record SocketPeer(Socket socket, Socket bare) implements Peer {
        @Override
        public void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        @Override
        public byte[] read(int count) throws IOException {
            byte[] bytes = socket.getInputStream().readNBytes(count);
            assertThat(bytes).hasSize(count);
            return bytes;
        }

        @Override
        public boolean readsEnd() throws IOException {
            return socket.getInputStream().read() == -1;
        }

        @Override
        public boolean ends() {
            try {
                while (socket.getInputStream().read() >= 0) { // until the end
                }
                return true;
            } catch (SocketTimeoutException stillOpen) {
                return false;
            } catch (IOException reset) {
                return true;
            }
        }

        @Override
        public void endOutput() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void reset() throws IOException {
            bare.setSoLinger(true, 0);
            bare.close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
