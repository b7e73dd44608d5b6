package org.althing.vote;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Shows the live count of each poll to the doors: on change only, and at most five times a second. The first change
 * after a pause is shown at once, what follows within 200 ms together, and the last state always. Owned by the box's
 * loop.
 */
public final class ResultsBoard {
    /** Between two showings of one poll. */
    public static final long GAP_NANOS = 200_000_000L;

    private final BallotBox box;
    private final EventLoop loop;
    private final List<Consumer<Results>> listeners = new ArrayList<>();
    private final Map<String, Long> shownAtNanos = new HashMap<>();
    private final Map<String, Results> shown = new HashMap<>();
    private final Set<String> waiting = new HashSet<>();

    public ResultsBoard(BallotBox box) {
        this.box = box;
        this.loop = box.loop();
        box.onChange(this::onChange);
    }

    /** Shows every later change to the listener; on the box's loop. */
    public void onResults(Consumer<Results> listener) {
        listeners.add(listener);
    }

    private void onChange(String poll) {
        if (waiting.contains(poll)) {
            return;
        }
        Long last = shownAtNanos.get(poll);
        long passed = last == null ? GAP_NANOS : loop.clock().nanos() - last;
        if (passed >= GAP_NANOS) {
            show(poll);
        } else {
            waiting.add(poll);
            loop.schedule(GAP_NANOS - passed, () -> {
                waiting.remove(poll);
                show(poll);
            });
        }
    }

    private void show(String poll) {
        @Nullable Results results = box.results(poll);
        if (results != null && !results.equals(shown.put(poll, results))) {
            shownAtNanos.put(poll, loop.clock().nanos());
            listeners.forEach(listener -> listener.accept(results));
        }
    }
}
