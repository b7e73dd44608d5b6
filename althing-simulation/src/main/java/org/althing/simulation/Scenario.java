package org.althing.simulation;

/**
 * Everything that decides what a run does: the same scenario is the same run, in every process.
 *
 * @param steps of each of the two times of trouble
 * @param shards of the broker, 1 to 64
 */
public record Scenario(long seed, int steps, int shards) {
    /** What the command and the tests run unless told otherwise. */
    public static final int STEPS = 250;

    public Scenario {
        if (steps < 1) {
            throw new IllegalArgumentException("steps must be at least 1, not " + steps);
        }
    }

    /** The same for this seed. */
    public static Scenario of(long seed) {
        return new Scenario(seed, STEPS, 1);
    }

    /** As the command takes it. */
    @Override
    public String toString() {
        return "simulate --seed " + seed + " --steps " + steps + (shards == 1 ? "" : " --shards " + shards);
    }
}
