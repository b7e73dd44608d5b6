package org.althing.simulation;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

/** Seeds that nobody has seen yet: {@code -Psoak}; {@code -Dseeds=N} says how many. */
class FreshSeedsSoak {
    private static final long FRESH_MAX = 1_000_000_000_000L;

    @Test
    void the_broker_keeps_its_promises_with_fresh_seeds() {
        long first = new SecureRandom().nextLong(FRESH_MAX);
        for (long seed = first; seed < first + Long.getLong("seeds", 20_000); seed++) {
            Simulation.run(Scenario.of(seed));
        }
    }
}
