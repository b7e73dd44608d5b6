package org.althing.mqtt.codec;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes on their way out: a growing array that packets are appended to and that is emptied in one write. */
public final class PacketBuffer {
    /** The largest array that virtual machines are sure to give. */
    private static final int LENGTH_MAX = Integer.MAX_VALUE - 8;

    /** An array up to this size survives {@link #clear}; a larger one was needed for once and is given back. */
    private static final int KEPT_MAX = 64 * 1024;

    private byte[] array;
    private int length;
    /** Of the array, to be given out again and again. */
    private ByteBuffer view;

    /** @param capacity bytes to begin with; grows as needed */
    public PacketBuffer(int capacity) {
        array = new byte[capacity];
        view = ByteBuffer.wrap(array);
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
        if (view.array() != array) {
            view = ByteBuffer.wrap(array);
        }
        return view.clear().limit(length);
    }

    public void clear() {
        length = 0;
        if (array.length > KEPT_MAX) {
            array = new byte[KEPT_MAX];
        }
    }

    /** Makes room for {@code count} bytes, counts them as appended, and returns the offset of the first one. */
    int reserve(int count) {
        int offset = length;
        if (array.length - offset < count) {
            long needed = (long) offset + count;
            if (needed > LENGTH_MAX) {
                throw new IllegalStateException(needed + " bytes in one buffer; it must be emptied more often");
            }
            array = Arrays.copyOf(array, (int) Math.min(LENGTH_MAX, Math.max(2L * array.length, needed)));
        }
        length = offset + count;
        return offset;
    }

    byte[] array() {
        return array;
    }
}
