package org.althing.tools;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.althing.mqtt.Bytes;
import org.jspecify.annotations.Nullable;

/** What others have sent, made safe for a terminal: control characters become their pictures. */
final class Printable {
    private static final char PICTURES = '\u2400';
    private static final char PICTURE_OF_DELETE = '\u2421';

    private Printable() {}

    /** The bytes as text; null if they are no UTF-8. */
    static @Nullable String utf8(Bytes bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException binary) {
            return null;
        }
    }

    /** On one line. */
    static String text(String text) {
        return replaced(text, false);
    }

    /** The ends of lines and tabs stay. */
    static String lines(String text) {
        return replaced(text, true);
    }

    private static String replaced(String text, boolean keepLines) {
        StringBuilder safe = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean kept = keepLines && (c == '\n' || c == '\t');
            boolean control = c < ' ' || (c >= 127 && c < 160);
            if (control && !kept) {
                safe = safe == null ? new StringBuilder(text) : safe;
                safe.setCharAt(i, c < ' ' ? (char) (PICTURES + c) : c == 127 ? PICTURE_OF_DELETE : '\uFFFD');
            }
        }
        return safe == null ? text : safe.toString();
    }
}
