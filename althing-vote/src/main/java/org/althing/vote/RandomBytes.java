package org.althing.vote;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Random bytes taken from a secure source in blocks, because each call of it costs a system call. Owned by one loop. */
final class RandomBytes {
    private static final int BLOCK = 4_096;

    private final RandomGenerator source;
    private final byte[] block = new byte[BLOCK];
    private int used = BLOCK;

    RandomBytes(RandomGenerator source) {
        this.source = source;
    }

    byte[] next(int count) {
        if (used + count > BLOCK) {
            source.nextBytes(block);
            used = 0;
        }
        byte[] bytes = Arrays.copyOfRange(block, used, used + count);
        Arrays.fill(block, used, used + count, (byte) 0);
        used += count;
        return bytes;
    }

    /** 128 bits. */
    String salt() {
        return HexFormat.of().formatHex(next(16));
    }
}
