package org.althing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Fixed seeds; {@code -Dseed=N} runs that one, {@code -Dseeds=N-M} those. */
class BrokerSimulation {
    private static final int STEPS = 250;

    @Test
    void the_broker_keeps_its_promises_through_cuts_crashes_and_failing_disks() {
        String[] range =
                System.getProperty("seeds", System.getProperty("seed", "1-60")).split("-");
        long last = Long.parseLong(range[range.length - 1]);
        int failures = 0;
        StringBuilder found = new StringBuilder();
        for (long seed = Long.parseLong(range[0]); seed <= last && failures < 10; seed++) {
            try {
                Simulation.run(seed, STEPS);
            } catch (SimulationFailure failure) {
                failures++;
                found.append(
                        failure.getMessage(),
                        found.isEmpty() ? 0 : failure.getMessage().lastIndexOf("\nseed "),
                        failure.getMessage().length());
            }
        }
        assertThat(found.toString()).isEmpty();
    }

    @Test
    void a_seed_says_everything() {
        assertThat(Simulation.run(7, STEPS)).isEqualTo(Simulation.run(7, STEPS));
    }
}
