package org.althing.net.nio;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.HttpHandler;
import org.althing.net.NetEngine;
import org.althing.net.WebSite;
import org.althing.net.web.WebPort;

/** Another rig, whose connections are WebSockets: transports and peers see the bytes inside of them. */
final class WebSocketRig implements Rig {
    private static final String HANDSHAKE = "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
    private static final int CLOSE = 0x88;

    private final Rig under;

    WebSocketRig(Rig under) {
        this.under = under;
    }

    @Override
    public NetEngine engine() {
        return new WebEngine(under.engine());
    }

    @Override
    public SocketAddress freeAddress() {
        return under.freeAddress();
    }

    @Override
    public Peer connect(SocketAddress address) throws Exception {
        Peer peer = under.connect(address);
        peer.send(HANDSHAKE.getBytes(ISO_8859_1));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            answer.append((char) peer.read(1)[0]);
        }
        assertThat(answer.toString()).startsWith("HTTP/1.1 101 ");
        return new WebSocketPeer(peer);
    }

    @Override
    public <T> T next(BlockingQueue<T> queue) throws Exception {
        return under.next(queue);
    }

    @Override
    public void on(EventLoop loop, Runnable action) throws Exception {
        under.on(loop, action);
    }

    @Override
    public void close() {
        under.close();
    }

    private record WebEngine(NetEngine under) implements NetEngine {
        @Override
        public EventLoop newLoop(String name) {
            return under.newLoop(name);
        }

        @Override
        public Listening bind(SocketAddress address, EventLoop loop, Acceptor acceptor, List<Listening> beside)
                throws IOException {
            WebSite site = new WebSite(Map.of("/mqtt", acceptor), WebEngine::noPage);
            return under.bind(address, loop, WebPort.of(site), beside);
        }

        private static void noPage(HttpHandler.Request request, HttpHandler.Exchange exchange) {
            exchange.respond(new HttpHandler.Response(404, Map.of(), new byte[0]));
        }

        @Override
        public Listening listenWeb(SocketAddress address, EventLoop loop, WebSite site) throws IOException {
            return under.listenWeb(address, loop, site);
        }

        @Override
        public void close() {
            under.close();
        }
    }

    private static final class WebSocketPeer implements Peer {
        private final Peer under;
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private boolean closeReceived;

        WebSocketPeer(Peer under) {
            this.under = under;
        }

        @Override
        public void send(byte[] bytes) throws Exception {
            ByteBuffer frame = ByteBuffer.allocate(8 + bytes.length).put((byte) 0x82);
            if (bytes.length < 126) {
                frame.put((byte) (0x80 | bytes.length));
            } else {
                frame.put((byte) 0xFE).putShort((short) bytes.length);
            }
            byte[] key = {0x12, (byte) 0xA4, 0x56, (byte) 0xF8};
            frame.put(key);
            for (int i = 0; i < bytes.length; i++) {
                frame.put((byte) (bytes[i] ^ key[i % 4]));
            }
            under.send(Arrays.copyOf(frame.array(), frame.position()));
        }

        @Override
        public byte[] read(int count) throws Exception {
            while (received.size() < count) {
                readFrame();
                assertThat(closeReceived).isFalse();
            }
            byte[] all = received.toByteArray();
            received.reset();
            received.write(all, count, all.length - count);
            return Arrays.copyOf(all, count);
        }

        private void readFrame() throws Exception {
            ByteBuffer head = ByteBuffer.wrap(under.read(2));
            int first = head.get() & 0xFF;
            long length = head.get();
            if (length == 126) {
                length = ByteBuffer.wrap(under.read(2)).getShort() & 0xFFFF;
            } else if (length == 127) {
                length = ByteBuffer.wrap(under.read(8)).getLong();
            }
            byte[] payload = under.read((int) length);
            if (first == CLOSE) {
                closeReceived = true;
            } else {
                received.writeBytes(payload);
            }
        }

        @Override
        public boolean readsEnd() throws Exception {
            readFrame();
            return closeReceived && received.size() == 0 && under.readsEnd();
        }

        @Override
        public boolean ends() throws Exception {
            return under.ends();
        }

        @Override
        public void endOutput() throws Exception {
            under.endOutput();
        }

        @Override
        public void reset() throws Exception {
            under.reset();
        }

        @Override
        public void close() throws Exception {
            under.close();
        }
    }
}
