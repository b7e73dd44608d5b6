package org.althing.net.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Set;
import org.althing.net.Transport;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryPeer;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebSocketTest {
    private static final int BINARY = 0x82;
    private static final int PING = 0x89;
    private static final int CLOSE = 0x88;

    private final WebWorld world = new WebWorld();

    private String ask(MemoryPeer peer, byte[] frame) {
        peer.send(frame);
        return world.answer(peer);
    }

    private static byte[] frame(int first, String payload) {
        return WebWorld.frame(first, payload.getBytes(ISO_8859_1));
    }

    private static String closing(int code) {
        return "\u0088\u0002" + (char) (code >> 8) + (char) (code & 0xFF);
    }

    @Normative(
            value = {"MQTT-6.0.0-3", "MQTT-6.0.0-4"},
            v311 = {"MQTT-6.0.0-3", "MQTT-6.0.0-4"})
    @Test
    void the_handshake_answers_with_the_chosen_subprotocol() {
        MemoryPeer peer = world.connect();
        assertThat(world.ask(peer, WebWorld.HANDSHAKE + "Sec-WebSocket-Protocol: chat, mqttv3.1 , mqtt\r\n\r\n"))
                .isEqualTo("HTTP/1.1 101 Switching Protocols\r\n"
                        + "Upgrade: WebSocket\r\n"
                        + "Connection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" // the sample of RFC 6455
                        + "Sec-WebSocket-Protocol: mqtt\r\n\r\n");
        assertThat(world.ask(world.connect(), WebWorld.HANDSHAKE + "Sec-WebSocket-Protocol: mqttv3.1\r\n\r\n"))
                .endsWith("Sec-WebSocket-Protocol: mqttv3.1\r\n\r\n");
    }

    @Normative(value = "MQTT-6.0.0-3", v311 = "MQTT-6.0.0-3")
    @Test
    void a_handshake_that_does_not_offer_mqtt_is_refused() {
        assertThat(world.ask(world.connect(), WebWorld.HANDSHAKE + "\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .endsWith("\r\n\r\nSec-WebSocket-Protocol must offer mqtt.\n");
        assertThat(world.ask(world.connect(), WebWorld.HANDSHAKE + "Sec-WebSocket-Protocol: chat\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(world.webSockets).isEmpty();
    }

    @Test
    void a_handshake_must_be_whole() {
        String good = WebWorld.HANDSHAKE + "Sec-WebSocket-Protocol: mqtt\r\n\r\n";
        assertThat(world.ask(world.connect(), good.replace("-Version: 13", "-Version: 8")))
                .startsWith("HTTP/1.1 426 ")
                .contains("Sec-WebSocket-Version: 13\r\n");
        assertThat(world.ask(world.connect(), good.replace("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ==")))
                .startsWith("HTTP/1.1 400 ");
        assertThat(world.ask(world.connect(), good.replace("dGhlIHNhbXBsZSBub25jZQ==", "?")))
                .startsWith("HTTP/1.1 400 ");
        assertThat(world.ask(world.connect(), good.replace("\r\n\r\n", "\r\nContent-Length: 1\r\n\r\nx")))
                .startsWith("HTTP/1.1 400 ");
        assertThat(world.webSockets).isEmpty();
    }

    @Test
    void without_an_upgrade_and_on_other_paths_the_pages_answer() {
        assertThat(world.ask(world.connect(), "GET /mqtt HTTP/1.1\r\nHost: h\r\n\r\n"))
                .endsWith("GET /mqtt ");
        assertThat(world.ask(world.connect(), WebWorld.HANDSHAKE.replace("/mqtt", "/mqtt/") + "\r\n"))
                .endsWith("GET /mqtt/ ");
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8080, localhost:8080, true",
        "http://LOCALHOST:8080, localhost:8080, true",
        "https://localhost:8080, localhost:8080, true",
        "http://localhost, localhost, true",
        "http://localhost, localhost:80, true",
        "https://127.0.0.1, 127.0.0.1:443, true",
        "http://[::1]:8080, [::1]:8080, true",
        "http://allowed.example, localhost:8080, true",
        "http://localhost, localhost:8080, false",
        "http://localhost:8080, localhost, false",
        "http://evil.example, localhost:8080, false",
        "http://evil.example:8080, evil.example:8080, false",
        "http://localhost.evil.example, localhost.evil.example, false",
        "http://127.0.0.1.evil.example, 127.0.0.1.evil.example, false",
        "https://allowed.example, localhost:8080, false",
        "null, localhost:8080, false",
        "file://, localhost:8080, false",
    })
    void on_loopback_only_pages_of_loopback_and_named_ones_may_come(String origin, String host, boolean allowed) {
        WebWorld loopback = new WebWorld(1, new InetSocketAddress("127.0.0.1", 8080), Set.of("http://allowed.example"));
        String answer = loopback.ask(
                loopback.connect(),
                WebWorld.HANDSHAKE.replace("localhost:8080", host) + "Sec-WebSocket-Protocol: mqtt\r\nOrigin: " + origin
                        + "\r\n\r\n");
        assertThat(answer).startsWith(allowed ? "HTTP/1.1 101 " : "HTTP/1.1 403 ");
    }

    @Test
    void elsewhere_the_origin_must_be_the_host_unless_all_are_allowed() {
        String handshake = WebWorld.HANDSHAKE.replace("localhost:8080", "vote.example")
                + "Sec-WebSocket-Protocol: mqtt\r\nOrigin: ";
        assertThat(world.ask(world.connect(), handshake + "https://vote.example\r\n\r\n"))
                .startsWith("HTTP/1.1 101 ");
        assertThat(world.ask(world.connect(), handshake + "https://other.example\r\n\r\n"))
                .startsWith("HTTP/1.1 403 ");
        WebWorld open = new WebWorld(1, MemoryAddress.named("web"), Set.of("*"));
        assertThat(open.ask(open.connect(), handshake + "https://other.example\r\n\r\n"))
                .startsWith("HTTP/1.1 101 ");
    }

    @Normative(
            value = {"MQTT-6.0.0-1", "MQTT-6.0.0-2"},
            v311 = {"MQTT-6.0.0-1", "MQTT-6.0.0-2"})
    @Test
    void the_bytes_of_all_frames_are_one_stream_wherever_they_are_cut() {
        MemoryPeer peer = world.connectWebSocket();
        assertThat(ask(peer, frame(BINARY, "abc"))).isEqualTo("\u0082\u0003abc");
        peer.send(frame(0x02, "d"));
        peer.send(frame(PING, "in between"));
        peer.send(frame(0x00, "e"));
        peer.send(frame(0x80, "f"));
        assertThat(world.answer(peer).replace("\u008A\nin between", "")).isEqualTo("\u0082\u0003def");
        byte[] two = (new String(frame(BINARY, "gh"), ISO_8859_1) + new String(frame(BINARY, "ij"), ISO_8859_1))
                .getBytes(ISO_8859_1);
        StringBuilder echoed = new StringBuilder();
        for (byte each : two) {
            echoed.append(ask(peer, new byte[] {each}));
        }
        assertThat(echoed.toString().replaceAll("\u0082[\u0001-\u0002]", "")).isEqualTo("ghij");
    }

    @Test
    void what_follows_the_handshake_in_the_same_segment_is_kept() {
        MemoryPeer peer = world.connect();
        String answer = world.ask(
                peer,
                WebWorld.HANDSHAKE + "Sec-WebSocket-Protocol: mqtt\r\n\r\n"
                        + new String(frame(BINARY, "CONNECT"), ISO_8859_1));
        assertThat(answer).endsWith("\r\n\r\n\u0082\u0007CONNECT");
    }

    @Test
    void one_flush_is_one_frame_of_every_length() {
        MemoryPeer peer = world.connectWebSocket();
        for (int length : new int[] {1, 125, 126, 65_535, 65_536, 200_000}) {
            Transport transport = world.webSockets.getFirst();
            transport.write(ByteBuffer.allocate(length - 1));
            transport.write(ByteBuffer.allocate(1));
            transport.flush();
            world.time.runUntilIdle();
            byte[] received = peer.takeReceived();
            int head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
            assertThat(received).hasSize(head + length);
            ByteBuffer lengthField = ByteBuffer.wrap(received);
            assertThat(
                            head == 2
                                    ? lengthField.get(1)
                                    : head == 4 ? lengthField.getShort(2) & 0xFFFF : lengthField.getLong(2))
                    .isEqualTo(length);
        }
    }

    @Normative(value = "MQTT-6.0.0-1", v311 = "MQTT-6.0.0-1")
    @Test
    void a_text_frame_closes_the_connection() {
        world.echoes = false;
        MemoryPeer peer = world.connectWebSocket();
        peer.send(frame(BINARY, "before"));
        assertThat(ask(peer, frame(0x81, "text"))).isEqualTo(closing(1003));
        assertThat(peer.isEnded()).isTrue();
        assertThat(world.webSocketEvents)
                .containsExactly("before", "closed WebSocket: a text frame, where MQTT has binary ones only");
    }

    @ParameterizedTest
    @CsvSource({
        "820161, 1002, a frame from the client is not masked",
        "C28000000000, 1002, a reserved bit is set",
        "808000000000, 1002, a continuation continues nothing",
        "028000000000028000000000, 1002, a message begins within another",
        "098000000000, 1002, a control frame is fragmented",
        "89FE007E00000000, 1002, a control frame is too long",
        "838000000000, 1002, the opcode 3 is not known",
        "8B8000000000, 1002, the opcode 11 is not known",
        "82FE007D00000000, 1002, a length takes more bytes than it needs",
        "82FF000000000000FFFF00000000, 1002, a length takes more bytes than it needs",
        "82FF000000001000000500000000, 1009, a frame is longer than any MQTT packet",
        "82FFFFFFFFFFFFFFFFFF00000000, 1009, a frame is longer than any MQTT packet",
        "88810000000003, 1002, a close code is one byte long",
        "88820000000003E7, 1002, the close code 999 must not be sent",
        "88820000000003ED, 1002, the close code 1005 must not be sent",
        "88830000000003E8FF, 1002, the reason of a close is not UTF-8",
    })
    void a_violation_is_named_and_closes(String hex, int code, String what) {
        MemoryPeer peer = world.connectWebSocket();
        assertThat(ask(peer, HexFormat.of().parseHex(hex))).isEqualTo(closing(code));
        assertThat(peer.isEnded()).isTrue();
        assertThat(world.webSocketEvents).last().isEqualTo("closed WebSocket: " + what);
    }

    @Test
    void a_ping_gets_its_payload_back_and_a_pong_nothing() {
        MemoryPeer peer = world.connectWebSocket();
        assertThat(ask(peer, frame(PING, "p".repeat(125)))).isEqualTo("\u008A}" + "p".repeat(125));
        assertThat(ask(peer, frame(0x8A, "unasked"))).isEmpty();
    }

    @Test
    void who_pings_and_does_not_read_costs_no_memory() {
        MemoryPeer peer = world.connectWebSocket();
        peer.transport().reading(false);
        for (int i = 0; i < 10_000; i++) {
            peer.send(frame(PING, "p".repeat(125)));
            world.time.runUntilIdle();
        }
        assertThat(world.webSockets.getFirst().unsentBytes()).isLessThan(70_000);
    }

    @Test
    void the_close_handshake_sends_the_code_back_after_the_last_data() {
        MemoryPeer peer = world.connectWebSocket();
        peer.send(frame(BINARY, "last"));
        assertThat(ask(peer, frame(CLOSE, "\u0003\u00E9gone"))).isEqualTo("\u0082\u0004last" + closing(1001));
        assertThat(peer.isEnded()).isTrue();
        assertThat(world.webSocketEvents).containsExactly("end of input", "closed");
        assertThat(ask(world.connectWebSocket(), frame(CLOSE, ""))).isEqualTo(closing(1000));
    }

    @Test
    void closing_sends_what_was_written_and_a_close_frame() {
        MemoryPeer peer = world.connectWebSocket();
        Transport transport = world.webSockets.getFirst();
        transport.write(ByteBuffer.wrap("bye".getBytes(US_ASCII)));
        transport.close();
        transport.close();
        transport.write(ByteBuffer.wrap("too late".getBytes(US_ASCII)));
        transport.flush();
        assertThat(world.answer(peer)).isEqualTo("\u0082\u0003bye" + closing(1000));
        assertThat(peer.isEnded()).isTrue();
        assertThat(world.webSocketEvents).containsExactly("closed");
    }

    @Test
    void aborting_says_nothing() {
        MemoryPeer peer = world.connectWebSocket();
        world.webSockets.getFirst().write(ByteBuffer.allocate(10));
        world.webSockets.getFirst().abort();
        assertThat(world.answer(peer)).isEmpty();
        assertThat(peer.isEnded()).isTrue();
        assertThat(world.webSocketEvents).containsExactly("closed");
    }

    @Test
    void a_cut_and_an_end_without_a_close_frame_are_reported() {
        MemoryPeer cut = world.connectWebSocket();
        cut.link().cut();
        world.time.runUntilIdle();
        assertThat(world.webSocketEvents).containsExactly("closed connection cut");
        MemoryPeer ended = world.connectWebSocket();
        ended.endOutput();
        assertThat(world.answer(ended)).isEqualTo(closing(1000));
        assertThat(world.webSocketEvents).endsWith("end of input", "closed");
    }

    @Test
    void while_reading_is_off_frames_wait_even_those_that_had_arrived() {
        world.echoes = false;
        MemoryPeer peer = world.connectWebSocket();
        Transport transport = world.webSockets.getFirst();
        transport.reading(false);
        peer.send(frame(BINARY, "a"));
        peer.send(frame(BINARY, "b"));
        world.time.runUntilIdle();
        assertThat(world.webSocketEvents).isEmpty();
        transport.reading(true);
        world.time.runUntilIdle();
        assertThat(world.webSocketEvents).containsExactly("a", "b");
    }

    @Test
    void a_listener_that_stops_reading_gets_nothing_more_of_the_same_segment() {
        world.echoes = false;
        MemoryPeer peer = world.connect();
        String frames = new String(frame(BINARY, "a"), ISO_8859_1) + new String(frame(BINARY, "b"), ISO_8859_1);
        world.time.runUntilIdle();
        world.stopsReadingAfter = 1;
        world.ask(peer, WebWorld.HANDSHAKE + "Sec-WebSocket-Protocol: mqtt\r\n\r\n" + frames);
        assertThat(world.webSocketEvents).containsExactly("a");
        peer.send(frame(BINARY, "c"));
        world.time.runUntilIdle();
        world.webSockets.getFirst().reading(true);
        world.time.runUntilIdle();
        assertThat(world.webSocketEvents).containsExactly("a", "b", "c");
    }

    @Test
    void back_pressure_is_felt_through_the_frames() {
        MemoryPeer peer = world.connectWebSocket();
        peer.transport().reading(false);
        Transport transport = world.webSockets.getFirst();
        transport.write(ByteBuffer.allocate(400 * 1024));
        assertThat(transport.isWritable()).isFalse();
        transport.flush();
        world.time.runUntilIdle();
        assertThat(transport.isWritable()).isFalse();
        assertThat(transport.unsentBytes()).isGreaterThan(64 * 1024);
        assertThat(world.webSocketEvents).isEmpty();
        peer.transport().reading(true);
        world.time.runUntilIdle();
        assertThat(transport.isWritable()).isTrue();
        assertThat(transport.unsentBytes()).isZero();
        assertThat(world.webSocketEvents).containsExactly("writable");
    }
}
