package org.althing.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Test;

/**
 * What the broker allocates per delivered message is what is committed in allocations.properties. The machine's speed and
 * load have no part in it.
 */
class AllocationTest {
    /** Partial reads and writes make one or two percent of difference. */
    private static final double NOISE = 0.03;

    @Test
    void a_message_costs_as_many_bytes_as_is_committed() throws IOException {
        Properties committed = new Properties();
        try (InputStream in = AllocationTest.class.getResourceAsStream("allocations.properties")) {
            committed.load(Objects.requireNonNull(in));
        }
        Properties measured = measure();
        assertThat(measured.stringPropertyNames()).isEqualTo(committed.stringPropertyNames());
        for (String scenario : committed.stringPropertyNames()) {
            double expected = Double.parseDouble(committed.getProperty(scenario));
            double bytes = Double.parseDouble(measured.getProperty(scenario));
            assertThat(bytes)
                    .as("bytes per message, %s: more is a regression; less is to be committed", scenario)
                    .isBetween(expected * (1 - NOISE) - 2, expected * (1 + NOISE) + 2);
        }
    }

    private static Properties measure() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        try (ChildProcess child = Programs.start(
                java,
                "-Xint",
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "-cp",
                System.getProperty("java.class.path"),
                AllocationProgram.class.getName())) {
            ChildProcess.Result result = child.await(Duration.ofSeconds(120));
            assertThat(result.exitCode()).as(result.errText()).isZero();
            Properties measured = new Properties();
            measured.load(new StringReader(result.outText()));
            return measured;
        }
    }
}
