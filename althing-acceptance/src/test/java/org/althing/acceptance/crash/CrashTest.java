package org.althing.acceptance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashTest {
    @Test
    void ten_kills_lose_and_double_nothing(@TempDir Path folder) throws IOException {
        CrashProgram.Outcome outcome = CrashProgram.run(
                folder,
                Integer.getInteger("brokerKills", 10),
                Long.getLong("crashSeed", 20_261_125L),
                Integer.getInteger("crashShards", 1));
        System.out.println(outcome);
        assertThat(outcome.acknowledged()).isGreaterThan(200);
        assertThat(outcome.lost()).as(outcome.toString()).isEmpty();
        assertThat(outcome.doubled()).as(outcome.toString()).isEmpty();
    }
}
