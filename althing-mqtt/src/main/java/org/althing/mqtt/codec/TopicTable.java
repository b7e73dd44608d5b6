package org.althing.mqtt.codec;

import java.util.Arrays;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * The topic names that a connection used lately, by their bytes: a publisher repeats itself, and a topic that is found
 * here is neither decoded, checked nor split again.
 *
 * <p>What a peer can make us keep is bounded by slots and length:
 *
 * <pre>
 *      hash of the bytes, 3 bits
 *           |        newest          oldest
 *      set  0      [ a/b  |  x   |      |      ]
 *           1      [      |      |      |      ]   a new topic enters at the left of its set,
 *           ...                                    and the right one falls out
 * </pre>
 */
final class TopicTable {
    static final int SLOTS = 32;
    private static final int WAYS = 4;
    static final int BYTES_MAX = 128;

    private static final @Nullable Entry[] EMPTY = new @Nullable Entry[0];

    private @Nullable Entry[] slots = EMPTY;

    private record Entry(byte[] bytes, TopicName name) {
        boolean holds(byte[] array, int from, int length) {
            return Arrays.equals(bytes, 0, bytes.length, array, from, from + length);
        }
    }

    @Nullable
    TopicName find(byte[] array, int from, int length) {
        if (slots.length == 0 || length > BYTES_MAX) {
            return null;
        }
        int first = first(array, from, length);
        for (int i = first; i < first + WAYS; i++) {
            Entry entry = slots[i];
            if (entry != null && entry.holds(array, from, length)) {
                return entry.name;
            }
        }
        return null;
    }

    void remember(byte[] array, int from, int length, TopicName name) {
        if (length > BYTES_MAX) {
            return;
        }
        if (slots.length == 0) {
            slots = new @Nullable Entry[SLOTS];
        }
        int first = first(array, from, length);
        System.arraycopy(slots, first, slots, first + 1, WAYS - 1);
        slots[first] = new Entry(Arrays.copyOfRange(array, from, from + length), name);
    }

    /** The first slot of the set that these bytes belong to. */
    private static int first(byte[] array, int from, int length) {
        int hash = length;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + array[i];
        }
        // The upper bits of the product depend on all bits of the hash.
        return (hash * 0x9E37_79B9 >>> 29) * WAYS;
    }
}
