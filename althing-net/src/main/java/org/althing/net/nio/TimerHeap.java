package org.althing.net.nio;

import java.util.Arrays;
import java.util.Objects;
import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Timers of one loop, the next one on top: a binary heap in which each timer knows its place, so that one that is
 * cancelled is gone at once. Most keep alive and handshake timers are cancelled before their time.
 */
final class TimerHeap {
    private static final int CAPACITY_MIN = 16;

    private @Nullable Entry[] heap = new @Nullable Entry[CAPACITY_MIN];
    private int size;
    private long numbers;

    /** A task and its time. */
    final class Entry implements EventLoop.Timer {
        private final long nanos;
        private final long number;
        private final Runnable task;
        private int index = -1;

        Entry(long nanos, long number, Runnable task) {
            this.nanos = nanos;
            this.number = number;
            this.task = task;
        }

        private boolean isBefore(Entry other) {
            long difference = nanos - other.nanos; // the clock may pass Long.MAX_VALUE
            return difference < 0 || (difference == 0 && number < other.number);
        }

        @Override
        public void cancel() {
            if (index >= 0) {
                removeAt(index);
            }
        }
    }

    Entry add(long nanos, Runnable task) {
        Entry entry = new Entry(nanos, numbers++, task);
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        size++;
        up(size - 1, entry);
        return entry;
    }

    int size() {
        return size;
    }

    /** Nanoseconds from now to the next timer, 0 if it is due; only while there is one. */
    long nanosToNext(long now) {
        return Math.max(0, at(0).nanos - now);
    }

    /** Takes the next timer out if its time has come; otherwise null. */
    @Nullable
    Runnable pollDue(long now) {
        if (size == 0 || at(0).nanos - now > 0) {
            return null;
        }
        Entry first = at(0);
        removeAt(0);
        return first.task;
    }

    private void removeAt(int index) {
        Entry removed = at(index);
        removed.index = -1;
        size--;
        Entry last = at(size);
        heap[size] = null;
        if (last == removed) {
            return;
        }
        if (index > 0 && last.isBefore(at((index - 1) / 2))) {
            up(index, last);
        } else {
            down(index, last);
        }
    }

    private void up(int from, Entry entry) {
        int index = from;
        while (index > 0 && entry.isBefore(at((index - 1) / 2))) {
            place(index, at((index - 1) / 2));
            index = (index - 1) / 2;
        }
        place(index, entry);
    }

    private void down(int from, Entry entry) {
        int index = from;
        while (2 * index + 1 < size) {
            int child = 2 * index + 1;
            if (child + 1 < size && at(child + 1).isBefore(at(child))) {
                child++;
            }
            if (!at(child).isBefore(entry)) {
                break;
            }
            place(index, at(child));
            index = child;
        }
        place(index, entry);
    }

    private void place(int index, Entry entry) {
        heap[index] = entry;
        entry.index = index;
    }

    private Entry at(int index) {
        return Objects.requireNonNull(heap[index]);
    }
}
