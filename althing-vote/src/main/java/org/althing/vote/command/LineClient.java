package org.althing.vote.command;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;

/** A connection to the TCP door: one line out, one line in. Blocking, for commands. */
final class LineClient implements AutoCloseable {
    /** Nobody listens there: trying again in a moment will not help. */
    static final class NobodyThereException extends IOException {
        private static final long serialVersionUID = 1L;

        NobodyThereException(String message) {
            super(message);
        }
    }

    private final String server;
    private final Socket socket;
    private final BufferedReader in;

    private LineClient(String server, Socket socket) throws IOException {
        this.server = server;
        this.socket = socket;
        this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /** @param timeoutMillis for the connection and for each answer; 0 waits for ever */
    static LineClient connect(String host, int port, int timeoutMillis) throws IOException {
        String server = host + ":" + port;
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new NobodyThereException("the host name '" + host + "' is not known");
        }
        Socket socket = new Socket();
        try {
            socket.connect(address, timeoutMillis);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(timeoutMillis);
            return new LineClient(server, socket);
        } catch (ConnectException | UnknownHostException e) {
            socket.close();
            throw new NobodyThereException("nobody listens on " + server);
        } catch (SocketTimeoutException e) {
            socket.close();
            throw new IOException("no connection to " + server + " within " + timeoutMillis / 1000.0 + " s", e);
        } catch (IOException e) {
            socket.close();
            throw new IOException("no connection to " + server + ": " + e.getMessage(), e);
        }
    }

    /** Sends the line; returns the line that answers it. */
    String ask(String line) throws IOException {
        send(line);
        return read();
    }

    void send(String line) throws IOException {
        socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    String read() throws IOException {
        try {
            String answer = in.readLine();
            if (answer == null) {
                throw new EOFException("the server closed the connection without an answer");
            }
            return answer;
        } catch (SocketTimeoutException e) {
            throw new IOException("no answer from " + server, e);
        }
    }

    /** How long {@link #read} waits; 0 for ever. */
    void timeout(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** The argument in quotes, as the door reads it. */
    static String quoted(String argument) {
        return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
