package org.althing.vote.tcp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The binary form of one of the lab's clients: the length of the name (4 bytes, little endian), the name, and one character,
 * the option's place from 0. It is answered by the length of the sentence in the same way, and the sentence.
 */
record LabBinary(String voter, int option) {
    /** No name is longer; whoever says so speaks another protocol. */
    static final int NAME_MAX = 256;

    /** What arrived: the ballot, or null while some of it is missing. */
    static @Nullable LabBinary parse(byte[] bytes) {
        if (bytes.length < Integer.BYTES || !isPossible(bytes)) {
            return null;
        }
        int length = length(bytes);
        if (bytes.length < Integer.BYTES + length + 1) {
            return null;
        }
        byte[] name = java.util.Arrays.copyOfRange(bytes, Integer.BYTES, Integer.BYTES + length);
        String text = LineInput.utf8(name);
        return new LabBinary(text == null ? LineInput.latin1(name) : text, bytes[Integer.BYTES + length] - '0');
    }

    /** Whether what arrived can become such a ballot. */
    static boolean isPossible(byte[] bytes) {
        if (bytes.length < Integer.BYTES) {
            return bytes.length < 3 || bytes[2] == 0;
        }
        return length(bytes) >= 1 && length(bytes) <= NAME_MAX;
    }

    static ByteBuffer answer(String sentence) {
        byte[] text = sentence.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Integer.BYTES + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(text.length)
                .put(text)
                .flip();
    }

    private static int length(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }
}
