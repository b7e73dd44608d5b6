package org.althing.acceptance.crash;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Will;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.PacketEncoder;
import org.jspecify.annotations.Nullable;

/**
 * A client that follows the protocol to the letter and survives the broker: a thread that connects again and again, and
 * keeps its state in between as a client must. What it remembers is guarded by itself.
 */
abstract class CrashClient {
    private static final long PAUSE_NANOS = 5_000_000;
    private static final int KEEP_ALIVE_SECONDS = 60;

    final String clientId;
    private final int port;
    private final boolean cleanStart;
    private final @Nullable Will will;
    private final PacketEncoder encoder = new PacketEncoder(ProtocolVersion.MQTT_5);
    private final Thread thread;

    private @Nullable Socket socket;
    private boolean accepted;
    private boolean stopped;
    /** CONNACKs with success so far. */
    private int connects;

    CrashClient(String clientId, int port, boolean cleanStart, @Nullable Will will) {
        this.clientId = clientId;
        this.port = port;
        this.cleanStart = cleanStart;
        this.will = will;
        thread = Thread.ofPlatform().daemon().name(clientId).unstarted(this::run);
    }

    final void start() {
        thread.start();
    }

    final synchronized boolean isAccepted() {
        return accepted;
    }

    final synchronized int connects() {
        return connects;
    }

    /** Ends the network connection, without DISCONNECT; it comes back. */
    final synchronized void cut() {
        close();
    }

    final synchronized void stop() {
        stopped = true;
        close();
    }

    private void close() {
        accepted = false;
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                return; // it is gone either way
            }
        }
    }

    private void run() {
        while (true) {
            synchronized (this) {
                if (stopped) {
                    return;
                }
            }
            try (Socket open = new Socket(InetAddress.getLoopbackAddress(), port)) {
                open.setTcpNoDelay(true);
                synchronized (this) {
                    socket = open;
                    send(connect());
                }
                read(open.getInputStream());
            } catch (IOException gone) {
                // The broker was killed, or the connection was cut.
            } catch (MalformedPacketException e) {
                throw new IllegalStateException(e);
            }
            synchronized (this) {
                accepted = false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private ControlPacket connect() {
        Properties properties = cleanStart
                ? Properties.NONE
                : Properties.builder()
                        .set(Property.SESSION_EXPIRY_INTERVAL, 86_400)
                        .build();
        return new ControlPacket.Connect(
                ProtocolVersion.MQTT_5, false, clientId, cleanStart, KEEP_ALIVE_SECONDS, null, null, will, properties);
    }

    private void read(InputStream in) throws IOException, MalformedPacketException {
        PacketDecoder decoder = new PacketDecoder(PacketDecoder.Sender.SERVER, 1 << 20);
        decoder.version(ProtocolVersion.MQTT_5);
        ByteBuffer bytes = ByteBuffer.allocate(1 << 20).limit(0);
        while (true) {
            ControlPacket packet = decoder.decode(bytes);
            if (packet != null) {
                synchronized (this) {
                    if (packet instanceof ControlPacket.ConnAck answer) {
                        if (answer.reasonCode().isError()) {
                            return;
                        }
                        accepted = true;
                        connects++;
                    }
                    onPacket(packet);
                }
                continue;
            }
            bytes.compact();
            int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
            if (read < 0) {
                return;
            }
            bytes.position(bytes.position() + read).flip();
        }
    }

    /** Holds the monitor. */
    abstract void onPacket(ControlPacket packet) throws IOException;

    /** Sends, if there is a connection; the caller holds the monitor. */
    final void send(ControlPacket packet) throws IOException {
        Socket open = socket;
        if (open == null || open.isClosed()) {
            return;
        }
        PacketBuffer buffer = new PacketBuffer(64);
        if (!encoder.encode(packet, buffer)) {
            throw new IllegalStateException("too large: " + packet);
        }
        byte[] sent = new byte[buffer.length()];
        buffer.view().get(sent);
        open.getOutputStream().write(sent);
    }
}
