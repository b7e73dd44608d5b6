package org.althing.broker.storage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.althing.mqtt.Bytes;
import org.jspecify.annotations.Nullable;

/** Reads back what {@link StateBuffer} wrote. */
record StateReader(ByteBuffer bytes) {
    int u8() {
        return bytes.get() & 0xFF;
    }

    boolean flag() {
        return bytes.get() != 0;
    }

    long time() {
        return bytes.getLong();
    }

    long bits() {
        return bytes.getLong();
    }

    /** From 0 to {@link Long#MAX_VALUE}. */
    long number() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80 && value >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number has more than 63 bits");
    }

    long number(long min, long max) {
        long value = number();
        if (value < min || value > max) {
            throw new IllegalArgumentException("a number is " + value + ", not from " + min + " to " + max);
        }
        return value;
    }

    int integer() {
        return integer(0, Integer.MAX_VALUE);
    }

    int integer(int min, int max) {
        return (int) number(min, max);
    }

    String text() {
        byte[] text = new byte[length()];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    @Nullable
    String optional() {
        return flag() ? text() : null;
    }

    Bytes binary() {
        byte[] value = new byte[length()];
        bytes.get(value);
        return Bytes.wrap(value);
    }

    /** The next part of this length, for itself. */
    ByteBuffer nested() {
        int length = length();
        ByteBuffer part = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        return part;
    }

    boolean isAtEnd() {
        return !bytes.hasRemaining();
    }

    private int length() {
        long length = number();
        if (length > bytes.remaining()) {
            throw new IllegalArgumentException(
                    "a part of " + length + " bytes, but " + bytes.remaining() + " are left");
        }
        return (int) length;
    }
}
