package org.althing.broker.session;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Packet Identifiers (1 to 65,535) to values: a hash table with linear probing, small while there are few, without boxes.
 */
final class IdentifierMap<V> {
    private static final int CAPACITY_MIN = 8;
    private static final int[] NO_KEYS = {};
    private static final @Nullable Object[] NO_VALUES = {};

    private int[] keys = NO_KEYS;
    private @Nullable Object[] values = NO_VALUES;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    @Nullable
    V get(int identifier) {
        int index = find(identifier);
        return index < 0 ? null : value(index);
    }

    boolean has(int identifier) {
        return find(identifier) >= 0;
    }

    void put(int identifier, V value) {
        assert identifier > 0 && identifier <= 0xFFFF : identifier;
        if ((size + 1) * 2 > keys.length) {
            resize(Math.max(CAPACITY_MIN, keys.length * 2));
        }
        int index = slot(identifier);
        while (keys[index] != 0 && keys[index] != identifier) {
            index = next(index);
        }
        if (keys[index] == 0) {
            size++;
        }
        keys[index] = identifier;
        values[index] = value;
    }

    @Nullable
    V remove(int identifier) {
        int index = find(identifier);
        if (index < 0) {
            return null;
        }
        V removed = value(index);
        closeGap(index);
        size--;
        if (size == 0 && keys.length > CAPACITY_MIN) {
            keys = NO_KEYS;
            values = NO_VALUES;
        }
        return removed;
    }

    /** All values, in no order. */
    List<V> values() {
        List<V> found = new ArrayList<>(size);
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] != 0) {
                found.add(value(i));
            }
        }
        return found;
    }

    void clear() {
        keys = NO_KEYS;
        values = NO_VALUES;
        size = 0;
    }

    /** Moves later ones of the same run forward, so that no search stops early at the gap. */
    private void closeGap(int gap) {
        int hole = gap;
        for (int index = next(hole); keys[index] != 0; index = next(index)) {
            int home = slot(keys[index]);
            boolean homeIsBehindHole = hole <= index ? hole < home && home <= index : hole < home || home <= index;
            if (!homeIsBehindHole) {
                keys[hole] = keys[index];
                values[hole] = values[index];
                hole = index;
            }
        }
        keys[hole] = 0;
        values[hole] = null;
    }

    private int find(int identifier) {
        if (size == 0) {
            return -1;
        }
        int index = slot(identifier);
        while (keys[index] != 0) {
            if (keys[index] == identifier) {
                return index;
            }
            index = next(index);
        }
        return -1;
    }

    /** Identifiers are mostly consecutive: the lowest bits spread them best. */
    private int slot(int identifier) {
        return identifier & (keys.length - 1);
    }

    private int next(int index) {
        return (index + 1) & (keys.length - 1);
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // only put() writes values, and where a key is there is a value
    private V value(int index) {
        return (V) values[index];
    }

    private void resize(int capacity) {
        int[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        keys = new int[capacity];
        values = new @Nullable Object[capacity];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int index = slot(oldKeys[i]);
                while (keys[index] != 0) {
                    index = next(index);
                }
                keys[index] = oldKeys[i];
                values[index] = oldValues[i];
            }
        }
    }
}
