package org.althing.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Test;

class BudgetTest {
    @Test
    void a_small_heap_is_never_exhausted_whatever_is_sent() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        try (ChildProcess child = Programs.start(
                java,
                "-Xmx64m",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                BudgetProgram.class.getName())) {
            ChildProcess.Result result = child.await(Duration.ofSeconds(120));
            assertThat(result.exitCode())
                    .as(result.outText() + result.errText())
                    .isZero();
            assertThat(result.outText()).startsWith("serves true");
        }
    }
}
