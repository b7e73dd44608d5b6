package org.althing.tools;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.althing.mqtt.Bytes;

/** Gathers bytes and writes them out when it is told to or has many. */
final class ByteSink {
    private static final int FULL = 32 << 10;

    private final OutputStream out;
    private byte[] bytes = new byte[1024];
    private int length;

    ByteSink(OutputStream out) {
        this.out = out;
    }

    ByteSink put(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    ByteSink put(String text) {
        return put(text.getBytes(StandardCharsets.UTF_8));
    }

    ByteSink put(byte[] more) {
        return put(more, more.length);
    }

    ByteSink put(byte[] more, int count) {
        reserve(count);
        System.arraycopy(more, 0, bytes, length, count);
        length += count;
        return this;
    }

    ByteSink put(Bytes more) {
        reserve(more.length());
        more.copyTo(bytes, length);
        length += more.length();
        return this;
    }

    ByteSink fill(int value, int count) {
        for (int i = 0; i < count; i++) {
            put(value);
        }
        return this;
    }

    /** Writes if much has gathered. */
    void flushIfFull() throws IOException {
        if (length >= FULL) {
            flush();
        }
    }

    void flush() throws IOException {
        if (length > 0) {
            int count = length;
            length = 0; // what cannot be written is not tried again
            out.write(bytes, 0, count);
        }
        out.flush();
    }

    private void reserve(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
        }
    }
}
