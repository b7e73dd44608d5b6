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
     * @throws IllegalArgumentException if the record means nothing
     */
    @Nullable
    Key keyOf(ByteBuffer record);

    /**
     * The number, 1 or more, by which this record can be read back from the files as long as it counts; 0 if it has none.
     * A record that removes the one with number n has -n.
     *
     * @param record valid during the call; its position must not move
     */
    default long numberOf(ByteBuffer record) {
        return 0;
    }

    /**
     * What a record is about. Made by the methods below.
     *
     * @param group what the key belongs to, or null
     * @param bytes equal for records about the same thing; null if the record removes a whole group
     * @param removes whether the record says that the thing is gone: then nothing has to be kept
     */
    record Key(@Nullable ByteBuffer group, @Nullable ByteBuffer bytes, boolean removes) {
        /** A key that belongs to no group. */
        public static Key of(ByteBuffer bytes, boolean removes) {
            return new Key(null, bytes, removes);
        }

        /** A key that also goes when its group is removed. Keys are told apart by their bytes alone. */
        public static Key in(ByteBuffer group, ByteBuffer bytes, boolean removes) {
            return new Key(group, bytes, removes);
        }

        /** The record removes all earlier ones of the group. */
        public static Key removalOf(ByteBuffer group) {
            return new Key(group, null, true);
        }
    }
}
