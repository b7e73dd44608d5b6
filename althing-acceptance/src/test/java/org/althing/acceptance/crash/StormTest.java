package org.althing.acceptance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StormTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void clients_that_come_back_at_once_are_answered_before_they_give_up(int shards, @TempDir Path folder)
            throws IOException {
        int clients = Integer.getInteger("stormClients", 2_000);
        StormProgram.Outcome outcome = StormProgram.run(folder, clients, shards);
        System.out.println(outcome + ", " + shards + " shards");
        assertThat(outcome.resumed()).isEqualTo(clients);
        assertThat(outcome.last()).isLessThan(StormProgram.PATIENCE);
    }
}
