package org.althing.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.althing.net.EventLoop;
import org.althing.net.HttpHandler;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.WebSite;
import org.althing.net.memory.LinkConditions;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.MemoryPeer;
import org.althing.net.memory.VirtualTime;
import org.jspecify.annotations.Nullable;

/**
 * A web port: HTTP/1.1, the handshake, and WebSocket frames. Nothing is thrown, the requests and the bytes inside the
 * WebSocket are the same however the bytes are cut, and the port goes on serving.
 *
 * <p>Input: one byte for the cutting, one that says whether the connection is a WebSocket already, then its bytes.
 */
public final class WebFuzzer {
    private static final SocketAddress ADDRESS = MemoryAddress.named("web");
    private static final String HANDSHAKE = "GET /mqtt HTTP/1.1\r\nHost: localhost:8080\r\nUpgrade: websocket\r\n"
            + "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";

    private WebFuzzer() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Choices choices = new Choices(data);
        int piece = 1 + choices.upTo(40);
        String before = choices.flag() ? HANDSHAKE : "";
        byte[] bytes = Seeds.concat(before.getBytes(ISO_8859_1), choices.rest());
        World whole = new World(0, bytes);
        World cut = new World(piece, bytes);
        check(whole.requests.equals(cut.requests), whole.requests + " in one piece, but cut " + cut.requests);
        byte[] inside = whole.inside.toByteArray();
        check(
                Arrays.equals(inside, cut.inside.toByteArray()),
                inside.length + " bytes inside in one piece, but cut " + cut.inside.size());
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** A port that was sent the bytes, and then a good request from somebody else. */
    private static final class World {
        final List<String> requests = new ArrayList<>();
        final ByteArrayOutputStream inside = new ByteArrayOutputStream();

        World(int pieceBytesMax, byte[] bytes) {
            VirtualTime time = new VirtualTime(1);
            try (MemoryEngine engine = new MemoryEngine(time)) {
                engine.conditions(LinkConditions.GOOD.withPieces(pieceBytesMax));
                EventLoop loop = engine.newLoop("web");
                engine.listenWeb(ADDRESS, loop, new WebSite(Map.of("/mqtt", this::accept), this::page));
                MemoryPeer peer = engine.peer(ADDRESS);
                peer.send(bytes);
                peer.endOutput();
                time.runFor(Duration.ofSeconds(1));
                List<String> before = List.copyOf(requests);
                MemoryPeer good = engine.peer(ADDRESS);
                good.send("GET /good HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(ISO_8859_1));
                time.runFor(Duration.ofSeconds(1));
                check(new String(good.takeReceived(), ISO_8859_1).endsWith("served"), "not served");
                requests.clear();
                requests.addAll(before);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private void page(HttpHandler.Request request, HttpHandler.Exchange exchange) {
            requests.add(request.method() + " " + request.path() + " " + request.body().length);
            exchange.respond(new HttpHandler.Response(200, Map.of(), "served".getBytes(ISO_8859_1)));
        }

        private TransportListener accept(Transport transport) {
            return new TransportListener() {
                @Override
                public void onBytes(ByteBuffer bytes) {
                    while (bytes.hasRemaining()) {
                        inside.write(bytes.get());
                    }
                    transport.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
                    transport.flush();
                }

                @Override
                public void onClosed(@Nullable Throwable cause) {
                    // Every end is a good one here.
                }
            };
        }
    }

    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        byte[] plain = {7, 0};
        byte[] upgraded = {7, 1};
        for (String request : List.of(
                "GET /a?b=c HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n",
                "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /next HTTP/1.1\r\nHost: h\r\n\r\n",
                "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n",
                "HEAD /%C3%A9 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                HANDSHAKE)) {
            seeds.add(Seeds.concat(plain, request.getBytes(ISO_8859_1)));
        }
        seeds.add(Seeds.concat(upgraded, frame(0x82, "abc"), frame(0x02, "d"), frame(0x89, "ping"), frame(0x80, "e")));
        seeds.add(Seeds.concat(upgraded, frame(0x82, "x".repeat(200)), frame(0x88, "\u0003\u00E8bye")));
        seeds.add(Seeds.concat(upgraded, frame(0x81, "text")));
        seeds.add(Seeds.concat(upgraded, frame(0x8A, ""), frame(0x82, "")));
        return seeds;
    }

    /** A masked frame. */
    private static byte[] frame(int firstByte, String payload) {
        byte[] bytes = payload.getBytes(ISO_8859_1);
        ByteBuffer frame = ByteBuffer.allocate(8 + bytes.length);
        frame.put((byte) firstByte);
        if (bytes.length < 126) {
            frame.put((byte) (0x80 | bytes.length));
        } else {
            frame.put((byte) 0xFE).putShort((short) bytes.length);
        }
        byte[] key = {1, 2, 3, 4};
        frame.put(key);
        for (int i = 0; i < bytes.length; i++) {
            frame.put((byte) (bytes[i] ^ key[i % 4]));
        }
        return Arrays.copyOf(frame.array(), frame.position());
    }
}
