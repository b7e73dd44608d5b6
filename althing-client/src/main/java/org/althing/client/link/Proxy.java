package org.althing.client.link;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A proxy that connects on behalf of the client. It resolves the names, so names that only it knows work.
 *
 * @param user null without a login
 * @param password null without a login
 */
public record Proxy(
        Kind kind,
        String host,
        int port,
        @Nullable String user,
        @Nullable String password) {
    /** How to ask it. */
    public enum Kind {
        /** The method CONNECT of HTTP/1.1 (RFC 9110, section 9.3.6), with Basic authentication. */
        HTTP,
        /** SOCKS version 5 (RFC 1928), with user name and password (RFC 1929). */
        SOCKS5
    }

    private static final int ANSWER_BYTES_MAX = 16 << 10;
    private static final int FIELD_BYTES_MAX = 255;

    private static final int VERSION = 5;
    private static final int NO_AUTHENTICATION = 0;
    private static final int USER_AND_PASSWORD = 2;

    private static final String[] SOCKS_FAILURES = {
        "",
        "it failed",
        "its rules do not allow it",
        "the network cannot be reached",
        "the host cannot be reached",
        "the connection was refused",
        "the time to live is over",
        "it does not know CONNECT",
        "it does not know this kind of address"
    };

    /** Asks the proxy at the other end of the socket for a connection to that server. */
    void pass(Socket socket, String target, int targetPort) throws IOException {
        try {
            switch (kind) {
                case HTTP -> connectByHttp(socket.getInputStream(), socket.getOutputStream(), target, targetPort);
                case SOCKS5 -> connectBySocks(socket.getInputStream(), socket.getOutputStream(), target, targetPort);
            }
        } catch (IOException failed) {
            throw new IOException("the proxy " + Endpoint.authority(host, port) + ": " + failed.getMessage(), failed);
        }
    }

    private void connectByHttp(InputStream in, OutputStream out, String target, int targetPort) throws IOException {
        String authority = Endpoint.authority(target, targetPort);
        StringBuilder request = new StringBuilder("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n");
        if (user != null) {
            String login = user + ":" + (password == null ? "" : password);
            request.append("Proxy-Authorization: Basic ")
                    .append(Base64.getEncoder().encodeToString(login.getBytes(UTF_8)))
                    .append("\r\n");
        }
        out.write(request.append("\r\n").toString().getBytes(ISO_8859_1));
        String answer = readHead(in);
        String status = answer.substring(0, answer.indexOf('\r'));
        if (!status.matches("HTTP/1\\.[01] 2\\d\\d.*")) {
            throw new IOException("answers " + status.replaceAll("[^ -~]", "?"));
        }
    }

    /** Reads byte by byte: what stands behind the head is the server's already. */
    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
            head.append((char) read(in));
            if (head.length() > ANSWER_BYTES_MAX) {
                throw new IOException("its answer does not end");
            }
        }
        return head.toString();
    }

    private void connectBySocks(InputStream in, OutputStream out, String target, int targetPort) throws IOException {
        boolean login = user != null;
        out.write(
                login
                        ? new byte[] {VERSION, 2, NO_AUTHENTICATION, USER_AND_PASSWORD}
                        : new byte[] {VERSION, 1, NO_AUTHENTICATION});
        expectVersion(in);
        int method = read(in);
        if (method == USER_AND_PASSWORD && login) {
            logIn(in, out);
        } else if (method != NO_AUTHENTICATION) {
            throw new IOException(login ? "takes no user name and password" : "wants a login");
        }
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(new byte[] {VERSION, 1, 0});
        writeAddress(request, target);
        request.write(targetPort >> 8);
        request.write(targetPort);
        out.write(request.toByteArray());
        readReply(in);
    }

    private void logIn(InputStream in, OutputStream out) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(1);
        writeShort(request, "the user name for the proxy", user == null ? "" : user);
        writeShort(request, "the password for the proxy", password == null ? "" : password);
        out.write(request.toByteArray());
        read(in);
        if (read(in) != 0) {
            throw new IOException("refuses the user name or password");
        }
    }

    private static void writeAddress(ByteArrayOutputStream request, String target) throws IOException {
        boolean isAddress = target.indexOf(':') >= 0 || target.matches("[0-9.]+");
        if (isAddress) {
            byte[] address = InetAddress.getByName(target).getAddress();
            request.write(address.length == 4 ? 1 : 4);
            request.writeBytes(address);
        } else {
            request.write(3);
            writeShort(request, "the host name", target);
        }
    }

    private static void writeShort(ByteArrayOutputStream request, String what, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        if (bytes.length == 0 || bytes.length > FIELD_BYTES_MAX) {
            throw new IOException(what + " must have 1 to 255 bytes, not " + bytes.length);
        }
        request.write(bytes.length);
        request.writeBytes(bytes);
    }

    private static void readReply(InputStream in) throws IOException {
        expectVersion(in);
        int reply = read(in);
        if (reply != 0) {
            throw new IOException("gives no connection: "
                    + (reply < SOCKS_FAILURES.length ? SOCKS_FAILURES[reply] : "error " + reply));
        }
        read(in);
        int kind = read(in);
        int length = switch (kind) {
            case 1 -> 4;
            case 3 -> read(in);
            case 4 -> 16;
            default -> throw new IOException("answers with an address of the unknown kind " + kind);
        };
        for (int i = 0; i < length + 2; i++) {
            read(in); // the address it connects from: of no use here
        }
    }

    private static void expectVersion(InputStream in) throws IOException {
        int version = read(in);
        if (version != VERSION) {
            throw new IOException("does not speak SOCKS 5");
        }
    }

    private static int read(InputStream in) throws IOException {
        int value = in.read();
        if (value < 0) {
            throw new EOFException("closes the connection");
        }
        return value;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return kind + " proxy " + Endpoint.authority(host, port);
    }
}
