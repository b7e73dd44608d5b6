package org.althing.tools;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server of a test's own making on a free port: what it does with each connection is the test's. */
final class FakeBroker implements AutoCloseable {
    /** What a server does with a connection. It may do anything wrong. */
    interface Conduct {
        void with(Peer peer) throws Exception;
    }

    private final ServerSocket listener;
    private final Conduct conduct;

    FakeBroker(Conduct conduct) {
        this(socket(), conduct);
    }

    FakeBroker(ServerSocket listener, Conduct conduct) {
        this.listener = listener;
        this.conduct = conduct;
        Thread.ofPlatform().daemon().name("fake broker").start(this::accept);
    }

    private static ServerSocket socket() {
        try {
            return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread.ofPlatform().daemon().name("fake connection").start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            conduct.with(new Peer(socket));
        } catch (Exception ended) {
            // the client has gone, which is how most of these conversations end
        }
    }

    String port() {
        return Integer.toString(listener.getLocalPort());
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** One packet as it came. */
    record Packet(int first, byte[] body) {
        int type() {
            return first >> 4;
        }

        /** Of a PUBLISH. */
        String topic() {
            return new String(body, 2, (body[0] & 255) << 8 | body[1] & 255, StandardCharsets.UTF_8);
        }
    }

    /** The client at the other end. */
    static final class Peer {
        final Socket socket;
        final List<Packet> packets = new CopyOnWriteArrayList<>();
        private final DataInputStream in;
        private final OutputStream out;

        Peer(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new DataInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
        }

        /** The next packet. */
        Packet next() throws IOException {
            int first = in.readUnsignedByte();
            int length = 0;
            int shift = 0;
            int digit;
            do {
                digit = in.readUnsignedByte();
                length |= (digit & 127) << shift;
                shift += 7;
            } while (digit > 127);
            byte[] body = new byte[length];
            in.readFully(body);
            Packet packet = new Packet(first, body);
            packets.add(packet);
            return packet;
        }

        Peer send(int... bytes) throws IOException {
            byte[] all = new byte[bytes.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = (byte) bytes[i];
            }
            out.write(all);
            out.flush();
            return this;
        }

        Peer sendText(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return this;
        }

        /** Takes CONNECT and accepts it, with whatever version. */
        Peer accept() throws IOException {
            Packet connect = next();
            boolean five = connect.body()[2 + connect.body()[1]] == 5;
            return five ? send(0x20, 3, 0, 0, 0) : send(0x20, 2, 0, 0);
        }

        /** A PUBLISH of QoS 0 for MQTT 5. */
        Peer publish(String topic, String payload) throws IOException {
            byte[] name = topic.getBytes(StandardCharsets.UTF_8);
            byte[] text = payload.getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.write(name.length >> 8);
            body.write(name.length);
            body.writeBytes(name);
            body.write(0);
            body.writeBytes(text);
            ByteArrayOutputStream packet = new ByteArrayOutputStream();
            packet.write(0x30);
            int length = body.size();
            do {
                packet.write(length > 127 ? length % 128 | 128 : length);
                length /= 128;
            } while (length > 0);
            packet.writeBytes(body.toByteArray());
            out.write(packet.toByteArray());
            out.flush();
            return this;
        }
    }
}
