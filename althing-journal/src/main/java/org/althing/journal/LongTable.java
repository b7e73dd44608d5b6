package org.althing.journal;

/** Numbers of 1 and more to numbers that are not 0, for millions of them: 22 to 43 bytes for one. */
final class LongTable {
    /** No such key. */
    static final long NONE = 0;

    private static final int FIRST_CAPACITY = 16;

    /** What {@link #forEach} calls. */
    @FunctionalInterface
    interface Visitor {
        void visit(long key, long value);
    }

    /** Linear probing, at most three quarters full; 0 is an empty place. */
    private long[] keys = new long[FIRST_CAPACITY];

    private long[] values = new long[FIRST_CAPACITY];
    private int size;

    int size() {
        return size;
    }

    long get(long key) {
        int place = find(key);
        return keys[place] == 0 ? NONE : values[place];
    }

    void put(long key, long value) {
        assert key > 0 && value != NONE : key + " = " + value;
        int place = find(key);
        if (keys[place] == 0) {
            keys[place] = key;
            size++;
        }
        values[place] = value;
        if (size > keys.length / 4 * 3) {
            resize(keys.length * 2);
        }
    }

    void remove(long key) {
        int gap = find(key);
        if (keys[gap] == 0) {
            return;
        }
        size--;
        int mask = keys.length - 1;
        for (int place = gap + 1 & mask; keys[place] != 0; place = place + 1 & mask) {
            // Whoever stands behind the gap moves into it, if its search would come by there.
            if ((place - home(keys[place]) & mask) >= (place - gap & mask)) {
                keys[gap] = keys[place];
                values[gap] = values[place];
                gap = place;
            }
        }
        keys[gap] = 0;
        if (size < keys.length / 8 && keys.length > FIRST_CAPACITY) {
            resize(keys.length / 4);
        }
    }

    void forEach(Visitor visitor) {
        for (int place = 0; place < keys.length; place++) {
            if (keys[place] != 0) {
                visitor.visit(keys[place], values[place]);
            }
        }
    }

    private int find(long key) {
        int mask = keys.length - 1;
        int place = home(key);
        while (keys[place] != 0 && keys[place] != key) {
            place = place + 1 & mask;
        }
        return place;
    }

    private int home(long key) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return (int) (mixed ^ mixed >>> 32) & keys.length - 1;
    }

    private void resize(int capacity) {
        long[] oldKeys = keys;
        long[] oldValues = values;
        keys = new long[Math.max(FIRST_CAPACITY, capacity)];
        values = new long[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int place = find(oldKeys[i]);
                keys[place] = oldKeys[i];
                values[place] = oldValues[i];
            }
        }
    }
}
