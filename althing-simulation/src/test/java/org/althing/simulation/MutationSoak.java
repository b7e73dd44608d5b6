package org.althing.simulation;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All mistakes of {@link MutationSimulation}, in brokers of two and three shards: {@code -Psoak}, for some minutes. */
class MutationSoak {
    @ParameterizedTest
    @MethodSource("org.althing.simulation.MutationSimulation#all")
    void two_shards_do_not_hide(Mutation mutation) {
        MutationSimulation.find(mutation, 2);
    }

    @ParameterizedTest
    @MethodSource("org.althing.simulation.MutationSimulation#all")
    void three_shards_do_not_hide(Mutation mutation) {
        MutationSimulation.find(mutation, 3);
    }
}
