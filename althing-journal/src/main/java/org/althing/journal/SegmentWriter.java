package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One file that blocks are appended to. Space is taken before the records go in: a full disk fails there, and in the
 * middle of a file only data is synced, not its length.
 */
final class SegmentWriter implements AutoCloseable {
    private static final int ZEROS_BYTES = 64 << 10;

    private final Disk.DiskFile file;
    private final SegmentHeader header;
    private final int allocationStep;
    private final ByteBuffer zeros;

    private long allocated = SegmentHeader.BYTES;
    private long end = SegmentHeader.BYTES;
    private long records;
    private long durableEnd = SegmentHeader.BYTES;
    private long durableRecords;

    private SegmentWriter(Disk.DiskFile file, SegmentHeader header, int allocationStep) {
        this.file = file;
        this.header = header;
        this.allocationStep = allocationStep;
        this.zeros = ByteBuffer.allocateDirect(Math.min(ZEROS_BYTES, allocationStep));
    }

    /** Begins a file under its unfinished name: whoever finds it so after a crash may delete it. */
    static SegmentWriter begin(Disk disk, SegmentHeader header, int allocationStep) throws IOException {
        Disk.DiskFile file = disk.open(header.name().unfinished());
        SegmentWriter writer = new SegmentWriter(file, header, allocationStep);
        try {
            file.truncate(0);
            file.write(header.encode(), 0);
            writer.allocate(writer.end + allocationStep);
        } catch (IOException | RuntimeException failure) {
            writer.close();
            throw failure;
        }
        return writer;
    }

    /** Gives the file its name, in the place of one that may be there. All content is durable first. */
    void publish(Disk disk) throws IOException {
        sync();
        disk.rename(header.name().unfinished(), header.name().toString());
        disk.sync();
    }

    SegmentHeader header() {
        return header;
    }

    /** Where the blocks end that were written. */
    long end() {
        return end;
    }

    /** Records that were written. */
    long records() {
        return records;
    }

    /** Where the blocks end that are durable. */
    long durableEnd() {
        return durableEnd;
    }

    /** Records that are durable. */
    long durableRecords() {
        return durableRecords;
    }

    /** Writes the block. After a failure the file must not be written again. */
    void append(BlockBuilder builder) throws IOException {
        ByteBuffer block = builder.finish(header.number(), end);
        long newEnd = end + block.remaining();
        if (newEnd > allocated) {
            allocate(Math.max(newEnd, allocated + allocationStep));
        }
        file.write(block, end);
        end = newEnd;
        records += builder.records();
    }

    /** Makes durable what was written. After a failure the file must not be written again. */
    void sync() throws IOException {
        file.sync();
        trust();
    }

    /** What was written counts as durable, because nobody asks for more. */
    void trust() {
        durableEnd = end;
        durableRecords = records;
    }

    /** Gives back the space that was taken and not used. */
    void trim() throws IOException {
        file.truncate(end);
        allocated = end;
    }

    private void allocate(long upTo) throws IOException {
        for (long position = allocated; position < upTo; position += zeros.capacity()) {
            file.write(zeros.clear().limit((int) Math.min(zeros.capacity(), upTo - position)), position);
        }
        allocated = upTo;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
