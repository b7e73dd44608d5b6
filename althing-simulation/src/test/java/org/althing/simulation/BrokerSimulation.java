package org.althing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.althing.net.memory.VirtualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole broker through cuts, crashes and failing disks. {@code -Dseed=N} runs that seed, {@code -Dseeds=N-M} those. */
class BrokerSimulation {
    private static final String FIXED = "1-150";

    @Test
    void the_broker_keeps_its_promises_through_cuts_crashes_and_failing_disks() {
        String[] range =
                System.getProperty("seeds", System.getProperty("seed", FIXED)).split("-");
        for (long seed = Long.parseLong(range[0]); seed <= Long.parseLong(range[range.length - 1]); seed++) {
            Simulation.run(Scenario.of(seed));
        }
    }

    @Test
    void several_shards_keep_them_too() {
        for (long seed = 1; seed <= 40; seed++) {
            Simulation.run(new Scenario(seed, Scenario.STEPS, 2 + (int) (seed % 3)));
        }
    }

    /** The broker had refused a client, or not heard of it, and still held that client's connection from before. */
    @Test
    void a_client_that_took_nothing_over_may_find_its_session() {
        Simulation.run(Scenario.of(759_768_172_730L));
        Simulation.run(new Scenario(664_123_795_403L, Scenario.STEPS, 3));
        Simulation.run(new Scenario(303_360_910_936L, Scenario.STEPS, 3));
    }

    /** The same will came with several CONNECTs, and the first of these connections was lost before its CONNACK. */
    @Test
    void a_will_may_be_routed_when_a_connection_ends_that_its_client_never_saw() {
        Simulation.run(Scenario.of(363_959_168_251L));
        Simulation.run(new Scenario(482_436_890_406L, Scenario.STEPS, 3));
    }

    /** Each was red once, on a broker of one day, for a reason that was gone before it was found. */
    @ParameterizedTest
    @ValueSource(longs = {320_329_097_757L, 971_810_793_659L})
    void seeds_that_were_red_once_hold(long seed) {
        for (int shards = 1; shards <= 3; shards++) {
            Simulation.run(new Scenario(seed, Scenario.STEPS, shards));
        }
    }

    @Test
    void a_seed_says_everything() {
        for (long seed = 1; seed <= 12; seed++) {
            assertThat(Simulation.run(Scenario.of(seed))).isEqualTo(Simulation.run(Scenario.of(seed)));
        }
    }

    @Test
    void the_command_counts_seeds_and_refuses_what_it_does_not_know() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        SimulateCommand command = new SimulateCommand(out, new VirtualTime(1).clock());
        assertThat(command.run(List.of("--seed", "1", "--seeds", "2", "--steps", "20")))
                .isZero();
        assertThat(command.run(List.of("--seeds", "0"))).isEqualTo(2);
        assertThat(command.run(List.of("--sed", "1"))).isEqualTo(2);
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .startsWith("2 seeds from 1 on hold, ")
                .contains("--seeds needs a number from 1 on, not 0")
                .contains("unknown option --sed");
    }
}
