package org.althing.client;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes connections with MQTT 3.1.1 and refuses others, with bytes that MQTT 5.0 cannot read. */
final class OldBroker implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final List<Integer> levels = new CopyOnWriteArrayList<>();

    OldBroker() throws IOException {
        Thread.ofPlatform().daemon().name("old broker").start(() -> {
            while (!listener.isClosed()) {
                try (Socket socket = listener.accept()) {
                    serve(socket);
                } catch (IOException ended) {
                    // the client has gone, or the test is over
                }
            }
        });
    }

    private void serve(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        in.skipBytes(8);
        int level = in.readUnsignedByte();
        levels.add(level);
        socket.getOutputStream().write(new byte[] {0x20, 2, 0, (byte) (level == 4 ? 0 : 1)});
        if (level == 4) {
            in.readAllBytes();
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    List<Integer> levels() {
        return levels;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
