package org.althing.mqtt.codec;

import java.util.Arrays;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * The topic names used lately, by their bytes: publishers repeat themselves, and a topic that is found here is neither
 * decoded, checked nor split again. One table may serve all decoders of a thread: then a name is one object for all of
 * them, which makes every later look-up of it cheap.
 *
 * <p>What peers can make us keep is bounded by memory, length and levels. The table begins small, and grows while topics
 * drive each other out:
 *
 * <pre>
 *      hash of the bytes
 *           |        newest          oldest
 *      set  0      [ a/b  |  x   |      |      ]
 *           1      [      |      |      |      ]   a new topic enters at the left of its set,
 *           ...                                    and the right one falls out
 * </pre>
 */
public final class TopicTable {
    static final int SLOTS_MIN = 32;
    private static final int SLOTS_MAX = 1 << 18;
    private static final int WAYS = 4;
    static final int BYTES_MAX = 128;
    static final int LEVELS_MAX = 16;

    private static final @Nullable Entry[] EMPTY = new @Nullable Entry[0];

    /** What an entry takes beside its bytes and levels, about. */
    private static final int ENTRY_BYTES = 160;

    private static final int LEVEL_BYTES = 56;

    static final int SCRATCH_BYTES = 256;

    private final long bytesMax;
    private final int slotsMax;
    private @Nullable Entry[] slots = EMPTY;
    private long bytesKept;
    private byte[] scratch = {};

    /** Topics that fell out since the table has this size. */
    private int lost;

    private record Entry(byte[] bytes, int hash, TopicName name) {
        /** What it takes with its name: an estimate. */
        int size() {
            return ENTRY_BYTES + 2 * bytes.length + LEVEL_BYTES * name.levels().size();
        }

        boolean holds(byte[] array, int from, int length, int hashOfArray) {
            return hash == hashOfArray && Arrays.equals(bytes, 0, bytes.length, array, from, from + length);
        }
    }

    /** @param bytesMax how much memory the names may take, at least a few KiB */
    public TopicTable(long bytesMax) {
        this.bytesMax = bytesMax;
        long slotsWanted = Math.max(SLOTS_MIN, Math.min(SLOTS_MAX, bytesMax / ENTRY_BYTES));
        slotsMax = Integer.highestOneBit((int) slotsWanted);
    }

    /** Room for bytes that are looked at before anything else is decoded. */
    byte[] scratch() {
        if (scratch.length == 0) {
            scratch = new byte[SCRATCH_BYTES];
        }
        return scratch;
    }

    @Nullable
    TopicName find(byte[] array, int from, int length) {
        if (slots.length == 0 || length > BYTES_MAX) {
            return null;
        }
        int hash = hash(array, from, length);
        int first = first(hash, slots.length);
        for (int i = first; i < first + WAYS; i++) {
            Entry entry = slots[i];
            if (entry != null && entry.holds(array, from, length, hash)) {
                return entry.name;
            }
        }
        return null;
    }

    void remember(byte[] array, int from, int length, TopicName name) {
        if (length > BYTES_MAX || name.levels().size() > LEVELS_MAX) {
            return;
        }
        if (slots.length == 0) {
            slots = new @Nullable Entry[SLOTS_MIN];
        } else if (lost >= slots.length / 4 && slots.length < slotsMax) {
            grow();
        }
        enter(new Entry(Arrays.copyOfRange(array, from, from + length), hash(array, from, length), name));
    }

    private void enter(Entry entry) {
        int first = first(entry.hash, slots.length);
        int end = first + WAYS - 1;
        Entry oldest = slots[end];
        if (bytesKept + entry.size() > bytesMax) {
            while (end > first && slots[end] == null) {
                end--;
            }
            oldest = slots[end];
            if (oldest == null) {
                return; // Whoever came before in another set stays.
            }
        }
        if (oldest != null) {
            lost++;
            bytesKept -= oldest.size();
        }
        System.arraycopy(slots, first, slots, first + 1, end - first);
        slots[first] = entry;
        bytesKept += entry.size();
    }

    private void grow() {
        @Nullable Entry[] before = slots;
        slots = new @Nullable Entry[before.length * 2];
        bytesKept = 0;
        for (int i = before.length - 1; i >= 0; i--) { // from the oldest of each set to its newest
            Entry entry = before[i];
            if (entry != null) {
                enter(entry);
            }
        }
        lost = 0;
    }

    private static int hash(byte[] array, int from, int length) {
        int hash = length;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + array[i];
        }
        // The upper bits of the product depend on all bits of the sum.
        return hash * 0x9E37_79B9;
    }

    /** The first slot of the set that a hash belongs to. */
    private static int first(int hash, int slots) {
        return (hash >>> Integer.numberOfLeadingZeros(slots / WAYS - 1)) * WAYS;
    }
}
