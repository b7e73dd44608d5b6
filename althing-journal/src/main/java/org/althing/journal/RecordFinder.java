package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads single records back, by the numbers that {@link Keys#numberOf} gives them: knows where each stands. The file and
 * the block that were read last are kept, since what is read next mostly stands beside it.
 *
 * <p>Owned by whoever has the journal's turn.
 */
final class RecordFinder {
    private static final int KEPT_BLOCK_BYTES_MAX = 8 << 20;

    private final Disk disk;
    private final Keys keys;
    private final LongTable places;

    private @Nullable SegmentName segment;
    private Disk.@Nullable DiskFile file;
    private long blockOffset;
    private @Nullable ByteBuffer block;

    /** @param places of all records with a number; this object's from now on */
    RecordFinder(Disk disk, Keys keys, LongTable places) {
        this.disk = disk;
        this.keys = keys;
        this.places = places;
    }

    /** Learns the places of records that were written as one block. */
    void written(ByteBuffer framed, Numbering block) {
        ByteBuffer record = framed.duplicate();
        int end = record.limit();
        while (record.position() < end) {
            int length = record.getInt();
            int next = record.position() + length;
            note(record.limit(next), block.next());
            record.limit(end).position(next);
        }
    }

    /** Counts the records of a block whose place is known. */
    static final class Numbering {
        private final long segment;
        private final long offset;
        private int index;

        Numbering(long segment, long offset) {
            this.segment = segment;
            this.offset = offset;
        }

        long next() {
            return Place.of(segment, offset, index++);
        }
    }

    private void note(ByteBuffer record, long place) {
        long number = keys.numberOf(record);
        if (number > 0) {
            places.put(number, place);
        } else if (number < 0) {
            places.remove(-number);
        }
    }

    /** A compacted segment took the place of all up to it; its records stand where {@code moved} says. */
    void moved(LongTable moved, long base, long current) {
        moved.forEach((number, place) -> {
            long before = places.get(number);
            if (before != LongTable.NONE && Place.segment(before, current) <= base) {
                places.put(number, place);
            }
        });
        forgetFile();
    }

    /**
     * The record with this number; null if there is none. Valid until the next call.
     *
     * @param base number of the compacted segment, or 0
     * @param current number of the segment that is written
     */
    @Nullable
    ByteBuffer find(long number, long base, long current) throws IOException {
        long place = places.get(number);
        if (place == LongTable.NONE) {
            return null;
        }
        long in = Place.segment(place, current);
        SegmentName name = new SegmentName(in, in <= base);
        try {
            ByteBuffer found = in(block(name, Place.blockOffset(place)), Place.index(place), number);
            if (found != null) {
                return found;
            }
        } catch (IOException | RuntimeException failure) {
            forgetFile();
            throw failure;
        }
        throw new JournalDamagedException(
                disk + "/" + name, Place.blockOffset(place), "it does not hold the record that was written there");
    }

    private @Nullable ByteBuffer in(ByteBuffer records, int index, long number) {
        ByteBuffer found = null;
        for (int i = 0; records.hasRemaining(); i++) {
            int length = records.getInt();
            if (i == index || i > index && index == Place.INDEX_MAX) { // among those, the last one counts
                ByteBuffer record = records.slice(records.position(), length);
                found = keys.numberOf(record) == number ? record : found;
            }
            records.position(records.position() + length);
        }
        return found;
    }

    private ByteBuffer block(SegmentName name, long offset) throws IOException {
        ByteBuffer kept = block;
        if (kept != null && name.equals(segment) && offset == blockOffset) {
            return kept.duplicate();
        }
        Disk.DiskFile open = open(name);
        ByteBuffer header = read(open, name, offset, BlockBuilder.HEADER_BYTES);
        int length = header.getInt(0);
        int sum = header.getInt(8);
        if (header.getInt(12) != BlockBuilder.headerSum(name.number(), offset, length, header.getInt(4), sum)) {
            throw new JournalDamagedException(disk + "/" + name, offset, "a block that was written is not there");
        }
        ByteBuffer body = read(open, name, offset + BlockBuilder.HEADER_BYTES, length);
        CRC32C found = new CRC32C();
        found.update(body.duplicate());
        if ((int) found.getValue() != sum) {
            throw new JournalDamagedException(disk + "/" + name, offset, "its content does not match its check sum");
        }
        block = length > KEPT_BLOCK_BYTES_MAX ? null : body;
        blockOffset = offset;
        return body.duplicate();
    }

    private Disk.DiskFile open(SegmentName name) throws IOException {
        if (file != null && name.equals(segment)) {
            return file;
        }
        forgetFile();
        file = disk.open(name.toString());
        segment = name;
        return file;
    }

    private ByteBuffer read(Disk.DiskFile from, SegmentName name, long offset, int length) throws IOException {
        if (length < 0 || offset + length > from.size()) {
            throw new JournalDamagedException(
                    disk + "/" + name, offset, "the file ends before a block that was written");
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (from.read(bytes, offset + bytes.position()) < 0) {
                throw new IOException(disk + "/" + name + " became shorter while it was read");
            }
        }
        return bytes.flip();
    }

    /** Closes what is open. */
    void forgetFile() {
        block = null;
        segment = null;
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                System.getLogger(Journal.class.getPackageName())
                        .log(System.Logger.Level.DEBUG, "closing a segment that was read", e);
            }
            file = null;
        }
    }
}
