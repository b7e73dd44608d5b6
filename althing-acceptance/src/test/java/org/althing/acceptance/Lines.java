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

/** A connection to the vote's TCP door: lines out, lines in, as fast as the test can. */
final class Lines implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;

    private final Socket socket;
    private final InputStream in;

    Lines(int port, int timeoutMillis) throws IOException {
        socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(timeoutMillis);
        in = new BufferedInputStream(socket.getInputStream(), 4_096);
    }

    /** Sends whole lines, which end with LF. */
    void send(String lines) throws IOException {
        socket.getOutputStream().write(lines.getBytes(StandardCharsets.UTF_8));
    }

    /** The next line without its LF. */
    String read() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("closed by the server");
            }
            line.write(c);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    String ask(String line) throws IOException {
        send(line + "\n");
        return read();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
