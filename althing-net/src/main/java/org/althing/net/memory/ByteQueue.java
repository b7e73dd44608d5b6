package org.althing.net.memory;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes in, bytes out, in order. */
final class ByteQueue {
    private byte[] bytes = new byte[256];
    private int from;
    private int to;

    int size() {
        return to - from;
    }

    void add(ByteBuffer added) {
        int count = added.remaining();
        if (bytes.length - to < count) {
            byte[] target = size() + count <= bytes.length / 2 ? bytes : new byte[Math.max(2 * size(), size() + count)];
            System.arraycopy(bytes, from, target, 0, size());
            to = size();
            from = 0;
            bytes = target;
        }
        added.get(bytes, to, count);
        to += count;
    }

    byte[] take(int count) {
        byte[] taken = Arrays.copyOfRange(bytes, from, from + count);
        from += count;
        return taken;
    }

    void clear() {
        from = 0;
        to = 0;
    }
}
