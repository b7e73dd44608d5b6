package org.althing.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Builds blocks. A block is what one commit writes: all records of all batches that had gathered.
 *
 * <pre>
 *   offset 0   4   8   12  16                                      multiple of 16
 *          ┌───┬───┬───┬───┬───────┬────────┬───────┬────────┬ ─ ─ ─┐
 *          │len│rec│crc│hdr│ len 1 │ body 1 │ len 2 │ body 2 │  0   │
 *          └───┴───┴───┴───┴───────┴────────┴───────┴────────┴ ─ ─ ─┘
 *           len  bytes of the body: all records with their lengths, without the filling
 *           rec  how many records
 *           crc  CRC32C of the body
 *           hdr  CRC32C of: segment number, offset of the block in its file, len, rec, crc
 * </pre>
 *
 * <h2>Why a sum for each block and not for each record</h2>
 *
 * <p>A disk may write the sectors of one write in any order before it loses power. A good record behind a bad one
 * within the same write means nothing then; a good <em>block</em> behind a bad one means damage, because a block is only
 * written after the one before it was synced. It also makes a batch atomic, and costs one sum instead of many.
 *
 * <h2>Why the header has a sum of its own, over its place</h2>
 *
 * <p>To tell a torn tail from damage, recovery looks for a later block behind a bad one, at any multiple of 16. A header
 * that is copied inside a record, or left over from elsewhere, is not valid at another place. A header never crosses a
 * sector, so it is there as a whole or not at all.
 */
final class BlockBuilder {
    static final int HEADER_BYTES = 16;
    static final int ALIGNMENT = 16;
    static final int BODY_BYTES_MAX = 1 << 30;

    private static final int FIRST_CAPACITY = 64 << 10;
    private static final int KEPT_CAPACITY_MAX = 8 << 20;

    private final CRC32C bodySum = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(FIRST_CAPACITY).position(HEADER_BYTES);
    private int records;

    /** Bytes a block of this body takes in the file. */
    static long size(int bodyLength) {
        return (HEADER_BYTES + (long) bodyLength + ALIGNMENT - 1) & -ALIGNMENT;
    }

    static int headerSum(long segment, long offset, int bodyLength, int records, int bodySum) {
        ByteBuffer summed = ByteBuffer.allocate(28);
        summed.putLong(segment).putLong(offset).putInt(bodyLength).putInt(records);
        summed.putInt(bodySum);
        CRC32C sum = new CRC32C();
        sum.update(summed.array());
        return (int) sum.getValue();
    }

    void clear() {
        if (buffer.capacity() > KEPT_CAPACITY_MAX) {
            buffer = ByteBuffer.allocateDirect(FIRST_CAPACITY);
        }
        buffer.clear().position(HEADER_BYTES);
        bodySum.reset();
        records = 0;
    }

    /** Appends framed records. */
    void add(ByteBuffer framed, int count) {
        reserve(framed.remaining());
        bodySum.update(framed.duplicate());
        buffer.put(framed);
        records += count;
    }

    /** Frames and appends one record. */
    void add(ByteBuffer record) {
        reserve(Integer.BYTES + record.remaining());
        int start = buffer.position();
        buffer.putInt(record.remaining()).put(record);
        bodySum.update(buffer.duplicate().flip().position(start));
        records++;
    }

    boolean isEmpty() {
        return records == 0;
    }

    int records() {
        return records;
    }

    int bodyLength() {
        return buffer.position() - HEADER_BYTES;
    }

    /** The whole block for this place, to be written. Valid until {@link #clear}. */
    ByteBuffer finish(long segment, long offset) {
        int bodyLength = bodyLength();
        reserve(ALIGNMENT);
        int size = (int) size(bodyLength);
        ByteBuffer block = buffer.duplicate();
        while (block.position() < size) {
            block.put((byte) 0);
        }
        int sum = (int) bodySum.getValue();
        block.putInt(0, bodyLength).putInt(4, records).putInt(8, sum);
        block.putInt(12, headerSum(segment, offset, bodyLength, records, sum));
        return block.flip();
    }

    private void reserve(int bytes) {
        long needed = (long) buffer.position() + bytes;
        if (needed <= buffer.capacity()) {
            return;
        }
        long doubled = Math.min(2L * buffer.capacity(), Integer.MAX_VALUE - 64);
        buffer = ByteBuffer.allocateDirect((int) Math.max(needed, doubled)).put(buffer.flip());
    }
}
