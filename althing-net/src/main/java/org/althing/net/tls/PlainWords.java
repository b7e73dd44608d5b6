package org.althing.net.tls;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Says what bytes look like that are not TLS. */
final class PlainWords {
    private static final int SHOWN_BYTES = 8;

    private PlainWords() {}

    static String of(ByteBuffer bytes) {
        byte[] first = new byte[Math.min(SHOWN_BYTES, bytes.remaining())];
        bytes.get(first);
        String text = new String(first, StandardCharsets.ISO_8859_1);
        if (first[0] == 0x10) {
            return "a plain MQTT CONNECT";
        }
        for (String method : new String[] {"GET ", "HEAD ", "POST ", "PUT ", "OPTIONS "}) {
            if (text.startsWith(method)) {
                return "plain HTTP";
            }
        }
        if (text.startsWith("PROXY ") || text.startsWith("\r\n\r\n\0\r\nQ")) {
            return "a PROXY header";
        }
        return "a first byte of " + (first[0] & 0xFF);
    }
}
