package org.althing.broker.shard;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A list of elements that know their neighbours, in the order of their coming: one is removed without a search, and it takes
 * no memory but theirs.
 */
final class Linked<E extends Linked.Element<E>> {
    /** What can be in one list at a time. */
    abstract static class Element<E extends Element<E>> {
        private @Nullable E before;
        private @Nullable E behind;
    }

    private @Nullable E first;
    private @Nullable E last;
    private int size;

    int size() {
        return size;
    }

    /** Adds an element, which is in no list, at the end. */
    void add(E element) {
        Element<E> added = element;
        added.before = last;
        if (last == null) {
            first = element;
        } else {
            Element<E> end = last;
            end.behind = element;
        }
        last = element;
        size++;
    }

    /** Removes an element that is in this list. */
    void remove(E element) {
        Element<E> removed = element;
        E before = removed.before;
        E behind = removed.behind;
        if (before == null) {
            first = behind;
        } else {
            Element<E> end = before;
            end.behind = behind;
        }
        if (behind == null) {
            last = before;
        } else {
            Element<E> start = behind;
            start.before = before;
        }
        removed.before = null;
        removed.behind = null;
        size--;
    }

    /** All of them, in the order of their coming; what happens to them later does not change it. */
    List<E> copy() {
        List<E> all = new ArrayList<>(size);
        for (Element<E> each = first; each != null; each = each.behind) {
            @SuppressWarnings("unchecked") // an element is of its own kind
            E element = (E) each;
            all.add(element);
        }
        return all;
    }
}
