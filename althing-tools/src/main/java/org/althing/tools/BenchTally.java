package org.althing.tools;

import java.util.BitSet;

/**
 * Counts exactly what one subscriber gets of one publisher: which numbers came, which came twice, which came after a
 * higher one. Belongs to the thread of that subscriber's handler, and to whoever asks when it has ended.
 */
final class BenchTally {
    private final BitSet seen = new BitSet();
    private long highest = -1;
    private long duplicates;
    private long reordered;

    /** Returns whether it is a new one. */
    boolean got(long number) {
        int index = Math.toIntExact(number);
        if (seen.get(index)) {
            duplicates++;
            return false;
        }
        seen.set(index);
        if (number < highest) {
            reordered++;
        }
        highest = Math.max(highest, number);
        return true;
    }

    long received() {
        return seen.cardinality();
    }

    long duplicates() {
        return duplicates;
    }

    long reordered() {
        return reordered;
    }
}
