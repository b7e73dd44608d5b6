package org.althing.tools;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Answers what the commands say while the JVM learns which classes they need ({@code althing warm}): it accepts, grants,
 * acknowledges, and sends every subscriber one message. It is no broker: it keeps nothing and reads little.
 */
final class TrainingBroker implements AutoCloseable, Runnable {
    private static final int CONNECT = 1;
    private static final int PUBLISH = 3;
    private static final int PUBREL = 6;
    private static final int SUBSCRIBE = 8;
    private static final int PINGREQ = 12;

    private final ServerSocket listener;

    TrainingBroker(ServerSocket listener) {
        this.listener = listener;
        Thread.ofPlatform().daemon().name("training broker").start(this);
    }

    String port() {
        return Integer.toString(listener.getLocalPort());
    }

    @Override
    public void run() {
        while (!listener.isClosed()) {
            try (Socket client = listener.accept()) {
                converse(new DataInputStream(client.getInputStream()), client.getOutputStream());
            } catch (IOException ended) {
                // the client has gone, or the training is over
            }
        }
    }

    private static void converse(DataInputStream in, OutputStream out) throws IOException {
        boolean five = false;
        for (int first = in.read(); first >= 0; first = in.read()) {
            byte[] body = new byte[length(in)];
            in.readFully(body);
            switch (first >> 4) {
                case CONNECT -> {
                    five = body[2 + (body[1] & 255)] == 5;
                    out.write(five ? new byte[] {0x20, 3, 0, 0, 0} : new byte[] {0x20, 2, 0, 0});
                }
                case PUBLISH -> acknowledge(first >> 1 & 3, body, out);
                case PUBREL -> out.write(new byte[] {0x70, 2, body[0], body[1]});
                case SUBSCRIBE -> {
                    out.write(
                            five
                                    ? new byte[] {(byte) 0x90, 4, body[0], body[1], 0, 0}
                                    : new byte[] {(byte) 0x90, 3, body[0], body[1], 0});
                    out.write(
                            five
                                    ? new byte[] {0x32, 9, 0, 1, 'a', 0, 7, 0, '{', '}', '\n'}
                                    : new byte[] {0x32, 8, 0, 1, 'a', 0, 7, '{', '}', '\n'});
                }
                case PINGREQ -> out.write(new byte[] {(byte) 0xD0, 0});
                default -> {}
            }
            out.flush();
        }
    }

    private static int length(DataInputStream in) throws IOException {
        int length = 0;
        int shift = 0;
        int next;
        do {
            next = in.readUnsignedByte();
            length |= (next & 127) << shift;
            shift += 7;
        } while (next > 127);
        return length;
    }

    private static void acknowledge(int qos, byte[] body, OutputStream out) throws IOException {
        int at = 2 + ((body[0] & 255) << 8 | body[1] & 255);
        if (qos > 0) {
            out.write(new byte[] {(byte) (qos == 1 ? 0x40 : 0x50), 2, body[at], body[at + 1]});
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
