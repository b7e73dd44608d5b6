package org.althing.mqtt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An immutable sequence of bytes: a payload, correlation data, a password. Equal by content.
 *
 * <p>The array inside never escapes; it is copied once when the value is made (except by {@link #wrap}, whose caller
 * gives the array away).
 */
public final class Bytes {
    /** No bytes. */
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] array;

    private Bytes(byte[] array) {
        this.array = array;
    }

    /** A copy of the array. */
    public static Bytes of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Bytes(bytes.clone());
    }

    /** The UTF-8 form of the text. */
    public static Bytes of(String text) {
        return text.isEmpty() ? EMPTY : new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Takes the array over without a copy; the caller must not touch it again. */
    public static Bytes wrap(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Bytes(bytes);
    }

    /** Copies the remaining bytes of the buffer and moves its position to its limit. */
    public static Bytes read(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return wrap(bytes);
    }

    public int length() {
        return array.length;
    }

    public boolean isEmpty() {
        return array.length == 0;
    }

    public byte at(int index) {
        return array[index];
    }

    /** Copies all bytes to the target, from {@code offset} on. */
    public void copyTo(byte[] target, int offset) {
        System.arraycopy(array, 0, target, offset, array.length);
    }

    /** A read-only view. */
    public ByteBuffer asByteBuffer() {
        return ByteBuffer.wrap(array).asReadOnlyBuffer();
    }

    public byte[] toByteArray() {
        return array.clone();
    }

    /** The bytes read as UTF-8; malformed input becomes U+FFFD. */
    public String text() {
        return new String(array, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(array, that.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    /** Up to 32 bytes in hexadecimal, and the length: never the whole of a large payload. */
    @Override
    public String toString() {
        int shown = Math.min(array.length, 32);
        String hex = HexFormat.of().formatHex(array, 0, shown);
        return "Bytes[" + array.length + ": " + hex + (shown < array.length ? "..." : "") + "]";
    }
}
