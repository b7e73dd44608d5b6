package org.althing.broker.storage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.althing.mqtt.Bytes;
import org.jspecify.annotations.Nullable;

/** Grows while one record is written into it; used again for the next, unless it grew large. */
final class StateBuffer {
    private static final int FIRST_CAPACITY = 256;
    private static final int KEPT_CAPACITY_MAX = 1 << 20;

    private byte[] bytes = new byte[FIRST_CAPACITY];
    private int length;

    void clear() {
        length = 0;
        if (bytes.length > KEPT_CAPACITY_MAX) {
            bytes = new byte[FIRST_CAPACITY];
        }
    }

    /** What was written; valid until {@link #clear}. */
    ByteBuffer written() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    void u8(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    void flag(boolean value) {
        u8(value ? 1 : 0);
    }

    /** Eight bytes, the highest first. */
    void time(long millis) {
        reserve(Long.BYTES);
        ByteBuffer.wrap(bytes).putLong(length, millis);
        length += Long.BYTES;
    }

    /** Eight bytes, the highest first. */
    void bits(long value) {
        time(value);
    }

    /** Seven bits in a byte, the lowest first; the eighth says that more follow. Not negative. */
    void number(long value) {
        assert value >= 0 : value;
        long rest = value;
        while (rest >= 0x80) {
            u8((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        u8((int) rest);
    }

    void text(String text) {
        raw(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A text that may be null: one byte more. */
    void optional(@Nullable String text) {
        flag(text != null);
        if (text != null) {
            text(text);
        }
    }

    void binary(Bytes value) {
        number(value.length());
        reserve(value.length());
        value.copyTo(bytes, length);
        length += value.length();
    }

    /** Another buffer's content, with its length before it. */
    void nested(StateBuffer other) {
        number(other.length);
        reserve(other.length);
        System.arraycopy(other.bytes, 0, bytes, length, other.length);
        length += other.length;
    }

    private void raw(byte[] value) {
        number(value.length);
        reserve(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
        }
    }
}
