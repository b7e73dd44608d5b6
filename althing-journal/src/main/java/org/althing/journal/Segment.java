package org.althing.journal;

/**
 * A file that nothing is appended to any more.
 *
 * @param records how many it holds
 * @param endsAt number of records in the journal up to its end, as they were appended
 * @param bytes of its blocks and header
 */
record Segment(SegmentName name, long records, long endsAt, long bytes) {
    /** Throws if the reader, which has read all it can, did not find what was there before. */
    void check(SegmentReader reader) throws JournalDamagedException {
        if (reader.records() != records) {
            throw new JournalDamagedException(
                    reader.where(), reader.end(), "it has " + reader.records() + " whole records, not " + records);
        }
    }
}
