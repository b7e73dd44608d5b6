package org.althing.vote.tcp;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The answers of a connection, in the order of the lines that asked, however late each becomes known. */
final class AnswerQueue {
    /** Outstanding answers at which no further line is taken. */
    static final int OUTSTANDING_MAX = 1_024;

    /** The place of one answer. */
    final class Place {
        private @Nullable Supplier<String> answer;
        private @Nullable Runnable afterwards;

        private Place() {}

        /** Gives the answer; it leaves when those before have left. */
        void answer(String text) {
            answer(() -> text, null);
        }

        /**
         * Gives the answer, which is asked for when its turn has come: so it sees what the answers before it say.
         *
         * @param afterwards runs when it has left
         */
        void answer(Supplier<String> text, @Nullable Runnable afterwards) {
            this.answer = text;
            this.afterwards = afterwards;
            drain();
        }
    }

    private final Deque<Place> places = new ArrayDeque<>();
    private final BiConsumer<String, @Nullable Runnable> out;

    AnswerQueue(BiConsumer<String, @Nullable Runnable> out) {
        this.out = out;
    }

    Place next() {
        Place place = new Place();
        places.add(place);
        return place;
    }

    boolean isEmpty() {
        return places.isEmpty();
    }

    boolean isFull() {
        return places.size() >= OUTSTANDING_MAX;
    }

    private void drain() {
        for (Place first = places.peek(); first != null && first.answer != null; first = places.peek()) {
            places.remove();
            out.accept(first.answer.get(), first.afterwards);
        }
    }
}
