package org.althing.broker.session;

import org.jspecify.annotations.Nullable;

/** Message ids, 1 or more, to what stands under them: for millions, without a box for each. */
final class IdMap<V> {
    /** What {@link IdMap#forEach} calls. */
    @FunctionalInterface
    interface Visitor<V> {
        void visit(long id, V value);
    }

    /** Linear probing; 0 is no id. Never more than half full. */
    private long[] ids = new long[16];

    private @Nullable Object[] values = new @Nullable Object[16];
    private int used;
    private int forgotten;

    int size() {
        return used - forgotten;
    }

    @Nullable
    V get(long id) {
        return at(find(id));
    }

    void put(long id, V value) {
        if (id <= 0) {
            throw new IllegalArgumentException(id + " is no message id");
        }
        int place = find(id);
        if (ids[place] == 0) {
            ids[place] = id;
            used++;
        }
        values[place] = value;
        if (used > ids.length / 2) {
            grow();
        }
    }

    /** Nothing stands under this id any more, which had something. Its place stays taken. */
    void forget(long id) {
        values[find(id)] = null;
        forgotten++;
    }

    void forEach(Visitor<V> visitor) {
        for (int place = 0; place < ids.length; place++) {
            V value = at(place);
            if (value != null) {
                visitor.visit(ids[place], value);
            }
        }
    }

    @SuppressWarnings("unchecked") // only put puts, and only V
    private @Nullable V at(int place) {
        return (V) values[place];
    }

    private int find(long id) {
        int mask = ids.length - 1;
        long mixed = id * 0x9E3779B97F4A7C15L;
        int place = (int) (mixed ^ mixed >>> 32) & mask;
        while (ids[place] != 0 && ids[place] != id) {
            place = place + 1 & mask;
        }
        return place;
    }

    private void grow() {
        long[] oldIds = ids;
        @Nullable Object[] oldValues = values;
        ids = new long[oldIds.length * 2];
        values = new @Nullable Object[ids.length];
        for (int i = 0; i < oldIds.length; i++) {
            if (oldIds[i] != 0) {
                int place = find(oldIds[i]);
                ids[place] = oldIds[i];
                values[place] = oldValues[i];
            }
        }
    }
}
