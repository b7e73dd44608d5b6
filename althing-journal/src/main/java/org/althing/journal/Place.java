package org.althing.journal;

/**
 * Where a record stands, in one number: never 0.
 *
 * <pre>
 *   │ segment 22 bits │ block's offset / 16, 34 bits │ which record of the block 8 bits │
 * </pre>
 *
 * <p>Of the segment's number the lowest bits are enough, since far fewer segments are there at one time. A record behind
 * the 255th of its block counts as the 255th: readers look on from there.
 */
final class Place {
    private static final int INDEX_BITS = 8;
    private static final int OFFSET_BITS = 34;
    static final int INDEX_MAX = (1 << INDEX_BITS) - 1;
    private static final long SEGMENT_MASK = (1L << 64 - OFFSET_BITS - INDEX_BITS) - 1;

    private Place() {}

    /** @param index which record of the block, from 0 on */
    static long of(long segment, long blockOffset, int index) {
        long offset = blockOffset / BlockBuilder.ALIGNMENT;
        assert offset > 0 && offset < 1L << OFFSET_BITS : blockOffset;
        return (segment & SEGMENT_MASK) << OFFSET_BITS + INDEX_BITS | offset << INDEX_BITS | Math.min(index, INDEX_MAX);
    }

    /** @param current number of a segment that is not older, for the highest bits */
    static long segment(long place, long current) {
        long lowest = place >>> OFFSET_BITS + INDEX_BITS;
        return current - (current - lowest & SEGMENT_MASK);
    }

    static long blockOffset(long place) {
        return (place >>> INDEX_BITS & (1L << OFFSET_BITS) - 1) * BlockBuilder.ALIGNMENT;
    }

    /** Which record of the block it is; of {@link #INDEX_MAX}, that one or one behind it. */
    static int index(long place) {
        return (int) place & INDEX_MAX;
    }
}
