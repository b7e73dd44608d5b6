package org.althing.journal;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Says which records replace which: of all records with one key only the last counts. A journal that knows this drops
 * the others from time to time. Must give the same answer for the same bytes, on any thread.
 */
@FunctionalInterface
public interface Keys {
    /**
     * The record's key, or null if the record stays for ever.
     *
     * @param record valid during the call
     */
    @Nullable
    Key keyOf(ByteBuffer record);

    /**
     * What a record is about.
     *
     * @param bytes equal for records about the same thing
     * @param removes whether the record says that the thing is gone: then nothing has to be kept
     */
    record Key(ByteBuffer bytes, boolean removes) {}
}
