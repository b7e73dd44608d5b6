package org.althing.mqtt.codec;

import org.althing.mqtt.Bytes;
import org.althing.mqtt.TopicName;

/**
 * Writes the data representations of MQTT 5.0, section 1.5, into a place that was measured before. It checks nothing:
 * what is written has been checked when it was measured.
 */
final class FieldWriter {
    private static final byte[] NOTHING = {};

    private byte[] array = NOTHING;
    private int position;

    void begin(byte[] target, int offset) {
        array = target;
        position = offset;
    }

    int position() {
        return position;
    }

    /** Lets go of the array. */
    void release() {
        array = NOTHING;
    }

    void oneByte(int value) {
        array[position++] = (byte) value;
    }

    void twoBytes(int value) {
        array[position] = (byte) (value >> 8);
        array[position + 1] = (byte) value;
        position += 2;
    }

    void fourBytes(long value) {
        twoBytes((int) (value >> 16));
        twoBytes((int) value);
    }

    void variable(int value) {
        int rest = value;
        while (rest > 0x7F) {
            oneByte(rest & 0x7F | 0x80);
            rest >>= 7;
        }
        oneByte(rest);
    }

    /** Bytes of a Variable Byte Integer. */
    static int variableLength(int value) {
        return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;
    }

    void binary(Bytes bytes) {
        twoBytes(bytes.length());
        raw(bytes);
    }

    void raw(Bytes bytes) {
        bytes.copyTo(array, position);
        position += bytes.length();
    }

    void topic(TopicName topic) {
        String text = topic.toString();
        if (topic.utf8Length() == text.length()) {
            twoBytes(text.length());
            ascii(text);
        } else {
            text(text);
        }
    }

    @SuppressWarnings(
            "deprecation") // it drops the upper halves of characters, which in ASCII are 0, and copies fastest
    private void ascii(String text) {
        text.getBytes(0, text.length(), array, position);
        position += text.length();
    }

    /** A UTF-8 Encoded String; its length is written when its bytes are. */
    void text(String text) {
        int start = position;
        position += 2;
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                array[position++] = (byte) c;
            } else if (Character.isHighSurrogate(c)) {
                i++;
                character(Character.toCodePoint(c, text.charAt(i)));
            } else {
                character(c);
            }
        }
        int end = position;
        position = start;
        twoBytes(end - start - 2);
        position = end;
    }

    private void character(int character) {
        if (character < 0x800) {
            oneByte(0xC0 | character >> 6);
        } else {
            if (character < 0x1_0000) {
                oneByte(0xE0 | character >> 12);
            } else {
                oneByte(0xF0 | character >> 18);
                oneByte(0x80 | character >> 12 & 0x3F);
            }
            oneByte(0x80 | character >> 6 & 0x3F);
        }
        oneByte(0x80 | character & 0x3F);
    }
}
