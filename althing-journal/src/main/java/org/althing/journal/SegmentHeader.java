package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The first 64 bytes of a file.
 *
 * <pre>
 *    0  "ALTHJRNL"
 *    8  format version
 *   12  flags: 1 = compacted, 2 = each block was synced before the next was written
 *   16  number of the segment
 *   24  records in the journal before this segment, as they were appended
 *   32  compacted: records it stands for, as they were appended; otherwise 0
 *   40  zero
 *   60  CRC32C of the 60 bytes before
 * </pre>
 *
 * @param covered how many appended records a compacted segment stands for
 */
record SegmentHeader(long number, boolean compacted, boolean synced, long recordsBefore, long covered) {
    static final int BYTES = 64;
    static final int FORMAT_VERSION = 1;

    private static final long MAGIC = 0x414C54484A524E4CL; // "ALTHJRNL"
    private static final int COMPACTED = 1;
    private static final int SYNCED = 2;

    /** A segment that records are appended to. */
    static SegmentHeader log(long number, boolean synced, long recordsBefore) {
        return new SegmentHeader(number, false, synced, recordsBefore, 0);
    }

    /** A segment that takes the place of all segments up to its number. */
    static SegmentHeader compacted(long number, long covered) {
        return new SegmentHeader(number, true, true, 0, covered);
    }

    SegmentName name() {
        return new SegmentName(number, compacted);
    }

    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putLong(MAGIC).putInt(FORMAT_VERSION).putInt((compacted ? COMPACTED : 0) | (synced ? SYNCED : 0));
        bytes.putLong(number).putLong(recordsBefore).putLong(covered);
        return bytes.putInt(BYTES - 4, sum(bytes)).clear();
    }

    /**
     * @param bytes the first 64, or fewer if the file is shorter
     * @param where names the file, for messages
     */
    static SegmentHeader decode(ByteBuffer bytes, SegmentName name, String where) throws IOException {
        if (bytes.remaining() < BYTES || bytes.getLong(0) != MAGIC) {
            throw new JournalDamagedException(where, 0, "this is not the beginning of a journal file");
        }
        int version = bytes.getInt(8);
        if (version > FORMAT_VERSION) {
            throw new IOException(where + " was written by a newer version of this program (format " + version
                    + ", this version reads up to " + FORMAT_VERSION + "); use that version, or an empty folder");
        }
        if (version < 1 || bytes.getInt(BYTES - 4) != sum(bytes)) {
            throw new JournalDamagedException(where, 0, "the file's header does not match its check sum");
        }
        int flags = bytes.getInt(12);
        SegmentHeader header = new SegmentHeader(
                bytes.getLong(16),
                (flags & COMPACTED) != 0,
                (flags & SYNCED) != 0,
                bytes.getLong(24),
                bytes.getLong(32));
        if (!header.name().equals(name)) {
            throw new JournalDamagedException(where, 0, "its header says that it is " + header.name());
        }
        return header;
    }

    private static int sum(ByteBuffer bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes.duplicate().clear().limit(BYTES - 4));
        return (int) sum.getValue();
    }
}
