package org.althing.net.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.althing.net.EventLoop;
import org.althing.net.HttpHandler;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.WebSite;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.MemoryPeer;
import org.althing.net.memory.VirtualTime;
import org.jspecify.annotations.Nullable;

/**
 * A web port in memory. Its pages say back what was asked, except {@code /later}, which is answered when the test does
 * it; its WebSocket at {@code /mqtt} sends back what it gets.
 */
final class WebWorld {
    static final String HANDSHAKE = "GET /mqtt HTTP/1.1\r\nHost: localhost:8080\r\nUpgrade: websocket\r\n"
            + "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    final VirtualTime time;
    final MemoryEngine engine;
    final EventLoop loop;
    final List<HttpHandler.Request> requests = new ArrayList<>();
    final List<HttpHandler.Exchange> later = new ArrayList<>();
    final List<Transport> webSockets = new ArrayList<>();
    final List<String> webSocketEvents = new ArrayList<>();
    /** Whether the WebSocket sends back what it gets. */
    boolean echoes = true;
    /** After how many calls it stops reading, if it does not send back. */
    int stopsReadingAfter = Integer.MAX_VALUE;

    private final SocketAddress address;

    WebWorld() {
        this(1, MemoryAddress.named("web"), Set.of());
    }

    WebWorld(long seed, SocketAddress listenAddress, Set<String> allowedOrigins) {
        time = new VirtualTime(seed);
        engine = new MemoryEngine(time);
        loop = engine.newLoop("web");
        try {
            address = engine.listenWeb(
                            listenAddress,
                            loop,
                            new WebSite(Map.of("/mqtt", this::webSocket), this::page, allowedOrigins))
                    .address();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private void page(HttpHandler.Request request, HttpHandler.Exchange exchange) {
        requests.add(request);
        switch (request.path()) {
            case "/later" -> later.add(exchange);
            case "/broken" -> throw new IllegalStateException("meant by the test");
            case "/bad-header" ->
                exchange.respond(new HttpHandler.Response(200, Map.of("X", "a\r\nSet-Cookie: b"), new byte[0]));
            default -> exchange.respond(text(request.method() + " " + request.path() + " " + text(request.body())));
        }
    }

    static HttpHandler.Response text(String text) {
        return new HttpHandler.Response(200, Map.of("Content-Type", "text/plain"), text.getBytes(UTF_8));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    private TransportListener webSocket(Transport transport) {
        webSockets.add(transport);
        return new TransportListener() {
            @Override
            public void onBytes(ByteBuffer bytes) {
                if (echoes) {
                    transport.write(bytes);
                    loop.atTurnEnd(transport::flush);
                } else {
                    byte[] copy = new byte[bytes.remaining()];
                    bytes.get(copy);
                    webSocketEvents.add(text(copy));
                    if (webSocketEvents.size() == stopsReadingAfter) {
                        transport.reading(false);
                    }
                }
            }

            @Override
            public boolean onEndOfInput() {
                webSocketEvents.add("end of input");
                return false;
            }

            @Override
            public void onWritable() {
                webSocketEvents.add("writable");
            }

            @Override
            public void onClosed(@Nullable Throwable cause) {
                webSocketEvents.add("closed" + (cause == null ? "" : " " + cause.getMessage()));
            }
        };
    }

    MemoryPeer connect() {
        try {
            return engine.peer(address);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Sends the text and returns all that comes back now. */
    String ask(MemoryPeer peer, String text) {
        peer.send(text.getBytes(ISO_8859_1));
        return answer(peer);
    }

    String answer(MemoryPeer peer) {
        time.runUntilIdle();
        return new String(peer.takeReceived(), ISO_8859_1);
    }

    /** A connection that has become a WebSocket. */
    MemoryPeer connectWebSocket() {
        MemoryPeer peer = connect();
        String answer = ask(peer, HANDSHAKE + "Sec-WebSocket-Protocol: mqtt\r\n\r\n");
        if (!answer.startsWith("HTTP/1.1 101 ")) {
            throw new AssertionError(answer);
        }
        return peer;
    }

    /** A masked frame from a client. */
    static byte[] frame(int firstByte, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
        frame.put((byte) firstByte);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 0x1_0000) {
            frame.put((byte) 0xFE).putShort((short) payload.length);
        } else {
            frame.put((byte) 0xFF).putLong(payload.length);
        }
        byte[] key = {0x12, (byte) 0xA4, 0x56, (byte) 0xF8};
        frame.put(key);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ key[i % 4]));
        }
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }
}
