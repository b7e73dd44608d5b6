package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the blocks of one file from the beginning, until there is no valid one.
 *
 * <p>Owned by the thread that made it: the opening one, the committer when it reopens, the compactor.
 */
final class SegmentReader implements AutoCloseable {
    private static final int WINDOW_BYTES = 256 << 10;

    private final Disk.DiskFile file;
    private final String where;
    private final SegmentHeader header;
    private final long size;

    private ByteBuffer window = ByteBuffer.allocate(0);
    private long windowStart;

    private long end = SegmentHeader.BYTES;
    private int inBlock;
    private long lastBlock = -1;
    private long records;

    SegmentReader(Disk disk, SegmentName name) throws IOException {
        where = disk + "/" + name;
        file = disk.open(name.toString());
        try {
            size = file.size();
            header = SegmentHeader.decode(at(0, (int) Math.min(size, SegmentHeader.BYTES)), name, where);
        } catch (IOException | RuntimeException failure) {
            file.close();
            throw failure;
        }
    }

    SegmentHeader header() {
        return header;
    }

    /** The file with its folder, for messages. */
    String where() {
        return where;
    }

    /** Where the valid blocks read so far end. */
    long end() {
        return end;
    }

    /** Where the record stands that is being replayed; see {@link Place}. */
    long place() {
        return Place.of(header.number(), end, inBlock);
    }

    /** Where the last valid block begins, or -1. */
    long lastBlock() {
        return lastBlock;
    }

    /** Records in the valid blocks read so far. */
    long records() {
        return records;
    }

    /** The next valid block's records; false, and nothing else, if there is no valid block at {@link #end}. */
    boolean next(Journal.Replay replay) throws IOException {
        int bodyLength = bodyLengthAt(end);
        if (bodyLength < 0 || BlockBuilder.size(bodyLength) > size - end) {
            return false;
        }
        ByteBuffer block = at(end, BlockBuilder.HEADER_BYTES + bodyLength);
        int count = block.getInt(4);
        CRC32C sum = new CRC32C();
        sum.update(block.duplicate().position(BlockBuilder.HEADER_BYTES));
        if ((int) sum.getValue() != block.getInt(8)) {
            return false;
        }
        ByteBuffer body = block.position(BlockBuilder.HEADER_BYTES).slice().asReadOnlyBuffer();
        for (inBlock = 0; inBlock < count; inBlock++) {
            int length = body.getInt();
            replay(body.slice(body.position(), length), replay);
            body.position(body.position() + length);
        }
        records += count;
        lastBlock = end;
        end += BlockBuilder.size(bodyLength);
        return true;
    }

    private void replay(ByteBuffer record, Journal.Replay replay) throws IOException {
        try {
            replay.record(record);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "a record in the block at byte " + end + " of " + where + " cannot be used: " + e.getMessage(), e);
        }
    }

    /** Reads all valid blocks that are left. */
    void all(Journal.Replay replay) throws IOException {
        boolean more = true;
        while (more) {
            more = next(replay);
        }
    }

    /** Reads the rest of a segment that is closed: behind its last block must be nothing but the zero filling. */
    void allOfClosed(Journal.Replay replay) throws IOException {
        all(replay);
        if (used() > end) {
            throw new JournalDamagedException(where, end, "its content does not match its check sum");
        }
    }

    /** Where the zero filling begins: the place behind the last byte that is not zero. */
    long used() throws IOException {
        long position = size;
        while (position > end) {
            int length = (int) Math.min(WINDOW_BYTES, position - end);
            ByteBuffer bytes = at(position - length, length);
            for (int i = length - 1; i >= 0; i--) {
                if (bytes.get(i) != 0) {
                    return position - length + i + 1;
                }
            }
            position -= length;
        }
        return end;
    }

    /** Whether a block follows the place where the valid ones end: then the bad one is no torn tail. */
    boolean hasBlockBehindEnd() throws IOException {
        return blockBehindEnd() >= 0;
    }

    private long blockBehindEnd() throws IOException {
        int bodyLength = bodyLengthAt(end);
        long from = end + (bodyLength < 0 ? BlockBuilder.ALIGNMENT : BlockBuilder.size(bodyLength));
        for (long place = from; place < size; place += BlockBuilder.ALIGNMENT) {
            if (bodyLengthAt(place) >= 0) {
                return place;
            }
        }
        return -1;
    }

    /** Goes on at the next block header behind a bad block; false if there is none. */
    boolean skipDamage() throws IOException {
        long next = blockBehindEnd();
        if (next >= 0) {
            end = next;
        }
        return next >= 0;
    }

    /** The bytes of the last valid block, or null if there is none. */
    @Nullable
    ByteBuffer lastBlockBytes() throws IOException {
        return lastBlock < 0 ? null : at(lastBlock, (int) (end - lastBlock));
    }

    /** From a valid block header; -1 if there is none at this place. */
    private int bodyLengthAt(long place) throws IOException {
        if (size - place < BlockBuilder.HEADER_BYTES) {
            return -1;
        }
        ByteBuffer bytes = at(place, BlockBuilder.HEADER_BYTES);
        int length = bytes.getInt(0);
        boolean possible = length > 0 && length <= BlockBuilder.BODY_BYTES_MAX;
        return possible
                        && bytes.getInt(12)
                                == BlockBuilder.headerSum(
                                        header.number(), place, length, bytes.getInt(4), bytes.getInt(8))
                ? length
                : -1;
    }

    /** These bytes of the file, which must be within its size. Valid until the next call. */
    private ByteBuffer at(long position, int length) throws IOException {
        if (position < windowStart || position + length > windowStart + window.limit()) {
            fill(position, length);
        }
        return window.slice((int) (position - windowStart), length);
    }

    private void fill(long position, int length) throws IOException {
        if (length > window.capacity()) {
            window = ByteBuffer.allocate((int) Math.max(length, Math.min(size, WINDOW_BYTES)));
        }
        window.clear().limit((int) Math.min(window.capacity(), size - position));
        windowStart = position;
        while (window.hasRemaining()) {
            if (file.read(window, position + window.position()) < 0) {
                throw new IOException(where + " became shorter while it was read");
            }
        }
        window.flip();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
