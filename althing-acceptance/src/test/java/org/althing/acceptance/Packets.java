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

/** MQTT 3.1.1 by hand over a plain socket, for thousands of voters at little cost: just what a voter needs. */
final class Packets implements AutoCloseable {
    private static final int CONNECT_MILLIS = 20_000;
    private static final int PUBACK = 4;
    private static final int PUBLISH = 3;

    private final Socket socket;
    private final InputStream in;
    private int identifier;

    Packets(int port, String clientId, int timeoutMillis) throws IOException {
        socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(timeoutMillis);
        in = new BufferedInputStream(socket.getInputStream(), 512);
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
        socket.getOutputStream().write(bytes);
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
