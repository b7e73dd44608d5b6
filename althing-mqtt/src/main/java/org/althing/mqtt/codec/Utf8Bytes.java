package org.althing.mqtt.codec;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The strict reading of UTF-8 that MQTT asks for.
 *
 * <p>The decoder of the JDK replaces what is malformed; here it must be refused, U+0000 too ([MQTT-1.5.4-1],
 * [MQTT-1.5.4-2]). A byte order mark is a character like any other ([MQTT-1.5.4-3]).
 */
final class Utf8Bytes {
    private static final int NO_CHARACTER = -1;

    private Utf8Bytes() {}

    /**
     * The string in these bytes, or null if they are not a UTF-8 Encoded String.
     *
     * @param controls whether control characters (U+0001 to U+001F, U+007F to U+009F) and noncharacters may occur
     */
    static @Nullable String decode(byte[] bytes, int from, int length, boolean controls) {
        int end = from + length;
        int i = from;
        while (i < end && bytes[i] >= 0x20 && bytes[i] != 0x7F) {
            i++;
        }
        if (i == end) {
            return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
        }
        while (i < end) {
            int character = character(bytes, i, end);
            if (character <= 0 || (!controls && isControlOrNoncharacter(character))) {
                return null;
            }
            i += character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
        }
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }

    private static boolean isControlOrNoncharacter(int character) {
        return character < 0x20
                || (character >= 0x7F && character < 0xA0)
                || (character >= 0xFDD0 && character <= 0xFDEF)
                || (character & 0xFFFE) == 0xFFFE;
    }

    /** The character that begins at {@code i}, or a negative number if it is cut off, overlong or a surrogate. */
    private static int character(byte[] bytes, int i, int end) {
        int first = bytes[i] & 0xFF;
        if (first < 0x80) {
            return first;
        }
        int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        if (first < 0xC2 || first > 0xF4 || end - i < length) {
            return NO_CHARACTER;
        }
        int character = first & (0xFF >> (length + 1));
        for (int k = 1; k < length; k++) {
            int next = bytes[i + k] & 0xFF;
            if ((next & 0xC0) != 0x80) {
                return NO_CHARACTER;
            }
            character = character << 6 | (next & 0x3F);
        }
        boolean overlong = (length == 3 && character < 0x800) || (length == 4 && character < 0x10000);
        boolean surrogate = character >= 0xD800 && character <= 0xDFFF;
        return overlong || surrogate || character > 0x10FFFF ? NO_CHARACTER : character;
    }
}
