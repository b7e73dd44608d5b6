package org.althing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A whole broker through cuts, crashes and failing disks. {@code -Dseed=N} runs that seed, {@code -Dseeds=N-M} those. */
class BrokerSimulation {
    private static final int STEPS = 250;
    private static final String FIXED = "1-250";

    @Test
    void the_broker_keeps_its_promises_through_cuts_crashes_and_failing_disks() {
        for (long seed : seeds()) {
            Simulation.run(seed, STEPS);
        }
    }

    private static List<Long> seeds() {
        String[] range =
                System.getProperty("seeds", System.getProperty("seed", FIXED)).split("-");
        List<Long> seeds = new ArrayList<>();
        for (long seed = Long.parseLong(range[0]); seed <= Long.parseLong(range[range.length - 1]); seed++) {
            seeds.add(seed);
        }
        return seeds;
    }

    @Test
    void a_seed_says_everything() {
        for (long seed = 1; seed <= 30; seed++) {
            assertThat(Simulation.run(seed, STEPS)).isEqualTo(Simulation.run(seed, STEPS));
        }
    }
}
