package org.althing.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.PacketEncoder;
import org.jspecify.annotations.Nullable;

/** A server on a loopback port that does what a test says, one script for each connection, MQTT 5.0. */
final class ScriptedServer implements AutoCloseable {
    /** What the server does on one connection; its end closes it. */
    @FunctionalInterface
    interface Script {
        void play(Peer peer) throws Exception;
    }

    /** The server's end of one connection. */
    static final class Peer {
        private final Socket socket;
        private final PacketDecoder decoder = new PacketDecoder(PacketDecoder.Sender.CLIENT, 1 << 20);
        private final byte[] buffer = new byte[4096];
        private ByteBuffer bytes = ByteBuffer.allocate(0);

        Peer(Socket socket) {
            this.socket = socket;
        }

        /** The next packet; null at the end. */
        @Nullable
        ControlPacket next() throws IOException, MalformedPacketException {
            while (true) {
                ControlPacket packet = decoder.decode(bytes);
                if (packet != null) {
                    return packet;
                }
                int count = socket.getInputStream().read(buffer);
                if (count < 0) {
                    return null;
                }
                bytes = ByteBuffer.wrap(buffer, 0, count);
            }
        }

        <P extends ControlPacket> P expect(Class<P> type) throws IOException, MalformedPacketException {
            ControlPacket packet = next();
            if (!type.isInstance(packet)) {
                throw new AssertionError("expected " + type.getSimpleName() + ", got " + packet);
            }
            return type.cast(packet);
        }

        void send(ControlPacket... packets) throws IOException {
            PacketBuffer out = new PacketBuffer(64);
            for (ControlPacket packet : packets) {
                new PacketEncoder(ProtocolVersion.MQTT_5).encode(packet, out);
            }
            ByteBuffer view = out.view();
            socket.getOutputStream().write(view.array(), 0, view.limit());
        }

        void sendBytes(int... values) throws IOException {
            for (int value : values) {
                socket.getOutputStream().write(value);
            }
        }

        void accept() throws IOException, MalformedPacketException {
            expect(Connect.class);
            send(new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE));
        }

        /** Takes what comes until the client has gone. */
        List<ControlPacket> untilEnd() throws IOException, MalformedPacketException {
            List<ControlPacket> packets = new ArrayList<>();
            for (ControlPacket packet = next(); packet != null; packet = next()) {
                packets.add(packet);
            }
            return packets;
        }
    }

    private final ServerSocket listener;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    ScriptedServer(Script... scripts) {
        try {
            listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        Thread.ofPlatform().daemon().name("scripted server").start(() -> {
            try {
                for (Script script : scripts) {
                    try (Socket socket = listener.accept()) {
                        script.play(new Peer(socket));
                    }
                }
                listener.close();
                done.complete(null);
            } catch (Throwable failure) { // belongs to the test, which asks for it
                done.completeExceptionally(failure);
            }
        });
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Waits until the scripts are played, and fails if one has failed. */
    void await() {
        done.orTimeout(10, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
