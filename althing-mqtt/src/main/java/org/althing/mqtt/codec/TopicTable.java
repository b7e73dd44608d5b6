package org.althing.mqtt.codec;

import java.util.Arrays;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * The topic names that a connection used lately, by their bytes: a publisher repeats itself, and a topic that is found
 * here is neither decoded, checked nor split again.
 *
 * <p>One slot per hash; the newer topic takes the slot. What a peer can make us keep is bounded by slots and length.
 */
final class TopicTable {
    static final int SLOTS = 32;
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
        Entry entry = slots[slot(array, from, length)];
        return entry != null && entry.holds(array, from, length) ? entry.name : null;
    }

    void remember(byte[] array, int from, int length, TopicName name) {
        if (length > BYTES_MAX) {
            return;
        }
        if (slots.length == 0) {
            slots = new @Nullable Entry[SLOTS];
        }
        slots[slot(array, from, length)] = new Entry(Arrays.copyOfRange(array, from, from + length), name);
    }

    private static int slot(byte[] array, int from, int length) {
        int hash = length;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + array[i];
        }
        return (hash ^ hash >>> 15) & (SLOTS - 1);
    }
}
