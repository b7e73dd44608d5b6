package org.althing.journal;

import java.nio.ByteBuffer;

/** Records that gather on one thread until they are committed together. */
public final class RecordBatch {
    /**
     * Appends one record.
     *
     * @param record its remaining bytes, 1 byte to 256 MiB; the position moves to the limit
     */
    public void add(ByteBuffer record) {}

    public boolean isEmpty() {
        return true;
    }

    /** Records added. */
    public int size() {
        return 0;
    }
}
