package org.althing.journal;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Records that gather on one thread until they are committed together. After a crash either all of them are there or
 * none.
 */
public final class RecordBatch {
    /** The longest record: the largest MQTT packet, 256 MiB, and room for what describes it. */
    public static final int RECORD_BYTES_MAX = 288 << 20;

    private static final int FIRST_CAPACITY = 512;
    private static final byte[] NOTHING = new byte[0];

    /** Framed as on disk: length, body, length, body. */
    private byte[] framed = NOTHING;

    private int length;
    private int records;

    /**
     * Appends one record.
     *
     * @param record its remaining bytes, 1 byte to 288 MiB; the position moves to the limit
     * @throws IllegalArgumentException if the record is empty or too long
     * @throws IllegalStateException if the batch would become longer than 1 GiB
     */
    public void add(ByteBuffer record) {
        int bodyLength = record.remaining();
        if (bodyLength < 1 || bodyLength > RECORD_BYTES_MAX) {
            throw new IllegalArgumentException("a record has 1 to " + RECORD_BYTES_MAX + " bytes, not " + bodyLength);
        }
        long needed = (long) length + Integer.BYTES + bodyLength;
        if (needed > BlockBuilder.BODY_BYTES_MAX) {
            throw new IllegalStateException("a batch has at most " + BlockBuilder.BODY_BYTES_MAX + " bytes");
        }
        if (needed > framed.length) {
            long grown = Math.max(Math.max(needed, FIRST_CAPACITY), Math.min(2L * framed.length, 1L << 30));
            framed = Arrays.copyOf(framed, (int) grown);
        }
        ByteBuffer.wrap(framed).putInt(length, bodyLength);
        record.get(framed, length + Integer.BYTES, bodyLength);
        length = (int) needed;
        records++;
    }

    public boolean isEmpty() {
        return records == 0;
    }

    /** Records added. */
    public int size() {
        return records;
    }

    /** Gives the content away and leaves the batch empty. */
    Content take() {
        Content content = new Content(ByteBuffer.wrap(framed, 0, length), records);
        framed = NOTHING;
        length = 0;
        records = 0;
        return content;
    }

    /** What a batch held: framed records, and how many. */
    record Content(ByteBuffer framed, int records) {}
}
