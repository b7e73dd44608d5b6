package org.althing.client;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes bytes between a client and a server, and cuts each connection after a random number of them. */
final class CuttingRelay implements Closeable {
    private final ServerSocket socket;
    private final int serverPort;
    private final int bytesMax;
    private final SplittableRandom random;
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile boolean cutting = true;

    /** @param bytesMax a connection lives for at most so many bytes, both directions together */
    CuttingRelay(int serverPort, int bytesMax, long seed) throws IOException {
        this.serverPort = serverPort;
        this.bytesMax = bytesMax;
        random = new SplittableRandom(seed);
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    int cuts() {
        return cuts.get();
    }

    /** From now on every connection lives. */
    void stopCutting() {
        cutting = false;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                AtomicInteger left = new AtomicInteger(random.nextInt(1, bytesMax));
                Thread.ofVirtual().start(() -> pass(client, server, left));
                Thread.ofVirtual().start(() -> pass(server, client, left));
            } catch (IOException ended) {
                // the server is away, or this is closed; the client sees its connection end
            }
        }
    }

    private void pass(Socket from, Socket to, AtomicInteger left) {
        byte[] buffer = new byte[4096];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                int before = cutting ? left.getAndAdd(-count) : Integer.MAX_VALUE;
                out.write(buffer, 0, Math.max(0, Math.min(count, before)));
                if (before <= count) {
                    cuts.incrementAndGet();
                    return;
                }
            }
        } catch (IOException ended) {
            // one side is gone, so the other goes too
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
