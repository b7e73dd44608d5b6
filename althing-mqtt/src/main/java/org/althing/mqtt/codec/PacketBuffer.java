package org.althing.mqtt.codec;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes on their way out: a growing array that packets are appended to and that is emptied in one write. */
public final class PacketBuffer {
    private byte[] array;
    private int length;

    /** @param capacity bytes to begin with; grows as needed */
    public PacketBuffer(int capacity) {
        array = new byte[capacity];
    }

    /** Bytes appended since the last {@link #clear}. */
    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    /** A view of what was appended; valid until the next change. */
    public ByteBuffer view() {
        return ByteBuffer.wrap(array, 0, length);
    }

    public void clear() {
        length = 0;
    }

    /** Makes room for {@code count} bytes, counts them as appended, and returns the offset of the first one. */
    int reserve(int count) {
        int offset = length;
        if (array.length - offset < count) {
            array = Arrays.copyOf(array, Math.max(array.length * 2, offset + count));
        }
        length = offset + count;
        return offset;
    }

    byte[] array() {
        return array;
    }
}
