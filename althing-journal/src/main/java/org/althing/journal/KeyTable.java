package org.althing.journal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Byte strings to numbers, for millions of them: about 30 bytes for each besides its own.
 *
 * <h2>How</h2>
 *
 * <p>Entries stand one behind the other in chunks; an open hash table names their places. Nothing is ever taken out, but a
 * value may become {@link #NONE}.
 *
 * <pre>
 *   slots   ... │ tag 24 bits, place + 1 40 bits │ 0 │ ...          linear probing, at most two thirds full
 *   entry   length 4 │ value 8 │ bytes
 * </pre>
 *
 * <p>The hash begins with a number that clients cannot know, so they cannot choose names that collide.
 */
final class KeyTable {
    /** No such key, or one whose value was taken away. */
    static final long NONE = -1;

    private static final int CHUNK_BITS = 20;
    private static final int CHUNK_BYTES = 1 << CHUNK_BITS;
    private static final int CHUNK_BYTES_MIN = 1 << 12;
    private static final int ENTRY_BYTES = 12;
    private static final int PLACE_BITS = 40;
    private static final long PLACE_MASK = (1L << PLACE_BITS) - 1;

    private final long seed = System.identityHashCode(this);
    private final List<ByteBuffer> chunks = new ArrayList<>();
    private long[] slots = new long[1 << 10];
    private int used;

    boolean isEmpty() {
        return used == 0;
    }

    /** The key's value. */
    long get(ByteBuffer key) {
        long slot = slots[find(key, hash(key))];
        return slot == 0 ? NONE : valueAt(slot);
    }

    /** Takes the key's value away, and returns it. */
    long remove(ByteBuffer key) {
        long slot = slots[find(key, hash(key))];
        if (slot == 0) {
            return NONE;
        }
        long before = valueAt(slot);
        setValue(slot, NONE);
        return before;
    }

    /** Gives the key this value, 0 or more; returns the one before. */
    long put(ByteBuffer key, long value) {
        long hash = hash(key);
        int index = find(key, hash);
        long slot = slots[index];
        if (slot != 0) {
            long before = valueAt(slot);
            setValue(slot, value);
            return before;
        }
        slots[index] = hash & ~PLACE_MASK | append(key, value) + 1;
        used++;
        if (used > slots.length / 3 * 2) {
            grow();
        }
        return NONE;
    }

    /** The slot of this key, or the empty one where it belongs. */
    private int find(ByteBuffer key, long hash) {
        int mask = slots.length - 1;
        int index = (int) hash & mask;
        while (slots[index] != 0 && !isAt(slots[index], key, hash)) {
            index = index + 1 & mask;
        }
        return index;
    }

    private boolean isAt(long slot, ByteBuffer key, long hash) {
        if ((slot ^ hash) >>> PLACE_BITS != 0) {
            return false;
        }
        ByteBuffer chunk = chunkOf(slot);
        int start = startOf(slot);
        int length = chunk.getInt(start);
        if (length != key.remaining()) {
            return false;
        }
        chunk.clear().position(start + ENTRY_BYTES).limit(start + ENTRY_BYTES + length);
        boolean same = chunk.mismatch(key) < 0;
        chunk.clear();
        return same;
    }

    private long valueAt(long slot) {
        return chunkOf(slot).getLong(startOf(slot) + Integer.BYTES);
    }

    private void setValue(long slot, long value) {
        chunkOf(slot).putLong(startOf(slot) + Integer.BYTES, value);
    }

    private ByteBuffer chunkOf(long slot) {
        return chunks.get((int) ((slot & PLACE_MASK) - 1 >>> CHUNK_BITS));
    }

    private static int startOf(long slot) {
        return (int) ((slot & PLACE_MASK) - 1) & CHUNK_BYTES - 1;
    }

    /** Where the next entry goes in the last chunk. */
    private int filled = CHUNK_BYTES;

    private long append(ByteBuffer key, long value) {
        int size = ENTRY_BYTES + key.remaining();
        if (filled + size > CHUNK_BYTES) {
            chunks.add(ByteBuffer.allocate(Math.max(size, chunks.isEmpty() ? CHUNK_BYTES_MIN : CHUNK_BYTES)));
            filled = 0;
        } else if (filled + size > chunks.getLast().capacity()) {
            growChunk(filled + size);
        }
        int start = filled;
        ByteBuffer chunk = chunks.getLast();
        chunk.putInt(start, key.remaining()).putLong(start + Integer.BYTES, value);
        chunk.put(start + ENTRY_BYTES, key, key.position(), key.remaining());
        filled += size;
        return (long) chunks.size() - 1 << CHUNK_BITS | start;
    }

    /** The first chunk begins small, as most tables are. */
    private void growChunk(int needed) {
        ByteBuffer small = chunks.removeLast();
        int capacity = Math.min(CHUNK_BYTES, Math.max(needed, 2 * small.capacity()));
        chunks.add(ByteBuffer.allocate(capacity).put(0, small, 0, filled));
    }

    private void grow() {
        long[] old = slots;
        slots = new long[old.length * 2];
        int mask = slots.length - 1;
        for (long slot : old) {
            if (slot != 0) {
                int index = (int) hashAt(slot) & mask;
                while (slots[index] != 0) {
                    index = index + 1 & mask;
                }
                slots[index] = slot;
            }
        }
    }

    private long hashAt(long slot) {
        ByteBuffer chunk = chunkOf(slot);
        int start = startOf(slot) + ENTRY_BYTES;
        return hash(chunk, start, start + chunk.getInt(startOf(slot)));
    }

    private long hash(ByteBuffer key) {
        return hash(key, key.position(), key.limit());
    }

    private long hash(ByteBuffer bytes, int from, int to) {
        long hash = mix(seed ^ to - from);
        int place = from;
        for (; to - place >= Long.BYTES; place += Long.BYTES) {
            hash = mix(hash ^ bytes.getLong(place));
        }
        long rest = 1;
        for (; place < to; place++) {
            rest = rest << 8 | bytes.get(place) & 0xFF;
        }
        return mix(hash ^ rest);
    }

    private static long mix(long value) {
        long mixed = (value ^ 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
        mixed ^= mixed >>> 32;
        mixed *= 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 29;
    }
}
