package org.althing.mqtt;

/** The UTF-8 Encoded String of MQTT 5.0, section 1.5.4: what may stand in it and how long it becomes. */
public final class Utf8 {
    /** A string's length is written in two bytes. */
    public static final int BYTES_MAX = 65_535;

    private Utf8() {}

    /**
     * The length of the text in UTF-8.
     *
     * @param what names the text in the exception
     * @throws IllegalArgumentException if no UTF-8 Encoded String can hold the text: it has U+0000 or an unpaired
     *     surrogate, or is longer than 65,535 bytes ([MQTT-1.5.4-1], [MQTT-1.5.4-2])
     */
    public static int encodedLength(String what, String text) {
        int length = text.length();
        int bytes = length;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw new IllegalArgumentException(what + " holds U+0000 at " + i);
            }
            if (c >= 0x80) {
                bytes += c < 0x800 ? 1 : 2;
                if (Character.isSurrogate(c)) {
                    // A pair is two chars and four bytes: together they add the two that the first one added.
                    requirePair(what, text, i);
                    i++;
                }
            }
        }
        if (bytes > BYTES_MAX) {
            throw new IllegalArgumentException(what + " has " + bytes + " bytes, more than " + BYTES_MAX);
        }
        return bytes;
    }

    private static void requirePair(String what, String text, int index) {
        boolean pair = Character.isHighSurrogate(text.charAt(index))
                && index + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(index + 1));
        if (!pair) {
            throw new IllegalArgumentException(what + " holds an unpaired surrogate at " + index);
        }
    }
}
