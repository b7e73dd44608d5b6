package org.althing.broker.routing;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Members in a ring, whose turn it is one after the other. Each is in one ring at most; adding and removing cost O(1). */
final class PlaceRing {
    private @Nullable Place first;
    private int size;

    int size() {
        return size;
    }

    /** Whose turn it is; null if nobody is here. */
    @Nullable
    Place first() {
        return first;
    }

    /** The turn goes to the next one. */
    void rotate() {
        if (first != null) {
            first = first.after;
        }
    }

    boolean contains(Place place) {
        return place.ring == this;
    }

    /** Adds it as the one whose turn is last; it leaves the ring it is in, if it is in one. */
    void add(Place place) {
        remove(place);
        Place head = first;
        if (head == null) {
            first = place;
            place.before = place;
            place.after = place;
        } else {
            Place last = Objects.requireNonNull(head.before);
            place.before = last;
            place.after = head;
            last.after = place;
            head.before = place;
        }
        place.ring = this;
        size++;
    }

    /** Takes it out of the ring it is in, if it is in one. */
    static void remove(Place place) {
        PlaceRing ring = place.ring;
        if (ring == null) {
            return;
        }
        Place before = Objects.requireNonNull(place.before);
        Place after = Objects.requireNonNull(place.after);
        before.after = after;
        after.before = before;
        if (ring.first == place) {
            ring.first = after == place ? null : after;
        }
        ring.size--;
        place.ring = null;
        place.before = null;
        place.after = null;
    }
}
