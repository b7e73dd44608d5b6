package org.althing.acceptance;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** MQTT 3.1.1 by hand over a plain socket or a WebSocket, for thousands of voters at little cost: what a voter needs. */
final class Packets implements AutoCloseable {
    private static final int CONNECT_MILLIS = 20_000;
    private static final int PUBACK = 4;
    private static final int PUBLISH = 3;

    private final Socket socket;
    private final InputStream in;
    private final boolean isWebSocket;
    private int identifier;

    Packets(int port, String clientId, int timeoutMillis) throws IOException {
        this(port, clientId, timeoutMillis, false);
    }

    /** Over a WebSocket at {@code /mqtt}, as a page does. */
    static Packets overWebSocket(int port, String clientId, int timeoutMillis) throws IOException {
        return new Packets(port, clientId, timeoutMillis, true);
    }

    private Packets(int port, String clientId, int timeoutMillis, boolean isWebSocket) throws IOException {
        this.isWebSocket = isWebSocket;
        socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(timeoutMillis);
        InputStream bytes = new BufferedInputStream(socket.getInputStream(), 512);
        if (isWebSocket) {
            upgrade(bytes, port);
        }
        in = isWebSocket ? new Unframed(bytes) : bytes;
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        text(body, "MQTT");
        body.writeBytes(new byte[] {4, 2, 0, 0}); // clean session, no keep alive
        text(body, clientId);
        send(0x10, body);
        if (read().type != 2) {
            throw new IOException("no CONNACK");
        }
    }

    /** A packet that came: its type, and for a PUBLISH its topic and payload. */
    record Packet(int type, String topic, String payload) {
        boolean isAcknowledgement() {
            return type == PUBACK;
        }

        boolean isMessage() {
            return type == PUBLISH;
        }
    }

    void subscribe(String filter) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        identifier(body);
        text(body, filter);
        body.write(1);
        send(0x82, body);
        if (read().type != 9) {
            throw new IOException("no SUBACK");
        }
    }

    /** One PUBLISH at QoS 1, to be sent by {@link #write}. */
    byte[] publish(String topic, String payload) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        text(body, topic);
        identifier(body);
        body.writeBytes(payload.getBytes(StandardCharsets.UTF_8));
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        frame(packet, 0x32, body);
        return packet.toByteArray();
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(isWebSocket ? framed(bytes) : bytes);
    }

    private void upgrade(InputStream bytes, int port) throws IOException {
        String request =
                "GET /mqtt HTTP/1.1\r\nHost: localhost:" + port + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Protocol: mqtt\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = bytes.read();
            if (c < 0) {
                throw new EOFException("closed by the server: " + head);
            }
            head.append((char) c);
        }
        if (!head.toString().startsWith("HTTP/1.1 101 ")) {
            throw new IOException("no WebSocket: " + head);
        }
    }

    /** One binary frame, masked with zeros, which is a mask as good as any other here. */
    private static byte[] framed(byte[] bytes) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(bytes.length + 8);
        frame.write(0x82);
        if (bytes.length < 126) {
            frame.write(0x80 | bytes.length);
        } else {
            frame.write(0x80 | 126);
            frame.write(bytes.length >> 8);
            frame.write(bytes.length);
        }
        frame.writeBytes(new byte[4]);
        frame.writeBytes(bytes);
        return frame.toByteArray();
    }

    /** What binary frames carry. */
    private static final class Unframed extends InputStream {
        private final InputStream frames;
        private long left;

        Unframed(InputStream frames) {
            this.frames = frames;
        }

        @Override
        public int read() throws IOException {
            while (left == 0) {
                int first = frames.read();
                if (first < 0) {
                    return -1;
                }
                left = frames.read() & 127;
                int more = left == 126 ? 2 : left == 127 ? 8 : 0;
                left = more == 0 ? left : 0;
                for (int i = 0; i < more; i++) {
                    left = left << 8 | frames.read();
                }
                if ((first & 15) == 8) {
                    return -1; // the server's close
                }
            }
            left--;
            return frames.read();
        }
    }

    Packet read() throws IOException {
        int first = in.read();
        if (first < 0) {
            throw new EOFException("closed by the server");
        }
        int length = 0;
        int shift = 0;
        int digit;
        do {
            digit = in.read();
            length |= (digit & 127) << shift;
            shift += 7;
        } while (digit > 127);
        byte[] body = in.readNBytes(length);
        int type = first >> 4;
        if (type != PUBLISH) {
            return new Packet(type, "", "");
        }
        int topic = (body[0] & 255) << 8 | body[1] & 255;
        int at = 2 + topic;
        if ((first & 6) != 0) {
            write(new byte[] {0x40, 2, body[at], body[at + 1]});
            at += 2;
        }
        return new Packet(
                type,
                new String(body, 2, topic, StandardCharsets.UTF_8),
                new String(body, at, body.length - at, StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void send(int first, ByteArrayOutputStream body) throws IOException {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        frame(packet, first, body);
        write(packet.toByteArray());
    }

    private static void frame(ByteArrayOutputStream packet, int first, ByteArrayOutputStream body) {
        packet.write(first);
        int length = body.size();
        while (length > 127) {
            packet.write(length & 127 | 128);
            length >>= 7;
        }
        packet.write(length);
        packet.writeBytes(body.toByteArray());
    }

    private static void text(ByteArrayOutputStream body, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        body.write(bytes.length >> 8);
        body.write(bytes.length);
        body.writeBytes(bytes);
    }

    private void identifier(ByteArrayOutputStream body) {
        identifier = identifier % 65_535 + 1;
        body.write(identifier >> 8);
        body.write(identifier);
    }
}
