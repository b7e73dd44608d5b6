package org.althing.net.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import org.althing.net.memory.LinkConditions;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryPeer;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

class WebProperties {
    private static final String[] SAMPLES = {
        "GET /a HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
        "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        WebWorld.HANDSHAKE + "Sec-WebSocket-Protocol: mqtt\r\n\r\n",
    };

    @Test
    void whatever_arrives_the_port_goes_on_serving_and_forgets_the_one_who_sent_it() {
        Gen.forAll(1_000, gen -> {
            WebWorld world = world(gen);
            for (int i = gen.between(1, 3); i > 0; i--) {
                MemoryPeer peer = world.connect();
                peer.send(gen.oneIn(4) ? gen.bytes(2_000) : mutated(gen));
                if (gen.bool()) {
                    peer.endOutput();
                }
            }
            world.time.runFor(Duration.ofSeconds(1));
            world.later.forEach(exchange -> exchange.respond(WebWorld.text("x")));
            MemoryPeer another = world.connect();
            another.send(SAMPLES[0].getBytes(ISO_8859_1));
            world.time.runFor(Duration.ofSeconds(10));
            assertThat(new String(another.takeReceived(), ISO_8859_1)).endsWith("GET /a ");
        });
    }

    /** A few requests or frames, some bytes of which were changed, removed or doubled. */
    private static byte[] mutated(Gen gen) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = gen.between(1, 3); i > 0; i--) {
            bytes.writeBytes(gen.pick(SAMPLES).getBytes(ISO_8859_1));
            if (gen.bool()) {
                bytes.writeBytes(WebWorld.frame(gen.between(0, 255), gen.bytes(300)));
            }
        }
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        int rarity = gen.pick(10, 100, 1_000);
        for (byte each : bytes.toByteArray()) {
            switch (gen.oneIn(rarity) ? gen.between(0, 2) : -1) {
                case 0 -> result.write(gen.between(0, 255));
                case 1 -> result.writeBytes(new byte[] {each, each});
                case 2 -> {}
                default -> result.write(each);
            }
        }
        return result.toByteArray();
    }

    @Test
    void a_stream_comes_back_the_same_however_it_is_framed_and_cut() {
        Gen.forAll(300, gen -> {
            WebWorld world = world(gen);
            world.engine.conditions(LinkConditions.GOOD.withPieces(gen.between(0, 40)));
            MemoryPeer peer = world.connectWebSocket();
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            boolean first = true;
            for (int i = gen.between(1, 10); i > 0; i--) {
                byte[] payload = gen.bytes(gen.pick(10, 500, 70_000));
                boolean last = i == 1 || gen.bool();
                peer.send(WebWorld.frame((last ? 0x80 : 0) | (first ? 2 : 0), payload));
                if (gen.oneIn(3)) {
                    peer.send(WebWorld.frame(0x89, gen.bytes(125)));
                }
                sent.writeBytes(payload);
                first = last;
            }
            world.time.runUntilIdle();
            assertThat(binaryPayload(peer.takeReceived())).isEqualTo(sent.toByteArray());
        });
    }

    private static byte[] binaryPayload(byte[] frames) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        ByteBuffer in = ByteBuffer.wrap(frames);
        while (in.hasRemaining()) {
            int first = in.get() & 0xFF;
            int length = in.get();
            length = length == 126 ? in.getShort() & 0xFFFF : length == 127 ? (int) in.getLong() : length;
            if (first == 0x82) {
                payload.write(frames, in.position(), length);
            }
            in.position(in.position() + length);
        }
        return payload.toByteArray();
    }

    private static WebWorld world(Gen gen) {
        return new WebWorld(gen.between(0, 1_000_000), MemoryAddress.named("web"), Set.of());
    }
}
