package org.althing.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A proxy on a loopback port, written after the RFCs and not after our client. */
final class TestProxy implements AutoCloseable {
    enum Kind {
        HTTP,
        SOCKS5
    }

    private final Kind kind;
    private final @Nullable String login;
    private final ServerSocket listener;
    private final List<String> targets = new CopyOnWriteArrayList<>();

    TestProxy(Kind kind, @Nullable String login) throws IOException {
        this.kind = kind;
        this.login = login;
        listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("proxy").start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket client = listener.accept();
                    Thread.ofVirtual().start(() -> serve(client));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    URI uri(String user) {
        String scheme = kind == Kind.HTTP ? "http" : "socks5";
        return URI.create(scheme + "://" + user + "localhost:" + listener.getLocalPort());
    }

    List<String> targets() {
        return targets;
    }

    private void serve(Socket client) {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            OutputStream out = client.getOutputStream();
            Socket server = kind == Kind.HTTP ? http(in, out) : socks(in, out);
            if (server != null) {
                try (server) {
                    Thread back = Thread.ofVirtual().start(() -> copy(server, client));
                    copy(client, server);
                    back.join();
                }
            }
        } catch (IOException | InterruptedException ended) {
            // one side has gone
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            in.transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException ended) {
            // one side has gone
        }
    }

    private @Nullable Socket http(DataInputStream in, OutputStream out) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        String wanted = login == null
                ? ""
                : "Proxy-Authorization: Basic "
                        + Base64.getEncoder().encodeToString(login.getBytes(ISO_8859_1))
                        + "\r\n";
        if (head.indexOf(wanted) < 0) {
            out.write("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n".getBytes(ISO_8859_1));
            return null;
        }
        String target = head.substring("CONNECT ".length(), head.indexOf(" HTTP/1.1"));
        targets.add(target);
        int colon = target.lastIndexOf(':');
        Socket server = new Socket(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)));
        out.write("HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n".getBytes(ISO_8859_1));
        return server;
    }

    private @Nullable Socket socks(DataInputStream in, OutputStream out) throws IOException {
        in.readUnsignedByte();
        byte[] methods = new byte[in.readUnsignedByte()];
        in.readFully(methods);
        int wanted = login == null ? 0 : 2;
        boolean offered = new String(methods, ISO_8859_1).indexOf(wanted) >= 0;
        out.write(new byte[] {5, (byte) (offered ? wanted : 0xFF)});
        if (!offered) {
            return null;
        }
        if (login != null) {
            in.readUnsignedByte();
            String name = text(in);
            boolean right = login.equals(name + ":" + text(in));
            out.write(new byte[] {1, (byte) (right ? 0 : 1)});
            if (!right) {
                return null;
            }
        }
        in.skipBytes(3);
        int addressKind = in.readUnsignedByte();
        String host = addressKind == 3
                ? text(in)
                : InetAddress.getByAddress(in.readNBytes(addressKind == 1 ? 4 : 16))
                        .getHostAddress();
        int port = in.readUnsignedShort();
        targets.add(host + ":" + port);
        try {
            Socket server = new Socket(host, port);
            out.write(new byte[] {5, 0, 0, 1, 127, 0, 0, 1, 0, 1});
            return server;
        } catch (IOException refused) {
            out.write(new byte[] {5, 5, 0, 1, 0, 0, 0, 0, 0, 0});
            return null;
        }
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readUnsignedByte()), ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
