package org.althing.acceptance.crash;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
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
    private final long expirySeconds;
    private final @Nullable Will will;
    private final Thread thread;

    private @Nullable Socket socket;
    private boolean accepted;
    private boolean stopped;
    private boolean away;
    private boolean sessionPresent;
    /** CONNACKs with success so far. */
    private int connects;

    /** @param expirySeconds Session Expiry Interval; with 0 each connection starts clean */
    CrashClient(String clientId, int port, long expirySeconds, @Nullable Will will) {
        this.clientId = clientId;
        this.port = port;
        this.expirySeconds = expirySeconds;
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

    /** Session Present of the last CONNACK. */
    final synchronized boolean foundItsSession() {
        return sessionPresent;
    }

    /** Ends the network connection, without DISCONNECT; it comes back. */
    final synchronized void cut() {
        close();
    }

    /** Ends the network connection, without DISCONNECT, until {@link #comeBack}. */
    final synchronized void stayAway() {
        away = true;
        close();
    }

    /** Leaves with DISCONNECT until {@link #comeBack}: when it {@link #isGone} the broker knows, and sends it nothing. */
    final synchronized void leave() {
        away = true;
        try {
            send(new ControlPacket.Disconnect(ReasonCode.SUCCESS));
        } catch (IOException gone) {
            close();
        }
    }

    final synchronized boolean isGone() {
        return away && !accepted;
    }

    /** Does not connect again when this connection ends, until {@link #comeBack}. */
    final synchronized void stayAwayAfterwards() {
        away = true;
    }

    final synchronized void comeBack() {
        away = false;
    }

    /** Connects a second time with the same client identifier, reads nothing, and goes; the client comes back. */
    final void takeOver(long forNanos) {
        try (Socket second = new Socket(InetAddress.getLoopbackAddress(), port)) {
            second.getOutputStream().write(encode(connect()));
            LockSupport.parkNanos(forNanos);
        } catch (IOException gone) {
            // The broker was quicker; then this was a connection that nobody has seen.
        }
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
            if (isAway()) {
                LockSupport.parkNanos(PAUSE_NANOS);
                continue;
            }
            try (Socket open = new Socket(InetAddress.getLoopbackAddress(), port)) {
                open.setTcpNoDelay(true);
                synchronized (this) {
                    if (away) {
                        continue;
                    }
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

    private synchronized boolean isAway() {
        return away;
    }

    private ControlPacket connect() {
        return connect(clientId, KEEP_ALIVE_SECONDS, expirySeconds, will);
    }

    private static ControlPacket connect(
            String clientId, int keepAliveSeconds, long expirySeconds, @Nullable Will will) {
        boolean cleanStart = expirySeconds == 0;
        Properties properties = cleanStart
                ? Properties.NONE
                : Properties.builder()
                        .set(Property.SESSION_EXPIRY_INTERVAL, expirySeconds)
                        .build();
        return new ControlPacket.Connect(
                ProtocolVersion.MQTT_5, false, clientId, cleanStart, keepAliveSeconds, null, null, will, properties);
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
                        sessionPresent = answer.sessionPresent();
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
        open.getOutputStream().write(encode(packet));
    }

    /** The bytes of a client of another kind, without keep alive: CONNECT, and SUBSCRIBE at QoS 1. */
    static byte[] connectAndSubscribe(String clientId, String filter, long expirySeconds) {
        byte[] connect = encode(connect(clientId, 0, expirySeconds, null));
        byte[] subscribe = encode(new ControlPacket.Subscribe(
                1,
                List.of(new ControlPacket.Subscribe.Request(
                        TopicFilter.of(filter), SubscriptionOptions.of(Qos.AT_LEAST_ONCE))),
                Properties.NONE));
        return ByteBuffer.allocate(connect.length + subscribe.length)
                .put(connect)
                .put(subscribe)
                .array();
    }

    private static byte[] encode(ControlPacket packet) {
        PacketBuffer buffer = new PacketBuffer(64);
        if (!new PacketEncoder(ProtocolVersion.MQTT_5).encode(packet, buffer)) {
            throw new IllegalStateException("too large: " + packet);
        }
        byte[] bytes = new byte[buffer.length()];
        buffer.view().get(bytes);
        return bytes;
    }
}
