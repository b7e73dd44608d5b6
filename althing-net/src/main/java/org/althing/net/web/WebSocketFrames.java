package org.althing.net.web;

import static org.althing.net.web.WebSocketViolation.PROTOCOL_ERROR;
import static org.althing.net.web.WebSocketViolation.TOO_BIG;
import static org.althing.net.web.WebSocketViolation.UNSUPPORTED_DATA;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * Frames from the peer, read wherever the pieces of the network are cut (RFC 6455, section 5).
 *
 * <pre>
 *   byte 0: FIN 1 bit, RSV 3 bits, opcode 4 bits
 *   byte 1: MASK 1 bit, length 7 bits    126: 2 bytes of length follow, 127: 8 bytes
 *   4 bytes: masking key, always from a client, never from a server
 *   payload, byte i is combined with byte i % 4 of the key
 * </pre>
 */
final class WebSocketFrames {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** More than the largest MQTT packet has, with its fixed header. */
    static final long PAYLOAD_BYTES_MAX = 268_435_455 + 5;

    /** RFC 6455, section 1.3. */
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static final int CONTROL_BYTES_MAX = 125;
    private static final int HEAD_BYTES_MAX = 14;

    /** Who is told what the frames hold. */
    interface Receiver {
        /** Some bytes of the stream; the buffer is valid during the call. */
        void onPayload(ByteBuffer payload);

        void onPing(ByteBuffer payload);

        /** The peer closes, with this code to be sent back. */
        void onClose(int code) throws WebSocketViolation;
    }

    private final Receiver receiver;
    /** Whether the peer is a client: all of its frames are masked, and none of a server's (RFC 6455, section 5.1). */
    private final boolean masked;

