package org.althing.net.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of a WebSocket that carries MQTT (RFC 6455; MQTT 5.0, section 6): bytes in, bytes out, no connection.
 *
 * <p>First {@link #request} is sent and what comes back given to {@link #onAnswer} until it says true; then payload goes
 * out through {@link #frame} and comes in through {@link #read}. What the protocol itself has to say (pongs, the answer
 * to a close) is left for {@link #takeControl}, to be sent between two frames. Reading and framing may be done by two
 * threads, each by one.
 */
public final class ClientWebSocket {
    private static final int ANSWER_BYTES_MAX = 16 << 10;
    private static final int NORMAL = 1000;
    private static final int HEAD_BYTES_MAX = 14;

    private final RandomGenerator random;
    private final String subprotocol;
    private final String request;
    private final String expectedAccept;
    private final StringBuilder answer = new StringBuilder();
    /** What a listener of frames must be told; replaced by what is newer, for one pong answers all pings before it. */
    private final AtomicReference<@Nullable ByteBuffer> control = new AtomicReference<>();

    private final WebSocketFrames frames;
    private Consumer<ByteBuffer> payloads = payload -> {};
    private boolean ended;

    /**
     * @param authority host and, if it is not the scheme's own, port: what the Host header says
     * @param path with its query, beginning with a slash
     * @param subprotocol {@code mqtt}, or {@code mqttv3.1} for MQTT 3.1
     * @param headers more header fields for the request
     * @param random unpredictable, for keys and masks (RFC 6455, section 10.3)
     * @throws IllegalArgumentException if a part has characters that would break the request
     */
    public ClientWebSocket(
            String authority, String path, String subprotocol, Map<String, String> headers, RandomGenerator random) {
        this.random = random;
        this.subprotocol = subprotocol;
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        String key = Base64.getEncoder().encodeToString(nonce);
        expectedAccept = WebSocketFrames.acceptValue(key);
        StringBuilder text =
                new StringBuilder("GET ").append(checked(path, false)).append(" HTTP/1.1\r\n");
        field(text, "Host", authority);
        field(text, "Upgrade", "websocket");
        field(text, "Connection", "Upgrade");
        field(text, "Sec-WebSocket-Key", key);
        field(text, "Sec-WebSocket-Version", "13");
        field(text, "Sec-WebSocket-Protocol", subprotocol);
        headers.forEach((name, value) -> field(text, checked(name, false), value));
        request = text.append("\r\n").toString();
        frames = WebSocketFrames.fromServer(new Events());
    }

    private static void field(StringBuilder text, String name, String value) {
        text.append(name).append(": ").append(checked(value, true)).append("\r\n");
    }

    private static String checked(String part, boolean spaces) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c < ' ' || c > 0xFF || c == 0x7F || (c == ' ' && !spaces)) {
                throw new IllegalArgumentException("\"" + part.replaceAll("[\\p{Cntrl}]", "?")
                        + "\" cannot stand in an HTTP request: percent-encode it");
            }
        }
        return part;
    }

    /** The opening handshake. */
    public ByteBuffer request() {
        return ByteBuffer.wrap(request.getBytes(ISO_8859_1));
    }

    /**
     * Takes the answer to the handshake, as far as it has come; what stands behind it stays in the buffer.
     *
     * @return whether the WebSocket is open
     * @throws IOException if the server refuses, or answers something that is no WebSocket for MQTT
     */
    public boolean onAnswer(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            answer.append((char) (bytes.get() & 0xFF));
            int length = answer.length();
            if (length >= 4 && answer.charAt(length - 1) == '\n' && answer.indexOf("\r\n\r\n", length - 4) >= 0) {
                check(answer.substring(0, length - 4).split("\r\n"));
                return true;
            }
            if (length > ANSWER_BYTES_MAX) {
                throw new IOException("the answer to the WebSocket handshake does not end");
            }
        }
        return false;
    }

    private void check(String[] lines) throws IOException {
        String status = lines[0];
        if (!status.startsWith("HTTP/1.1 ")) {
            throw new IOException("the answer to the WebSocket handshake is not HTTP/1.1: " + printable(status));
        }
        if (!status.startsWith("HTTP/1.1 101")) {
            throw new IOException("the server refuses a WebSocket: " + printable(status.substring(9)));
        }
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
                headers.merge(name, lines[i].substring(colon + 1).strip(), (one, more) -> one + ", " + more);
            }
        }
        expect(headers, "upgrade", "websocket");
        expect(headers, "connection", "upgrade");
        String accept = headers.get("sec-websocket-accept");
        if (!expectedAccept.equals(accept)) {
            throw new IOException("the answer to the WebSocket handshake does not belong to its request");
        }
        String chosen = headers.get("sec-websocket-protocol");
        if (!subprotocol.equals(chosen)) {
            // [MQTT-6.0.0-3]: without it the server speaks something else inside its WebSocket.
            throw new IOException("the server's WebSocket is not for " + subprotocol + " but for "
                    + (chosen == null ? "nothing it names" : printable(chosen)));
        }
        if (headers.containsKey("sec-websocket-extensions")) {
            throw new IOException("the server uses a WebSocket extension that was not offered");
        }
    }

    private static void expect(Map<String, String> headers, String name, String element) throws IOException {
        for (String value : headers.getOrDefault(name, "").split(",")) {
            if (value.strip().equalsIgnoreCase(element)) {
                return;
            }
        }
        throw new IOException("the answer to the WebSocket handshake has no " + name + ": " + element);
    }

    private static String printable(String text) {
        String clean = text.replaceAll("[^ -~]", "?");
        return clean.length() > 100 ? clean.substring(0, 100) + "..." : clean;
    }

    /**
     * Takes bytes from the network and gives the payload among them to the receiver, whose buffers are valid during the
     * call.
     *
     * @throws IOException if the server breaks the WebSocket protocol; {@link #takeControl} has what to tell it
     */
    public void read(ByteBuffer bytes, Consumer<ByteBuffer> receiver) throws IOException {
        payloads = receiver;
        try {
            while (bytes.hasRemaining() && !ended) {
                frames.read(bytes);
            }
        } catch (WebSocketViolation violation) {
            ended = true;
            control.set(close(violation.closeCode()));
            throw new IOException("the server broke the WebSocket protocol: " + violation.getMessage());
        }
    }

    /** Whether the server has closed the WebSocket: nothing more can be read. */
    public boolean isEnded() {
        return ended;
    }

    /** Whether {@link #takeControl} has something. */
    public boolean hasControl() {
        return control.get() != null;
    }

    /** Frames that the protocol itself wants to be sent, or null. */
    public @Nullable ByteBuffer takeControl() {
        return control.getAndSet(null);
    }

    /** The payload as one frame, masked. */
    public ByteBuffer frame(ByteBuffer payload) {
        return frame(WebSocketFrames.BINARY, payload);
    }

    /** A Close frame: nothing may be sent after it. */
    public ByteBuffer close() {
        return close(NORMAL);
    }

    private ByteBuffer close(int code) {
        return frame(
                WebSocketFrames.CLOSE,
                ByteBuffer.allocate(2).putShort((short) code).flip());
    }

    private ByteBuffer frame(int opcode, ByteBuffer payload) {
        int length = payload.remaining();
        ByteBuffer head = WebSocketFrames.head(ByteBuffer.allocate(HEAD_BYTES_MAX), opcode, length);
        head.put(1, (byte) (head.get(1) | 0x80));
        int key = random.nextInt();
        ByteBuffer whole = ByteBuffer.allocate(head.remaining() + 4 + length);
        whole.put(head).putInt(key);
        int begin = whole.position();
        whole.put(payload).position(begin);
        WebSocketFrames.mask(whole, length, key);
        return whole.position(0);
    }

    private final class Events implements WebSocketFrames.Receiver {
        @Override
        public void onPayload(ByteBuffer payload) {
            payloads.accept(payload);
        }

        @Override
        public void onPing(ByteBuffer payload) {
            control.set(frame(WebSocketFrames.PONG, payload));
        }

        @Override
        public void onClose(int code) {
            ended = true;
            control.set(close(code));
        }
    }
}
