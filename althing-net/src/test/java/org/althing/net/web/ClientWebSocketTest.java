package org.althing.net.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryPeer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's end of a WebSocket, against our server's end and against bytes written by hand. */
class ClientWebSocketTest {
    private static final String ACCEPTED =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";

    private static ClientWebSocket socket() {
        return new ClientWebSocket("localhost:8080", "/mqtt", "mqtt", Map.of("X-Token", "t"), new Random(1));
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }

    private static String text(ByteBuffer bytes) {
        return ISO_8859_1.decode(bytes).toString();
    }

    /** What a server answers to this request. */
    private static String answer(ClientWebSocket socket) {
        String request = text(socket.request());
        int key = request.indexOf("Sec-WebSocket-Key: ") + 19;
        return ACCEPTED + "Sec-WebSocket-Accept: "
                + WebSocketFrames.acceptValue(request.substring(key, request.indexOf("\r\n", key))) + "\r\n";
    }

    private static ClientWebSocket open() throws IOException {
        ClientWebSocket socket = socket();
        assertThat(socket.onAnswer(ascii(answer(socket) + "Sec-WebSocket-Protocol: mqtt\r\n\r\n")))
                .isTrue();
        return socket;
    }

    private static ByteBuffer hex(String bytes) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(bytes.replace(" ", "")));
    }

    private static List<String> read(ClientWebSocket socket, ByteBuffer bytes) throws IOException {
        List<String> payloads = new ArrayList<>();
        socket.read(bytes, payload -> payloads.add(text(payload)));
        return payloads;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 65_535, 65_536, 300_000})
    void our_server_takes_what_it_sends_and_the_reverse(int size) throws IOException {
        WebWorld world = new WebWorld();
        MemoryPeer peer = world.engine.peer(MemoryAddress.named("web"));
        ClientWebSocket socket = socket();
        byte[] sent = new byte[size];
        new Random(size).nextBytes(sent);
        peer.send(bytes(socket.request()));
        world.time.runUntilIdle();
        assertThat(socket.onAnswer(ByteBuffer.wrap(peer.takeReceived()))).isTrue();
        peer.send(bytes(socket.frame(ByteBuffer.wrap(sent))));
        world.time.runUntilIdle();
        ByteArrayOutputStream back = new ByteArrayOutputStream();
        socket.read(ByteBuffer.wrap(peer.takeReceived()), payload -> back.writeBytes(bytes(payload)));
        assertThat(back.toByteArray()).isEqualTo(sent);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    @Test
    void the_request_has_what_the_standard_demands() {
        assertThat(text(socket().request()))
                .startsWith("GET /mqtt HTTP/1.1\r\n")
                .contains("Host: localhost:8080\r\n", "Upgrade: websocket\r\n", "Connection: Upgrade\r\n")
                .contains("Sec-WebSocket-Version: 13\r\n", "Sec-WebSocket-Protocol: mqtt\r\n", "X-Token: t\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void the_answer_may_come_byte_by_byte_and_what_stands_behind_it_stays() throws IOException {
        ClientWebSocket socket = socket();
        ByteBuffer bytes = ascii(answer(socket) + "Sec-WebSocket-Protocol: mqtt\r\n\r\nrest");
        boolean opened = false;
        while (!opened) {
            opened = socket.onAnswer(bytes.slice(bytes.position(), 1));
            bytes.get();
        }
        assertThat(text(bytes)).isEqualTo("rest");
    }

    @Test
    void an_answer_that_is_no_web_socket_for_mqtt_is_refused_with_the_reason() {
        refused("HTTP/1.1 404 Not Found\r\n\r\n", "404 Not Found");
        refused("HTTP/1.0 101 Old\r\n\r\n", "not HTTP/1.1");
        refused(ACCEPTED + "Sec-WebSocket-Accept: wrong\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n", "does not belong");
        ClientWebSocket socket = socket();
        assertThatThrownBy(() -> socket.onAnswer(ascii(answer(socket) + "\r\n")))
                .hasMessageContaining("mqtt");
        refused("x".repeat(20_000), "does not end");
    }

    private static void refused(String answer, String why) {
        assertThatThrownBy(() -> socket().onAnswer(ascii(answer)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why);
    }

    @Test
    void fragments_and_pings_between_them_are_read() throws IOException {
        ClientWebSocket socket = open();
        assertThat(read(socket, hex("02 02 6162  89 01 78  80 01 63"))).containsExactly("ab", "c");
        assertThat(socket.hasControl()).isTrue();
        ByteBuffer pong = control(socket);
        assertThat(pong.get(0) & 0xFF).isEqualTo(0x8A);
        assertThat((pong.get(6) ^ pong.get(2)) & 0xFF).isEqualTo('x');
        assertThat(socket.hasControl()).isFalse();
    }

    private static ByteBuffer control(ClientWebSocket socket) {
        ByteBuffer control = socket.takeControl();
        if (control == null) {
            throw new AssertionError("it has nothing to say");
        }
        return control;
    }

    @Test
    void a_close_ends_it_and_is_answered() throws IOException {
        ClientWebSocket socket = open();
        read(socket, hex("88 02 03E8"));
        assertThat(socket.isEnded()).isTrue();
        assertThat(control(socket).get(0) & 0xFF).isEqualTo(0x88);
    }

    @Test
    void a_masked_frame_from_a_server_is_a_violation() throws IOException {
        ClientWebSocket socket = open();
        assertThatThrownBy(() -> read(socket, hex("82 81 00000000 61"))).hasMessageContaining("masked");
        assertThat(socket.isEnded()).isTrue();
        assertThat(socket.hasControl()).isTrue();
    }

    @Test
    void what_would_break_the_request_is_refused() {
        assertThatThrownBy(() -> new ClientWebSocket("h", "/a b", "mqtt", Map.of(), new Random(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ClientWebSocket("h", "/", "mqtt", Map.of("X", "a\r\nY: b"), new Random(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
