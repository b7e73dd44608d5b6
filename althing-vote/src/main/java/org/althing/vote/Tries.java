package org.althing.vote;

import java.util.LinkedHashMap;
import java.util.Map;
import org.althing.net.Clock;

/**
 * Counts wrong secrets. After some of them nobody may try for a while, which doubles with each further one, up to ten
 * minutes. What is counted is forgotten after an hour of silence, and when there is too much of it, oldest first.
 */
final class Tries {
    /** Wrong ones of one voter from one place before the first delay. */
    static final int FEW = 5;

    /** The same of one voter from everywhere, and of codes from one place. */
    static final int MANY = 50;

    private static final int COUNTED_MAX = 100_000;
    private static final long DELAY_NANOS = 5_000_000_000L;
    private static final long DELAY_MAX_NANOS = 600_000_000_000L;
    private static final long FORGET_NANOS = 3_600_000_000_000L;

    private record Wrong(int count, long lastNanos) {}

    private final Clock clock;
    private final Map<String, Wrong> wrong = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Wrong> eldest) {
            return size() > COUNTED_MAX;
        }
    };

    Tries(Clock clock) {
        this.clock = clock;
    }

    boolean isLocked(String who, int limit) {
        Wrong known = wrong.get(who);
        if (known == null || known.count < limit) {
            return false;
        }
        long doubled = DELAY_NANOS << Math.min(known.count - limit, 20);
        return clock.nanos() - known.lastNanos < Math.min(doubled, DELAY_MAX_NANOS);
    }

    void wrong(String who) {
        Wrong known = wrong.remove(who);
        boolean isOld = known != null && clock.nanos() - known.lastNanos > FORGET_NANOS;
        wrong.put(who, new Wrong(known == null || isOld ? 1 : known.count + 1, clock.nanos()));
    }

    void right(String who) {
        wrong.remove(who);
    }
}