    private final ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES_MAX);
    private final ByteBuffer control = ByteBuffer.allocate(CONTROL_BYTES_MAX);
    /** Whether a head has been read and its payload is missing. */
    private boolean inFrame;
    /** Whether a binary message is under way, of which continuations follow. */
    private boolean inMessage;

    private int opcode;
    private long missing;
    /** The key, turned so that its first byte is for the next byte of payload. */
    private int key;

    private WebSocketFrames(Receiver receiver, boolean masked) {
        this.receiver = receiver;
        this.masked = masked;
    }

    static WebSocketFrames fromClient(Receiver receiver) {
        return new WebSocketFrames(receiver, true);
    }

    static WebSocketFrames fromServer(Receiver receiver) {
        return new WebSocketFrames(receiver, false);
    }

    /** Reads on, to the end of a frame or of the bytes; changes the bytes. */
    void read(ByteBuffer bytes) throws WebSocketViolation {
        if (!inFrame && !readHead(bytes)) {
            return;
        }
        int count = (int) Math.min(missing, bytes.remaining());
        int end = bytes.position() + count;
        if (masked) {
            key = mask(bytes, count, key);
        }
        missing -= count;
        boolean whole = missing == 0;
        inFrame = !whole;
        if (opcode >= CLOSE) {
            control.put(bytes.slice(bytes.position(), count));
            bytes.position(end);
            if (whole) {
                onControl();
            }
        } else if (count > 0) {
            int limit = bytes.limit();
            bytes.limit(end);
            receiver.onPayload(bytes);
            bytes.limit(limit).position(end);
        }
    }

    /** What a server answers to a key, so that its client knows that it was meant (RFC 6455, section 4.2.2). */
    static String acceptValue(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-1", impossible);
        }
    }

    /** The head of a frame to a client: whole, unmasked. */
    static ByteBuffer head(ByteBuffer target, int opcode, int length) {
        target.clear().put((byte) (0x80 | opcode));
        if (length < 126) {
            target.put((byte) length);
        } else if (length < 0x1_0000) {
            target.put((byte) 126).putShort((short) length);
        } else {
            target.put((byte) 127).putLong(length);
        }
        return target.flip();
    }

    private boolean readHead(ByteBuffer bytes) throws WebSocketViolation {
        while (bytes.hasRemaining()) {
            head.put(bytes.get());
            if (head.position() == 2) {
                checkBeginning(head.get(0), head.get(1));
            }
            if (head.position() >= 2 && head.position() == headLength()) {
                onHead();
                return true;
            }
        }
        return false;
    }

    private int headLength() {
        int length = head.get(1) & 0x7F;
        return 2 + (length < 126 ? 0 : length == 126 ? 2 : 8) + (masked ? 4 : 0);
    }

    private void checkBeginning(byte first, byte second) throws WebSocketViolation {
        boolean isLast = (first & 0x80) != 0;
        int code = first & 0x0F;
        if ((first & 0x70) != 0) {
            throw new WebSocketViolation(PROTOCOL_ERROR, "a reserved bit is set");
        }
        require(
                ((second & 0x80) != 0) == masked,
                masked ? "a frame from the client is not masked" : "a frame from the server is masked");
        switch (code) {
            case CONTINUATION -> require(inMessage, "a continuation continues nothing");
            case BINARY -> require(!inMessage, "a message begins within another");
            case TEXT ->
                // [MQTT-6.0.0-1] Any other type of data frame: close the connection.
                throw new WebSocketViolation(UNSUPPORTED_DATA, "a text frame, where MQTT has binary ones only");
            case CLOSE, PING, PONG -> {
                require(isLast, "a control frame is fragmented");
                require((second & 0x7F) <= CONTROL_BYTES_MAX, "a control frame is too long");
            }
            default -> throw new WebSocketViolation(PROTOCOL_ERROR, "the opcode " + code + " is not known");
        }
    }

    private static void require(boolean holds, String violation) throws WebSocketViolation {
        if (!holds) {
            throw new WebSocketViolation(PROTOCOL_ERROR, violation);
        }
    }

    private void onHead() throws WebSocketViolation {
        opcode = head.get(0) & 0x0F;
        if (opcode < CLOSE) {
            inMessage = (head.get(0) & 0x80) == 0;
        }
        int shortLength = head.get(1) & 0x7F;
        if (shortLength < 126) {
            missing = shortLength;
        } else {
            boolean isShort = shortLength == 126;
            missing = isShort ? head.getShort(2) & 0xFFFF : head.getLong(2);
            require(missing < 0 || missing >= (isShort ? 126 : 0x1_0000), "a length takes more bytes than it needs");
        }
        if (missing < 0 || missing > PAYLOAD_BYTES_MAX) {
            throw new WebSocketViolation(TOO_BIG, "a frame is longer than any MQTT packet");
        }
        key = masked ? head.getInt(head.position() - 4) : 0;
        head.clear();
        control.clear();
        inFrame = true;
    }

    /** Combines the next bytes with the key, where they lie; returns the key for what follows. */
    static int mask(ByteBuffer bytes, int count, int startKey) {
        int key = startKey;
        bytes.order(ByteOrder.BIG_ENDIAN);
        int at = bytes.position();
        int end = at + count;
        long twice = (key & 0xFFFF_FFFFL) << 32 | (key & 0xFFFF_FFFFL);
        for (; at + 8 <= end; at += 8) {
            bytes.putLong(at, bytes.getLong(at) ^ twice);
        }
        for (; at < end; at++) {
            bytes.put(at, (byte) (bytes.get(at) ^ key >>> 24));
            key = Integer.rotateLeft(key, 8);
        }
        return key;
    }

    private void onControl() throws WebSocketViolation {
        control.flip();
        switch (opcode) {
            case PING -> receiver.onPing(control);
            case CLOSE -> receiver.onClose(closeCode());
            default -> {
                // A pong is welcome and means nothing here: keep alive is MQTT's.
            }
        }
    }

    private int closeCode() throws WebSocketViolation {
        if (!control.hasRemaining()) {
            return 1000;
        }
        require(control.remaining() >= 2, "a close code is one byte long");
        int code = control.getShort() & 0xFFFF;
        boolean isDefined = (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006)
                || (code >= 3000 && code <= 4999);
        require(isDefined, "the close code " + code + " must not be sent");
        try {
            StandardCharsets.UTF_8.newDecoder().decode(control);
        } catch (CharacterCodingException malformed) {
            throw new WebSocketViolation(PROTOCOL_ERROR, "the reason of a close is not UTF-8");
        }
        return code;
    }
}
