package org.althing.simulation;

/**
 * Everything that decides what a run does: the same scenario is the same run, in every process.
 *
 * @param steps of each of the two times of trouble
 */
public record Scenario(long seed, int steps) {
    /** What the command and the tests run unless told otherwise. */
    public static final int STEPS = 250;

    public Scenario {
        if (steps < 1) {
            throw new IllegalArgumentException("steps must be at least 1, not " + steps);
        }
    }

    /** The same for this seed. */
    public static Scenario of(long seed) {
        return new Scenario(seed, STEPS);
    }

    /** As the command takes it. */
    @Override
    public String toString() {
        return "simulate --seed " + seed + " --steps " + steps;
    }
}
