package org.althing.broker.connection;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.althing.broker.ListenerConfig;
import org.jspecify.annotations.Nullable;

/** Tells what else it is that comes first where a CONNECT should. */
final class ForeignBytes {
    private static final int HANDSHAKE = 0x16;
    private static final int LONGEST = 8;

    private ForeignBytes() {}

    /** In words for the log, or null if it may be MQTT. */
    static @Nullable String of(ByteBuffer bytes, ListenerConfig listener) {
        byte[] first = new byte[Math.min(LONGEST, bytes.remaining())];
        bytes.duplicate().get(first);
        if (first.length > 1 && first[0] == HANDSHAKE && first[1] == 3) {
            return "the client speaks TLS, and " + listener.name() + " does not: it has no certfile";
        }
        String text = new String(first, StandardCharsets.ISO_8859_1);
        if (text.startsWith("GET ") || text.startsWith("POST ") || text.startsWith("HEAD ")) {
            return "the client speaks HTTP, and " + listener.name() + " does not: it has no 'protocol websockets'";
        }
        if (text.startsWith("PROXY ") || text.startsWith("\r\n\r\n\0\r\nQ")) {
            return "a PROXY header came, and " + listener.name() + " expects none: it has no enable_proxy_protocol";
        }
        return null;
    }
}
