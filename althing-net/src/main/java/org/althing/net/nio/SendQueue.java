package org.althing.net.nio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Bytes written and not yet taken by the kernel. Empty, it holds no memory. */
final class SendQueue {
    private static final byte[] NOTHING = {};
    private static final int CAPACITY_MIN = 256;

    private byte[] bytes = NOTHING;
    private int head;
    private int tail;
    /** How much the last full flush had: the next one likely needs the same. */
    private int expected = CAPACITY_MIN;

    int size() {
        return tail - head;
    }

    void add(ByteBuffer more) {
        int count = more.remaining();
        if (bytes.length - tail < count) {
            reserve(count);
        }
        more.get(bytes, tail, count);
        tail += count;
    }

    private void reserve(int count) {
        int size = size();
        long needed = (long) size + count;
        if (needed > Integer.MAX_VALUE - 64) {
            throw new IllegalStateException("more than 2 GiB wait for one connection");
        }
        byte[] target = bytes;
        if (needed > bytes.length || needed > bytes.length / 2 * 3L / 2) {
            long capacity = Math.max(Math.max(needed, expected), Math.min(2L * bytes.length, Integer.MAX_VALUE - 64));
            target = new byte[(int) capacity];
        }
        System.arraycopy(bytes, head, target, 0, size);
        bytes = target;
        head = 0;
        tail = size;
    }

    /**
     * Gives the kernel what it takes of the bytes, at most one buffer full; what it does not take remains.
     *
     * @param through a direct buffer
     */
    static void writeTo(WritableByteChannel channel, ByteBuffer through, ByteBuffer bytes) throws IOException {
        int start = bytes.position();
        int count = Math.min(bytes.remaining(), through.capacity());
        through.clear().put(0, bytes, start, count).limit(count);
        bytes.position(start + channel.write(through));
    }

    /**
     * Gives the kernel what it takes, up to a bound.
     *
     * @param through a direct buffer: the JDK would copy into one of its own otherwise
     */
    void drainTo(WritableByteChannel channel, ByteBuffer through, int bytesMax) throws IOException {
        int left = bytesMax;
        while (head < tail && left > 0) {
            int count = Math.min(Math.min(tail - head, through.capacity()), left);
            through.clear().put(bytes, head, count).flip();
            int taken = channel.write(through);
            head += taken;
            left -= taken;
            if (taken < count) {
                return; // the socket's buffer is full
            }
        }
        if (head == tail) {
            release();
        }
    }

    private void release() {
        expected = Math.clamp(tail, CAPACITY_MIN, NioLoop.BUFFER_BYTES);
        clear();
    }

    void clear() {
        bytes = NOTHING;
        head = 0;
        tail = 0;
    }
}
